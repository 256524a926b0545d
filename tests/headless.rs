//! The commands without a screen, as a script runs them: the real program against the embedded organisation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "headless/pipes.rs"]
mod pipes;
#[path = "headless/rounds.rs"]
mod rounds;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

#[path = "headless/report.rs"]
mod report;

/// `trunkline org` in a process of its own.
struct Far {
    child: Child,
    base: String,
    token: String,
    ca: Vec<u8>,
    config: PathBuf,
    folder: TempDir,
}

impl Far {
    fn start(args: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut child = program()
            .args(["org", "--rate", "0", "--profile-out"])
            .arg(&config)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        let ca = std::fs::read(text("ca_file")).unwrap();
        Self {
            child,
            base: text("base_url"),
            token: text("control_token"),
            ca,
            config,
            folder,
        }
    }

    /// Runs a command on the organisation's profile.
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("--config").arg(&self.config).args(args);
        command
    }

    /// Runs a command on a profile in which `from` is written as `to`.
    fn run_with(&self, from: &str, to: &str, args: &[&str]) -> Output {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert!(text.contains(from), "{text}");
        let config = self.folder.path().join("other.toml");
        std::fs::write(&config, text.replace(from, to)).unwrap();
        program()
            .arg("--config")
            .arg(config)
            .args(args)
            .output()
            .unwrap()
    }

    async fn control(&self, verb: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let ca = reqwest::Certificate::from_pem(&self.ca).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .build()
            .unwrap();
        let request = http
            .request(verb, format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, with nothing of the person who runs the tests.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn facts(rows: &Value) -> BTreeSet<String> {
    let fact = |row: &Value| {
        format!(
            "{} {} {} {}",
            row["userId"], row["deviceId"], row["registered"], row["codec"]
        )
    };
    rows.as_array().unwrap().iter().map(fact).collect()
}

#[tokio::test]
async fn json_equals_the_state_of_the_organisation() {
    let far = Far::start(&["--users", "30"]);
    let output = far.run(&["get", "registrations", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).is_empty(),
        "progress only goes to a terminal: {}",
        said(&output)
    );
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
    assert_eq!(facts(&rows), facts(&state["registrations"]));
}

#[tokio::test]
async fn hostile_text_is_byte_true_in_json_and_harmless_everywhere_else() {
    let far = Far::start(&["--users", "3"]);
    let hostile = "x\u{1b}]0;owned\u{7}\u{202e}";
    let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
    let user = state["registrations"][0]["userId"].as_str().unwrap();
    let path = format!("/_org/users/{user}/registrations/hostile");
    let body = json!({"registered": true, "codec": hostile});
    far.control(reqwest::Method::PUT, &path, Some(body)).await;

    let rows: Value =
        serde_json::from_slice(&far.run(&["get", "registrations", "--json"]).stdout).unwrap();
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .any(|row| row["codec"] == hostile)
    );
    for format in [
        &["get", "registrations", "--csv"][..],
        &["get", "registrations"],
    ] {
        let text = String::from_utf8(far.run(format).stdout).unwrap();
        assert!(text.contains("x\\u{1b}]0;owned\\u{7}\\u{202e}"), "{text}");
        assert!(
            !text.chars().any(|c| c.is_control() && !"\r\n".contains(c)),
            "{text}"
        );
    }
}

#[test]
fn where_filters_and_a_bad_expression_is_a_usage_error_that_points() {
    let far = Far::start(&["--users", "30"]);
    let rows: Value = serde_json::from_slice(
        &far.run(&["get", "registrations", "--json", "--where", "codec:opus"])
            .stdout,
    )
    .unwrap();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["codec"] == "opus"));
    let output = far.run(&["get", "registrations", "--where", "usr:x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("did you mean `user`"),
        "{}",
        said(&output)
    );
}

