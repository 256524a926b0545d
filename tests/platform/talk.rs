//! Conversations: what the query lists and what a read tells is what the organisation has.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use trunkline::cloud::Urgency;
use trunkline::model::interaction::Interaction;

use super::rig::{Rig, options};

/// The interactions of the organisation that are under way, by id: their state and who is in them.
async fn there(rig: &Rig) -> BTreeMap<String, (String, Vec<String>)> {
    let all = rig.control(Method::GET, "/_org/interactions", None).await;
    let live = |one: &&Value| matches!(one["state"].as_str(), Some("active" | "queued"));
    let all = all["interactions"].as_array().unwrap().iter().filter(live);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|one| {
        let who = one["participants"].as_array().unwrap().iter();
        let mut names: Vec<String> = who
            .filter(|who| who["purpose"] != "queue")
            .map(|who| text(&who["name"]))
            .collect();
        names.sort();
        (text(&one["id"]), (text(&one["state"]), names))
    })
    .collect()
}

fn shown(one: &Interaction) -> (String, (String, Vec<String>)) {
    let here = one.participants.iter().filter(|who| who.here());
    let mut names: Vec<String> = here
        .filter(|who| !who.queues())
        .map(|who| who.name.raw().to_owned())
        .collect();
    names.sort();
    (
        one.id.raw().to_owned(),
        (one.standing.word().to_owned(), names),
    )
}

#[tokio::test]
async fn the_list_is_what_the_organisation_has_and_each_read_says_the_same() {
    let rig = Rig::start(options(40)).await;
    let there = there(&rig).await;
    let listing = rig.client.interactions(Urgency::Reread).await.unwrap();
    assert_eq!((listing.faults.len(), listing.left_out), (0, 0));
    let listed: BTreeMap<_, _> = listing.interactions.iter().map(shown).collect();
    assert_eq!(listed, there);
    for one in &listing.interactions {
        let read = rig.client.interaction(&one.id).await.unwrap();
        assert_eq!(shown(&read), shown(one));
        assert_eq!(
            (&read.queue, &read.media),
            (&one.queue, &one.media),
            "{}",
            one.id
        );
        let bearer = |one: &Interaction| one.bearer().map(|who| who.id.clone());
        assert_eq!(bearer(&read), bearer(one), "{}", one.id);
        assert!(bearer(one).is_some(), "{one:?}");
    }
    let missing = rig.client.interaction(&"nobody".into()).await.unwrap_err();
    assert_eq!(missing.status(), Some(404));
}

#[tokio::test]
async fn a_thousand_are_read_and_the_rest_is_counted() {
    let rig = Rig::start(options(40)).await;
    let more = json!({"count": 1_100});
    rig.control(Method::POST, "/_org/interactions", Some(&more))
        .await;
    let listing = rig.client.interactions(Urgency::Reread).await.unwrap();
    assert_eq!(listing.more_requests, 9);
    // The newest first; callbacks are conversations too, and none of ours.
    assert!(listing.left_out >= 116, "{}", listing.left_out);
    assert!(listing.interactions.len() <= 1_000);
}
