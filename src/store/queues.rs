//! The queues that callbacks are booked on, as they were last read: a few dozen, each as old as its read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Changes;
use super::carriers::Reading;
use crate::model::QueueId;
use crate::model::callback;
use crate::model::queue::Queue;
use crate::model::queue::load::QueueLoad;
use crate::text::Text;
use crate::time::Millis;

/// Queues kept; an organisation that lists more is told so.
const MOST: usize = 1_000;

/// A queue and the moment of the read that it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// As it was read.
    pub queue: Queue,
    /// When.
    pub read: Millis,
}

/// Every queue, by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Queues {
    rows: BTreeMap<QueueId, QueueRow>,
    reading: Reading,
    faults: Vec<Text>,
    refused: usize,
    /// How busy they are, as that was last read.
    #[serde(skip)]
    loads: BTreeMap<QueueId, QueueLoad>,
    #[serde(skip)]
    loaded: Reading,
    #[serde(skip)]
    load_asked: Option<Millis>,
}

impl Queues {
    /// How busy they are is being read.
    pub fn load_asked(&mut self, now: Millis) {
        self.load_asked = Some(now);
    }

    /// How busy they are now; of those that are not named nothing is observed.
    pub fn load_read(
        &mut self,
        loads: BTreeMap<QueueId, QueueLoad>,
        now: Millis,
        changes: &mut Changes,
    ) {
        (self.loads, self.loaded, self.load_asked) = (loads, Reading::Read(now), None);
        changes.queues = true;
    }

    /// How busy they are could not be read; what was known is as old as it is.
    pub fn load_failed(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        self.loaded = self.loaded.failed(why, now);
        self.load_asked = None;
        changes.queues = true;
    }

    /// How busy one is, where that is known.
    #[must_use]
    pub fn load(&self, id: &QueueId) -> Option<&QueueLoad> {
        self.loads.get(id)
    }

    /// How the last attempt to read how busy they are ended.
    #[must_use]
    pub fn loaded(&self) -> &Reading {
        &self.loaded
    }

    /// Since when an answer to that is waited for.
    #[must_use]
    pub fn load_awaited(&self) -> Option<Millis> {
        self.load_asked
    }

    /// A whole list: queues that it does not name are gone.
    pub fn listed(
        &mut self,
        queues: Vec<Queue>,
        faults: Vec<Text>,
        now: Millis,
        changes: &mut Changes,
    ) {
        self.refused = queues.len().saturating_sub(MOST);
        let rows = queues.into_iter().take(MOST);
        self.rows = rows
            .map(|queue| (queue.id.clone(), QueueRow { queue, read: now }))
            .collect();
        self.faults = faults;
        self.reading = Reading::Read(now);
        changes.queues = true;
    }

    /// One queue has been read again.
    pub fn read(&mut self, queue: Queue, now: Millis, changes: &mut Changes) {
        if self.rows.len() < MOST || self.rows.contains_key(&queue.id) {
            self.rows
                .insert(queue.id.clone(), QueueRow { queue, read: now });
            changes.queues = true;
        }
    }

    /// The list could not be read; what was known is as old as it is.
    pub fn read_failed(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        self.reading = self.reading.failed(why, now);
        changes.queues = true;
    }

    /// How the last attempt to read the list ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// Queues of the last list for which there was no room.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &QueueId) -> Option<&QueueRow> {
        self.rows.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &QueueRow> {
        self.rows.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl callback::Queues for Queues {
    fn queue(&self, id: &str) -> Option<&Queue> {
        Some(&self.get(&QueueId::from(id))?.queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(id: &str) -> Queue {
        Queue {
            id: id.into(),
            name: Text::default(),
            zone_name: Text::default(),
            calendar: None,
            most: None,
            booked: None,
            mode: None,
            faults: Vec::new(),
        }
    }

    #[test]
    fn a_list_replaces_what_was_known_and_a_failure_keeps_it() {
        let (mut queues, mut changes) = (Queues::default(), Changes::default());
        queues.listed(
            vec![queue("a"), queue("b")],
            Vec::new(),
            Millis(1),
            &mut changes,
        );
        queues.read(queue("b"), Millis(5), &mut changes);
        queues.read_failed("no route".into(), Millis(6), &mut changes);
        queues.read_failed("no route".into(), Millis(7), &mut changes);
        assert!(changes.queues && !changes.is_empty());
        assert_eq!(queues.get(&"b".into()).map(|row| row.read), Some(Millis(5)));
        assert!(matches!(
            queues.reading(),
            Reading::Failed {
                since: Millis(6),
                ..
            }
        ));
        queues.listed(vec![queue("b")], Vec::new(), Millis(8), &mut changes);
        assert_eq!(queues.len(), 1);
    }

    #[test]
    fn the_table_is_bounded_and_says_what_it_left_out() {
        let (mut queues, mut changes) = (Queues::default(), Changes::default());
        let many = (0..MOST + 3).map(|n| queue(&format!("q{n:05}"))).collect();
        queues.listed(many, Vec::new(), Millis(1), &mut changes);
        assert_eq!((queues.len(), queues.refused()), (MOST, 3));
        queues.read(queue("another"), Millis(2), &mut changes);
        assert_eq!(queues.len(), MOST);
    }
}
