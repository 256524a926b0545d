//! Whatever is done to the files, the first bad line is found and named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;
use tempfile::TempDir;
use trunkline::audit::verify::{Wrong, verify};
use trunkline::audit::{Audit, Ending};
use trunkline::model::audit::LineStatus;

use crate::{PROFILE, entry, open, path};

/// Bytes of a file before it is full; four lines or so.
const SMALL: u64 = 1_500;

/// Audits that were written once: each test meddles with a copy, because writing one waits for the disk.
static WRITTEN: Mutex<BTreeMap<(u64, u64), TempDir>> = Mutex::new(BTreeMap::new());

/// An audit of so many writes, in files of that length.
fn written(writes: u64, rotate_at: u64) -> TempDir {
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let original = written
        .entry((writes, rotate_at))
        .or_insert_with(|| write(writes, rotate_at));
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("audit")).unwrap();
    for file in fs::read_dir(original.path().join("audit")).unwrap() {
        let file = file.unwrap();
        let to = copy.path().join("audit").join(file.file_name());
        fs::copy(file.path(), to).unwrap();
    }
    copy
}

fn write(writes: u64, rotate_at: u64) -> TempDir {
    // A static is never dropped: what is left goes with the build.
    let state = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let audit = Audit::open_rotating(state.path(), PROFILE, rotate_at).unwrap();
    for number in 0..writes {
        let ticket = audit.intent(&entry(number)).unwrap();
        audit.outcome(ticket, Ending::new(LineStatus::Ok)).unwrap();
    }
    state
}

