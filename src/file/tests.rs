use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::time::{Instant, SystemTime};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;

const USES: [For; 3] = [For::Reading, For::Keeping, For::Appending];

/// Everything that may stand in the place of a file, with the word for it.
fn traps(folder: &Path) -> Vec<(std::path::PathBuf, &'static str)> {
    let target = folder.join("target");
    fs::write(&target, "precious").unwrap();
    let (link, dangling) = (folder.join("link"), folder.join("dangling"));
    symlink(&target, &link).unwrap();
    symlink(folder.join("nowhere"), &dangling).unwrap();
    let fifo = folder.join("fifo");
    mkfifoat(CWD, &fifo, Mode::RWXU).unwrap();
    let (socket, directory) = (folder.join("socket"), folder.join("directory"));
    UnixListener::bind(&socket).unwrap();
    fs::create_dir(&directory).unwrap();
    vec![
        (link, "a symbolic link"),
        (dangling, "a symbolic link"),
        (fifo, "a named pipe"),
        (socket, "a socket"),
        (directory, "a directory"),
        ("/dev/null".into(), "a device"),
    ]
}

#[test]
fn what_stands_in_the_place_of_a_file_is_refused_at_once_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    for (path, word) in traps(folder.path()) {
        let before = fs::symlink_metadata(&path).unwrap();
        for purpose in USES {
            let why = open(&path, purpose).unwrap_err().to_string();
            assert!(why.contains(word), "{purpose:?}: {why}");
        }
        let why = replace(&path, b"new").unwrap_err().to_string();
        assert!(why.contains(word), "{why}");
        let after = fs::symlink_metadata(&path).unwrap();
        assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    }
    assert!(
        began.elapsed().as_millis() < 1_000,
        "nothing was waited for"
    );
    let target = fs::read_to_string(folder.path().join("target")).unwrap();
    assert_eq!(target, "precious");
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_file_of_another_user_is_left_alone() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted");
    fs::write(&path, "theirs").unwrap();
    std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
    for purpose in USES {
        let why = open(&path, purpose).unwrap_err().to_string();
        assert!(why.contains("another user (uid 65534)"), "{why}");
    }
    assert!(replace(&path, b"ours").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    assert!(named(&path).is_ok(), "a person may name it");
}

#[test]
fn files_of_ours_are_made_read_and_replaced_for_us_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mode = || fs::metadata(&path).unwrap().mode() & 0o777;
    let not_there = open(&path, For::Reading).unwrap_err();
    assert_eq!(not_there.kind(), io::ErrorKind::NotFound);
    open(&path, For::Appending)
        .unwrap()
        .write_all(b"one")
        .unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    open(&path, For::Keeping).unwrap();
    assert_eq!(mode(), 0o600, "narrowed");
    replace(&path, b"two").unwrap();
    let mut text = String::new();
    open(&path, For::Reading)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!((text.as_str(), mode()), ("two", 0o600));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_person_names_files_over_links_but_no_pipe_and_no_device() {
    let folder = tempfile::tempdir().unwrap();
    for (path, word) in traps(folder.path()) {
        match named(&path) {
            Ok(_) => assert!(path.ends_with("link")),
            Err(error) if path.ends_with("dangling") => {
                assert_eq!(error.kind(), io::ErrorKind::NotFound);
            }
            Err(error) => assert!(error.to_string().contains(word), "{error}"),
        }
    }
}

#[test]
fn what_killed_runs_left_half_written_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("forms/p/drafts");
    fs::create_dir_all(&deep).unwrap();
    // No process has this number: it is beyond what Linux gives out.
    let dead = format!("{NEW}{}-abc", i32::MAX);
    let mine = format!("{NEW}{}-abc", std::process::id());
    let long_ago = SystemTime::now() - 2 * OLD;
    for name in [&*dead, &*mine, ".tmpAb12Cd", ".tmpnotes.json", "kept.json"] {
        let file = File::create(deep.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let young = folder.path().join(".tmpAb12Cd");
    File::create(&young).unwrap();
    sweep(folder.path());
    let mut names: Vec<_> = fs::read_dir(&deep)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, [&*mine, ".tmpnotes.json", "kept.json"]);
    assert!(young.exists(), "it may be under way elsewhere");
}
