//! The guided arrival: what was answered is tried for real, and only then written.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use super::Far;
use crate::common::program::{program, said};

/// The profile of an organisation, as its answers: address, client, place of the secret, authority.
fn answers(far: &Far) -> [String; 4] {
    let text = std::fs::read_to_string(&far.config).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let org = &file["profiles"]["org"];
    let of = |key: &str| org[key].as_str().unwrap().to_owned();
    let beside = |key: &str| far.folder.path().join(of(key)).to_str().unwrap().to_owned();
    [
        of("base_url"),
        of("client_id"),
        beside("client_secret_file"),
        beside("ca_file"),
    ]
}

fn guided(home: &Path, lines: &[&str]) -> Output {
    let mut child = program(home)
        .args(["config", "init", "--guided"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all((lines.join("\n") + "\n").as_bytes())
        .unwrap();
    drop(input);
    child.wait_with_output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn what_signs_in_is_written_and_nothing_else() {
    let far = Far::start(&["--users", "3"]);
    let [address, client, secret, authority] = &answers(&far);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/trunkline/config.toml");
    let wrong = guided(
        home.path(),
        &[address, "nobody", secret, authority, "", "first", "no"],
    );
    assert!(
        printed(&wrong).contains("FAULT    token"),
        "{}",
        printed(&wrong)
    );
    assert!(!file.exists(), "nothing is written that was not wanted");
    let right = guided(
        home.path(),
        &[address, client, secret, authority, "", "first", "yes"],
    );
    let told = printed(&right);
    assert!(told.contains("ok       read           3 users"), "{told}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("read_only = true"), "{written}");
    let got = program(home.path())
        .args(["get", "registrations", "--json"])
        .output()
        .unwrap();
    assert_eq!(got.status.code(), Some(0), "{}", said(&got));
    let again = guided(home.path(), &[address]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
}

#[tokio::test]
async fn the_permission_that_a_client_lacks_is_named_before_anything_is_written() {
    let lacks = ["--api", "platform", "--without", "telephony:plugin:all"];
    let far = Far::start(&[&["--users", "3"][..], &lacks].concat());
    let [address, client, secret, authority] = &answers(&far);
    let home = tempfile::tempdir().unwrap();
    let platform = format!("platform {address}");
    let lines: [&str; 7] = [&platform, client, secret, authority, "", "", "no"];
    let told = printed(&guided(home.path(), &lines));
    assert!(told.contains("FAULT    read"), "{told}");
    assert!(told.contains("telephony:plugin:all"), "{told}");
    assert!(!home.path().join(".config/trunkline/config.toml").exists());
}
