//! What a server answered: STUN, TURN, DNS, HTTP and SIP.

use std::net::SocketAddr;

use serde::Serialize;

use super::{Grade, Transport};
use crate::cause::Cause;
use crate::text::Text;

/// A STUN Binding success (RFC 8489 §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stun {
    /// The server.
    pub peer: SocketAddr,
    /// The socket the request left from, as this machine sees it.
    pub local: SocketAddr,
    /// The same socket as the server sees it; none when it told nobody without credentials.
    pub mapped: Option<SocketAddr>,
    /// The realm that it wants credentials for before it answers a Binding (RFC 8489 §9.2), as coturn does with
    /// `secure-stun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wants: Option<Text>,
    /// From the request that was answered to its answer, in microseconds.
    pub rtt_us: u64,
    /// Requests sent; more than one means that packets were lost or late. Always one over TCP and TLS.
    pub requests: u32,
    /// What the server calls itself.
    pub software: Option<Text>,
}

impl Stun {
    /// Whether an address translator stands between this machine and the server.
    #[must_use]
    pub fn nat(&self) -> bool {
        self.mapped.is_some_and(|mapped| mapped != self.local)
    }

    pub(super) fn sentence(&self) -> String {
        let Some(mapped) = self.mapped else {
            let realm = self.wants.as_ref().filter(|realm| !realm.is_empty());
            let told = Cause::StunWantsCredentials
                .told()
                .with("at", self.peer.to_string())
                .with("after", rtt(self.rtt_us))
                .with("again", again(self.requests))
                .with(
                    "realm",
                    realm.map_or_else(String::new, |realm| format!(" (realm {})", realm.fit(80))),
                );
            return told.to_string();
        };
        format!(
            "{} answered in {} and sees this machine as {} ({}){}.",
            self.peer,
            rtt(self.rtt_us),
            mapped,
            if self.nat() {
                "behind a NAT"
            } else {
                "no NAT between"
            },
            again(self.requests)
        )
    }
}

/// A TURN allocation (RFC 8656 §7), released again where the server let us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TurnAnswer {
    /// The server.
    pub peer: SocketAddr,
    /// The address that it relayed from.
    pub relayed: SocketAddr,
    /// This machine as the server sees it, when it said so.
    pub mapped: Option<SocketAddr>,
    /// How long the allocation would have lived, in seconds.
    pub lifetime_s: u32,
    /// Whether the server confirmed that the allocation is gone; otherwise it ends by itself after its lifetime.
    pub released: bool,
    /// From the credentialed Allocate to its answer, in microseconds.
    pub rtt_us: u64,
    /// Requests sent, the first without credentials and retransmissions included.
    pub requests: u32,
    /// The realm the credentials were asked for.
    pub realm: Text,
    /// What the server calls itself.
    pub software: Option<Text>,
}

impl TurnAnswer {
    pub(super) fn sentence(&self) -> String {
        let end = if self.released {
            "and released"
        } else {
            "but not released: it ends by itself"
        };
        format!(
            "{} allocated the relay {} for {} s in {}, {end}.",
            self.peer,
            self.relayed,
            self.lifetime_s,
            rtt(self.rtt_us)
        )
    }
}

/// What a resolver knows of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dns {
    /// The records, in the order they were asked for; never empty.
    pub records: Vec<Record>,
    /// Records beyond those kept.
    pub records_dropped: usize,
    /// The resolver that answered: its address, or that it is the system's.
    pub resolver: Text,
    /// What went wrong on the way: resolvers that failed before it, and kinds of record that could not be read.
    pub notes: Vec<Text>,
}

/// One resource record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Whose it is.
    pub name: Text,
    /// `A`, `AAAA`, `CNAME`, `SRV` or `NAPTR`.
    pub kind: &'static str,
    /// Seconds it may be kept.
    pub ttl_s: u32,
    /// Its data in zone-file form.
    pub value: Text,
}

impl Dns {
    pub(super) fn sentence(&self) -> String {
        let count = self.records.len().saturating_add(self.records_dropped);
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} record{plural} from {}.", self.resolver)
    }
}

/// An HTTP answer; redirects are not followed, because a health check speaks for one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Http {
    /// The status code.
    pub status: u16,
    /// The version of HTTP, such as `HTTP/2.0`.
    pub version: Text,
    /// The server that answered, when known.
    pub peer: Option<SocketAddr>,
    /// Where a redirect would lead.
    pub location: Option<Text>,
}

impl Http {
    /// Whether the service is up: below 500 (contract §9), because even a 404 is an answer of a working service.
    #[must_use]
    pub const fn healthy(&self) -> bool {
        self.status < 500
    }

    pub(super) fn sentence(&self, took_ms: u64) -> String {
        let state = if self.healthy() {
            "healthy"
        } else {
            "not healthy: 500 and above are failures of the service"
        };
        let to = self
            .location
            .as_ref()
            .map(|to| format!(", not followed to {}", to.fit(80)));
        format!(
            "{} {} in {took_ms} ms{}, {state}.",
            self.version,
            self.status,
            to.unwrap_or_default()
        )
    }
}

/// The final answer to a SIP OPTIONS request (RFC 3261 §11.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SipAnswer {
    /// The server.
    pub peer: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// The status code.
    pub status: u16,
    /// What the server says with it.
    pub reason: Text,
    /// What the server calls itself.
    pub server: Option<Text>,
    /// The methods that it takes, as it lists them; empty where it does not.
    pub allow: Text,
    /// From the last request to the answer, in microseconds.
    pub rtt_us: u64,
    /// Requests sent; more than one means that packets were lost or late. Always one over TCP and TLS.
    pub requests: u32,
}

impl SipAnswer {
    /// 2xx is as it should be; a refusal is a server that is there and does not serve us; from 500 on it serves nobody.
    #[must_use]
    pub const fn grade(&self) -> Grade {
        match self.status {
            200..300 => Grade::Good,
            300..500 => Grade::Warning,
            _ => Grade::Bad,
        }
    }

    pub(super) fn sentence(&self) -> String {
        let says = match self.grade() {
            Grade::Good => "",
            Grade::Warning => ": it is there, and does not serve this request",
            Grade::Bad | Grade::Unreachable => ": it says that it cannot serve",
        };
        format!(
            "{} answered {} {} over {} in {}{}{says}.",
            self.peer,
            self.status,
            self.reason,
            self.transport,
            rtt(self.rtt_us),
            again(self.requests)
        )
    }
}

fn rtt(us: u64) -> String {
    format!("{}.{} ms", us / 1000, us % 1000 / 100)
}

fn again(requests: u32) -> String {
    match requests {
        0 | 1 => String::new(),
        n => format!(", after {n} requests"),
    }
}
