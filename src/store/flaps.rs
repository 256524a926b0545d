//! Which rows changed between registered and lost, within the last hour and within the last five minutes.
//!
//! Changes arrive in order of time, so both windows are one queue with two ends: a row keeps two counts, and nothing
//! is ever scanned.

use std::collections::VecDeque;

use super::stamp::Stamp;
use crate::time::Millis;

/// The window of the FLAPS/1h column, in milliseconds.
pub(super) const HOUR: i64 = 60 * 60 * 1000;
/// The window of "flapping", in milliseconds (contract §5).
pub(super) const RECENT: i64 = 5 * 60 * 1000;
/// More changes than this within [`RECENT`] is flapping (contract §5).
pub(super) const FLAPPING_OVER: u16 = 3;

/// A window that a change has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassedWindow {
    Hour,
    Recent,
}

/// The changes of the last hour, oldest first, at most `capacity` of them.
#[derive(Debug)]
pub(super) struct Flaps {
    queue: VecDeque<(Stamp, u32)>,
    /// Entries before this one have left the five-minute window.
    recent_from: usize,
    capacity: usize,
    forgotten: u64,
}

impl Flaps {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            recent_from: 0,
            capacity: capacity.max(1),
            forgotten: 0,
        }
    }

    /// Notes a change of a row.
    pub(super) fn push(&mut self, row: u32, now: Millis) {
        self.keep_time(now);
        self.queue.push_back((Stamp::from(now), row));
    }

    /// Notes one that is heard of later than it was: it is as old as the newest that is kept, at most.
    pub(super) fn recall(&mut self, row: u32, was: Millis) {
        let last = self.queue.back().map(|&(last, _)| last);
        let at = Stamp::from(was);
        self.queue
            .push_back((last.map_or(at, |last| last.max(at)), row));
    }

    /// A clock that has gone back takes what is kept with it: the order stays, and no window gets longer than it is.
    fn keep_time(&mut self, now: Millis) {
        let last = self.queue.back().map(|&(last, _)| Millis::from(last));
        let back = last.map_or(0, |last| i64::try_from(last.since(now)).unwrap_or(i64::MAX));
        if back > 0 {
            for (at, _) in &mut self.queue {
                *at = Stamp::from(Millis::from(*at).plus(-back));
            }
        }
    }

    /// The next change that has left a window by `now`, or that has to be forgotten because too many are kept.
    pub(super) fn leave(&mut self, now: Millis) -> Option<(u32, PassedWindow)> {
        self.keep_time(now);
        let crowded = self.queue.len() > self.capacity;
        if let Some(&(at, row)) = self.queue.get(self.recent_from)
            && (Millis::from(at).plus(RECENT) <= now || (crowded && self.recent_from == 0))
        {
            self.recent_from += 1;
            return Some((row, PassedWindow::Recent));
        }
        let &(at, row) = self.queue.front()?;
        if Millis::from(at).plus(HOUR) > now && !crowded {
            return None;
        }
        self.forgotten += u64::from(Millis::from(at).plus(HOUR) > now);
        self.queue.pop_front();
        self.recent_from = self.recent_from.saturating_sub(1);
        Some((row, PassedWindow::Hour))
    }

    /// When the next change leaves a window; none when there is nothing to wait for.
    pub(super) fn next_deadline(&self) -> Option<Millis> {
        let recent = self.queue.get(self.recent_from);
        let recent = recent.map(|&(at, _)| Millis::from(at).plus(RECENT));
        let hour = self
            .queue
            .front()
            .map(|&(at, _)| Millis::from(at).plus(HOUR));
        recent.into_iter().chain(hour).min()
    }

    /// All that are kept, oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = (Millis, u32)> {
        self.queue.iter().map(|&(at, row)| (at.into(), row))
    }

    /// Changes that left their window early because too many were kept: counts are then "at least".
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(flaps: &mut Flaps, now: i64) -> Vec<(u32, PassedWindow)> {
        std::iter::from_fn(|| flaps.leave(Millis(now))).collect()
    }

    #[test]
    fn a_change_leaves_the_five_minutes_and_then_the_hour() {
        let mut flaps = Flaps::new(10);
        assert_eq!(flaps.next_deadline(), None);
        flaps.push(1, Millis(0));
        flaps.push(2, Millis(1000));
        assert_eq!(flaps.next_deadline(), Some(Millis(RECENT)));
        assert_eq!(drain(&mut flaps, RECENT - 1), []);
        assert_eq!(drain(&mut flaps, RECENT), [(1, PassedWindow::Recent)]);
        assert_eq!(
            drain(&mut flaps, HOUR),
            [(2, PassedWindow::Recent), (1, PassedWindow::Hour)]
        );
        assert_eq!(flaps.next_deadline(), Some(Millis(HOUR + 1000)));
        assert_eq!(drain(&mut flaps, HOUR + 1000), [(2, PassedWindow::Hour)]);
        assert_eq!(flaps.next_deadline(), None);
        assert_eq!(flaps.forgotten(), 0);
    }

    #[test]
    fn a_clock_that_goes_back_makes_no_window_longer() {
        let mut flaps = Flaps::new(10);
        flaps.push(1, Millis(10 * HOUR));
        flaps.push(2, Millis(10 * HOUR + 1_000));
        // An hour back: what has just happened is as old as it is.
        let back = 9 * HOUR + 1_000;
        assert_eq!(drain(&mut flaps, back), []);
        assert_eq!(
            drain(&mut flaps, back + RECENT),
            [(1, PassedWindow::Recent), (2, PassedWindow::Recent)]
        );
        flaps.push(3, Millis(back + RECENT));
        assert_eq!(
            flaps.all().map(|(_, row)| row).collect::<Vec<_>>(),
            [1, 2, 3]
        );
    }

    #[test]
    fn too_many_changes_forget_the_oldest_and_say_so() {
        let mut flaps = Flaps::new(2);
        for row in 0..3 {
            flaps.push(row, Millis(0));
        }
        assert_eq!(
            drain(&mut flaps, 1),
            [(0, PassedWindow::Recent), (0, PassedWindow::Hour)]
        );
        assert_eq!(flaps.forgotten(), 1);
    }
}
