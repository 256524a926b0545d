//! What others changed lately, as it was last read.

use super::carriers::Reading;
use crate::model::change::Change;
use crate::text::Text;
use crate::time::Millis;

/// The changes of one reading, the newest first.
#[derive(Debug, Default)]
pub struct Changed {
    all: Vec<Change>,
    reading: Reading,
    /// Since when an answer is waited for.
    asked: Option<Millis>,
    faults: Vec<Text>,
    generation: u64,
}

impl Changed {
    /// They are being read.
    pub fn asked(&mut self, now: Millis) {
        self.asked = Some(now);
        self.generation += 1;
    }

    /// A whole reading.
    pub fn read(&mut self, all: Vec<Change>, faults: Vec<Text>, now: Millis) {
        (self.all, self.faults) = (all, faults);
        (self.reading, self.asked) = (Reading::Read(now), None);
        self.generation += 1;
    }

    /// They could not be read; what was known is as old as it is.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.asked = None;
        self.generation += 1;
    }

    /// Every change, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.all.iter()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &Text) -> Option<&Change> {
        self.iter().find(|change| change.id == *id)
    }

    /// Those within so many milliseconds before a moment, the newest first.
    pub fn before(&self, at: Millis, within: i64) -> impl Iterator<Item = &Change> {
        let from = at.plus(-within);
        self.iter()
            .filter(move |change| (from..=at).contains(&change.at))
    }

    /// How the last attempt to read them ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Since when an answer is waited for.
    #[must_use]
    pub fn awaited(&self) -> Option<Millis> {
        self.asked
    }

    /// What of the last reading could not be used.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// A number that is different whenever a change is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}
