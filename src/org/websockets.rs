//! The streams and sockets that are served: their paths, the scopes each needs (contract §1), and who opens them.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;

use super::auth::TokenId;
use super::reply::{Refusal, Reply};
use super::route::decode;
use super::shared::Shared;
use super::upgrade::Handoff;
use super::{callbacks, streams, transfers};

/// What may be upgraded to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stream<'a> {
    /// Of one user.
    Registrations(Cow<'a, str>),
    Transfers,
    Callbacks,
}

impl<'a> Stream<'a> {
    /// By the parts of a path.
    pub(super) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["ws", "v2", "telephony", "users", id, "registrations"] => {
                Self::Registrations(decode(id)?)
            }
            ["api", "v2", "websocket"] => Self::Transfers,
            ["api", "v2", "callbacks", "websocket"] => Self::Callbacks,
            _ => return None,
        })
    }

    /// The scope it needs, and another where one is not enough.
    pub(super) const fn scopes(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Registrations(_) => ("websocket:read", None),
            Self::Transfers => ("websocket:use", Some("interaction:transfer")),
            Self::Callbacks => (callbacks::STREAM_SCOPE, None),
        }
    }

    /// Answers the upgrade and leaves the session in `handoff`.
    pub(super) fn open(
        &self,
        shared: &Arc<Shared>,
        handoff: &Handoff,
        token: TokenId,
        request: Request<Incoming>,
    ) -> Result<Reply, Refusal> {
        match self {
            Self::Registrations(user) => streams::open(shared, handoff, token, user, request),
            Self::Transfers => transfers::open(shared, handoff, token, request),
            Self::Callbacks => callbacks::stream::open(shared, handoff, token, request),
        }
    }
}
