//! What one command prints, another takes: shown and deployed again, listed and booked again.

use serde_json::{Value, json};

use super::{Far, said};

const APIS: [&str; 2] = ["direct", "platform"];

fn start(api: &str) -> Far {
    Far::start(&["--api", api, "--users", "2", "--rate-limit", "0"])
}

fn file(far: &Far, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = far.folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What deploying a file would do: the exit code, what was printed, and what was said.
fn dry_run(far: &Far, path: &str) -> (Option<i32>, String, String) {
    let output = far.run(&["route", "deploy", "-f", path, "--dry-run"]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), printed, said(&output))
}

#[test]
fn every_route_that_is_shown_is_deployed_again_without_a_difference() {
    for api in APIS {
        let far = start(api);
        let listed = far.run(&["route", "list", "--json"]);
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let mut whole = 0;
        for route in listed.as_array().unwrap() {
            let id = route["id"].as_str().unwrap();
            let body = far.run(&["route", "show", id, "--body"]);
            let path = file(&far, "body.json", &body.stdout);
            let (_, printed, said) = dry_run(&far, &path);
            assert!(
                printed.contains("no difference from what is there"),
                "{api} {id}: {printed}{said}"
            );
            let shown = far.run(&["route", "show", id]);
            let path = file(&far, "shown.json", &shown.stdout);
            let (code, printed, said) = dry_run(&far, &path);
            if said.contains("masked") {
                assert_eq!(code, Some(2), "{api} {id}");
                assert!(said.contains("--body") && printed.is_empty(), "{said}");
            } else {
                assert!(
                    printed.contains("no difference from what is there"),
                    "{api} {id}: {printed}{said}"
                );
                whole += 1;
            }
        }
        // Every webhook of the organisation carries something that is masked.
        assert!(
            whole > 0 || api == "direct",
            "{api}: nothing was shown whole"
        );
    }
}

