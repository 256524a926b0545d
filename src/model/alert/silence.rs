//! Silences: for a while, what they cover is shown and not told. What one covers is asked where filters are known.

use serde::{Deserialize, Serialize};

use super::{AlertKind, Subject};
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
        kind: AlertKind,
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

impl Silence {
    /// Whether it is that one, of which the end may be another by now.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        (&self.scope, self.from, &self.by) == (&other.scope, other.from, &other.by)
    }
}

impl Scope {
    /// What it covers, in words that are safe to show.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::All => "every alert".to_owned(),
            Self::Matching(filter) => crate::text::safe(filter).into_owned(),
            Self::This { kind, subject } => {
                let of = match subject {
                    Subject::Device { device, .. } => device.to_string(),
                    Subject::Carrier(name) | Subject::Endpoint(name) | Subject::Edge(name) => {
                        name.to_string()
                    }
                    Subject::Calls { by, name } => format!("calls of {by} {name}"),
                    Subject::Storm { site, devices } => match site {
                        Some(site) => format!("{devices} devices at {site}"),
                        None => format!("{devices} devices"),
                    },
                };
                format!("{}: {of}", kind.title())
            }
        }
    }
}
