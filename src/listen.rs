//! The console's own HTTP listener: dashboard, metrics and health for the rest of the estate (contract §6 and §9).
//!
//! It shows the state as the screen does: a request becomes a [`Question`], the loop answers it between two events
//! ([`crate::app::App::answer`]), and everything slow (JSON, text, a client that reads at its leisure) happens here.
//! Nothing is computed while nobody asks, nothing holds a lock, and a table of any length is read page by page.
//!
//! A request passes, in this order: a place among the connections (`places`), the size of its head, its `Host` and
//! `Origin` and the token (`guard`), the route and its verb (`route`). HTTP/1.1 without TLS: beyond this machine it
//! belongs behind a proxy that has a certificate.

mod ask;
mod body;
mod dashboard;
mod figures;
mod guard;
pub mod hook;
mod negotiate;
mod places;
mod reply;
mod resolve;
mod route;
mod serve;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::ask::{
    Asker, CallbackFigures, Entry, JobFigures, NotReady, Overview, Page, ProbeLine, Question,
    Questions, Reservations, desk, nobody,
};
use self::guard::Guard;
use self::hook::Hook;
use self::route::Hall;
use crate::config::Environment;
use crate::config::profile::listen::Listen;
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
}

/// A running listener. Dropping it stops accepting; [`Self::stop`] also waits for what is under way.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Reads the token, takes the address and starts to answer, on the current runtime.
    pub async fn start(
        listen: &Listen,
        environment: &Environment,
        asker: Asker,
    ) -> Result<Self, ListenError> {
        Self::start_with(listen, environment, asker, None).await
    }

    /// The same with a hook for what the organisation tells.
    pub async fn start_with(
        listen: &Listen,
        environment: &Environment,
        asker: Asker,
        hook: Option<Hook>,
    ) -> Result<Self, ListenError> {
        let token: Option<SecretString> = match &listen.token {
            Some(place) => Some(place.read(environment).await?),
            None if listen.is_open() => return Err(ListenError::Open(listen.address)),
            None => None,
        };
        let failed = |source| ListenError::Bind {
            address: listen.address,
            source,
        };
        let tcp = TcpListener::bind(listen.address).await.map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let guard = Guard::new(token, listen.names());
        let hall = Arc::new(Hall::new(guard, asker, hook));
        let task = tokio::spawn(serve::accept(tcp, hall, stopped));
        Ok(Self {
            address,
            stop,
            task,
        })
    }

    /// Where it answers; tells the port when any free one was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
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
