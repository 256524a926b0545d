//! What is written, and what the next start makes of what a crash has left.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use trunkline::audit::{Audit, Ending, Entry, sha256_hex};
use trunkline::model::audit::LineStatus;

use crate::{PROFILE, entry, open, path};

fn lines(state: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path(state)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn an_intent_and_its_outcome_are_two_lines_of_one_chain() {
    let state = tempfile::tempdir().unwrap();
    let audit = open(state.path());
    let ticket = audit.intent(&entry(1)).unwrap();
    let ending = Ending {
        latency_ms: Some(42),
        job_id: Some("job-7".to_owned()),
        ..Ending::new(LineStatus::Ok)
    };
    audit.outcome(ticket, ending).unwrap();
    let text = fs::read_to_string(path(state.path())).unwrap();
    let first = text.lines().next().unwrap();
    let lines = lines(state.path());
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["status"], "intent");
    assert_eq!(lines[0]["prev"], "0".repeat(64));
    assert_eq!(lines[1]["prev"], sha256_hex(first.as_bytes()));
    assert_eq!(lines[0]["id"], lines[1]["id"]);
    assert_eq!(lines[1]["status"], "ok");
    assert_eq!(lines[1]["latencyMs"], 42);
    assert_eq!(lines[1]["jobId"], "job-7");
    assert_eq!(lines[1]["subject"], "queue-events-1");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path(state.path())), 0o600);
    assert_eq!(mode(&state.path().join("audit")), 0o700);
    assert_eq!(mode(&state.path().join("audit/acme-prod.head")), 0o600);
}

#[test]
fn a_refusal_is_one_line_with_its_reason() {
    let state = tempfile::tempdir().unwrap();
    open(state.path())
        .refused(&entry(1), "the profile is read-only")
        .unwrap();
    let lines = lines(state.path());
    assert_eq!((lines.len(), &lines[0]["status"]), (1, &"refused".into()));
    assert_eq!(lines[0]["error"], "the profile is read-only");
}

#[test]
fn an_intent_of_a_console_that_is_gone_becomes_unknown_and_of_one_that_lives_does_not() {
    let state = tempfile::tempdir().unwrap();
    let (gone, alive) = (open(state.path()), open(state.path()));
    drop(gone.intent(&entry(1)).unwrap());
    let ticket = alive.intent(&entry(2)).unwrap();
    drop(gone);
    let next = open(state.path());
    assert_eq!(next.opening().len(), 1);
    assert_eq!(next.opening()[0].subject.raw(), "queue-events-1");
    assert_eq!(next.opening()[0].status, LineStatus::Unknown);
    alive.outcome(ticket, Ending::new(LineStatus::Ok)).unwrap();
    assert!(open(state.path()).opening().is_empty());
    assert_eq!(lines(state.path()).len(), 4);
}

#[test]
fn a_torn_line_is_cut_off_and_told() {
    let state = tempfile::tempdir().unwrap();
    open(state.path()).refused(&entry(1), "no").unwrap();
    let mut bytes = fs::read(path(state.path())).unwrap();
    bytes.extend_from_slice(b"{\"timestamp\":\"2026-06-1");
    fs::write(path(state.path()), bytes).unwrap();
    let audit = open(state.path());
    assert_eq!(audit.opening()[0].action.raw(), "audit.repair");
    assert_eq!(lines(state.path()).len(), 2);
}

#[test]
fn a_full_file_is_put_aside_and_the_chain_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let audit = Audit::open_rotating(state.path(), PROFILE, 2_000).unwrap();
    for number in 0..20 {
        audit.refused(&entry(number), "no").unwrap();
    }
    let full = fs::read_to_string(state.path().join("audit/acme-prod.000001.jsonl")).unwrap();
    let second = fs::read_to_string(state.path().join("audit/acme-prod.000002.jsonl")).unwrap();
    let last = full.lines().last().unwrap();
    let first: Value = serde_json::from_str(second.lines().next().unwrap()).unwrap();
    assert_eq!(first["action"], "audit.rotate");
    assert_eq!(first["prev"], sha256_hex(last.as_bytes()));
}

#[test]
fn a_mode_that_lets_others_in_is_narrowed_and_told() {
    let state = tempfile::tempdir().unwrap();
    open(state.path()).refused(&entry(1), "no").unwrap();
    fs::set_permissions(path(state.path()), fs::Permissions::from_mode(0o644)).unwrap();
    let audit = open(state.path());
    assert!(audit.opening()[0].subject.raw().contains("0644"));
    let mode = fs::metadata(path(state.path()))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_audit_that_cannot_be_written_refuses_the_intent() {
    let state = tempfile::tempdir().unwrap();
    let audit = open(state.path());
    audit.refused(&entry(1), "no").unwrap();
    fs::remove_file(path(state.path())).unwrap();
    fs::create_dir(path(state.path())).unwrap();
    let error = audit.intent(&entry(2)).unwrap_err().to_string();
    assert!(error.contains("No write is sent"), "{error}");
}

#[test]
fn no_secret_and_no_number_reaches_the_disk() {
    let state = tempfile::tempdir().unwrap();
    let audit = open(state.path());
    let entry = Entry {
        subject: "call +14155550199".to_owned(),
        path: "/api/v2/callbacks/%2B14155550199".to_owned(),
        extra: [(
            "headers".to_owned(),
            serde_json::json!({"Authorization": "Bearer c4n4ry-token"}),
        )]
        .into(),
        ..entry(1)
    };
    let ticket = audit.intent(&entry).unwrap();
    let why = r#"400: {"client_secret":"c4n4ry-secret","callback_number":"+1 415 555 0199"}"#;
    audit
        .outcome(ticket, Ending::new(LineStatus::Refused).because(why))
        .unwrap();
    for file in fs::read_dir(state.path().join("audit")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for canary in ["c4n4ry", "14155550199", "415 555 0199"] {
            assert!(!text.contains(canary), "{text}");
        }
    }
}

#[test]
fn consoles_of_one_profile_append_in_turn() {
    let state = tempfile::tempdir().unwrap();
    let consoles: Vec<Audit> = (0..4).map(|_| open(state.path())).collect();
    std::thread::scope(|scope| {
        for audit in &consoles {
            scope.spawn(move || {
                for number in 0..5 {
                    let ticket = audit.intent(&entry(number)).unwrap();
                    audit.outcome(ticket, Ending::new(LineStatus::Ok)).unwrap();
                }
            });
        }
    });
    let numbers: Vec<_> = lines(state.path())
        .iter()
        .map(|line| line["line"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}
