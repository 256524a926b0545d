//! `trunkline audit` as a person or a script runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use trunkline::audit::{Audit, Ending};
use trunkline::model::audit::LineStatus;

use crate::{PROFILE, entry};

const CONFIG: &str = r#"
profile = "acme-prod"
[profiles.acme-prod]
base_url = "https://127.0.0.1:1"
client_id = "id"
client_secret_env = "NOT_READ"
"#;

/// Runs the program in a world of its own, with what it wrote.
fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let config = home.join("config.toml");
    fs::write(&config, CONFIG).unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_trunkline"))
        .arg("audit")
        .args(args)
        .arg("--config")
        .arg(config)
        .env_clear()
        .env("HOME", home)
        .env("XDG_STATE_HOME", home)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn write(home: &Path) -> std::path::PathBuf {
    let state = home.join("trunkline");
    let audit = Audit::open(&state, PROFILE).unwrap();
    let ticket = audit.intent(&entry(1)).unwrap();
    audit.outcome(ticket, Ending::new(LineStatus::Ok)).unwrap();
    audit
        .refused(&entry(2), "the profile is read-only \u{1b}[2J")
        .unwrap();
    state.join("audit/acme-prod.jsonl")
}

#[test]
fn show_prints_a_table_or_the_very_lines() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path());
    let (code, table, _) = run(home.path(), &["show"]);
    assert_eq!((code, table.lines().count()), (0, 4), "{table}");
    assert!(table.starts_with("TIME"), "{table}");
    assert!(table.contains(r"read-only \u{1b}[2J"), "{table}");
    let (code, json, _) = run(home.path(), &["show", "--json"]);
    assert_eq!((code, json), (0, fs::read_to_string(file).unwrap()));
    let (_, json, _) = run(
        home.path(),
        &["show", "--json", "--where", "status:refused subject:events"],
    );
    let line: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(line["subject"], "queue-events-2");
}

#[test]
fn a_filter_that_cannot_be_read_is_a_usage_error_with_its_column() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, error) = run(home.path(), &["show", "--where", "colour:red"]);
    assert_eq!(code, 2);
    assert!(error.contains("--where, column 1"), "{error}");
}

#[test]
fn verify_tells_good_bad_and_none_apart() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, error) = run(home.path(), &["verify"]);
    assert_eq!(code, 2);
    assert!(error.contains("nothing has been written"), "{error}");
    let file = write(home.path());
    let (code, good, _) = run(home.path(), &["verify"]);
    assert_eq!(code, 0);
    assert!(good.starts_with("good  lines 1 to 3, files 1\n"), "{good}");
    let changed = fs::read_to_string(&file).unwrap();
    fs::write(&file, changed.replacen("ana", "bob", 1)).unwrap();
    let (code, bad, _) = run(home.path(), &["verify"]);
    assert_eq!(code, 1);
    let first = format!("{}:1: changed", file.display());
    assert!(bad.contains(&first), "{bad}");
}
