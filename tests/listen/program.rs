//! `trunkline serve` and `trunkline report` as a service manager and a script run them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::house::get_json;

fn program(config: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command.env_clear().env("HOME", config.parent().unwrap());
    command.arg("--config").arg(config).args(args);
    command
}

/// The organisation in a process of its own.
struct Far {
    child: Child,
    folder: TempDir,
}

impl Far {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut child = program(&config, &["org", "--users", "4", "--rate", "0"])
            .arg("--profile-out")
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut ready).unwrap();
        Self { child, folder }
    }

    fn command(&self, args: &[&str]) -> Command {
        program(&self.folder.path().join("config.toml"), args)
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn serve_answers_until_it_is_asked_to_end_and_ends_well() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let far = Far::start();
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
    let far = Far::start();
    std::fs::remove_file(far.folder.path().join("config.toml.secret")).unwrap();
    let end = far
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    let said = String::from_utf8(end.stderr).unwrap();
    assert_eq!(end.status.code(), Some(2), "{said}");
    assert!(said.contains("config.toml.secret"), "{said}");
}

#[test]
fn the_report_is_for_people_and_for_programs() {
    let far = Far::start();
    let end = far.command(&["report", "--json"]).output().unwrap();
    assert_eq!(end.status.code(), Some(0), "{end:?}");
    let report: Value = serde_json::from_slice(&end.stdout).unwrap();
    assert_eq!(report["reads"]["ok"], 4);
    let looked_at = report["totalChecks"].as_u64().unwrap();
    assert!(looked_at >= 4, "each device of each user: {report}");
    assert_eq!(report["windows"]["sinceStart"]["totalChecks"], looked_at);
    assert_eq!(report["windows"]["sinceStart"]["successRate"], 100.0);
    assert!(report["readMs"]["p99"].as_f64().unwrap() > 0.0);
    assert!(!report["carriers"].as_array().unwrap().is_empty());
    let end = far.command(&["report"]).output().unwrap();
    let text = String::from_utf8(end.stdout).unwrap();
    assert!(
        text.contains(&format!("registered, in all 100.00 % of {looked_at}\n")),
        "{text}"
    );
}

#[test]
fn a_listener_before_a_command_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("none.toml");
    let end = program(&config, &["--listen", "127.0.0.1:0", "config", "path"])
        .output()
        .unwrap();
    assert_eq!(end.status.code(), Some(2));
    let said = String::from_utf8(end.stderr).unwrap();
    assert!(said.contains("trunkline serve --listen"), "{said}");
}
