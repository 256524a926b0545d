//! What kinds of route there are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of route. Which of them an organisation has, its API's capabilities say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Events go to HTTPS destinations (contract §9).
    Webhook,
    /// Events go to a bus of Amazon `EventBridge` (Platform API).
    EventBridge,
    /// Events start a workflow (Platform API).
    Trigger,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Webhook, Self::EventBridge, Self::Trigger];

    /// As files spell it, and the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::EventBridge => "eventbridge",
            Self::Trigger => "trigger",
        }
    }

    /// The name of its form.
    #[must_use]
    pub const fn form(self) -> &'static str {
        match self {
            Self::Webhook => "route",
            Self::EventBridge => "route-eventbridge",
            Self::Trigger => "route-trigger",
        }
    }

    /// What such a route does, for whoever has to choose.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Webhook => "events go to HTTPS destinations",
            Self::EventBridge => "events go to a bus of Amazon EventBridge",
            Self::Trigger => "events start an Architect workflow",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Kinds as a sentence lists them: `eventbridge or trigger`.
#[must_use]
pub fn any_of(kinds: &[Kind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(" or ")
}
