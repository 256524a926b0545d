//! What a probe found: plain data for the screen, for rules and for exports.
//!
//! A failure is a finding like any other, with a sentence that says what was tried, on what and why it failed, so
//! that nothing has to be looked up in a log.

pub mod answer;
pub mod target;
pub mod tls;

use serde::Serialize;

pub use self::answer::{Dns, Http, Record, SipAnswer, Stun, TurnAnswer};
pub use self::target::{Protocol, Target, TargetError, Transport};
pub use self::tls::{Certificate, Distrust, Tls, TlsVerdict};
use crate::text::Text;
use crate::time::{self, Millis};

/// One probe, from its first packet to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was probed.
    pub target: Target,
    /// When the probe began.
    #[serde(serialize_with = "time::rfc3339")]
    pub at: Millis,
    /// How long all of it took, in milliseconds.
    pub took_ms: u64,
    /// What came of it.
    pub outcome: ProbeOutcome,
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProbeOutcome {
    /// A TLS probe; its verdict covers failures too, because a refused certificate is shown all the same.
    Tls(Box<Tls>),
    /// A STUN server answered.
    Stun(Stun),
    /// A TURN server allocated a relay address.
    Turn(TurnAnswer),
    /// A resolver answered.
    Dns(Dns),
    /// An HTTP server answered, whatever its status.
    Http(Http),
    /// A SIP server answered, whatever its status.
    Sip(SipAnswer),
    /// Nothing useful came.
    Failed(Failure),
}

/// Why a probe has nothing to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Whether anybody was there.
    pub kind: FailureKind,
    /// What was tried, on what, why it failed and what to do; a whole sentence.
    pub reason: Text,
}

/// Tells silence from a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// No answer came.
    Unreachable,
    /// An answer came, and it was no.
    Refused,
}

/// How good a finding is, worst first: what a summary counts, a colour shows and an exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Nobody answered.
    Unreachable,
    /// Somebody answered, and not as they should.
    Bad,
    /// Fine for now; somebody should look.
    Warning,
    /// As it should be.
    Good,
}

impl Finding {
    /// How good it is.
    #[must_use]
    pub fn grade(&self) -> Grade {
        match &self.outcome {
            ProbeOutcome::Tls(tls) => tls.verdict.grade(),
            ProbeOutcome::Stun(stun) if stun.mapped.is_none() => Grade::Warning,
            ProbeOutcome::Stun(_) | ProbeOutcome::Turn(_) | ProbeOutcome::Dns(_) => Grade::Good,
            ProbeOutcome::Http(http) if http.healthy() => Grade::Good,
            ProbeOutcome::Sip(sip) => sip.grade(),
            ProbeOutcome::Http(_) => Grade::Bad,
            ProbeOutcome::Failed(failure) => match failure.kind {
                FailureKind::Unreachable => Grade::Unreachable,
                FailureKind::Refused => Grade::Bad,
            },
        }
    }

    /// The word on screen, in filters and in exports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match &self.outcome {
            ProbeOutcome::Tls(tls) => tls.verdict.word(),
            ProbeOutcome::Stun(_) | ProbeOutcome::Turn(_) | ProbeOutcome::Dns(_) => "answers",
            ProbeOutcome::Http(http) if http.healthy() => "healthy",
            ProbeOutcome::Sip(sip) if sip.grade() > Grade::Bad => "answers",
            ProbeOutcome::Sip(_) | ProbeOutcome::Http(_) => "unhealthy",
            ProbeOutcome::Failed(failure) => match failure.kind {
                FailureKind::Unreachable => "unreachable",
                FailureKind::Refused => "refused",
            },
        }
    }

    /// The one sentence that sums it up, for a toast, a detail line or a log.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.outcome {
            ProbeOutcome::Tls(tls) => tls.reason.to_string(),
            ProbeOutcome::Stun(stun) => stun.sentence(),
            ProbeOutcome::Turn(turn) => turn.sentence(),
            ProbeOutcome::Dns(dns) => dns.sentence(),
            ProbeOutcome::Http(http) => http.sentence(self.took_ms),
            ProbeOutcome::Sip(sip) => sip.sentence(),
            ProbeOutcome::Failed(failure) => failure.reason.to_string(),
        }
    }

    /// The TLS part, when it was a TLS probe.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        match &self.outcome {
            ProbeOutcome::Tls(tls) => Some(tls),
            _ => None,
        }
    }
}

impl ProbeOutcome {
    /// A failure with nobody there.
    #[must_use]
    pub fn unreachable(reason: impl Into<Text>) -> Self {
        Self::failed(FailureKind::Unreachable, reason)
    }

    /// A failure that somebody answered with.
    #[must_use]
    pub fn refused(reason: impl Into<Text>) -> Self {
        Self::failed(FailureKind::Refused, reason)
    }

    fn failed(kind: FailureKind, reason: impl Into<Text>) -> Self {
        let reason = reason.into();
        Self::Failed(Failure { kind, reason })
    }
}
