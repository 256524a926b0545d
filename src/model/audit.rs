//! One line of the audit, as data (contract §11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::Text;
use crate::time::Millis;

/// What a line says of its write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStatus {
    /// It is about to be sent.
    Intent,
    /// It was done, and that is known for sure.
    Ok,
    /// It was not done: this console did not send it, or the organisation said no.
    Refused,
    /// It was taken, and what it began came to no good: the job of a submit that failed.
    Failed,
    /// It may or may not have been done.
    Unknown,
    /// The operator stopped it before anything was sent.
    Cancelled,
    /// No write: something about the audit itself, such as a repair.
    Note,
    /// A word of another version of the console.
    #[serde(other)]
    Other,
}

impl LineStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Intent,
        Self::Ok,
        Self::Refused,
        Self::Failed,
        Self::Unknown,
        Self::Cancelled,
        Self::Note,
        Self::Other,
    ];

    /// The word in the file, on screen and in filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
            Self::Note => "note",
            Self::Other => "other",
        }
    }
}

/// One line of the audit.
///
/// Serialised in this order. Everything that came from outside is [`Text`]: what a screen shows of it is safe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// When it was written, by this machine's clock.
    #[serde(with = "rfc3339")]
    pub timestamp: Millis,
    /// What the write does: `route.update`.
    pub action: Text,
    /// With which profile.
    pub profile: Text,
    /// Who was at the console.
    pub operator: Text,
    /// What the line says of the write.
    pub status: LineStatus,
    /// Ties an outcome to its intent.
    pub id: Text,
    /// The number of the line in the whole audit, from 1, through every rotation.
    pub line: u64,
    /// Which run of the console wrote it.
    pub session: Text,
    /// What the write is done to, as people call it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub subject: Text,
    /// `POST`, `PUT`, `DELETE`, or `FRAME` for one over a WebSocket.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub method: Text,
    /// Where it goes.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub path: Text,
    /// SHA-256 of the body that is sent, in hex: what was sent can be proved, and can't be read here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_sha256: Option<Text>,
    /// The job that it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Text>,
    /// From the first byte sent to the answer, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Why it was not done, or why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Text>,
    /// What the kind of write has to say beside: the codec, the destination.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
    /// SHA-256 of the line before this one, in hex; zeros before the first.
    pub prev: Text,
}

/// A line of the audit by its place in the chain, and nothing of what it says: what the record keeps of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRef {
    /// The number of the line.
    pub line: u64,
    /// SHA-256 of the line before it, in hex.
    pub prev: Text,
}

impl Record {
    /// Its place in the chain.
    #[must_use]
    pub fn reference(&self) -> AuditRef {
        AuditRef {
            line: self.line,
            prev: self.prev.clone(),
        }
    }
}

/// Whether the lines of an audit are the ones that were written, as far as somebody has looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// Nobody has looked yet.
    #[default]
    Unread,
    /// Nothing has been written yet.
    Empty,
    /// Every line down to that number is as it was written.
    Good {
        /// The number of the last line.
        lines: u64,
        /// When that was found.
        at: Millis,
    },
    /// A line is not as it was written.
    Broken {
        /// Its file and line, and what is wrong with it; safe to show.
        fault: String,
        /// When that was found.
        at: Millis,
    },
    /// It can't be read; why, and what to do.
    Unreadable(String),
}

/// A moment as RFC 3339.
pub(super) mod rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::time::{self, Millis};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    pub fn serialize<S: Serializer>(at: &Millis, to: S) -> Result<S::Ok, S::Error> {
        time::rfc3339(at, to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
        let text = String::deserialize(from)?;
        let at: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Millis(at.as_millisecond()))
    }
}
