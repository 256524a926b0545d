//! What the next run is to remember: put together from time to time while rows change, and at the end.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::App;
use super::duty::Duty;
use crate::config::Profile;
use crate::effect::Effect;
use crate::memory::{Draft, MemoryError, Recalled};
use crate::model::memory::Kept;
use crate::model::registration::State;
use crate::time::Millis;
use crate::vocabulary::messages::Weight;

/// The least time between two times that rows are kept, in milliseconds.
const KEEP_MS: i64 = 60_000;

/// Rows that are put together at a time, so that no frame waits for them.
const PAGE: usize = 1_024;

/// The pause between two pages, in milliseconds.
const PAUSE_MS: i64 = 20;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct MemoryWrites {
    /// Whether anything is kept at all: in the console, unless the profile says no.
    on: bool,
    /// When rows that have changed are to be kept; none while none have.
    due: Option<Millis>,
    /// What is being put together, and the user to go on from.
    draft: Option<(Draft, u32)>,
    /// Rows changed while that was being put together.
    aged: bool,
}

/// Names the organisation of a profile, so that a profile which names another one since remembers nothing of the first. A
/// digest: the file has no use for the names.
#[must_use]
pub fn organisation(profile: &Profile) -> String {
    let client = profile.client.as_ref().map(|client| client.id.as_str());
    let person = profile
        .person
        .as_ref()
        .map(|person| person.client_id.as_str());
    let parts = [
        profile.api.word(),
        profile.base_url.as_str(),
        client.unwrap_or_default(),
        person.unwrap_or_default(),
    ];
    let digest = Sha256::digest(parts.join("\n"));
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What is known is kept for the next run.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.memory.due,
    tick: App::keep_memory,
};

impl App {
    /// Shows what an earlier run knew, until it is read; from now on rows are kept for the next run.
    pub fn recall(&mut self, recalled: Result<Recalled, MemoryError>, now: Millis) {
        self.now = now;
        self.memory.on = true;
        match recalled {
            Ok(Recalled {
                people,
                carriers,
                callbacks,
                left_out,
            }) => {
                let changes = &mut self.changes;
                self.store.registrations.recall(people, changes);
                self.store.carriers.recall(carriers, changes);
                self.store.callbacks.recall(callbacks, changes);
                self.spread();
                self.memory.due = None;
                if left_out > 0 {
                    let text = format!(
                        "{left_out} rows of the last run were not kept; they show once they are read"
                    );
                    self.messages.tell(Weight::Note, text, now);
                }
            }
            Err(error) => self.messages.tell(Weight::Warning, error.to_string(), now),
        }
    }

    /// Rows have changed, so that what is kept is no longer what is known.
    pub(super) fn memory_aged(&mut self) {
        let changes = &self.changes;
        let told = !(changes.touched.is_empty() && changes.removed.is_empty())
            || changes.carriers_shown
            || changes.callbacks;
        if told && self.memory.on {
            self.memory.aged = self.memory.draft.is_some();
            self.memory.due.get_or_insert(self.now.plus(KEEP_MS));
        }
    }

    /// Puts the next page together, and hands everything on when it is whole.
    fn keep_memory(&mut self) {
        if self.memory.due.is_none_or(|due| self.now < due) {
            return;
        }
        let (draft, from) = match self.memory.draft.take() {
            Some(under_way) => under_way,
            None if self.knows_nothing() => {
                self.memory.due = None;
                return;
            }
            None => Default::default(),
        };
        match self.page_of_memory(draft, from) {
            (draft, Some(next)) => {
                self.memory.draft = Some((draft, next));
                self.memory.due = Some(self.now.plus(PAUSE_MS));
            }
            (draft, None) => {
                let aged = std::mem::take(&mut self.memory.aged);
                self.memory.due = aged.then(|| self.now.plus(KEEP_MS));
                self.effects.push(Effect::Remember(draft));
            }
        }
    }

    /// Everything that is known, at the end of the program; none where nothing was read or nothing is to be kept.
    pub fn last_memory(&mut self) -> Option<Effect> {
        if !self.memory.on || self.knows_nothing() {
            return None;
        }
        let (mut draft, mut from) = (Draft::default(), Some(0));
        while let Some(next) = from {
            (draft, from) = self.page_of_memory(draft, next);
        }
        Some(Effect::Remember(draft))
    }

    fn page_of_memory(&self, mut draft: Draft, from: u32) -> (Draft, Option<u32>) {
        if from == 0 {
            // Few, so that they find room before the many.
            draft.add(self.store.carriers.memory().map(Kept::Carrier));
            draft.add(self.store.callbacks.memory(self.now).map(Kept::Callback));
        }
        let (people, next) = self.store.registrations.memory(from, PAGE, self.now);
        draft.add(people.into_iter().map(Kept::Person));
        (draft, next)
    }

    /// Before anything is read there is nothing newer to keep than what is kept.
    fn knows_nothing(&self) -> bool {
        let counts = self.store.registrations.counts();
        counts.total == counts.of(State::Remembered)
            && self.store.carriers.is_empty()
            && self.store.callbacks.is_empty()
    }
}
