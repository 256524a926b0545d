//! Several targets: who is told of what, whom a failure holds up, and what a restart repeats.

use std::fs;

use trunkline::alert::ledger::AlertLedger;
use trunkline::alert::restore::Family;
use trunkline::alert::{Key, LedgerRecord, Mode, PostOutcome, Sign};
use trunkline::kind::alerts::told;
use trunkline::model::alert::{
    AlertKind, AlertStanding, Details, Leg, PostDelivery, Scope, Severity, Silence, Subject,
};

use crate::rig::{Rig, SETTLE};

const BOTH: [(&str, &str); 2] = [("oncall", "severity:critical"), ("log", "")];

fn carrier(rig: &mut Rig, title: &str, severity: Severity) {
    let key = Key {
        kind: AlertKind::CarrierDegradation,
        subject: Subject::Carrier("kestrel".into()),
    };
    let details = || Details {
        name: "Kestrel".into(),
        title: title.into(),
        severity,
        ..Details::default()
    };
    let now = rig.now;
    rig.engine
        .report(&mut rig.book, &key, Sign::Bad, now, details);
    rig.carry_out();
}

fn said(rig: &Rig) -> String {
    told(rig.only(), &jiff::tz::TimeZone::UTC, rig.now)
}

#[test]
fn each_target_is_told_what_its_filter_passes_and_the_end_of_that() {
    let mut rig = Rig::telling(Mode::Here, &BOTH);
    rig.bad(1);
    for device in 10..40 {
        rig.say(device, Some("Accra"), Sign::Bad);
    }
    rig.pass(SETTLE);
    for device in 0..40 {
        rig.good(device);
    }
    rig.pass(SETTLE);
    let two = [Leg::Raise, Leg::Raise, Leg::Resolve, Leg::Resolve];
    assert_eq!(rig.to("oncall"), [Leg::Raise, Leg::Resolve]);
    for everything in ["", "log"] {
        let mut legs = rig.to(everything);
        legs.sort();
        assert_eq!(legs, two);
    }
    let notice = |p: &&trunkline::alert::Parcel| p.to().is_some_and(|to| to.raw() == "oncall");
    let end = rig.posts.iter().rfind(notice).unwrap();
    let end = end.target.as_ref().unwrap();
    assert_eq!(end.telling.severity, Severity::Critical);
    assert!(end.ended.is_some() && end.body.resolved);
}

#[test]
fn who_does_not_answer_holds_up_nobody_is_named_and_is_told_again() {
    let mut rig = Rig::telling(Mode::Here, &BOTH[1..]);
    rig.away = vec!["log"];
    rig.bad(1);
    rig.pass(SETTLE);
    assert_eq!(rig.only().standing(), AlertStanding::Undelivered);
    assert!(
        said(&rig).starts_with("log undelivered: refused"),
        "{}",
        said(&rig)
    );
    // The webhook is told of the end; the target's beginning is tried once more first.
    rig.good(1);
    assert_eq!(rig.to(""), [Leg::Raise, Leg::Resolve]);
    assert_eq!(rig.to("log"), [Leg::Raise, Leg::Raise]);
    rig.away.clear();
    let id = rig.only().id;
    assert!(rig.engine.retry(&mut rig.book, id));
    rig.carry_out();
    assert_eq!(
        rig.to(""),
        [Leg::Raise, Leg::Resolve],
        "it was told already"
    );
    assert_eq!(rig.to("log")[2..], [Leg::Raise, Leg::Resolve]);
    assert!(!rig.only().unfinished());
    assert!(
        !rig.engine.retry(&mut rig.book, id),
        "nothing is left to send"
    );
    assert!(said(&rig).ends_with("to 2"), "{}", said(&rig));
}

#[test]
fn several_that_were_not_reached_are_counted_behind_the_first() {
    let mut rig = Rig::telling(Mode::Here, &[("a", ""), ("b", ""), ("c", "")]);
    rig.away = vec!["a", "c"];
    rig.bad(1);
    rig.pass(SETTLE);
    assert!(
        said(&rig).starts_with("a +1 undelivered: refused"),
        "{}",
        said(&rig)
    );
    rig.away.clear();
    rig.answers = false;
    rig.good(1);
    rig.bad(2);
    rig.pass(SETTLE);
    let newest = rig.book.iter().last().unwrap();
    let words = told(newest, &jiff::tz::TimeZone::UTC, rig.now);
    assert!(
        words.starts_with("webhook +3 undelivered: refused"),
        "{words}"
    );
}

#[test]
fn what_grows_worse_is_told_to_whom_it_now_concerns() {
    let mut rig = Rig::telling(Mode::Here, &BOTH);
    carrier(&mut rig, "carrier degraded", Severity::Warning);
    rig.pass(SETTLE);
    assert!(rig.to("oncall").is_empty());
    carrier(&mut rig, "carrier down", Severity::Critical);
    assert_eq!(rig.to("oncall"), [Leg::Raise]);
    assert_eq!(rig.to("log"), [Leg::Raise], "it has been told");
    // Better again: who was told hears the end, and each of what it was told.
    carrier(&mut rig, "carrier degraded", Severity::Warning);
    let told = |name: &str| rig.only().target(&name.into()).unwrap().telling.clone();
    assert_eq!(told("oncall").title.raw(), "carrier down");
    assert_eq!(told("log").title.raw(), "carrier degraded");
}

