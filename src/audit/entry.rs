//! What is handed in to be written down.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{scrub, sha256_hex};
use crate::model::audit::{LineStatus, Record};
use crate::model::person::Person;
use crate::model::requester::Requester;
use crate::model::write::Write;
use crate::text::Text;
use crate::time::Millis;

/// What a segment of a path keeps as it is (RFC 3986, "unreserved").
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Names that a line has already; what a feature calls the same is written with `x-` before it.
const TAKEN: [&str; 17] = [
    "timestamp",
    "action",
    "profile",
    "operator",
    "status",
    "id",
    "line",
    "session",
    "subject",
    "method",
    "path",
    "bodySha256",
    "jobId",
    "latencyMs",
    "error",
    "prev",
    "extra",
];

/// A write, as the audit tells of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What it does: `route.update`.
    pub action: String,
    /// Who is at the console.
    pub operator: String,
    /// What it is done to, as people call it.
    pub subject: String,
    /// `POST`, `PUT`, `DELETE` or `FRAME`.
    pub method: String,
    /// Where it goes.
    pub path: String,
    /// SHA-256 of the body, in hex.
    pub body_sha256: Option<String>,
    /// The job that it is about.
    pub job_id: Option<String>,
    /// What the kind of write has to say beside; masked by whoever says it.
    pub extra: BTreeMap<String, Value>,
}

impl Entry {
    /// The entry of a write.
    #[must_use]
    pub fn of(write: &Write, operator: &str) -> Self {
        let segments = write.path.iter().map(|segment| {
            let encoded = utf8_percent_encode(segment, SEGMENT);
            format!("/{encoded}")
        });
        let extra = write.note.iter();
        Self {
            action: write.kind.action().to_owned(),
            operator: operator.to_owned(),
            subject: write.subject.clone(),
            method: write.method.word().to_owned(),
            path: segments.collect(),
            body_sha256: write.body.as_ref().map(|body| sha256_hex(body.as_bytes())),
            job_id: None,
            extra: extra
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }

    /// The same, asked for through the listener by somebody: the operator is then whoever runs the console.
    #[must_use]
    pub fn asked_by(mut self, requester: Option<&Requester>) -> Self {
        let told = requester.map(|one| [("requester", &one.name), ("requesterFrom", &one.from)]);
        let told = told.into_iter().flatten();
        self.extra
            .extend(told.map(|(key, word)| (key.to_owned(), word.raw().into())));
        self
    }

    /// The same, by this person's name: their id, and their name unless it is a mail address.
    #[must_use]
    pub fn acting(mut self, person: &Person) -> Self {
        if let Person::SignedIn { id, name, .. } = person {
            let named = !name.raw().contains('@');
            let known = [("personId", id, true), ("person", name, named)];
            let known = known
                .into_iter()
                .filter(|(_, word, fit)| *fit && !word.raw().is_empty());
            self.extra
                .extend(known.map(|(key, word, _)| (key.to_owned(), word.raw().into())));
        }
        self
    }

    /// The line that tells of it, without its place in the chain.
    pub(super) fn record(
        &self,
        profile: &Text,
        session: &str,
        id: &str,
        status: LineStatus,
    ) -> Record {
        Record {
            timestamp: Millis::default(),
            action: scrub::text(&self.action),
            profile: profile.clone(),
            operator: scrub::text(&self.operator),
            status,
            id: Text::from(id),
            line: 0,
            session: Text::from(session),
            subject: scrub::text(&self.subject),
            method: scrub::text(&self.method),
            path: scrub::text(&self.path),
            body_sha256: self.body_sha256.as_deref().map(Text::from),
            job_id: self.job_id.as_deref().map(scrub::text),
            latency_ms: None,
            error: None,
            extra: scrubbed(self.extra.clone()).collect(),
            prev: Text::default(),
        }
    }
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// The word for it.
    pub status: LineStatus,
    /// From the first byte sent to the answer, in milliseconds, when there was one.
    pub latency_ms: Option<u64>,
    /// Why it was not done, or why that is not known.
    pub error: Option<String>,
    /// The job that it began.
    pub job_id: Option<String>,
    /// What else there is to say; masked by whoever says it.
    pub extra: BTreeMap<String, Value>,
}

impl Ending {
    /// An ending of which nothing but the word is known.
    #[must_use]
    pub fn new(status: LineStatus) -> Self {
        Self {
            status,
            latency_ms: None,
            error: None,
            job_id: None,
            extra: BTreeMap::new(),
        }
    }

    /// The same with its reason.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self {
            error: Some(why.into()),
            ..self
        }
    }

    /// The line that follows the intent.
    pub(super) fn record(self, intent: &Record) -> Record {
        let mut record = intent.clone();
        record.status = self.status;
        record.latency_ms = self.latency_ms;
        record.error = self.error.as_deref().map(scrub::text);
        record.job_id = self.job_id.as_deref().map(scrub::text).or(record.job_id);
        record.extra.extend(scrubbed(self.extra));
        record
    }
}

fn scrubbed(extra: BTreeMap<String, Value>) -> impl Iterator<Item = (String, Value)> {
    extra.into_iter().map(|(name, value)| {
        let name = if TAKEN.contains(&name.as_str()) {
            format!("x-{name}")
        } else {
            name
        };
        (name, scrub::value(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_and_never_by_their_mail_address() {
        for (name, known) in [
            ("Ada", vec![("person", "Ada"), ("personId", "u-7")]),
            ("ada@example.com", vec![("personId", "u-7")]),
            ("", vec![("personId", "u-7")]),
        ] {
            let person = Person::SignedIn {
                id: "u-7".into(),
                name: name.into(),
                until: Millis(1),
                renews: true,
            };
            let entry = Entry::default().acting(&person);
            let extra = entry.extra.iter();
            let told: Vec<_> = extra
                .map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
                .collect();
            assert_eq!(told, known);
        }
        let nobody = Entry::default().acting(&Person::Nobody);
        assert!(nobody.extra.is_empty());
    }
}
