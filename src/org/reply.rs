//! Answers: JSON bodies, and refusals with the error body of the contract and what the Platform API adds to it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

/// The header in which the Platform API names a call.
const CORRELATION: HeaderName = HeaderName::from_static("inin-correlation-id");

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

/// A body that is a file of that type.
pub(super) fn file(kind: &'static str, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Full::from(body));
    let kind = HeaderValue::from_static(kind);
    reply.headers_mut().insert(CONTENT_TYPE, kind);
    reply
}

/// A status and nothing else.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

/// Names a call so that both sides can speak of it; one that has a name keeps it.
pub(super) fn correlate(reply: &mut Reply, context: &str) {
    if let Ok(context) = HeaderValue::from_str(context) {
        reply.headers_mut().entry(CORRELATION).or_insert(context);
    }
}

/// Why a call is refused; becomes the contract's error body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Boxed, for few refusals have any.
    more: Option<Box<RefusalDetails>>,
    hint: Option<RefusalHeader>,
    fault: Option<&'static str>,
}

/// What the Platform API tells programs of a refusal beyond its code.
#[derive(Clone, Debug, Default)]
struct RefusalDetails {
    params: BTreeMap<&'static str, String>,
    limit: Option<Limit>,
}

/// The limit of an organisation that a call came upon.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Limit {
    pub(super) key: &'static str,
    pub(super) namespace: &'static str,
    pub(super) value: u32,
}

/// What a refusal tells in a header, too.
#[derive(Clone, Debug)]
enum RefusalHeader {
    SignIn,
    Allow(HeaderValue),
    RetryAfter(HeaderValue),
}

impl RefusalHeader {
    fn header(self) -> (HeaderName, HeaderValue) {
        match self {
            Self::SignIn => (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            Self::Allow(verbs) => (ALLOW, verbs),
            Self::RetryAfter(when) => (RETRY_AFTER, when),
        }
    }
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            more: None,
            hint: None,
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
        Self::new(StatusCode::UNAUTHORIZED, "bad.credentials", message)
            .hinting(RefusalHeader::SignIn)
    }

    /// `allowed` names the verbs that are taken, separated by commas.
    pub(super) fn method(verb: &hyper::Method, allowed: &str) -> Self {
        let message = format!("{verb} is not allowed here, but {allowed}");
        let refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method.not.allowed",
            message,
        );
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => refusal.hinting(RefusalHeader::Allow(allowed)),
            Err(_) => refusal,
        }
    }

    /// What it says to a program.
    pub(super) const fn code(&self) -> &'static str {
        self.code
    }

    /// What it says to a person.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Gives it another code: the APIs have different ones for some things.
    pub(super) fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// Names something in it for programs (`messageParams` of the Platform API).
    pub(super) fn param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let more = self.more.get_or_insert_default();
        more.params.insert(name, value.into());
        self
    }

    /// Names the limit that it comes of (Platform API).
    pub(super) fn limited_by(mut self, limit: Limit) -> Self {
        self.more.get_or_insert_default().limit = Some(limit);
        self
    }

    /// Adds the seconds to wait, when there are any to tell.
    pub(super) fn retry_after(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => self.hinting(RefusalHeader::RetryAfter(HeaderValue::from(seconds))),
            None => self,
        }
    }

    /// Adds the time to come back at, as the date that RFC 9110 §10.2.3 allows in place of seconds.
    pub(super) fn retry_at(self, when: SystemTime) -> Self {
        match HeaderValue::try_from(httpdate::fmt_http_date(when)) {
            Ok(when) => self.hinting(RefusalHeader::RetryAfter(when)),
            Err(_) => self,
        }
    }

    /// Names the fault that made it.
    pub(super) fn caused_by(mut self, fault: &'static str) -> Self {
        self.fault = Some(fault);
        self
    }

    fn hinting(mut self, hint: RefusalHeader) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(super) fn into_reply(self) -> Reply {
        let context = Uuid::new_v4().to_string();
        let more = self.more.unwrap_or_default();
        let mut body = serde_json::json!({
            "message": self.message,
            "code": self.code,
            "status": self.status.as_u16(),
            "messageParams": more.params,
            "contextId": context,
            "details": [],
            "errors": [],
        });
        if let (Some(limit), Some(fields)) = (more.limit, body.as_object_mut()) {
            fields.insert("limit".to_owned(), serde_json::json!(limit));
        }
        let mut reply = json(self.status, &body);
        correlate(&mut reply, &context);
        if let Some((name, value)) = self.hint.map(RefusalHeader::header) {
            reply.headers_mut().insert(name, value);
        }
        if let Some(fault) = self.fault {
            reply.extensions_mut().insert(Injected(fault));
        }
        reply
    }
}
