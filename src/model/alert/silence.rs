//! Silences: for a while, what they cover is shown and not told. What one covers is asked where filters are known.

use serde::{Deserialize, Serialize};

use super::{Kind, Subject};
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
    /// Alerts that pass a filter over the columns that lists of alerts have; it has been read once and found good.
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
