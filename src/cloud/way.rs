//! The one way out: every connection to the organisation, and to what is beside it, leaves by the same rule.
//!
//! A profile names a proxy, or says that there is none, or leaves it to the machine (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, as
//! curl reads them). REST, web sockets, webhooks and the probes ask the same [`Way`], so that none of them works while another
//! does not. Nothing on this machine is ever asked for by a proxy.
//!
//! When a connection fails on the way, it is told who spoke: the proxy, or something that stands in between.

mod fault;
mod page;
mod tunnel;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

pub use self::fault::ProxyFault;
pub use self::page::Page;
use super::unreachable::Unreachable;
use super::{names, settings, wire};
use crate::model::proxy;
pub use crate::model::proxy::Named;

/// A connection out, before any TLS with whom it leads to; a proxy may itself be spoken to by TLS.
pub type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// What a profile says of the proxy, its password read.
pub type Proxy = proxy::Proxy<SecretString>;

/// How long what a proxy said to one connection is told of the next one that fails in the same way.
const TOLD_FOR: Duration = Duration::from_secs(60);

/// How connections leave this machine, and how long an exchange over one may take. Clones share it.
#[derive(Clone, Debug)]
pub struct Way(Arc<Rule>, Duration);

#[derive(Debug)]
struct Rule {
    /// None where there is never a proxy.
    matcher: Option<Matcher>,
    origin: &'static str,
    /// What the proxy said the last time that it was asked why.
    told: Mutex<Option<Word>>,
}

/// What a proxy said when it was asked why a connection failed.
#[derive(Debug)]
struct Word {
    /// Where the connection was to lead, and how it failed.
    of: (String, Unreachable),
    at: Instant,
    said: Option<Unreachable>,
}

/// A proxy on the way to somewhere.
#[derive(Clone)]
pub struct Hop {
    /// With its credentials, as the HTTP library wants it.
    url: Url,
    basic: Option<HeaderValue>,
    login: Option<(String, String)>,
    origin: &'static str,
}

impl Way {
    /// The way by a profile's word.
    #[must_use]
    pub fn new(proxy: Proxy) -> Self {
        let (matcher, origin) = match proxy {
            Proxy::Machine => (Some(Matcher::from_system()), "HTTPS_PROXY or ALL_PROXY"),
            Proxy::None => (None, ""),
            Proxy::Named(named) => {
                let matcher = Matcher::builder()
                    .all(whole(&named))
                    .no(named.except.join(","));
                (Some(matcher.build()), "proxy in the profile")
            }
        };
        let rule = Rule {
            matcher,
            origin,
            told: Mutex::default(),
        };
        Self(Arc::new(rule), wire::DEADLINE)
    }

    /// The same for exchanges that are given up after so long.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self(self.0, deadline)
    }

    /// How long an exchange may take, from the first packet to the last byte of its answer.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.1
    }

    /// The proxy on the way to `to`; none is straight there. By the rule of its secure kind, whatever its scheme.
    #[must_use]
    pub fn hop(&self, to: &Url) -> Option<Hop> {
        if settings::is_loopback(to) {
            return None;
        }
        let scheme = if matches!(to.scheme(), "http" | "ws") {
            "http"
        } else {
            "https"
        };
        let port = to.port_or_known_default().unwrap_or(443);
        let target = format!("{scheme}://{}:{port}/", to.host_str()?)
            .parse()
            .ok()?;
        let found = self.0.matcher.as_ref()?.intercept(&target)?;
        let login = found
            .raw_auth()
            .map(|(user, password)| (user.to_owned(), password.to_owned()));
        let mut url: Url = found.uri().to_string().parse().ok()?;
        let of_header = found.basic_auth().and_then(decoded);
        if let Some((user, password)) = login.clone().or(of_header) {
            url.set_username(&user).ok()?;
            url.set_password(Some(&password)).ok()?;
        }
        Some(Hop {
            url,
            basic: found.basic_auth().cloned(),
            login,
            origin: self.0.origin,
        })
    }

    /// The HTTP library's own way, by this rule.
    pub fn of_http(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let way = self.clone();
        let proxy = reqwest::Proxy::custom(move |to| way.hop(to).map(|hop| hop.url));
        // `no_proxy` first: else the machine's would be asked where this rule says none.
        builder.no_proxy().proxy(proxy)
    }

    /// Connects to where a URL points, by the proxy where there is one.
    pub async fn connect(&self, to: &Url) -> Result<Stream, Unreachable> {
        let host = to.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = to.port_or_known_default().unwrap_or(443);
        match self.hop(to) {
            Some(hop) => {
                // Boxed: most connections have no proxy, and each stream keeps the room of what is awaited here.
                let reached = Box::pin(tunnel::open(&hop, host, port)).await;
                reached.map_err(|fault| Unreachable::Proxy(hop.seen(), Box::new(fault)))
            }
            None => straight(host, port).await.map(Either::Left),
        }
    }

    /// Why a connection that the HTTP library could not make by a proxy failed, which the library says only as `failed`: it
    /// keeps what the proxy said to itself, so the proxy is asked. Once: connections that fail alike within a minute are told
    /// the same, and a proxy that counts refused logins is not asked twice for each. None where there is no proxy, or where it
    /// lets this connection through.
    pub(super) async fn explain(&self, to: &Url, failed: &Unreachable) -> Option<Unreachable> {
        self.hop(to)?;
        let of = (to.origin().ascii_serialization(), failed.clone());
        let told = || self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = &*told()
            && word.of == of
            && word.at.elapsed() < TOLD_FOR
        {
            return word.said.clone();
        }
        let said = Box::pin(self.connect(to)).await.err();
        *told() = Some(Word {
            of,
            at: Instant::now(),
            said: said.clone(),
        });
        said
    }
}

impl Hop {
    /// The proxy as a person knows it.
    fn seen(&self) -> String {
        format!("{self} ({})", self.origin)
    }

    fn host(&self) -> &str {
        self.url
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
    }

    fn port(&self) -> u16 {
        let standard = if self.url.scheme().starts_with("socks") {
            1080
        } else {
            80
        };
        self.url.port_or_known_default().unwrap_or(standard)
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}",
            self.url.host_str().unwrap_or_default(),
            self.port()
        )
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hop({self})")
    }
}

/// The URL with the credentials in it, as the matcher reads them.
fn whole(named: &Named<SecretString>) -> String {
    let mut url = named.url.clone();
    if let Some((user, password)) = &named.login {
        // Only a URL without a host refuses them, and the configuration lets none of those through.
        let _ = url.set_username(user);
        let _ = url.set_password(Some(password.expose_secret()));
    }
    url.into()
}

/// A connection without a proxy.
async fn straight(host: &str, port: u16) -> Result<TcpStream, Unreachable> {
    let found = names::lookup(host, port)
        .await
        .map_err(|error| Unreachable::from_chain(&error))?;
    let stream = TcpStream::connect(&found[..])
        .await
        .map_err(|error| Unreachable::from_chain(&error))?;
    // Pings must not wait for anything.
    stream
        .set_nodelay(true)
        .map_err(|error| Unreachable::from_chain(&error))?;
    Ok(stream)
}

/// The two halves of `Basic` credentials (RFC 7617).
fn decoded(header: &HeaderValue) -> Option<(String, String)> {
    use base64::Engine as _;
    let coded = header.to_str().ok()?.strip_prefix("Basic ")?;
    let plain = base64::engine::general_purpose::STANDARD
        .decode(coded)
        .ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (user, password) = plain.split_once(':')?;
    crate::vault::keep(password);
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests;
