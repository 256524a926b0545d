//! The whole organisation: a stream for everyone, and a sweep for what a stream loses.

use std::time::Duration;

use serde_json::json;
use trunkline::feed::{Plan, Timing};
use trunkline::model::UserId;
use trunkline::store::{Changes, Store};

use crate::watch::{Watch, brisk, options};

/// A round of the sweep that a test can wait for.
fn sweeping() -> Timing {
    Timing {
        sweep: Duration::from_millis(600),
        ..brisk()
    }
}

fn everyone() -> Plan {
    Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: usize::MAX,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: None,
    }
}

#[tokio::test]
async fn everyone_whom_the_organisation_lists_has_a_stream() {
    // Patient, for many handshakes on a busy machine.
    let timing = Timing {
        tick: Duration::from_secs(5),
        deadline: Duration::from_secs(10),
        lend_after: Duration::from_secs(20),
        ..brisk()
    };
    let mut watch = Watch::with(options(260, 0.0, ""), everyone(), timing, None).await;
    watch.until("all live", |world| world.live(260)).await;
    let status = watch.world.status;
    assert_eq!((status.streams_wanted, status.polled), (260, 0));
    assert_eq!(
        (watch.world.snapshots, watch.world.gaps),
        (260, 0),
        "one read a user"
    );
    let (user, device) = watch.world.rows.keys().next_back().cloned().unwrap();
    watch.set(&user, &device, false, "G729").await;
    watch
        .until("the last one too", |world| world.updates > 0)
        .await;
    watch.until_equal().await;
}

#[tokio::test]
async fn what_streams_lose_is_right_within_a_round_and_counted() {
    let mut watch = Watch::with(options(12, 0.0, ""), everyone(), sweeping(), None).await;
    watch.until("all live", |world| world.live(12)).await;
    let (mut store, mut changes) = (Store::default(), Changes::default());
    watch.keep_news();
    watch.feeds().reread_all();
    let snapshots = watch.world.snapshots;
    watch
        .until("all read", |world| world.snapshots >= snapshots + 12)
        .await;
    let devices: Vec<_> = watch.world.rows.keys().cloned().collect();
    watch.control.fault(&json!({"stream-loss": 1})).await;
    for (user, device) in devices.iter().step_by(3) {
        let was = watch.world.rows[&(user.clone(), device.clone())].registered;
        watch.set(user, device, !was, "G729").await;
    }
    watch.control.fault(&json!({"stream-loss": 0})).await;
    for (user, device) in devices.iter().skip(1).step_by(3) {
        let was = watch.world.rows[&(user.clone(), device.clone())].registered;
        watch.set(user, device, !was, "G722").await;
    }
    watch.until_equal().await;
    watch.apply_kept(&mut store, &mut changes);
    let lost = devices.iter().step_by(3).count() as u64;
    assert_eq!(
        store.registrations.counts().missed,
        lost,
        "each one once, and nothing else"
    );
    assert_eq!(watch.world.gaps, 0, "the streams lived");
}

#[tokio::test]
async fn a_busy_organisation_whose_streams_lose_nothing_has_missed_nothing() {
    let mut watch = Watch::with(options(20, 200.0, ""), everyone(), sweeping(), None).await;
    watch.keep_news();
    watch
        .until("rounds of the sweep", |world| {
            world.swept > 80 && world.updates > 400
        })
        .await;
    let (mut store, mut changes) = (Store::default(), Changes::default());
    watch.apply_kept(&mut store, &mut changes);
    assert_eq!(store.registrations.counts().missed, 0);
}

#[tokio::test]
async fn those_who_matter_more_are_read_first() {
    let slow = options(60, 0.0, "latency=100");
    let timing = Timing {
        reads: 2,
        ..brisk()
    };
    let mut watch = Watch::with(slow, everyone(), timing, None).await;
    let last: Vec<UserId> = (51..=60)
        .map(|n| format!("u-{n}").as_str().into())
        .collect();
    watch.feeds().attend(&last);
    watch
        .until("all of them", |world| {
            last.iter()
                .all(|user| world.rows.keys().any(|(of, _)| of == user.raw()))
                || world.snapshots > 50
        })
        .await;
    assert!(watch.world.snapshots < 40, "{}", watch.world.snapshots);
    watch.until("all live", |world| world.live(60)).await;
    let requests = watch.control.requests().await;
    let reads = requests.iter();
    let reads = reads.filter(|one| {
        one["path"].as_str().unwrap().ends_with("/registrations") && one["kind"] == "rest"
    });
    let reads = reads.count();
    assert!(
        (60..66).contains(&reads),
        "each one once, but for a slow handshake: {reads}"
    );
}

#[tokio::test]
async fn streams_that_hang_keep_nobody_from_being_read() {
    let mut watch = Watch::with(options(8, 0.0, "ws-silent=1"), everyone(), brisk(), None).await;
    watch
        .until("all read", |world| world.status.read == 8)
        .await;
    watch.until_equal().await;
}

#[tokio::test]
async fn the_rounds_say_how_long_they_take_when_the_budget_is_short() {
    let limited = trunkline::org::Options {
        rate_limit: 60,
        ..options(40, 0.0, "")
    };
    // Everyone again in 6 s would be 400 reads a minute; 40 is what the rounds may have.
    let timing = Timing {
        sweep: Duration::from_secs(6),
        ..brisk()
    };
    let mut watch = Watch::with(limited, everyone(), timing, None).await;
    watch
        .until("a true round", |world| {
            world.live(40) && world.status.sweep_round_ms >= 60_000
        })
        .await;
}
