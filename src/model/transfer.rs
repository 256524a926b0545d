//! A transfer: the payload of contract §8, its rules, and the record of one that was made.

mod destination;
mod limits;
pub mod made;
mod media;
mod wish;

use serde::{Deserialize, Serialize};

pub use self::destination::{Destination, DestinationKind};
pub use self::limits::Limits;
pub use self::media::{Audio, MediaMatrix, Video};
pub use self::wish::{Handover, REACHED, Wish};

use super::InteractionId;
use super::payload::Fault;
use crate::time::Millis;

/// Characters of an interaction's id; it goes into URLs.
const LONGEST_ID: usize = 256;

/// What an operator asks for: everything of a frame but its id and its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What to move.
    pub interaction_id: String,
    /// Where to: `genesys://user|queue|flow/ID`, `sip:` or `tel:`.
    pub destination_uri: String,
    /// What is to be heard and seen.
    pub media_matrix: MediaMatrix,
    /// What the organisation is to check on the way.
    #[serde(default)]
    pub triggers: Triggers,
}

/// What the organisation is to check on the way (contract §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// Settle on a codec; when the wished one is not supported, fall back once to the best that both sides have.
    pub codec_negotiation: bool,
    /// Verify the format of the media before the transfer.
    pub format_verification: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            codec_negotiation: true,
            format_verification: true,
        }
    }
}

/// One text frame, in the contract's order of fields (§8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Answers carry it; the organisation knows a frame that comes twice by it.
    pub id: &'a str,
    interaction_id: &'a str,
    destination_uri: &'a str,
    media_matrix: &'a MediaMatrix,
    #[serde(serialize_with = "crate::time::rfc3339")]
    timestamp: Millis,
    triggers: Triggers,
}

impl Request {
    /// A request with nothing chosen yet but the codec that the operator likes best.
    #[must_use]
    pub fn blank(limits: &Limits) -> Self {
        Self {
            interaction_id: String::new(),
            destination_uri: String::new(),
            media_matrix: MediaMatrix {
                audio: Audio::usual(limits),
                video: None,
            },
            triggers: Triggers::default(),
        }
    }

    /// Everything wrong with it (contract §8), in the order of its fields.
    #[must_use]
    pub fn faults(&self, limits: &Limits) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Err(message) = interaction_id(&self.interaction_id) {
            faults.push(Fault::new("interaction_id", message));
        }
        if let Err(message) = Destination::parse(&self.destination_uri) {
            faults.push(Fault::new("destination_uri", message));
        }
        faults.extend(self.media_matrix.faults(limits));
        faults
    }

    /// The same for another interaction: of several that go to one destination.
    #[must_use]
    pub fn of(&self, interaction: &InteractionId) -> Self {
        Self {
            interaction_id: interaction.raw().to_owned(),
            ..self.clone()
        }
    }

    /// The frame that carries it; its JSON is the write.
    #[must_use]
    pub fn frame<'a>(&'a self, id: &'a str, timestamp: Millis) -> Frame<'a> {
        Frame {
            kind: "interaction.transfer",
            id,
            interaction_id: &self.interaction_id,
            destination_uri: &self.destination_uri,
            media_matrix: &self.media_matrix,
            timestamp,
            triggers: self.triggers,
        }
    }
}

/// Checks the id of an interaction.
pub fn interaction_id(id: &str) -> Result<(), String> {
    match id {
        "" => Err("name the interaction to move: pick a row, or type its id".to_owned()),
        "." | ".." => Err("this id cannot stand in a URL".to_owned()),
        long if long.len() > LONGEST_ID => {
            Err(format!("an id has at most {LONGEST_ID} characters"))
        }
        id if id.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Err("an id has no spaces or control characters".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