#[tokio::test]
async fn watch_prints_every_change_as_a_line() {
    let far = Far::start(&["--users", "2"]);
    let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
    let (user, device) = (
        &state["registrations"][0]["userId"],
        &state["registrations"][0]["deviceId"],
    );
    let (user, device) = (user.as_str().unwrap(), device.as_str().unwrap().to_owned());
    let known = state["registrations"].as_array().unwrap().len();
    let mut child = far
        .command(&["get", "registrations", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let first: Vec<Value> = lines
        .by_ref()
        .take(known)
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect();
    assert!(first.iter().any(|row| row["deviceId"] == device.as_str()));
    let path = format!("/_org/users/{user}/registrations/{device}");
    let body = json!({"registered": false, "codec": "PCMA"});
    far.control(reqwest::Method::PUT, &path, Some(body)).await;
    let change = lines
        .map(|line| serde_json::from_str::<Value>(&line).unwrap())
        .find(|row| row["codec"] == "PCMA");
    assert_eq!(change.unwrap()["state"], "lost");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn the_log_holds_no_secret_whatever_level_is_asked_for() {
    for api in ["direct", "platform"] {
        let far = Far::start(&["--users", "3", "--api", api]);
        let home = far.folder.path().join("home");
        let mut child = far
            .command(&["get", "registrations", "--watch", "--json"])
            .env("HOME", &home)
            .env("TRUNKLINE_LOG", "trace")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
        let row = &state["registrations"][0];
        let (user, device) = (
            row["userId"].as_str().unwrap(),
            row["deviceId"].as_str().unwrap(),
        );
        let path = format!("/_org/users/{user}/registrations/{device}");
        // A row that is live has a socket behind it: the upgrade has been made.
        for line in lines.map(Result::unwrap) {
            let row: Value = serde_json::from_str(&line).unwrap();
            if row["source"] == "live" {
                break;
            }
            if row["deviceId"] == device {
                let body = json!({"registered": row["state"] != "ok"});
                far.control(reqwest::Method::PUT, &path, Some(body)).await;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let log = home.join(".local/state/trunkline/trunkline.log");
        let log = std::fs::read_to_string(log).unwrap();
        assert!(!log.is_empty());
        let config = std::fs::read_to_string(&far.config).unwrap();
        let mut secret = config.lines().filter(|line| line.contains("secret_file"));
        let secret = secret.find_map(|line| line.split('"').nth(1)).unwrap();
        let secret = std::fs::read_to_string(secret).unwrap();
        for secret in [secret.trim(), "/channels/", "streaming-", "earer "] {
            assert!(!secret.is_empty());
            assert!(!log.contains(secret), "{api}: {secret} is in the log");
        }
    }
}

#[tokio::test]
async fn every_trouble_has_its_own_sentence_and_exit_code() {
    let far = Far::start(&["--users", "3"]);
    let get = &["get", "registrations"];
    let port = far.base.rsplit(':').next().unwrap().to_owned();

    let wrong = far
        .command(get)
        .env("TRUNKLINE_CLIENT_SECRET", "canary-secret")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(3));
    assert!(
        said(&wrong).contains("client_id") && !said(&wrong).contains("canary"),
        "{}",
        said(&wrong)
    );

    let host = far.run_with("https://127.0.0.1", "https://no-such-host.invalid", get);
    assert_eq!(host.status.code(), Some(4));
    assert!(
        said(&host).contains("could not be resolved"),
        "{}",
        said(&host)
    );

    let refused = far.run_with(&format!(":{port}"), ":1", get);
    assert_eq!(refused.status.code(), Some(4));
    assert!(said(&refused).contains("refused"), "{}", said(&refused));

    let untrusted = far.run_with("ca_file", "# ca_file", get);
    assert_eq!(untrusted.status.code(), Some(4));
    assert!(said(&untrusted).contains("ca_file"), "{}", said(&untrusted));

    let no_ca = far.run_with("ca.pem", "missing.pem", get);
    assert_eq!(no_ca.status.code(), Some(2));
    assert!(said(&no_ca).contains("missing.pem"), "{}", said(&no_ca));

    far.control(
        reqwest::Method::PUT,
        "/_org/faults",
        Some(json!({"http-500": 1.0})),
    )
    .await;
    let broken = far.run(get);
    assert_eq!(broken.status.code(), Some(4));
    assert!(said(&broken).contains("500"), "{}", said(&broken));
}

#[test]
fn without_a_profile_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = program()
        .env("HOME", folder.path())
        .args(["get", "registrations"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("trunkline config init"),
        "{}",
        said(&output)
    );
}

#[test]
fn completions_and_the_manual_are_printed() {
    for (args, contains) in [
        (&["completions", "bash"][..], "_trunkline"),
        (&["man"], ".TH trunkline"),
    ] {
        let output = program().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains(contains));
    }
}

#[test]
fn every_kind_is_read_on_both_apis_by_the_same_flags() {
    let kinds = program().args(["get", "--kinds"]).output().unwrap();
    assert_eq!(kinds.status.code(), Some(0), "{}", said(&kinds));
    let kinds = String::from_utf8(kinds.stdout).unwrap();
    let names: Vec<&str> = kinds
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    assert!(names.len() >= 13, "{kinds}");
    for api in ["direct", "platform"] {
        let far = Far::start(&["--users", "5", "--api", api]);
        let get = |args: &[&str]| {
            let home = far.folder.path().join("home");
            let mut command = far.command(&["get"]);
            let output = command.args(args).env("HOME", home).output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(0),
                "{api} {args:?}: {}",
                said(&output)
            );
            String::from_utf8(output.stdout).unwrap()
        };
        for name in &names {
            let rows: Value =
                serde_json::from_str(&get(&[name, "--json", "--limit", "2"])).unwrap();
            let rows = rows.as_array().unwrap();
            assert!(rows.len() <= 2);
            let csv = get(&[name, "--csv"]);
            let head: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
            if let Some(row) = rows.first() {
                let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
                assert_eq!(keys, head, "{api} {name}");
            }
            let first = head[0];
            let one = get(&[name, "--columns", first, "--sort", first, "--markdown"]);
            assert!(one.starts_with(&format!("| {first} |\n| --- |")), "{one}");
        }
        let rows = |args: &[&str]| get(args).lines().count();
        let all: Value = serde_json::from_str(&get(&["carriers", "--json"])).unwrap();
        let all = all.as_array().unwrap();
        let trouble = all.iter().filter(|one| one["health"] != "healthy").count();
        let asked = ["carriers", "--where", "health!=healthy", "--csv"];
        assert_eq!(rows(&asked), 1 + trouble, "{api}: {all:?}");
        let edges: Value = serde_json::from_str(&get(&["edges", "--json"])).unwrap();
        let edges = edges.as_array().unwrap().len();
        assert_eq!(edges > 0, api == "platform", "{api}");
        assert_eq!(rows(&["edges", "--markdown"]), 2 + edges, "{api}");
    }
}

#[test]
fn a_field_or_a_kind_that_is_not_there_is_a_usage_error() {
    let far = Far::start(&["--users", "2"]);
    for (args, says) in [
        (&["get", "carriers", "--sort", "helth"][..], "helth"),
        (&["get", "queues", "--columns", "nom"], "nom"),
        (&["get", "alerts", "--where", "stat:open"], "state"),
        (&["get", "carriages"], "carriers"),
        (&["callback", "list", "--sort", "slots"], "slots"),
    ] {
        let output = far.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(says), "{}", said(&output));
    }
}

#[tokio::test]
async fn watched_rows_of_any_kind_are_a_line_a_change() {
    let far = Far::start(&["--users", "2"]);
    let mut child = far
        .command(&["get", "users", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let first = lines.next().unwrap();
    let user = first["userId"].as_str().unwrap();
    let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
    let rows = state["registrations"].as_array().unwrap();
    let row = rows.iter().find(|row| row["userId"] == user).unwrap();
    let device = row["deviceId"].as_str().unwrap();
    let path = format!("/_org/users/{user}/registrations/{device}");
    let turned = !row["registered"].as_bool().unwrap();
    let body = json!({"registered": turned});
    far.control(reqwest::Method::PUT, &path, Some(body)).await;
    let changed = lines.find(|line| line["userId"] == user && *line != first);
    assert_eq!(changed.unwrap()["userId"], user);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_view_gives_a_command_its_rows_their_order_and_their_columns() {
    let far = Far::start(&["--users", "6"]);
    let home = far.folder.path().join("home");
    let profile = std::fs::read_to_string(&far.config).unwrap();
    let views = "[views.named]\npane = \"registrations\"\nfilter = \"registered:yes\"\nsort = \"-user\"\ncolumns = [\"user\", \"deviceId\"]\n";
    std::fs::write(&far.config, format!("{profile}\n{views}")).unwrap();
    // One that the console has kept: what stands below the header is the same.
    let name = profile
        .lines()
        .find_map(|line| line.strip_prefix("[profiles."));
    let name = name.unwrap().trim_end_matches(']').to_owned();
    let folder = home.join(".local/state/trunkline/views").join(&name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("kept.toml"),
        "pane = \"carriers\"\ncolumns = [\"name\"]\n",
    )
    .unwrap();
    let get = |args: &[&str]| {
        let mut command = far.command(&["get"]);
        command.args(args).env("HOME", &home).output().unwrap()
    };
    let text = |output: &Output| {
        assert_eq!(output.status.code(), Some(0), "{}", said(output));
        String::from_utf8(output.stdout.clone()).unwrap()
    };
    let rows = text(&get(&["registrations", "--view", "named", "--csv"]));
    let mut lines = rows.lines();
    assert_eq!(lines.next(), Some("user,deviceId"));
    let users: Vec<String> = lines
        .map(|line| line.split(',').next().unwrap().to_lowercase())
        .collect();
    assert!(
        !users.is_empty() && users.is_sorted_by(|a, b| a >= b),
        "{users:?}"
    );
    let all = text(&get(&[
        "registrations",
        "--where",
        "registered:yes",
        "--csv",
    ]));
    assert_eq!(users.len(), all.lines().count() - 1);
    // Flags narrow it, and come before it.
    let one = text(&get(&[
        "registrations",
        "--view",
        "named",
        "--where",
        "registered:no",
        "--columns",
        "state",
        "--csv",
    ]));
    assert_eq!(one.trim_end(), "state");
    let kept = text(&get(&["carriers", "--view", "kept", "--csv"]));
    assert_eq!(kept.lines().next(), Some("name"));
    for (args, says) in [
        (["users", "--view", "named"], "is a view of registrations"),
        (["users", "--view", "none"], "there are named, kept"),
    ] {
        let refused = get(&args);
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).contains(says), "{}", said(&refused));
    }
}

#[tokio::test]
async fn alerts_are_watched_on_both_apis_in_a_pipe_until_a_signal_ends_it() {
    for api in ["direct", "platform"] {
        let far = Far::start(&["--users", "4", "--api", api]);
        let config = std::fs::read_to_string(&far.config).unwrap();
        let config = config.replace(".alerts]\n", ".alerts]\nsettle_seconds = 1\n");
        assert!(config.contains("settle_seconds"), "{config}");
        std::fs::write(&far.config, config).unwrap();
        let mut child = far
            .command(&["get", "alerts", "--json", "--watch"])
            .env("HOME", far.folder.path().join("home"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let state = far.control(reqwest::Method::GET, "/_org/state", None).await;
        let rows = state["registrations"].as_array().unwrap();
        let row = rows.iter().find(|row| row["registered"] == true).unwrap();
        let (user, device) = (
            row["userId"].as_str().unwrap(),
            row["deviceId"].as_str().unwrap(),
        );
        let path = format!("/_org/users/{user}/registrations/{device}");
        let lost = Some(json!({"registered": false}));
        far.control(reqwest::Method::PUT, &path, lost).await;
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        let alert = lines.find(|alert| alert["device"] == device).unwrap();
        assert_eq!(alert["kind"], "registration_failure", "{api}: {alert}");
        assert_eq!(alert["state"], "open", "{api}: {alert}");
        let pid = child.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(told.success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{api}");
    }
}

#[test]
fn a_secret_with_something_around_it_is_named_by_check_doctor_and_a_refused_sign_in() {
    let far = Far::start(&["--users", "2"]);
    let config: toml::Table = std::fs::read_to_string(&far.config)
        .unwrap()
        .parse()
        .unwrap();
    let profiles = config["profiles"].as_table().unwrap();
    let profile = profiles.values().next().unwrap();
    let place = profile["client_secret_file"].as_str().unwrap();
    let secret = std::fs::read_to_string(place).unwrap();
    let secret = secret.trim();
    std::fs::write(place, format!("\u{feff}{secret} \r\nzweite\n")).unwrap();
    for (args, code) in [
        (&["config", "check"][..], 0),
        (&["doctor"], 3),
        (&["get", "registrations"], 3),
    ] {
        let output = far.run(args);
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{text}");
        for words in [
            "byte order mark",
            "more than one line",
            "white space",
            "CR LF",
            place,
        ] {
            assert!(text.contains(words), "{args:?} {words}: {text}");
        }
        assert!(!text.contains(secret) && !text.contains("zweite"), "{text}");
    }
    std::fs::write(place, format!("{secret}\n")).unwrap();
    let output = far.run(&["config", "check"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("warning: client_secret"));
}
