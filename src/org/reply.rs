//! Answers: JSON bodies, and refusals with the contract's error body.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

/// What every route answers with.
pub(super) type Reply = Response<Full<Bytes>>;

/// Marks an answer that a fault made, so that the record of requests can tell it from the organisation's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Injected(pub(super) &'static str);

/// A body as JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    let Ok(body) = serde_json::to_vec(body) else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

/// A status and nothing else.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

/// Why a call is refused; becomes the contract's error body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
    fault: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            header: None,
            fault: None,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad.request", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not.found", message)
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::UNAUTHORIZED, "bad.credentials", message);
        refusal.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(super) fn method(verb: &hyper::Method, allowed: &'static str) -> Self {
        let message = format!("{verb} is not allowed here; {allowed} is");
        let refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method.not.allowed",
            message,
        );
        refusal.with(ALLOW, HeaderValue::from_static(allowed))
    }

    /// Adds the seconds to wait, when there are any to tell.
    pub(super) fn retry_after(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => self.with(RETRY_AFTER, HeaderValue::from(seconds)),
            None => self,
        }
    }

    /// Names the fault that made it.
    pub(super) fn caused_by(mut self, fault: &'static str) -> Self {
        self.fault = Some(fault);
        self
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut reply = json(
            self.status,
            &serde_json::json!({
                "message": self.message,
                "code": self.code,
                "status": self.status.as_u16(),
                "contextId": Uuid::new_v4().to_string(),
            }),
        );
        if let Some((name, value)) = self.header {
            reply.headers_mut().insert(name, value);
        }
        if let Some(fault) = self.fault {
            reply.extensions_mut().insert(Injected(fault));
        }
        reply
    }
}
