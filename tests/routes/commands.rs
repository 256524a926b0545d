//! `trunkline route` as a script runs it.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::ground::{Ground, quiet};

struct Desk(Ground);

impl Desk {
    async fn start() -> Self {
        Self(Ground::start(quiet(1, "direct")).await)
    }

    fn route(&self, name: &str, destination: &str) -> Value {
        json!({
            "name": name, "type": "webhook", "uri": self.0.destination(destination), "uris": [],
            "retryPolicy": {"maxRetries": 1, "retryInterval": 1.0, "backoffFactor": 2.0},
            "eventFilters": [{"eventType": "routing.queue.entered"}],
            "headers": {"X-Token": "hunter2"},
        })
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = self.0.program(&[&["route"], arguments].concat());
        command.env("TRUNKLINE_OPERATOR", "ana");
        let run = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = run.await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        (code, text(output.stdout), text(output.stderr))
    }
}

fn read(out: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

#[tokio::test]
async fn a_route_goes_from_a_file_to_the_list_and_away_again() {
    let desk = Desk::start().await;
    let file = desk.0.file("a.json", &desk.route("from-a-file", "healthy"));
    let (code, out, err) = desk.run(&["deploy", "-f", &file]).await;
    assert_eq!(code, 2, "nobody can be asked");
    assert!(
        err.contains("--yes") && !out.contains("hunter2"),
        "{out}{err}"
    );

    let (code, out, err) = desk.run(&["deploy", "-f", &file, "--yes", "--json"]).await;
    assert_eq!(code, 0, "{err}");
    let done = read(&out);
    assert_eq!(
        (&done["outcome"], &done["route"]["name"]),
        (&json!("ok"), &json!("from-a-file"))
    );
    assert_eq!(done["verdicts"][0]["status"], 200);

    let (_, out, _) = desk.run(&["list", "--json"]).await;
    let listed = read(&out);
    let ours = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|route| route["name"] == "from-a-file");
    assert_eq!(ours.unwrap()["drift"], "as deployed");
    assert!(!out.contains("hunter2"));
    let (_, table, _) = desk.run(&["list"]).await;
    assert!(table.starts_with("STATE"), "{table}");

    let (_, out, _) = desk.run(&["show", "from-a-file", "--json"]).await;
    let shown = read(&out);
    assert_eq!(shown["deployments"][0]["operator"], "ana");
    assert!(shown["deliveries"].is_array(), "{shown}");
    let (_, body, _) = desk.run(&["show", "from-a-file", "--body"]).await;
    assert_eq!(
        read(&body)["headers"]["X-Token"],
        "hunter2",
        "a body to deploy from is whole"
    );

    assert_eq!(desk.run(&["delete", "nobody", "--yes"]).await.0, 2);
    let (code, _, err) = desk.run(&["delete", "from-a-file", "--yes"]).await;
    assert_eq!(code, 0, "{err}");
    assert_eq!(desk.run(&["show", "from-a-file"]).await.0, 2);
}

#[tokio::test]
async fn every_broken_rule_is_exit_2_and_names_its_field() {
    let desk = Desk::start().await;
    for (n, (pointer, value, field)) in [
        ("/name", json!(""), "name: "),
        ("/type", json!("email"), "type: "),
        ("/uri", json!("http://bus.example.com"), "uri: "),
        ("/uri", json!("https:///in"), "uri: "),
        (
            "/uris",
            json!(vec!["https://bus.example.com"; 11]),
            "uris: ",
        ),
        ("/uris", json!(["bus"]), "uris[0]: "),
        (
            "/retryPolicy/maxRetries",
            json!(6),
            "retryPolicy.maxRetries: ",
        ),
        (
            "/retryPolicy/maxRetries",
            json!("3"),
            "retryPolicy.maxRetries: ",
        ),
        (
            "/retryPolicy/retryInterval",
            json!(0),
            "retryPolicy.retryInterval: ",
        ),
        (
            "/retryPolicy/backoffFactor",
            json!(0.9),
            "retryPolicy.backoffFactor: ",
        ),
        ("/eventFilters", json!([]), "eventFilters: "),
        ("/headers", json!({"X": "a\nb"}), "headers.X: "),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = desk.route("invalid", "healthy");
        *body.pointer_mut(pointer).unwrap() = value;
        let file = desk.0.file(&format!("{n}.json"), &body);
        let (code, _, err) = desk.run(&["deploy", "-f", &file, "--yes"]).await;
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains(field) && err.contains("nothing was sent"),
            "{field}: {err}"
        );
    }
}

#[tokio::test]
async fn verify_tells_good_from_bad_and_changes_nothing() {
    let desk = Desk::start().await;
    let (code, out, _) = desk.run(&["verify", "queue-events"]).await;
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("reachable"), "{out}");
    let file = desk.0.file("bad.json", &desk.route("bad", "expired"));
    let (code, out, _) = desk.run(&["verify", "-f", &file, "--json"]).await;
    assert_eq!(code, 1, "{out}");
    assert!(read(&out)[0]["tls"].get("failed").is_some(), "{out}");
    let (code, _, err) = desk.run(&["deploy", "-f", &file, "--yes"]).await;
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("expired"), "{err}");
}

