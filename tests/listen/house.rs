//! The application without a screen, its listener, and the organisation that it watches.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use trunkline::app::App;
use trunkline::app::effect::Effect;
use trunkline::app::event::Event;
use trunkline::app::run::{Runner, Screen};
use trunkline::config::profile::listen::Listen;
use trunkline::config::secret::SecretSource;
use trunkline::config::{self, Environment, Flags, Loaded, Paths};
use trunkline::listen::{self, Listener};
use trunkline::org::{self, Options, Org};
use trunkline::store::carriers::Reading;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// A screen that nobody looks at.
pub struct Dark;

impl Screen for Dark {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        std::future::pending().await
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, _app: &mut App) -> Result<(), String> {
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}

/// Everything that `trunkline serve` is, in this process.
pub struct House {
    pub runner: Runner<Dark>,
    pub listener: Listener,
    pub org: Option<Org>,
    pub _folder: TempDir,
}

/// A listener on any free port of loopback.
pub fn anywhere() -> Listen {
    Listen {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..Listen::default()
    }
}

/// One that asks for this token.
pub fn with_token(token: &str) -> Listen {
    Listen {
        token: Some(SecretSource::Held(token.into())),
        ..anywhere()
    }
}

impl House {
    pub async fn start(users: u32, listen: &Listen) -> Self {
        Self::within(users, listen, Options::default().rate_limit).await
    }

    /// With another number of requests a minute; 0 is no limit.
    pub async fn within(users: u32, listen: &Listen, rate_limit: u32) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let options = Options {
            users,
            rate: 0.0,
            rate_limit,
            profile_out: Some(file.clone()),
            ..Options::default()
        };
        let org = org::start(options).await.unwrap();
        let flags = Flags {
            config: Some(file),
            ..Flags::default()
        };
        let paths = Paths::under(folder.path());
        let mut loaded = config::load(&flags, &Environment::default(), &paths).unwrap();
        if let Some(profile) = &mut loaded.profile {
            profile.requests_per_minute = NonZeroU32::new(rate_limit);
        }
        let (runner, listener) = assemble(loaded, listen).await;
        let runner = runner.keeping(folder.path().join("state"));
        Self {
            runner,
            listener,
            org: Some(org),
            _folder: folder,
        }
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
        let work = tokio::time::timeout(PATIENCE, work(self.listener.address()));
        tokio::select! {
            done = work => done.expect("answers in time"),
            end = self.runner.run(|_| false) => panic!("the application ended: {end:?}"),
        }
    }
}

async fn assemble(loaded: Loaded, listen: &Listen) -> (Runner<Dark>, Listener) {
    let environment = Environment::default();
    let (asker, questions) = listen::desk();
    let listener = Listener::start(listen, &environment, asker).await.unwrap();
    let runner = Runner::new(App::new(loaded), Dark, environment, questions);
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
