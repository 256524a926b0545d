//! What the reader was told of an audit: whoever cuts its end off is found out.

use std::cell::Cell;
use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::task::spawn_blocking;
use trunkline::app::event::Done;
use trunkline::audit::{Audit, Ending, Entry};
use trunkline::model::audit::LineStatus;

use super::common::ground::quiet;
use super::common::program::answer;
use super::{Jump, until};

#[tokio::test]
async fn an_end_that_was_cut_off_an_audit_is_found_by_what_the_reader_was_told() {
    let jump = Jump::start(quiet(3, "direct")).await;
    let _reader = jump.reader();
    let mut consoles = vec![jump.console("ana", false)];
    until(&mut consoles, "it is attached", |_, app| {
        app.store.registrations.rows().next().is_some()
    })
    .await;
    let console = &mut consoles[0];
    let written = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&written);
    let audit = Audit::open(&jump.ground.state_dir(), "org").unwrap();
    let audit = audit.telling(move |record| lines.lock().unwrap().push(record.clone()));
    for subject in ["one", "two"] {
        let entry = Entry {
            action: "route.update".into(),
            operator: "ana".into(),
            subject: subject.into(),
            ..Entry::default()
        };
        let ticket = audit.intent(&entry).unwrap();
        audit.outcome(ticket, Ending::new(LineStatus::Ok)).unwrap();
    }
    drop(audit);
    for record in written.lock().unwrap().drain(..) {
        let done = Done::Audited(Box::new(record));
        console.performer.ends().send(done).unwrap();
    }
    let told = Cell::new(false);
    let asked = async {
        loop {
            let mut command = jump.ground.program(&["share", "status", "--json"]);
            let output = spawn_blocking(move || command.output().unwrap()).await;
            let status: Value = answer(&output.unwrap());
            if status["writes"][0]["line"] == 4 {
                told.set(true);
                return status;
            }
        }
    };
    let (ran, status) = tokio::join!(console.run(|_| told.get()), asked);
    ran.unwrap();
    assert_eq!(status["writes"][0]["subject"], "two", "{status}");

    let verified = jump.ground.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let text = String::from_utf8(verified.stdout).unwrap();
    assert!(text.contains("heard line 4 of "), "{text}");

    // The end, and what the audit itself knows of it.
    let folder = jump.ground.state_dir().join("audit");
    let file = folder.join("org.jsonl");
    let all = fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> = all.lines().take(3).collect();
    fs::write(&file, kept.join("\n") + "\n").unwrap();
    fs::remove_file(folder.join("org.head")).unwrap();
    let verified = jump.ground.run(&["audit", "verify"]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    let text = String::from_utf8(verified.stdout).unwrap();
    assert!(text.contains("good  lines 1 to 3"), "{text}");
    assert!(text.contains("bad   line 4 of "), "{text}");
}
