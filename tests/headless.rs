//! The commands without a screen, as a script runs them: the real program against the embedded organisation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "headless/alerts.rs"]
mod alerts;
#[path = "headless/answers.rs"]
mod answers;
#[path = "headless/codes.rs"]
mod codes;
#[path = "common/all.rs"]
mod common;
#[path = "headless/complete.rs"]
mod complete;
#[path = "headless/get.rs"]
mod get;
#[path = "headless/guided.rs"]
mod guided;
#[path = "headless/pipes.rs"]
mod pipes;
#[path = "headless/report.rs"]
mod report;
#[path = "headless/rounds.rs"]
mod rounds;
#[path = "headless/six.rs"]
mod six;
#[path = "headless/telephony.rs"]
mod telephony;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use common::child::Far;
use common::program::{program, said};

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
    let state = far.control.state().await;
    assert_eq!(facts(&rows), facts(&state["registrations"]));
}

#[tokio::test]
async fn hostile_text_is_byte_true_in_json_and_harmless_everywhere_else() {
    let far = Far::start(&["--users", "3"]);
    let hostile = "x\u{1b}]0;owned\u{7}\u{202e}";
    let state = far.control.state().await;
    let user = state["registrations"][0]["userId"].as_str().unwrap();
    let body = json!({"registered": true, "codec": hostile});
    far.control.register(user, "hostile", &body).await;

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
    let state = far.control.state().await;
    let (user, device) = (
        &state["registrations"][0]["userId"],
        &state["registrations"][0]["deviceId"],
    );
    let (user, device) = (user.as_str().unwrap(), device.as_str().unwrap());
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
    assert!(first.iter().any(|row| row["deviceId"] == device));
    let body = json!({"registered": false, "codec": "PCMA"});
    far.control.register(user, device, &body).await;
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
        let mut child = far
            .command(&["get", "registrations", "--watch", "--json"])
            .env("TRUNKLINE_LOG", "trace")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let state = far.control.state().await;
        let row = &state["registrations"][0];
        let (user, device) = (
            row["userId"].as_str().unwrap(),
            row["deviceId"].as_str().unwrap(),
        );
        // A row that is live has a socket behind it: the upgrade has been made.
        for line in lines.map(Result::unwrap) {
            let row: Value = serde_json::from_str(&line).unwrap();
            if row["source"] == "live" {
                break;
            }
            if row["deviceId"] == device {
                let body = json!({"registered": row["state"] != "ok"});
                far.control.register(user, device, &body).await;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let log = far
            .folder
            .path()
            .join(".local/state/trunkline/trunkline.log");
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
    let port = far.control.base.rsplit(':').next().unwrap().to_owned();

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

    far.control.fault(&json!({"http-500": 1.0})).await;
    let broken = far.run(get);
    assert_eq!(broken.status.code(), Some(4));
    assert!(said(&broken).contains("500"), "{}", said(&broken));
}

#[test]
fn without_a_profile_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path())
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
        let output = program(std::env::temp_dir()).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains(contains));
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
