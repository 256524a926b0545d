//! `POST /oauth/token`: client credentials, by Basic or in the form (contract §1, RFC 6749 §2.3.1, §4.4, §5), and the codes
//! of people who signed in, with what renews their tokens (Platform API, RFC 6749 §4.1.3, §6).

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

/// What a form or a query says, by name.
pub(super) type Form<'a> = HashMap<Cow<'a, str>, Cow<'a, str>>;

/// An error of the token endpoint, in its own shape.
struct OAuthError(StatusCode, &'static str, &'static str);

const INVALID_CLIENT: OAuthError = OAuthError(
    StatusCode::UNAUTHORIZED,
    "invalid_client",
    "client authentication failed: unknown client or wrong secret",
);

/// What a token is issued for.
struct Granted {
    scopes: Vec<&'static str>,
    /// Who signed in; none for the client by itself.
    person: Option<usize>,
    /// Whether it can be renewed: only a client with a secret may, as the service has it.
    renewable: bool,
}

/// Issues a token, or says what is wrong with the request.
pub(super) fn issue(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Reply {
    let form: Form<'_> = form_urlencoded::parse(body).collect();
    let mut reply = match grant(shared, headers, &form) {
        Ok(granted) => tokens(shared, granted),
        Err(OAuthError(status, error, description)) => {
            let body = json!({
                "error": error, "error_description": description, "description": description,
            });
            let mut reply = reply::json(status, &body);
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

fn tokens(shared: &Shared, granted: Granted) -> Reply {
    let Granted {
        scopes,
        person,
        renewable,
    } = granted;
    let ttl = shared.faults().token_ttl;
    let now = Instant::now();
    let scope = scopes.join(" ");
    let (id, token) = shared.tokens().issue(person, scopes, ttl, now);
    let mut body = json!({
        "access_token": token.expose_secret(), "token_type": "Bearer", "expires_in": ttl.as_secs(), "scope": scope,
    });
    let renewal = person
        .filter(|_| renewable)
        .and_then(|person| shared.codes().renewal(person, id, now));
    if let Some(renewal) = renewal {
        body["refresh_token"] = json!(renewal.expose_secret());
    }
    reply::json(StatusCode::OK, &body)
}

const fn bad(error: &'static str, description: &'static str) -> OAuthError {
    OAuthError(StatusCode::BAD_REQUEST, error, description)
}

fn grant(shared: &Shared, headers: &HeaderMap, form: &Form<'_>) -> Result<Granted, OAuthError> {
    let asked = |name: &str| form.get(name).map_or("", AsRef::as_ref);
    match asked("grant_type") {
        grant @ ("authorization_code" | "refresh_token") => {
            let renewable = person_client(shared, headers, form).ok_or(INVALID_CLIENT)?;
            if grant == "refresh_token" && !renewable {
                let told = "a client without a secret renews nothing";
                return Err(bad("unauthorized_client", told));
            }
            let now = Instant::now();
            let person = if grant == "refresh_token" {
                shared.codes().renew(asked("refresh_token"), now)
            } else {
                let (code, verifier) = (asked("code"), asked("code_verifier"));
                shared
                    .codes()
                    .take(code, verifier, asked("redirect_uri"), now)
            };
            let refused = bad(
                "invalid_grant",
                "what was brought is not good, or no longer",
            );
            let person = Some(person.ok_or(refused)?);
            let scopes = SCOPES.to_vec();
            Ok(Granted {
                scopes,
                person,
                renewable,
            })
        }
        _ => client_grant(&shared.client, headers, form).map(|scopes| Granted {
            scopes,
            person: None,
            renewable: false,
        }),
    }
}

/// Whether the client that people sign in through has brought its secret, which is that of the other client; none when it
/// is no such client, or the secret is wrong.
fn person_client(shared: &Shared, headers: &HeaderMap, form: &Form<'_>) -> Option<bool> {
    let (id, secret) = if let Some(header) = headers.get(AUTHORIZATION) {
        basic(header)?
    } else {
        let field = |name: &str| form.get(name).map(|text| text.clone().into_owned());
        let secret = field("client_secret").unwrap_or_default();
        (field("client_id")?, secret)
    };
    let known = id == shared.person_client();
    let good = secret.is_empty() || is_client(&shared.client, &shared.client.id, &secret);
    (known && good).then_some(!secret.is_empty())
}

fn client_grant(
    client: &Client,
    headers: &HeaderMap,
    form: &Form<'_>,
) -> Result<Vec<&'static str>, OAuthError> {
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
                "only client_credentials, authorization_code and refresh_token are granted here",
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
