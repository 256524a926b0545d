//! Browser phones: their people tell how they are, and their lines tell of their edge alone.

use std::time::Duration;

use serde_json::{Value, json};
use trunkline::feed::{Plan, Timing};
use trunkline::model::registration::State;
use trunkline::model::registration::obstacle::Obstacle;
use trunkline::store::Row;

use super::rig::options;
use super::watch::{Watch, brisk, plan};

/// The edge of Accra, which serves no other site.
const EDGE: &str = "/_org/edges/af-west-1-edge-0b17";

/// A browser, by its person and its own id.
type Who = (String, String);

/// Browsers that are connected: one of Accra first, then five of elsewhere.
fn six(watch: &Watch) -> [Who; 6] {
    let rows = watch.rows();
    let fine = rows
        .iter()
        .filter(|row| row.condition().word() == "connected");
    let (there, elsewhere): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
        fine.partition(|row| row.site().is_some_and(|site| site.raw() == "Accra"));
    let chosen = there.into_iter().take(1).chain(elsewhere).take(6);
    let chosen = chosen.map(|row| (row.user_id().raw().into(), row.device().raw().into()));
    let chosen: Vec<Who> = chosen.collect();
    chosen.try_into().unwrap()
}

async fn put(watch: &Watch, who: &Who, change: Value) {
    let path = format!("/_org/users/{}", who.0);
    watch.rig.control.put(&path, &change).await;
}

/// Of six, to the first two nothing happens; the others telephone, go home, crash and do not answer.
async fn befall(watch: &Watch) -> [Who; 6] {
    let all = six(watch);
    let [_, _, talks, home, crashed, silent] = &all;
    let call = json!({"count": 1, "userId": talks.0});
    watch.rig.control.post("/_org/interactions", &call).await;
    put(watch, home, json!({"presence": "OFFLINE"})).await;
    let error = json!({"persistentState": "FAILED", "errorInfo": "the tab has crashed"});
    put(watch, crashed, error).await;
    put(watch, silent, json!({"routingStatus": "NOT_RESPONDING"})).await;
    all
}

fn told(watch: &Watch, (user, device): &Who) -> (State, String) {
    let id = watch
        .table
        .find(&user.as_str().into(), &device.as_str().into());
    let row = watch.table.row(id.unwrap()).unwrap();
    (row.state(), row.status().into_owned())
}

async fn is(watch: &mut Watch, who: &Who, state: State, words: &str) {
    let what = format!("{} is {words}", who.0);
    watch
        .until(&what, |watch| told(watch, who) == (state, words.to_owned()))
        .await;
}

