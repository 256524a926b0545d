//! Callback reservations: what is booked, what the stream says of it, and the rules of a booking (contract §10).

mod appointment;
mod rules;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::phone::Phone;
use super::{CallbackId, QueueId, UserId};
use crate::text::Text;
use crate::time::Millis;

pub use appointment::{Appointment, Move};
pub use rules::{Context, Queues};

/// What the reason of a booking is called among what the API has no field for: `data` of the Platform API.
pub const REASON: &str = "reason";

/// What the booker's own name for it is called there.
pub const BOOKED_AS: &str = "reference";

/// How far a reservation is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Status {
    /// It could not be kept.
    Failed,
    /// The caller is being called.
    Dialing,
    /// The caller is on the line.
    Connected,
    /// Its time is still to come.
    Scheduled,
    /// The organisation says something beyond the contract.
    #[default]
    Unknown,
    /// It was kept.
    Completed,
    /// Somebody took it back.
    Cancelled,
}

impl Status {
    /// Every status, what wants attention first.
    pub const ALL: [Self; 7] = [
        Self::Failed,
        Self::Dialing,
        Self::Connected,
        Self::Scheduled,
        Self::Unknown,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The word on screen, in filters, in exports and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Dialing => "dialing",
            Self::Connected => "connected",
            Self::Scheduled => "scheduled",
            Self::Unknown => "unknown",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a word of the wire; any other word is unknown.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|status| status.word() == word);
        known.unwrap_or(Self::Unknown)
    }

    /// Whether nothing more will become of it.
    #[must_use]
    pub const fn over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// How a caller is reached (contract §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A call.
    Voice,
    /// A short message.
    Sms,
    /// A mail.
    Email,
    /// A chat.
    Chat,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Voice, Self::Sms, Self::Email, Self::Chat];

    /// The word on screen and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Chat => "chat",
        }
    }
}

/// One reservation as a read lists it or the stream tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Names it in every answer.
    pub id: CallbackId,
    /// Whom to call.
    pub number: Phone,
    /// When its slot begins; none when the organisation gave no time that can be read.
    pub time: Option<Millis>,
    /// On which queue.
    pub queue: QueueId,
    /// What it is about, in the booker's words; none when the organisation did not say.
    pub reason: Option<Text>,
    /// How far it is.
    pub status: Status,
    /// How the caller is reached; none when the organisation does not say (the stream never does).
    pub channel: Option<Channel>,
    /// The booker's own name for it, where the organisation repeats that (beyond the contract's answer).
    pub booked_as: Option<Text>,
    /// Who is to be called; none when the organisation does not say.
    pub caller: Option<Text>,
    /// The agent who has it; none when nobody has, or the organisation does not say.
    pub agent: Option<UserId>,
    /// When its conversation began, where a callback is one (Platform API).
    pub began: Option<Millis>,
}

impl Callback {
    /// One of which nothing else is known.
    #[must_use]
    pub fn bare(id: CallbackId, status: Status) -> Self {
        Self {
            id,
            number: Phone::default(),
            time: None,
            queue: QueueId::from(""),
            reason: None,
            status,
            channel: None,
            booked_as: None,
            caller: None,
            agent: None,
            began: None,
        }
    }

    /// What it is about; empty when that is not known.
    #[must_use]
    pub fn about(&self) -> &str {
        self.reason.as_ref().map_or("", Text::raw)
    }
}

/// One frame of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The reservation as it is after it.
    pub callback: Callback,
    /// Names this update, whenever and however often it is delivered.
    pub correlation: Text,
    /// When the organisation made the frame, by its own clock.
    pub sent: Millis,
}

/// How the stream of updates is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// It is being opened.
    #[default]
    Connecting,
    /// It carries what happens, and a read has filled the gap before it.
    Live,
    /// It carries what happens on some queues. These are read every so often instead; none here is all of them.
    Polled(BTreeSet<QueueId>),
    /// It was lost, or did not open; the next attempt is at this moment.
    Waiting {
        /// When.
        at: Millis,
        /// Counting from 1.
        attempt: u32,
        /// Why.
        why: Text,
    },
    /// The operator asked for quiet.
    Paused,
}

/// A reservation to be booked: the body of `POST /api/v2/callbacks`, fields in the contract's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// The booker's own name for it, `cb_` and hexadecimal digits in the contract's examples; one that is absent is made.
    #[serde(default)]
    pub callback_id: String,
    /// Whom to call, E.164.
    pub callback_number: Phone,
    /// When: the first slot is the one wanted most.
    pub time_slot_matrix: Vec<Slot>,
    /// How.
    pub channel_preferences: Channels,
    /// On which queue.
    pub queue_id: String,
    /// What it is about.
    #[serde(default)]
    pub reason: String,
    /// Callbacks at a time in the slot, 1 to 50.
    pub concurrency_limit: u32,
}

/// A stretch of time in which to call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Its begin, RFC 3339.
    pub start: String,
    /// Its end, RFC 3339.
    pub end: String,
}

/// How the caller wants to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// First.
    pub primary: Channel,
    /// When that fails; none is not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Channel>,
    /// Whether short messages may be sent to the number.
    #[serde(default)]
    pub allow_sms: bool,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            primary: Channel::Voice,
            fallback: None,
            allow_sms: false,
        }
    }
}

impl Booking {
    /// The same with a name of ours, where the booker gave none.
    #[must_use]
    pub fn named(mut self, ids: &mut super::ids::Ids) -> Self {
        if self.callback_id.is_empty() {
            self.callback_id = ids.reservation();
        }
        self
    }

    /// What the audit and every message call it: never the whole number.
    #[must_use]
    pub fn subject(&self) -> String {
        let id = crate::text::fit(&self.callback_id, 40);
        format!("{id} for {}", self.callback_number)
    }
}
