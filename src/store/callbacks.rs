//! Callback reservations as the stream and the reads tell of them, and how each came to be what it is.
//!
//! An update may be delivered any number of times, and late. Its correlation id tells whether it was taken in before;
//! when the organisation made it tells whether a later one has overtaken it. So applying is idempotent, and what is
//! shown is the newest that was said, in whatever order it came.

mod figures;
mod row;
mod seen;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

pub use self::figures::{BookingEnd, CallbackFigures, Latency};
pub use self::row::{CallbackRow, TakenUpdate, UpdateDelivery};
use self::seen::Seen;
use super::Changes;
use super::carriers::Reading;
use crate::model::CallbackId;
use crate::model::callback::{Callback, Stream, Update};
use crate::model::memory::WasCallback;
use crate::text::Text;
use crate::time::Millis;

/// Reservations kept. Past that the oldest that are over make room, and without any such new ones are left out.
const MOST: usize = 10_000;

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is taken in now.
    Now,
    /// It had been taken in before; the organisation has not heard so yet.
    Before,
    /// There is no room for it. It is not acknowledged, so it will be delivered again.
    NoRoom,
}

/// Every reservation, by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Callbacks {
    rows: BTreeMap<CallbackId, CallbackRow>,
    /// Those of an earlier run, until this one has read the list: shown, and counted nowhere.
    remembered: BTreeMap<CallbackId, CallbackRow>,
    /// When the list was last read.
    read: Option<Millis>,
    #[serde(skip)]
    seen: Seen,
    reading: Reading,
    stream: Stream,
    faults: Vec<Text>,
    #[serde(skip)]
    figures: CallbackFigures,
    /// Bookings that wait, and when the first of them is due.
    #[serde(skip)]
    waiting: (usize, Option<Millis>),
    refused: u64,
    forgotten: u64,
    /// Until when whole numbers may be shown.
    #[serde(skip)]
    unmasked: Option<Millis>,
}

impl Callbacks {
    /// Every reservation, to be changed in what it shows of its caller alone.
    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut Callback> {
        let rows = self.rows.values_mut().chain(self.remembered.values_mut());
        rows.map(CallbackRow::callback_mut)
    }

    /// So many bookings wait, and the first of them is due then.
    pub fn wait(&mut self, count: usize, next: Option<Millis>) {
        self.waiting = (count, next);
    }

    /// Bookings that wait, and when the first of them is due.
    #[must_use]
    pub fn waiting(&self) -> (usize, Option<Millis>) {
        self.waiting
    }

    /// A booking of this run has come to its end.
    pub fn booked(&mut self, end: BookingEnd, took_ms: u64) {
        self.figures.booked(end, took_ms);
    }

    /// Takes in an update of the stream.
    pub fn update(&mut self, update: Update, now: Millis, changes: &mut Changes) -> Applied {
        changes.callbacks = true;
        let id = update.callback.id.clone();
        if let Some(known) = self.seen.of(&update.correlation) {
            let known = known.clone();
            self.figures.again();
            if let Some(row) = self.rows.get_mut(&known) {
                row.delivered_again(&update.correlation);
            }
            return Applied::Before;
        }
        if !self.rows.contains_key(&id) && !self.make_room() {
            self.refused = self.refused.saturating_add(1);
            return Applied::NoRoom;
        }
        self.seen.note(update.correlation.clone(), id.clone());
        self.figures.applied(&update, now);
        match self.rows.get_mut(&id) {
            Some(row) => row.hear(update, now),
            None => {
                self.rows.insert(id, CallbackRow::of_update(update, now));
            }
        }
        Applied::Now
    }

