//! How well jobs do: the share that completes, and how long that takes.

use crate::model::job::{Job, Phase};

/// Latencies in the sparkline.
const RECENT: usize = 32;

/// Over all jobs that have ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobFigures {
    /// Jobs that completed.
    pub completed: u64,
    /// Jobs that failed. A submit that was refused is no job.
    pub failed: u64,
    /// From submit to completion on average, in milliseconds; none before one of ours has completed.
    pub average_ms: Option<u64>,
    /// The same of each of the last ones, the newest last.
    pub latencies: Vec<f32>,
}

impl JobFigures {
    pub(super) fn of<'a>(jobs: impl Iterator<Item = &'a Job>) -> Self {
        let mut figures = Self::default();
        let mut timed = Vec::new();
        for job in jobs {
            match job.phase() {
                Phase::Completed => figures.completed += 1,
                Phase::Failed => figures.failed += 1,
                _ => continue,
            }
            if let (Phase::Completed, Some(ended), Some(ms)) =
                (job.phase(), job.ended, job.latency())
            {
                timed.push((ended, ms));
            }
        }
        timed.sort_unstable();
        let total = timed
            .iter()
            .fold(0_u64, |sum, (_, ms)| sum.saturating_add(*ms));
        figures.average_ms = total.checked_div(timed.len() as u64);
        let recent = &timed[timed.len().saturating_sub(RECENT)..];
        figures.latencies = recent.iter().map(|(_, ms)| *ms as f32).collect();
        figures
    }

    /// The share that completed, 0..=100; none before one has ended.
    #[must_use]
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.completed + self.failed;
        (ended > 0).then(|| self.completed as f64 * 100.0 / ended as f64)
    }
}
