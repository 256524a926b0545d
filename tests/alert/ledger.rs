//! What survives a restart, wherever the process was killed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use trunkline::alert::ledger::AlertLedger;
use trunkline::alert::restore::Family;
use trunkline::alert::{LedgerRecord, Mode, Sign};
use trunkline::model::alert::{Alert, Leg, PostDelivery};

use crate::rig::{Rig, SETTLE};

fn file(dir: &Path) -> std::path::PathBuf {
    dir.join("alerts/acme%2Dprod.jsonl")
}

fn open(dir: &Path) -> (AlertLedger, Vec<LedgerRecord>) {
    let (ledger, held) = AlertLedger::open(dir, "acme-prod").unwrap().unwrap();
    (ledger, held.records)
}

/// A rig that goes on from what the ledger holds.
fn restarted(records: Vec<LedgerRecord>, rig: &Rig) -> Rig {
    let mut next = Rig::new();
    next.now = rig.now;
    next.engine.restore(&mut next.book, records, next.now);
    next.carry_out();
    next
}

#[test]
fn it_is_private_locked_and_gives_back_what_was_written() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let dir = tempfile::tempdir().unwrap();
    let (mut ledger, held) = open(dir.path());
    assert!(held.is_empty());
    ledger.append(&rig.saved).unwrap();
    assert!(
        AlertLedger::open(dir.path(), "acme-prod")
            .unwrap()
            .is_none(),
        "a second console does not deliver"
    );
    assert!(AlertLedger::open(dir.path(), "other").unwrap().is_some());
    let mode = fs::metadata(file(dir.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(ledger);
    let (_, held) = open(dir.path());
    assert_eq!(held, [LedgerRecord::Alert(Box::new(rig.only().clone()))]);
}

#[test]
fn it_does_not_grow_without_end() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let dir = tempfile::tempdir().unwrap();
    let (mut ledger, _) = open(dir.path());
    let record = rig.saved.last().unwrap().clone();
    for _ in 0..30 {
        ledger.append(&vec![record.clone(); 100]).unwrap();
    }
    let lines = fs::read_to_string(file(dir.path()))
        .unwrap()
        .lines()
        .count();
    assert!(lines < 1_200, "{lines}");
    drop(ledger);
    assert_eq!(open(dir.path()).1, [record]);
}

#[test]
fn garbage_between_good_lines_costs_only_itself() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).0.append(&rig.saved).unwrap();
    let good = fs::read(file(dir.path())).unwrap();
    let whole = [b"\xff\xfe\n{}\n".as_slice(), &good, b"{\"alert\":{}}\n"].concat();
    fs::write(file(dir.path()), whole).unwrap();
    let (_, held) = AlertLedger::open(dir.path(), "acme-prod").unwrap().unwrap();
    assert_eq!((held.records.len(), held.unreadable), (1, 3));
}

/// Killed at any byte of the file: the alert is posted at most once more, with the same key, and its end follows.
#[test]
fn every_cut_of_the_file_tells_the_alert_and_its_end() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.pass(SETTLE);
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).0.append(&rig.saved).unwrap();
    let whole = fs::read(file(dir.path())).unwrap();
    let key = rig.posts[0].key.clone();
    let line = whole.iter().position(|b| *b == b'\n').unwrap();
    let edges = [
        line - 1,
        line,
        line + 1,
        line + 2,
        whole.len() - 1,
        whole.len(),
    ];
    for cut in (0..whole.len()).step_by(61).chain(edges) {
        fs::write(file(dir.path()), &whole[..cut]).unwrap();
        let (mut ledger, held) = open(dir.path());
        let mut next = restarted(held, &rig);
        next.bad(1);
        next.pass(SETTLE);
        next.engine
            .complete(&mut next.book, Family::Devices, next.now);
        next.good(1);
        next.carry_out();
        ledger.append(&next.saved).unwrap();
        drop(ledger);
        // The first line is the alert before its POST, the second says that it was sent.
        let again = next.count(Leg::Raise);
        let expected = usize::from(cut < whole.len());
        assert_eq!(
            (again, next.count(Leg::Resolve)),
            (expected, 1),
            "cut at {cut}"
        );
        if again == 1 && cut > line {
            assert_eq!(
                next.posts[0].key, key,
                "the receiver can tell that it is the same, cut at {cut}"
            );
        }
        let (_, held) = open(dir.path());
        assert!(held.iter().all(
            |record| !matches!(record, LedgerRecord::Alert(a) if a.is_open() || a.unfinished())
        ));
    }
}

#[test]
fn an_alert_that_ended_while_nobody_looked_is_resolved() {
    let mut rig = Rig::new();
    rig.bad(1);
    rig.bad(2);
    rig.pass(SETTLE);
    let mut next = restarted(rig.saved.clone(), &rig);
    assert!(
        next.posts.is_empty(),
        "what was delivered is not delivered again"
    );
    next.good(1);
    assert_eq!(next.count(Leg::Resolve), 1);
    next.engine
        .complete(&mut next.book, Family::Devices, next.now);
    next.carry_out();
    assert_eq!(
        (next.count(Leg::Resolve), next.book.open()),
        (2, 0),
        "a device that is gone is no trouble"
    );
}

#[test]
fn a_storm_goes_on_after_a_restart_without_another_post() {
    let mut rig = Rig::new();
    for device in 0..300 {
        rig.say(device, Some("Accra"), Sign::Bad);
    }
    rig.pass(SETTLE);
    let mut next = restarted(rig.saved.clone(), &rig);
    for device in 0..300 {
        next.say(device, Some("Accra"), Sign::Bad);
    }
    next.engine
        .complete(&mut next.book, Family::Devices, next.now);
    next.pass(600_000);
    assert!(next.posts.is_empty());
    assert_eq!(next.only().away, 300);
    for device in 0..300 {
        next.say(device, Some("Accra"), Sign::Good);
    }
    assert_eq!((next.posts.len(), next.count(Leg::Resolve)), (1, 1));
}

#[test]
fn what_was_undelivered_is_sent_at_the_next_start() {
    let mut rig = Rig::new();
    rig.answers = false;
    rig.bad(1);
    rig.pass(SETTLE);
    let next = restarted(rig.saved.clone(), &rig);
    assert_eq!(next.count(Leg::Raise), 1);
    assert!(matches!(
        next.only().raise.delivery,
        PostDelivery::Sent { .. }
    ));
}

#[test]
fn a_second_console_shows_and_neither_posts_nor_writes() {
    let mut rig = Rig::with(Mode::Elsewhere);
    rig.bad(1);
    rig.pass(SETTLE);
    rig.good(1);
    assert!(rig.posts.is_empty() && rig.saved.is_empty());
    assert!(!Alert::is_open(rig.only()));
}
