//! What whoever asks may do, and how they are known: the scopes, and both ends of a connection.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::reply::Refusal;
use crate::config::profile::listen::Open;
use crate::model::requester::Requester;

/// What somebody may ask for; each allows what those before it do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Nothing.
    #[default]
    None,
    /// Whether the console is alive and ready, in one word.
    Health,
    /// Everything that is read.
    Read,
    /// What changes something in the organisation.
    Write,
}

impl From<Open> for Scope {
    fn from(open: Open) -> Self {
        match open {
            Open::Nothing => Self::None,
            Open::Health => Self::Health,
            Open::Reads => Self::Read,
        }
    }
}

/// Both ends of a connection.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    /// By TCP: whoever reached the address.
    Net {
        /// Our end.
        at: SocketAddr,
        /// Theirs.
        from: SocketAddr,
    },
    /// By the Unix socket: a user, as the kernel says.
    Local {
        /// What this user may do.
        scope: Scope,
        /// `uid 1001 (deploy)`.
        user: Arc<str>,
        /// The socket.
        path: Arc<Path>,
    },
}

impl Peer {
    /// What may be done without a token.
    pub(super) fn scope(&self) -> Scope {
        match self {
            Self::Net { .. } => Scope::None,
            Self::Local { scope, .. } => *scope,
        }
    }

    /// Where it asks from.
    pub(super) fn from(&self) -> String {
        match self {
            Self::Net { from, .. } => from.to_string(),
            Self::Local { path, .. } => path.to_string_lossy().into_owned(),
        }
    }

    /// The same for a count: every port of an address is one peer.
    pub(super) fn whom(&self) -> String {
        match self {
            Self::Net { from, .. } => from.ip().to_string(),
            Self::Local { user, .. } => user.to_string(),
        }
    }

    /// As the audit has it, with the token that was shown; a user is a user, whatever they show.
    pub(super) fn requester(&self, token: Option<&str>) -> Requester {
        let name = match (self, token) {
            (Self::Local { user, .. }, None) => user.to_string(),
            (Self::Local { user, .. }, Some(token)) => format!("{user} with the {token}"),
            (Self::Net { .. }, Some(token)) => token.to_owned(),
            (Self::Net { .. }, None) => "nobody known".to_owned(),
        };
        Requester {
            name: name.into(),
            from: self.from().into(),
        }
    }
}

/// A request that was let in.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    /// What it may ask for.
    pub(super) scope: Scope,
    /// Who asks.
    pub(super) requester: Requester,
    /// Whether that is known, by a token or a user; else it may still show a token.
    pub(super) known: bool,
}

impl Pass {
    /// What is delivered to a hook: its path is its token.
    pub(super) fn delivery(peer: &Peer) -> Self {
        Self {
            scope: Scope::None,
            requester: peer.requester(Some("hook")),
            known: true,
        }
    }

    /// Lets through what needs no more than that, or says why not.
    pub(super) fn needs(&self, scope: Scope) -> Result<(), Refusal> {
        if scope <= self.scope {
            return Ok(());
        }
        Err(if self.known {
            Refusal::scope(&self.requester)
        } else {
            Refusal::no_token()
        })
    }
}
