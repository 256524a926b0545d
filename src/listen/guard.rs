//! Who may ask: the right name, no foreign page, and the token when there is one.
//!
//! A listener on loopback is within reach of every web page that the operator has open. A page cannot forge the
//! `Host` of a request: under a name of its own that it points at 127.0.0.1 (DNS rebinding) it sends that name, and
//! is refused. Nor can it forge the `Origin` of what it sends across sites.

use std::net::{IpAddr, SocketAddr};

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;
use url::{Host, Url};

use super::reply::Refusal;
use crate::text::safe;

/// The rules of one listener.
#[derive(Debug)]
pub struct Guard {
    token: Option<SecretString>,
    hosts: Vec<String>,
}

impl Guard {
    /// Rules that ask for this token, and answer to these names beside those of the address.
    #[must_use]
    pub fn new(token: Option<SecretString>, hosts: Vec<String>) -> Self {
        Self { token, hosts }
    }

    /// Lets a request pass that came in at the address `at`, or says why not.
    pub(super) fn admit<B>(&self, request: &Request<B>, at: SocketAddr) -> Result<(), Refusal> {
        self.admit_bare(request, at)?;
        self.token(request.headers())
    }

    /// The same for a request that has its secret elsewhere than in a header.
    pub(super) fn admit_bare<B>(
        &self,
        request: &Request<B>,
        at: SocketAddr,
    ) -> Result<(), Refusal> {
        let host = self.host(request, at)?;
        origin(request.headers(), &host)
    }

    /// The one host that the request names (RFC 9112 §3.2), if it is one of ours.
    fn host<B>(&self, request: &Request<B>, at: SocketAddr) -> Result<Authority, Refusal> {
        let mut named = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            let message = "a request needs exactly one Host header";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad.host", message));
        };
        let host = host
            .to_str()
            .ok()
            .and_then(|text| text.parse::<Authority>().ok());
        // The target's own authority counts when there is one, whatever the header says.
        let target = request.uri().authority().cloned();
        let hosts = target.into_iter().chain(host.clone());
        let mut hosts = hosts.map(|host| self.knows(host.host(), at));
        match host {
            Some(host) if hosts.all(|known| known) => Ok(host),
            _ => Err(Refusal::forbidden(
                "foreign.host",
                "this listener does not answer to that Host; name it in hosts of the profile's [listen] section".into(),
            )),
        }
    }

    fn knows(&self, name: &str, at: SocketAddr) -> bool {
        let Ok(host) = Host::parse(name) else {
            return false;
        };
        let address: Option<IpAddr> = match &host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        };
        let at = at.ip().to_canonical();
        let of_loopback = match (&host, address) {
            (Host::Domain(name), _) => name.eq_ignore_ascii_case("localhost"),
            (_, Some(address)) => address.is_loopback(),
            (_, None) => false,
        };
        address == Some(at)
            || (at.is_loopback() && of_loopback)
            || self.hosts.contains(&host.to_string())
    }

    fn token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let given = headers.get(AUTHORIZATION).and_then(bearer);
        let expected = token.expose_secret().as_bytes();
        let matches = given.is_some_and(|given| bool::from(given.ct_eq(expected)));
        matches.then_some(()).ok_or_else(Refusal::unauthorized)
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().as_bytes())
}

/// A page of the same origin may ask; any other, and one that hides where it is from (`null`), may not.
fn origin(headers: &HeaderMap, host: &Authority) -> Result<(), Refusal> {
    let same = |origin: &HeaderValue| {
        let url = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
        url.is_some_and(|url| {
            let port = host.port_u16().unwrap_or(80);
            url.scheme() == "http"
                && url.host_str() == Some(host.host())
                && url.port_or_known_default() == Some(port)
        })
    };
    match headers.get_all(ORIGIN).iter().find(|origin| !same(origin)) {
        None => Ok(()),
        Some(origin) => {
            let shown = String::from_utf8_lossy(origin.as_bytes());
            let message = format!("pages of {} may not ask here", safe(&shown));
            Err(Refusal::forbidden("foreign.origin", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(guard: &Guard, at: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().uri("/healthz");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let refusal = guard.admit(&request, at.parse().unwrap()).err()?;
        Some(refusal.into_reply().status().as_u16())
    }

    fn guard(token: Option<&str>, hosts: &[&str]) -> Guard {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Guard::new(token.map(SecretString::from), hosts)
    }

    #[test]
    fn only_names_of_its_own_reach_it() {
        let open = guard(None, &["noc.example.com"]);
        let at = "127.0.0.1:8080";
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "NOC.example.com:443",
        ] {
            assert_eq!(status(&open, at, &[("host", host)]), None, "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "192.0.2.1",
            "10.0.0.1:8080",
        ] {
            assert_eq!(status(&open, at, &[("host", host)]), Some(403), "{host}");
        }
        for host in ["", "a b", "127.0.0.1:8080@evil.example/", "[::1"] {
            assert!(status(&open, at, &[("host", host)]).is_some(), "{host:?}");
        }
        assert_eq!(status(&open, at, &[]), Some(400));
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert_eq!(status(&open, at, &twice), Some(400));
    }

    #[test]
    fn beyond_loopback_it_answers_to_its_own_address() {
        let guard = guard(None, &[]);
        let at = "192.0.2.7:8080";
        assert_eq!(status(&guard, at, &[("host", "192.0.2.7:8080")]), None);
        for host in ["localhost", "127.0.0.1", "192.0.2.8"] {
            assert_eq!(status(&guard, at, &[("host", host)]), Some(403), "{host}");
        }
        let mapped = "[::ffff:127.0.0.1]:80";
        assert_eq!(status(&guard, mapped, &[("host", "127.0.0.1")]), None);
    }

    #[test]
    fn the_target_counts_as_much_as_the_header() {
        let request = Request::builder()
            .uri("http://evil.example/healthz")
            .header("host", "localhost")
            .body(())
            .unwrap();
        let at = "127.0.0.1:80".parse().unwrap();
        assert!(guard(None, &[]).admit(&request, at).is_err());
    }

    #[test]
    fn pages_from_elsewhere_are_refused() {
        let guard = guard(None, &[]);
        let with = |origin| {
            let headers = [("host", "localhost:8080"), ("origin", origin)];
            status(&guard, "127.0.0.1:8080", &headers)
        };
        assert_eq!(with("http://localhost:8080"), None);
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost",
            "https://localhost:8080",
            "http://localhost:8081",
        ] {
            assert_eq!(with(origin), Some(403), "{origin}");
        }
    }

    #[test]
    fn a_token_is_asked_for_and_compared_whole() {
        let guard = guard(Some("open sesame"), &[]);
        let with = |value| {
            let headers = [("host", "localhost"), ("authorization", value)];
            status(&guard, "127.0.0.1:8080", &headers)
        };
        assert_eq!(with("Bearer open sesame"), None);
        assert_eq!(with("bearer  open sesame "), None);
        for value in [
            "Bearer open sesam",
            "Bearer open sesame!",
            "Bearer",
            "Basic open sesame",
            "",
        ] {
            assert_eq!(with(value), Some(401), "{value}");
        }
        assert!(!format!("{guard:?}").contains("sesame"));
    }
}
