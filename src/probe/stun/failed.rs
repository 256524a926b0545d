//! Why a STUN or TURN server gave no answer, or none that can be used.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use stun_proto::agent::StunError;
use stun_proto::types::message::{StunParseError, StunWriteError};

use crate::model::finding::{Outcome, Target};
use crate::probe::connect::{NoWay, SHOWN};
use crate::text::fit;

/// Why there is no answer, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::probe) enum Failed {
    #[error(transparent)]
    NoWay(#[from] NoWay),
    #[error("{0}")]
    Setup(String),
    #[error("no answer from {peer} to {requests} request{} within {:.1} s. Check the port, and that firewalls let it through both ways.", if *requests == 1 { "" } else { "s" }, allowed.as_secs_f64())]
    Silent {
        peer: SocketAddr,
        requests: u32,
        allowed: Duration,
    },
    #[error("the connection to {peer} broke ({}).", fit(&.source.to_string(), SHOWN))]
    Broke { peer: SocketAddr, source: io::Error },
    #[error("the server answered with the error {0}.")]
    Said(String),
    #[error("the server does not answer as STUN does: {0}.")]
    Nonsense(String),
    #[error("{0}")]
    Refused(String),
}

impl Failed {
    /// As what a probe found.
    pub(in crate::probe) fn outcome(&self, protocol: &str, target: &Target) -> Outcome {
        let address = target.address();
        let reason = format!("{protocol} probe of {address}: {self}");
        match self {
            Self::NoWay(_) | Self::Setup(_) | Self::Silent { .. } | Self::Broke { .. } => {
                Outcome::unreachable(reason)
            }
            Self::Said(_) | Self::Nonsense(_) | Self::Refused(_) => Outcome::refused(reason),
        }
    }
}

impl From<StunParseError> for Failed {
    fn from(error: StunParseError) -> Self {
        Self::Nonsense(error.to_string())
    }
}

impl From<StunWriteError> for Failed {
    fn from(error: StunWriteError) -> Self {
        Self::Setup(format!("the request could not be made ({error})."))
    }
}

impl From<StunError> for Failed {
    fn from(error: StunError) -> Self {
        Self::Setup(format!("the request could not be made ({error})."))
    }
}
