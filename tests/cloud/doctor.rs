//! `trunkline doctor`: the real program walks the way, names what fails, and gives one piece of advice.

use std::os::unix::fs::DirBuilderExt as _;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::ground::{Ground, faulty, quiet};
use crate::common::server::{Seen, Server, answer, token};

async fn doctor(folder: &std::path::Path, change: impl Fn(&mut Command)) -> Output {
    let state = folder.join("state/trunkline");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)
        .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command
        .arg("--config")
        .arg(folder.join("config.toml"))
        .args(["doctor", "--json"])
        .env("XDG_STATE_HOME", folder.join("state"))
        .env_remove("HTTPS_PROXY")
        .env_remove("ALL_PROXY");
    change(&mut command);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn verdicts(output: &Output) -> Vec<(String, String)> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = report["steps"].as_array().unwrap();
    let word = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    steps
        .iter()
        .map(|step| (word(step, "step"), word(step, "verdict")))
        .collect()
}

fn advice(output: &Output) -> String {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["advice"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_to_the_embedded_organisation_works_on_both_apis() {
    for api in ["direct", "platform"] {
        let ground = Ground::start(quiet(3, api)).await;
        let output = doctor(ground.folder.path(), |_| {}).await;
        let steps = verdicts(&output);
        for step in [
            "configuration",
            "secret",
            "cloud status",
            "proxy",
            "DNS",
            "TLS",
            "clock",
            "token",
            "read",
            "socket",
            "limits",
            "state",
        ] {
            let verdict = steps
                .iter()
                .find(|(name, _)| name == step)
                .map(|(_, verdict)| verdict.as_str());
            assert_eq!(
                verdict,
                Some("ok"),
                "{api} {step}: {steps:?}\n{}",
                advice(&output)
            );
        }
        assert_eq!(output.status.code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_is_not_well_is_what_to_look_at_and_no_fault() {
    for (fault, said) in [
        (
            "cloud=degraded",
            "cloud status: degraded, Voice eu-central-1, since ",
        ),
        ("cloud=silent", "cloud status: GET https://127.0.0.1"),
    ] {
        let ground = Ground::start(faulty(3, "direct", &[fault])).await;
        let output = doctor(ground.folder.path(), |_| {}).await;
        let advice = advice(&output);
        assert!(advice.contains(said), "{advice}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_fault_is_the_advice_and_what_comes_after_it_was_not_reached() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::plain(|seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" => answer(401, r#"{"error":"invalid_client"}"#),
        _ => token(before),
    })
    .await;
    let written = format!(
        "profile = \"lab\"\n[profiles.lab]\nbase_url = \"{}\"\nclient_id = \"noc\"\nclient_secret_env = \"LAB\"\n",
        server.url()
    );
    std::fs::write(folder.path().join("config.toml"), written).unwrap();
    let output = doctor(folder.path(), |command| {
        command.env("LAB", "canary-secret");
    })
    .await;
    assert_eq!(output.status.code(), Some(3), "{}", advice(&output));
    assert!(
        advice(&output).starts_with("Begin with token: Signing in failed"),
        "{}",
        advice(&output)
    );
    assert!(!String::from_utf8_lossy(&output.stdout).contains("canary-secret"));
    let steps = verdicts(&output);
    assert!(
        steps.contains(&("socket".to_owned(), "skipped".to_owned())),
        "{steps:?}"
    );

    let unset = doctor(folder.path(), |command| {
        command.env_remove("LAB");
    })
    .await;
    assert_eq!(unset.status.code(), Some(2));
    assert!(
        advice(&unset).contains("Begin with secret") && advice(&unset).contains("LAB"),
        "{}",
        advice(&unset)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_profile_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = doctor(folder.path(), |_| {}).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        advice(&output).contains("Begin with configuration"),
        "{}",
        advice(&output)
    );
}
