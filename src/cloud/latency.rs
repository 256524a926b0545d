//! How long the organisation takes to answer reads: percentiles of the last hour, in a fixed amount of memory.

use std::collections::VecDeque;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::Instant;

use crate::vocabulary::news::Latency;

/// Each histogram covers this much time; what is older than all of them is forgotten.
const SPAN: Duration = Duration::from_secs(60 * 10);
/// Histograms kept: one hour.
const SPANS: usize = 6;
/// The longest time that is told apart, in microseconds: an attempt has a deadline well below it.
const LONGEST_US: u64 = 60_000_000;
/// Two digits tell 12 ms from 13 ms and cost some 12 KiB a histogram.
const DIGITS: u8 = 2;

/// Histograms of the last hour, oldest first, each with the moment it began.
#[derive(Debug, Default)]
pub(super) struct Latencies(VecDeque<(Instant, Histogram<u32>)>);

impl Latencies {
    /// Notes a read that took this long.
    pub(super) fn note(&mut self, now: Instant, took: Duration) {
        self.forget(now);
        let fresh = self
            .0
            .back()
            .is_some_and(|(began, _)| now.saturating_duration_since(*began) < SPAN);
        if !fresh && let Some(histogram) = empty() {
            self.0.push_back((now, histogram));
        }
        if let Some((_, histogram)) = self.0.back_mut() {
            let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
            histogram.saturating_record(us.max(1));
        }
    }

    /// The percentiles of the last hour; none when there was no read in it.
    pub(super) fn reading(&mut self, now: Instant) -> Option<Latency> {
        self.forget(now);
        let mut all = empty()?;
        for (_, histogram) in &self.0 {
            // All have the same bounds, so that adding them up cannot fail.
            let _ = all.add(histogram);
        }
        (!all.is_empty()).then(|| Latency {
            p50_us: all.value_at_quantile(0.50),
            p90_us: all.value_at_quantile(0.90),
            p99_us: all.value_at_quantile(0.99),
        })
    }

    fn forget(&mut self, now: Instant) {
        let hour = SPAN * u32::try_from(SPANS).unwrap_or(u32::MAX);
        while self.0.len() > SPANS
            || self
                .0
                .front()
                .is_some_and(|(began, _)| now.saturating_duration_since(*began) >= hour)
        {
            self.0.pop_front();
        }
    }
}

/// None for bounds that make no histogram; these do.
fn empty() -> Option<Histogram<u32>> {
    Histogram::new_with_bounds(1, LONGEST_US, DIGITS).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_last_hour() {
        let (start, mut latencies) = (Instant::now(), Latencies::default());
        assert_eq!(latencies.reading(start), None);
        for ms in 1..=100 {
            latencies.note(start, Duration::from_millis(ms));
        }
        let reading = latencies.reading(start).unwrap();
        for (us, ms) in [
            (reading.p50_us, 50),
            (reading.p90_us, 90),
            (reading.p99_us, 99),
        ] {
            assert!((ms * 1_000..ms * 1_020).contains(&us), "{us} for {ms} ms");
        }
        let later = start + Duration::from_secs(60 * 59);
        latencies.note(later, Duration::from_millis(7));
        assert_eq!(latencies.reading(later).unwrap().p99_us / 1_000, 99);
        let hour_later = start + Duration::from_secs(60 * 61);
        assert_eq!(latencies.reading(hour_later).unwrap().p99_us / 100, 70);
        assert_eq!(
            latencies.reading(start + Duration::from_secs(60 * 120)),
            None
        );
    }

    #[test]
    fn a_day_of_reads_keeps_an_hour_and_a_read_without_end_is_counted() {
        let (start, mut latencies) = (Instant::now(), Latencies::default());
        for minute in 0..24 * 60 {
            latencies.note(start + Duration::from_secs(60 * minute), Duration::MAX);
            assert!(latencies.0.len() <= SPANS + 1);
        }
        let end = start + Duration::from_secs(60 * 24 * 60);
        assert!(latencies.reading(end).unwrap().p50_us >= LONGEST_US);
    }
}
