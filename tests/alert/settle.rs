//! Settling, flapping, ends, and the fields that are sent.

use serde_json::json;
use trunkline::alert::{Key, PostOutcome, Sign, Weather};
use trunkline::model::alert::{AlertKind, AlertStanding, Details, Leg, PostDelivery, Subject};
use trunkline::text::Text;

use crate::rig::{Rig, SETTLE};

#[test]
fn a_condition_is_told_once_when_it_has_settled_and_once_when_it_ends() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE - 1);
    assert_eq!(rig.posts.len(), 0);
    rig.pass(1);
    assert_eq!(rig.count(Leg::Raise), 1);
    for _ in 0..20 {
        rig.bad(1);
        rig.pass(30_000);
    }
    assert_eq!(rig.posts.len(), 1, "a poll that says the same is no news");
    rig.good(1);
    assert_eq!((rig.posts.len(), rig.count(Leg::Resolve)), (2, 1));
    assert_eq!(rig.only().standing(), AlertStanding::Resolved);
    rig.pass(3_600_000);
    assert_eq!(
        rig.engine.deadline(&rig.book),
        None,
        "nothing is left to wait for"
    );
}

#[test]
fn a_condition_that_ends_before_it_has_settled_is_never_told() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE - 1);
    rig.good(1);
    rig.pass(3_600_000);
    assert!(rig.posts.is_empty() && rig.book.is_empty());
}

#[test]
fn the_fields_are_those_of_the_contract_and_no_others() {
    let mut rig = Rig::new();
    rig.bad(7);
    rig.pass(SETTLE);
    rig.pass(5_000);
    rig.good(7);
    let sent: Vec<_> = rig
        .posts
        .iter()
        .map(|p| serde_json::to_value(&p.body).unwrap())
        .collect();
    assert_eq!(
        sent[0],
        json!({"timestamp": "2025-06-15T15:06:40Z", "userId": "u-7", "deviceId": "d-7", "registered": false,
               "codec": "opus", "alertType": "registration_failure", "carrierHealth": "unknown", "tlsValid": null})
    );
    assert_eq!(
        sent[1],
        json!({"timestamp": "2025-06-15T15:06:55Z", "userId": "u-7", "deviceId": "d-7", "registered": true,
               "codec": "opus", "alertType": "registration_failure", "carrierHealth": "unknown", "tlsValid": null,
               "resolved": true})
    );
}

#[test]
fn carriers_and_certificates_are_told_in_the_order_of_the_contract() {
    let mut rig = Rig::new();
    let keys = [
        (
            AlertKind::TlsCertExpiry,
            Subject::Endpoint("sip:5061".into()),
        ),
        (
            AlertKind::CarrierDegradation,
            Subject::Carrier("c-1".into()),
        ),
    ];
    let (id, health) = (Text::from("c-1"), Text::from("degraded"));
    rig.engine.weather(Weather::Carrier { id, health });
    rig.engine.weather(Weather::Tls {
        endpoint: "sip:5061".into(),
        valid: false,
    });
    for (kind, subject) in keys {
        let details = || Details {
            name: "Acme".into(),
            ..Details::default()
        };
        rig.engine.report(
            &mut rig.book,
            &Key { kind, subject },
            Sign::Bad,
            rig.now,
            details,
        );
    }
    rig.bad(1);
    rig.pass(SETTLE);
    let sent: Vec<_> = rig
        .posts
        .iter()
        .map(|p| serde_json::to_value(&p.body).unwrap())
        .collect();
    let types: Vec<_> = sent
        .iter()
        .map(|body| body["alertType"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "registration_failure",
            "carrier_degradation",
            "tls_cert_expiry"
        ]
    );
    assert_eq!(sent[1]["userId"], "carrier:c-1");
    assert_eq!(
        (&sent[1]["deviceId"], &sent[1]["registered"]),
        (&json!("Acme"), &json!(null))
    );
    for body in &sent {
        assert_eq!(
            (&body["carrierHealth"], &body["tlsValid"]),
            (&json!("degraded"), &json!(false))
        );
    }
}

