//! How full the trunks are, and how full they have been since this console began to look.

use std::collections::BTreeMap;

use super::carriers::Reading;
use crate::model::capacity::CallCapacity;
use crate::text::Text;
use crate::time::Millis;

/// What was read of each place.
#[derive(Debug, Default)]
pub struct Capacity {
    places: BTreeMap<&'static str, CapacityRow>,
    reading: Reading,
}

/// One place: the cloud, or the premises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapacityRow {
    /// As it is now.
    pub now: CallCapacity,
    /// As it was when most was in use, and when that was.
    pub high: (CallCapacity, Millis),
}

impl Capacity {
    /// What was read now.
    pub fn read(&mut self, told: Vec<(&'static str, CallCapacity)>, now: Millis) {
        for (place, is) in told {
            let fresh = CapacityRow {
                now: is,
                high: (is, now),
            };
            let row = self.places.entry(place).or_insert(fresh);
            row.now = is;
            if is.usage() > row.high.0.usage() {
                row.high = (is, now);
            }
        }
        self.reading = Reading::Read(now);
    }

    /// It could not be read; what was known is as old as it is.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
    }

    /// The places at which something can be carried.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &CapacityRow)> {
        let rows = self
            .places
            .iter()
            .filter(|(_, row)| row.now.usage().is_some());
        rows.map(|(place, row)| (*place, row))
    }

    /// How the last attempt to read it ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_stays_with_its_moment() {
        let of = |calls| CallCapacity {
            calls: Some(calls),
            most_calls: Some(100),
            ..CallCapacity::default()
        };
        let mut capacity = Capacity::default();
        for (at, calls) in [(1, 40), (2, 90), (3, 50)] {
            capacity.read(
                vec![("cloud", of(calls)), ("premises", CallCapacity::default())],
                Millis(at),
            );
        }
        let [(place, row)] = capacity.rows().collect::<Vec<_>>()[..] else {
            panic!("{capacity:?}")
        };
        assert_eq!((place, row.now.calls), ("cloud", Some(50)));
        assert_eq!(row.high, (of(90), Millis(2)));
    }
}
