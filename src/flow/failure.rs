//! Why a flow went no further, and what that says of its write.

use std::fmt;

use crate::cloud::Error;
pub use crate::cloud::Fate;
use crate::model::audit::LineStatus;
use crate::model::flow::Outcome;
use crate::text::Text;
use crate::vocabulary::problem::Trouble;

/// A flow that goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What became of the write.
    pub fate: Fate,
    /// What was tried, on what, why it failed and what to do.
    pub why: Text,
    /// What a person can look at to find out; only where it is unknown.
    pub check: Text,
    /// Whether the organisation is to blame: a circuit breaker counts those.
    pub trouble: bool,
    /// Whether the operator stopped it.
    pub cancelled: bool,
    /// The HTTP status that refused it, or that leaves it in doubt, when there was one.
    pub http: Option<u16>,
    /// Where it is unknown: how the answer failed to come. `server-error`, `slow`, `lost` and `unreadable` are not the same,
    /// and a person looks elsewhere for each.
    pub silence: Option<&'static str>,
    /// What kind of trouble a call was in; none where none was made.
    pub fault: Option<Trouble>,
}

impl Failure {
    /// It has not been sent, for a reason of our own.
    pub fn not_sent(why: impl Into<Text>) -> Self {
        Self {
            fate: Fate::NotSent,
            why: why.into(),
            check: Text::default(),
            trouble: false,
            cancelled: false,
            http: None,
            silence: None,
            fault: None,
        }
    }

    /// The organisation said no, and works.
    pub fn refused(why: impl Into<Text>) -> Self {
        Self {
            fate: Fate::Refused,
            ..Self::not_sent(why)
        }
    }

    /// It may have been done.
    pub fn unknown(why: impl Into<Text>, check: impl Into<Text>) -> Self {
        Self {
            fate: Fate::Unknown,
            check: check.into(),
            trouble: true,
            ..Self::not_sent(why)
        }
    }

    /// The operator stopped it before it was sent.
    pub fn cancelled(what: impl Into<Text>) -> Self {
        Self {
            cancelled: true,
            ..Self::not_sent(what)
        }
    }

    /// What a failed call says of its write; `check` is what to look at where that is unknown.
    pub fn of(error: &Error, check: impl Into<Text>) -> Self {
        let why = error.to_string();
        match error.fate() {
            Fate::Unknown => Self {
                http: error.status(),
                silence: Some(error.silence()),
                fault: Some(error.trouble()),
                ..Self::unknown(why, check)
            },
            fate => Self {
                fate,
                trouble: error.passing(),
                http: error.status(),
                fault: Some(error.trouble()),
                ..Self::not_sent(why)
            },
        }
    }

    /// The audit's word for it (contract §11).
    #[must_use]
    pub const fn status(&self) -> LineStatus {
        match self.fate {
            _ if self.cancelled => LineStatus::Cancelled,
            Fate::NotSent | Fate::Refused => LineStatus::Refused,
            Fate::Unknown => LineStatus::Unknown,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.check.is_empty() {
            return self.why.fmt(f);
        }
        write!(f, "{} {}", self.why, self.check)
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure.fate {
            _ if failure.cancelled => Self::Cancelled(failure.why),
            Fate::NotSent | Fate::Refused => Self::Refused(failure.why),
            Fate::Unknown => Self::Unknown {
                why: failure.why,
                check: failure.check,
            },
        }
    }
}
