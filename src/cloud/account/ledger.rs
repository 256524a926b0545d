//! How many requests went on what, in the last minute and in the last hour, in a fixed amount of memory.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::cloud::concern::Concern;

/// Requests this close together share an entry.
const GRAIN: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Requests of the last minute and of the last hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the last minute, to five seconds.
    pub minute: u32,
    /// In the last hour.
    pub hour: u32,
}

/// Requests by concern, and refusals (429), over the last hour: at most 721 entries.
#[derive(Debug, Default)]
pub(super) struct Ledger(VecDeque<Entry>);

#[derive(Debug)]
struct Entry {
    began: Instant,
    requests: [u32; Concern::ALL.len()],
    refusals: u32,
}

impl Ledger {
    /// Notes a request.
    pub(super) fn note(&mut self, concern: Concern, now: Instant) {
        let place = Concern::ALL.iter().position(|known| *known == concern);
        let entry = self.entry(now);
        if let Some(requests) = place.and_then(|place| entry.requests.get_mut(place)) {
            *requests = requests.saturating_add(1);
        }
    }

    /// Notes a refusal.
    pub(super) fn refused(&mut self, now: Instant) {
        let entry = self.entry(now);
        entry.refusals = entry.refusals.saturating_add(1);
    }

    /// What was spent by whom, those who spent anything.
    pub(super) fn spent(&mut self, now: Instant) -> Vec<(Concern, Spent)> {
        self.forget(now);
        let spent = Concern::ALL.iter().enumerate().map(|(place, concern)| {
            let of = |entry: &Entry| entry.requests.get(place).copied().unwrap_or(0);
            (*concern, self.sum(now, of))
        });
        spent.filter(|(_, spent)| spent.hour > 0).collect()
    }

    pub(super) fn refusals(&mut self, now: Instant) -> Spent {
        self.forget(now);
        self.sum(now, |entry| entry.refusals)
    }

    fn sum(&self, now: Instant, of: impl Fn(&Entry) -> u32) -> Spent {
        let mut spent = Spent::default();
        for entry in &self.0 {
            let count = of(entry);
            spent.hour = spent.hour.saturating_add(count);
            if now.saturating_duration_since(entry.began) < MINUTE {
                spent.minute = spent.minute.saturating_add(count);
            }
        }
        spent
    }

    fn entry(&mut self, now: Instant) -> &mut Entry {
        self.forget(now);
        let fresh = |entry: &Entry| now.saturating_duration_since(entry.began) < GRAIN;
        let at = match self.0.back() {
            Some(entry) if fresh(entry) => self.0.len() - 1,
            _ => {
                self.0.push_back(Entry {
                    began: now,
                    requests: Default::default(),
                    refusals: 0,
                });
                self.0.len() - 1
            }
        };
        &mut self.0[at]
    }

    fn forget(&mut self, now: Instant) {
        let old = |entry: &Entry| now.saturating_duration_since(entry.began) >= HOUR;
        while self.0.front().is_some_and(old) {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_and_an_hour_are_told_apart_and_the_memory_is_bounded() {
        let (start, mut ledger) = (Instant::now(), Ledger::default());
        for second in 0..7_200 {
            let now = start + Duration::from_secs(second);
            ledger.note(Concern::Callbacks, now);
            if second % 60 == 0 {
                ledger.refused(now);
            }
        }
        let end = start + Duration::from_secs(7_199);
        assert!(ledger.0.len() <= 721, "{}", ledger.0.len());
        let [(Concern::Callbacks, spent)] = ledger.spent(end)[..] else {
            panic!("one concern")
        };
        assert!((55..=65).contains(&spent.minute), "{spent:?}");
        assert!((3_595..=3_605).contains(&spent.hour), "{spent:?}");
        assert_eq!(ledger.refusals(end).minute, 1);
        assert!(ledger.spent(end + HOUR).is_empty());
    }
}
