//! A callback waits for its slot, unless somebody is in a hurry.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _, Unit};
use serde_json::{Value, json};
use trunkline::org::{self, Options};

use crate::common::control::{Control, provider};

/// What becomes of a booking within two seconds, by its slot.
async fn becomes(options: Options, slot: Timestamp) -> String {
    provider();
    let org = org::start(Options {
        rate: 0.0,
        ..options
    })
    .await
    .unwrap();
    let control = Control::of(&org);
    let body = json!({
        "callback_id": "cb_monday", "callback_number": "+14155550199",
        "time_slot_matrix": [{"start": slot.to_string(), "end": (slot + 15.minutes()).to_string()}],
        "channel_preferences": {"primary": "voice", "allow_sms": false},
        "queue_id": "queue_night_us", "reason": "", "concurrency_limit": 1,
    });
    let placed = control.call(reqwest::Method::POST, "/api/v2/callbacks");
    let token = crate::common::control::answer(
        control
            .request(reqwest::Method::POST, "/oauth/token")
            .basic_auth(
                org.client_id(),
                Some(secrecy::ExposeSecret::expose_secret(org.client_secret())),
            )
            .form(&[("grant_type", "client_credentials")]),
    )
    .await;
    drop(placed);
    let booked = control
        .request(reqwest::Method::POST, "/api/v2/callbacks")
        .bearer_auth(token["access_token"].as_str().unwrap())
        .json(&body);
    crate::common::control::answer(booked).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let book = control.get("/_org/callbacks?updates=0").await;
    let ours = |one: &&Value| one["callback_id"] == "cb_monday";
    let one = book["callbacks"].as_array().unwrap().iter().find(ours);
    one.unwrap()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn mondays_callback_waits_until_monday_and_a_hurry_is_asked_for() {
    // On the hour: a slot over midnight is in no day's hours.
    let monday = (Timestamp::now() + 72.hours()).round(Unit::Hour).unwrap();
    assert_eq!(becomes(Options::default(), monday).await, "scheduled");
    let hurry = Options {
        fast_forward: true,
        faults: "callback-ms=50".parse().unwrap(),
        ..Options::default()
    };
    assert_eq!(becomes(hurry, monday).await, "completed");
}