#[tokio::test]
async fn a_folder_is_planned_applied_and_then_the_same() {
    let desk = Desk::start().await;
    let file = |name: &str, body: &Value| desk.0.file(&format!("wanted/{name}"), body);
    file("a.json", &desk.route("first", "healthy"));
    file("b.json", &desk.route("second", "slow"));
    file("notes.txt", &json!("not a route"));
    let folder = desk.0.folder.path().join("wanted");
    let folder = folder.to_string_lossy();

    let (code, plan, _) = desk.run(&["apply", &folder, "--plan"]).await;
    assert_eq!(code, 0);
    assert!(
        plan.contains("2 to create, 0 to update, 0 the same"),
        "{plan}"
    );
    let (code, out, err) = desk.run(&["apply", &folder, "--yes", "--json"]).await;
    assert_eq!(code, 0, "{err}");
    assert_eq!(read(&out)["done"].as_array().unwrap().len(), 2);

    let mut changed = desk.route("first", "healthy");
    changed["retryPolicy"]["maxRetries"] = json!(4);
    file("a.json", &changed);
    let (_, plan, _) = desk.run(&["apply", &folder, "--plan"]).await;
    assert!(plan.contains("~ retryPolicy.maxRetries: 1 -> 4"), "{plan}");
    assert!(
        plan.contains("0 to create, 1 to update, 1 the same"),
        "{plan}"
    );
    let (_, out, _) = desk.run(&["apply", &folder, "--yes", "--json"]).await;
    let done = read(&out);
    assert_eq!(
        done["done"].as_array().unwrap().len(),
        1,
        "what is the same is left alone"
    );
    let (_, plan, _) = desk.run(&["apply", &folder, "--plan"]).await;
    assert!(plan.contains("2 the same"), "{plan}");

    file("c.json", &desk.route("first", "healthy"));
    let (code, _, err) = desk.run(&["apply", &folder, "--plan"]).await;
    assert!(code == 2 && err.contains("same name"), "{err}");
    assert!(Path::new(&*folder).join("c.json").exists());
    file("c.json", &json!({"name": 7}));
    let (code, _, err) = desk.run(&["apply", &folder, "--plan"]).await;
    assert!(code == 2 && err.contains("c.json"), "{err}");
}

#[tokio::test]
async fn why_a_route_was_changed_stands_with_its_deployment_and_on_record() {
    let desk = Desk::start().await;
    let file = desk.0.file("a.json", &desk.route("noted", "healthy"));
    let why = "CHG-4711: the old bus is switched off";
    let deploy = ["deploy", "-f", &file, "--note", why, "--yes"];
    let (code, _, err) = desk.run(&deploy).await;
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = desk.run(&["show", "noted", "--json"]).await;
    assert_eq!(read(&out)["deployments"][0]["why"], why);
    let noted = desk.0.audit();
    let noted = noted
        .iter()
        .filter(|line| line.extra.get("why") == Some(&json!(why)));
    assert!(noted.count() >= 1);
    // It is no part of what is sent.
    let (_, body, _) = desk.run(&["show", "noted", "--body"]).await;
    assert_eq!(read(&body).get("why"), None);
}

#[tokio::test]
async fn a_test_event_goes_to_every_destination_with_the_route_s_headers() {
    let desk = Desk::start().await;
    let mut body = desk.route("tested", "healthy");
    let file = desk.0.file("a.json", &body);
    assert_eq!(desk.run(&["deploy", "-f", &file, "--yes"]).await.0, 0);
    let (code, out, err) = desk.run(&["test", "tested", "--yes", "--json"]).await;
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(read(&out)["outcome"], "ok");
    let told = desk.0.control.get("/_org/destinations").await;
    let told = told["deliveries"].as_array().unwrap();
    let test = told
        .iter()
        .find(|one| one["body"]["event"] == "trunkline.test");
    let test = test.unwrap_or_else(|| panic!("{told:?}"));
    assert!(test["headers"]["x-token"].is_string(), "{test}");
    let lines = desk.0.audit();
    let tests = lines
        .iter()
        .filter(|line| line.action.raw() == "route.test");
    let ends: Vec<&str> = tests.map(|line| line.status.word()).collect();
    assert_eq!(ends, ["intent", "ok"]);
    // Where one does not take it, it is named.
    body["name"] = json!("half");
    body["uris"] = json!([desk.0.destination("redirecting")]);
    let file = desk.0.file("b.json", &body);
    assert_eq!(desk.run(&["deploy", "-f", &file, "--yes"]).await.0, 0);
    let (code, _, err) = desk.run(&["test", "half", "--yes"]).await;
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("1 of 2 took it") && err.contains("302"),
        "{err}"
    );
    assert_eq!(desk.run(&["test", "nobody", "--yes"]).await.0, 2);
}