/// What a person's topic says has no time in it: that a browser fails again is said in the very words of the first time, and is no
/// event that another socket has brought already.
#[tokio::test]
async fn a_browser_that_comes_and_goes_while_one_socket_follows_another_is_as_it_is() {
    // The first socket stays for as long as it likes, and no read puts right what an event has left wrong.
    let minutes = Duration::from_secs(600);
    let timing = Timing {
        deadline: minutes,
        unwell: minutes,
        ..brisk()
    };
    let rare = Plan {
        poll: minutes,
        ..plan(10)
    };
    let mut watch = Watch::start_with(options(60), rare, timing).await;
    watch.live().await;
    let [who, ..] = six(&watch);
    let control = watch.rig.control.clone();
    let sockets = || async {
        let state = control.state().await;
        state["channels"]["sockets"].as_u64().unwrap()
    };
    let alone = sockets().await;
    let closing = json!({"ws-closing": 0.2, "ws-grace": 600});
    watch.fault(closing).await;
    while sockets().await <= alone {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watch.fault(json!({"ws-closing": 0})).await;
    let fails = json!({"persistentState": "FAILED", "errorInfo": "the tab has crashed"});
    for turn in 0..5 {
        if turn % 2 == 0 {
            put(&watch, &who, fails.clone()).await;
            is(&mut watch, &who, State::Lost, "failed: the tab has crashed").await;
        } else {
            put(&watch, &who, json!({"persistentState": "PERSISTED"})).await;
            is(&mut watch, &who, State::Ok, "connected").await;
        }
    }
    assert_eq!(watch.gaps, 0, "{:?}", watch.problems);
}

#[tokio::test]
async fn six_people_are_told_apart_by_what_their_topics_say() {
    let mut watch = Watch::start(options(60), plan(10)).await;
    watch.live().await;
    let all = befall(&watch).await;
    let [gone, fine, talks, home, crashed, silent] = &all;
    let control = watch.rig.control.clone();
    control.put(EDGE, &json!({"onlineStatus": "OFFLINE"})).await;

    is(&mut watch, talks, State::Ok, "on a call").await;
    is(&mut watch, home, State::OffDuty, "signed out").await;
    is(
        &mut watch,
        crashed,
        State::Lost,
        "failed: the tab has crashed",
    )
    .await;
    is(&mut watch, silent, State::Lost, "not responding").await;
    is(&mut watch, gone, State::Lost, "unreachable").await;
    assert_eq!(told(&watch, fine), (State::Ok, "connected".into()));

    // Their lines say nothing of it: an edge could reach all but one.
    for who in &all {
        let id = watch
            .table
            .find(&who.0.as_str().into(), &who.1.as_str().into());
        let row = watch.table.row(id.unwrap()).unwrap();
        assert_eq!(row.edge_reach(), Some(who != gone), "{who:?}");
    }

    control.put(EDGE, &json!({"onlineStatus": "ONLINE"})).await;
    put(&watch, crashed, json!({"persistentState": "PERSISTED"})).await;
    put(&watch, silent, json!({"routingStatus": "IDLE"})).await;
    put(&watch, home, json!({"presence": "ON_QUEUE"})).await;
    for who in [gone, crashed, silent, home] {
        is(&mut watch, who, State::Ok, "connected").await;
    }
}

#[tokio::test]
async fn what_a_read_tells_is_told_without_a_topic_and_with_its_age() {
    let mut watch = Watch::start(options(60), plan(0)).await;
    watch.until("read", Watch::fresh).await;
    let [_, _, talks, home, crashed, silent] = &befall(&watch).await;
    is(&mut watch, talks, State::Ok, "on a call").await;
    is(&mut watch, home, State::OffDuty, "signed out").await;
    is(&mut watch, silent, State::Lost, "not responding").await;
    // No read tells of the connection itself: what it comes to is seen, and why it failed is not.
    is(&mut watch, crashed, State::Lost, "not responding").await;
    assert!(watch.rows().iter().all(|row| row.source() == "polled"));
}

#[tokio::test]
async fn whose_signs_contradict_each_other_is_told_by_topics_and_by_reads() {
    for channels in [10, 0] {
        let mut watch = Watch::start(options(240), plan(channels)).await;
        watch.until("read", Watch::fresh).await;
        let words = |watch: &Watch| {
            let rows = watch.table.obstructed();
            let mut words: Vec<&str> = rows
                .filter_map(|row| row.obstacle())
                .map(Obstacle::word)
                .filter(|word| *word != "connection failed" && *word != "not responding")
                .collect();
            words.sort_unstable();
            words.dedup();
            words
        };
        assert!(words(&watch).is_empty(), "{:?}", words(&watch));
        let control = watch.rig.control.clone();
        control
            .put("/_org/faults", &json!({"contradictions": 1}))
            .await;
        let all = ["no station", "off queue", "other phone lost"];
        watch.until("told", |watch| words(watch) == all).await;
        let ana = watch.rows().into_iter().any(|row| {
            row.user().raw().starts_with("Ana ") && row.obstacle() == Some(&Obstacle::NotResponding)
        });
        assert!(ana);
        control
            .put("/_org/faults", &json!({"contradictions": 0}))
            .await;
        watch
            .until("put right", |watch| words(watch).is_empty())
            .await;
    }
}
