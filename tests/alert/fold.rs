//! Storms are one alert.

use serde_json::json;
use trunkline::alert::Sign;
use trunkline::model::alert::Leg;

use crate::rig::{Rig, SETTLE};

#[test]
fn five_thousand_losses_at_one_site_are_one_post_and_one_end() {
    let mut rig = Rig::new();
    for device in 0..5_000 {
        rig.say(device, Some("Frankfurt"), Sign::Bad);
        // Not all in the same millisecond.
        rig.now = rig.now.plus(i64::from(device % 2));
    }
    rig.pass(60_000);
    assert_eq!(rig.posts.len(), 1);
    let body = serde_json::to_value(&rig.posts[0].body).unwrap();
    assert_eq!(
        (
            &body["userId"],
            &body["deviceId"],
            &body["registered"],
            &body["alertType"]
        ),
        (
            &json!("site:Frankfurt"),
            &json!("5000 devices"),
            &json!(false),
            &json!("registration_failure")
        )
    );
    assert_eq!(body.as_object().unwrap().len(), 8);
    assert_eq!(rig.only().what(), "5000 devices at Frankfurt");
    for device in 0..5_000 {
        rig.say(device, Some("Frankfurt"), Sign::Good);
    }
    rig.pass(3_600_000);
    assert_eq!((rig.posts.len(), rig.count(Leg::Resolve)), (2, 1));
    assert_eq!((rig.book.open(), rig.engine.deadline(&rig.book)), (0, None));
}

#[test]
fn a_storm_takes_in_what_follows_and_counts_it() {
    let mut rig = Rig::new();
    for device in 0..600 {
        rig.say(device, Some("Accra"), Sign::Bad);
        rig.pass(100);
    }
    rig.pass(SETTLE);
    assert_eq!((rig.posts.len(), rig.only().away), (1, 600));
    assert_eq!(rig.only().what(), "600 devices at Accra");
}

#[test]
fn stragglers_of_a_storm_are_told_one_by_one() {
    let mut rig = Rig::new();
    for device in 0..100 {
        rig.say(device, Some("Accra"), Sign::Bad);
    }
    rig.pass(SETTLE);
    for device in 3..100 {
        rig.say(device, Some("Accra"), Sign::Good);
    }
    assert_eq!((rig.count(Leg::Raise), rig.count(Leg::Resolve)), (1, 1));
    rig.pass(SETTLE);
    // The storm is over when five of the hundred are away: two of those came back before they settled.
    assert_eq!(
        (
            rig.count(Leg::Raise),
            rig.count(Leg::Resolve),
            rig.book.open()
        ),
        (4, 1, 3)
    );
}

#[test]
fn two_sites_are_two_alerts_and_devices_without_a_common_site_are_one() {
    let mut rig = Rig::new();
    for device in 0..90 {
        let site = ["Accra", "Lima", "Oslo"][device as usize % 3];
        rig.say(device, Some(site), Sign::Bad);
    }
    for device in 100..130 {
        rig.say(device, Some(&format!("Branch {}", device % 10)), Sign::Bad);
    }
    rig.pass(60_000);
    let mut told: Vec<_> = rig
        .posts
        .iter()
        .map(|p| (p.body.user_id.as_str(), p.body.device_id.as_str()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("site:*", "30 devices"),
            ("site:Accra", "30 devices"),
            ("site:Lima", "30 devices"),
            ("site:Oslo", "30 devices")
        ]
    );
}

#[test]
fn few_losses_stay_themselves() {
    let mut rig = Rig::new();
    for device in 0..19 {
        rig.say(device, Some("Accra"), Sign::Bad);
    }
    rig.pass(60_000);
    assert_eq!(rig.posts.len(), 19);
}

#[test]
fn a_storm_of_dips_is_one_alert_as_well() {
    let mut rig = Rig::new();
    for _ in 0..6 {
        for device in 0..500 {
            rig.say(device, Some("Accra"), Sign::Bad);
        }
        rig.pass(3_000);
        for device in 0..500 {
            rig.say(device, Some("Accra"), Sign::Good);
        }
        rig.pass(3_000);
    }
    rig.pass(3_600_000);
    assert_eq!((rig.count(Leg::Raise), rig.count(Leg::Resolve)), (1, 1));
    assert!(rig.only().flapping);
}

#[test]
fn a_loss_long_after_is_not_lost_in_an_old_storm() {
    let mut rig = Rig::new();
    for device in 0..100 {
        rig.say(device, Some("Accra"), Sign::Bad);
    }
    rig.pass(600_000);
    rig.say(500, Some("Accra"), Sign::Bad);
    rig.pass(SETTLE);
    assert_eq!(
        (rig.posts.len(), rig.posts[1].body.user_id.as_str()),
        (2, "u-500")
    );
}
