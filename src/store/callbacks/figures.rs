//! What is counted of callbacks: updates and how long they took, reservations and how they ended.

use hdrhistogram::Histogram;

use crate::model::callback::{Status, Update};
use crate::time::Millis;

/// The longest delivery that is told apart, in milliseconds: an hour. A longer one counts as an hour.
const LONGEST: u64 = 3_600_000;

/// Counts since the start.
#[derive(Clone, Debug, Default)]
pub struct CallbackFigures {
    /// Updates taken in.
    pub processed: u64,
    /// Of those, how many said that a callback was kept.
    pub completed: u64,
    /// Of those, how many said that one could not be kept.
    pub failed: u64,
    /// Deliveries of updates that had been taken in before.
    pub repeated: u64,
    /// Acknowledgements that left.
    pub acknowledged: u64,
    /// Made with the first update: a histogram is 20 KiB.
    took: Option<Histogram<u64>>,
    /// Bookings of this run that the organisation took.
    pub bookings_sent: u64,
    /// Bookings that were refused, here or there.
    pub bookings_refused: u64,
    /// Bookings of which it is not known what became.
    pub bookings_failed: u64,
    /// How long those took that were taken, together, in milliseconds.
    bookings_ms: u64,
}

/// How a booking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingEnd {
    /// The organisation has taken it.
    Sent,
    /// It was refused, here or there.
    Refused,
    /// That is not known.
    Failed,
}

/// How long updates took from the organisation to the table, in milliseconds. The two clocks may differ; an update
/// from the future took no time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// On average.
    pub mean: f64,
    /// For every second one, at most.
    pub p50: u64,
    /// For 95 of 100, at most.
    pub p95: u64,
    /// For 99 of 100, at most.
    pub p99: u64,
}

impl CallbackFigures {
    pub(super) fn applied(&mut self, update: &Update, now: Millis) {
        self.told(update.callback.status);
        if self.took.is_none() {
            self.took = Histogram::new_with_bounds(1, LONGEST, 2).ok();
        }
        if let Some(took) = &mut self.took {
            took.saturating_record(now.since(update.sent).clamp(1, LONGEST));
        }
    }

    /// Of an update that does not say when it was made, nobody knows how long it took.
    pub(super) fn told(&mut self, status: Status) {
        self.processed = self.processed.saturating_add(1);
        match status {
            Status::Completed => self.completed = self.completed.saturating_add(1),
            Status::Failed => self.failed = self.failed.saturating_add(1),
            _ => {}
        }
    }

    pub(super) fn booked(&mut self, end: BookingEnd, took_ms: u64) {
        let count = match end {
            BookingEnd::Sent => {
                self.bookings_ms = self.bookings_ms.saturating_add(took_ms);
                &mut self.bookings_sent
            }
            BookingEnd::Refused => &mut self.bookings_refused,
            BookingEnd::Failed => &mut self.bookings_failed,
        };
        *count = count.saturating_add(1);
    }

    /// How long a booking took on average that was taken, in milliseconds; none before the first.
    #[must_use]
    pub fn booking_ms(&self) -> Option<f64> {
        (self.bookings_sent > 0).then(|| self.bookings_ms as f64 / self.bookings_sent as f64)
    }

    pub(super) fn again(&mut self) {
        self.repeated = self.repeated.saturating_add(1);
    }

    pub(super) fn acknowledged(&mut self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.acknowledged = self.acknowledged.saturating_add(count);
    }

    /// How long updates took; none before the first.
    #[must_use]
    pub fn latency(&self) -> Option<Latency> {
        let took = self.took.as_ref()?;
        Some(Latency {
            mean: took.mean(),
            p50: took.value_at_quantile(0.5),
            p95: took.value_at_quantile(0.95),
            p99: took.value_at_quantile(0.99),
        })
    }
}
