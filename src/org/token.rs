//! `POST /oauth/token`: client credentials, by Basic or in the form (contract §1, RFC 6749 §2.3.1, §4.4, §5).

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};
use hyper::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::time::Instant;

use super::auth::{Client, SCOPES};
use super::reply::{self, Reply};
use super::shared::Shared;

type Form<'a> = HashMap<Cow<'a, str>, Cow<'a, str>>;

/// An error of the token endpoint, in its own shape.
struct OAuthError(StatusCode, &'static str, &'static str);

const INVALID_CLIENT: OAuthError = OAuthError(
    StatusCode::UNAUTHORIZED,
    "invalid_client",
    "client authentication failed: unknown client or wrong secret",
);

/// Issues a token, or says what is wrong with the request.
pub(super) fn issue(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Reply {
    let form: Form<'_> = form_urlencoded::parse(body).collect();
    let mut reply = match grant(&shared.client, headers, &form) {
        Ok(scopes) => {
            let ttl = shared.faults().token_ttl;
            let scope = scopes.join(" ");
            let token = shared.tokens().issue(None, scopes, ttl, Instant::now());
            let body = json!({
                "access_token": token.expose_secret(), "token_type": "Bearer", "expires_in": ttl.as_secs(), "scope": scope,
            });
            reply::json(StatusCode::OK, &body)
        }
        Err(OAuthError(status, error, description)) => {
            let mut reply = reply::json(
                status,
                &json!({"error": error, "error_description": description}),
            );
            if status == StatusCode::UNAUTHORIZED {
                reply
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
            }
            reply
        }
    };
    reply
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

fn grant(
    client: &Client,
    headers: &HeaderMap,
    form: &Form<'_>,
) -> Result<Vec<&'static str>, OAuthError> {
    let bad = |error, description| OAuthError(StatusCode::BAD_REQUEST, error, description);
    let signed_in = match headers.get(AUTHORIZATION) {
        Some(_) if form.contains_key("client_secret") => {
            return Err(bad(
                "invalid_request",
                "credentials both in the header and in the form",
            ));
        }
        Some(header) => basic(header).is_some_and(|(id, secret)| is_client(client, &id, &secret)),
        None => match (form.get("client_id"), form.get("client_secret")) {
            (Some(id), Some(secret)) => client.is(id, secret),
            _ => {
                return Err(bad(
                    "invalid_request",
                    "no client credentials: send HTTP Basic, or client_id and client_secret",
                ));
            }
        },
    };
    if !signed_in {
        return Err(INVALID_CLIENT);
    }
    match form.get("grant_type").map(AsRef::as_ref) {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(bad(
                "unsupported_grant_type",
                "only client_credentials is granted here",
            ));
        }
        None => return Err(bad("invalid_request", "grant_type is missing")),
    }
    scopes(form.get("scope").map_or("", AsRef::as_ref)).ok_or(bad(
        "invalid_scope",
        "a scope that this client does not hold",
    ))
}

/// What is asked for, in the table's order, or everything when nothing is.
fn scopes(asked: &str) -> Option<Vec<&'static str>> {
    let asked: Vec<&str> = asked.split_ascii_whitespace().collect();
    if asked.is_empty() {
        return Some(SCOPES.to_vec());
    }
    let known = asked.iter().all(|scope| SCOPES.contains(scope));
    known.then(|| {
        SCOPES
            .into_iter()
            .filter(|scope| asked.contains(scope))
            .collect()
    })
}

fn basic(header: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// RFC 6749 §2.3.1 form-encodes both halves before Basic, and many clients do not: either spelling is taken.
fn is_client(client: &Client, id: &str, secret: &str) -> bool {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .ok()
            .map(Cow::into_owned)
    };
    client.is(id, secret)
        || decoded(id)
            .zip(decoded(secret))
            .is_some_and(|(id, secret)| client.is(&id, &secret))
}
