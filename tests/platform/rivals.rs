//! Several readers of one OAuth client: the organisation allows it a number of channels, and one more takes another's.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use trunkline::cloud::Settings;
use trunkline::feed::{Plan, Timing};
use trunkline::model::registration::State;
use trunkline::org::Options;
use trunkline::vocabulary::news::Link;

use crate::common::control::answer;

use super::rig::{Rig, options};
use super::watch::{Watch, brisk, plan};

/// As patient with an organisation that is busy as the real times are: a thousand phones on a small machine take their time.
fn calm() -> Timing {
    Timing {
        deadline: Timing::default().deadline,
        ..brisk()
    }
}

/// The same with a rival.
fn patient() -> Timing {
    Timing {
        yield_least: Duration::from_secs(60),
        yield_most: Duration::from_secs(1_800),
        ..calm()
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

/// Calls that make or fill a channel: unlike polls, and unlike the looks at a channel that is silent, they do not depend
/// on how long the machine takes.
async fn writes_of_channels(watch: &Watch) -> usize {
    let seen = watch.rig.control.requests().await;
    let seen = seen.iter();
    seen.filter(|call| call["verb"] == "POST" || call["verb"] == "PUT")
        .filter_map(|call| call["path"].as_str())
        .filter(|path| path.contains("/notifications/"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_readers_of_one_client_share_its_channels_and_do_not_fight() {
    let rig = Arc::new(Rig::start(crowded()).await);
    let mut alone = Watch::on(&rig, plan(2), patient());
    alone.live().await;
    let cost = writes_of_channels(&alone).await;

    let mut others = [(); 2].map(|()| Watch::on(&rig, plan(2), patient()));
    for watch in others.iter_mut().chain([&mut alone]) {
        watch.until("everything fresh", Watch::fresh).await;
    }
    // Whose channel goes is the oldest one's, and which that is depends on who was quick.
    let told = async {
        loop {
            for watch in others.iter_mut().chain([&mut alone]) {
                watch.take();
                if says_so(watch) && watch.status.rivalry.is_some() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(180), told).await;
    assert!(told.is_ok(), "nobody says why");
    for watch in others.iter_mut().chain([&mut alone]) {
        watch.until("everything fresh", Watch::fresh).await;
    }
    let all = writes_of_channels(&alone).await;
    assert!(
        all * 2 <= cost * 3 * 3,
        "{all} writes of channels by three, {cost} by one"
    );
    let state = rig.control.state().await;
    assert_eq!(state["channels"]["open"], 4, "and nobody makes more");
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_others_have_are_left_to_them() {
    let others = Options {
        rate_limit: 0,
        ..options(1_100)
    };
    let rig = Arc::new(Rig::start(others).await);
    let token = rig.token().await;
    let make = || {
        let path = "/api/v2/notifications/channels";
        let call = rig.control.request(reqwest::Method::POST, path);
        answer(call.bearer_auth(&token))
    };
    let mut channels = Vec::new();
    for _ in 0..19 {
        channels.push(make().await["id"].as_str().unwrap().to_owned());
    }
    let mut watch = Watch::on(&rig, plan(2), patient());
    watch
        .until("what one channel holds", |watch| {
            watch.fresh() && watch.rows().iter().any(trunkline::store::Row::live)
        })
        .await;
    watch
        .until("why", |watch| {
            let mut problems = watch.problems.iter();
            problems.any(|text| text.starts_with("Other readers of this OAuth client have 19"))
        })
        .await;
    for id in &channels {
        let path = format!("/api/v2/notifications/channels/{id}/subscriptions");
        let call = rig.control.request(reqwest::Method::GET, &path);
        assert_eq!(call.bearer_auth(&token).send().await.unwrap().status(), 200);
    }
    assert!(watch.status.rivalry.is_none(), "nothing was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_reader_leaves_is_taken_again() {
    let few = Options {
        faults: "channels=3".parse().unwrap(),
        ..crowded()
    };
    let rig = Arc::new(Rig::start(few).await);
    let mut first = Watch::on(&rig, plan(2), calm());
    first.live().await;
    let other = Watch::on(&rig, plan(2), calm());
    first
        .until("a loss", |watch| watch.status.rivalry.is_some())
        .await;
    drop(other);
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

/// As many readers as are asked for, each as the console reads by default, on an organisation of the real size. Says what they cost.
async fn cost(readers: usize, time: Duration) -> (usize, usize) {
    let large = Options {
        rate_limit: 300,
        ..options(11_000)
    };
    let rig = Arc::new(Rig::start(large).await);
    let settings = || Settings {
        requests_per_minute: Some(300),
        ..rig.settings()
    };
    let plan = Plan {
        poll: Duration::from_secs(30),
        carriers: true,
        callbacks: true,
        status_page: None,
        ..plan(10)
    };
    let start = |_| Watch::by(&rig, settings(), plan.clone(), Timing::default());
    let mut watches: Vec<Watch> = (0..readers).map(start).collect();
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_secs(1)).await;
        watches.iter_mut().for_each(Watch::take);
    }
    let mut stale = 0;
    for watch in &watches {
        let rows = watch.rows();
        let count = |state| rows.iter().filter(|row| row.state() == state).count();
        let live = rows.iter().filter(|row| row.live()).count();
        stale += count(State::Stale);
        println!(
            "{} rows, {live} live, {} stale, {} unknown; {:?} {:?} a round of {} s; {:?}",
            rows.len(),
            count(State::Stale),
            count(State::Unknown),
            watch.status.link,
            watch.status.rivalry,
            watch.status.poll_round_ms / 1_000,
            watch.problems.last()
        );
    }
    let requests = watches[0].requests().await;
    let made = watches[0]
        .calls("POST", "/api/v2/notifications/channels")
        .await;
    println!("{readers} readers: {requests} requests, {made} channels made, {stale} rows stale");
    (requests, stale)
}

/// `cargo test --release --test platform -- --ignored --nocapture readers_at_the_real_size`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "five minutes of the real times"]
async fn three_readers_at_the_real_size_cost_no_more_than_half_as_much_again() {
    let time = Duration::from_secs(154);
    let (one, _) = cost(1, time).await;
    let (three, stale) = cost(3, time).await;
    assert!(
        three * 2 <= one * 3 * 3,
        "{three} requests of three, {one} of one"
    );
    assert_eq!(stale, 0);
}
