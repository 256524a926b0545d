//! Channels that others take, that end unless they are renewed, and that their own second socket takes over.

use std::time::Duration;

use serde_json::json;

use super::rig::options;
use super::watch::{Watch, plan};

const CHANNELS: &str = "/api/v2/notifications/channels";

/// Waits until something was called so often; what happens meanwhile stays in the mailbox.
async fn called(watch: &Watch, verb: &str, path: &str, times: usize) {
    let often = async {
        while watch.calls(verb, path).await < times {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), often).await;
    assert!(waited.is_ok(), "never {times} times {verb} {path}");
}

fn first(watch: &Watch) -> (String, String) {
    watch.registered().into_keys().next().unwrap()
}

#[tokio::test]
async fn a_channel_that_another_takes_twice_is_left_to_it() {
    let mut watch = Watch::start(options(10), plan(10)).await;
    watch.live().await;

    let _thief = watch.rig.take_channel().await;
    watch.until("the gap", |watch| watch.gaps > 0).await;
    watch.live().await;
    assert_eq!(watch.calls("POST", CHANNELS).await, 1, "taken back once");

    let gaps = watch.gaps;
    let _thief = watch.rig.take_channel().await;
    watch.until("another gap", |watch| watch.gaps > gaps).await;
    watch.live().await;
    assert_eq!(watch.calls("POST", CHANNELS).await, 2, "and no more");
    let said = |watch: &Watch| {
        let mut problems = watch.problems.iter();
        problems.any(|text| text.contains("took the notification channel"))
    };
    watch.until("why", said).await;
    let problems = watch.problems.join(" ");
    assert!(!problems.contains("streaming-"), "{problems}");
    let key = first(&watch);
    let registered = watch.truth().await[&key];
    watch
        .register(&key.0, &key.1, registered != Some(true))
        .await;
    watch.agree().await;
}

#[tokio::test]
async fn a_subscription_that_is_refused_for_its_size_is_asked_for_in_parts() {
    let mut narrow = options(60);
    narrow.faults = "subscribe-most=20".parse().unwrap();
    let mut watch = Watch::start(narrow, plan(10)).await;
    watch.live().await;
    assert!(watch.calls("POST", "/subscriptions").await > 0);
    let key = first(&watch);
    let registered = watch.truth().await[&key];
    watch
        .register(&key.0, &key.1, registered != Some(true))
        .await;
    watch.agree().await;
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[tokio::test]
async fn a_channel_is_renewed_before_its_life_ends() {
    let mut brief = options(10);
    brief.faults = "channel-ttl=3".parse().unwrap();
    let mut watch = Watch::start(brief, plan(10)).await;
    watch.live().await;
    // The first is the subscription itself. A renewal comes after half of the life, so after two of them it would be over.
    called(&watch, "PUT", "/subscriptions", 3).await;
    assert_eq!(watch.calls("POST", CHANNELS).await, 1);
    let key = first(&watch);
    let registered = watch.truth().await[&key];
    watch
        .register(&key.0, &key.1, registered != Some(true))
        .await;
    watch.agree().await;
    assert_eq!((watch.gaps, watch.calls("POST", CHANNELS).await), (0, 1));
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[tokio::test]
async fn a_socket_that_ends_as_soon_as_its_follower_is_there_takes_nothing_along() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    watch
        .fault(json!({"ws-closing": 0.2, "ws-takeover": 1}))
        .await;
    let key = first(&watch);
    for turn in 0..40 {
        watch.register(&key.0, &key.1, turn % 2 == 0).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    watch.fault(json!({"ws-closing": 0})).await;
    watch.agree().await;
    assert_eq!(watch.gaps, 0, "{:?}", watch.problems);
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
    assert_eq!(watch.calls("POST", CHANNELS).await, 1);
}

#[tokio::test]
async fn a_socket_that_ends_before_its_follower_is_there_is_read_after() {
    let mut watch = Watch::start(options(30), plan(10)).await;
    watch.live().await;
    watch
        .fault(json!({"ws-closing": 0.2, "ws-grace": 0.001}))
        .await;
    let key = first(&watch);
    for turn in 0..20 {
        watch.register(&key.0, &key.1, turn % 2 == 0).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    watch.fault(json!({"ws-closing": 0})).await;
    watch.agree().await;
    watch.live().await;
    watch.agree().await;
}
