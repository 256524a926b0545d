//! Silences: for a while, what they cover is shown and not told.

use serde::{Deserialize, Serialize};

use super::{Alert, Kind, Subject};
use crate::kind::alerts;
use crate::text::Text;
use crate::time::Millis;

/// What a silence covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every alert.
    All,
    /// This condition of this subject, now and when it comes again.
    This {
        /// The condition.
        kind: Kind,
        /// The subject.
        subject: Subject,
    },
    /// Alerts that pass a filter over the columns of [`alerts::Alerts`]; it has been read once and found good.
    Matching(String),
}

/// One silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// What it covers.
    pub scope: Scope,
    /// When it was made.
    pub from: Millis,
    /// When it ends.
    pub until: Millis,
    /// Who made it.
    pub by: Text,
    /// Why.
    pub reason: Text,
}

impl Silence {
    /// Whether it covers an alert at this moment.
    ///
    /// The filter is read each time: alerts are few, because storms are folded, and a filter takes microseconds.
    #[must_use]
    pub fn covers(&self, alert: &Alert, now: Millis) -> bool {
        let in_scope = || match &self.scope {
            Scope::All => true,
            Scope::This { kind, subject } => alert.kind == *kind && alert.subject.same(subject),
            Scope::Matching(filter) => alerts::passes(filter, alert, now),
        };
        now < self.until && in_scope()
    }
}
