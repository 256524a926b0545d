//! What an operator asks for, on either API: a frame's request with its media, or a plain hand-over.

use serde::{Deserialize, Serialize};

use super::{Destination, DestinationKind, MediaMatrix, Request, interaction_id};
use crate::model::InteractionId;
use crate::model::payload::Fault;

/// A hand-over of the Platform API: a call and a destination. Codecs are the organisation's own business there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// What to move.
    pub interaction_id: String,
    /// Where to: `genesys://user|queue/ID` or `tel:+NUMBER`.
    pub destination_uri: String,
}

/// Destinations that a hand-over can have.
pub const REACHED: [DestinationKind; 3] = [
    DestinationKind::User,
    DestinationKind::Queue,
    DestinationKind::Tel,
];

impl Handover {
    /// Everything wrong with it, in the order of its fields.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Err(message) = interaction_id(&self.interaction_id) {
            faults.push(Fault::new("interaction_id", message));
        }
        if let Err(message) = self.destination() {
            faults.push(Fault::new("destination_uri", message));
        }
        faults
    }

    /// Where it goes, checked; the error says what would be right.
    pub fn destination(&self) -> Result<Destination, String> {
        if self.destination_uri.is_empty() {
            return Err(
                "name the destination: genesys://user/ID, genesys://queue/ID or tel:+…".to_owned(),
            );
        }
        let to = Destination::parse(&self.destination_uri)?;
        if REACHED.contains(&to.kind()) {
            return Ok(to);
        }
        Err(format!(
            "this organisation's API transfers to no {}: a user, a queue or a number, as in genesys://user/ID, genesys://queue/ID or tel:+14155550199",
            to.kind().word()
        ))
    }

    /// The same for another interaction: of several that go to one destination.
    #[must_use]
    pub fn of(&self, interaction: &InteractionId) -> Self {
        Self {
            interaction_id: interaction.raw().to_owned(),
            ..self.clone()
        }
    }
}

/// What was asked for; as JSON it is the payload that its form is filled in with again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Wish {
    /// A transfer with its media (contract §8).
    Media(Request),
    /// A hand-over (Platform API).
    Plain(Handover),
}

impl Wish {
    /// What to move.
    #[must_use]
    pub fn interaction(&self) -> &str {
        match self {
            Self::Media(request) => &request.interaction_id,
            Self::Plain(handover) => &handover.interaction_id,
        }
    }

    /// The media that are asked for; none where they cannot be.
    #[must_use]
    pub const fn media(&self) -> Option<&MediaMatrix> {
        match self {
            Self::Media(request) => Some(&request.media_matrix),
            Self::Plain(_) => None,
        }
    }

    /// The codec that is asked for; none where it cannot be.
    #[must_use]
    pub fn codec(&self) -> Option<&str> {
        self.media().map(|media| media.audio.codec.as_str())
    }
}

impl From<Request> for Wish {
    fn from(request: Request) -> Self {
        Self::Media(request)
    }
}

impl From<Handover> for Wish {
    fn from(handover: Handover) -> Self {
        Self::Plain(handover)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_destinations_are_within_reach() {
        let told = |uri: &str| {
            let handover = Handover {
                interaction_id: "i-1".into(),
                destination_uri: uri.into(),
            };
            let faults = handover.faults();
            faults.first().map_or(String::new(), ToString::to_string)
        };
        for fine in [
            "genesys://user/u-1",
            "genesys://queue/q-1",
            "tel:+14155550199",
        ] {
            assert_eq!(told(fine), "", "{fine}");
        }
        assert!(told("sip:ana@example.com").contains("transfers to no sip"));
        assert!(told("genesys://flow/f").contains("transfers to no flow"));
        assert!(told("").contains("name the destination"));
    }
}
