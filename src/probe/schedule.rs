//! When which target is probed: no clock and no I/O of its own, so the loop and its tests decide what time it is.
//!
//! Intervals are jittered, because targets that were added together would else be probed together for ever.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::finding::Target;
use crate::time::Millis;

/// Probes of one target may not be closer than this, whatever the profile says.
pub const LEAST_INTERVAL: Duration = Duration::from_secs(10);
/// The time within which targets that are new are first probed.
const FIRST: Duration = Duration::from_secs(2);
/// Part of an interval by which it is shortened or lengthened, in percent.
const JITTER_PERCENT: i64 = 10;
/// Probes that run at a time; the rest wait for one to end.
pub const MOST_RUNNING: usize = 16;
/// Targets that are kept; more are not probed, and [`Schedule::dropped`] counts them.
pub const MOST_TARGETS: usize = 4096;

/// What is to be probed, and when.
#[derive(Debug)]
pub struct Schedule {
    entries: BTreeMap<Target, Entry>,
    random: fastrand::Rng,
    running: usize,
    dropped: usize,
}

#[derive(Debug)]
struct Entry {
    every_ms: i64,
    due: Millis,
    running: bool,
}

impl Schedule {
    /// An empty schedule; the seed decides the jitter.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            entries: BTreeMap::new(),
            random: fastrand::Rng::with_seed(seed),
            running: 0,
            dropped: 0,
        }
    }

    /// Says what is to be probed from now on and how often. A target that was there keeps its turn, a new one is probed
    /// within two seconds.
    pub fn set(&mut self, targets: impl IntoIterator<Item = (Target, Duration)>, now: Millis) {
        let mut before = std::mem::take(&mut self.entries);
        self.dropped = 0;
        for (target, every) in targets {
            if self.entries.len() >= MOST_TARGETS && !self.entries.contains_key(&target) {
                self.dropped = self.dropped.saturating_add(1);
                continue;
            }
            let every_ms = millis(every.max(LEAST_INTERVAL));
            let entry = match before.remove(&target) {
                Some(entry) => Entry { every_ms, ..entry },
                None => Entry {
                    every_ms,
                    due: now.plus(self.random.i64(0..=millis(FIRST))),
                    running: false,
                },
            };
            self.entries.insert(target, entry);
        }
        self.running = self.entries.values().filter(|entry| entry.running).count();
    }

    /// Whether a target is on the schedule.
    #[must_use]
    pub fn knows(&self, target: &Target) -> bool {
        self.entries.contains_key(target)
    }

    /// Targets beyond [`MOST_TARGETS`], which are not probed.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// Makes a target due at once, because an operator asked; nothing happens when it is being probed already.
    pub fn hurry(&mut self, target: &Target, now: Millis) {
        if let Some(entry) = self.entries.get_mut(target) {
            entry.due = now;
        }
    }

    /// Takes out what is to be probed now. Each must be given back by [`Self::done`].
    pub fn due(&mut self, now: Millis) -> Vec<Target> {
        let room = MOST_RUNNING.saturating_sub(self.running);
        let mut ready: Vec<(Millis, Target)> = Vec::new();
        for (target, entry) in &mut self.entries {
            // After the wall clock was set back, nothing may wait longer than its own interval.
            entry.due = entry.due.min(now.plus(entry.every_ms.saturating_mul(2)));
            if !entry.running && entry.due <= now {
                ready.push((entry.due, target.clone()));
            }
        }
        // Who has waited longest goes first.
        ready.sort_by_key(|(due, _)| *due);
        ready.truncate(room);
        for (_, target) in &ready {
            if let Some(entry) = self.entries.get_mut(target) {
                entry.running = true;
                self.running += 1;
            }
        }
        ready.into_iter().map(|(_, target)| target).collect()
    }

    /// A probe has ended: its target's next turn is an interval from now, more or less.
    pub fn done(&mut self, target: &Target, now: Millis) {
        let Some(entry) = self.entries.get_mut(target).filter(|entry| entry.running) else {
            return;
        };
        let jitter = entry.every_ms.saturating_mul(JITTER_PERCENT) / 100;
        let wait = entry
            .every_ms
            .saturating_add(self.random.i64(-jitter..=jitter));
        entry.due = now.plus(wait);
        entry.running = false;
        self.running = self.running.saturating_sub(1);
    }

    /// When [`Self::due`] has to be asked next; none while nothing waits or all places are taken.
    #[must_use]
    pub fn wake(&self) -> Option<Millis> {
        if self.running >= MOST_RUNNING {
            return None;
        }
        let waiting = self.entries.values().filter(|entry| !entry.running);
        waiting.map(|entry| entry.due).min()
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn target(i: usize) -> Target {
        format!("tls:sip{i}.example.com").parse().unwrap()
    }

    fn schedule(targets: usize) -> Schedule {
        let mut schedule = Schedule::new(7);
        schedule.set((0..targets).map(|i| (target(i), MINUTE)), Millis(0));
        schedule
    }

    #[test]
    fn the_first_turn_comes_soon_and_the_next_an_interval_later() {
        let mut schedule = schedule(1);
        assert!(schedule.wake().unwrap() <= Millis(2000));
        assert_eq!(schedule.due(Millis(2000)), [target(0)]);
        assert_eq!(schedule.due(Millis(500_000)), [], "it is being probed");
        assert_eq!(schedule.wake(), None);
        schedule.done(&target(0), Millis(10_000));
        let next = schedule.wake().unwrap().since(Millis(10_000));
        assert!((54_000..=66_000).contains(&next), "{next}");
    }

    #[test]
    fn turns_drift_apart() {
        let mut schedule = schedule(8);
        for target in schedule.due(Millis(2000)) {
            schedule.done(&target, Millis(2000));
        }
        let mut turns: Vec<i64> = schedule.entries.values().map(|e| e.due.0).collect();
        turns.sort_unstable();
        turns.dedup();
        assert_eq!(turns.len(), 8);
    }

    #[test]
    fn only_so_many_run_at_a_time_and_nobody_is_left_out() {
        let mut schedule = schedule(40);
        let mut seen = Vec::new();
        for _ in 0..3 {
            let batch = schedule.due(Millis(2000));
            assert!(batch.len() <= MOST_RUNNING);
            for target in &batch {
                schedule.done(target, Millis(2000));
            }
            seen.extend(batch);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 40);
    }

    #[test]
    fn a_new_list_keeps_the_turns_of_those_that_stay() {
        let mut schedule = schedule(2);
        for target in schedule.due(Millis(2000)) {
            schedule.done(&target, Millis(2000));
        }
        let turn = schedule.entries[&target(1)].due;
        let list = [target(1), target(2)].map(|target| (target, MINUTE));
        schedule.set(list, Millis(3000));
        assert!(!schedule.knows(&target(0)));
        assert_eq!(schedule.entries[&target(1)].due, turn);
        assert_eq!(schedule.due(Millis(5000)), [target(2)]);
        schedule.done(&target(0), Millis(5000));
        assert_eq!(schedule.running, 1, "one that is gone takes no place");
    }

    #[test]
    fn an_operator_need_not_wait_and_a_clock_set_back_stops_nothing() {
        let mut schedule = schedule(1);
        schedule.due(Millis(2000));
        schedule.done(&target(0), Millis(2000));
        schedule.hurry(&target(0), Millis(3000));
        assert_eq!(schedule.due(Millis(3000)), [target(0)]);
        schedule.done(&target(0), Millis(1_000_000_000));
        schedule.due(Millis(0));
        assert!(schedule.wake().unwrap() <= Millis(120_000));
    }

    #[test]
    fn intervals_and_targets_have_limits() {
        let mut schedule = Schedule::new(1);
        let list = (0..MOST_TARGETS + 5).map(|i| (target(i), Duration::ZERO));
        schedule.set(list, Millis(0));
        assert_eq!(schedule.dropped(), 5);
        let entry = schedule.entries.values().next().unwrap();
        assert_eq!(entry.every_ms, 10_000);
    }
}
