//! One reservation and everything that was said of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::model::callback::{Callback, Status, Update};
use crate::model::memory::WasCallback;
use crate::text::Text;
use crate::time::Millis;

/// Updates kept for each reservation; one that goes its way has four.
const HISTORY: usize = 32;

/// One update as it was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenUpdate {
    /// When it came.
    pub at: Millis,
    /// What it said.
    pub status: Status,
    /// What is on record of its delivery; none where updates have no names and nobody acknowledges them.
    pub delivery: Option<UpdateDelivery>,
}

/// How an update was delivered that is to be acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateDelivery {
    /// When the organisation made it, by its own clock.
    pub sent: Millis,
    /// Its name.
    pub correlation: Text,
    /// When its acknowledgement left; none yet.
    pub acknowledged: Option<Millis>,
    /// How often it was delivered.
    pub deliveries: u32,
    /// A newer update had come before it, so it changed nothing.
    pub overtaken: bool,
}

/// One reservation and its past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackRow {
    callback: Callback,
    /// When the newest update was made; none has come yet.
    sent: Option<Millis>,
    first_seen: Millis,
    /// When an update or an answer last spoke of it.
    heard: Millis,
    since: Millis,
    past: VecDeque<TakenUpdate>,
    forgotten: u64,
    remembered: bool,
}

impl CallbackRow {
    pub(super) fn callback_mut(&mut self) -> &mut Callback {
        &mut self.callback
    }

    pub(super) fn of_read(callback: Callback, now: Millis) -> Self {
        Self {
            callback,
            sent: None,
            first_seen: now,
            heard: now,
            since: now,
            past: VecDeque::new(),
            forgotten: 0,
            remembered: false,
        }
    }

    pub(super) fn of_memory(was: WasCallback) -> Self {
        let as_of = was.as_of;
        Self {
            remembered: true,
            ..Self::of_read(was.into(), as_of)
        }
    }

    pub(super) fn of_update(update: Update, now: Millis) -> Self {
        let mut row = Self::of_read(update.callback.clone(), now);
        row.hear(update, now);
        row
    }

    /// Takes in an update that has not been taken in before.
    pub(super) fn hear(&mut self, update: Update, now: Millis) {
        self.heard = now;
        let overtaken = self.sent.is_some_and(|newest| update.sent < newest);
        self.note(TakenUpdate {
            at: now,
            status: update.callback.status,
            delivery: Some(UpdateDelivery {
                sent: update.sent,
                correlation: update.correlation,
                acknowledged: None,
                deliveries: 1,
                overtaken,
            }),
        });
        if !overtaken {
            self.sent = Some(update.sent);
            self.read(update.callback, now);
        }
    }

    /// Takes in what a topic says. It is the newest there is: topics come in their order, and say everything each time, so
    /// only what changes the status is worth remembering.
    pub(super) fn tell(&mut self, callback: Callback, now: Millis) {
        self.heard = now;
        let status = callback.status;
        if self.past.is_empty() || status != self.callback.status {
            self.note(TakenUpdate {
                at: now,
                status,
                delivery: None,
            });
        }
        self.read(callback, now);
    }

    fn note(&mut self, told: TakenUpdate) {
        if self.past.len() == HISTORY {
            self.past.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.past.push_back(told);
    }

    /// Takes in what a read says, or the newest update: what it leaves out stays as it was.
    pub(super) fn read(&mut self, mut callback: Callback, now: Millis) {
        if callback.status != self.callback.status {
            self.since = now;
        }
        filled(&mut callback, &self.callback);
        self.callback = callback;
    }

    /// Takes what the stream does not tell out of a read that is older than the stream's word.
    pub(super) fn complete(&mut self, callback: &Callback) {
        filled(&mut self.callback, callback);
    }

    pub(super) fn delivered_again(&mut self, correlation: &Text) {
        if let Some(delivery) = self.delivery(correlation) {
            delivery.deliveries = delivery.deliveries.saturating_add(1);
        }
    }

    pub(super) fn acknowledged(&mut self, correlation: &Text, now: Millis) {
        if let Some(delivery) = self.delivery(correlation) {
            delivery.acknowledged.get_or_insert(now);
        }
    }

    fn delivery(&mut self, correlation: &Text) -> Option<&mut UpdateDelivery> {
        self.past
            .iter_mut()
            .rev()
            .filter_map(|told| told.delivery.as_mut())
            .find(|delivery| delivery.correlation == *correlation)
    }

    /// Whether it is of an earlier run and nobody has spoken of it yet: it is as of [`Self::since`], and says nothing of now.
    #[must_use]
    pub fn remembered(&self) -> bool {
        self.remembered
    }

    /// As it is.
    #[must_use]
    pub fn callback(&self) -> &Callback {
        &self.callback
    }

    /// Since when its status is what it is, as far as this console has seen.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.since
    }

    /// When something other than a list last spoke of it.
    pub(super) fn heard(&self) -> Millis {
        self.heard
    }

    /// When this console first heard of it.
    #[must_use]
    pub fn first_seen(&self) -> Millis {
        self.first_seen
    }

    /// Its updates, newest first.
    pub fn past(&self) -> impl Iterator<Item = &TakenUpdate> {
        self.past.iter().rev()
    }

    /// Older updates that made room for newer ones.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

/// Fills what one word on a reservation leaves out from another. Who has it is no such thing: nobody is an answer.
fn filled(callback: &mut Callback, from: &Callback) {
    callback.channel = callback.channel.or(from.channel);
    callback.time = callback.time.or(from.time);
    callback.began = callback.began.or(from.began);
    for (text, other) in [
        (&mut callback.reason, &from.reason),
        (&mut callback.booked_as, &from.booked_as),
        (&mut callback.caller, &from.caller),
    ] {
        if text.is_none() {
            text.clone_from(other);
        }
    }
    if callback.number.is_empty() {
        callback.number = from.number.clone();
    }
    if callback.queue.raw().is_empty() {
        callback.queue = from.queue.clone();
    }
}
