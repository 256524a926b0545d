//! Questions that are answered a moment later: whoever asks gets an id, and asks by it until the answer is there.
//!
//! One store serves them all: what each room asks and what it finds are JSON of its own.

use std::collections::VecDeque;

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::Call;
use crate::org::reply::Refusal;

/// How long an answer takes.
const TAKES: SignedDuration = SignedDuration::from_millis(200);

/// The most questions that are remembered; past it the oldest is forgotten.
const KEPT: usize = 200;

/// Rows of one part of an answer when the call does not say, and at most.
const DEFAULT: usize = 25;
const MOST: usize = 1_000;

/// One question.
pub(super) struct StoredQuery {
    pub(super) id: String,
    /// Of which kind it is; the ids of one are none of another.
    kind: &'static str,
    /// When it was asked.
    pub(super) at: Timestamp,
    /// What was asked, as its room wants to tell it again.
    pub(super) asked: Value,
    /// What was found, once it is there.
    pub(super) found: Vec<Value>,
}

impl StoredQuery {
    /// When the answer is there.
    pub(super) fn done(&self) -> Timestamp {
        self.at.saturating_add(TAKES).unwrap_or(self.at)
    }

    /// Whether it is there now.
    pub(super) fn is_done(&self) -> bool {
        self.done() <= Timestamp::now()
    }

    /// The part of the answer that `cursor` and `pageSize` ask for, and the cursor of the next part.
    pub(super) fn part(&self, call: &Call<'_>) -> Result<(&[Value], Option<String>), Refusal> {
        if !self.is_done() {
            let message = format!("{} is not answered yet. Try again.", self.id);
            return Err(Refusal::bad_request(message));
        }
        let size = call.query.number("pageSize", DEFAULT)?.min(MOST);
        let cursor = call.query.get("cursor").unwrap_or("0");
        let start: usize = cursor.parse().map_err(|_| {
            let message = format!("cursor is one of an earlier answer, not {cursor:?}");
            Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message).param("field", "cursor")
        })?;
        let end = start.saturating_add(size).min(self.found.len());
        let part = self.found.get(start..end).unwrap_or_default();
        Ok((part, (end < self.found.len()).then(|| end.to_string())))
    }
}

/// The last questions, oldest first.
#[derive(Default)]
pub(in crate::org) struct StoredQueries(VecDeque<StoredQuery>);

impl StoredQueries {
    /// Takes a question with what is found, and gives its id and when that was.
    pub(super) fn ask(
        &mut self,
        kind: &'static str,
        asked: Value,
        found: Vec<Value>,
    ) -> (String, Timestamp) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        let (id, at) = (Uuid::new_v4().to_string(), Timestamp::now());
        self.0.push_back(StoredQuery {
            id: id.clone(),
            kind,
            at,
            asked,
            found,
        });
        (id, at)
    }

    /// A question by its id.
    pub(super) fn get(&mut self, kind: &str, id: &str) -> Result<&mut StoredQuery, Refusal> {
        let mut all = self.0.iter_mut();
        let found = all.find(|one| one.kind == kind && one.id == id);
        found.ok_or_else(|| unknown(id))
    }

    /// Forgets a question.
    pub(super) fn remove(&mut self, kind: &str, id: &str) -> Result<(), Refusal> {
        let before = self.0.len();
        self.0.retain(|one| one.kind != kind || one.id != id);
        (self.0.len() < before)
            .then_some(())
            .ok_or_else(|| unknown(id))
    }
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("Nothing was asked by the id {id}.")).param("id", id)
}
