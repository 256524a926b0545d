//! When alerts are told, and how much of them.

use super::told::Told;
use crate::model::alert::AlertBook;
use crate::time::Millis;

/// Alerts are told at most so often, in milliseconds: a storm changes them with every event.
const EVERY: i64 = 1_000;

/// What somebody was told of the alerts last.
#[derive(Debug, Default)]
pub struct AlertTeller {
    /// The generation; none where all of them are to be told.
    known: Option<u64>,
    at: Millis,
}

impl AlertTeller {
    /// What was told before is not known there any more: all of it is told next, at once.
    pub fn begin_anew(&mut self) {
        *self = Self::default();
    }

    /// What is to be told of them now.
    pub fn tell(&mut self, book: &AlertBook, now: Millis) -> Option<Told> {
        let generation = Some(book.generation());
        if generation == self.known || now < self.at.plus(EVERY) {
            return None;
        }
        let told = Told::alerts(book, self.known);
        (self.known, self.at) = (generation, now);
        Some(told)
    }
}