#[test]
fn the_id_in_a_file_says_which_route_it_is_of() {
    let far = start("platform");
    let listed = far.run(&["route", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let routes = listed.as_array().unwrap();
    let shown = |id: &str| -> Value {
        let output = far.run(&["route", "show", id, "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let triggers: Vec<Value> = routes
        .iter()
        .map(|route| shown(route["id"].as_str().unwrap()))
        .filter(|body| body["kind"] == "trigger")
        .collect();
    let (mut one, other) = (triggers[0].clone(), triggers[1].clone());
    let id = one["id"].as_str().unwrap().to_owned();
    // By its name it would be the other one.
    one["name"] = other["name"].clone();
    let path = file(&far, "one.json", one.to_string());
    let (code, printed, told) = dry_run(&far, &path);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        printed.starts_with("PUT ") && printed.contains(&format!("/triggers/{id}\n")),
        "{printed}"
    );
    assert!(
        printed.contains("\n~ name: "),
        "the new name is the difference: {printed}"
    );
    let output = far.run(&[
        "route",
        "deploy",
        "-f",
        &path,
        "--id",
        "another",
        "--dry-run",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("id: "), "{}", said(&output));
    let folder = far.folder.path().join("desired");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("one.json"), one.to_string()).unwrap();
    let planned = || {
        far.run(&[
            "route",
            "apply",
            folder.to_str().unwrap(),
            "--plan",
            "--json",
        ])
    };
    let output = planned();
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let plan = &plan["plan"][0];
    assert_eq!(
        (&plan["action"], &plan["id"]),
        (&json!("update"), &json!(id))
    );
    std::fs::write(folder.join("two.json"), other.to_string()).unwrap();
    assert_eq!(planned().status.code(), Some(2), "two files of one name");
    let mut two = one.clone();
    two["name"] = json!("of its own");
    std::fs::write(folder.join("two.json"), two.to_string()).unwrap();
    let output = planned();
    assert_eq!(output.status.code(), Some(2), "two files of one route");
    assert!(
        said(&output).contains("a route of the same id"),
        "{}",
        said(&output)
    );
    one["id"] = json!("00000000-0000-4000-8000-00000000dead");
    let (code, printed, told) = dry_run(&far, &file(&far, "gone.json", one.to_string()));
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{told}");
    assert!(
        told.contains("Take the id out to deploy it as a new route"),
        "{told}"
    );
}

#[test]
fn a_mistake_in_a_file_is_told_in_plain_words_with_its_line() {
    let far = start("platform");
    for (text, says) in [
        ("", "it is empty"),
        (
            "{\n \"name\": \"t\",\n}",
            "it is no JSON: there is a comma too many (line 3, column 1)",
        ),
        (
            "{\n \"name\": \"t\",\n \"topicName\": \"v2.x\"\n}",
            "target: missing (line 1). Add it.",
        ),
        (
            "{\n \"name\": \"t\",\n \"topicName\": \"v2.x\",\n \"target\": \"w\"\n}",
            "target: it must be an object, and is the text \"w\" (line 4)",
        ),
    ] {
        let (code, _, told) = dry_run(&far, &file(&far, "t.json", text));
        assert_eq!(code, Some(2), "{text}: {told}");
        assert!(told.contains(says), "{text}: {told}");
        let path = file(&far, "b.json", text);
        for command in [["callback", "book"], ["provision", "--dry-run"]] {
            let output = far.run(&[&command[..], &["-f", &path]].concat());
            let told = said(&output);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {told}");
            for word in ["`", "EOF", "expected", "invalid", "struct"] {
                assert!(!told.contains(word), "{command:?}: {told}");
            }
        }
    }
}

#[test]
fn a_list_of_callbacks_is_no_file_to_book_from_and_says_so() {
    for api in APIS {
        let far = start(api);
        let list = far.run(&["callback", "list", "--csv-raw"]);
        let path = file(&far, "list.csv", &list.stdout);
        let output = far.run(&["callback", "book", "--csv", &path, "--yes"]);
        assert_eq!(output.status.code(), Some(2));
        let said = said(&output);
        assert!(said.contains("callback_number, queue_id, start"), "{said}");
        assert!(said.contains("masked"), "{said}");
    }
}

#[test]
fn a_trigger_as_the_published_api_has_it_is_judged_at_its_fields_before_anything_is_sent() {
    let far = start("platform");
    let published = json!({
        "name": "t", "topicName": "v2.detail.events.conversation.{id}.acd.end", "enabled": true, "matchCriteria": [],
        "target": {"type": "Workflow", "id": "00000000-0000-4000-8000-000000000001"}, "eventTTLSeconds": 60,
    });
    let (code, printed, told) = dry_run(&far, &file(&far, "t.json", published.to_string()));
    assert_eq!(code, Some(0), "{told}");
    assert!(
        printed.starts_with("POST ") && printed.contains("a new route"),
        "{printed}"
    );
    assert!(
        told.contains("dry run: a new route, nothing sent"),
        "{told}"
    );
    let criterion = |criterion: Value| json!([criterion]);
    let path = "mediaType";
    for (field, value, says) in [
        (
            "matchCriteria",
            criterion(json!({"jsonPath": path, "operator": "In", "value": "VOICE"})),
            "matchCriteria[0].value: In compares with a list",
        ),
        (
            "matchCriteria",
            criterion(json!({"jsonPath": path, "operator": "In", "values": "[\"VOICE\"]"})),
            "matchCriteria[0].values: it must be a list, and is the text",
        ),
        (
            "matchCriteria",
            criterion(json!({"jsonPath": path, "operator": "GreaterThan", "value": "30"})),
            "matchCriteria[0].value: GreaterThan compares with a number",
        ),
        (
            "matchCriteria",
            criterion(json!({"jsonPath": "a[?(", "operator": "Equal", "value": "x"})),
            "matchCriteria[0].jsonPath: ",
        ),
        (
            "matchCriteria",
            criterion(json!({"jsonPath": path, "operator": "Exists"})),
            "matchCriteria[0].value: Exists needs a value",
        ),
        (
            "matchCriteria",
            criterion(json!({"jsonPath": path, "operator": "Regex", "value": "x"})),
            "matchCriteria[0].operator: one of ",
        ),
        ("delayBySeconds", json!(60), "delayBySeconds: either "),
        (
            "topicName",
            json!("v2.detail.events.conversation.7a1c2f0e-1111-4222-8333-444455556666.acd.end"),
            "topicName: a trigger looks at all of them",
        ),
        (
            "topicName",
            json!("v2.conversations.{id}.ended"),
            "topicName: the organisation has no such topic",
        ),
    ] {
        let mut body = published.clone();
        body[field] = value;
        let (code, printed, told) = dry_run(&far, &file(&far, "t.json", body.to_string()));
        assert_eq!(code, Some(2), "{says}: {told}");
        assert!(told.contains(says), "{says}: {told}");
        assert!(
            told.contains("nothing was sent") && printed.is_empty(),
            "{told}"
        );
    }
}
