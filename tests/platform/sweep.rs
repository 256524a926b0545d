//! A large organisation: what is not well is asked for by itself, what browsers' people do comes after the pages, and what topics begin to
//! carry costs no page a second time.

use std::time::Duration;

use trunkline::feed::Plan;
use trunkline::model::registration::State;
use trunkline::org::Options;

use super::live::calm;
use super::rig::options;
use super::watch::{Watch, plan};

/// Some 1,800 phones, on eighteen pages.
fn large() -> Options {
    Options {
        rate_limit: 0,
        ..options(1_100)
    }
}

/// Rounds that take longer than any test.
fn slow(channels: usize) -> Plan {
    Plan {
        poll: Duration::from_secs(3_600),
        ..plan(channels)
    }
}

/// A desk phone that is registered, of the last page.
fn desk(watch: &Watch) -> (String, String) {
    let rows = watch.rows().into_iter();
    let desks = rows.filter(|row| row.status() == "registered");
    let ids = desks.map(|row| {
        (
            row.device().raw().to_owned(),
            row.user_id().raw().to_owned(),
        )
    });
    let (device, user) = ids.max().unwrap();
    (user, device)
}

fn state(watch: &Watch, (user, device): &(String, String)) -> State {
    let id = watch
        .table
        .find(&user.as_str().into(), &device.as_str().into());
    watch.table.row(id.unwrap()).unwrap().state()
}

#[tokio::test]
async fn a_phone_that_is_lost_is_seen_long_before_its_page_is_read_and_so_is_its_return() {
    let mut watch = Watch::start(large(), slow(0)).await;
    watch.until("read", |watch| watch.status.enumerated).await;
    let phone = desk(&watch);
    assert_eq!(state(&watch, &phone), State::Ok);
    watch.register(&phone.0, &phone.1, false).await;
    watch
        .until("lost", |watch| state(watch, &phone) == State::Lost)
        .await;
    watch.register(&phone.0, &phone.1, true).await;
    watch
        .until("back", |watch| state(watch, &phone) == State::Ok)
        .await;
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[ignore = "counts requests that a busy machine spreads otherwise: not shown yet"]
#[tokio::test]
async fn people_are_read_after_the_pages_and_nobody_twice_without_need() {
    let mut watch = Watch::start(large(), slow(0)).await;
    watch
        .until("everyone known", |watch| {
            let rows = watch.rows();
            watch.status.enumerated && rows.iter().all(|row| row.state() != State::Unknown)
        })
        .await;
    let calls = watch.rig.control.requests().await;
    let at = |part: &str| {
        let calls = calls.iter().enumerate();
        let of = calls.filter(|(_, call)| call["path"].as_str().unwrap().contains(part));
        of.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let (pages, people) = (at("/edges/phones"), at("/api/v2/users"));
    let browsers = watch
        .rows()
        .iter()
        .filter(|row| row.edge_reach().is_some())
        .count();
    // Those of the first page came with it, before it was known how many pages there are.
    let early = people.iter().filter(|place| **place < pages[17]).count();
    assert!(early <= 1, "{early} reads of people before the last page");
    assert!(
        people.len() <= browsers.div_ceil(100) + 3,
        "{}",
        people.len()
    );
}

#[ignore = "counts requests that a busy machine spreads otherwise: not shown yet"]
#[tokio::test]
async fn what_topics_begin_to_carry_is_made_sure_by_a_sweep_and_reads_of_people() {
    let mut watch = Watch::start_with(large(), slow(10), calm()).await;
    watch.live().await;
    let calls = watch.rig.control.requests().await;
    let browsers = watch
        .rows()
        .iter()
        .filter(|row| row.edge_reach().is_some())
        .count();
    let people = calls
        .iter()
        .filter(|call| call["path"].as_str().unwrap().contains("/api/v2/users"));
    // Once when they were new, and again where their topics went live later.
    assert!(people.count() <= 2 * browsers.div_ceil(100) + 4);
    let phone = desk(&watch);
    watch.register(&phone.0, &phone.1, false).await;
    watch
        .until("the event", |watch| state(watch, &phone) == State::Lost)
        .await;
}
