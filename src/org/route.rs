//! From a request to its answer: which route, what a fault makes of it, who calls, and the record of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::time::Instant;
use uuid::Uuid;

use super::access::Caller;
use super::platform::{calls, channels};
use super::record::{self, RequestKind};
use super::reply::{self, Injected, Refusal, Reply};
use super::shared::Shared;
use super::table::ServedPath;
use super::upgrade::Handoff;
use super::webhooks::{self, Sink};
use super::{authorize, control, token, vendor};

/// The most bytes of a request's body.
const MAX_BODY: usize = 128 * 1024;

/// How long a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How often an upgrade that hangs looks whether it still does.
const HANG_LOOK: Duration = Duration::from_millis(50);

/// What the cloud's side of the organisation serves.
enum Endpoint<'a> {
    Token,
    Authorize,
    /// An operation of either API.
    Served(ServedPath<'a>),
    /// The WebSocket of a notification channel; its id is the credential.
    Channel(&'a str),
    /// What was collected for somebody; its id is the credential.
    Download(&'a str),
    Unknown,
}

impl<'a> Endpoint<'a> {
    fn of(path: &'a str) -> Self {
        match segments(path).as_slice() {
            ["oauth", "token"] => Self::Token,
            ["oauth", "authorize"] => Self::Authorize,
            ["channels", id] => Self::Channel(id),
            ["downloads", id] => Self::Download(id),
            _ => ServedPath::of(path).map_or(Self::Unknown, Self::Served),
        }
    }

    /// What is kept of a path that is itself a secret.
    const fn kept(&self) -> Option<&'static str> {
        match self {
            Self::Channel(_) => Some("/channels/***"),
            Self::Download(_) => Some("/downloads/***"),
            _ => None,
        }
    }

    fn kind(&self) -> RequestKind {
        match self {
            Self::Token | Self::Authorize => RequestKind::Token,
            Self::Channel(_) => RequestKind::Stream,
            Self::Served(found) if found.opens() => RequestKind::Stream,
            Self::Served(_) | Self::Download(_) | Self::Unknown => RequestKind::Rest,
        }
    }
}

/// What becomes of a write on its way; reads and the token call always get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WriteLoss {
    Whole,
    /// The connection breaks before the write is taken.
    RequestLost,
    /// The connection breaks after the write is taken. One that is refused is answered all the same.
    AnswerLost,
}

impl WriteLoss {
    fn draw(shared: &Shared, route: &Endpoint<'_>, verb: &Method) -> Self {
        let taken = matches!(route, Endpoint::Served(found) if !found.opens() && !found.asks());
        let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        if !taken || !writes.contains(verb) {
            return Self::Whole;
        }
        let faults = shared.faults();
        if shared.chance(faults.lose_request) {
            Self::RequestLost
        } else if shared.chance(faults.lose_answer) {
            Self::AnswerLost
        } else {
            Self::Whole
        }
    }

    /// The fault that breaks the connection, when one does; `reply` is what would be answered.
    fn strikes(self, reply: Option<&Reply>) -> Option<&'static str> {
        match self {
            Self::RequestLost => Some("lose-request"),
            Self::AnswerLost if reply.is_some_and(|reply| reply.status().is_success()) => {
                Some("lose-answer")
            }
            Self::Whole | Self::AnswerLost => None,
        }
    }
}

/// The connection is to break instead of an answer: HTTP/1.1 ends it, HTTP/2 resets the stream.
#[derive(Debug, thiserror::Error)]
#[error("a fault breaks the connection")]
pub(super) struct Broken;

/// The path in its parts, still percent-encoded, so that an encoded slash stays inside its part.
pub(super) fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix('/').unwrap_or(path).split('/').collect()
}

/// One part of a path as text; none when it is not UTF-8 or empty.
pub(super) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment)
        .decode_utf8()
        .ok()
        .filter(|text| !text.is_empty())
}

/// Answers any request, and records it unless it is the control surface's.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    request: Request<Incoming>,
) -> Result<Reply, Broken> {
    if let Some(sink) = Sink::of(&request) {
        let reply = webhooks::deliver(shared, sink, request).await;
        return Ok(reply.unwrap_or_else(Refusal::into_reply));
    }
    if vendor::is_asked(request.uri().path()) {
        return Ok(vendor::answer(shared).unwrap_or_else(Refusal::into_reply));
    }
    if request.uri().path().starts_with("/_org/") {
        let reply = control::answer(shared, request).await;
        return Ok(reply.unwrap_or_else(Refusal::into_reply));
    }
    let (at, began) = (Timestamp::now(), Instant::now());
    let (verb, uri) = (request.method().clone(), request.uri().clone());
    let attempt = request.headers().get("x-trunkline-attempt");
    let attempt = attempt
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let route = Endpoint::of(uri.path());
    let (kind, kept) = (route.kind(), route.kept());

    let fate = WriteLoss::draw(shared, &route, &verb);
    let hindered = match fate {
        WriteLoss::RequestLost => None,
        WriteLoss::Whole | WriteLoss::AnswerLost => Some(hinder(shared, kind).await),
    };
    let caller = caller(shared, request.headers());
    let person = caller
        .as_ref()
        .and_then(|caller| caller.as_ref().ok()?.person);
    let reply = match hindered {
        None => None,
        Some(Err(refusal)) => Some(refusal.into_reply()),
        Some(Ok(())) => {
            let reply = cloud(shared, handoff, route, caller, request).await;
            Some(reply.unwrap_or_else(Refusal::into_reply))
        }
    };
    let lost = fate.strikes(reply.as_ref());
    let injected = reply
        .as_ref()
        .and_then(|reply| reply.extensions().get::<Injected>());
    shared.requests().push(record::Request {
        at,
        verb,
        path: match kept {
            Some(path) => path.into(),
            None => record::masked(&uri),
        },
        status: reply.as_ref().map_or(0, |reply| reply.status().as_u16()),
        ms: began.elapsed().as_secs_f64() * 1000.0,
        attempt,
        kind,
        person,
        fault: lost.or(injected.map(|injected| injected.0)),
    });
    match (lost, reply) {
        (None, Some(mut reply)) => {
            reply::correlate(&mut reply, &Uuid::new_v4().to_string());
            Ok(reply)
        }
        _ => Err(Broken),
    }
}

