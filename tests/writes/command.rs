//! `trunkline provision` as a script uses it.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::rig::Rig;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_template_is_valid_for_this_profile_as_it_stands() {
    let rig = Rig::with(&[]).await;
    let template = rig.run(&["provision", "--template"]);
    assert_eq!(template.status.code(), Some(0), "{template:?}");
    let body: Value = serde_json::from_slice(&template.stdout).unwrap();
    assert_eq!(body["edgeId"], "us-east-1-edge-7f3a");
    assert_eq!(body["stunServers"], json!([rig.org.stun().to_string()]));
    let mut child = rig
        .program(&["provision", "-f", "-", "--yes", "--wait", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&template.stdout)
        .unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let end: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&end["outcome"], &end["results"][0]["name"]),
        (&json!("ok"), &body["name"])
    );
    assert_eq!(rig.connections().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_shows_the_very_request_and_sends_nothing() {
    let rig = Rig::with(&[]).await;
    let body = serde_json::to_value(rig.endpoint("edge-01")).unwrap();
    let file = rig.file("body.json", &body);
    let out = rig.run(&["provision", "-f", &file, "--dry-run", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let shown: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(shown["request"]["body"], body);
    assert!(
        shown["request"]["headers"]["Authorization"]
            .as_str()
            .unwrap()
            .contains('•')
    );
    let out = rig.run(&["provision", "-f", &file, "--dry-run"]);
    let request = text(&out.stdout);
    assert!(request.starts_with("POST https://127.0.0.1:"), "{request}");
    assert!(
        text(&out.stderr).contains("stunServers[0]"),
        "the probes run all the same"
    );
    assert_eq!(rig.submits().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_broken_rule_is_exit_2_and_names_its_field_as_the_organisation_does() {
    let rig = Rig::with(&[]).await;
    let kit = rig.kit().await;
    let good = serde_json::to_value(rig.endpoint("edge-01")).unwrap();
    let long = "n".repeat(129);
    let broken = [
        ("name", json!("")),
        ("name", json!(long)),
        ("codecPreferences", json!([])),
        ("codecPreferences", json!(["OPUS", "MP3"])),
        ("codecPreferences", json!(["OPUS", "OPUS"])),
        ("maxConcurrentSessions", json!(0)),
        ("maxConcurrentSessions", json!(10_001)),
        ("stunServers", json!(["stun.example.com"])),
        (
            "turnServers",
            json!(["turn.example.com:443?transport=sctp"]),
        ),
        ("turnServers", json!(["turn.example.com"])),
    ];
    for (field, value) in broken {
        let mut body = good.clone();
        body[field] = value.clone();
        let file = rig.file("body.json", &body);
        let out = rig.run(&["provision", "-f", &file, "--yes"]);
        assert_eq!(out.status.code(), Some(2), "{field} {value}: {out:?}");
        assert!(
            text(&out.stderr).contains(field),
            "{field} {value}: {out:?}"
        );

        let write = trunkline::model::write::Write::json(
            trunkline::model::write::WriteKind::Provision,
            trunkline::model::write::Method::Post,
            &[
                "api",
                "v2",
                "async-jobs",
                "telephony",
                "web-rtc",
                "provision",
            ],
            "edge-01",
            &body,
        );
        let request = kit.client.request(write.unwrap()).unwrap();
        let refused = kit.client.write(&request, |_, _| {}).await.unwrap_err();
        assert_eq!(refused.status(), Some(400), "{field} {value}");
        assert!(refused.to_string().contains(field), "{refused}");
    }
    let out = rig.run(&[
        "provision",
        "-f",
        &rig.file("body.json", &json!({"name": 7})),
        "--yes",
    ]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("name"), "{out:?}");
    assert_eq!(rig.connections().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_profile_sends_nothing_and_says_so() {
    let rig = Rig::with(&[]).await;
    let file = rig.file(
        "body.json",
        &serde_json::to_value(rig.endpoint("edge-01")).unwrap(),
    );
    let out = rig.run(&["--read-only", "provision", "-f", &file, "--yes"]);
    assert_eq!(out.status.code(), Some(1), "{out:?}");
    assert!(text(&out.stderr).contains("read-only"), "{out:?}");
    assert_eq!(rig.submits().await, 0);
    let audit = rig.audit();
    assert_eq!(audit.len(), 1, "the refused write is on record too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_to_ask_and_no_yes_is_a_mistake_of_the_command_line() {
    let rig = Rig::with(&[]).await;
    let file = rig.file(
        "body.json",
        &serde_json::to_value(rig.endpoint("edge-01")).unwrap(),
    );
    let out = rig.run(&["provision", "-f", &file]);
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert!(text(&out.stderr).contains("--yes"), "{out:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_could_not_be_had_is_exit_4() {
    let rig = Rig::with(&["lose-request=1"]).await;
    let file = rig.file(
        "body.json",
        &serde_json::to_value(rig.endpoint("edge-01")).unwrap(),
    );
    let out = rig.run(&["provision", "-f", &file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(4), "{out:?}");
    let end: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(end["outcome"], "unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_variables_of_the_documents_alone_reach_an_organisation() {
    use secrecy::ExposeSecret as _;
    let rig = Rig::with(&[]).await;
    let users = rig.control.state().await;
    assert!(users.is_object());
    let mut command = crate::common::program::program(rig.folder.path());
    let out = command
        .env("SSL_CERT_FILE", rig.org.ca_file())
        .env("GENESYS_HOSTNAME", rig.org.base_url())
        .env("GENESYS_CLIENT_ID", rig.org.client_id())
        .env(
            "GENESYS_CLIENT_SECRET",
            rig.org.client_secret().expose_secret(),
        )
        .args(["get", "registrations", "--json"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let rows: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(rows.as_array().unwrap().len() >= 240, "everyone's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scopes_that_a_profile_asks_for_are_what_it_gets_and_the_log_says_so() {
    let rig = Rig::with(&[]).await;
    let config = std::fs::read_to_string(&rig.config).unwrap();
    let asked = "[profiles.org]\nscopes = [\"callback:read\"]";
    std::fs::write(&rig.config, config.replacen("[profiles.org]", asked, 1)).unwrap();
    let run = |args: &[&str]| {
        rig.program(args)
            .env("TRUNKLINE_LOG", "info")
            .output()
            .unwrap()
    };
    let out = run(&["get", "callbacks", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let out = run(&["get", "carriers"]);
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("telephony:providers:read"), "{said}");
    let log = std::fs::read_to_string(rig.state_dir().join("trunkline.log")).unwrap();
    assert!(log.contains("signed in scopes=callback:read "), "{log}");
}
