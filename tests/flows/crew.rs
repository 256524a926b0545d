//! The application with everything around it, except a terminal: a screen made of cells, and keys from the test.

use std::collections::BTreeMap;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::{Runner, Screen};
use trunkline::config::secret::SecretSource;
use trunkline::config::{self, Flags, Paths};
use trunkline::effect::Effect;
use trunkline::environment::Environment;
use trunkline::org::{self, Options, Org};
use trunkline::store::Believed;
use trunkline::vocabulary::news::Link;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);
const SIZE: (u16, u16) = (120, 30);

/// A quiet organisation of that many users.
pub fn options(users: u32) -> Options {
    Options {
        users,
        rate: 0.0,
        ..Options::default()
    }
}

/// The organisation and its control surface.
pub struct Far {
    _org: Org,
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Far {
    async fn start(options: Options) -> Self {
        let org = org::start(options).await.unwrap();
        let ca = reqwest::Certificate::from_pem(org.ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .build()
            .unwrap();
        let token = org.control_token().expose_secret().to_owned();
        Self {
            base: org.base_url().to_owned(),
            token,
            http,
            _org: org,
        }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    pub async fn put(&self, path: &str, body: &Value) {
        self.ask(self.http.put(format!("{}{path}", self.base)).json(body))
            .await;
    }

    pub async fn post(&self, path: &str, body: &Value) {
        self.ask(self.http.post(format!("{}{path}", self.base)).json(body))
            .await;
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(self.http.get(format!("{}{path}", self.base)))
            .await
    }

    pub async fn state(&self) -> Value {
        self.get("/_org/state").await
    }

    pub async fn requests(&self) -> Vec<Value> {
        let mut all = self
            .ask(self.http.get(format!("{}/_org/requests", self.base)))
            .await;
        serde_json::from_value(all["requests"].take()).unwrap()
    }
}

/// The whole crew.
pub struct Crew {
    pub org: Far,
    runner: Runner<Cells>,
    keys: mpsc::UnboundedSender<Event>,
    folder: TempDir,
}

impl Crew {
    pub async fn start(options: Options) -> Self {
        Self::with(options, None).await
    }

    pub async fn with_secret(options: Options, secret: &str) -> Self {
        Self::with(options, Some(secret)).await
    }

    async fn with(options: Options, secret: Option<&str>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let org = Far::start(Options {
            profile_out: Some(file.clone()),
            ..options
        })
        .await;
        let flags = Flags {
            config: Some(file),
            theme: Some("mono".into()),
            ..Flags::default()
        };
        let environment = Environment::default();
        let mut loaded = config::load(&flags, &environment, &Paths::under(folder.path())).unwrap();
        if let (Some(profile), Some(secret)) = (&mut loaded.profile, secret) {
            let client = profile.client.as_mut().unwrap();
            client.secret = SecretSource::Held(SecretString::from(secret));
        }
        let (keys, pressed) = mpsc::unbounded_channel();
        let screen = Cells {
            pressed,
            shown: Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1)),
        };
        let runner = Runner::new(
            App::new(loaded),
            screen,
            environment,
            trunkline::listen::nobody(),
        )
        .keeping(folder.path().join("state"));
        Self {
            org,
            runner,
            keys,
            folder,
        }
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
        for key in keys {
            let (held, name) = match key.strip_prefix("Ctrl-") {
                Some(name) => (KeyModifiers::CONTROL, name),
                None => (KeyModifiers::NONE, *key),
            };
            let code = match name {
                "Enter" => KeyCode::Enter,
                "Esc" => KeyCode::Esc,
                "Tab" => KeyCode::Tab,
                name => KeyCode::Char(name.chars().next().unwrap()),
            };
            let event = Event::Key(KeyEvent::new(code, held));
            self.keys.send(event).unwrap();
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
        let mut folders = vec![self.folder.path().join("state")];
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
        let shown = &self.runner.screen.shown;
        let line = |y| {
            (0..SIZE.0)
                .map(|x| shown[(x, y)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        (0..SIZE.1).map(line).collect::<Vec<_>>().join("\n")
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

/// A screen of cells, and keys from the test.
struct Cells {
    pressed: mpsc::UnboundedReceiver<Event>,
    shown: Buffer,
}

impl Screen for Cells {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        match self.pressed.recv().await {
            Some(event) => Some(event),
            None => std::future::pending().await,
        }
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        self.shown.reset();
        trunkline::screen::render(app, self.shown.area, &mut self.shown);
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}