#[test]
fn targets_are_told_where_there_is_no_webhook_and_by_one_console_only() {
    let mut rig = Rig::telling(Mode::Nowhere, &BOTH[1..]);
    rig.bad(1);
    rig.pass(SETTLE);
    assert_eq!((rig.to(""), rig.to("log")), (vec![], vec![Leg::Raise]));
    assert!(said(&rig).starts_with("log sent "), "{}", said(&rig));
    let mut other = Rig::telling(Mode::Elsewhere, &BOTH[1..]);
    other.bad(1);
    other.pass(SETTLE);
    other.good(1);
    assert!(other.posts.is_empty() && other.saved.is_empty());
}

#[test]
fn a_silence_holds_for_all_and_what_outlives_it_is_told() {
    let mut rig = Rig::telling(Mode::Nowhere, &BOTH[1..]);
    let silence = Silence {
        scope: Scope::All,
        from: rig.now,
        until: rig.now.plus(60_000),
        by: "ana".into(),
        reason: "power work".into(),
    };
    assert!(rig.engine.silence(&mut rig.book, silence, rig.now));
    rig.bad(1);
    rig.bad(2);
    rig.pass(SETTLE);
    rig.good(2);
    assert!(rig.posts.is_empty());
    rig.pass(60_000);
    assert_eq!(rig.to("log"), [Leg::Raise], "the other one is over");
    rig.good(1);
    assert_eq!(rig.to("log"), [Leg::Raise, Leg::Resolve]);
    assert!(rig.book.iter().all(|alert| !alert.unfinished()));
}

fn restarted(records: Vec<LedgerRecord>, rig: &Rig, targets: &[(&str, &str)]) -> Rig {
    let mut next = Rig::telling(Mode::Here, targets);
    next.now = rig.now;
    next.engine.restore(&mut next.book, records, next.now);
    next.carry_out();
    next
}

#[test]
fn a_restart_repeats_what_did_not_arrive_and_nothing_else() {
    let mut rig = Rig::telling(Mode::Here, &BOTH[1..]);
    rig.away = vec!["log"];
    rig.bad(1);
    rig.pass(SETTLE);
    let dir = tempfile::tempdir().unwrap();
    let (mut ledger, _) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
    ledger.append(&rig.saved).unwrap();
    drop(ledger);
    let (_, held) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
    let next = restarted(held.records, &rig, &BOTH[1..]);
    assert_eq!((next.to(""), next.to("log")), (vec![], vec![Leg::Raise]));
    assert_eq!(next.posts[0].key, rig.posts[0].key, "the receiver can tell");
    // What is owed to a target that the profile does not name any more is owed to nobody.
    let without = restarted(rig.saved.clone(), &rig, &[]);
    assert!(without.posts.is_empty() && !without.only().unfinished());
    assert!(without.only().targets.is_empty());
}

/// Killed at any byte of the file: each target hears the alert at most once more, and its end once.
#[test]
fn every_cut_of_the_file_tells_each_target_the_alert_and_its_end() {
    let mut rig = Rig::telling(Mode::Here, &BOTH[1..]);
    rig.away = vec!["log"];
    rig.bad(1);
    rig.pass(SETTLE);
    rig.away.clear();
    let id = rig.only().id;
    rig.engine.retry(&mut rig.book, id);
    rig.carry_out();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("alerts/acme.jsonl");
    let (mut ledger, _) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
    ledger.append(&rig.saved).unwrap();
    drop(ledger);
    let whole = fs::read(&file).unwrap();
    for cut in (0..=whole.len()).step_by(97).chain([whole.len()]) {
        fs::write(&file, &whole[..cut]).unwrap();
        let (_, held) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
        let known = |target: Option<&str>| {
            let delivered = |alert: &trunkline::model::alert::Alert| {
                let delivery = alert.delivery(target.map(Into::into).as_ref(), Leg::Raise);
                matches!(delivery, Some(PostDelivery::Sent { .. }))
            };
            held.records
                .iter()
                .any(|record| matches!(record, LedgerRecord::Alert(alert) if delivered(alert)))
        };
        let before = [known(None), known(Some("log"))];
        let mut next = restarted(held.records, &rig, &BOTH[1..]);
        next.bad(1);
        next.pass(SETTLE);
        next.engine
            .complete(&mut next.book, Family::Devices, next.now);
        next.good(1);
        next.carry_out();
        for (name, before) in ["", "log"].into_iter().zip(before) {
            let raised = if before { vec![] } else { vec![Leg::Raise] };
            let legs = [raised, vec![Leg::Resolve]].concat();
            assert_eq!(next.to(name), legs, "{name:?} cut at {cut}");
        }
    }
}

#[test]
fn a_word_on_an_attempt_is_kept_at_its_target() {
    let mut rig = Rig::telling(Mode::Here, &BOTH[1..]);
    rig.bad(1);
    rig.pass(SETTLE);
    let id = rig.only().id;
    let outcome = PostOutcome::Retrying {
        failed: 1,
        why: "slow".into(),
    };
    let log = "log".into();
    let now = rig.now;
    rig.engine
        .told(&mut rig.book, (id, Leg::Raise, Some(&log)), outcome, now);
    assert!(matches!(
        rig.only().raise.delivery,
        PostDelivery::Sent { .. }
    ));
    assert!(
        said(&rig).starts_with("log retrying 1: slow"),
        "{}",
        said(&rig)
    );
}
