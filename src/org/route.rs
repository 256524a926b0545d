//! From a request to its answer: which route, what a fault makes of it, who may call, and the record of it.

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

use super::auth::TokenId;
use super::limit::Exceeded;
use super::platform::{calls, channels};
use super::record::{self, Kind};
use super::reply::{self, Injected, Refusal, Reply};
use super::resource::{Call, Resource, Verb};
use super::shared::Shared;
use super::upgrade::Handoff;
use super::webhooks::{self, Sink};
use super::websockets::Stream;
use super::{authorize, control, platform, token};

/// The most bytes of a request's body.
const MAX_BODY: usize = 128 * 1024;

/// How long a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How often an upgrade that hangs looks whether it still does.
const HANG_LOOK: Duration = Duration::from_millis(50);

/// What the cloud's side of the organisation serves.
#[derive(Debug, PartialEq, Eq)]
enum Route<'a> {
    Token,
    Authorize,
    Api(Resource<'a>),
    Platform(platform::Found<'a>),
    Stream(Stream<'a>),
    /// The WebSocket of a notification channel; its id is the credential.
    Channel(&'a str),
    /// What was collected for somebody; its id is the credential.
    Download(&'a str),
    Unknown,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        let path = segments(path);
        if let Some(stream) = Stream::of(&path) {
            return Self::Stream(stream);
        }
        match path.as_slice() {
            ["oauth", "token"] => Self::Token,
            ["oauth", "authorize"] => Self::Authorize,
            ["channels", id] => Self::Channel(id),
            ["downloads", id] => Self::Download(id),
            ["api", "v2", path @ ..] => Resource::of(path)
                .map(Self::Api)
                .or_else(|| platform::Found::of(path).map(Self::Platform))
                .unwrap_or(Self::Unknown),
            _ => Self::Unknown,
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

    const fn kind(&self) -> Kind {
        match self {
            Self::Token | Self::Authorize => Kind::Token,
            Self::Stream(_) | Self::Channel(_) => Kind::Stream,
            Self::Api(_) | Self::Platform(_) | Self::Download(_) | Self::Unknown => Kind::Rest,
        }
    }
}

/// What becomes of a write on its way; reads and the token call always get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Whole,
    /// The connection breaks before the write is taken.
    RequestLost,
    /// The connection breaks after the write is taken. One that is refused is answered all the same.
    AnswerLost,
}

impl Fate {
    fn draw(shared: &Shared, route: &Route<'_>, verb: &Method) -> Self {
        let taken = match route {
            Route::Api(_) => true,
            Route::Platform(found) => !found.asks(),
            _ => false,
        };
        if !taken || !Verb::of(verb).is_some_and(Verb::writes) {
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
    let route = Route::of(uri.path());
    let person = bearer(request.headers()).and_then(|token| {
        let holder = shared.tokens().holder(token, began).ok()?;
        holder.person
    });
    let (kind, kept) = (route.kind(), route.kept());

    let fate = Fate::draw(shared, &route, &verb);
    let reply = match fate {
        Fate::RequestLost => None,
        Fate::Whole | Fate::AnswerLost => {
            let reply = cloud(shared, handoff, route, request).await;
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

async fn cloud(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    route: Route<'_>,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let latency = shared.faults().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    inject(shared)?;
    if matches!(route, Route::Stream(_) | Route::Channel(_)) {
        hold_up(shared).await?;
    }
    match route {
        Route::Token => {
            if request.method() != Method::POST {
                return Err(Refusal::method(request.method(), "POST"));
            }
            let (head, body) = request.into_parts();
            Ok(token::issue(shared, &head.headers, &read_body(body).await?))
        }
        Route::Authorize => {
            if request.method() != Method::GET {
                return Err(Refusal::method(request.method(), "GET"));
            }
            authorize::answer(shared, request.uri().query().unwrap_or_default())
        }
        Route::Api(resource) => api(shared, &resource, request).await,
        Route::Platform(found) => Ok(platform::serve(shared, &found, request).await),
        Route::Stream(stream) => {
            let (scope, more) = stream.scopes();
            let token = admit(shared, request.headers(), scope)?;
            if let Some(scope) = more {
                admit(shared, request.headers(), scope)?;
            }
            if request.method() != Method::GET {
                return Err(Refusal::method(request.method(), "GET"));
            }
            stream.open(shared, handoff, token, request)
        }
        Route::Download(id) => calls::download(shared, id),
        Route::Channel(id) => channels::connect(shared, handoff, id, request),
        Route::Unknown => Err(Refusal::not_found(format!(
            "nothing is served at {}",
            request.uri().path()
        ))),
    }
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

/// What every call under `/api` passes: a token with the scope, the rate limit, and the verb. Where a verb is not taken
/// the token needs a scope that another verb takes, so that a stranger learns nothing.
async fn api(
    shared: &Arc<Shared>,
    resource: &Resource<'_>,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let (head, body) = request.into_parts();
    let rules = resource.rules();
    let asked = Verb::of(&head.method);
    let rule = rules.iter().find(|(verb, _)| Some(*verb) == asked);
    if let Some((_, scope)) = rule.or(rules.first()) {
        admit(shared, &head.headers, scope)?;
    }
    let bearer = bearer(&head.headers).unwrap_or_default();
    let now = Instant::now();
    let counted = shared.tokens().count(bearer, shared.rate_limit, now);
    counted.map_err(Exceeded::refusal)?;
    let Some((verb, _)) = rule.copied() else {
        let taken: Vec<_> = rules.iter().map(|(verb, _)| verb.name()).collect();
        return Err(Refusal::method(&head.method, &taken.join(", ")));
    };
    let body = if verb.carries() {
        read_body(body).await?
    } else {
        Bytes::new()
    };
    resource.answer(&Call { shared, verb, body })
}

fn admit(shared: &Shared, headers: &HeaderMap, scope: &str) -> Result<TokenId, Refusal> {
    let bearer = bearer(headers)
        .ok_or_else(|| Refusal::unauthorized("this call needs Authorization: Bearer TOKEN"))?;
    shared.tokens().admit(bearer, scope, Instant::now())
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

/// Refuses the call when a fault says so. `Retry-After` comes most of the time and not always (contract §2).
fn unavailable() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.unavailable",
        "the service is unavailable",
    )
}

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
        assert_eq!(
            Route::of("/api/v2/telephony/users/u%2F1/registrations"),
            Route::Api(Resource::Registrations("u/1".into()))
        );
        assert_eq!(
            Route::of("/ws/v2/telephony/users/u-1/registrations"),
            Route::Stream(Stream::Registrations("u-1".into()))
        );
        for path in [
            "/",
            "/api/v2/users/",
            "/api/v2/telephony/users//registrations",
            "/oauth/token/x",
        ] {
            assert_eq!(Route::of(path), Route::Unknown, "{path}");
        }
    }
}
