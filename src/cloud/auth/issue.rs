//! The token call itself: `POST /oauth/token` (contract §1, Platform API §1).

use std::time::Duration;

use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::error::Category;
use tokio::time::Instant;

use super::Token;
use crate::cloud::{AuthStyle, Credentials, PersonClient, Settings};
use crate::text::json::{self, Misfit};
use crate::time::Clock;
use crate::vault;

/// A token that claims to live longer is renewed after this anyway; it also keeps the arithmetic small.
const LONGEST_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Columns of what a sign-in has granted in the log.
const LONGEST_GRANT: usize = 2_000;

/// Where tokens are issued: `login_url`, or the API's own host when there is none.
#[must_use]
pub fn token_url(settings: &Settings) -> Url {
    let mut url = login(settings);
    if !url.path().ends_with("/oauth/token") {
        append(&mut url, "token");
    }
    url
}

/// Where a person's browser is sent to sign in (RFC 6749 §3.1): beside the token endpoint.
#[must_use]
pub fn authorize_url(settings: &Settings) -> Url {
    let mut url = login(settings);
    if let Some(before) = url.path().strip_suffix("/oauth/token") {
        let before = before.to_owned();
        url.set_path(&before);
    }
    append(&mut url, "authorize");
    url
}

fn login(settings: &Settings) -> Url {
    let url = settings.login_url.as_ref().unwrap_or(&settings.base_url);
    url.clone()
}

/// Only a URL that cannot be a base has no segments, and those are refused before (`settings`).
fn append(url: &mut Url, last: &str) {
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["oauth", last]);
    }
}

/// Puts the client credentials into the request.
///
/// Without configured scopes it asks for none, which grants all that the client has: which panes a person will open is not
/// known at sign-in, and a client that lacks one asked-for scope would be refused altogether.
pub fn request(request: RequestBuilder, client: &Credentials) -> RequestBuilder {
    let scope = client.scopes.as_ref().map(|scopes| scopes.join(" "));
    let mut form = vec![("grant_type", "client_credentials")];
    if let Some(scope) = &scope {
        form.push(("scope", scope));
    }
    let secret = client.secret.expose_secret();
    match client.auth {
        AuthStyle::Basic => request.basic_auth(&client.id, Some(secret)).form(&form),
        AuthStyle::Form => {
            form.extend([("client_id", client.id.as_str()), ("client_secret", secret)]);
            request.form(&form)
        }
    }
}

/// Puts a person's grant into the request: a code (RFC 6749 §4.1.3) or a refresh token (§6). A client without a secret
/// names itself in the form.
pub fn request_as(
    request: RequestBuilder,
    client: &PersonClient,
    mut form: Vec<(&'static str, String)>,
) -> RequestBuilder {
    if let Some(secret) = &client.secret {
        let secret = secret.expose_secret();
        return request.basic_auth(&client.id, Some(secret)).form(&form);
    }
    form.push(("client_id", client.id.clone()));
    request.form(&form)
}

/// The form that renews a person's token.
pub fn refreshing(refresh: &SecretString) -> [(&'static str, String); 2] {
    [
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", refresh.expose_secret().to_owned()),
    ]
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: u64,
    scope: Option<String>,
    refresh_token: Option<SecretString>,
}

/// A token, and what renews it.
#[derive(Debug)]
pub struct Grant {
    /// The token.
    pub token: Token,
    /// Gets the next one; client credentials are given none.
    pub refresh: Option<SecretString>,
}

impl Grant {
    /// Reads the answer. The error never quotes the body, which may hold a token.
    pub fn read(body: &[u8], asked: Instant) -> Result<Self, String> {
        let granted: Granted =
            json::read(body).map_err(|Misfit { place, error }| match error.classify() {
                // A type error of serde quotes the value.
                Category::Data if !place.is_whole() => format!("{place} has the wrong type"),
                Category::Data => {
                    "access_token or expires_in is missing, or it is no JSON object".into()
                }
                _ => "it is not JSON".to_owned(),
            })?;
        if let Some(refresh) = &granted.refresh_token {
            vault::pass(refresh.expose_secret());
        }
        let life = Duration::from_secs(granted.expires_in).min(LONGEST_LIFE);
        let lived = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        let until = Clock::Real.now().plus(lived);
        let scopes = granted.scope.map(|scope| {
            scope
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        // An empty list is how some organisations say nothing about scopes.
        let scopes = scopes.filter(|scopes| !scopes.is_empty());
        log_grant(scopes.as_deref(), life);
        let token = Token::new(granted.access_token, scopes, asked, life, until);
        match token.header() {
            Some(_) => Ok(Self {
                token,
                refresh: granted.refresh_token,
            }),
            None => Err("access_token holds characters that no header can carry".into()),
        }
    }
}

/// The log says what a sign-in has granted (contract §11); names of scopes are no secret, and their text is remote.
fn log_grant(scopes: Option<&[String]>, life: Duration) {
    let scopes = scopes.map_or_else(|| "not available".to_owned(), |scopes| scopes.join(" "));
    let scopes = crate::text::fit(&scopes, LONGEST_GRANT);
    tracing::info!(%scopes, seconds = life.as_secs(), "signed in");
}
