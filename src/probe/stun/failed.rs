//! Why a STUN or TURN server gave no answer, or none that can be used.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use stun_proto::agent::StunError;
use stun_proto::types::message::{StunParseError, StunWriteError};

use crate::cause::{Cause, Explanation, said};
use crate::model::finding::{ProbeOutcome, Target};
use crate::probe::connect::NoWay;

/// Why there is no answer, or none that can be used.
#[derive(Debug)]
pub(in crate::probe) enum Failed {
    /// There is no way to the server: another address of its name may have one.
    NoWay(NoWay),
    /// What it needs could not be had: a sentence of whoever should have given it.
    Setup(String),
    /// It did not get as far as an answer.
    Before(Explanation),
    /// The server answered, and so.
    Answered(Explanation),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWay(no_way) => no_way.fmt(f),
            Self::Setup(why) => write!(f, "{}.", why.trim_end_matches('.')),
            Self::Before(told) | Self::Answered(told) => told.fmt(f),
        }
    }
}

impl Failed {
    /// As what a probe found.
    pub(in crate::probe) fn outcome(&self, protocol: &str, target: &Target) -> ProbeOutcome {
        let address = target.address();
        let reason = format!("{protocol} probe of {address}: {self}");
        match self {
            Self::NoWay(_) | Self::Setup(_) | Self::Before(_) => ProbeOutcome::unreachable(reason),
            Self::Answered(_) => ProbeOutcome::refused(reason),
        }
    }

    /// Whether the server may have done what it was asked for, although nobody can prove that it was the server.
    pub(in crate::probe) fn may_have_been_granted(&self) -> bool {
        matches!(self, Self::Answered(told) if matches!(told.cause(), Cause::TurnUnsigned | Cause::TurnSignedByAnother))
    }

    /// The probe itself could not be made ready.
    pub(in crate::probe) fn setup(why: impl Into<String>) -> Self {
        Self::Before(Cause::ProbeNotSetUp.told().with("said", why))
    }

    /// So many requests, and no answer to any.
    pub(in crate::probe) fn silent(peer: SocketAddr, requests: u32, allowed: Duration) -> Self {
        let s = if requests == 1 { "" } else { "s" };
        let told = Cause::StunSilent
            .told()
            .with("at", peer.to_string())
            .with("requests", format!("{requests} request{s}"))
            .with("seconds", format!("{:.1}", allowed.as_secs_f64()));
        Self::Before(told)
    }

    /// The connection ended.
    pub(in crate::probe) fn broke(peer: SocketAddr, source: &io::Error) -> Self {
        let told = Cause::StunBroken.told().with("at", peer.to_string());
        Self::Before(told.with("said", said(source)))
    }

    /// What came is not STUN, or not as it should be.
    pub(in crate::probe) fn nonsense(why: impl Into<String>) -> Self {
        Self::Answered(Cause::StunNonsense.told().with("said", why))
    }
}

impl From<NoWay> for Failed {
    fn from(no_way: NoWay) -> Self {
        Self::NoWay(no_way)
    }
}

impl From<StunParseError> for Failed {
    fn from(error: StunParseError) -> Self {
        Self::nonsense(match error {
            StunParseError::NotStun => "what came is no STUN message".to_owned(),
            _ => "a message of it is torn or damaged".to_owned(),
        })
    }
}

impl From<StunWriteError> for Failed {
    fn from(error: StunWriteError) -> Self {
        Self::setup(said(&error))
    }
}

impl From<StunError> for Failed {
    fn from(error: StunError) -> Self {
        Self::setup(said(&error))
    }
}
