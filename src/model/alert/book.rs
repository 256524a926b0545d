//! Every alert that is open or remembered, and the silences in force.

mod news;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

pub use self::news::AlertNews;
use super::{Alert, AlertId, Silence};
use crate::time::Millis;

/// Alerts that may be open at once. Storms are folded, so that more than this is no news to anyone.
pub const OPEN_KEPT: usize = 10_000;
/// Alerts that are remembered after their end.
pub const ENDED_KEPT: usize = 500;
/// Silences that may be in force at once.
pub const SILENCES_KEPT: usize = 200;

/// Changes of which a book knows what they changed.
const CHANGES_KEPT: usize = OPEN_KEPT;

/// The alerts of a profile, bounded.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AlertBook {
    alerts: BTreeMap<AlertId, Alert>,
    silences: Vec<Silence>,
    open: usize,
    last: u64,
    dropped: u64,
    generation: u64,
    /// See [`Self::is_unsure`].
    #[serde(default)]
    unsure: bool,
    /// What the last generations changed, the newest last: an alert, or else the silences or a count.
    #[serde(skip)]
    changes: VecDeque<Option<AlertId>>,
}

impl AlertBook {
    /// An id that no alert has had.
    pub fn fresh_id(&mut self) -> AlertId {
        self.last = self.last.saturating_add(1);
        AlertId(self.last)
    }

    /// Takes an alert in. One too many that is open is refused and counted; one too many that has ended pushes out
    /// the oldest of those.
    pub fn insert(&mut self, alert: Alert) -> bool {
        self.last = self.last.max(alert.id.0);
        if alert.is_open() && self.open >= OPEN_KEPT && !self.alerts.contains_key(&alert.id) {
            self.dropped += 1;
            self.moved(None);
            return false;
        }
        self.moved(Some(alert.id));
        self.put(alert);
        self.trim();
        true
    }

    /// One alert.
    #[must_use]
    pub fn get(&self, id: AlertId) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// Changes an alert; none when it is no longer there.
    pub fn amend<T>(&mut self, id: AlertId, change: impl FnOnce(&mut Alert) -> T) -> Option<T> {
        let alert = self.alerts.get_mut(&id)?;
        let was_open = alert.is_open();
        let outcome = change(alert);
        let is_open = alert.is_open();
        self.moved(Some(id));
        self.open = self.open + usize::from(is_open) - usize::from(was_open);
        if was_open && !is_open {
            self.trim();
        }
        Some(outcome)
    }

    /// Open ones first, the worst of them first, then those that have ended; otherwise the newest first.
    pub fn in_order(&self) -> impl Iterator<Item = &Alert> {
        let open = self.alerts.values().rev().filter(|alert| alert.is_open());
        let mut open: Vec<&Alert> = open.collect();
        open.sort_by_key(|alert| alert.severity());
        open.into_iter().chain(self.ended())
    }

    /// Alerts that have ended, the newest first.
    pub fn ended(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values().rev().filter(|alert| !alert.is_open())
    }

    /// All alerts, the oldest first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Alert> {
        self.alerts.values()
    }

    /// How many conditions hold.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.alerts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    /// Alerts that were refused or forgotten for want of room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A number that is different whenever something in the book is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Silences in force.
    #[must_use]
    pub fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// Takes a silence in, or its new end; false when there are too many already.
    pub fn silence(&mut self, silence: Silence) -> bool {
        self.silences.retain(|known| !known.same(&silence));
        let room = self.silences.len() < SILENCES_KEPT;
        if room {
            self.silences.push(silence);
            self.moved(None);
        }
        room
    }

    /// Drops silences that have ended; whether there was one.
    pub fn end_silences(&mut self, now: Millis) -> bool {
        let before = self.silences.len();
        self.silences.retain(|silence| now < silence.until);
        let ended = self.silences.len() < before;
        if ended {
            self.moved(None);
        }
        ended
    }

    fn moved(&mut self, what: Option<AlertId>) {
        self.generation += 1;
        if self.changes.len() == CHANGES_KEPT {
            self.changes.pop_front();
        }
        self.changes.push_back(what);
    }

    fn put(&mut self, alert: Alert) {
        let added = usize::from(alert.is_open());
        let before = self.alerts.insert(alert.id, alert);
        self.open += added;
        self.open -= usize::from(before.is_some_and(|b| b.is_open()));
    }

    fn forget(&mut self, id: AlertId) {
        let was = self.alerts.remove(&id);
        self.open -= usize::from(was.is_some_and(|was| was.is_open()));
    }

    fn trim(&mut self) {
        while self.alerts.len() - self.open > ENDED_KEPT {
            let ended = self.alerts.values().filter(|alert| !alert.is_open());
            // What was told is forgotten before what was not.
            let oldest = ended.min_by_key(|a| (a.unfinished(), a.id));
            let Some(id) = oldest.map(|alert| alert.id) else {
                return;
            };
            self.forget(id);
            self.dropped += 1;
            self.moved(Some(id));
        }
    }
}

#[cfg(test)]
mod tests;
