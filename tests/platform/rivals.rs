//! Several readers of one OAuth client: the organisation allows it a number of channels, and one more takes another's.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use trunkline::feed::Timing;
use trunkline::feed::news::Link;
use trunkline::org::Options;

use super::rig::{Rig, options};
use super::watch::{Watch, brisk, plan};

/// As patient with a rival as the real times are.
fn patient() -> Timing {
    Timing {
        yield_least: Duration::from_secs(60),
        yield_most: Duration::from_secs(1_800),
        ..brisk()
    }
}

/// Enough phones for two channels, and four channels for everyone together.
fn crowded() -> Options {
    Options {
        rate_limit: 0,
        faults: "channels=4".parse().unwrap(),
        ..options(1_100)
    }
}

fn says_so(watch: &Watch) -> bool {
    let mut problems = watch.problems.iter();
    problems.any(|text| text.starts_with("Another reader uses this OAuth client: "))
}

#[tokio::test]
async fn three_readers_of_one_client_share_its_channels_and_do_not_fight() {
    let rig = Arc::new(Rig::start(crowded()).await);
    let mut alone = Watch::on(&rig, plan(2), patient());
    alone.live().await;
    let cost = alone.requests().await;

    let mut others = [(); 2].map(|()| Watch::on(&rig, plan(2), patient()));
    for watch in others.iter_mut().chain([&mut alone]) {
        watch.until("everything fresh", Watch::fresh).await;
    }
    alone.until("why", says_so).await;
    assert!(alone.status.rivalry.is_some());
    for watch in others.iter_mut().chain([&mut alone]) {
        watch.until("everything fresh", Watch::fresh).await;
    }
    let all = alone.requests().await;
    assert!(
        all * 2 <= cost * 3 * 3,
        "{all} requests of three, {cost} of one"
    );
    let state = rig.state().await;
    assert_eq!(state["channels"]["open"], 4, "and nobody makes more");
}

#[tokio::test]
async fn what_another_reader_leaves_is_taken_again() {
    let rig = Arc::new(Rig::start(crowded()).await);
    let mut first = Watch::on(&rig, plan(2), brisk());
    first.live().await;
    let mut others = [(); 2].map(|()| Watch::on(&rig, plan(2), brisk()));
    first
        .until("a loss", |watch| watch.status.rivalry.is_some())
        .await;
    for watch in &mut others {
        watch.until("everything fresh", Watch::fresh).await;
    }
    drop(others);
    first.live().await;
    first.agree().await;
}

#[tokio::test]
async fn a_channel_that_is_taken_again_and_again_is_left_and_its_rows_are_polled() {
    let mut watch = Watch::start_with(options(10), plan(10), patient()).await;
    watch.live().await;
    let _thief = watch.rig.take_channel().await;
    watch.until("the gap", |watch| watch.gaps > 0).await;
    watch.live().await;
    let gaps = watch.gaps;
    let _thief = watch.rig.take_channel().await;
    watch.until("another gap", |watch| watch.gaps > gaps).await;
    watch
        .until("polling only", |watch| {
            watch.status.link == Link::PollingOnly && watch.fresh()
        })
        .await;
    watch.until("why", says_so).await;
    assert!(watch.rows().iter().all(|row| !row.live()));
    assert_eq!(watch.status.streams_wanted, 0);
    let channels = watch.calls("POST", "/api/v2/notifications/channels").await;
    assert_eq!(channels, 1, "none is made for a minute");
}

#[tokio::test]
async fn a_channel_that_only_the_organisation_has_dropped_is_no_rival() {
    let mut watch = Watch::start_with(options(10), plan(10), patient()).await;
    watch.live().await;
    // The channel lives for a second more, of which the console does not know.
    watch.fault(json!({"channel-ttl": 1})).await;
    let gaps = watch.gaps;
    watch.rig.renew_channel().await;
    watch.fault(json!({"channel-ttl": 86_400})).await;
    watch.until("the gap", |watch| watch.gaps > gaps).await;
    watch.live().await;
    assert!(
        !says_so(&watch) && watch.status.rivalry.is_none(),
        "{:?}",
        watch.problems
    );
    watch.agree().await;
}
