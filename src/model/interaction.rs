//! An interaction of the organisation: what a transfer moves (contract §8).

mod arrival;
mod consult;
mod participant;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::arrival::Arrival;
pub use self::consult::{Consult, SpeakTo};
pub use self::participant::{Leg, Participant};

use super::InteractionId;
use super::transfer::{Destination, DestinationKind};
use crate::text::Text;
use crate::time::Millis;

/// Where an interaction stands in its life (contract §8).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// People are talking.
    Active,
    /// It waits for somebody.
    Queued,
    /// It is over.
    Completed,
    /// The caller gave up.
    Abandoned,
    /// A word that the contract does not have: shown, and not moved.
    Other(Text),
}

impl Standing {
    /// Reads the contract's word.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "queued" => Self::Queued,
            "completed" => Self::Completed,
            "abandoned" => Self::Abandoned,
            other => Self::Other(Text::from(other)),
        }
    }

    /// The contract's word; raw when it is none of the contract's.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Queued => "queued",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
            Self::Other(word) => word.raw(),
        }
    }

    /// Whether an interaction that stands so can be moved.
    #[must_use]
    pub fn movable(&self) -> bool {
        matches!(self, Self::Active | Self::Queued)
    }

    /// Whether nobody is in it any more.
    #[must_use]
    pub fn over(&self) -> bool {
        matches!(self, Self::Completed | Self::Abandoned)
    }
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Standing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Text::deserialize(from).map(|word| Self::of_word(word.raw()))
    }
}

/// One interaction, as the organisation last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// Which.
    pub id: InteractionId,
    /// Where it stands.
    #[serde(rename = "state")]
    pub standing: Standing,
    /// `voice`, `chat` and the like; empty when not told.
    #[serde(rename = "mediaType")]
    pub media: Text,
    /// The queue that has it; empty when none does.
    #[serde(rename = "queueId")]
    pub queue: Text,
    /// What people call that queue; empty where the organisation gives only its id.
    #[serde(default, rename = "queueName", skip_serializing_if = "Text::is_empty")]
    pub queue_name: Text,
    /// When it began, where the organisation tells (beyond the contract).
    #[serde(
        default,
        serialize_with = "moment",
        deserialize_with = "of_moment",
        skip_serializing_if = "Option::is_none"
    )]
    pub started: Option<Millis>,
    /// Who is in it.
    pub participants: Vec<Participant>,
    /// Participants beyond those kept.
    #[serde(skip)]
    pub more_participants: usize,
    /// The frame that last moved it, where the organisation tells (beyond the contract): what a lost answer is
    /// reconciled with.
    #[serde(
        default,
        rename = "transferId",
        skip_serializing_if = "Option::is_none"
    )]
    pub moved_by: Option<Text>,
}

impl Interaction {
    /// One of which nothing more is known.
    #[must_use]
    pub fn bare(id: InteractionId, standing: Standing) -> Self {
        Self {
            id,
            standing,
            media: Text::default(),
            queue: Text::default(),
            queue_name: Text::default(),
            started: None,
            participants: Vec::new(),
            more_participants: 0,
            moved_by: None,
        }
    }

    /// Why it cannot be moved, in a sentence of its own for each reason (contract §8); none when it can.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        let id = &self.id;
        match &self.standing {
            Standing::Active | Standing::Queued => None,
            Standing::Completed => Some(format!(
                "{id} is completed: both sides have hung up, so there is nothing left to transfer."
            )),
            Standing::Abandoned => Some(format!(
                "{id} is abandoned: the caller gave up waiting. Call back instead of transferring."
            )),
            Standing::Other(word) => Some(format!(
                "{id} is {word:?}, and only an active or queued interaction can be transferred.",
                word = word.fit(32)
            )),
        }
    }

    /// It in a few words, safe to show: `active, voice, Ana Petrova`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = vec![crate::text::safe(self.standing.word()).into_owned()];
        if !self.media.is_empty() {
            words.push(self.media.fit(16).into_owned());
        }
        let here = self.participants.iter().filter(|one| one.here());
        let who = here.map(|one| &one.name);
        let who = who.filter(|name| !name.is_empty()).take(2);
        let names: Vec<String> = who.map(|name| name.fit(24).into_owned()).collect();
        if !names.is_empty() {
            words.push(names.join(" and "));
        }
        words.join(", ")
    }

    /// Whether the organisation says that this very frame moved it.
    #[must_use]
    pub fn was_moved_by(&self, frame: &str) -> bool {
        self.moved_by.as_ref().is_some_and(|by| by.raw() == frame)
    }

    /// What a reading says of a transfer whose answer is missing: `before` is the reading that went before the frame.
    ///
    /// Where participants have ids, whoever came since says it. An organisation that names the frame is believed. The contract does not ask it to, so otherwise the interaction's new
    /// place has to speak: it is where it was sent, and was not there before.
    #[must_use]
    pub fn sighting(&self, before: &Self, frame: &str, to: &Destination) -> Sighting {
        if self.participants.iter().any(|who| !who.id.is_empty()) {
            return self.arrival(before, to).sighting();
        }
        if self.was_moved_by(frame) {
            return Sighting::Moved;
        }
        if self.moved_by.is_some() && self.moved_by != before.moved_by {
            return Sighting::Unclear("another transfer has moved it meanwhile");
        }
        if self.is_with(to) && !before.is_with(to) {
            return Sighting::Moved;
        }
        if self.standing.movable() {
            Sighting::Unmoved
        } else {
            Sighting::Unclear("it has ended meanwhile")
        }
    }

    /// Whether it is at that destination, as far as the organisation tells.
    fn is_with(&self, to: &Destination) -> bool {
        let queued = to.kind() == DestinationKind::Queue && self.queue.raw() == to.id();
        let there = |text: &Text| text.raw() == to.uri() || text.raw() == to.id();
        let someone = |who: &Participant| there(&who.address) || there(&who.name);
        queued || self.participants.iter().any(someone)
    }
}

