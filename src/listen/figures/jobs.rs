//! Figures of jobs (contract §7).

use std::fmt;

use super::sheet::Exposition;
use crate::listen::ask::JobFigures;

/// How many there are in which state, how many succeed, and how long that takes.
pub(super) fn write(sheet: &mut Exposition<'_>, jobs: &JobFigures) -> fmt::Result {
    sheet.gauges(
        "trunkline_jobs",
        "Asynchronous jobs that are kept, by state",
        "state",
        jobs.states
            .iter()
            .map(|(word, count)| (*word, *count as f64)),
    )?;
    sheet.known(
        "trunkline_job_success_ratio",
        "Share of the jobs that have ended which completed, 0 to 1",
        jobs.figures.success_rate().map(|rate| rate / 100.0),
    )?;
    sheet.known(
        "trunkline_job_latency_seconds",
        "From the submit of a job to its completion, on average",
        jobs.figures.average_ms.map(|ms| ms as f64 / 1_000.0),
    )
}
