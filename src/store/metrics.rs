//! Figures over time, each in a ring of fixed size: how reads fare, what share is registered, how much comes in.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::Counts;
use crate::model::registration::State;
use crate::model::report::{Checks, Reads};
use crate::time::Millis;

const SECOND: i64 = 1000;

/// The longer period of the figures of a chart, in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;

/// The shorter one.
pub const RECENT: i64 = 5 * SECOND;

/// How it went in one period, as charts show it: what was worst in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The lowest registered share, in ten-thousandths; none where nothing was known, and then the other figures say nothing.
    pub share: Option<u16>,
    /// The most rows that were lost at a time.
    pub lost: u32,
    /// The most rows that were flapping at a time.
    pub flapping: u32,
    /// Stream frames.
    pub events: u32,
    /// How long half of the reads took at most, in milliseconds; none before there were some.
    pub latency: Option<u32>,
}

impl Figures {
    /// What two periods together come to.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            share: self.share.into_iter().chain(other.share).min(),
            lost: self.lost.max(other.lost),
            flapping: self.flapping.max(other.flapping),
            events: self.events.saturating_add(other.events),
            latency: self.latency.max(other.latency),
        }
    }

    /// A period in which everything stayed so and nothing was told.
    fn quiet(self) -> Self {
        Self { events: 0, ..self }
    }
}

/// One value a period, oldest first, at most `capacity` of them.
#[derive(Debug)]
pub struct Series<T> {
    values: VecDeque<T>,
    /// The period of the newest value, counted from the epoch.
    newest: i64,
    period: i64,
    capacity: usize,
}

impl<T: Copy + Default> Series<T> {
    fn new(period: i64, capacity: usize) -> Self {
        Self {
            values: VecDeque::new(),
            newest: 0,
            period,
            capacity,
        }
    }

    /// The value of the period that `now` is in; a new one, and those that were passed over, begin as `quiet`. A clock that
    /// went backwards stays in the newest period.
    fn at(&mut self, now: Millis, quiet: T) -> &mut T {
        let period = now.0.div_euclid(self.period);
        if self.values.is_empty() {
            self.newest = period.saturating_sub(1);
        }
        let missing = usize::try_from(period.saturating_sub(self.newest)).unwrap_or(0);
        for _ in 0..missing.min(self.capacity) {
            if self.values.len() == self.capacity {
                self.values.pop_front();
            }
            self.values.push_back(quiet);
        }
        self.newest = self.newest.max(period);
        if self.values.is_empty() {
            self.values.push_back(quiet);
        }
        let newest = self.values.len() - 1;
        &mut self.values[newest]
    }

    /// The last `n` periods up to the one of `now`, oldest first; those since the last value are as `quiet`.
    fn last(&self, n: usize, now: Millis, quiet: T) -> impl Iterator<Item = T> {
        let since = now.0.div_euclid(self.period).saturating_sub(self.newest);
        let since = usize::try_from(since).unwrap_or(0).min(n);
        let since = if self.values.is_empty() { 0 } else { since };
        let skip = self.values.len().saturating_sub(n - since);
        let kept = self.values.iter().skip(skip).copied();
        kept.chain(std::iter::repeat_n(quiet, since))
    }

    /// Puts values of earlier periods before the first that is known; what lies between is not known. A period of which
    /// both know is what `both` makes of it. `until` is the period that nothing is known of any more, where nothing is known.
    fn recall(&mut self, older: &BTreeMap<i64, T>, until: Millis, both: fn(T, T) -> T) {
        let (Some(oldest), Some(latest)) = (older.keys().next(), older.keys().next_back()) else {
            return;
        };
        if self.values.is_empty() {
            self.newest = until.0.div_euclid(self.period).min(*latest);
        }
        let known = i64::try_from(self.values.len()).unwrap_or(i64::MAX);
        let first = self.newest.saturating_sub(known).saturating_add(1);
        if let (Some(value), Some(other)) = (self.values.front_mut(), older.get(&first)) {
            *value = both(*other, *value);
        }
        for period in (*oldest..first).rev() {
            if self.values.len() == self.capacity {
                break;
            }
            self.values
                .push_front(older.get(&period).copied().unwrap_or_default());
        }
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
    checks_by_minute: Series<Checks>,
    /// Reads since the start.
    pub reads: Reads,
    /// When a read last failed.
    pub last_failure: Option<Millis>,
    /// Reads a minute, for 24 hours.
    reads_by_minute: Series<Reads>,
    /// What charts show, every [`RECENT`] for an hour and every minute for 24.
    recent: Series<Figures>,
    by_minute: Series<Figures>,
    /// How it is now.
    level: Figures,
    /// Stream frames a second, for 5 minutes.
    events_by_second: Series<u32>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            checks: Checks::default(),
            last_lost: None,
            checks_by_minute: Series::new(MINUTE, 24 * 60),
            reads: Reads::default(),
            last_failure: None,
            reads_by_minute: Series::new(MINUTE, 24 * 60),
            recent: Series::new(RECENT, 720),
            by_minute: Series::new(MINUTE, 24 * 60),
            level: Figures::default(),
            events_by_second: Series::new(SECOND, 300),
        }
    }
}

