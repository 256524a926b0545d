//! `trunkline serve` and `trunkline report` as a service manager and a script run them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::Value;

use crate::common::child::Far;
use crate::common::program::{program, said};
use crate::house::get_json;

/// Four quiet users.
fn start() -> Far {
    Far::start(&["--users", "4"])
}

#[tokio::test]
async fn serve_answers_until_it_is_asked_to_end_and_ends_well() {
    let far = start();
    let mut served = far
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(served.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let at = line
        .trim_end()
        .strip_prefix("trunkline: listening on http://")
        .unwrap_or_else(|| panic!("{line:?}"))
        .parse()
        .unwrap();
    assert_eq!(get_json(at, "/healthz").await.0, 200);
    let pid = rustix::process::Pid::from_child(&served);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(served.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    let told: Vec<&str> = rest.lines().collect();
    assert_eq!(told.len(), 2, "where its tokens are, and no more: {rest}");
    for (line, scope) in told.iter().zip(["read", "write"]) {
        let start = format!("trunkline: the {scope} token is in ");
        let path = line.strip_prefix(&start).unwrap();
        let found = std::fs::metadata(path).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{path}");
    }
}

#[test]
fn serve_without_a_secret_says_so_and_ends() {
    let far = start();
    std::fs::remove_file(far.folder.path().join("config.toml.secret")).unwrap();
    let end = far.run(&["serve", "--listen", "127.0.0.1:0"]);
    let said = said(&end);
    assert_eq!(end.status.code(), Some(2), "{said}");
    assert!(said.contains("config.toml.secret"), "{said}");
}

#[test]
fn the_report_is_for_people_and_for_programs() {
    let far = start();
    let end = far.run(&["report", "--json"]);
    assert_eq!(end.status.code(), Some(0), "{end:?}");
    let report: Value = serde_json::from_slice(&end.stdout).unwrap();
    assert_eq!(report["reads"]["ok"], 4);
    let looked_at = report["totalChecks"].as_u64().unwrap();
    assert!(looked_at >= 4, "each device of each user: {report}");
    assert_eq!(report["windows"]["sinceStart"]["totalChecks"], looked_at);
    assert_eq!(report["windows"]["sinceStart"]["successRate"], 100.0);
    assert!(report["readMs"]["p99"].as_f64().unwrap() > 0.0);
    assert!(!report["carriers"].as_array().unwrap().is_empty());
    let end = far.run(&["report"]);
    let text = String::from_utf8(end.stdout).unwrap();
    assert!(
        text.contains(&format!("registered, in all 100.00 % of {looked_at}\n")),
        "{text}"
    );
}

#[test]
fn a_listener_before_a_command_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.arg("--config").arg(folder.path().join("none.toml"));
    command.args(["--listen", "127.0.0.1:0", "config", "path"]);
    let end = command.output().unwrap();
    assert_eq!(end.status.code(), Some(2));
    let said = said(&end);
    assert!(said.contains("trunkline serve --listen"), "{said}");
}
