//! An edge that goes takes its phones along: one alert by its name, and none of theirs.

use trunkline::alert::{Key, Sign};
use trunkline::model::alert::{AlertKind, Details, Leg, Subject};
use trunkline::text::Text;

use crate::rig::{Rig, SETTLE};

const EDGE: &str = "e-7";

fn edge(rig: &mut Rig, sign: Sign) {
    let key = Key {
        kind: AlertKind::EdgeOffline,
        subject: Subject::Edge(EDGE.into()),
    };
    let details = || Details {
        name: Text::from("US East 1"),
        ..Details::default()
    };
    rig.engine
        .report(&mut rig.book, &key, sign, rig.now, details);
    rig.carry_out();
}

fn phones(rig: &mut Rig, sign: Sign) {
    for device in 0..30 {
        rig.say_on(Some(EDGE), device, Some("Accra"), sign);
    }
}

fn bodies(rig: &Rig) -> Vec<(&str, &str)> {
    let bodies = rig.posts.iter().map(|parcel| &parcel.body);
    bodies
        .map(|body| (body.alert_type.as_str(), body.user_id.as_str()))
        .collect()
}

#[test]
fn an_edge_and_its_phones_are_one_alert_whoever_is_reported_first() {
    for phones_first in [false, true] {
        let mut rig = Rig::new();
        if phones_first {
            phones(&mut rig, Sign::Bad);
            rig.pass(SETTLE / 2);
            edge(&mut rig, Sign::Bad);
        } else {
            edge(&mut rig, Sign::Bad);
            rig.pass(SETTLE / 2);
            phones(&mut rig, Sign::Bad);
        }
        rig.pass(10 * SETTLE);
        assert_eq!(bodies(&rig), [("edge_offline", "edge:e-7")]);
        assert_eq!(rig.only().what(), "US East 1 and 30 phones");
        phones(&mut rig, Sign::Good);
        assert!(rig.only().is_open(), "the edge is still away");
        assert_eq!(rig.only().what(), "US East 1");
        edge(&mut rig, Sign::Good);
        assert!(!rig.only().is_open());
        rig.pass(10 * SETTLE);
        assert_eq!((rig.count(Leg::Raise), rig.count(Leg::Resolve)), (1, 1));
    }
}

#[test]
fn phones_that_do_not_come_back_with_their_edge_are_told_as_what_they_are() {
    let mut rig = Rig::new();
    edge(&mut rig, Sign::Bad);
    phones(&mut rig, Sign::Bad);
    rig.pass(2 * SETTLE);
    edge(&mut rig, Sign::Good);
    rig.pass(2 * SETTLE);
    let told = bodies(&rig);
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[2], ("registration_failure", "site:Accra"));
}

#[test]
fn an_edge_that_is_gone_before_it_settles_is_no_alert_and_phones_of_others_are_their_own() {
    let mut rig = Rig::new();
    edge(&mut rig, Sign::Bad);
    rig.say_on(Some("another"), 1, None, Sign::Bad);
    rig.pass(SETTLE / 2);
    edge(&mut rig, Sign::Gone);
    rig.pass(2 * SETTLE);
    assert_eq!(bodies(&rig), [("registration_failure", "u-1")]);
}

#[test]
fn after_a_restart_an_edge_keeps_its_alert_and_takes_its_phones_again() {
    let mut rig = Rig::new();
    edge(&mut rig, Sign::Bad);
    phones(&mut rig, Sign::Bad);
    rig.pass(2 * SETTLE);
    let mut next = Rig::new();
    next.now = rig.now;
    next.engine.restore(&mut next.book, rig.saved, next.now);
    next.carry_out();
    edge(&mut next, Sign::Bad);
    phones(&mut next, Sign::Bad);
    next.pass(2 * SETTLE);
    assert_eq!(bodies(&next), []);
    assert_eq!(next.only().what(), "US East 1 and 30 phones");
    edge(&mut next, Sign::Good);
    assert_eq!(bodies(&next), [("edge_offline", "edge:e-7")]);
}
