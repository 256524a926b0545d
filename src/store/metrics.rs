//! Figures over time, each in a ring of fixed size: how reads fare, what share is registered, how much comes in.

use std::collections::VecDeque;

use super::Counts;
use crate::model::report::{Checks, Reads};
use crate::time::Millis;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// What fills the periods in which nothing was recorded.
#[derive(Clone, Copy, Debug)]
enum Gap {
    /// The value before them: a level stays until it changes.
    Hold,
    /// Zero: a count of nothing.
    Zero,
}

/// One value a period, oldest first, at most `capacity` of them.
#[derive(Debug)]
pub struct Series<T> {
    values: VecDeque<T>,
    /// The period of the newest value, counted from the epoch.
    newest: i64,
    period: i64,
    capacity: usize,
    gap: Gap,
}

impl<T: Copy + Default> Series<T> {
    fn new(period: i64, capacity: usize, gap: Gap) -> Self {
        Self {
            values: VecDeque::new(),
            newest: 0,
            period,
            capacity,
            gap,
        }
    }

    /// The value of the period that `now` is in. A clock that went backwards stays in the newest period.
    fn at(&mut self, now: Millis) -> &mut T {
        let period = now.0.div_euclid(self.period);
        let last = self.values.back().copied();
        if last.is_none() {
            self.newest = period.saturating_sub(1);
        }
        let fill = match self.gap {
            Gap::Hold => last.unwrap_or_default(),
            Gap::Zero => T::default(),
        };
        let missing = usize::try_from(period.saturating_sub(self.newest)).unwrap_or(0);
        for _ in 0..missing.min(self.capacity) {
            if self.values.len() == self.capacity {
                self.values.pop_front();
            }
            self.values.push_back(fill);
        }
        self.newest = self.newest.max(period);
        if self.values.is_empty() {
            self.values.push_back(fill);
        }
        let newest = self.values.len() - 1;
        &mut self.values[newest]
    }

    /// The last `n` periods up to the one of `now`, oldest first, with the periods since the last value filled in.
    pub fn last(&self, n: usize, now: Millis) -> impl Iterator<Item = T> {
        let quiet = now.0.div_euclid(self.period).saturating_sub(self.newest);
        let quiet = usize::try_from(quiet).unwrap_or(0).min(n);
        let quiet = if self.values.is_empty() { 0 } else { quiet };
        let fill = match self.gap {
            Gap::Hold => self.values.back().copied().unwrap_or_default(),
            Gap::Zero => T::default(),
        };
        let skip = self.values.len().saturating_sub(n - quiet);
        let kept = self.values.iter().skip(skip).copied();
        kept.chain(std::iter::repeat_n(fill, quiet))
    }
}

/// The figures of one table.
#[derive(Debug)]
pub struct Metrics {
    /// Registrations looked at since the start.
    pub checks: Checks,
    /// When one was last found not registered.
    pub last_lost: Option<Millis>,
    /// Registrations looked at a minute, for 24 hours.
    pub checks_by_minute: Series<Checks>,
    /// Reads since the start.
    pub reads: Reads,
    /// When a read last failed.
    pub last_failure: Option<Millis>,
    /// Reads a minute, for 24 hours.
    pub reads_by_minute: Series<Reads>,
    /// Registered share in ten-thousandths, a value every 5 seconds for 20 minutes; none without rows.
    pub registered_recent: Series<Option<u16>>,
    /// Registered share in ten-thousandths, a value a minute for 24 hours; none without rows.
    pub registered_day: Series<Option<u16>>,
    /// Stream frames a second, for 5 minutes.
    pub events_by_second: Series<u32>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            checks: Checks::default(),
            last_lost: None,
            checks_by_minute: Series::new(MINUTE, 24 * 60, Gap::Zero),
            reads: Reads::default(),
            last_failure: None,
            reads_by_minute: Series::new(MINUTE, 24 * 60, Gap::Zero),
            registered_recent: Series::new(5 * SECOND, 240, Gap::Hold),
            registered_day: Series::new(MINUTE, 24 * 60, Gap::Hold),
            events_by_second: Series::new(SECOND, 300, Gap::Zero),
        }
    }
}

impl Metrics {
    /// Registrations looked at within the last `minutes` minutes, the one of `now` included; a day at most.
    #[must_use]
    pub fn checks_over(&self, minutes: usize, now: Millis) -> Checks {
        let recent = self.checks_by_minute.last(minutes, now);
        recent.fold(Checks::default(), Checks::plus)
    }

