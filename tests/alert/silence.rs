//! Silences and acknowledgements.

use trunkline::alert::ledger::AlertLedger;
use trunkline::alert::{LedgerRecord, Sign};
use trunkline::model::alert::{Acknowledgement, AlertStanding, Leg, Scope, Silence};
use trunkline::time::Millis;

use crate::rig::{Rig, SETTLE};

fn silence(rig: &mut Rig, scope: Scope, ms: i64) {
    let silence = Silence {
        scope,
        from: rig.now,
        until: rig.now.plus(ms),
        by: "ana".into(),
        reason: "power work".into(),
    };
    assert!(rig.engine.silence(&mut rig.book, silence, rig.now));
    rig.carry_out();
}

#[test]
fn what_is_silenced_is_shown_and_told_if_it_outlives_the_silence() {
    let mut rig = Rig::new();
    silence(&mut rig, Scope::Matching("site:Accra".into()), 60_000);
    rig.say(1, Some("Accra"), Sign::Bad);
    rig.say(2, Some("Lima"), Sign::Bad);
    rig.pass(SETTLE);
    assert_eq!(rig.posts.len(), 1, "only Lima is told");
    let standings: Vec<_> = rig
        .book
        .iter()
        .map(trunkline::model::alert::Alert::standing)
        .collect();
    assert_eq!(standings, [AlertStanding::Silenced, AlertStanding::Open]);
    rig.pass(60_000);
    assert_eq!(rig.count(Leg::Raise), 2);
    rig.say(1, Some("Accra"), Sign::Good);
    assert_eq!(rig.count(Leg::Resolve), 1);
}

#[test]
fn what_begins_and_ends_in_silence_is_never_told() {
    let mut rig = Rig::new();
    silence(&mut rig, Scope::All, 600_000);
    rig.bad(1);
    rig.pass(SETTLE);
    rig.good(1);
    rig.pass(3_600_000);
    assert!(rig.posts.is_empty());
    assert_eq!(rig.only().standing(), AlertStanding::Resolved);
}

#[test]
fn an_open_alert_that_is_silenced_still_tells_its_end() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let (kind, subject) = (rig.only().kind.clone(), rig.only().subject.clone());
    silence(&mut rig, Scope::This { kind, subject }, 60_000);
    assert_eq!(rig.only().standing(), AlertStanding::Silenced);
    rig.good(1);
    assert_eq!(rig.count(Leg::Resolve), 1);
}

#[test]
fn an_acknowledgement_names_its_operator_and_is_kept() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let id = rig.only().id;
    let ack = Acknowledgement {
        by: "ana".into(),
        at: Millis(5),
        note: "called the site".into(),
    };
    assert!(rig.engine.acknowledge(&mut rig.book, id, ack.clone()));
    rig.carry_out();
    assert_eq!(rig.only().standing(), AlertStanding::Acknowledged);
    let Some(LedgerRecord::Alert(kept)) = rig.saved.last() else {
        panic!("it is written");
    };
    assert_eq!(kept.acknowledged, Some(ack.clone()));
    rig.good(1);
    assert!(!rig.engine.acknowledge(&mut rig.book, id, ack));
}

#[test]
fn a_silence_that_is_lifted_tells_what_it_held_back() {
    let mut rig = Rig::new();
    silence(&mut rig, Scope::All, 600_000);
    rig.bad(1);
    rig.pass(SETTLE);
    assert!(rig.posts.is_empty());
    let known = rig.book.silences()[0].clone();
    assert!(rig.engine.end_silence(&mut rig.book, &known, rig.now));
    rig.carry_out();
    assert_eq!(rig.count(Leg::Raise), 1, "what it held back is told");
    assert!(!rig.engine.end_silence(&mut rig.book, &known, rig.now));
    let Some(LedgerRecord::Silence(kept)) = rig
        .saved
        .iter()
        .rfind(|record| matches!(record, LedgerRecord::Silence(_)))
    else {
        panic!("its end is written");
    };
    assert_eq!(kept.until, rig.now);
    assert!(kept.same(&known));
}

#[test]
fn the_ledger_keeps_one_word_on_a_silence_that_of_its_end() {
    let mut rig = Rig::new();
    silence(&mut rig, Scope::All, 600_000);
    let known = rig.book.silences()[0].clone();
    assert!(rig.engine.end_silence(&mut rig.book, &known, rig.now));
    rig.carry_out();
    let dir = tempfile::tempdir().unwrap();
    let (mut ledger, _) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
    ledger.append(&rig.saved).unwrap();
    drop(ledger);
    let (_, held) = AlertLedger::open(dir.path(), "acme").unwrap().unwrap();
    let mut next = Rig::new();
    next.now = rig.now;
    next.engine.restore(&mut next.book, held.records, next.now);
    assert!(next.book.silences().is_empty());
}
