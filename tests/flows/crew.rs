//! The application with everything around it, except a terminal: a screen made of cells, and keys from the test.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::mpsc;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::Runner;
use trunkline::config::secret::SecretSource;
use trunkline::environment::Environment;
use trunkline::listen;
use trunkline::org::Options;
use trunkline::store::Believed;
use trunkline::vocabulary::news::Link;

use crate::common::control::Control;
use crate::common::ground::{Ground, quiet};
use crate::common::screen::{Cells, key, lines};

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// A quiet organisation of that many users.
pub fn options(users: u32) -> Options {
    quiet(users, "direct")
}

/// The whole crew.
pub struct Crew {
    pub org: Control,
    runner: Runner<Cells>,
    keys: mpsc::UnboundedSender<Event>,
    ground: Ground,
}

impl Crew {
    pub async fn start(options: Options) -> Self {
        Self::with(options, None).await
    }

    pub async fn with_secret(options: Options, secret: &str) -> Self {
        Self::with(options, Some(secret)).await
    }

    /// One that records what it is told.
    pub async fn recording(options: Options) -> Self {
        let crew = Self::start(options).await;
        let state = crew.ground.state_dir();
        Self {
            runner: crew.runner.recording(&state),
            ..crew
        }
    }

    /// One that would record, and cannot: a file lies where its folder is to be.
    pub async fn unable_to_record(options: Options) -> Self {
        let crew = Self::start(options).await;
        let state = crew.ground.state_dir();
        std::fs::create_dir_all(&state).unwrap();
        std::fs::write(state.join("record"), "").unwrap();
        Self {
            runner: crew.runner.recording(&state),
            ..crew
        }
    }

    /// Ends this console in order, and begins another one of the same profile that records where this one did.
    pub fn again(mut self) -> Self {
        self.runner.close();
        let (screen, keys) = Cells::new(120, 30);
        let app = App::new(self.ground.load());
        let runner = Runner::new(app, screen, Environment::default(), listen::nobody());
        let state = self.ground.state_dir();
        Self {
            runner: runner.keeping(state.clone()).recording(&state),
            keys,
            ..self
        }
    }

    async fn with(options: Options, secret: Option<&str>) -> Self {
        let ground = Ground::start(options).await;
        let mut loaded = ground.load();
        if let (Some(profile), Some(secret)) = (&mut loaded.profile, secret) {
            let client = profile.client.as_mut().unwrap();
            client.secret = SecretSource::Held(SecretString::from(secret));
        }
        let (screen, keys) = Cells::new(120, 30);
        let (app, environment) = (App::new(loaded), Environment::default());
        let runner = Runner::new(app, screen, environment, listen::nobody());
        Self {
            org: ground.control.clone(),
            runner: runner.keeping(ground.state_dir()),
            keys,
            ground,
        }
    }

    pub fn app_mut(&mut self) -> &mut App {
        &mut self.runner.app
    }

    /// Where the console keeps what stays.
    pub fn state_dir(&self) -> std::path::PathBuf {
        self.ground.state_dir()
    }

    /// What a flow works with.
    pub async fn kit(&self) -> trunkline::flow::Kit {
        self.ground.kit().await
    }

    pub fn app(&self) -> &App {
        &self.runner.app
    }

    /// Runs until the state is as wanted.
    pub async fn until(&mut self, what: &str, met: impl Fn(&App) -> bool) {
        let run = tokio::time::timeout(PATIENCE, self.runner.run(met)).await;
        assert!(
            run.is_ok(),
            "no {what} in time; the screen shows:\n{}",
            self.screen()
        );
    }

    pub async fn until_live(&mut self) {
        self.until("live streams", |app| {
            let status = app.status();
            let wanted = status.streams_wanted;
            status.link == Link::Live
                && wanted > 0
                && status.streams_live == wanted
                && status.read == status.users
        })
        .await;
    }

    /// Runs until the store says what the organisation says of every device.
    pub async fn until_equal(&mut self) {
        let state = self.org.state().await;
        let theirs: BTreeMap<_, _> = state["registrations"]
            .as_array()
            .unwrap()
            .iter()
            .map(theirs)
            .collect();
        self.until("equal state", |app| ours(app) == theirs).await;
    }

    /// Runs until the screen shows a text.
    pub async fn until_shown(&mut self, text: &str) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            let turn = tokio::time::timeout_at(until, self.turn()).await;
            assert!(
                turn.is_ok(),
                "no {text:?} in time; the screen shows:\n{}",
                self.screen()
            );
        }
    }

    /// One turn of the loop.
    pub async fn turn(&mut self) {
        let turns = std::cell::Cell::new(0);
        let one = |_: &App| turns.replace(turns.get() + 1) > 0;
        self.runner.run(one).await.unwrap();
    }

    /// Some device of the organisation.
    pub async fn first_device(&self) -> (String, String) {
        let state = self.org.state().await;
        theirs(&state["registrations"][0]).0
    }

    /// Presses keys, and runs until each has had its effect.
    pub async fn press(&mut self, keys: &[&str]) {
        for name in keys {
            self.keys.send(Event::Key(key(name))).unwrap();
        }
        while !self.runner.screen.pressed.is_empty() || self.runner.app.urgent() {
            self.turn().await;
        }
    }

    /// Types a text, key by key.
    pub async fn type_in(&mut self, text: &str) {
        let keys: Vec<String> = text.chars().map(String::from).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.press(&keys).await;
    }

    /// Runs a command by its name.
    pub async fn command(&mut self, name: &str) {
        self.press(&[":"]).await;
        self.type_in(name).await;
        self.press(&["Enter"]).await;
    }

    /// Everything that the console has written down: its configuration apart, the whole of its state.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let mut folders = vec![self.ground.state_dir()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(std::fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        lines(&self.runner.screen.shown).join("\n")
    }
}

type Fact = ((String, String), (bool, String));

fn theirs(row: &Value) -> Fact {
    let text = |key: &str| row[key].as_str().unwrap().to_owned();
    (
        (text("userId"), text("deviceId")),
        (row["registered"].as_bool().unwrap(), text("codec")),
    )
}

/// What the store is sure of.
fn ours(app: &App) -> BTreeMap<(String, String), (bool, String)> {
    let sure = app
        .store
        .registrations
        .rows()
        .filter(|(_, row)| row.state().word() != "stale");
    sure.map(|(_, row)| {
        let codec = row
            .codec()
            .map_or(String::new(), |codec| codec.raw().to_owned());
        let key = (
            row.user_id().raw().to_owned(),
            row.device().raw().to_owned(),
        );
        (key, (row.believed() == Believed::Registered, codec))
    })
    .collect()
}
