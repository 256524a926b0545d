//! What all transfers since the start come to: outcomes, retries, and how long the organisation takes.

use hdrhistogram::Histogram;

use crate::model::transfer::made::{Happening, Made, Phase};

/// The longest latency that is told apart, in microseconds: an answer has ten seconds.
const LONGEST_US: u64 = 60_000_000;

/// Two digits tell 12 ms from 13 ms.
const DIGITS: u8 = 2;

/// The edges of the latency histogram as it is shown, in milliseconds; a last bar stands for what is slower.
pub const EDGES_MS: [u64; 7] = [10, 25, 50, 100, 250, 1_000, 5_000];

/// Percentiles of the time from a frame to its answer, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of the answers came faster.
    pub p50_us: u64,
    /// Nine of ten came faster.
    pub p90_us: u64,
    /// 99 of 100 came faster.
    pub p99_us: u64,
}

/// Counts and latencies since the start, whatever rows were forgotten.
#[derive(Clone, Debug, Default)]
pub struct TransferFigures {
    ends: [u64; Phase::ALL.len()],
    retries: u64,
    fallbacks: u64,
    by_reading: u64,
    untold: u64,
    answered_us: u64,
    /// Made at the first answer.
    latencies: Option<Histogram<u32>>,
}

impl TransferFigures {
    pub(super) fn note(&mut self, happening: &Happening) {
        use crate::model::transfer::made::{Callback, End};
        match happening {
            Happening::Retrying { .. } => self.retries += 1,
            Happening::FallingBack { .. } => self.fallbacks += 1,
            Happening::Callback(Callback::Failed(_)) => self.untold += 1,
            Happening::Ended {
                end: End::Transferred {
                    by_reading: true, ..
                },
                ..
            } => self.by_reading += 1,
            _ => {}
        }
    }

    /// A transfer is over, or its open question is answered.
    pub(super) fn ended(&mut self, before: Phase, made: &Made) {
        if before.over() {
            let known = &mut self.ends[before as usize];
            *known = known.saturating_sub(1);
        }
        self.ends[made.phase as usize] += 1;
        let Some(us) = made.latency_us.filter(|_| !before.over()) else {
            return;
        };
        self.answered_us = self.answered_us.saturating_add(us);
        if self.latencies.is_none() {
            // These bounds always make a histogram.
            self.latencies = Histogram::new_with_bounds(1, LONGEST_US, DIGITS).ok();
        }
        if let Some(latencies) = &mut self.latencies {
            latencies.saturating_record(us.max(1));
        }
    }

    /// Transfers that ended so.
    #[must_use]
    pub fn count(&self, phase: Phase) -> u64 {
        self.ends[phase as usize]
    }

    /// Frames sent again after having been turned away.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Codecs that had to be replaced.
    #[must_use]
    pub fn fallbacks(&self) -> u64 {
        self.fallbacks
    }

    /// Transfers that are known to be done from reading the interaction.
    #[must_use]
    pub fn by_reading(&self) -> u64 {
        self.by_reading
    }

    /// Times that the media server was not notified.
    #[must_use]
    pub fn untold(&self) -> u64 {
        self.untold
    }

    /// The time of all answers together, in microseconds.
    #[must_use]
    pub fn answered_us(&self) -> u64 {
        self.answered_us
    }

    /// Percentiles of the latency; none before the first answer.
    #[must_use]
    pub fn latency(&self) -> Option<Percentiles> {
        let latencies = self.latencies.as_ref()?;
        Some(Percentiles {
            p50_us: latencies.value_at_quantile(0.50),
            p90_us: latencies.value_at_quantile(0.90),
            p99_us: latencies.value_at_quantile(0.99),
        })
    }

    /// Answers by latency: up to each of [`EDGES_MS`], and beyond the last.
    #[must_use]
    pub fn histogram(&self) -> [u64; EDGES_MS.len() + 1] {
        let mut bars = [0; EDGES_MS.len() + 1];
        let Some(latencies) = &self.latencies else {
            return bars;
        };
        for value in latencies.iter_recorded() {
            let ms = value.value_iterated_to() / 1_000;
            let at = EDGES_MS.iter().position(|edge| ms < *edge);
            bars[at.unwrap_or(EDGES_MS.len())] += value.count_since_last_iteration();
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_fall_between_their_edges() {
        let mut latencies = Histogram::new_with_bounds(1, LONGEST_US, DIGITS).unwrap();
        for ms in [1, 9, 30, 9_000] {
            latencies.saturating_record(ms * 1_000);
        }
        let figures = TransferFigures {
            latencies: Some(latencies),
            ..TransferFigures::default()
        };
        assert_eq!(figures.histogram(), [2, 0, 1, 0, 0, 0, 0, 1]);
        assert_eq!(TransferFigures::default().histogram(), [0; 8]);
        assert_eq!(TransferFigures::default().latency(), None);
    }
}
