//! Phones as registrations: what topics carry, what is polled, and what no loss of a socket may lose.

use std::time::Duration;

use serde_json::{Value, json};
use trunkline::feed::{Plan, Timing};
use trunkline::model::registration::State;
use trunkline::store::Row;

use super::rig::options;
use super::watch::{Watch, brisk, plan};

/// Of the 1,762 phones of 1,100 users one channel holds more than these, with the topics of a person as one and those of a few phones as
/// another; each by itself it would hold some hundreds.
const HELD: usize = 1_500;

/// As brisk, on a machine that has much else to do.
pub fn calm() -> Timing {
    Timing {
        deadline: Duration::from_secs(10),
        lend_after: Duration::from_secs(10),
        ..brisk()
    }
}

fn first(watch: &Watch) -> (String, String) {
    watch.registered().into_keys().next().unwrap()
}

fn row<'a>(watch: &'a Watch, (user, device): &(String, String)) -> Row<'a> {
    let id = watch
        .table
        .find(&user.as_str().into(), &device.as_str().into());
    watch.table.row(id.unwrap()).unwrap()
}

#[tokio::test]
async fn every_phone_is_a_row_that_its_topic_keeps_up() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    watch.agree().await;
    let rows = watch.rows();
    assert!(
        rows.iter()
            .all(|row| row.site().is_some() && row.user().raw() != row.user_id().raw())
    );
    assert!(
        rows.iter().all(|row| row.codec().is_none()),
        "the API does not tell it"
    );
    let rows = rows.len();
    watch
        .until("counted", |watch| {
            (watch.status.streams_live as usize, watch.status.polled) == (rows, 0)
        })
        .await;
    assert_eq!(
        watch.calls("PUT", "/subscriptions").await,
        1,
        "one call for all topics"
    );

    let key = first(&watch);
    let now = row(&watch, &key).state() == State::Ok;
    watch.register(&key.0, &key.1, !now).await;
    let expected = if now { State::Lost } else { State::Ok };
    watch
        .until("the event", |watch| row(watch, &key).state() == expected)
        .await;
    assert!(watch.events >= 1);
    assert!(
        row(&watch, &key).frame().is_some(),
        "the event as it came is kept"
    );
}

#[tokio::test]
async fn an_edge_that_fails_takes_its_phones_along() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    let state = watch.rig.control.state().await;
    let edge = state["edges"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/_org/edges/{edge}");
    let down = json!({"onlineStatus": "OFFLINE"});
    let before = watch.truth().await;
    watch.rig.control.put(&path, &down).await;
    assert_ne!(watch.truth().await, before, "the edge had phones");
    watch.agree().await;
    assert!(watch.all_live(), "events told it, no read was needed");
    let up = json!({"onlineStatus": "ONLINE"});
    watch.rig.control.put(&path, &up).await;
    watch.agree().await;
}

#[tokio::test]
async fn without_channels_everything_is_polled_and_says_so() {
    let mut watch = Watch::start(options(20), plan(0)).await;
    watch
        .until("every phone read", |watch| watch.status.enumerated)
        .await;
    watch.agree().await;
    assert!(watch.rows().iter().all(|row| !row.live()));
    watch
        .until("counted", |watch| {
            watch.status.polled as usize == watch.rows().len()
        })
        .await;
    assert_eq!(watch.calls("POST", "/notifications/channels").await, 0);
    let key = first(&watch);
    let now = row(&watch, &key).state() == State::Ok;
    watch.register(&key.0, &key.1, !now).await;
    watch.feeds.reread(&[key.0.as_str().into()]);
    watch.agree().await;
}