    /// A topic has told of a reservation. Nobody has to be told that it was taken in: after a gap everything is read again.
    pub fn told(&mut self, callback: Callback, now: Millis, changes: &mut Changes) {
        changes.callbacks = true;
        if !self.rows.contains_key(&callback.id) && !self.make_room() {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        self.figures.told(callback.status);
        let id = callback.id.clone();
        let row = self.rows.entry(id);
        row.or_insert_with(|| CallbackRow::of_read(callback.clone(), now))
            .tell(callback, now);
    }

    /// One was read for what lists leave out; whatever else it says may be older than what is known.
    pub fn completed(&mut self, callback: &Callback, changes: &mut Changes) {
        if let Some(row) = self.rows.get_mut(&callback.id) {
            changes.callbacks = true;
            row.complete(callback);
        }
    }

    /// These updates have been acknowledged: the organisation will not deliver them again.
    pub fn acknowledged(&mut self, correlations: &[Text], now: Millis, changes: &mut Changes) {
        changes.callbacks |= !correlations.is_empty();
        self.figures.acknowledged(correlations.len());
        for correlation in correlations {
            if let Some(row) = self
                .seen
                .of(correlation)
                .and_then(|id| self.rows.get_mut(id))
            {
                row.acknowledged(correlation, now);
            }
        }
    }

    /// A whole list. What the stream spoke of while it was read, the stream knows better. What it does not name is gone,
    /// unless it is over (organisations forget those first, and a shift wants to read them back) or it was heard of since
    /// the read began: by a webhook, or as the answer to a booking.
    pub fn listed(
        &mut self,
        callbacks: Vec<Callback>,
        spoken: &HashSet<CallbackId>,
        began: Millis,
        faults: Vec<Text>,
        now: Millis,
        changes: &mut Changes,
    ) {
        changes.callbacks = true;
        let named: HashSet<CallbackId> = callbacks
            .iter()
            .map(|callback| callback.id.clone())
            .collect();
        self.rows.retain(|id, row| {
            named.contains(id)
                || spoken.contains(id)
                || row.heard() >= began
                || row.callback().status.over()
        });
        for callback in callbacks {
            if let Some(row) = self.rows.get_mut(&callback.id) {
                if spoken.contains(&callback.id) {
                    row.complete(&callback);
                } else {
                    row.read(callback, now);
                }
            } else if self.make_room() {
                let row = CallbackRow::of_read(callback, now);
                self.rows.insert(row.callback().id.clone(), row);
            } else {
                self.refused = self.refused.saturating_add(1);
            }
        }
        self.faults = faults;
        self.reading = Reading::Read(now);
        self.read = Some(now);
        self.remembered.clear();
    }

    /// Takes in what an earlier run knew, unless this one knows more already.
    pub fn recall(&mut self, callbacks: Vec<WasCallback>, changes: &mut Changes) {
        if self.read.is_some() || callbacks.is_empty() {
            return;
        }
        let rows = callbacks.into_iter().take(MOST).map(CallbackRow::of_memory);
        let rows = rows.map(|row| (row.callback().id.clone(), row));
        self.remembered.extend(rows);
        changes.callbacks = true;
    }

    /// What the next run is to remember: every row that is shown, as of when it was known.
    pub fn memory(&self, now: Millis) -> impl Iterator<Item = WasCallback> {
        let kept_up = (!self.stale()).then_some(now);
        let read = self.read.unwrap_or_default();
        self.shown().map(move |row| {
            let known = if row.remembered() {
                row.since()
            } else {
                kept_up.unwrap_or(row.heard().max(read))
            };
            WasCallback::of(row.callback(), known)
        })
    }

    /// Every row that is shown: those of this run, and those of an earlier one of which nobody has spoken yet.
    pub fn shown(&self) -> impl Iterator<Item = &CallbackRow> {
        let before = self.remembered.iter();
        let before = before.filter(|(id, _)| !self.rows.contains_key(*id));
        self.rows.values().chain(before.map(|(_, row)| row))
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: &CallbackId) -> Option<&CallbackRow> {
        self.rows.get(id).or_else(|| self.remembered.get(id))
    }

    /// A write was answered with the reservation as it is. Where the stream has spoken of it, the stream knows better.
    pub fn answered(&mut self, callback: Callback, now: Millis, changes: &mut Changes) {
        changes.callbacks = true;
        match self.rows.get_mut(&callback.id) {
            Some(row) if row.past().next().is_some() => row.complete(&callback),
            Some(row) => row.read(callback, now),
            None => {
                if self.make_room() {
                    let row = CallbackRow::of_read(callback, now);
                    self.rows.insert(row.callback().id.clone(), row);
                }
            }
        }
    }

    /// The list could not be read.
    pub fn read_failed(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        self.reading = self.reading.failed(why, now);
        changes.callbacks = true;
    }

    /// The stream is otherwise than it was. Unless it is live, what is known may be out of date.
    pub fn turn(&mut self, stream: Stream, changes: &mut Changes) {
        changes.callbacks |= self.stream != stream;
        self.stream = stream;
    }

    /// Lets whole numbers be shown until that moment.
    pub fn unmask(&mut self, until: Millis, changes: &mut Changes) {
        self.unmasked = Some(until);
        changes.callbacks = true;
    }

    /// Whether whole numbers may be shown at this moment.
    #[must_use]
    pub fn unmasked(&self, now: Millis) -> bool {
        self.unmasked.is_some_and(|until| now < until)
    }

    /// When they are masked again.
    #[must_use]
    pub fn masked_at(&self) -> Option<Millis> {
        self.unmasked
    }

    /// Whether what is known may be out of date: then nothing is to be drawn as current.
    #[must_use]
    pub fn stale(&self) -> bool {
        !matches!(self.stream, Stream::Live | Stream::Polled(_))
    }

    /// Whether what is known of a reservation comes from reads alone, every so often.
    #[must_use]
    pub fn polled(&self, callback: &Callback) -> bool {
        match &self.stream {
            Stream::Polled(queues) => queues.is_empty() || queues.contains(&callback.queue),
            _ => false,
        }
    }

    /// How the last attempt to read the list ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// How the stream is.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// What has been counted since the start.
    #[must_use]
    pub fn figures(&self) -> &CallbackFigures {
        &self.figures
    }

    /// Reservations for which there was no room.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Reservations that were over and made room.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &CallbackId) -> Option<&CallbackRow> {
        self.rows.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &CallbackRow> {
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

    /// Lets go of the oldest reservations that are over, a tenth of all at a time, when there is no room. Says whether
    /// there is some now.
    fn make_room(&mut self) -> bool {
        if self.rows.len() < MOST {
            return true;
        }
        let over = self
            .rows
            .iter()
            .filter(|(_, row)| row.callback().status.over());
        let mut over: Vec<(Millis, CallbackId)> =
            over.map(|(id, row)| (row.since(), id.clone())).collect();
        over.sort_unstable();
        for (_, id) in over.iter().take(MOST / 10) {
            self.rows.remove(id);
            self.forgotten = self.forgotten.saturating_add(1);
        }
        !over.is_empty()
    }
}
