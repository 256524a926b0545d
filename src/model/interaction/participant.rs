//! Who is in an interaction, and how: what the direct API tells of it, and the much that the Platform API does.

use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::time::Millis;

/// Somebody in an interaction; the contract leaves open what is told of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// What they are there as: `customer`, `agent`, `queue`; on the Platform API `acd` stands for a queue.
    pub purpose: Text,
    /// Who they are, as far as the organisation says.
    pub name: Text,
    /// Where they are reached: a URI or a number.
    pub address: Text,
    /// Which of the interaction's participants: what a transfer on the Platform API replaces.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub id: Text,
    /// The user that they are; empty for a caller.
    #[serde(default, rename = "userId", skip_serializing_if = "Text::is_empty")]
    pub user: Text,
    /// The queue that they are, or that they were found by.
    #[serde(default, rename = "queueId", skip_serializing_if = "Text::is_empty")]
    pub queue: Text,
    /// How they are in it; none where the organisation does not say.
    #[serde(default, rename = "call", skip_serializing_if = "Option::is_none")]
    pub leg: Option<Leg>,
}

/// One participant's own end of a call (Platform API: a participant's newest `calls[]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and the wire tells them apart"
)]
pub struct Leg {
    /// `alerting`, `connected`, `disconnected` and so on; a word of a later version is kept as it came.
    pub state: Text,
    /// Hears music and not the others.
    pub held: bool,
    /// Is not heard.
    pub muted: bool,
    /// Is recorded.
    pub recording: bool,
    /// Whether it was ever connected.
    pub reached: bool,
    /// Since when it is so, where the organisation tells.
    #[serde(skip)]
    pub since: Option<Millis>,
    /// Whose transfer they are consulted about: the id of a participant; empty outside of a consult transfer.
    #[serde(
        default,
        rename = "consultedAbout",
        skip_serializing_if = "Text::is_empty"
    )]
    pub about: Text,
    /// Why it ended: `peer`, `transfer.noanswer`; empty while it lasts.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub ended_by: Text,
}

impl Leg {
    /// Whether it is over.
    #[must_use]
    pub fn over(&self) -> bool {
        matches!(self.state.raw(), "disconnected" | "terminated")
    }

    /// Whether it talks, or is on hold.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.state.raw() == "connected"
    }

    /// How it is in a word or two: `held`, `connected, muted`; raw, as the state may be any word.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = vec![match (self.held, self.state.raw()) {
            (true, "connected") => "held",
            (_, "") => "not available",
            (_, state) => state,
        }];
        let more = [(self.muted, "muted"), (self.recording, "recorded")];
        words.extend(more.into_iter().filter(|(is, _)| *is).map(|(_, word)| word));
        let words = words.join(", ");
        if self.ended_by.is_empty() {
            return words;
        }
        format!("{words} ({})", self.ended_by.raw())
    }
}

impl Participant {
    /// Whether they are still in it; without a word about that they are.
    #[must_use]
    pub fn here(&self) -> bool {
        self.leg.as_ref().is_none_or(|leg| !leg.over())
    }

    /// Whether they talk or are on hold; without a word about that they are not known to.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.leg.as_ref().is_some_and(Leg::connected)
    }

    /// Whether they hear music.
    #[must_use]
    pub fn held(&self) -> bool {
        self.leg.as_ref().is_some_and(|leg| leg.held)
    }

    /// Whether it is somebody of the organisation.
    #[must_use]
    pub fn serves(&self) -> bool {
        matches!(self.purpose.raw(), "agent" | "user")
    }

    /// Whether it is the one whom it is all about.
    #[must_use]
    pub fn calls(&self) -> bool {
        matches!(self.purpose.raw(), "customer" | "external")
    }

    /// Whether it is a queue that looks for somebody.
    #[must_use]
    pub fn queues(&self) -> bool {
        self.purpose.raw() == "acd"
    }

    /// What people call them: a name, else where they are reached, else an id; raw.
    #[must_use]
    pub fn called(&self) -> &str {
        let words = [&self.name, &self.address, &self.user, &self.purpose];
        let told = words.into_iter().find(|word| !word.is_empty());
        told.map_or("", Text::raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_tells_how_it_is_in_a_word_or_two() {
        let leg = |state: &str| Leg {
            state: state.into(),
            ..Leg::default()
        };
        let held = Leg {
            held: true,
            muted: true,
            ..leg("connected")
        };
        assert_eq!(held.words(), "held, muted");
        let gone = Leg {
            ended_by: "transfer.noanswer".into(),
            ..leg("disconnected")
        };
        assert_eq!(gone.words(), "disconnected (transfer.noanswer)");
        assert!(gone.over() && !gone.connected());
        assert_eq!(leg("levitating").words(), "levitating");
        assert!(!leg("levitating").over());
    }
}
