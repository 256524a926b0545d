//! The other days: streams that close, fall silent, talk nonsense; reads that fail; an organisation that is not there.

use std::time::Duration;

use serde_json::json;
use trunkline::feed::{Plan, Timing};
use trunkline::org::Options;
use trunkline::vocabulary::news::Link;

use crate::watch::{Watch, brisk, options};

#[tokio::test]
async fn a_closed_stream_is_a_gap_and_then_a_snapshot() {
    let mut watch = Watch::all(options(5, 0.0, ""), 5).await;
    watch.until("live", |world| world.live(5)).await;
    for code in [1012, 1001, 1008] {
        let (gaps, snapshots) = (watch.world.gaps, watch.world.snapshots);
        assert_eq!(watch.control.close_streams(code).await, 5);
        watch.until("gaps", |world| world.gaps == gaps + 5).await;
        watch
            .until("read again", |world| {
                world.snapshots >= snapshots + 5 && world.live(5)
            })
            .await;
    }
    watch.until_equal().await;
}

#[tokio::test]
async fn a_half_open_stream_is_noticed_and_its_rows_go_stale() {
    let mut watch = Watch::all(options(3, 0.0, ""), 3).await;
    watch.until("live", |world| world.live(3)).await;
    watch.control.fault(&json!({"ws-silent": 1})).await;
    watch.until("all gaps", |world| world.gaps >= 3).await;
    let (user, device) = watch.first_device();
    watch.set(&user, &device, false, "PCMU").await;
    watch.control.fault(&json!({"ws-silent": 0})).await;
    watch.until_equal().await;
}

#[tokio::test]
async fn nonsense_is_counted_and_sampled_and_ends_nothing() {
    let mut watch = Watch::all(options(3, 200.0, "ws-garbage=0.9"), 3).await;
    watch
        .until("nonsense", |world| {
            world.status.undecodable > 60 && world.updates > 10
        })
        .await;
    assert!(
        (1..=64).contains(&watch.world.samples),
        "{}",
        watch.world.samples
    );
    assert_eq!(watch.world.gaps, 0);
    assert!(watch.world.status.received >= 70);
}

#[tokio::test]
async fn everything_at_once_ends_in_the_same_state() {
    let faults = "http-429=0.1 http-503=0.1 ws-drop=1 ws-garbage=0.2 token-ttl=4";
    let mut watch = Watch::all(options(30, 0.0, faults), 25).await;
    watch
        .until("all read", |world| world.status.read == 30)
        .await;
    let devices: Vec<_> = watch.world.rows.keys().cloned().collect();
    for codec in ["opus", "PCMU", "G722", "PCMA"] {
        let gaps = watch.world.gaps;
        for (user, device) in &devices {
            watch.set(user, device, codec == "G722", codec).await;
        }
        watch
            .until("some trouble", |world| world.gaps > gaps + 5)
            .await;
    }
    let quiet = json!({"http-429": 0, "http-503": 0, "ws-drop": 0, "ws-garbage": 0});
    watch.control.fault(&quiet).await;
    watch.feeds().reread_all();
    watch.until_equal().await;
}

#[tokio::test]
async fn reads_go_on_where_streams_are_refused() {
    let mut watch = Watch::all(options(6, 0.0, "ws-close=1008"), 6).await;
    watch.until("read", |world| world.status.read == 6).await;
    watch.until_equal().await;
}

#[tokio::test]
async fn without_the_scope_for_streams_everyone_is_polled_and_the_reason_is_told() {
    let plan = Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: 6,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: None,
    };
    let scopes = vec![
        "telephony:users:read".to_owned(),
        "telephony:providers:read".to_owned(),
    ];
    let mut watch = Watch::with(options(6, 0.0, ""), plan, brisk(), Some(scopes)).await;
    watch
        .until("polling only", |world| {
            world.status.read == 6 && world.status.link == Link::PollingOnly
        })
        .await;
    watch
        .until("the reason", |world| {
            world
                .problems
                .iter()
                .any(|text| text.contains("websocket:read"))
        })
        .await;
    watch.until_equal().await;
}

#[tokio::test]
async fn a_dead_organisation_is_said_once_and_not_for_every_user() {
    let mut watch = Watch::all(options(40, 0.0, ""), 20).await;
    watch
        .until("live", |world| world.live(20) && world.status.read == 40)
        .await;
    watch.control.fault(&json!({"http-500": 1})).await;
    watch.feeds().reread_all();
    watch.until("all failed", |world| world.failed >= 40).await;
    watch
        .until("told together", |world| {
            world
                .problems
                .iter()
                .any(|text| text.contains("failed alike"))
        })
        .await;
    assert!(
        watch.world.problems.len() < 20,
        "{:?}",
        watch.world.problems
    );
    watch.control.fault(&json!({"http-500": 0})).await;
    watch.feeds().reread_all();
    watch
        .until("back", |world| world.live(20) && world.status.failed == 0)
        .await;
}

#[tokio::test]
async fn the_budget_is_kept_and_the_round_says_how_long_it_takes() {
    let limited = Options {
        rate_limit: 60,
        ..options(100, 0.0, "")
    };
    let plan = Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: 10,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: None,
    };
    let mut watch = Watch::with(
        limited,
        plan,
        Timing {
            status_gap: Duration::from_millis(5),
            ..brisk()
        },
        None,
    )
    .await;
    watch
        // Half of it goes at once, the rest evenly over the minute.
        .until("the budget is spent past its opening", |world| {
            world.status.budget_used >= 35 && world.live(10)
        })
        .await;
    assert_eq!(watch.world.status.budget_allowed, Some(60));
    let answer = watch.control.requests().await;
    let requests = &answer;
    assert!(
        requests.iter().all(|request| request["status"] != 429),
        "never over the limit"
    );
}