#[tokio::test]
async fn more_phones_than_topics_leave_the_last_ones_to_the_poller() {
    let mut options = options(1_100);
    options.rate_limit = 0;
    let mut watch = Watch::start_with(options, plan(1), calm()).await;
    // The topics of a person are one, and so are those of a few phones.
    watch
        .until("what the channel holds", |watch| {
            let live = watch.rows().iter().filter(|row| row.live()).count();
            let all = watch.rows().len();
            watch.status.enumerated
                && live >= HELD
                && (
                    watch.status.polled as usize,
                    watch.status.streams_live as usize,
                ) == (all - live, live)
        })
        .await;
    let state = watch.rig.control.state().await;
    assert_eq!(state["channels"]["topics"], 1_000);
    watch.agree().await;

    // Whoever is looked at has a topic before others.
    let live = |watch: &Watch| watch.rows().iter().filter(|row| row.live()).count();
    let rows = watch.rows();
    let polled = rows.iter().filter(|row| !row.live());
    let polled: Vec<_> = polled
        .map(|row| (row.user_id().to_string(), row.device().to_string()))
        .take(3)
        .collect();
    assert_eq!(polled.len(), 3);
    let users: Vec<_> = polled.iter().map(|key| key.0.as_str().into()).collect();
    watch.feeds.attend(&users);
    watch
        .until("they are live", |watch| {
            polled.iter().all(|key| row(watch, key).live()) && live(watch) < watch.rows().len()
        })
        .await;
    let state = watch.rig.control.state().await;
    assert_eq!(state["channels"]["topics"], 1_000, "others have made room");
    // A look away takes nothing from them.
    watch.feeds.attend(&[]);
    let key = &polled[0];
    let now = row(&watch, key).state() == State::Ok;
    let events = watch.events;
    watch.register(&key.0, &key.1, !now).await;
    watch.agree().await;
    assert!(watch.events > events, "an event tells it, and no poll");
}

#[tokio::test]
async fn a_socket_that_is_cut_is_a_gap_and_everything_is_read_again() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    for _ in 0..3 {
        let gaps = watch.gaps;
        let closed = watch
            .rig
            .control
            .post("/_org/streams/close", &Value::Null)
            .await;
        assert_eq!(closed["closed"], 1);
        let key = first(&watch);
        let registered = watch.truth().await[&key];
        watch
            .register(&key.0, &key.1, registered != Some(true))
            .await;
        watch.until("the gap", |watch| watch.gaps > gaps).await;
        watch.agree().await;
        watch.live().await;
    }
    assert_eq!(
        watch.calls("POST", "/api/v2/notifications/channels").await,
        1,
        "the channel stays"
    );
    assert_eq!(
        watch.calls("PUT", "/subscriptions").await,
        1,
        "and so do its subscriptions"
    );
}

