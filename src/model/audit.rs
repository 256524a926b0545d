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

/// How the transfers to a destination ended that were begun since a moment, by their interactions: done where one of them is
/// known to be, [`LineStatus::Unknown`] where one may be, and refused otherwise. `to` is as the audit has it, masked; the lines
/// may come in any order.
#[must_use]
pub fn transfers_to<'a>(
    records: impl Iterator<Item = &'a Record>,
    to: &str,
    since: Millis,
) -> BTreeMap<String, LineStatus> {
    const ACTION: &str = "transfer";
    let (mut asked, mut ended) = (BTreeMap::new(), BTreeMap::new());
    let transfers = records.filter(|one| one.action.raw() == ACTION && one.timestamp >= since);
    for one in transfers {
        let there = one.extra.get("destination").and_then(Value::as_str) == Some(to);
        if one.status == LineStatus::Intent {
            if there {
                asked.insert(one.id.raw(), one.subject.raw());
            }
        } else {
            ended.insert(one.id.raw(), one.status);
        }
    }
    let mut ends: BTreeMap<String, LineStatus> = BTreeMap::new();
    for (id, subject) in asked {
        let end = match ended.get(id) {
            Some(LineStatus::Ok) => LineStatus::Ok,
            Some(LineStatus::Refused | LineStatus::Cancelled) => LineStatus::Refused,
            _ => LineStatus::Unknown,
        };
        let weight = |end: LineStatus| match end {
            LineStatus::Ok => 2,
            LineStatus::Unknown => 1,
            _ => 0,
        };
        let known = ends.entry(subject.to_owned()).or_insert(end);
        if weight(end) > weight(*known) {
            *known = end;
        }
    }
    ends
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, at: i64, status: LineStatus, subject: &str, to: &str) -> Record {
        let extra = BTreeMap::from([("destination".to_owned(), Value::from(to))]);
        Record {
            timestamp: Millis(at),
            action: "transfer".into(),
            profile: "p".into(),
            operator: "o".into(),
            status,
            id: id.into(),
            line: 1,
            session: "s".into(),
            subject: subject.into(),
            method: Text::default(),
            path: Text::default(),
            body_sha256: None,
            job_id: None,
            latency_ms: None,
            error: None,
            extra,
            prev: Text::default(),
        }
    }

    #[test]
    fn what_is_known_to_be_done_counts_over_what_may_be_and_that_over_what_was_refused() {
        let to = "genesys://queue/q";
        let begun = |id: &str, at: i64, subject: &str, to: &str, end: Option<LineStatus>| {
            let intent = line(id, at, LineStatus::Intent, subject, to);
            let end = end.map(|end| line(id, at + 1, end, subject, to));
            std::iter::once(intent).chain(end).collect::<Vec<_>>()
        };
        let lines = [
            begun("1", 10, "done", to, Some(LineStatus::Ok)),
            begun("2", 20, "done", to, Some(LineStatus::Unknown)),
            begun("3", 30, "killed", to, None),
            begun("4", 40, "refused", to, Some(LineStatus::Refused)),
            begun(
                "5",
                50,
                "elsewhere",
                "genesys://queue/r",
                Some(LineStatus::Ok),
            ),
            begun("6", 1, "long-ago", to, Some(LineStatus::Ok)),
        ];
        let lines = lines.concat();
        let ends = transfers_to(lines.iter().rev(), to, Millis(5));
        let told: Vec<_> = ends.iter().map(|(id, end)| (id.as_str(), *end)).collect();
        assert_eq!(
            told,
            [
                ("done", LineStatus::Ok),
                ("killed", LineStatus::Unknown),
                ("refused", LineStatus::Refused),
            ]
        );
    }
}
