//! Channels whose sockets do not open: everything is polled, at once and within the budget, and that is what the header says.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trunkline::feed::Plan;
use trunkline::vocabulary::news::Link;

use super::rig::options;
use super::watch::{Watch, plan};

const PHONES: &str = "/telephony/providers/edges/phones";

async fn polled(fault: Value) {
    let mut watch = Watch::start(options(10), plan(10)).await;
    watch.live().await;
    let begun = Instant::now();
    watch.fault(fault).await;
    watch
        .rig
        .control
        .post("/_org/streams/close", &Value::Null)
        .await;
    watch
        .until("polling only", |watch| {
            watch.status.link == Link::PollingOnly && watch.fresh()
        })
        .await;
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    assert!(watch.rows().iter().all(|row| !row.live()));
    let gaps = watch.gaps;
    let before = watch.calls("GET", PHONES).await;
    watch.fault(json!({"ws-fail": 0, "ws-hang": 0})).await;
    watch
        .until("a channel", |watch| watch.status.link == Link::Live)
        .await;
    let reads = watch.calls("GET", PHONES).await - before;
    assert!(reads <= 1, "{reads} reads of what is fresh");
    watch.live().await;
    assert_eq!(watch.gaps, gaps);
    watch.agree().await;
}

#[tokio::test]
async fn sockets_that_fail_are_polled_at_once_and_a_reconnect_reads_nothing_fresh() {
    polled(json!({"ws-fail": 1})).await;
}

#[tokio::test]
async fn sockets_that_hang_at_the_upgrade_are_polled_at_once() {
    polled(json!({"ws-hang": 1})).await;
}

#[tokio::test]
async fn without_channels_the_link_says_polling_only() {
    let mut watch = Watch::start(options(10), plan(0)).await;
    watch
        .until("polling only", |watch| {
            watch.status.enumerated && watch.status.link == Link::PollingOnly
        })
        .await;
}

#[tokio::test]
async fn phones_are_read_before_anything_else_and_the_first_page_says_how_many() {
    let mut many = options(800);
    many.rate_limit = 0;
    many.faults = "latency=20".parse().unwrap();
    let plan = Plan {
        carriers: true,
        callbacks: true,
        status_page: None,
        ..plan(10)
    };
    let mut watch = Watch::start(many, plan).await;
    watch
        .until("progress", |watch| {
            !watch.status.enumerated
                && watch.status.read > 0
                && watch.status.users > watch.status.read
        })
        .await;
    let total = watch.status.users as usize;
    watch.live().await;
    assert_eq!(watch.rows().len(), total);
    let requests = watch.rig.control.requests().await;
    let requests = requests.iter();
    let paths = requests.map(|one| one["path"].as_str().unwrap());
    let paths: Vec<&str> = paths.filter(|path| path.starts_with("/api")).collect();
    let pages = total.div_ceil(100);
    // Each page of phones; who is behind the browsers, and channels for those that are listed, may be asked for meanwhile.
    let beside =
        |path: &str| path.starts_with("/api/v2/users?") || path.contains("/notifications/");
    let others = paths.iter().filter(|path| !beside(path));
    let first: Vec<&&str> = others.take(pages).collect();
    assert!(first.iter().all(|path| path.contains(PHONES)), "{first:?}");
}

#[tokio::test]
async fn a_heartbeat_is_no_event() {
    let mut quiet = options(10);
    quiet.faults = "ws-heartbeat=0.05".parse().unwrap();
    let mut watch = Watch::start(quiet, plan(10)).await;
    watch.live().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let key = watch.registered().into_keys().next().unwrap();
    let registered = watch.truth().await[&key];
    watch
        .register(&key.0, &key.1, registered != Some(true))
        .await;
    watch.until("the event", |watch| watch.events > 0).await;
    watch
        .until("counted", |watch| watch.status.received > 0)
        .await;
    assert_eq!(usize::try_from(watch.status.received), Ok(watch.events));
}