/// What a reading says of a transfer whose answer is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It has happened.
    Moved,
    /// Nothing of it is to be seen.
    Unmoved,
    /// It cannot be told, and why not.
    Unclear(&'static str),
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn moment<S: Serializer>(at: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => crate::time::rfc3339(at, to),
        None => to.serialize_none(),
    }
}

/// The way back: what cannot be read as a moment is none.
fn of_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Millis>, D::Error> {
    let said = Option::<Text>::deserialize(from)?;
    let at = said.and_then(|said| said.raw().parse::<jiff::Timestamp>().ok());
    Ok(at.map(|at| Millis(at.as_millisecond())))
}

/// Why an id cannot be read: no such interaction (404).
#[must_use]
pub fn missing(id: &InteractionId) -> String {
    format!(
        "{} is not known to the organisation. Check the id; interactions are forgotten some time after they end.",
        id.0.fit(80)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interaction(word: &str) -> Interaction {
        Interaction {
            media: "voice".into(),
            queue: "q-1".into(),
            ..Interaction::bare("i-1".into(), Standing::of_word(word))
        }
    }

    #[test]
    fn each_obstacle_has_its_own_sentence() {
        assert_eq!(interaction("active").obstacle(), None);
        assert_eq!(interaction("queued").obstacle(), None);
        let told = ["completed", "abandoned", "on fire\u{1b}"]
            .map(|word| interaction(word).obstacle().unwrap());
        assert!(told[0].contains("completed") && told[1].contains("abandoned"));
        assert!(
            told[2].contains("on fire") && !told[2].contains('\u{1b}'),
            "{}",
            told[2]
        );
        assert!(missing(&"i-9".into()).contains("i-9 is not known"));
    }

    #[test]
    fn a_reading_tells_what_became_of_a_transfer() {
        let (before, mut after) = (interaction("active"), interaction("active"));
        let to = |uri: &str| Destination::parse(uri).unwrap();
        let queue = to("genesys://queue/q-2");
        assert_eq!(after.sighting(&before, "f-1", &queue), Sighting::Unmoved);
        // It was there before: that says nothing.
        let same = to("genesys://queue/q-1");
        assert_eq!(after.sighting(&before, "f-1", &same), Sighting::Unmoved);
        after.queue = "q-2".into();
        assert_eq!(after.sighting(&before, "f-1", &queue), Sighting::Moved);
        after.moved_by = Some("f-2".into());
        let other = after.sighting(&before, "f-1", &queue);
        assert!(matches!(other, Sighting::Unclear(why) if why.contains("another")));
        after.moved_by = Some("f-1".into());
        after.standing = Standing::Completed;
        assert_eq!(after.sighting(&before, "f-1", &queue), Sighting::Moved);
        let ended = interaction("completed").sighting(&before, "f-1", &queue);
        assert!(matches!(ended, Sighting::Unclear(why) if why.contains("ended")));
        let mut with = interaction("active");
        with.participants.push(Participant {
            address: "sip:ana@example.com".into(),
            ..Participant::default()
        });
        let ana = to("sip:ana@example.com");
        assert_eq!(with.sighting(&before, "f-1", &ana), Sighting::Moved);
    }

    #[test]
    fn a_word_beyond_the_contract_is_kept() {
        assert_eq!(Standing::of_word("parked").word(), "parked");
        assert!(!Standing::of_word("parked").movable());
    }
}
