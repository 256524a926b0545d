//! Who may ask: the right name, no foreign page, and a token or a user of the socket's list.
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

use super::pass::{Pass, Peer, Scope};
use super::reply::Refusal;
use crate::text::safe;

/// A bearer token, and what it is for.
#[derive(Debug)]
pub(super) struct Token {
    /// What it lets its bearer do.
    pub(super) scope: Scope,
    /// How the audit calls it.
    pub(super) name: &'static str,
    /// The token.
    pub(super) secret: SecretString,
}

/// The rules of one listener.
#[derive(Debug)]
pub(super) struct Guard {
    tokens: Vec<Token>,
    open: Scope,
    hosts: Vec<String>,
}

impl Guard {
    /// Rules that know these tokens, leave this much open to everyone, and answer to these names beside those of the
    /// address.
    pub(super) fn new(tokens: Vec<Token>, open: Scope, hosts: Vec<String>) -> Self {
        Self {
            tokens,
            open,
            hosts,
        }
    }

    /// Lets a request pass that has its secret elsewhere than in a header, or says why not.
    pub(super) fn admit_bare<B>(&self, request: &Request<B>, peer: &Peer) -> Result<(), Refusal> {
        let host = match peer {
            Peer::Net { at, .. } => self.host(request, *at)?,
            // No page of a browser gets here, and a client may call the socket as it likes.
            Peer::Local { .. } => named(request)?.1,
        };
        let origin = origin(request.headers(), host.as_ref());
        match peer {
            // The file's mode keeps strangers out; root passes by every mode.
            Peer::Local { user, scope, .. } if *scope == Scope::None => {
                Err(Refusal::foreign_user(user))
            }
            _ => origin,
        }
    }

    /// Says what a request may ask for, by its token, its user or because it is open to everyone.
    pub(super) fn pass(&self, headers: &HeaderMap, peer: &Peer) -> Result<Pass, Refusal> {
        let mut shown = headers.get_all(AUTHORIZATION).iter();
        let token = match (shown.next(), shown.next()) {
            (None, _) => None,
            (Some(one), None) => Some(self.token(one).ok_or_else(Refusal::wrong_token)?),
            (Some(_), Some(_)) => return Err(Refusal::wrong_token()),
        };
        let by_token = token.map_or(Scope::None, |token| token.scope);
        Ok(Pass {
            scope: by_token.max(peer.scope()).max(self.open),
            requester: peer.requester(token.map(|token| token.name)),
            known: token.is_some() || matches!(peer, Peer::Local { .. }),
        })
    }

    /// The token that a header shows. Every one is compared, in a time that does not tell which was near.
    fn token(&self, header: &HeaderValue) -> Option<&Token> {
        let given = bearer(header)?;
        let fits = |token: &&Token| {
            let expected = token.secret.expose_secret().as_bytes();
            bool::from(given.ct_eq(expected))
        };
        let fitting: Vec<&Token> = self.tokens.iter().filter(fits).collect();
        fitting.into_iter().max_by_key(|token| token.scope)
    }

    /// The one host that the request names, if it is one of ours.
    fn host<B>(&self, request: &Request<B>, at: SocketAddr) -> Result<Option<Authority>, Refusal> {
        let (target, host) = named(request)?;
        let hosts = target.into_iter().chain(host.clone());
        let mut hosts = hosts.map(|host| self.knows(host.host(), at));
        match host {
            Some(host) if hosts.all(|known| known) => Ok(Some(host)),
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
}

/// The target's own authority, which counts when there is one whatever the header says, and the one host of the header
/// (RFC 9112 §3.2) if it is one.
fn named<B>(request: &Request<B>) -> Result<(Option<Authority>, Option<Authority>), Refusal> {
    let mut named = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        let message = "a request needs exactly one Host header";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad.host", message));
    };
    let host = host.to_str().ok();
    let host = host.and_then(|text| text.parse::<Authority>().ok());
    Ok((request.uri().authority().cloned(), host))
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().as_bytes())
}

