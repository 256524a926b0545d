//! The application without a screen, its listener, and the organisation that it watches.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use trunkline::app::App;
use trunkline::app::event::{Done, Event};
use trunkline::app::run::Runner;
use trunkline::config::profile::listen::{Listen, Open};
use trunkline::config::secret::SecretSource;
use trunkline::config::{Loaded, Profile};
use trunkline::environment::Environment;
use trunkline::listen::{self, Listener};
use trunkline::org::{Options, Org};
use trunkline::store::carriers::Reading;
use trunkline::time::Clock;

use crate::common::ground::Ground;
use crate::common::ran::written;
use crate::common::screen::Cells;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// Everything that `trunkline serve` is, in this process.
pub struct House {
    pub runner: Runner<Cells>,
    pub listener: Listener,
    pub org: Option<Org>,
    pub folder: TempDir,
}

/// A listener on any free port of loopback, as one that nobody has configured: with tokens of its own.
pub fn locked() -> Listen {
    Listen {
        address: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        ..Listen::default()
    }
}

/// One whose profile lets everyone on this machine read.
pub fn anywhere() -> Listen {
    Listen {
        open: Some(Open::Reads),
        ..locked()
    }
}

/// One that asks for this token.
pub fn with_token(token: &str) -> Listen {
    Listen {
        token: Some(SecretSource::Held(token.into())),
        ..locked()
    }
}

impl House {
    pub async fn start(users: u32, listen: &Listen) -> Self {
        Self::within(users, listen, Options::default().rate_limit).await
    }

    /// With another number of requests a minute; 0 is no limit.
    pub async fn within(users: u32, listen: &Listen, rate_limit: u32) -> Self {
        let options = Options {
            users,
            rate_limit,
            ..Options::default()
        };
        Self::with(listen, options).await
    }

    /// With an organisation like this, which is quiet all the same.
    pub async fn with(listen: &Listen, options: Options) -> Self {
        Box::pin(Self::of(listen, options, |_| {})).await
    }

    /// The same with a profile that is changed before it is used.
    pub async fn of(listen: &Listen, options: Options, change: impl FnOnce(&mut Profile)) -> Self {
        let rate_limit = options.rate_limit;
        let ground = Ground::start(Options {
            rate: 0.0,
            ..options
        })
        .await;
        let mut loaded = ground.load();
        if let Some(profile) = &mut loaded.profile {
            change(profile);
            profile.requests_per_minute = NonZeroU32::new(rate_limit);
        }
        let state = ground.state_dir();
        let (runner, listener) = assemble(loaded, listen, &state).await;
        Self {
            runner: runner.keeping(state),
            listener,
            org: Some(ground.org),
            folder: ground.folder,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address().expect("it listens by TCP")
    }

    /// The listener's own token of that scope.
    pub fn token(&self, scope: &str) -> String {
        let profile = self.runner.app.profile().unwrap();
        let path = self
            .state()
            .join(format!("listen/{}.{scope}.token", profile.name));
        std::fs::read_to_string(path).unwrap().trim().to_owned()
    }

    /// Every line of the audit.
    pub fn audit(&self) -> Vec<Value> {
        let lines = written(&self.state());
        let lines = lines.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Where the console keeps what survives it.
    pub fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state").join("trunkline")
    }

    /// Runs until everyone and every carrier has been read.
    pub async fn settle(&mut self) {
        let settled = |app: &App| {
            let status = app.status();
            let carriers = *app.store.carriers.reading() != Reading::Awaited;
            status.enumerated && status.read >= status.users && carriers
        };
        let run = tokio::time::timeout(PATIENCE, self.runner.run(settled));
        run.await.expect("the first reading").unwrap();
    }

    /// Runs the application while `work` asks it; `work` is given its address.
    pub async fn during<T, F: Future<Output = T>>(
        &mut self,
        work: impl FnOnce(SocketAddr) -> F,
    ) -> T {
        let work = work(self.address());
        self.beside(work).await
    }

    /// The same for what needs no address.
    pub async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let work = tokio::time::timeout(PATIENCE, work);
        tokio::select! {
            done = work => done.expect("answers in time"),
            end = self.runner.run(|_| false) => panic!("the application ended: {end:?}"),
        }
    }
}

async fn assemble(loaded: Loaded, listen: &Listen, state: &Path) -> (Runner<Cells>, Listener) {
    let environment = Environment::default();
    let (asker, questions) = listen::desk();
    let mut app = App::new(loaded);
    let listener = match app.profile() {
        Some(profile) => {
            let started = Listener::for_profile(&profile, listen, &environment, asker, state);
            let started = started.await.unwrap();
            let places = started.listener.places();
            let told = Done::Listening(started.hook.unwrap(), places, Vec::new());
            app.update(Event::Done(told), Clock::Real.now());
            started.listener
        }
        None => Listener::start(listen, &environment, asker).await.unwrap(),
    };
    let runner = Runner::new(app, Cells::dark(), environment, questions);
    (runner, listener)
}

/// A request to the listener; each on a connection of its own.
pub fn request(verb: Method, at: SocketAddr, path: &str) -> RequestBuilder {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.request(verb, format!("http://{at}{path}"))
}

pub async fn get_json(at: SocketAddr, path: &str) -> (u16, Value) {
    let answer = request(Method::GET, at, path).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

/// Sends these bytes and reads to the end of the connection: for what no client library would send.
pub async fn raw(at: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(at).await.unwrap();
    // A listener that refuses a flood closes while it is still being sent.
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
