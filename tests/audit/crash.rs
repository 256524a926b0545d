//! A console that dies at any moment, and a disk that is full: another process plays the console.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use trunkline::audit::verify::verify;
use trunkline::audit::{Audit, Ending, read};
use trunkline::model::audit::LineStatus;

use crate::{PROFILE, entry, open};

/// Tells this test binary to play the console, in this state directory.
const STATE: &str = "TRUNKLINE_TEST_AUDIT_STATE";

/// The console: it writes as fast as it can, and says each id once its intent is on disk. Does nothing in a test run.
#[test]
fn console() {
    let Some(state) = std::env::var_os(STATE) else {
        return;
    };
    let audit = Audit::open_rotating(Path::new(&state), PROFILE, 8_000).unwrap();
    for number in 0.. {
        match audit.intent(&entry(number)) {
            Ok(ticket) => {
                println!("\nsent {}", ticket.id());
                audit.outcome(ticket, Ending::new(LineStatus::Ok)).ok();
            }
            Err(error) => {
                println!("\nrefused {error}");
                return;
            }
        }
    }
}

fn play(state: &Path, prefix: &str) -> Child {
    let binary = std::env::current_exe().unwrap();
    let run = format!("{prefix} exec \"$0\" --exact crash::console --nocapture");
    Command::new("sh")
        .arg("-c")
        .arg(run)
        .arg(binary)
        .env(STATE, state)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the console says after the word, until it has said so often, or has ended.
fn heard(child: &mut Child, word: &str, most: usize) -> Vec<String> {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let words = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()));
    words.take(most).collect()
}

#[test]
fn no_kill_loses_an_intent_or_breaks_the_chain() {
    let state = tempfile::tempdir().unwrap();
    let mut sent = Vec::new();
    for round in 0..12 {
        let mut child = play(state.path(), "");
        sent.extend(heard(&mut child, "sent ", 1 + round % 7));
        // It goes on while it is killed: any moment of an append can be the last.
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        let report = verify(state.path(), PROFILE).unwrap();
        assert_eq!(report.fault, None, "{report:?}");
    }
    drop(open(state.path()));
    let report = verify(state.path(), PROFILE).unwrap();
    assert_eq!((report.fault, report.open, report.torn), (None, 0, false));
    let mut endings = std::collections::HashMap::new();
    read::each(state.path(), PROFILE, |line| {
        let record = line.record.unwrap();
        match record.status {
            LineStatus::Intent => assert!(endings.insert(record.id, None).is_none()),
            LineStatus::Note => {}
            status => assert_eq!(endings.insert(record.id, Some(status)), Some(None)),
        }
    })
    .unwrap();
    assert!(endings.values().all(Option::is_some));
    for id in sent {
        assert!(
            endings.contains_key(&id.as_str().into()),
            "{id} was sent without its intent"
        );
    }
}

#[test]
fn a_full_disk_refuses_the_write_and_leaves_the_chain_whole() {
    let state = tempfile::tempdir().unwrap();
    // No file may grow beyond 4 KiB (8 blocks), and reaching that is an error and not a signal.
    let mut child = play(state.path(), "trap '' XFSZ; ulimit -f 8;");
    let refused = heard(&mut child, "refused ", 1);
    assert!(child.wait().unwrap().success());
    assert!(refused[0].contains("No write is sent"), "{refused:?}");
    let report = verify(state.path(), PROFILE).unwrap();
    assert!(report.lines > 2, "{report:?}");
    assert_eq!((report.fault, report.torn), (None, false));
    // With room again it goes on.
    open(state.path()).refused(&entry(1), "no").unwrap();
    assert_eq!(verify(state.path(), PROFILE).unwrap().fault, None);
}
