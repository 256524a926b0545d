//! From a request to its answer: which route, what a fault makes of it, who may call, and the record of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::time::Instant;

use super::auth::TokenId;
use super::record::{self, Kind};
use super::reply::{Injected, Refusal, Reply};
use super::shared::Shared;
use super::streams::{self, Handoff};
use super::{control, rest, routes, token, webhooks};

/// The most bytes of a request's body.
const MAX_BODY: usize = 128 * 1024;

/// How long a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// What the cloud's side of the organisation serves.
#[derive(Debug, PartialEq, Eq)]
enum Route<'a> {
    Token,
    Users,
    Registrations(Cow<'a, str>),
    Carriers,
    Stream(Cow<'a, str>),
    Outbound(routes::Path<'a>),
    Unknown,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        match segments(path).as_slice() {
            ["oauth", "token"] => Self::Token,
            ["api", "v2", "users"] => Self::Users,
            ["api", "v2", "telephony", "users", id, "registrations"] => {
                decode(id).map_or(Self::Unknown, Self::Registrations)
            }
            ["api", "v2", "telephony", "providers", "carriers"] => Self::Carriers,
            ["ws", "v2", "telephony", "users", id, "registrations"] => {
                decode(id).map_or(Self::Unknown, Self::Stream)
            }
            other => routes::Path::of(other).map_or(Self::Unknown, Self::Outbound),
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Token => Kind::Token,
            Self::Stream(_) => Kind::Stream,
            Self::Users
            | Self::Registrations(_)
            | Self::Carriers
            | Self::Outbound(_)
            | Self::Unknown => Kind::Rest,
        }
    }
}

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
) -> Reply {
    if webhooks::takes(&request) {
        return webhooks::deliver(shared, request)
            .await
            .unwrap_or_else(Refusal::into_reply);
    }
    if request.uri().path().starts_with("/_org/") {
        return control::answer(shared, request)
            .await
            .unwrap_or_else(Refusal::into_reply);
    }
    let (at, began) = (Timestamp::now(), Instant::now());
    let (verb, uri) = (request.method().clone(), request.uri().clone());
    let attempt = request.headers().get("x-trunkline-attempt");
    let attempt = attempt
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let route = Route::of(uri.path());
    let kind = route.kind();

    let reply = cloud(shared, handoff, route, request)
        .await
        .unwrap_or_else(Refusal::into_reply);

    shared.requests().push(record::Request {
        at,
        verb,
        path: record::masked(&uri),
        status: reply.status().as_u16(),
        ms: began.elapsed().as_secs_f64() * 1000.0,
        attempt,
        kind,
        fault: reply
            .extensions()
            .get::<Injected>()
            .map(|injected| injected.0),
    });
    reply
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
    match route {
        Route::Token => {
            allow(request.method(), &Method::POST, "POST")?;
            let (head, body) = request.into_parts();
            Ok(token::issue(shared, &head.headers, &read_body(body).await?))
        }
        Route::Users => {
            read(shared, &request, "telephony:users:read")?;
            rest::users(shared, request.uri().query().unwrap_or_default())
        }
        Route::Registrations(id) => {
            read(shared, &request, "telephony:users:read")?;
            rest::registrations(shared, &id)
        }
        Route::Carriers => {
            read(shared, &request, "telephony:providers:read")?;
            Ok(rest::carriers(shared))
        }
        Route::Stream(id) => {
            let token = admit(shared, request.headers(), "websocket:read")?;
            allow(request.method(), &Method::GET, "GET")?;
            streams::open(shared, handoff, token, &id, request)
        }
        Route::Outbound(path) => routes::answer(shared, &path, request).await,
        Route::Unknown => Err(Refusal::not_found(format!(
            "nothing is served at {}",
            request.uri().path()
        ))),
    }
}

/// What a path that only reads passes.
fn read(shared: &Shared, request: &Request<Incoming>, scope: &str) -> Result<(), Refusal> {
    pass(shared, request.headers(), scope)?;
    allow(request.method(), &Method::GET, "GET")
}

/// What every call under `/api` passes: a token with the scope, and the rate limit.
pub(super) fn pass(shared: &Shared, headers: &HeaderMap, scope: &str) -> Result<(), Refusal> {
    admit(shared, headers, scope)?;
    let bearer = bearer(headers).unwrap_or_default();
    shared
        .tokens()
        .count(bearer, shared.rate_limit, Instant::now())
}

fn admit(shared: &Shared, headers: &HeaderMap, scope: &str) -> Result<TokenId, Refusal> {
    let bearer = bearer(headers)
        .ok_or_else(|| Refusal::unauthorized("this call needs Authorization: Bearer TOKEN"))?;
    shared.tokens().admit(bearer, scope, Instant::now())
}

fn allow(verb: &Method, allowed: &Method, name: &'static str) -> Result<(), Refusal> {
    if verb == allowed {
        Ok(())
    } else {
        Err(Refusal::method(verb, name))
    }
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
fn inject(shared: &Shared) -> Result<(), Refusal> {
    let faults = shared.faults();
    let hint = || {
        shared
            .chance(0.8)
            .then(|| if shared.chance(0.5) { 1 } else { 2 })
    };
    if shared.chance(faults.http_429) {
        let refusal = Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too.many.requests",
            "too many requests",
        );
        return Err(refusal.retry_after(hint()).caused_by("http-429"));
    }
    if shared.chance(faults.http_503) {
        let refusal = Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service.unavailable",
            "the service is unavailable",
        );
        return Err(refusal.retry_after(hint()).caused_by("http-503"));
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
            Route::Registrations(Cow::Borrowed("u/1"))
        );
        assert_eq!(
            Route::of("/ws/v2/telephony/users/u-1/registrations"),
            Route::Stream("u-1".into())
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