impl Metrics {
    /// Registrations looked at within the last `minutes` minutes, the one of `now` included; a day at most.
    #[must_use]
    pub fn checks_over(&self, minutes: usize, now: Millis) -> Checks {
        let recent = self.checks_by_minute.last(minutes, now, Checks::default());
        recent.fold(Checks::default(), Checks::plus)
    }

    /// Reads of the last `minutes` minutes, the one of `now` included; a day at most.
    #[must_use]
    pub fn reads_over(&self, minutes: usize, now: Millis) -> Reads {
        let recent = self.reads_by_minute.last(minutes, now, Reads::default());
        recent.fold(Reads::default(), Reads::plus)
    }

    /// Stream frames a second over the last ten whole seconds.
    #[must_use]
    pub fn events_per_second(&self, now: Millis) -> f64 {
        const WINDOW: usize = 10;
        let seconds = self.events_by_second.last(WINDOW + 1, now, 0);
        let whole: Vec<u32> = seconds.collect();
        let whole = whole.split_last().map_or(&[][..], |(_, whole)| whole);
        let sum: f64 = whole.iter().copied().map(f64::from).sum();
        sum / whole.len().max(1) as f64
    }

    pub(super) fn check(&mut self, now: Millis, registered: Option<bool>) {
        self.checks.note(registered);
        self.checks_by_minute
            .at(now, Checks::default())
            .note(registered);
        if registered == Some(false) {
            self.last_lost = Some(now);
        }
    }

    pub(super) fn read(&mut self, now: Millis, ok: bool) {
        self.reads.note(ok);
        self.reads_by_minute.at(now, Reads::default()).note(ok);
        if !ok {
            self.last_failure = Some(now);
        }
    }

    /// The last `n` of [`RECENT`] up to that of `now`, oldest first; an hour at most.
    pub fn recent(&self, n: usize, now: Millis) -> impl Iterator<Item = Figures> {
        self.recent.last(n, now, self.level.quiet())
    }

    /// The last `n` minutes up to that of `now`, oldest first; a day at most.
    pub fn minutes(&self, n: usize, now: Millis) -> impl Iterator<Item = Figures> {
        self.by_minute.last(n, now, self.level.quiet())
    }

    /// Stream frames in each of the last `n` seconds up to that of `now`, oldest first; five minutes at most.
    pub fn events(&self, n: usize, now: Millis) -> impl Iterator<Item = u32> {
        self.events_by_second.last(n, now, 0)
    }

    /// Knows from here on what was recorded of each [`RECENT`] as well, where nothing is known here.
    pub fn recall(&mut self, recorded: &[(Millis, Figures)], now: Millis) {
        let by = |period: i64| {
            let mut values = BTreeMap::new();
            for (at, figures) in recorded {
                let value: &mut Figures = values.entry(at.0.div_euclid(period)).or_default();
                *value = figures.with(*value);
            }
            values
        };
        self.recent.recall(&by(RECENT), now, Figures::with);
        self.by_minute.recall(&by(MINUTE), now, Figures::with);
    }

    /// Reads take so long now, half of them.
    pub fn latency(&mut self, now: Millis, ms: u32) {
        self.turn(
            now,
            Figures {
                latency: Some(ms),
                ..self.level
            },
        );
    }

    pub(super) fn event(&mut self, now: Millis) {
        let events = self.events_by_second.at(now, 0);
        *events = events.saturating_add(1);
        self.note(
            now,
            Figures {
                events: 1,
                ..self.level
            },
            self.level,
        );
    }

    pub(super) fn registered(&mut self, now: Millis, counts: Counts) {
        let level = Figures {
            share: counts.registered(),
            lost: counts.of(State::Lost),
            flapping: counts.flapping,
            ..self.level
        };
        self.turn(now, level);
    }

