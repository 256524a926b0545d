//! What is counted: registrations that were looked at, and apart from them the reads that did so (contract §6).

use serde::{Deserialize, Serialize};

/// Registrations looked at: each device in each read, and each event of a stream that tells of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checks {
    /// Found registered.
    #[serde(skip_serializing_if = "is_zero")]
    pub registered: u64,
    /// Found not registered.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// Looked at, and the organisation did not say. They are in neither of the two and in no share: what is not told is no
    /// failure of the device.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
}

impl Checks {
    /// Counts one; none is one of which the organisation did not say how it is.
    pub fn note(&mut self, registered: Option<bool>) {
        let of = match registered {
            Some(true) => &mut self.registered,
            Some(false) => &mut self.lost,
            None => &mut self.unknown,
        };
        *of = of.saturating_add(1);
    }

    /// `totalChecks` of the contract: those of which it is known how they were.
    #[must_use]
    pub fn total(self) -> u64 {
        self.registered.saturating_add(self.lost)
    }

    /// The share found registered, as a percentage 0..=100; none where nothing was looked at.
    #[must_use]
    pub fn success_rate(self) -> Option<f64> {
        percent(self.registered, self.total())
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            registered: self.registered.saturating_add(other.registered),
            lost: self.lost.saturating_add(other.lost),
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }
}

/// Reads, each counted once whatever its retries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reads {
    /// Answered and understood.
    #[serde(skip_serializing_if = "is_zero")]
    pub ok: u64,
    /// Failed after their retries.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u64,
}

impl Reads {
    /// Counts one.
    pub fn note(&mut self, ok: bool) {
        let of = if ok { &mut self.ok } else { &mut self.failed };
        *of = of.saturating_add(1);
    }

    /// Reads in all.
    #[must_use]
    pub fn total(self) -> u64 {
        self.ok.saturating_add(self.failed)
    }

    /// The share that worked, as a percentage 0..=100; none before the first read.
    #[must_use]
    pub fn success_rate(self) -> Option<f64> {
        percent(self.ok, self.total())
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            ok: self.ok.saturating_add(other.ok),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

fn percent(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 * 100.0 / of as f64)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference to the field"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_no_failure() {
        let mut checks = Checks::default();
        assert_eq!(checks.success_rate(), None);
        for told in [Some(true), Some(true), Some(true), Some(false), None] {
            checks.note(told);
        }
        assert_eq!((checks.total(), checks.unknown), (4, 1));
        assert_eq!(checks.success_rate(), Some(75.0));
    }
}
