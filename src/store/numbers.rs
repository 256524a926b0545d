//! Whose numbers are whose, as they were last read: one plan, as old as its reading.

use std::collections::HashMap;

use super::carriers::Reading;
use crate::model::number::{NumberLists, NumberPlan, NumberRow};
use crate::text::Text;
use crate::time::Millis;

/// The plan, and what of it could not be read.
#[derive(Debug, Default)]
pub struct Numbers {
    plan: NumberPlan,
    /// The places of the rows that somebody has, by who.
    of_owner: HashMap<Text, Vec<usize>>,
    by_key: HashMap<String, usize>,
    users: usize,
    reading: Reading,
    /// When it was last asked for, while no answer has come.
    asked: Option<Millis>,
    faults: Vec<Text>,
    generation: u64,
}

impl Numbers {
    /// It is being read.
    pub fn asked(&mut self, now: Millis) {
        self.asked = Some(now);
        self.generation += 1;
    }

    /// A whole reading; what could not be read of it is told beside.
    pub fn read(&mut self, told: &NumberLists, faults: Vec<Text>, now: Millis) {
        self.plan = NumberPlan::of(told);
        self.users = told.users.len();
        self.of_owner.clear();
        self.by_key.clear();
        for (place, row) in self.plan.rows.iter().enumerate() {
            self.by_key.insert(row.key(), place);
            for owner in &row.owners {
                self.of_owner
                    .entry(owner.id.clone())
                    .or_default()
                    .push(place);
            }
        }
        (self.faults, self.reading, self.asked) = (faults, Reading::Read(now), None);
        self.generation += 1;
    }

    /// It could not be read; what was known is as old as it is.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.asked = None;
        self.generation += 1;
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &NumberRow> {
        self.plan.rows.iter()
    }

    /// The row of that [`key`](NumberRow::key).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&NumberRow> {
        self.plan.rows.get(*self.by_key.get(key)?)
    }

    /// Everything that somebody has, by the id.
    pub fn of_owner<'a>(&'a self, id: &Text) -> impl Iterator<Item = &'a NumberRow> {
        let places = self.of_owner.get(id).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.plan.rows.get(*place))
    }

    /// How many users were read.
    #[must_use]
    pub fn users(&self) -> usize {
        self.users
    }

    /// How the last attempt to read it ended.
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

    /// A number that is different whenever a row is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::number::UserNumbers;

    #[test]
    fn a_failure_keeps_what_was_known() {
        let mut numbers = Numbers::default();
        let told = NumberLists {
            users: vec![UserNumbers {
                user: "u-1".into(),
                extensions: vec!["8031".into()],
                ..UserNumbers::default()
            }],
            ..NumberLists::default()
        };
        numbers.asked(Millis(1));
        numbers.read(&told, Vec::new(), Millis(2));
        let generation = numbers.generation();
        numbers.read_failed("no route".into(), Millis(3));
        assert!(numbers.generation() > generation && numbers.awaited().is_none());
        let own: Vec<&str> = numbers
            .of_owner(&"u-1".into())
            .map(|row| row.number.raw())
            .collect();
        assert_eq!(own, ["8031"]);
    }
}
