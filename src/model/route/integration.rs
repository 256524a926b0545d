//! What the organisation tells of an integration beside its body: how it is to stand, how it stands, and what of its
//! configuration is none of a route's business and has to survive every change.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::text::Text;
use crate::time::Millis;

/// An integration beside its body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Integration {
    /// What it is to be (Platform API, `intendedState`): `ENABLED`, `DISABLED`, `DELETED`, `RESTORED`, or a word of tomorrow.
    pub intended: Text,
    /// What it is (Platform API, `reportedState.code`); empty when the organisation has not said.
    pub reported: Text,
    /// Why, in the organisation's words; often empty.
    pub detail: Text,
    /// Since when it is so, as far as is known.
    pub since: Option<Millis>,
    /// Properties that no route has, sent back as they came.
    pub properties: Map<String, Value>,
    /// Sent back as it came.
    pub advanced: Value,
    /// Ids and names of credentials, never their secrets; sent back as they came.
    pub credentials: Value,
}

/// How an integration stands: what it is to be against what it is reported to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IntegrationStanding {
    /// It is to run and runs.
    On,
    /// It is to rest and rests.
    Off,
    /// It is to run and is on its way there.
    Starting,
    /// It is to rest and is on its way there.
    Stopping,
    /// It is to run, and the organisation does not say that it is getting there.
    NotOn,
    /// It is to rest, and the organisation does not say that it is getting there.
    NotOff,
    /// The organisation reports an error.
    Error,
    /// The organisation has a word for it that this console does not know, or none.
    Unknown,
}

impl Integration {
    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> IntegrationStanding {
        let on = match self.intended.raw() {
            "ENABLED" | "RESTORED" => true,
            "DISABLED" | "DELETED" => false,
            _ => return IntegrationStanding::Unknown,
        };
        match (on, self.reported.raw()) {
            (_, "ERROR") => IntegrationStanding::Error,
            (true, "ACTIVE") => IntegrationStanding::On,
            (true, "ACTIVATING") => IntegrationStanding::Starting,
            (true, "INACTIVE" | "DEACTIVATING") => IntegrationStanding::NotOn,
            (false, "INACTIVE") => IntegrationStanding::Off,
            (false, "DEACTIVATING") => IntegrationStanding::Stopping,
            (false, "ACTIVE" | "ACTIVATING") => IntegrationStanding::NotOff,
            _ => IntegrationStanding::Unknown,
        }
    }

    /// Both states and the reason in a sentence; safe to show.
    #[must_use]
    pub fn sentence(&self) -> String {
        let reported = if self.reported.is_empty() {
            "nothing reported".to_owned()
        } else {
            format!("reported {}", self.reported)
        };
        let detail = if self.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", self.detail)
        };
        format!("intended {}, {reported}{detail}", self.intended)
    }
}

impl IntegrationStanding {
    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::NotOn => "not-on",
            Self::NotOff => "not-off",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::NotOn | Self::NotOff | Self::Error)
    }

    /// Whether it will stay so by itself; what is on its way, or has not been told yet, will not.
    #[must_use]
    pub const fn settled(self) -> bool {
        matches!(self, Self::On | Self::Off | Self::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_to_be_is_held_against_what_it_is() {
        for (intended, reported, standing) in [
            ("ENABLED", "ACTIVE", IntegrationStanding::On),
            ("ENABLED", "ACTIVATING", IntegrationStanding::Starting),
            ("ENABLED", "INACTIVE", IntegrationStanding::NotOn),
            ("ENABLED", "ERROR", IntegrationStanding::Error),
            ("DISABLED", "INACTIVE", IntegrationStanding::Off),
            ("DISABLED", "DEACTIVATING", IntegrationStanding::Stopping),
            ("DISABLED", "ACTIVE", IntegrationStanding::NotOff),
            ("ENABLED", "", IntegrationStanding::Unknown),
            ("ENABLED", "DREAMING", IntegrationStanding::Unknown),
            ("PAUSED", "ACTIVE", IntegrationStanding::Unknown),
        ] {
            let integration = Integration {
                intended: intended.into(),
                reported: reported.into(),
                ..Integration::default()
            };
            assert_eq!(integration.standing(), standing, "{intended} {reported}");
        }
    }

    #[test]
    fn the_reason_is_told_where_there_is_one() {
        let mut integration = Integration {
            intended: "ENABLED".into(),
            ..Integration::default()
        };
        assert_eq!(integration.sentence(), "intended ENABLED, nothing reported");
        (integration.reported, integration.detail) = ("ERROR".into(), "no such account".into());
        assert_eq!(
            integration.sentence(),
            "intended ENABLED, reported ERROR: no such account"
        );
    }
}
