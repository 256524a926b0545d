//! Figures of callbacks (contract §10).

use std::fmt;

use super::sheet::Exposition;
use crate::listen::ask::CallbackFigures;

/// How many there are in which status, what the stream brought, and how long that took.
pub(super) fn write(sheet: &mut Exposition<'_>, callbacks: &CallbackFigures) -> fmt::Result {
    let figures = &callbacks.figures;
    sheet.gauges(
        "trunkline_callbacks",
        "Callback reservations that are kept, by status",
        "status",
        callbacks
            .statuses
            .iter()
            .map(|(word, count)| (*word, *count as f64)),
    )?;
    sheet.counters(
        "trunkline_callback_updates",
        "Updates of callbacks: taken in, delivered again, acknowledged",
        "what",
        [
            ("processed", figures.processed),
            ("repeated", figures.repeated),
            ("acknowledged", figures.acknowledged),
        ],
    )?;
    sheet.counters(
        "trunkline_callback_ends",
        "Updates that told of the end of a callback: kept, or not",
        "how",
        [("success", figures.completed), ("failed", figures.failed)],
    )?;
    sheet.counters(
        "trunkline_callback_bookings",
        "Bookings of this run: taken by the organisation, refused here or there, of unknown end",
        "outcome",
        [
            ("sent", figures.bookings_sent),
            ("refused", figures.bookings_refused),
            ("failed", figures.bookings_failed),
        ],
    )?;
    sheet.known(
        "trunkline_callback_booking_seconds_mean",
        "How long a booking took that was taken, its queue's reading included, on average",
        figures.booking_ms().map(|ms| ms / 1_000.0),
    )?;
    sheet.gauge(
        "trunkline_callback_bookings_waiting",
        "Bookings that wait on disk because the organisation took no more",
        callbacks.waiting as f64,
    )?;
    let took = figures.latency();
    sheet.known(
        "trunkline_callback_update_seconds_mean",
        "From the organisation's clock to the table, on average",
        took.map(|took| took.mean / 1_000.0),
    )?;
    let quantiles = took.map(|took| [("0.5", took.p50), ("0.95", took.p95), ("0.99", took.p99)]);
    sheet.gauges(
        "trunkline_callback_update_seconds",
        "The same, by quantile",
        "quantile",
        quantiles
            .into_iter()
            .flatten()
            .map(|(quantile, ms)| (quantile, ms as f64 / 1_000.0)),
    )?;
    sheet.gauge(
        "trunkline_callback_stream_live",
        "1 while the stream of callbacks carries what happens",
        f64::from(u8::from(callbacks.live)),
    )
}