/// A page of the same origin may ask; any other, and one that hides where it is from (`null`), may not.
fn origin(headers: &HeaderMap, host: Option<&Authority>) -> Result<(), Refusal> {
    let same = |origin: &HeaderValue| {
        let Some(host) = host else {
            return false;
        };
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

    fn net(at: &str) -> Peer {
        Peer::Net {
            at: at.parse().unwrap(),
            from: "127.0.0.1:50000".parse().unwrap(),
        }
    }

    fn local(scope: Scope) -> Peer {
        Peer::Local {
            scope,
            user: "uid 7 (ada)".into(),
            path: std::path::Path::new("/run/t.sock").into(),
        }
    }

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().uri("/healthz");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    fn status(guard: &Guard, at: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let refusal = guard.admit_bare(&request(headers), &net(at)).err()?;
        Some(refusal.into_reply().status().as_u16())
    }

    fn guard(hosts: &[&str]) -> Guard {
        let token = |scope, name, secret: &str| Token {
            scope,
            name,
            secret: secret.into(),
        };
        let tokens = vec![
            token(Scope::Write, "write token", "open sesame"),
            token(Scope::Read, "read token", "look sesame"),
        ];
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Guard::new(tokens, Scope::Health, hosts)
    }

    #[test]
    fn only_names_of_its_own_reach_it() {
        let open = guard(&["noc.example.com"]);
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
        let guard = guard(&[]);
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
        assert!(
            guard(&[])
                .admit_bare(&request, &net("127.0.0.1:80"))
                .is_err()
        );
    }

    #[test]
    fn pages_from_elsewhere_are_refused() {
        let guard = guard(&[]);
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
    fn a_token_is_compared_whole_and_has_its_scope() {
        let guard = guard(&[]);
        let at = net("127.0.0.1:8080");
        let with = |value| {
            let request = request(&[("authorization", value)]);
            let pass = guard.pass(request.headers(), &at);
            pass.map_err(|refusal| refusal.into_reply().status().as_u16())
        };
        let asker = |value| with(value).unwrap().requester.to_string();
        assert_eq!(with("Bearer open sesame").unwrap().scope, Scope::Write);
        assert_eq!(with("bearer  open sesame ").unwrap().scope, Scope::Write);
        assert_eq!(with("Bearer look sesame").unwrap().scope, Scope::Read);
        assert_eq!(
            asker("Bearer open sesame"),
            "write token from 127.0.0.1:50000"
        );
        for value in [
            "Bearer open sesam",
            "Bearer open sesame!",
            "Bearer",
            "Bearer ",
            "Basic open sesame",
            "",
        ] {
            assert_eq!(with(value).unwrap_err(), 401, "{value}");
        }
        let bare = guard.pass(&HeaderMap::new(), &at).unwrap();
        assert_eq!((bare.scope, bare.known), (Scope::Health, false));
        assert!(!format!("{guard:?}").contains("sesame"));
    }

    #[test]
    fn a_user_of_the_socket_is_known_by_number_and_a_stranger_is_refused() {
        let guard = guard(&[]);
        let there = request(&[("host", "anything")]);
        guard.admit_bare(&there, &local(Scope::Read)).unwrap();
        let pass = guard.pass(&HeaderMap::new(), &local(Scope::Read)).unwrap();
        assert_eq!((pass.scope, pass.known), (Scope::Read, true));
        assert_eq!(pass.requester.to_string(), "uid 7 (ada) from /run/t.sock");
        let more = request(&[("authorization", "Bearer open sesame")]);
        let pass = guard.pass(more.headers(), &local(Scope::Read)).unwrap();
        assert_eq!(pass.scope, Scope::Write);
        let refused = guard.admit_bare(&there, &local(Scope::None)).unwrap_err();
        assert_eq!(refused.into_reply().status(), StatusCode::FORBIDDEN);
        let page = request(&[("host", "a"), ("origin", "http://b")]);
        assert!(guard.admit_bare(&page, &local(Scope::Write)).is_err());
    }
}