/// Who calls. It is asked once, when nothing is in the call's way any more, and is what the record tells, too.
fn caller(shared: &Shared, headers: &HeaderMap) -> Caller {
    let token = bearer(headers)?;
    Some(shared.tokens().holder(token, Instant::now()))
}

async fn cloud(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    route: Endpoint<'_>,
    caller: Caller,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    match route {
        Endpoint::Token => {
            if request.method() != Method::POST {
                return Err(Refusal::method(request.method(), "POST"));
            }
            let (head, body) = request.into_parts();
            Ok(token::issue(shared, &head.headers, &read_body(body).await?))
        }
        Endpoint::Authorize => {
            if request.method() != Method::GET {
                return Err(Refusal::method(request.method(), "GET"));
            }
            authorize::answer(shared, request.uri().query().unwrap_or_default())
        }
        Endpoint::Served(found) => found.serve(shared, handoff, caller, request).await,
        Endpoint::Download(id) => calls::download(shared, id),
        Endpoint::Channel(id) => channels::connect(shared, handoff, id, request),
        Endpoint::Unknown => Err(Refusal::not_found(format!(
            "nothing is served at {}",
            request.uri().path()
        ))),
    }
}

/// What faults put in a call's way: time, a refusal, and for an upgrade to a WebSocket more of both.
async fn hinder(shared: &Shared, kind: RequestKind) -> Result<(), Refusal> {
    let latency = shared.faults().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    inject(shared)?;
    if kind == RequestKind::Stream {
        hold_up(shared).await?;
    }
    Ok(())
}

/// An upgrade to a WebSocket that fails, or is not answered while the fault lasts.
async fn hold_up(shared: &Shared) -> Result<(), Refusal> {
    let faults = shared.faults();
    if shared.chance(faults.ws_fail) {
        return Err(unavailable().caused_by("ws-fail"));
    }
    let hangs = shared.chance(faults.ws_hang);
    while hangs && shared.faults().ws_hang > 0.0 {
        tokio::time::sleep(HANG_LOOK).await;
    }
    Ok(())
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A whole body, within its size and its time.
pub(super) async fn read_body(body: Incoming) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let message = format!("the body is over {MAX_BODY} bytes");
            Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "payload.too.large",
                message,
            ))
        }
        Ok(Err(_)) => Err(Refusal::bad_request("the body broke off")),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "request.timeout",
            "the body took too long",
        )),
    }
}

fn unavailable() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.unavailable",
        "the service is unavailable",
    )
}

/// Refuses the call when a fault says so. `Retry-After` comes most of the time and not always (contract §2).
fn inject(shared: &Shared) -> Result<(), Refusal> {
    let faults = shared.faults();
    let hinting = |refusal: Refusal| {
        let seconds = if shared.chance(0.5) { 1 } else { 2 };
        if !shared.chance(0.8) {
            refusal
        } else if faults.retry_after_date {
            refusal.retry_at(SystemTime::now() + Duration::from_secs(seconds))
        } else {
            refusal.retry_after(Some(seconds))
        }
    };
    if shared.chance(faults.http_429) {
        let refusal = Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too.many.requests",
            "too many requests",
        );
        return Err(hinting(refusal).caused_by("http-429"));
    }
    if shared.chance(faults.http_503) {
        return Err(hinting(unavailable()).caused_by("http-503"));
    }
    if shared.chance(faults.http_500) {
        let refusal = Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal.server.error",
            "something went wrong",
        );
        return Err(refusal.caused_by("http-500"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_before_they_are_decoded() {
        for path in [
            "/api/v2/telephony/users/u%2F1/registrations",
            "/ws/v2/telephony/users/u%2F1/registrations",
        ] {
            let route = Endpoint::of(path);
            assert!(matches!(route, Endpoint::Served(found) if found.ids == ["u/1"]));
        }
        for path in [
            "/",
            "/api/v2/users/",
            "/api/v2/telephony/users//registrations",
            "/oauth/token/x",
        ] {
            assert!(matches!(Endpoint::of(path), Endpoint::Unknown), "{path}");
        }
    }
}
