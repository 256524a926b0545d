//! The figures of transfers.

use std::fmt;

use super::sheet::Exposition;
use crate::model::transfer::made::Phase;
use crate::store::transfers::{EDGES_MS, TransferFigures};

/// Outcomes, what it took to get them, and how long the organisation takes.
pub(super) fn write(sheet: &mut Exposition<'_>, figures: &TransferFigures) -> fmt::Result {
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
        "Times that the media server could not be notified of a transfer",
        figures.untold(),
    )?;
    let bars = figures.histogram();
    if bars.iter().all(|count| *count == 0) {
        return Ok(());
    }
    let edges = EDGES_MS.iter().map(|ms| *ms as f64 / 1_000.0);
    let edges = edges.chain([f64::INFINITY]);
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

#[cfg(test)]
mod tests {
    use prometheus_client::collector::Collector;
    use prometheus_client::encoding::{DescriptorEncoder, text};
    use prometheus_client::registry::Registry;

    use super::*;
    use crate::model::flow::FlowId;
    use crate::model::transfer::made::{Asked, End, Happening, TransferId};
    use crate::model::transfer::{Destination, Limits, Request};
    use crate::store::transfers::Transfers;
    use crate::time::Millis;

    #[derive(Debug)]
    struct Alone(TransferFigures);

    impl Collector for Alone {
        fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
            write(&mut Exposition::new(encoder), &self.0)
        }
    }

    #[test]
    fn a_transfer_is_in_its_outcome_and_in_its_bucket() {
        let id = TransferId {
            flow: FlowId(1),
            number: 0,
        };
        let asked = Asked {
            request: Request::blank(&Limits::default()).into(),
            destination: Destination::parse("genesys://queue/q").unwrap(),
            operator: "noc".into(),
        };
        let end = End::Transferred {
            codec: None,
            by_reading: false,
        };
        let ended = Happening::Ended {
            end,
            latency_us: Some(30_000),
        };
        let mut table = Transfers::default();
        table.happened(id, Happening::Asked(Box::new(asked)), Millis(0));
        table.happened(id, ended, Millis(1));
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Alone(table.figures().clone())));
        let mut told = String::new();
        text::encode(&mut told, &registry).unwrap();
        for line in [
            "trunkline_transfers_total{outcome=\"transferred\"} 1",
            "trunkline_transfers_total{outcome=\"timed_out\"} 0",
            "trunkline_transfer_duration_seconds_sum 0.03",
            "trunkline_transfer_duration_seconds_bucket{le=\"0.025\"} 0",
            "trunkline_transfer_duration_seconds_bucket{le=\"0.05\"} 1",
            "trunkline_transfer_duration_seconds_bucket{le=\"+Inf\"} 1",
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }
    }
}