    fn turn(&mut self, now: Millis, level: Figures) {
        let before = std::mem::replace(&mut self.level, level);
        self.note(now, level, before);
    }

    fn note(&mut self, now: Millis, figures: Figures, before: Figures) {
        for series in [&mut self.recent, &mut self.by_minute] {
            let value = series.at(now, before.quiet());
            *value = value.with(figures);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_periods_are_as_they_are_said_to_be() {
        let mut series: Series<u32> = Series::new(SECOND, 4);
        for (at, value) in [(0, 5), (3_000, 7)] {
            *series.at(Millis(at), 2) = value;
        }
        let last = |n, now| series.last(n, Millis(now), 1).collect::<Vec<_>>();
        assert_eq!(last(9, 3_999), [5, 2, 2, 7]);
        assert_eq!(last(3, 4_000), [2, 7, 1]);
        assert_eq!(last(3, 9_000), [1, 1, 1]);
    }

    #[test]
    fn a_jump_of_the_clock_costs_no_more_than_the_ring() {
        let mut series = Series::new(SECOND, 4);
        *series.at(Millis(0), 0) = 1;
        *series.at(Millis(i64::MAX), 0) = 2;
        *series.at(Millis(-5_000), 0) += 1;
        let all: Vec<u32> = series.last(9, Millis(0), 0).collect();
        assert_eq!(all, [0, 0, 0, 3]);
    }

    #[test]
    fn a_period_shows_the_worst_of_it_and_a_quiet_one_the_level_before_it() {
        let mut metrics = Metrics::default();
        let counts = |ok: u32, lost: u32| {
            let mut counts = Counts::default();
            (0..ok).for_each(|_| counts.add(State::Ok, false));
            (0..lost).for_each(|_| counts.add(State::Lost, false));
            counts
        };
        metrics.registered(Millis(1_000), counts(4, 0));
        metrics.registered(Millis(11_000), counts(1, 3));
        metrics.event(Millis(12_000));
        metrics.latency(Millis(13_000), 40);
        metrics.registered(Millis(14_000), counts(4, 0));
        let found = |of: &dyn Fn(&Figures) -> String| {
            metrics
                .recent(9, Millis(21_000))
                .map(|figures| of(&figures))
                .collect::<Vec<_>>()
        };
        let share = found(&|figures| {
            figures
                .share
                .map_or_else(String::new, |share| share.to_string())
        });
        assert_eq!(share, ["10000", "10000", "2500", "10000", "10000"]);
        assert_eq!(
            found(&|figures| figures.lost.to_string()),
            ["0", "0", "3", "0", "0"]
        );
        assert_eq!(
            found(&|figures| figures.events.to_string()),
            ["0", "0", "1", "0", "0"]
        );
        let minute = metrics.minutes(1, Millis(21_000)).next().unwrap();
        assert_eq!(
            (minute.share, minute.lost, minute.events, minute.latency),
            (Some(2_500), 3, 1, Some(40))
        );
    }

    #[test]
    fn what_was_recorded_stands_before_what_is_known_and_holes_are_not_known() {
        let mut metrics = Metrics::default();
        let mut counts = Counts::default();
        counts.add(State::Ok, false);
        let begin = 100 * MINUTE;
        metrics.registered(Millis(begin), counts);
        let figures = |share| Figures {
            share: Some(share),
            ..Figures::default()
        };
        let recorded = [
            (Millis(begin - 4 * RECENT), figures(9_000)),
            (Millis(begin - 2 * RECENT), figures(9_100)),
            (Millis(begin), figures(9_900)),
            (Millis(begin + RECENT), figures(1)),
        ];
        metrics.recall(&recorded, Millis(begin + 9 * RECENT));
        let recent: Vec<_> = metrics
            .recent(9, Millis(begin))
            .map(|figures| figures.share)
            .collect();
        assert_eq!(recent, [Some(9_000), None, Some(9_100), None, Some(9_900)]);
        let minutes: Vec<_> = metrics
            .minutes(9, Millis(begin))
            .map(|figures| figures.share)
            .collect();
        assert_eq!(minutes, [Some(9_000), Some(1)]);
        let mut empty = Metrics::default();
        empty.recall(&recorded, Millis(begin));
        assert_eq!(empty.recent(9, Millis(begin)).count(), 5);
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
