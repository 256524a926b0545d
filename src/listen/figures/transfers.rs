//! The figures of transfers.

use std::fmt;

use super::sheet::Sheet;
use crate::model::transfer::made::Phase;
use crate::store::transfers::{EDGES_MS, Figures};

/// Outcomes, what it took to get them, and how long the organisation takes.
pub(super) fn write(sheet: &mut Sheet<'_>, figures: &Figures) -> fmt::Result {
    let over = Phase::ALL.into_iter().filter(|phase| phase.over());
    let outcomes = over.map(|phase| (label(phase), figures.count(phase)));
    sheet.counters(
        "trunkline_transfers",
        "Transfers by how they ended; one whose end was found out later counts as what was found",
        "outcome",
        outcomes,
    )?;
    sheet.counter(
        "trunkline_transfer_retries",
        "Frames sent again after having been turned away",
        figures.retries(),
    )?;
    sheet.counter(
        "trunkline_transfer_fallbacks",
        "Transfers for which another codec had to be tried",
        figures.fallbacks(),
    )?;
    sheet.counter(
        "trunkline_transfers_known_by_reading",
        "Transfers whose answer was lost and that a reading of the interaction showed to be done",
        figures.by_reading(),
    )?;
    sheet.counter(
        "trunkline_media_callbacks_failed",
        "Times that the media server could not be told of a transfer",
        figures.untold(),
    )?;
    let bars = figures.histogram();
    if bars.iter().all(|count| *count == 0) {
        return Ok(());
    }
    let edges = EDGES_MS.iter().map(|ms| *ms as f64 / 1_000.0);
    let edges = edges.chain([f64::MAX]);
    let buckets: Vec<(f64, u64)> = edges.zip(bars).collect();
    sheet.histogram(
        "trunkline_transfer_duration_seconds",
        "From a frame to its answer",
        figures.answered_us() as f64 / 1_000_000.0,
        &buckets,
    )
}

/// A phase as a label: one word.
fn label(phase: Phase) -> &'static str {
    match phase {
        Phase::TimedOut => "timed_out",
        phase => phase.word(),
    }
}
