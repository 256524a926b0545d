//! `GET /oauth/authorize`: where a person's browser signs in (RFC 6749 §4.1.1, with PKCE, RFC 7636). Anyone may say who
//! they are; this is a demonstration.
//!
//! The browser is sent back to loopback only (RFC 8252 §7.3). For a console on another machine there is
//! `urn:ietf:wg:oauth:2.0:oob`: the page shows the code, for the person to carry over.

use std::fmt::Write as _;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY,
};
use hyper::{Response, StatusCode};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use super::auth::codes::Consent;
use super::reply::{self, Refusal, Reply};
use super::shared::Shared;
use super::state::user_id;
use super::token::Form;

/// Shows the code instead of sending the browser anywhere.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// How many people the page offers; anyone else can be named in the address.
const OFFERED: usize = 25;

/// Answers with a page to choose who one is, or, when the address says who, sends the browser back with a code.
pub(super) fn answer(shared: &Shared, query: &str) -> Result<Reply, Refusal> {
    let form: Form<'_> = form_urlencoded::parse(query.as_bytes()).collect();
    let asked = |name: &str| form.get(name).map_or("", AsRef::as_ref);
    if asked("client_id") != shared.person_client() {
        return Err(Refusal::bad_request(format!(
            "no person signs in with client_id {:?}; the client of the grant type Code Authorization is {:?}",
            asked("client_id"),
            shared.person_client()
        )));
    }
    let redirect = asked("redirect_uri");
    let back = Redirect::of(redirect)?;
    if asked("response_type") != "code" {
        return back.with(&[
            ("error", "unsupported_response_type"),
            ("state", asked("state")),
        ]);
    }
    if asked("code_challenge_method") != "S256" || asked("code_challenge").is_empty() {
        let told = "code_challenge with code_challenge_method=S256 is required";
        return back.with(&[
            ("error", "invalid_request"),
            ("error_description", told),
            ("state", asked("state")),
        ]);
    }
    if asked("user").is_empty() {
        return Ok(page(&people(shared, query)));
    }
    let Some(person) = shared.world().find(asked("user")) else {
        return back.with(&[("error", "access_denied"), ("state", asked("state"))]);
    };
    let consent = Consent {
        person,
        redirect: redirect.to_owned(),
        challenge: asked("code_challenge").to_owned(),
    };
    let code = shared.codes().give(consent, Instant::now());
    let code = code.ok_or_else(|| {
        let message = "too many people are signing in";
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service.unavailable",
            message,
        )
    })?;
    back.with(&[("code", code.expose_secret()), ("state", asked("state"))])
}

/// Where the browser goes next.
enum Redirect {
    To(Url),
    /// Nowhere: the page shows what it would have carried.
    Shown,
}

impl Redirect {
    fn of(redirect: &str) -> Result<Self, Refusal> {
        if redirect == OUT_OF_BAND {
            return Ok(Self::Shown);
        }
        let loopback = |url: &Url| match url.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let url = Url::parse(redirect).ok();
        let url = url.filter(|url| url.scheme() == "http" && loopback(url));
        url.map(Self::To).ok_or_else(|| {
            Refusal::bad_request(format!(
                "redirect_uri is http on loopback or {OUT_OF_BAND}, not {redirect:?}"
            ))
        })
    }

    /// Sends the browser there with these parameters.
    fn with(self, parameters: &[(&str, &str)]) -> Result<Reply, Refusal> {
        let told = parameters.iter().filter(|(_, value)| !value.is_empty());
        let mut url = match self {
            Self::To(url) => url,
            Self::Shown => {
                let mut text = String::new();
                for (name, value) in told {
                    let _ = write!(text, "<p>{}: <code>{}</code></p>", name, escaped(value));
                }
                return Ok(page(&text));
            }
        };
        url.query_pairs_mut().extend_pairs(told);
        let location = HeaderValue::from_str(url.as_str())
            .map_err(|_| Refusal::bad_request("redirect_uri cannot be sent"))?;
        let mut reply = reply::empty(StatusCode::FOUND);
        reply.headers_mut().insert(LOCATION, location);
        reply
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(reply)
    }
}

/// The people to choose from, each a link that says who one is.
fn people(shared: &Shared, query: &str) -> String {
    let world = shared.world();
    let mut text = "<p>Who are you?</p><ul>".to_owned();
    for (number, person) in world.people.iter().take(OFFERED).enumerate() {
        let (id, name) = (user_id(number), person.name());
        let href = format!("?{query}&user={id}");
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "<li><a href=\"{}\">{}</a>, {}</li>",
            escaped(&href),
            escaped(&name),
            escaped(person.site())
        );
    }
    text.push_str("</ul>");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn page(body: &str) -> Reply {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign in</title><h1>Trunkline Demo</h1>{body}</html>"
    );
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    let mut put = |name, value| {
        reply
            .headers_mut()
            .insert(name, HeaderValue::from_static(value))
    };
    put(CONTENT_TYPE, "text/html; charset=utf-8");
    put(CONTENT_SECURITY_POLICY, "default-src 'none'");
    put(CACHE_CONTROL, "no-store");
    put(REFERRER_POLICY, "no-referrer");
    reply
}
