//! Whether a destination can be reached: its name, its TLS, its health (contract §9), each with its time.

use serde::Serialize;

use crate::text::Text;
use crate::time::{self, Millis};

/// One thing that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// The name has an address.
    Dns,
    /// A verified handshake of TLS 1.2 or newer.
    Tls,
    /// A GET is answered below 500.
    Health,
}

impl Check {
    /// In the order that they are made.
    pub const ALL: [Self; 3] = [Self::Dns, Self::Tls, Self::Health];

    /// Its name on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Tls => "TLS",
            Self::Health => "health",
        }
    }
}

/// How far one check of one destination has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Not begun; after a failure of an earlier check it never is.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// As it should be.
    #[serde(rename_all = "camelCase")]
    Passed {
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// What was seen, for the detail.
        note: Text,
    },
    /// Not as it should be.
    #[serde(rename_all = "camelCase")]
    Failed {
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// What was tried, on what, why it failed, what to do.
        why: Text,
    },
}

impl Stage {
    /// One word for a table.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "-",
            Self::Running => "…",
            Self::Passed { .. } => "ok",
            Self::Failed { .. } => "failed",
        }
    }
}

/// One destination as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The destination.
    pub uri: Text,
    /// When it was begun to be looked at.
    #[serde(serialize_with = "time::rfc3339")]
    pub at: Millis,
    /// Its name.
    pub dns: Stage,
    /// Its certificate.
    pub tls: Stage,
    /// Its answer.
    pub health: Stage,
    /// Whole days until its certificate ends, once it was seen.
    pub days_left: Option<i64>,
    /// The HTTP status of the health check.
    pub status: Option<u16>,
}

impl Verdict {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(uri: &str, at: Millis) -> Self {
        Self {
            uri: Text::verbatim(uri),
            at,
            dns: Stage::Waiting,
            tls: Stage::Waiting,
            health: Stage::Waiting,
            days_left: None,
            status: None,
        }
    }

    /// How far a check has come.
    #[must_use]
    pub const fn stage(&self, check: Check) -> &Stage {
        match check {
            Check::Dns => &self.dns,
            Check::Tls => &self.tls,
            Check::Health => &self.health,
        }
    }

    /// Notes how far a check has come.
    pub fn set(&mut self, check: Check, stage: Stage) {
        *match check {
            Check::Dns => &mut self.dns,
            Check::Tls => &mut self.tls,
            Check::Health => &mut self.health,
        } = stage;
    }

    /// The check that failed and why; none when none has.
    #[must_use]
    pub fn failure(&self) -> Option<(Check, &Text)> {
        Check::ALL
            .into_iter()
            .find_map(|check| match self.stage(check) {
                Stage::Failed { why, .. } => Some((check, why)),
                _ => None,
            })
    }

    /// Whether every check passed.
    #[must_use]
    pub fn reachable(&self) -> bool {
        matches!(self.health, Stage::Passed { .. })
    }

    /// Whether it has come to an end, good or bad.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.reachable() || self.failure().is_some()
    }

    /// How long the checks took together, in milliseconds.
    #[must_use]
    pub fn took_ms(&self) -> u64 {
        let took = |check| match self.stage(check) {
            Stage::Passed { took_ms, .. } | Stage::Failed { took_ms, .. } => *took_ms,
            Stage::Waiting | Stage::Running => 0,
        };
        Check::ALL
            .into_iter()
            .map(took)
            .fold(0, u64::saturating_add)
    }

    /// One word: `reachable`, or the check that failed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.failure() {
            Some((Check::Dns, _)) => "DNS failed",
            Some((Check::Tls, _)) => "bad TLS",
            Some((Check::Health, _)) => "unhealthy",
            None if self.reachable() => "reachable",
            None => "checking",
        }
    }

    /// The one sentence that sums it up.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.failure() {
            Some((check, why)) => format!("{} failed: {why}", check.word()),
            None if self.reachable() => {
                let days = self
                    .days_left
                    .map(|days| format!(", certificate for {days} days"));
                format!(
                    "reachable in {} ms{}",
                    self.took_ms(),
                    days.unwrap_or_default()
                )
            }
            None => "being checked".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(took_ms: u64) -> Stage {
        let note = Text::default();
        Stage::Passed { took_ms, note }
    }

    #[test]
    fn the_first_failure_is_the_verdict_and_half_a_way_is_none() {
        let mut verdict = Verdict::new("https://a.example/", Millis(1));
        assert!(!verdict.ended());
        verdict.set(Check::Dns, passed(2));
        verdict.set(Check::Tls, Stage::Running);
        assert_eq!((verdict.word(), verdict.ended()), ("checking", false));
        let why = "expired".into();
        verdict.set(Check::Tls, Stage::Failed { took_ms: 5, why });
        assert_eq!((verdict.word(), verdict.ended()), ("bad TLS", true));
        assert_eq!(verdict.sentence(), "TLS failed: expired");
        verdict.set(Check::Tls, passed(5));
        verdict.set(Check::Health, passed(u64::MAX));
        assert!(verdict.reachable() && verdict.ended());
        assert_eq!(verdict.took_ms(), u64::MAX);
    }
}
