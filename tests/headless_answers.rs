//! Answers that no well-behaved organisation gives: what can be used is shown, the rest is said, the exit code tells.

#![allow(
    clippy::unwrap_used,
    reason = "the lint knows test functions but not their helpers"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};

const USERS: &str =
    r#"{"entities":[{"id":"u-1","name":"Ana"},{"name":"no id"}],"total":2,"pageCount":1}"#;
const DEVICES: &str = r#"{"entities":[
    {"userId":"u-1","device":{"id":"d-1"},"registered":true,"activeCodecs":["opus"]},
    {"userId":"u-1","device":{"id":"d-2"}}]}"#;

/// What is answered, with its status, to the list of users and to the registrations of one.
type Script = (u16, &'static str, &'static str);

/// Runs `get registrations --csv` on an organisation that follows the script.
fn get(script: Script) -> Output {
    run(script, &["get", "registrations", "--csv"])
}

/// Runs a command on an organisation that follows the script.
fn run((status, users, devices): Script, command: &[&str]) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test's process: there is nothing to clean up.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), status, users, devices);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let text = format!(
        "[profiles.x]\napi = \"direct\"\nbase_url = \"http://127.0.0.1:{port}\"\nclient_id = \"c\"\nclient_secret_env = \"S\"\n"
    );
    std::fs::write(&config, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_trunkline"))
        .env_clear()
        .env("HOME", folder.path())
        .env("S", "secret")
        .arg("--config")
        .arg(config)
        .args(command)
        .output()
        .unwrap()
}

fn answer(mut stream: TcpStream, status: u16, users: &str, devices: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    let _ = reader.read_line(&mut first);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let _ = reader.read_exact(&mut vec![0; length]);
    let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":7200,"scope":"telephony:users:read websocket:read telephony:providers:read"}"#;
    let (status, body) = match first.as_str() {
        path if path.contains("/oauth/token") => (200, token),
        path if path.contains("/registrations") => (200, devices),
        _ => (status, users),
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_page_that_is_no_page_is_told_with_its_beginning_made_harmless() {
    let output = get((200, "<html>\u{1b}[2J sign in</html>", DEVICES));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(
        said(&output).contains("<html>\\u{1b}[2J"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_permission_that_is_missing_is_told_by_its_scopes() {
    let refusal = r#"{"message":"no","code":"missing.permissions","status":403,"contextId":"c-1"}"#;
    let output = get((403, refusal, DEVICES));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("telephony:users:read"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("c-1"), "{}", said(&output));
}

#[test]
fn entries_without_a_required_field_are_told_while_the_rest_is_shown() {
    let output = get((200, USERS, DEVICES));
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(rows.contains("ok,Ana,d-1,opus,"), "{rows}");
    assert!(
        said(&output).contains("not everything could be used"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_spreadsheet_runs_nothing_that_a_name_says_unless_the_cells_are_asked_for_raw() {
    let users =
        r#"{"entities":[{"id":"u-1","name":"=cmd|' /C calc'!A0"}],"total":1,"pageCount":1}"#;
    let devices = r#"{"entities":[{"userId":"u-1","device":{"id":"@d"},"registered":true,"activeCodecs":["+opus"]}]}"#;
    let of = |format| {
        let output = run((200, users, devices), &["get", "registrations", format]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let safe = of("--csv");
    assert!(
        safe.contains("ok,'=cmd|' /C calc'!A0,'@d,'+opus,"),
        "{safe}"
    );
    let raw = of("--csv-raw");
    assert!(raw.contains("ok,=cmd|' /C calc'!A0,@d,+opus,"), "{raw}");
    let json = of("--json");
    assert!(json.contains(r#""user": "=cmd|' /C calc'!A0""#), "{json}");
}
