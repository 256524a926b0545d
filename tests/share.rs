//! One reading for many consoles on a machine: what it costs, what is shown, and what becomes of it when the reader goes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "share/anew.rs"]
mod anew;
#[path = "common/all.rs"]
mod common;
#[path = "share/costs.rs"]
mod costs;
#[path = "share/handed.rs"]
mod handed;
#[path = "pty/harness.rs"]
#[allow(dead_code, reason = "every suite uses a part of it")]
mod harness;
#[path = "share/heads.rs"]
mod heads;
#[path = "share/hostile.rs"]
mod hostile;
#[path = "share/killed.rs"]
mod killed;
#[path = "share/many.rs"]
mod many;
#[path = "share/side_by_side.rs"]
mod side_by_side;
#[path = "share/stopped.rs"]
mod stopped;
#[path = "share/storm.rs"]
mod storm;
#[path = "share/who.rs"]
mod who;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::ground::Ground;
use common::screen::Cells;
use futures_util::future::select_all;
use rustix::process::{Pid, Signal, kill_process};
use trunkline::app::App;
use trunkline::app::perform::ShareWay;
use trunkline::app::run::Runner;
use trunkline::environment::Environment;
use trunkline::listen;
use trunkline::model::registration::State;
use trunkline::org::Options;
use trunkline::share::{Desk, SharePlace};
use trunkline::store::Store;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// An organisation, and where one reading of it is shared.
struct Jump {
    ground: Ground,
}

impl Jump {
    async fn start(options: Options) -> Self {
        Self::with(options, "").await
    }

    /// The same with further lines in the table of the share.
    async fn with(options: Options, more: &str) -> Self {
        let ground = Ground::start(options).await;
        let jump = Self { ground };
        let text = std::fs::read_to_string(&jump.ground.config).unwrap();
        let share = format!(
            "[share]\nsocket = \"{}\"\n{more}\n",
            jump.socket().display()
        );
        std::fs::write(&jump.ground.config, format!("{text}\n{share}")).unwrap();
        jump
    }

    fn socket(&self) -> PathBuf {
        self.ground.folder.path().join("s")
    }

    /// A reader in a process of its own.
    fn reader(&self) -> Serving {
        let mut command = self
            .ground
            .program(&["serve", "--share", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert!(line.starts_with("trunkline: shared at "), "{line}");
        std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
        Serving(child)
    }

    /// The same, which is not waited for.
    fn serve(&self) -> Serving {
        let args = ["serve", "--share", "--listen", "127.0.0.1:0"];
        let mut command = self.ground.program(&args);
        Serving(command.stderr(Stdio::null()).spawn().unwrap())
    }

    /// A console that attaches, in this process.
    fn console(&self, operator: &str, take_over: bool) -> Runner<Cells> {
        let app = App::new(self.ground.load());
        let way = ShareWay {
            place: SharePlace {
                path: self.socket(),
                group: None,
            },
            take_over,
            desk: Desk::default(),
        };
        let (screen, environment) = (Cells::dark(), Environment::default());
        let runner = Runner::new(app, screen, environment, listen::nobody());
        let state = self.ground.folder.path().join(operator);
        runner.attaching(way, operator.into()).keeping(state)
    }

    /// What is registered, and what is not, by the organisation's own word.
    async fn truth(&self) -> Rows {
        let state = self.ground.control.state().await;
        let rows = state["registrations"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let rows = rows.map(|row| {
            let id = (text(&row["userId"]), text(&row["deviceId"]));
            (id, row["registered"].as_bool().unwrap())
        });
        rows.collect()
    }
}

/// Each device of each user, and whether it is registered.
type Rows = BTreeMap<(String, String), bool>;

/// `trunkline serve --share`. Dropping it kills it.
struct Serving(Child);

impl Serving {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn id(&self) -> i32 {
        i32::try_from(self.0.id()).unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.id()).unwrap(), signal).unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a console shows of its registrations; none while it is not sure of all of them.
fn rows(app: &App) -> Option<Rows> {
    sure(&app.store)
}

fn sure(store: &Store) -> Option<Rows> {
    let rows = store.registrations.rows().map(|(_, row)| {
        let id = (row.user_id().to_string(), row.device().to_string());
        match row.state() {
            State::Ok => Some((id, true)),
            State::Lost => Some((id, false)),
            _ => None,
        }
    });
    rows.collect()
}

fn stale(app: &App) -> usize {
    let rows = app.store.registrations.rows();
    rows.filter(|(_, row)| row.state() == State::Stale).count()
}

/// Lets all of them run until each is once as it is to be.
async fn until(consoles: &mut [Runner<Cells>], what: &str, met: impl Fn(usize, &App) -> bool) {
    let began = Instant::now();
    let mut left: Vec<usize> = (0..consoles.len()).collect();
    while !left.is_empty() {
        let waits = left.clone();
        let runs = consoles.iter_mut().enumerate().map(|(number, console)| {
            let (met, waits) = (&met, waits.contains(&number));
            let run = async move {
                console.run(|app| waits && met(number, app)).await.unwrap();
                number
            };
            Box::pin(run) as Pin<Box<dyn Future<Output = usize> + '_>>
        });
        let run = tokio::time::timeout(PATIENCE, select_all(runs)).await;
        let done = run.map(|(number, _, _)| number);
        let Ok(done) = done else {
            let shown: Vec<_> = consoles.iter().map(|console| seen(&console.app)).collect();
            panic!("{what}: {left:?} after {:?}: {shown:#?}", began.elapsed());
        };
        left.retain(|number| *number != done);
    }
}

/// What can be said of a console when a test fails.
fn seen(app: &App) -> String {
    let rows = app.store.registrations.rows().count();
    format!(
        "{rows} rows, {} stale, attached {}, {:?}",
        stale(app),
        app.is_attached(),
        app.status()
    )
}
