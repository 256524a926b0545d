//! `trunkline probe` as a script runs it: text, JSON and exit codes, without a profile and with one.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::servers::{Authority, self_signed};

/// Runs the program in a world of its own.
async fn run(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trunkline"))
        .arg("probe")
        .args(args)
        .env_clear()
        .env("HOME", home)
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn exit_codes_tell_valid_refused_and_unreachable_apart() {
    let home = tempfile::tempdir().unwrap();
    let ca = Authority::new("Ours");
    let pem = home.path().join("ca.pem");
    std::fs::write(&pem, &ca.pem).unwrap();
    let pem = pem.to_str().unwrap();
    let good = ca.issue("127.0.0.1", (-1, 90)).serve().await.to_string();
    let soon = ca.issue("127.0.0.1", (-80, 12)).serve().await.to_string();
    let alone = self_signed("127.0.0.1").serve().await.to_string();
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for (target, code, state, warning) in [
        (&good, 0, "  valid  ", false),
        (&soon, 0, "  expiring  ", true),
        (&alone, 1, "  untrusted: self-signed  ", false),
        (&gone, 4, "  unreachable  ", false),
    ] {
        let output = run(home.path(), &["tls", target, "--ca-file", pem]).await;
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert_eq!(output.status.code(), Some(code), "{out}{err}");
        assert!(out.starts_with(&format!("tls:{target}{state}")), "{out}");
        assert_eq!(err.contains("warning"), warning, "{err}");
    }
    let output = run(home.path(), &["tls", "host:0"]).await;
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn a_profile_brings_its_authority_and_json_holds_the_chain() {
    let home = tempfile::tempdir().unwrap();
    let ca = Authority::new("Ours");
    std::fs::write(home.path().join("ca.pem"), &ca.pem).unwrap();
    let config = home.path().join("config.toml");
    let text = "[profiles.lab]\nbase_url = \"https://127.0.0.1:1\"\nclient_id = \"id\"\nclient_secret_env = \"NONE\"\nca_file = \"ca.pem\"\n\
                [profiles.lab.probes]\nexpiring_days = 100\n";
    std::fs::write(&config, text).unwrap();
    let at = ca.issue("127.0.0.1", (-1, 90)).serve().await.to_string();
    let config = config.to_str().unwrap();
    let output = run(home.path(), &["tls", &at, "--json", "--config", config]).await;
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(found["state"], "expiring", "by the profile's threshold");
    assert_eq!(found["target"]["address"], Value::String(at));
    let tls = &found["outcome"]["tls"];
    assert_eq!(tls["days_left"], 90);
    assert_eq!(tls["chain"][0]["sans"][0], "127.0.0.1");
    let until = tls["chain"][0]["not_after"].as_str().unwrap();
    assert!(until.parse::<jiff::Timestamp>().is_ok(), "{until}");
}
