//! What is told of a book to those who have a copy: the record, and consoles that are attached.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{AlertBook, ENDED_KEPT, OPEN_KEPT, SILENCES_KEPT};
use crate::model::alert::{Alert, AlertId, Silence};

/// What became of a book since somebody was told of it last: whoever has it all is told this, since a book at its bounds is
/// megabytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertNews {
    /// The generation of which it was told last.
    after: u64,
    generation: u64,
    /// Alerts that are new or other than they were, as they are now.
    changed: Vec<Alert>,
    /// Alerts that are kept no longer.
    gone: Vec<AlertId>,
    /// All silences, where they may be others.
    silences: Option<Vec<Silence>>,
    last: u64,
    dropped: u64,
}

impl AlertBook {
    /// What became of it since that [generation](Self::generation); none where only [all of it](Self::whole) can tell.
    #[must_use]
    pub fn since(&self, generation: u64) -> Option<AlertNews> {
        let steps = usize::try_from(self.generation.checked_sub(generation)?).ok()?;
        if steps > self.changes.len() {
            return None;
        }
        let steps = || self.changes.iter().rev().take(steps);
        let ids: BTreeSet<AlertId> = steps().flatten().copied().collect();
        let others = steps().any(Option::is_none);
        let kept = |id: &AlertId| self.alerts.contains_key(id);
        Some(AlertNews {
            after: generation,
            generation: self.generation,
            changed: ids.iter().filter_map(|id| self.get(*id).cloned()).collect(),
            gone: ids.iter().copied().filter(|id| !kept(id)).collect(),
            silences: others.then(|| self.silences.clone()),
            last: self.last,
            dropped: self.dropped,
        })
    }

    /// All of it, for somebody who knows nothing of it.
    #[must_use]
    pub fn whole(&self) -> Self {
        let changes = VecDeque::new();
        let alerts = self.alerts.clone();
        let silences = self.silences.clone();
        Self {
            alerts,
            silences,
            changes,
            ..*self
        }
    }

    /// Takes in what became of the book that this is a copy of. False where something between is missing: what is told is taken
    /// in, and the book is [unsure](Self::is_unsure).
    pub fn hear(&mut self, news: AlertNews) -> bool {
        let follows = news.after <= self.generation;
        self.unsure |= !follows;
        for id in news.gone {
            self.forget(id);
        }
        for alert in news.changed {
            // No book that is told of has more.
            let room = self.alerts.len() < OPEN_KEPT + ENDED_KEPT;
            if room || self.alerts.contains_key(&alert.id) {
                self.put(alert);
            }
        }
        if let Some(mut silences) = news.silences {
            silences.truncate(SILENCES_KEPT);
            self.silences = silences;
        }
        self.last = self.last.max(news.last);
        (self.dropped, self.generation) = (news.dropped, news.generation);
        // Generations are counted where the book is kept: what changed between two of them is not known here.
        self.changes.clear();
        follows
    }

    /// Something of it was told and is not known here: alerts may be missing, and those that are open may be over.
    pub fn doubt(&mut self) {
        self.unsure = true;
    }

    /// Whether something is missing since [all of it](Self::whole) was told. A book that is kept here is always sure.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.unsure
    }
}
