//! A folder of endpoints: what is missing is made, what drifted is told, and what the organisation says before a submit.

use serde_json::{Value, json};

use crate::common::program::{answer, said};
use crate::rig::Rig;

/// A folder with an endpoint for each name.
fn folder(rig: &Rig, names: &[&str]) -> String {
    let folder = rig.folder.path().join("endpoints");
    std::fs::create_dir_all(&folder).unwrap();
    for name in names {
        let body = serde_json::to_string(&rig.endpoint(name)).unwrap();
        std::fs::write(folder.join(format!("{name}.json")), body).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

fn words(out: &std::process::Output) -> Vec<(String, String)> {
    let answer = answer(out);
    let plan = answer["plan"].as_array().unwrap().clone();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    plan.iter()
        .map(|one| (text(one, "name"), text(one, "action")))
        .collect()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, action)| ((*name).to_owned(), (*action).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_made_what_drifted_is_told_and_nothing_is_made_twice() {
    let rig = Rig::with(&[]).await;
    let folder = folder(&rig, &["edge-a", "edge-b"]);
    let plan = ["provision", "apply", &folder, "--plan", "--json"];
    let out = rig.run(&plan);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let both = told(&[("edge-a", "create"), ("edge-b", "create")]);
    assert_eq!(words(&out), both);
    assert_eq!(rig.submits().await, 0);
    let dry = rig.run(&["provision", "apply", &folder, "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0), "{}", said(&dry));
    assert_eq!(rig.submits().await, 0);

    let go = ["provision", "apply", &folder, "--wait", "--yes", "--json"];
    let out = rig.run(&go);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let done = answer(&out)["done"].clone();
    assert_eq!(done.as_array().unwrap().len(), 2, "{done}");
    assert_eq!(
        (&done[0]["outcome"], &done[0]["results"][0]["name"]),
        (&json!("ok"), &json!("edge-a"))
    );
    assert_eq!(rig.connections().await, 2);

    // Once more: nothing to do, and what a file says otherwise since is drift.
    let again = rig.run(&go);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let same = told(&[("edge-a", "same"), ("edge-b", "same")]);
    assert_eq!(words(&again), same);
    let mut changed = rig.endpoint("edge-b");
    changed.max_concurrent_sessions += 1;
    let file = format!("{folder}/edge-b.json");
    std::fs::write(&file, serde_json::to_string(&changed).unwrap()).unwrap();
    let out = rig.run(&go);
    assert_eq!(out.status.code(), Some(1), "drift is not as it should be");
    let plan = answer(&out)["plan"].clone();
    assert_eq!(plan[1]["action"], "drift");
    let change = plan[1]["changes"][0].as_str().unwrap();
    assert!(change.starts_with("maxConcurrentSessions: "), "{change}");
    assert_eq!(rig.submits().await, 2);

    let listed = rig.run(&["get", "endpoints", "--json"]);
    let listed = answer(&listed);
    let rows = listed.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{listed}");
    assert!(
        rows.iter()
            .all(|row| row["state"] == "provisioned" && row["edge"] == "us-east-1-edge-7f3a"),
        "{listed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_with_a_mistake_makes_nothing_and_names_its_file() {
    let rig = Rig::with(&[]).await;
    let folder = folder(&rig, &["edge-a"]);
    std::fs::copy(
        format!("{folder}/edge-a.json"),
        format!("{folder}/edge-copy.json"),
    )
    .unwrap();
    let out = rig.run(&["provision", "apply", &folder, "--yes"]);
    assert_eq!(out.status.code(), Some(2), "{}", said(&out));
    assert!(
        said(&out).contains("edge-copy.json: name"),
        "{}",
        said(&out)
    );
    assert_eq!(rig.submits().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_without_room_and_a_name_that_is_taken_are_told_before_the_submit() {
    let rig = Rig::with(&[]).await;
    let kit = rig.kit().await;
    rig.provision(&kit, rig.endpoint("taken")).await;
    let mut body = rig.endpoint("taken");
    body.edge_id = "af-west-1-edge-0b17".into();
    let file = rig.file("full.json", &serde_json::to_value(&body).unwrap());
    let out = rig.run(&["provision", "-f", &file, "--dry-run"]);
    let said = said(&out);
    assert!(
        said.contains("warning: edgeId: AF West 1 has 0 of 4000 sessions free"),
        "{said}"
    );
    assert!(said.contains("warning: name: job-"), "{said}");
}
