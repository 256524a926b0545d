use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::model::hourly::Figures;
use crate::model::report::{Checks, Reads};

/// 2026-11-28T00:00Z.
const DAY: i64 = 498_840;

fn counted(hour: i64, site: &str, registered: u64) -> Counted {
    let mut counted = Counted::default();
    counted.add(HourRecord {
        hour: Hour(DAY + hour),
        site: Some(site.into()),
        figures: Figures {
            checks: Checks {
                registered,
                lost: 1,
                unknown: 0,
            },
            last_lost: None,
            reads: Reads::default(),
        },
    });
    counted
}

fn all(place: &Hourly) -> Kept {
    place.load(Hour(DAY - 99_999), Hour(DAY + 99_999)).unwrap()
}

fn registered(kept: &Kept) -> u64 {
    let all = kept.counted.records();
    all.map(|one| one.figures.checks.registered).sum()
}

#[test]
fn consoles_of_one_profile_add_up_and_only_its_owner_reads_them() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(all(&Hourly::new(dir.path(), "a/../b")), Kept::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let place = Hourly::new(dir.path(), "a/../b");
                for hour in 0..30 {
                    place.add(counted(hour, "Accra", 10)).unwrap();
                }
            });
        }
    });
    let place = Hourly::new(dir.path(), "a/../b");
    let kept = all(&place);
    assert_eq!((registered(&kept), kept.unreadable), (4 * 30 * 10, 0));
    assert_eq!(kept.counted.len(), 30, "a record an hour and site");
    let some = place.load(Hour(DAY + 23), Hour(DAY + 24)).unwrap();
    assert_eq!(registered(&some), 80);
    let file = place.folder.join("hours/20261128.jsonl");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(place.folder.starts_with(dir.path().join("report")));
    assert_eq!(all(&Hourly::new(dir.path(), "b")), Kept::default());
}

#[test]
fn a_file_stays_small_however_often_it_is_added_to() {
    let dir = tempfile::tempdir().unwrap();
    let place = Hourly::new(dir.path(), "lab");
    for _ in 0..1_100 {
        place.add(counted(3, "Accra", 1)).unwrap();
    }
    assert_eq!(registered(&all(&place)), 1_100);
    let file = fs::read_to_string(place.folder.join("hours/20261128.jsonl")).unwrap();
    assert!(file.lines().count() < 1_010, "{}", file.lines().count());
}

#[test]
fn a_torn_end_and_damaged_lines_cost_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let place = Hourly::new(dir.path(), "lab");
    place.add(counted(3, "Accra", 10)).unwrap();
    let path = place.folder.join("hours/20261128.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"hour\":\"never\"}\nnonsense\n{\"hour\":\"2026-11-28T04:00:00Z\",\"regis")
        .unwrap();
    let kept = all(&place);
    assert_eq!((registered(&kept), kept.unreadable), (10, 2));
    place.add(counted(4, "Accra", 5)).unwrap();
    let kept = all(&place);
    assert_eq!((registered(&kept), kept.unreadable), (15, 2));
}

#[test]
fn what_cannot_be_written_is_given_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let place = Hourly::new(dir.path(), "lab");
    place.add(counted(3, "Accra", 1)).unwrap();
    let blocked = place.folder.join("hours/20261129.jsonl");
    std::os::unix::fs::symlink(dir.path().join("elsewhere"), &blocked).unwrap();
    let mut two = counted(4, "Accra", 10);
    two.merge(counted(24, "Accra", 100));
    two.merge(counted(48, "Accra", 1_000));
    let (left, error) = place.add(two).unwrap_err();
    assert!(error.to_string().contains("a symbolic link"), "{error}");
    assert!(!dir.path().join("elsewhere").exists());
    fs::remove_file(&blocked).unwrap();
    assert_eq!(registered(&all(&place)), 11, "the day before is on disk");
    place.add(left).unwrap();
    assert_eq!(
        registered(&all(&place)),
        1_111,
        "nothing twice, nothing lost"
    );
}

#[test]
fn days_go_after_their_time_one_by_one() {
    let dir = tempfile::tempdir().unwrap();
    let place = Hourly::new(dir.path(), "lab");
    for day in [0, 1, 2, 400] {
        place.add(counted(day * 24, "Accra", 1)).unwrap();
    }
    assert_eq!(place.days().len(), 4, "400 days are kept");
    let strange = place.folder.join("hours/notes.txt");
    fs::write(&strange, "mine").unwrap();
    for left in [3, 2] {
        place.add(counted(402 * 24, "Accra", 1)).unwrap();
        assert_eq!(place.days().len(), left + 1);
    }
    place.add(counted(402 * 24, "Accra", 1)).unwrap();
    let left: Vec<String> = place.days().iter().map(ToString::to_string).collect();
    assert_eq!(left, ["2026-11-30", "2028-01-02", "2028-01-04"]);
    assert!(strange.exists(), "only what is ours");
    assert!(!place.folder.join("hours/20261128.lock").exists());
}
