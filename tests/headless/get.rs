//! `get KIND` for every kind: its flags, its views, its watch.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{Far, program, said};

#[test]
fn every_kind_is_read_on_both_apis_by_the_same_flags() {
    let kinds = program(std::env::temp_dir())
        .args(["get", "--kinds"])
        .output()
        .unwrap();
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
            let output = far.run(&[&["get"], args].concat());
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
        let sites: Value = serde_json::from_str(&get(&["sites", "--json"])).unwrap();
        let phones = sites.as_array().unwrap().iter();
        let phones: u64 = phones.map(|site| site["phones"].as_u64().unwrap()).sum();
        assert_eq!(
            rows(&["registrations", "--csv"]) as u64,
            1 + phones,
            "{api}: {sites}"
        );
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
    let state = far.control.state().await;
    let rows = state["registrations"].as_array().unwrap();
    let row = rows.iter().find(|row| row["userId"] == user).unwrap();
    let device = row["deviceId"].as_str().unwrap();
    let turned = !row["registered"].as_bool().unwrap();
    let body = json!({"registered": turned});
    far.control.register(user, device, &body).await;
    let changed = lines.find(|line| line["userId"] == user && *line != first);
    assert_eq!(changed.unwrap()["userId"], user);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_view_gives_a_command_its_rows_their_order_and_their_columns() {
    let far = Far::start(&["--users", "6"]);
    let profile = std::fs::read_to_string(&far.config).unwrap();
    let views = "[views.named]\npane = \"registrations\"\nfilter = \"registered:yes\"\nsort = \"-user\"\ncolumns = [\"user\", \"deviceId\"]\n";
    std::fs::write(&far.config, format!("{profile}\n{views}")).unwrap();
    // One that the console has kept: what stands below the header is the same.
    let name = profile
        .lines()
        .find_map(|line| line.strip_prefix("[profiles."));
    let name = name.unwrap().trim_end_matches(']').to_owned();
    let folder = far
        .folder
        .path()
        .join(".local/state/trunkline/views")
        .join(&name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("kept.toml"),
        "pane = \"carriers\"\ncolumns = [\"name\"]\n",
    )
    .unwrap();
    let get = |args: &[&str]| far.run(&[&["get"], args].concat());
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
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let state = far.control.state().await;
        let rows = state["registrations"].as_array().unwrap();
        let row = rows.iter().find(|row| row["registered"] == true).unwrap();
        let (user, device) = (
            row["userId"].as_str().unwrap(),
            row["deviceId"].as_str().unwrap(),
        );
        let lost = json!({"registered": false});
        far.control.register(user, device, &lost).await;
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
