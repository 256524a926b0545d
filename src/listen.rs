//! The console's own HTTP listener: dashboard, metrics and health for the rest of the estate (contract §6 and §9).
//!
//! It shows the state as the screen does: a request becomes a [`Question`], the loop answers it between two events
//! ([`crate::app::App::answer`]), and everything slow (JSON, text, a client that reads at its leisure) happens here.
//! Nothing is computed while nobody asks, nothing holds a lock, and a table of any length is read page by page.
//!
//! A request passes, in this order: a place among the connections (`places`), the size of its head, its `Host` and
//! `Origin`, the token or the user that asks (`guard`), the route, its verb and its scope (`route`). HTTP/1.1 without
//! TLS: beyond this machine it belongs behind a proxy that has a certificate.
//!
//! Also on loopback, where everyone with an account on the machine has the same address: whoever reads shows a token or is
//! a user of the socket's list, and what changes something needs the token or the user who may write. Both stand in the
//! audit. Open to all is only whether the console is alive and ready, in one word each, unless the profile opens more.

mod ask;
mod body;
mod dashboard;
mod denials;
mod figures;
mod guard;
pub mod hook;
mod kept;
mod negotiate;
mod pass;
mod places;
mod ready;
mod reply;
mod resolve;
mod route;
mod serve;
pub(crate) mod socket;
mod start;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

pub use self::ask::{
    Asker, CallbackFigures, Coverage, DestinationLine, DeviceEntry, DevicePage, JobFigures,
    NotReady, Overview, ProbeLine, Question, Questions, Reservations, TelephonyFigures, TrunkCalls,
    desk, nobody,
};
pub use self::kept::KeptError;
use self::route::Hall;
use self::serve::Doors;
pub use self::socket::SocketError;
pub use self::start::Started;
use crate::config::secret::SecretError;

/// How long requests under way may take to end when the listener stops: the process itself has three seconds.
const DRAIN: Duration = Duration::from_secs(1);

/// Why the listener did not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address could not be listened on.
    #[error(
        "cannot listen on {address}: {source}. Choose another address with --listen or in the profile's [listen] section; port 0 takes any free one."
    )]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than this machine could read everything.
    #[error(
        "will not listen on {0} without a token: everyone who can reach it could read everything. Name a token's place (--token-env, --token-file, or token_file in the profile's [listen] section), or listen on 127.0.0.1."
    )]
    Open(SocketAddr),
    /// The token could not be read.
    #[error("cannot read the listener's token: {0}")]
    Token(#[from] SecretError),
    /// A token of its own could not be made or read.
    #[error(
        "the listener's own token: {0}. Or name one: token_file in the profile's [listen] section."
    )]
    Own(#[from] KeptError),
    /// The socket could not be made.
    #[error("{0}")]
    Socket(#[from] SocketError),
    /// The process is ending.
    #[error("the start of the listener was interrupted: {0}")]
    Stopped(String),
}

impl ListenError {
    #[expect(clippy::needless_pass_by_value, reason = "it is mapped over")]
    fn stopped(why: JoinError) -> Self {
        Self::Stopped(why.to_string())
    }
}

/// A running listener. Dropping it stops accepting; [`Self::stop`] also waits for what is under way.
#[derive(Debug)]
pub struct Listener {
    address: Option<SocketAddr>,
    socket: Option<PathBuf>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listener {
    fn answer(doors: Doors, hall: Hall) -> Self {
        let tcp = doors.tcp.as_ref();
        let address = tcp.and_then(|tcp| tcp.local_addr().ok());
        let socket = doors.socket.as_ref().map(|door| door.path().to_owned());
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve::accept(doors, Arc::new(hall), stopped));
        Self {
            address,
            socket,
            stop,
            task,
        }
    }

    /// Where it answers by TCP, if it does; tells the port when any free one was asked for.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Every place at which it answers, for people: `http://127.0.0.1:8080`, `unix:/run/trunkline/listen.sock`.
    #[must_use]
    pub fn places(&self) -> String {
        let http = self.address.map(|at| format!("http://{at}"));
        let unix = self.socket.as_ref().map(|path| {
            let path = path.to_string_lossy();
            format!("unix:{}", crate::text::safe(&path))
        });
        let places: Vec<String> = http.into_iter().chain(unix).collect();
        places.join(" and ")
    }

    /// Stops accepting, lets requests under way end for a second, and frees the address.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let mut task = self.task;
        if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
            task.abort();
            let _ = task.await;
        }
    }
}