    /// Reads of the last `minutes` minutes, the one of `now` included; a day at most.
    #[must_use]
    pub fn reads_over(&self, minutes: usize, now: Millis) -> Reads {
        let recent = self.reads_by_minute.last(minutes, now);
        recent.fold(Reads::default(), Reads::plus)
    }

    /// Stream frames a second over the last ten whole seconds.
    #[must_use]
    pub fn events_per_second(&self, now: Millis) -> f64 {
        const WINDOW: usize = 10;
        let seconds = self.events_by_second.last(WINDOW + 1, now);
        let whole: Vec<u32> = seconds.collect();
        let whole = whole.split_last().map_or(&[][..], |(_, whole)| whole);
        let sum: f64 = whole.iter().copied().map(f64::from).sum();
        sum / whole.len().max(1) as f64
    }

    pub(super) fn check(&mut self, now: Millis, registered: Option<bool>) {
        self.checks.note(registered);
        self.checks_by_minute.at(now).note(registered);
        if registered == Some(false) {
            self.last_lost = Some(now);
        }
    }

    pub(super) fn read(&mut self, now: Millis, ok: bool) {
        self.reads.note(ok);
        self.reads_by_minute.at(now).note(ok);
        if !ok {
            self.last_failure = Some(now);
        }
    }

    pub(super) fn event(&mut self, now: Millis) {
        let events = self.events_by_second.at(now);
        *events = events.saturating_add(1);
    }

    pub(super) fn registered(&mut self, now: Millis, counts: Counts) {
        let share = counts.registered();
        *self.registered_recent.at(now) = share;
        *self.registered_day.at(now) = share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_periods_hold_a_level_and_count_nothing() {
        let mut level = Series::new(SECOND, 4, Gap::Hold);
        let mut count: Series<u32> = Series::new(SECOND, 4, Gap::Zero);
        for (at, value) in [(0, 5), (3_000, 7)] {
            *level.at(Millis(at)) = value;
            *count.at(Millis(at)) += value;
        }
        assert_eq!(
            level.last(9, Millis(3_999)).collect::<Vec<_>>(),
            [5, 5, 5, 7]
        );
        assert_eq!(
            count.last(9, Millis(3_999)).collect::<Vec<_>>(),
            [5, 0, 0, 7]
        );
        assert_eq!(count.last(3, Millis(4_000)).collect::<Vec<_>>(), [0, 7, 0]);
        assert_eq!(level.last(3, Millis(9_000)).collect::<Vec<_>>(), [7, 7, 7]);
    }

    #[test]
    fn a_jump_of_the_clock_costs_no_more_than_the_ring() {
        let mut series = Series::new(SECOND, 4, Gap::Zero);
        *series.at(Millis(0)) = 1;
        *series.at(Millis(i64::MAX)) = 2;
        *series.at(Millis(-5_000)) += 1;
        assert_eq!(series.last(9, Millis(0)).collect::<Vec<_>>(), [0, 0, 0, 3]);
    }

    #[test]
    fn success_is_a_percentage_or_nothing_yet() {
        let mut metrics = Metrics::default();
        assert_eq!(metrics.reads.success_rate(), None);
        for ok in [true, true, true, false] {
            metrics.read(Millis(60_000), ok);
        }
        assert_eq!(metrics.reads.success_rate(), Some(75.0));
        assert_eq!(metrics.last_failure, Some(Millis(60_000)));
    }

    #[test]
    fn a_window_forgets_what_is_older() {
        let mut metrics = Metrics::default();
        metrics.read(Millis(0), false);
        metrics.read(Millis(90 * MINUTE), true);
        let now = Millis(100 * MINUTE);
        let rate = |minutes| metrics.reads_over(minutes, now).success_rate();
        assert_eq!((rate(60), rate(24 * 60)), (Some(100.0), Some(50.0)));
        assert_eq!(metrics.reads_over(5, now), Reads::default());
    }

    #[test]
    fn the_event_rate_leaves_out_the_second_that_is_not_over() {
        let mut metrics = Metrics::default();
        for second in 0..10 {
            for _ in 0..20 {
                metrics.event(Millis(second * SECOND));
            }
        }
        let now = Millis(10 * SECOND);
        assert!((metrics.events_per_second(now) - 20.0).abs() < f64::EPSILON);
        assert!(metrics.events_per_second(now.plus(60 * SECOND)).abs() < f64::EPSILON);
    }
}
