//! How fast the rounds go: evenly over the interval, and slower when the budget or the organisation is.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Polls whose completion tells the true pace.
const MEASURED: usize = 64;
/// A round that fell behind does not catch up in a burst beyond this.
const ARREARS: Duration = Duration::from_millis(100);

/// The rhythm of the rounds.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Instant,
    completed: VecDeque<Instant>,
}

impl Pace {
    /// A round takes `interval`, at best. The first begins an interval from now: everyone is read once before.
    pub fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            next: now + interval,
            completed: VecDeque::with_capacity(MEASURED),
        }
    }

    /// When the next poll is due.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Whether a poll is due now; one that is, is taken. While there is nobody to poll, no round begins.
    pub fn is_due(&mut self, now: Instant, users: usize) -> bool {
        let Ok(users @ 1..) = u32::try_from(users) else {
            self.next = now + self.interval;
            return false;
        };
        if self.next > now {
            return false;
        }
        let earliest = now.checked_sub(ARREARS).unwrap_or(now);
        self.next = self.next.max(earliest) + self.interval / users;
        true
    }

    /// A poll was answered, or failed for good.
    pub fn completed(&mut self, now: Instant) {
        if self.completed.len() >= MEASURED {
            self.completed.pop_front();
        }
        self.completed.push_back(now);
    }

    /// Milliseconds that a round of so many users takes at the pace of the last polls.
    pub fn round(&self, users: usize) -> u64 {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let measured = match (self.completed.front(), self.completed.back()) {
            (Some(first), Some(last)) if self.completed.len() > 1 => {
                let gaps = u32::try_from(self.completed.len() - 1).unwrap_or(u32::MAX);
                last.duration_since(*first)
                    .saturating_mul(u32::try_from(users).unwrap_or(u32::MAX))
                    / gaps
            }
            _ => Duration::ZERO,
        };
        // A round that is a little late is on time: what is shown should not flicker.
        millis(if measured > self.interval * 11 / 10 {
            measured
        } else {
            self.interval
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND: Duration = Duration::from_secs(30);

    #[test]
    fn polls_spread_evenly_over_the_interval() {
        let start = Instant::now();
        let mut pace = Pace::new(ROUND, start);
        let in_a_round = (30_000..60_000u32)
            .filter(|&ms| pace.is_due(start + Duration::from_millis(ms.into()), 40))
            .count();
        assert_eq!(in_a_round, 40);
        assert!(!pace.is_due(start + ROUND * 3, 0), "nobody to poll");
    }

    #[test]
    fn thousands_a_second_need_no_timer_each() {
        let start = Instant::now();
        let mut pace = Pace::new(ROUND, start);
        let mut polls = 0;
        for ms in (30_000..60_000u32).step_by(10) {
            while pace.is_due(start + Duration::from_millis(ms.into()), 100_000) {
                polls += 1;
            }
        }
        assert!((99_000..=101_000).contains(&polls), "{polls}");
    }

    #[test]
    fn a_round_that_was_held_up_does_not_come_in_a_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(ROUND, start);
        let late = start + ROUND * 100;
        let burst = (0..1_000).filter(|_| pace.is_due(late, 300)).count();
        assert!(burst <= 2, "{burst}");
    }

    #[test]
    fn the_round_says_how_long_it_really_takes() {
        let start = Instant::now();
        let mut pace = Pace::new(ROUND, start);
        assert_eq!(pace.round(300), 30_000);
        (0..100u32).for_each(|n| pace.completed(start + Duration::from_secs(n.into())));
        assert_eq!(pace.round(300), 300_000);
    }
}
