use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::model::callback::{Callback, Status};
use crate::model::carrier::{Carrier, Health};
use crate::model::registration::memory::Was;
use crate::time::Millis;

fn person(number: usize) -> RememberedPerson {
    let was = |id: String| Was {
        id: id.as_str().into(),
        label: None,
        registered: Some(number.is_multiple_of(2)),
        codec: Some("opus".into()),
        as_of: Millis(1_000),
        checked: Millis(900),
    };
    RememberedPerson {
        id: format!("u-{number}").as_str().into(),
        name: "Ana \u{202e}Petrova".into(),
        site: None,
        devices: vec![was(format!("d-{number}")), was(format!("e-{number}"))],
    }
}

fn memory(dir: &Path) -> Memory {
    Memory::new(dir, "lab/../../eu", "org-1".to_owned())
}

fn kept(dir: &Path, people: &[RememberedPerson]) -> Memory {
    let mut draft = Draft::default();
    draft.add(people.iter().cloned().map(Kept::Person));
    let memory = memory(dir);
    memory.save(&draft).unwrap();
    memory
}

#[test]
fn what_is_kept_is_recalled_by_the_owner_alone_and_under_one_name() {
    let dir = tempfile::tempdir().unwrap();
    let people: Vec<RememberedPerson> = (0..3).map(person).collect();
    assert_eq!(memory(dir.path()).load().unwrap(), Recalled::default());
    let memory = kept(dir.path(), &people);
    assert_eq!(memory.load().unwrap().people, people);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&memory.path), 0o600);
    assert_eq!(mode(memory.path.parent().unwrap()), 0o700);
    assert_eq!(memory.path.parent().unwrap(), dir.path().join("memory"));
    let files = || fs::read_dir(dir.path().join("memory")).unwrap().count();
    kept(dir.path(), &people[..1]);
    assert_eq!((files(), memory.load().unwrap().people.len()), (1, 1));
    memory.forget().unwrap();
    memory.forget().unwrap();
    assert_eq!(files(), 0);
}

#[test]
fn another_organisation_of_the_same_profile_remembers_nothing() {
    let dir = tempfile::tempdir().unwrap();
    kept(dir.path(), &[person(1)]);
    let other = Memory::new(dir.path(), "lab/../../eu", "org-2".to_owned());
    assert_eq!(other.load().unwrap(), Recalled::default());
}

#[test]
fn a_file_that_is_no_longer_whole_or_of_a_newer_format_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let memory = kept(dir.path(), &[person(1), person(2)]);
    let whole = fs::read(&memory.path).unwrap();
    for cut in [0, 3, MARK.len() + 1, 30, whole.len() / 2, whole.len() - 1] {
        fs::write(&memory.path, &whole[..cut]).unwrap();
        let refused = memory.load().unwrap_err().to_string();
        assert!(
            refused.contains("damaged and not shown"),
            "{cut}: {refused}"
        );
    }
    fs::write(&memory.path, [&whole[..40], &[0xc1; 40]].concat()).unwrap();
    assert!(matches!(memory.load(), Err(MemoryError::Damaged { .. })));
    fs::write(&memory.path, format!("{MARK}3\nwhatever comes then")).unwrap();
    let refused = memory.load().unwrap_err().to_string();
    assert!(refused.contains("format 3, this one reads 2"), "{refused}");
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut draft = Draft::default();
    let people: Vec<RememberedPerson> = (0..MOST_ROWS / 2 + 3).map(person).collect();
    draft.add(people.into_iter().map(Kept::Person));
    let memory = memory(dir.path());
    memory.save(&draft).unwrap();
    let recalled = memory.load().unwrap();
    assert_eq!(
        (recalled.people.len(), recalled.left_out),
        (MOST_ROWS / 2, 6)
    );
}

#[test]
fn of_a_callback_neither_the_number_nor_what_a_caller_said_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let callback = Callback {
        number: "+14155550199".into(),
        time: Some(Millis(7)),
        queue: "q-1".into(),
        reason: Some("the canary of a caller".into()),
        caller: Some("canary".into()),
        ..Callback::bare("cb-1".into(), Status::Scheduled)
    };
    let carrier = Carrier {
        health: Health::Down,
        ..Carrier::of_base("c-1".into(), "Northwind".into(), None)
    };
    let kept = [
        Kept::Callback(WasCallback::of(&callback, Millis(9))),
        Kept::Carrier(WasCarrier::of(&carrier, Millis(8))),
    ];
    let mut draft = Draft::default();
    draft.add(kept);
    let memory = memory(dir.path());
    memory.save(&draft).unwrap();
    let bytes = fs::read(&memory.path).unwrap();
    for secret in ["5550199", "canary"] {
        let found = bytes
            .windows(secret.len())
            .any(|at| at == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    let recalled = memory.load().unwrap();
    assert_eq!(recalled.carriers, [WasCarrier::of(&carrier, Millis(8))]);
    let [was] = <[WasCallback; 1]>::try_from(recalled.callbacks).unwrap();
    assert_eq!(was.as_of, Millis(9));
    let shown = Callback::from(was);
    assert_eq!(shown.number.to_string(), callback.number.to_string());
    assert_eq!((shown.time, shown.reason), (callback.time, None));
}

/// A named pipe makes whoever opens it wait for ever.
#[test]
fn what_was_put_in_the_place_of_the_file_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let memory = kept(dir.path(), &[person(1)]);
    let elsewhere = dir.path().join("elsewhere");
    fs::rename(&memory.path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &memory.path).unwrap();
    assert!(matches!(memory.load(), Err(MemoryError::Unusable { .. })));
    fs::remove_file(&memory.path).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(&memory.path)
        .status();
    assert!(pipe.unwrap().success());
    assert!(matches!(memory.load(), Err(MemoryError::Unusable { .. })));
}
