//! When answers came, for as long as they count.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::WINDOW;

/// Answers this close together share one entry and leave with the last of them. It bounds the log to 600 entries at any
/// rate, and errs on the side of counting too long.
const GRAIN: Duration = Duration::from_millis(100);

/// Requests on their way and answered within the window.
#[derive(Debug, Default)]
pub(super) struct Log {
    on_their_way: u32,
    answered: VecDeque<Entry>,
    /// The sum over `answered`.
    counted: u32,
}

#[derive(Debug)]
struct Entry {
    first: Instant,
    last: Instant,
    answers: u32,
}

impl Log {
    pub(super) fn used(&self) -> u32 {
        self.on_their_way.saturating_add(self.counted)
    }

    /// When `used` falls next by itself; none while only requests on their way count.
    pub(super) fn frees_at(&self) -> Option<Instant> {
        self.answered.front().map(|entry| entry.last + WINDOW)
    }

    pub(super) fn sent(&mut self) {
        self.on_their_way = self.on_their_way.saturating_add(1);
    }

    pub(super) fn answered(&mut self, now: Instant) {
        self.on_their_way = self.on_their_way.saturating_sub(1);
        self.counted = self.counted.saturating_add(1);
        self.forget(now);
        match self.answered.back_mut() {
            Some(entry) if now.duration_since(entry.first) < GRAIN => {
                entry.last = now;
                entry.answers = entry.answers.saturating_add(1);
            }
            _ => self.answered.push_back(Entry {
                first: now,
                last: now,
                answers: 1,
            }),
        }
    }

    /// Lets go of what no longer counts.
    pub(super) fn forget(&mut self, now: Instant) {
        while let Some(entry) = self.answered.front() {
            if entry.last + WINDOW > now {
                return;
            }
            self.counted = self.counted.saturating_sub(entry.answers);
            self.answered.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_share_an_entry_leave_with_the_last_of_them() {
        let mut log = Log::default();
        let start = Instant::now();
        let last = start + Duration::from_millis(99);
        log.sent();
        log.sent();
        log.answered(start);
        log.answered(last);
        assert_eq!(log.frees_at(), Some(last + WINDOW));
        log.forget(last + WINDOW - Duration::from_millis(1));
        assert_eq!(log.used(), 2);
        log.forget(last + WINDOW);
        assert_eq!((log.used(), log.frees_at()), (0, None));
    }

    #[test]
    fn a_flood_of_answers_keeps_a_short_log() {
        let mut log = Log::default();
        let start = Instant::now();
        for ms in 0..120_000 {
            log.sent();
            log.answered(start + Duration::from_millis(ms));
        }
        assert!(log.answered.len() <= 601, "{}", log.answered.len());
        assert!((60_000..=60_100).contains(&log.used()), "{}", log.used());
        log.forget(start + Duration::from_secs(200));
        assert_eq!(log.used(), 0);
    }
}
