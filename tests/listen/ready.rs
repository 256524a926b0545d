//! `/readyz`: how much is known for sure, and how soon it says that it is not.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trunkline::config::profile::listen::Listen;
use trunkline::org::Options;

use crate::house::{House, anywhere, get_json, locked};

/// How soon the loss of the organisation has to be told.
const SOON: Duration = Duration::from_secs(10);

/// Asks until the status is that.
async fn until(at: SocketAddr, wanted: u16) -> (Duration, Value) {
    let began = Instant::now();
    loop {
        let (status, said) = get_json(at, "/readyz").await;
        if status == wanted {
            return (began.elapsed(), said);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn it_falls_within_seconds_of_the_loss_and_tells_what_is_stale() {
    let mut house = House::start(20, &anywhere()).await;
    house.settle().await;
    let at = house.address();
    let (_, ready) = house.beside(until(at, 200)).await;
    assert_eq!(ready["coverage"]["share"], json!(1.0), "{ready}");
    let org = house.org.take().unwrap();
    let lost = async {
        org.stop().await;
        until(at, 503).await
    };
    let (took, why) = house.beside(lost).await;
    assert!(took < SOON, "{took:?}");
    let text = format!("{took:?}: {why}");
    assert_eq!(why["code"], "service.unavailable", "{text}");
    let coverage = &why["coverage"];
    assert_eq!(coverage["readyAt"], json!(0.95), "{text}");
    assert!(
        coverage["rows"]["stale"].is_u64() && coverage["users"] == json!(20),
        "{text}"
    );
}

#[tokio::test]
async fn without_streams_it_falls_with_the_reads() {
    let options = Options {
        users: 6,
        rate_limit: 0,
        ..Options::default()
    };
    let polled = |profile: &mut trunkline::config::Profile| {
        profile.registrations.max_streams = Some(0);
        profile.registrations.poll = Duration::from_secs(10);
    };
    let mut house = Box::pin(House::of(&anywhere(), options, polled)).await;
    house.settle().await;
    let at = house.address();
    house.beside(until(at, 200)).await;
    let org = house.org.take().unwrap();
    let lost = async {
        org.stop().await;
        until(at, 503).await
    };
    let (took, why) = house.beside(lost).await;
    assert!(took < Duration::from_secs(30), "{took:?}: {why}");
}

#[tokio::test]
async fn whoever_may_not_read_is_told_the_word_alone() {
    let mut house = House::start(2, &locked()).await;
    let at = house.address();
    let (status, why) = house.beside(get_json(at, "/readyz")).await;
    assert_eq!((status, &why["message"]), (503, &json!("not ready")));
    assert!(why.get("coverage").is_none() && why.get("missing").is_none());
    house.settle().await;
    let (_, ready) = house.beside(until(at, 200)).await;
    assert_eq!(ready, json!({"status": "ready"}));
}

#[tokio::test]
async fn a_client_that_may_read_routes_alone_becomes_ready() {
    let options = Options {
        api: "platform",
        users: 4,
        without: vec!["telephony:plugin:all".to_owned()],
        ..Options::default()
    };
    let mut house = House::with(&anywhere(), options).await;
    let at = house.address();
    let (_, ready) = house.beside(until(at, 200)).await;
    let missing = ready["missing"].as_array().unwrap();
    let named = missing.iter().any(|one| one["what"] == "registrations");
    assert!(named, "it says what it may not read: {ready}");
    let org = house.org.take().unwrap();
    let lost = async {
        org.stop().await;
        until(at, 503).await
    };
    house.beside(lost).await;
}

#[tokio::test]
async fn the_threshold_is_the_profiles() {
    let every = Listen {
        ready_at: 0.0,
        ..anywhere()
    };
    let mut house = House::start(30, &every).await;
    let enumerated = house.runner.run(|app| app.status().enumerated);
    enumerated.await.unwrap();
    let at = house.address();
    let (_, ready) = house.beside(until(at, 200)).await;
    assert_eq!(ready["coverage"]["readyAt"], json!(0.0));
}
