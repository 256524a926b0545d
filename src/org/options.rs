//! How an organisation starts, and why one did not.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use super::faults::Faults;
use super::media;

/// The most users one organisation holds; past it the ids and the memory stop being sane.
pub const MAX_USERS: u32 = 1_000_000;

/// The fastest scenario, in events per second.
pub const MAX_RATE: f64 = 100_000.0;

/// How an organisation starts. `Default` is what `trunkline demo` shows.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; loopback only. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// The API that the written configuration reaches it by, in its word: `direct` or `platform`. Both are served.
    pub api: &'static str,
    /// How many people, 1 to [`MAX_USERS`].
    pub users: u32,
    /// Scenario events per second on average, 0 to [`MAX_RATE`]; 0 is perfectly quiet. An outage comes on top.
    pub rate: f64,
    /// Same seed, same people and same course of events.
    pub seed: u64,
    /// Whether callbacks are dialled at once, whatever their slots: for a show. A fault that says how long their stages take
    /// asks for it too.
    pub fast_forward: bool,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// The client that may sign in; one is named when absent.
    pub client_id: Option<String>,
    /// Its secret; a random one when absent.
    pub client_secret: Option<SecretString>,
    /// Permissions of the Platform API that nobody holds, as `telephony:plugin:all`.
    pub without: Vec<String>,
    /// Edges of the cloud's own, 0 to 900: they serve browsers, and come and go.
    pub media_edges: u32,
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
            api: "direct",
            users: 240,
            rate: 6.0,
            seed: 1,
            fast_forward: false,
            faults: Faults::default(),
            client_id: None,
            client_secret: None,
            without: Vec::new(),
            media_edges: 0,
            rate_limit: 300,
            ca_out: None,
            profile_out: None,
        }
    }
}

impl Options {
    /// Refuses what is out of range, before anything is made.
    pub(super) fn check(&self) -> Result<(), OrgError> {
        let refuse = |option, value: String, takes: String| {
            Err(OrgError::Option {
                option,
                value,
                takes,
            })
        };
        if !self.listen.ip().is_loopback() {
            return refuse(
                "--listen",
                self.listen.to_string(),
                "a loopback address, as 127.0.0.1:0".into(),
            );
        }
        if !(1..=MAX_USERS).contains(&self.users) {
            return refuse(
                "--users",
                self.users.to_string(),
                format!("1 to {MAX_USERS}"),
            );
        }
        if self.media_edges > media::MOST {
            return refuse(
                "--media-edges",
                self.media_edges.to_string(),
                format!("0 to {}", media::MOST),
            );
        }
        if !(0.0..=MAX_RATE).contains(&self.rate) {
            return refuse(
                "--rate",
                self.rate.to_string(),
                format!("0 to {MAX_RATE} events per second"),
            );
        }
        Ok(())
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
