//! Streams that do not come up: whoever has none is polled, at once and within the budget, and that is what the header says.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trunkline::vocabulary::news::Link;

use crate::watch::{Watch, options};

/// Reads of registrations that were answered.
async fn reads(watch: &Watch) -> usize {
    let answer = watch.control.requests().await;
    let requests = answer.iter();
    let read = requests.filter(|one| {
        let path = one["path"].as_str().unwrap();
        path.ends_with("/registrations") && path.starts_with("/api") && one["status"] == 200
    });
    read.count()
}

async fn polled(fault: Value) {
    let mut watch = Watch::all(options(6, 0.0, ""), 6).await;
    watch.until("live", |world| world.live(6)).await;
    let begun = Instant::now();
    watch.control.fault(&fault).await;
    watch.control.close_streams(1012).await;
    watch
        .until("polling only", |world| {
            world.status.link == Link::PollingOnly && world.rows.values().all(|row| !row.stale)
        })
        .await;
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    watch.until_equal().await;
}

#[tokio::test]
async fn streams_that_fail_are_polled_at_once() {
    polled(json!({"ws-fail": 1})).await;
}

#[tokio::test]
async fn streams_that_hang_at_the_upgrade_are_polled_at_once() {
    polled(json!({"ws-hang": 1})).await;
}

#[tokio::test]
async fn from_the_start_nobody_waits_for_an_upgrade_that_hangs() {
    let mut watch = Watch::all(options(6, 0.0, "ws-hang=1"), 6).await;
    watch
        .until("read", |world| {
            world.status.read == 6 && world.status.link == Link::PollingOnly
        })
        .await;
    watch.until_equal().await;
}

#[tokio::test]
async fn nobody_is_to_be_streamed_is_polling_only() {
    let mut watch = Watch::all(options(4, 0.0, ""), 0).await;
    watch
        .until("polling only", |world| {
            world.status.read == 4 && world.status.link == Link::PollingOnly
        })
        .await;
}

#[tokio::test]
async fn streams_that_come_back_read_only_what_is_not_fresh() {
    let mut watch = Watch::all(options(6, 0.0, ""), 6).await;
    watch.until("live", |world| world.live(6)).await;
    watch.control.fault(&json!({"ws-fail": 1})).await;
    watch.control.close_streams(1012).await;
    watch
        .until("polled", |world| {
            world.gaps == 6 && world.rows.values().all(|row| !row.stale)
        })
        .await;
    let before = reads(&watch).await;
    watch.control.fault(&json!({"ws-fail": 0})).await;
    // Streams are open again long before the reads that make them live are due.
    while watch.control.state().await["streams"] != 6 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        reads(&watch).await,
        before,
        "what was read just now is fresh"
    );
    watch.until("live again", |world| world.live(6)).await;
    assert_eq!(
        reads(&watch).await,
        before + 6,
        "each once, when it was due"
    );
    assert_eq!(watch.world.gaps, 6);
    watch.until_equal().await;
}
