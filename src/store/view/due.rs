//! When which row has to be asked again because its filter depends on the time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::time::Millis;

/// Rows by the moment they are due. A row has one moment that counts; older entries of it are passed over.
#[derive(Debug, Default)]
pub(super) struct Due {
    heap: BinaryHeap<Reverse<(Millis, u32)>>,
    moments: HashMap<u32, Millis>,
}

impl Due {
    /// A row is due then, and no longer at the moment it was due before; none is never.
    pub(super) fn wait(&mut self, row: u32, until: Option<Millis>) {
        let Some(at) = until else {
            if !self.moments.is_empty() {
                self.moments.remove(&row);
            }
            return;
        };
        if self.moments.insert(row, at) != Some(at) {
            self.heap.push(Reverse((at, row)));
        }
        // Rows that change faster than they fall due leave entries behind that no longer count.
        if self.heap.len() > 2 * self.moments.len() + 64 {
            self.heap = self
                .moments
                .iter()
                .map(|(&row, &at)| Reverse((at, row)))
                .collect();
        }
    }

    /// The next row that is due by `now`.
    pub(super) fn next(&mut self, now: Millis) -> Option<u32> {
        while let Some(&Reverse((at, row))) = self.heap.peek() {
            if at > now {
                return None;
            }
            self.heap.pop();
            if self.moments.get(&row) == Some(&at) {
                self.moments.remove(&row);
                return Some(row);
            }
        }
        None
    }

    /// The first moment that a row may be due.
    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_moment_of_a_row_counts_and_old_ones_do_not_pile_up() {
        let mut due = Due::default();
        for at in 0..10_000 {
            due.wait(1, Some(Millis(at)));
        }
        assert!(due.heap.len() < 100);
        due.wait(2, Some(Millis(5)));
        due.wait(3, Some(Millis(5)));
        due.wait(3, None);
        assert_eq!(due.next(Millis(9_998)), Some(2));
        assert_eq!(due.next(Millis(9_998)), None);
        assert_eq!(due.next(Millis(9_999)), Some(1));
        assert_eq!(due.next(Millis(i64::MAX)), None);
        assert_eq!(due.next_deadline(), None);
    }
}
