//! Operations of both APIs: a method, a path and what it needs, with the function that answers it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::access::{Needs, scopes};
use super::auth::Holder;
use super::platform::query::Query;
use super::reply::{self, Refusal, Reply};
use super::shared::Shared;
use super::upgrade::Handoff;

/// What a call comes to.
pub(super) type Answer = Result<Reply, Refusal>;

/// One operation.
pub(super) struct Operation {
    pub(super) method: Method,
    /// After `/api/v2/`, or from the root where it begins with a slash. A part in braces stands for any text, and is one
    /// of [`Call::ids`].
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) handler: Handler,
}

/// Who answers a call.
pub(super) enum Handler {
    /// At once, from what the organisation knows.
    Answer(fn(&Call<'_>) -> Answer),
    /// With an upgrade to a WebSocket, whose session is left in the handoff.
    Open(fn(&Call<'_>, &Handoff, Request<Incoming>) -> Answer),
}

/// A line of a room's table.
pub(super) const fn operation(
    method: Method,
    path: &'static str,
    needs: Needs,
    answer: fn(&Call<'_>) -> Answer,
) -> Operation {
    Operation {
        method,
        path,
        needs,
        handler: Handler::Answer(answer),
    }
}

/// A line for a WebSocket, which needs all of these scopes.
pub(super) const fn websocket(
    path: &'static str,
    all: &'static [&'static str],
    open: fn(&Call<'_>, &Handoff, Request<Incoming>) -> Answer,
) -> Operation {
    Operation {
        method: Method::GET,
        path,
        needs: scopes(all),
        handler: Handler::Open(open),
    }
}

impl Operation {
    /// Whether it opens a WebSocket: no limit counts that, and no write is lost on it.
    pub(super) const fn opens(&self) -> bool {
        matches!(self.handler, Handler::Open(_))
    }
}

/// A call whose method, token and permissions are in order.
pub(super) struct Call<'a> {
    pub(super) shared: &'a Arc<Shared>,
    /// As it was sent, for the URIs of an answer.
    pub(super) path: &'a str,
    /// What stands in place of the parts in braces, decoded, in their order.
    pub(super) ids: &'a [Cow<'a, str>],
    pub(super) query: Query,
    /// Empty unless the method carries one.
    pub(super) body: Bytes,
    /// Whose token it came with.
    pub(super) holder: Holder,
}

impl Call<'_> {
    /// The text in place of the `nth` part in braces; empty when the path has fewer.
    pub(super) fn id(&self, nth: usize) -> &str {
        self.ids.get(nth).map_or("", AsRef::as_ref)
    }

    /// The body as JSON of a known shape.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::bad_request(format!("the body is not understood: {error}")))
    }
}

/// An answer with status 200.
#[allow(clippy::unnecessary_wraps, reason = "what an operation answers")]
pub(super) fn ok(body: &impl Serialize) -> Answer {
    Ok(reply::json(StatusCode::OK, body))
}

/// An answer with status 201.
#[allow(clippy::unnecessary_wraps, reason = "what an operation answers")]
pub(super) fn created(body: &impl Serialize) -> Answer {
    Ok(reply::json(StatusCode::CREATED, body))
}

/// An answer that is nothing but its status.
#[allow(clippy::unnecessary_wraps, reason = "what an operation answers")]
pub(super) fn empty(status: StatusCode) -> Answer {
    Ok(reply::empty(status))
}
