//! Answers: bodies, and refusals with the contract's error body.

use std::error::Error;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::denials::Denied;
use crate::model::requester::Requester;

/// A body in one piece, or one that is made while it is read.
pub(super) type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// What every route answers with.
pub(super) type Reply = Response<Body>;

/// An answer that is good now and not later.
pub(super) fn ok(kind: &'static str, body: Body) -> Reply {
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// A body in one piece.
pub(super) fn whole(body: impl Into<Bytes>) -> Body {
    Full::new(body.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// A body as JSON.
pub(super) fn json(body: &impl Serialize) -> Reply {
    match serde_json::to_vec(body) {
        Ok(body) => ok("application/json", whole(body)),
        Err(error) => {
            let message = format!("the answer could not be written: {error}");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_reply()
        }
    }
}

/// Why a request is refused; becomes the contract's error body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Box<str>,
    header: Option<(HeaderName, &'static str)>,
    /// Whether it is for who asks.
    denied: Option<Denied>,
    requester: Option<Box<Requester>>,
    /// What else the body says.
    beside: Vec<(&'static str, Value)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into().into_boxed_str(),
            header: None,
            denied: None,
            requester: None,
            beside: Vec::new(),
        }
    }

    pub(super) fn forbidden(code: &'static str, message: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// Nothing says who asks.
    pub(super) fn no_token() -> Self {
        Self::unauthorized(
            "this listener needs Authorization: Bearer TOKEN, with one of its own tokens",
            Denied::NoToken,
        )
    }

    /// What was shown is no token of this listener.
    pub(super) fn wrong_token() -> Self {
        Self::unauthorized("this is no token of this listener", Denied::WrongToken)
    }

    /// Somebody shows one wrong token after the other.
    pub(super) fn too_many() -> Self {
        let message = "too many wrong tokens were shown; try again with the right one";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too.many.requests", message).with(RETRY_AFTER, "1")
    }

    /// Whoever asks is known, and may not ask for that.
    pub(super) fn scope(requester: &Requester) -> Self {
        let message = format!("{requester} may read here and not write: show the write token");
        let refusal = Self::forbidden("scope.missing", message);
        Self {
            requester: Some(Box::new(requester.clone())),
            ..refusal.denied_as(Denied::Scope)
        }
    }

    /// A user who is on no list of the socket.
    pub(super) fn foreign_user(user: &str) -> Self {
        let message = format!(
            "{user} may not use this socket: name the user in socket_readers or socket_writers of the profile's [listen] section"
        );
        let refusal = Self::forbidden("foreign.user", message);
        refusal.denied_as(Denied::ForeignUser)
    }

    /// The profile lets nobody write.
    pub(super) fn read_only() -> Self {
        let message = "the profile is read-only: nothing was sent. Set read_only = false in it to allow writes";
        Self::forbidden("read.only", message.to_owned())
    }

    fn unauthorized(message: &str, denied: Denied) -> Self {
        let refusal = Self::new(StatusCode::UNAUTHORIZED, "bad.credentials", message);
        refusal.with(WWW_AUTHENTICATE, "Bearer").denied_as(denied)
    }

    fn denied_as(mut self, denied: Denied) -> Self {
        self.denied = Some(denied);
        self
    }

    /// Why whoever asks was turned away, where it was for who they are.
    pub(super) fn denied(&self) -> Option<Denied> {
        self.denied
    }

    /// Who that is, where it is to be on record.
    pub(super) fn requester(&self) -> Option<&Requester> {
        self.requester.as_deref()
    }

    /// The sentence.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn method(verb: &hyper::Method, allowed: &'static str) -> Self {
        let message = format!("{verb} is not allowed here; {allowed} is");
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, "method.not.allowed", message).with(ALLOW, allowed)
    }

    pub(super) fn unavailable(why: &impl ToString) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "service.unavailable", why.to_string())
    }

    /// Ends the connection with the answer, because what else is on it will not be read.
    pub(super) fn and_close(self) -> Self {
        self.with(CONNECTION, "close")
    }

    /// Says something more in the body, under a name of its own.
    pub(super) fn beside(mut self, name: &'static str, value: Value) -> Self {
        self.beside.push((name, value));
        self
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut body = serde_json::json!({
            "message": self.message,
            "code": self.code,
            "status": self.status.as_u16(),
            "contextId": Uuid::new_v4().to_string(),
        });
        for (name, value) in self.beside {
            body[name] = value;
        }
        let mut reply = ok("application/json", whole(body.to_string()));
        *reply.status_mut() = self.status;
        if let Some((name, value)) = self.header {
            reply
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        reply
    }
}