#[tokio::test]
async fn a_socket_that_is_about_to_close_is_followed_by_another_and_nothing_is_missed() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    watch
        .fault(json!({"ws-closing": 0.3, "ws-grace": 0.4}))
        .await;
    let key = first(&watch);
    for turn in 0..40 {
        watch.register(&key.0, &key.1, turn % 2 == 0).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    watch.fault(json!({"ws-closing": 0})).await;
    watch.agree().await;
    assert_eq!(watch.gaps, 0, "{:?}", watch.problems);
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[tokio::test]
async fn a_channel_that_is_gone_is_made_anew() {
    let mut watch = Watch::start(options(10), plan(10)).await;
    watch.live().await;
    watch
        .rig
        .control
        .post("/_org/tokens/revoke", &Value::Null)
        .await;
    watch.until("the gap", |watch| watch.gaps > 0).await;
    watch.live().await;
    watch.agree().await;
    assert_eq!(
        watch.calls("POST", "/api/v2/notifications/channels").await,
        2
    );
}

#[tokio::test]
async fn a_paused_console_holds_no_socket_and_claims_nothing() {
    let mut watch = Watch::start(options(10), plan(10)).await;
    watch.live().await;
    watch.feeds.pause(true);
    watch
        .until("stale", |watch| {
            watch.rows().iter().all(|row| row.state() == State::Stale)
        })
        .await;
    assert_eq!(watch.rig.control.state().await["channels"]["sockets"], 0);
    watch.feeds.pause(false);
    watch.live().await;
    watch.agree().await;
}

#[tokio::test]
async fn a_phone_that_is_removed_leaves_and_a_new_one_comes() {
    let mut watch = Watch::start(options(10), plan(10)).await;
    watch.live().await;
    let user = first(&watch).0;
    watch.register(&user, "webrtc-9999", true).await;
    watch.feeds.reread(&[user.as_str().into()]);
    watch.agree().await;
    watch.live().await;
}

/// What a console does that the organisation does not give combined topics: it says so once, and each topic is followed.
async fn falls_back(how: &str, why: &str) {
    let mut options = options(30);
    options.faults = format!("combined={how}").parse().unwrap();
    let mut watch = Watch::start(options, plan(10)).await;
    watch.live().await;
    watch.agree().await;
    let problems = watch.problems.iter();
    let said = problems.filter(|text| text.contains("does not take combined topics"));
    let said: Vec<String> = said.cloned().collect();
    assert!(said.len() == 1 && said[0].contains(why), "{said:?}");
    let state = watch.rig.control.state().await;
    let topics = usize::try_from(state["channels"]["topics"].as_u64().unwrap()).unwrap();
    assert!(topics > watch.rows().len() * 2, "{topics}");

    let key = first(&watch);
    let now = row(&watch, &key).state() == State::Ok;
    let expected = if now { State::Lost } else { State::Ok };
    let events = watch.events;
    watch.register(&key.0, &key.1, !now).await;
    watch
        .until("the event", |watch| row(watch, &key).state() == expected)
        .await;
    assert!(watch.events > events, "an event tells it, and no poll");
    // A channel that is made anew is not asked again.
    let gaps = watch.gaps;
    watch
        .rig
        .control
        .post("/_org/tokens/revoke", &Value::Null)
        .await;
    watch.until("the gap", |watch| watch.gaps > gaps).await;
    watch.live().await;
    assert_eq!(watch.calls("GET", "/subscriptions").await, 1);
}

#[tokio::test]
async fn where_combined_topics_are_refused_each_is_followed_by_itself() {
    falls_back("refuse", "The topic is not valid").await;
}

#[tokio::test]
async fn where_combined_topics_are_swallowed_each_is_followed_by_itself() {
    falls_back("swallow", "it does not list what it was asked for").await;
}

#[tokio::test]
async fn combined_topics_are_looked_up_once_and_take_a_place_for_several() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    let state = watch.rig.control.state().await;
    let topics = usize::try_from(state["channels"]["topics"].as_u64().unwrap()).unwrap();
    assert!(
        topics < watch.rows().len() * 3 / 2,
        "{topics} of {}",
        watch.rows().len()
    );
    assert_eq!(watch.calls("GET", "/subscriptions").await, 1);
    let control = &watch.rig.control;
    control.post("/_org/tokens/revoke", &Value::Null).await;
    watch.until("the gap", |watch| watch.gaps > 0).await;
    watch.live().await;
    assert_eq!(
        watch.calls("GET", "/subscriptions").await,
        1,
        "it is proven"
    );
    assert!(watch.problems.iter().all(|text| !text.contains("combined")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_once_when_its_topics_are_on_several_channels() {
    let mut options = options(600);
    options.faults = "combined=refuse".parse().unwrap();
    options.rate_limit = 0;
    let plan = Plan {
        poll: Duration::from_secs(600),
        ..plan(10)
    };
    let mut watch = Watch::start_with(options, plan, calm()).await;
    watch.live().await;
    let state = watch.rig.control.state().await;
    let channels = state["channels"]["open"].as_u64().unwrap();
    assert!(channels > 2, "{channels}");
    let pages = watch.rows().len().div_ceil(100);
    let reads = watch
        .calls("GET", "/telephony/providers/edges/phones")
        .await;
    assert!(
        reads <= pages * 2 + 2,
        "{reads} reads of {pages} pages on {channels} channels"
    );
}