#[test]
fn flapping_is_one_alert_that_says_so_and_ends_when_it_is_calm() {
    let mut rig = Rig::new();
    // Every dip is shorter than the settle time: none of them is worth an alert, all of them together are.
    for _ in 0..10 {
        rig.bad(1);
        rig.pass(5_000);
        rig.good(1);
        rig.pass(5_000);
    }
    assert_eq!((rig.posts.len(), rig.only().flapping), (1, true));
    rig.pass(5 * 60_000);
    assert_eq!((rig.count(Leg::Raise), rig.count(Leg::Resolve)), (1, 1));
}

#[test]
fn an_alert_whose_device_starts_to_flap_stays_one() {
    let mut rig = Rig::new();
    for _ in 0..8 {
        rig.bad(1);
        rig.pass(SETTLE + 1_000);
        rig.good(1);
        rig.pass(1_000);
    }
    // Two that ended before the fourth change, and then one that goes on.
    assert!(rig.count(Leg::Raise) <= 3, "{}", rig.count(Leg::Raise));
    assert!(rig.book.in_order().next().unwrap().flapping);
    rig.pass(10 * 60_000);
    assert_eq!(rig.count(Leg::Raise), rig.count(Leg::Resolve));
}

#[test]
fn a_stale_row_begins_nothing_and_ends_nothing() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE / 2);
    rig.say(1, None, Sign::Unsure);
    rig.pass(60_000);
    assert!(
        rig.posts.is_empty(),
        "what was not told is not told while nobody knows"
    );
    rig.bad(1);
    rig.pass(SETTLE);
    assert_eq!(rig.posts.len(), 1);
    rig.say(1, None, Sign::Unsure);
    rig.pass(3_600_000);
    assert_eq!(rig.posts.len(), 1, "what was told stays so");
    rig.good(1);
    assert_eq!(rig.count(Leg::Resolve), 1);
    assert!(
        !rig.only().flapping,
        "a gap of the feed is no change of the device"
    );
}

#[test]
fn a_device_that_is_gone_ends_its_alert() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    rig.say(1, None, Sign::Gone);
    assert_eq!(rig.count(Leg::Resolve), 1);
    assert_eq!(rig.posts[1].body.registered, Some(false));
    assert_eq!(rig.engine.deadline(&rig.book), None);
}

#[test]
fn an_end_waits_for_its_beginning_and_what_failed_is_kept() {
    let mut rig = Rig::new();
    rig.answers = false;
    rig.bad(1);
    rig.pass(SETTLE);
    assert_eq!(rig.only().standing(), AlertStanding::Undelivered);
    rig.good(1);
    assert_eq!(
        (rig.count(Leg::Raise), rig.count(Leg::Resolve)),
        (2, 0),
        "tried once more before the end"
    );
    rig.answers = true;
    let id = rig.only().id;
    assert!(rig.engine.retry(&mut rig.book, id));
    rig.carry_out();
    assert_eq!((rig.count(Leg::Raise), rig.count(Leg::Resolve)), (3, 1));
    assert!(matches!(
        rig.only().resolve.as_ref().unwrap().delivery,
        PostDelivery::Sent { .. }
    ));
    assert!(!rig.engine.retry(&mut rig.book, id));
    let keys: Vec<_> = rig.posts.iter().map(|p| p.key.as_str()).collect();
    assert!(
        keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3],
        "{keys:?}"
    );
}

#[test]
fn a_retry_that_is_under_way_shows() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let id = rig.only().id;
    rig.told(
        id,
        Leg::Raise,
        PostOutcome::Retrying {
            failed: 1,
            why: "500".into(),
        },
    );
    assert!(matches!(
        rig.only().raise.delivery,
        PostDelivery::Retrying { failed: 1, .. }
    ));
}