fn rows(file: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// The files of the audit, the oldest first.
fn files(state: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(state.join("audit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    // The name without a number is the newest one, and sorts last because j comes after digits.
    files
}

/// File, line and kind of the first thing that is wrong.
fn fault(state: &Path) -> Option<(PathBuf, u64, Wrong)> {
    let report = verify(state, PROFILE).unwrap();
    report
        .fault
        .map(|fault| (fault.file, fault.line, fault.wrong))
}

#[test]
fn an_audit_that_nobody_touched_is_good() {
    for rotate_at in [SMALL, u64::MAX] {
        let state = written(12, rotate_at);
        let report = verify(state.path(), PROFILE).unwrap();
        assert_eq!(report.fault, None);
        assert_eq!(report.files, files(state.path()).len());
        assert_eq!((report.lines - report.notes, report.open), (24, 0));
    }
}

#[test]
fn without_an_audit_there_is_nothing_to_verify() {
    let state = tempfile::tempdir().unwrap();
    let error = verify(state.path(), PROFILE).unwrap_err().to_string();
    assert!(error.contains("nothing has been written"), "{error}");
}

#[test]
fn a_line_without_its_head_yet_is_what_a_crash_leaves() {
    let state = written(3, u64::MAX);
    let head = state.path().join("audit/acme-prod.head");
    let before = fs::read(&head).unwrap();
    open(state.path()).refused(&entry(9), "no").unwrap();
    fs::write(&head, before).unwrap();
    assert_eq!(fault(state.path()), None);
    // The next start takes it in and has nothing to say of it.
    assert!(open(state.path()).opening().is_empty());
    open(state.path()).refused(&entry(10), "no").unwrap();
    assert_eq!(fault(state.path()), None);
}

#[test]
fn a_torn_line_is_told_and_is_no_fault() {
    let state = written(3, u64::MAX);
    let mut bytes = fs::read(path(state.path())).unwrap();
    bytes.extend_from_slice(b"{\"timestamp\":\"20");
    fs::write(path(state.path()), bytes).unwrap();
    let report = verify(state.path(), PROFILE).unwrap();
    assert!(report.torn && report.fault.is_none());
    drop(open(state.path()));
    let report = verify(state.path(), PROFILE).unwrap();
    assert_eq!((report.torn, report.notes, report.fault), (false, 1, None));
}

#[test]
fn a_tail_that_was_cut_stays_found_when_the_audit_goes_on() {
    let state = written(4, u64::MAX);
    let kept = rows(&path(state.path()))[..5].concat();
    fs::write(path(state.path()), kept).unwrap();
    let cut = Wrong::Cut { from: 6, to: 8 };
    assert_eq!(fault(state.path()), Some((path(state.path()), 6, cut)));
    let audit = open(state.path());
    assert_eq!(audit.opening()[0].action.raw(), "audit.damage");
    audit.refused(&entry(9), "no").unwrap();
    let dropped = Wrong::Dropped { from: 6, to: 8 };
    assert_eq!(fault(state.path()), Some((path(state.path()), 6, dropped)));
}

#[test]
fn a_tail_that_was_cut_in_the_middle_of_a_line_stays_found_too() {
    let state = written(4, u64::MAX);
    let bytes = fs::read(path(state.path())).unwrap();
    fs::write(path(state.path()), &bytes[..bytes.len() - 40]).unwrap();
    let cut = Wrong::Cut { from: 8, to: 8 };
    assert_eq!(fault(state.path()), Some((path(state.path()), 8, cut)));
    open(state.path()).refused(&entry(9), "no").unwrap();
    assert_eq!(
        fault(state.path()),
        Some((path(state.path()), 8, Wrong::Changed))
    );
}

#[test]
fn a_head_that_is_gone_is_a_fault_and_is_told_at_the_next_start() {
    let state = written(2, u64::MAX);
    fs::remove_file(state.path().join("audit/acme-prod.head")).unwrap();
    assert_eq!(
        fault(state.path()),
        Some((path(state.path()), 5, Wrong::Headless))
    );
    let audit = open(state.path());
    assert_eq!(audit.opening()[0].action.raw(), "audit.damage");
    assert_eq!(fault(state.path()), None);
}

#[test]
fn lines_of_somebody_else_are_found_and_left_there() {
    let state = written(2, u64::MAX);
    let mut bytes = fs::read(path(state.path())).unwrap();
    bytes.extend_from_slice(b"{\"action\":\"forged\"}\n");
    fs::write(path(state.path()), &bytes).unwrap();
    open(state.path()).refused(&entry(9), "no").unwrap();
    assert!(fs::read(path(state.path())).unwrap().starts_with(&bytes));
    assert_eq!(
        fault(state.path()),
        Some((path(state.path()), 5, Wrong::Changed))
    );
}

#[test]
fn a_full_file_that_is_gone_is_missed() {
    let state = written(12, SMALL);
    let all = files(state.path());
    assert!(all.len() > 3);
    let before = rows(&all[0]).len() as u64;
    let gone = rows(&all[1]).len() as u64;
    fs::remove_file(&all[1]).unwrap();
    let (from, to) = (before + 1, before + gone);
    let dropped = Wrong::Dropped { from, to };
    assert_eq!(fault(state.path()), Some((all[2].clone(), 1, dropped)));
}

/// One of the files, by an index.
fn pick(state: &Path, file: prop::sample::Index) -> (PathBuf, Vec<Vec<u8>>) {
    let all = files(state);
    let path = all[file.index(all.len())].clone();
    let rows = rows(&path);
    (path, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn a_flipped_bit_is_found_at_its_line(
        rotate in any::<bool>(), file in any::<prop::sample::Index>(),
        row in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), bit in 0u32..8,
    ) {
        let state = written(5, if rotate { SMALL } else { u64::MAX });
        let (path, mut rows) = pick(state.path(), file);
        let row = row.index(rows.len());
        let byte = byte.index(rows[row].len());
        rows[row][byte] ^= 1 << bit;
        fs::write(&path, rows.concat()).unwrap();
        let (file, line, _) = fault(state.path()).expect("a flipped bit is found");
        prop_assert_eq!((file, line), (path, row as u64 + 1));
    }

    #[test]
    fn a_dropped_line_is_found_where_it_was(
        rotate in any::<bool>(), file in any::<prop::sample::Index>(), row in any::<prop::sample::Index>(),
    ) {
        let state = written(5, if rotate { SMALL } else { u64::MAX });
        let (path, mut rows) = pick(state.path(), file);
        let row = row.index(rows.len());
        let last = row + 1 == rows.len();
        rows.remove(row);
        fs::write(&path, rows.concat()).unwrap();
        let (file, line, wrong) = fault(state.path()).expect("a dropped line is found");
        let dropped = matches!(wrong, Wrong::Dropped { from, to } | Wrong::Cut { from, to } if from == to);
        prop_assert!(dropped, "{:?}", wrong);
        // Behind the last line of a full file the gap shows at the next file's first.
        prop_assert!(last || (file, line) == (path, row as u64 + 1));
    }

    #[test]
    fn lines_that_changed_places_are_found_at_the_first_of_them(
        one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
    ) {
        let state = written(5, u64::MAX);
        let mut rows = rows(&path(state.path()));
        let (one, other) = (one.index(rows.len()), other.index(rows.len()));
        prop_assume!(one != other);
        rows.swap(one, other);
        fs::write(path(state.path()), rows.concat()).unwrap();
        let (_, line, wrong) = fault(state.path()).expect("a swap is found");
        prop_assert_eq!(line, one.min(other) as u64 + 1);
        let moved = matches!(wrong, Wrong::Moved { .. });
        prop_assert!(moved, "{:?}", wrong);
    }

    #[test]
    fn a_tail_cut_anywhere_is_found(keep in any::<prop::sample::Index>()) {
        let state = written(4, u64::MAX);
        let bytes = fs::read(path(state.path())).unwrap();
        let keep = keep.index(bytes.len());
        fs::write(path(state.path()), &bytes[..keep]).unwrap();
        let whole = bytes[..keep].split(|byte| *byte == b'\n').count() as u64 - 1;
        let (_, line, wrong) = fault(state.path()).expect("a cut is found");
        prop_assert_eq!((line, wrong), (whole + 1, Wrong::Cut { from: whole + 1, to: 8 }));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
        let state = written(1, u64::MAX);
        let target = if head { state.path().join("audit/acme-prod.head") } else { path(state.path()) };
        fs::write(target, bytes).unwrap();
        let _ = verify(state.path(), PROFILE);
        let _ = Audit::open(state.path(), PROFILE).map(|audit| audit.refused(&entry(2), "no"));
        let _ = verify(state.path(), PROFILE);
    }
}
