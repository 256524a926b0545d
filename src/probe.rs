//! Probes: one question to one server, with a deadline, that always ends in a [`Finding`].
//!
//! Every protocol is a library's. A probe never fails as a function: what went wrong is what it found. Probes go straight
//! to their target and past any proxy, because whether the target answers from here is the question.

mod connect;
mod destination;
mod dns;
mod http;
mod names;
pub mod report;
pub mod schedule;
mod sip;
mod stun;
mod tls;
mod trust;
mod turn;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use secrecy::SecretString;
use tokio::time::Instant;

use self::names::Names;
use self::trust::Trust;
use crate::cloud::tls::Identity;
use crate::cloud::way::{Proxy, Way};
use crate::model::finding::{Finding, Protocol, Target};
use crate::time::Clock;

/// How long a probe may take when nobody says otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// Days before its end at which a certificate counts as expiring (contract §4).
pub const DEFAULT_EXPIRING_DAYS: u16 = 30;

/// What probes need to know beside their target.
#[derive(Debug)]
pub struct Settings {
    /// The time a whole probe may take.
    pub deadline: Duration,
    /// A certificate with fewer days than this left is `expiring`.
    pub expiring_days: u16,
    /// Authorities that are trusted beside the machine's own: the profile's `ca_file`.
    pub authorities: Vec<CertificateDer<'static>>,
    /// The client certificate for servers that demand one: the profile's `client_cert_file`.
    pub identity: Option<Identity>,
    /// How HTTP, and STUN and TURN over a stream, leave this machine.
    pub way: Way,
    /// Who is asked for names, in order: the next only when one does not answer.
    pub resolvers: Vec<Resolver>,
    /// Credentials for TURN servers.
    pub turn: Vec<TurnUser>,
}

/// A DNS resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// The machine's own, as `/etc/resolv.conf` names it.
    System,
    /// This one.
    At(SocketAddr),
}

/// A user of a TURN server, with long-term credentials (RFC 8489 §9.2).
#[derive(Debug)]
pub struct TurnUser {
    /// The server they are for.
    pub server: Target,
    /// The user's name.
    pub username: String,
    /// The user's password, which is sent to nobody, only proven; or why it could not be had, which a probe then says.
    pub password: Result<SecretString, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: DEFAULT_DEADLINE,
            expiring_days: DEFAULT_EXPIRING_DAYS,
            authorities: Vec::new(),
            identity: None,
            way: Way::new(Proxy::Machine),
            resolvers: vec![Resolver::System],
            turn: Vec::new(),
        }
    }
}

/// Carries out probes for one profile. A clone is cheap and shares the trust store and the HTTP client.
#[derive(Clone, Debug)]
pub struct Prober(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    trust: Trust,
    clock: Clock,
}

impl Prober {
    /// Takes the settings; reads and connects nothing yet.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        let authorities = std::mem::take(&mut settings.authorities);
        let names = Names::new(settings.resolvers.clone(), settings.deadline);
        let trust = Trust::new(
            authorities,
            settings.identity.take(),
            settings.way.clone(),
            names,
        );
        Self(Arc::new(Inner {
            settings,
            trust,
            clock: Clock::Real,
        }))
    }

    /// Probes a target. Ends at the deadline at the latest, also when the target is stalled.
    pub async fn probe(&self, target: &Target) -> Finding {
        let Inner {
            settings,
            trust,
            clock,
        } = &*self.0;
        let (at, began) = (clock.now(), Instant::now());
        let until = Deadline {
            at: began + settings.deadline,
            allowed: settings.deadline,
        };
        let outcome = match target.protocol() {
            Protocol::Tls => tls::probe(target, trust, settings.expiring_days, at, until).await,
            Protocol::Stun => stun::probe(target, trust, until).await,
            Protocol::Turn => turn::probe(target, trust, &settings.turn, until).await,
            Protocol::Dns => dns::probe(target, &settings.resolvers, until).await,
            Protocol::Http => http::probe(target, trust, until).await,
            Protocol::Sip => sip::probe(target, trust, until).await,
        };
        Finding {
            target: target.clone(),
            at,
            took_ms: millis(began.elapsed()),
            outcome,
        }
    }
}

/// When a probe must be over, by the monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: Instant,
    allowed: Duration,
}

impl Deadline {
    /// Waits for something until the deadline; the error's words end a sentence.
    async fn wait<T>(self, what: impl Future<Output = T>) -> Result<T, TooSlow> {
        tokio::time::timeout_at(self.at, what)
            .await
            .map_err(|_| TooSlow(self.allowed))
    }
}

/// The deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing came within {:.1} s", .0.as_secs_f64())]
struct TooSlow(Duration);

/// Whole milliseconds.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whole microseconds.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
