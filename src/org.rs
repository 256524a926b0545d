//! The embedded organisation: a real HTTPS and WebSocket server on loopback that speaks the direct API.
//!
//! It is the other side of the wire and knows nothing of the console: the same paths, verbs, bodies and frames as
//! contract §1-3, over a TLS chain it makes itself, with faults that can be asked for and a scenario that makes it
//! feel alive. `trunkline demo`, `trunkline org` and the tests all run this one server.
//!
//! One task accepts; every connection is one task below it, WebSocket session included; one more task plays the
//! scenario, and there is none when the rate is 0. Dropping [`Org`] ends them all.
//!
//! | path | what |
//! |---|---|
//! | `POST /oauth/token` | tokens, by Basic or form credentials (contract §1) |
//! | `GET /api/v2/users`, `GET /api/v2/telephony/users/{id}/registrations` | reads (contract §3), rate limited per token (§2) |
//! | `GET /ws/v2/telephony/users/{id}/registrations` | streams (contract §3) |
//! | `/_org/…` | the control surface, with a token of its own (the table is in `org/control.rs`) |
//!
//! The rate limit counts authorised calls under `/api`, nothing else: not the token call, not `/_org`, not WebSocket
//! upgrades. Faults apply to the token call and to upgrades as well as to reads, and never to `/_org`.

mod auth;
mod carriers;
mod control;
mod faults;
mod garbage;
mod hub;
mod limit;
mod people;
mod profile;
mod record;
mod reply;
mod rest;
mod route;
mod scenario;
mod serve;
mod shared;
mod state;
mod streams;
mod tls;
mod token;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use self::faults::{Fault, FaultError, Faults};
use self::shared::Shared;

/// The most users one organisation holds; past it the ids and the memory stop being sane.
pub const MAX_USERS: u32 = 1_000_000;

/// The fastest scenario, in events per second.
pub const MAX_RATE: f64 = 100_000.0;

/// How an organisation starts. `Default` is what `trunkline demo` shows.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; loopback only. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// How many people, 1 to [`MAX_USERS`].
    pub users: u32,
    /// Scenario events per second on average, 0 to [`MAX_RATE`]; 0 is perfectly quiet. An outage comes on top.
    pub rate: f64,
    /// Same seed, same people and same course of events.
    pub seed: u64,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// The client that may sign in; one is named when absent.
    pub client_id: Option<String>,
    /// Its secret; a random one when absent.
    pub client_secret: Option<SecretString>,
    /// Calls per minute and token; 0 lifts the limit.
    pub rate_limit: u32,
    /// Where to write the CA certificate (PEM); a private temporary file when absent.
    pub ca_out: Option<PathBuf>,
    /// Where to write a configuration that the console uses at once, with the secret beside it.
    pub profile_out: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            users: 240,
            rate: 6.0,
            seed: 1,
            faults: Faults::default(),
            client_id: None,
            client_secret: None,
            rate_limit: 300,
            ca_out: None,
            profile_out: None,
        }
    }
}

/// Why an organisation did not start.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// An option is out of its range.
    #[error("the organisation cannot start with {option} {value}: it takes {takes}")]
    Option {
        /// The option's name on the command line.
        option: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        takes: String,
    },
    /// The address could not be listened on.
    #[error(
        "cannot listen on {address}: {source}; choose another with --listen, port 0 takes any free one"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificates could not be made.
    #[error("cannot make the organisation's certificates: {0}")]
    Certificates(String),
    /// A file could not be written.
    #[error("cannot write the {what} to {}: {source}; check the folder and its permissions", path.display())]
    Write {
        /// Which file.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A running organisation. Dropping it ends every task and removes what it put in the temporary folder.
pub struct Org {
    base_url: String,
    ca_file: PathBuf,
    ca_pem: String,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    _folder: Option<TempDir>,
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Org")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Binds, writes the files asked for and serves; when it returns, calls are answered. Needs a Tokio runtime.
pub async fn start(options: Options) -> Result<Org, OrgError> {
    check(&options)?;
    let chain = tls::Chain::make()?;
    let listen_error = |source| OrgError::Listen {
        address: options.listen,
        source,
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let shared = Arc::new(Shared::new(&options));

    let (ca_file, folder) = profile::place_ca(options.ca_out.as_deref(), &chain.ca_pem)?;
    let org = Org {
        base_url: format!("https://{address}"),
        ca_file,
        ca_pem: chain.ca_pem,
        shared: Arc::clone(&shared),
        tasks: JoinSet::new(),
        _folder: folder,
    };
    if let Some(path) = &options.profile_out {
        profile::write(path, &org, options.rate_limit)?;
    }
    Ok(org.run(listener, chain.acceptor, options.rate, options.seed))
}

fn check(options: &Options) -> Result<(), OrgError> {
    let refuse = |option, value: String, takes: String| {
        Err(OrgError::Option {
            option,
            value,
            takes,
        })
    };
    if !options.listen.ip().is_loopback() {
        return refuse(
            "--listen",
            options.listen.to_string(),
            "a loopback address, as 127.0.0.1:0".into(),
        );
    }
    if !(1..=MAX_USERS).contains(&options.users) {
        return refuse(
            "--users",
            options.users.to_string(),
            format!("1 to {MAX_USERS}"),
        );
    }
    if !(0.0..=MAX_RATE).contains(&options.rate) {
        return refuse(
            "--rate",
            options.rate.to_string(),
            format!("0 to {MAX_RATE} events per second"),
        );
    }
    Ok(())
}

impl Org {
    fn run(
        mut self,
        listener: TcpListener,
        acceptor: tokio_rustls::TlsAcceptor,
        rate: f64,
        seed: u64,
    ) -> Self {
        self.tasks
            .spawn(serve::accept(listener, acceptor, Arc::clone(&self.shared)));
        if rate > 0.0 {
            self.tasks
                .spawn(scenario::play(Arc::clone(&self.shared), rate, seed));
        }
        self
    }

    /// Where it answers, as `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The CA certificate to trust, as a PEM file.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The CA certificate to trust, as PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The client that may sign in.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.shared.client.id
    }

    /// That client's secret.
    #[must_use]
    pub fn client_secret(&self) -> &SecretString {
        &self.shared.client.secret
    }

    /// The bearer token of the control surface; never one of the cloud's.
    #[must_use]
    pub fn control_token(&self) -> &SecretString {
        &self.shared.control
    }

    /// The one JSON line that `trunkline org` prints when it is ready. It holds the secrets, for whoever started it.
    #[must_use]
    pub fn ready_line(&self) -> String {
        serde_json::json!({
            "base_url": self.base_url,
            "ca_file": self.ca_file,
            "client_id": self.client_id(),
            "client_secret": self.client_secret().expose_secret(),
            "control_token": self.control_token().expose_secret(),
        })
        .to_string()
    }

    /// Ends every task and returns when the port is free again.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
