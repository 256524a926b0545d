//! Webhooks for jobs: registered, delivered for real, with their own troubles (contract §7).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::client::{Bench, HANG};
use crate::jobs::{body, ended, quick, submit};

const HOOKS: &str = "/api/v2/platform/webhooks";

/// A registration whose deliveries end at the organisation's own sink.
fn hook(bench: &Bench, name: &str) -> Value {
    json!({
        "name": name, "description": "", "enabled": true, "type": "http", "uri": bench.url(&format!("/_org/webhooks/{name}")),
        "events": ["async.job.completed", "async.job.failed"], "authMethod": "none",
    })
}

async fn register(bench: &Bench, token: &str, hook: &Value) -> String {
    let reply = bench.post(HOOKS, token, hook).await;
    assert_eq!(reply.status(), 201);
    let id: Value = reply.json().await.unwrap();
    id["id"].as_str().unwrap().to_owned()
}

/// What the sink took, once it is as many as wanted.
async fn taken(bench: &Bench, count: usize) -> Vec<Value> {
    entries(bench, "/_org/webhooks", "webhooks", count).await
}

/// The organisation's own record of deliveries, once it is as long as wanted.
async fn delivered(bench: &Bench, count: usize) -> Vec<Value> {
    entries(bench, "/_org/deliveries", "deliveries", count).await
}

async fn entries(bench: &Bench, path: &str, field: &str, count: usize) -> Vec<Value> {
    let read = async {
        loop {
            let list = bench.control_get(path).await;
            let entries = list[field].as_array().unwrap();
            if entries.len() >= count {
                return entries.clone();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(HANG, read).await.expect(path)
}

#[tokio::test]
async fn both_ends_of_jobs_are_delivered() {
    let bench = quick("").await;
    let token = bench.token().await;
    let id = register(&bench, &token, &hook(&bench, "noc")).await;
    let first = submit(&bench, &token, &body("edge-01")).await;
    let first = ended(&bench, &token, &first).await;
    taken(&bench, 1).await;
    let second = submit(&bench, &token, &body("edge-01")).await;
    let list = taken(&bench, 2).await;
    let (completed, failed) = (&list[0]["body"], &list[1]["body"]);
    assert_eq!(completed["event"], "async.job.completed");
    assert_eq!(completed["jobId"], first["id"]);
    assert_eq!(completed["results"], first["results"]);
    assert!(completed["timestamp"].is_string());
    assert_eq!(failed["event"], "async.job.failed");
    assert_eq!(
        (&failed["jobId"], &failed["results"]),
        (&second["id"], &json!([]))
    );
    assert_eq!(failed["error"]["code"], "duplicate.name");
    let record = delivered(&bench, 2).await;
    for attempt in &record {
        assert_eq!(
            (&attempt["webhook"], &attempt["status"], &attempt["attempt"]),
            (&json!(id), &json!(200), &json!(1))
        );
    }
}

#[tokio::test]
async fn only_what_was_asked_for_is_delivered() {
    let bench = quick("").await;
    let token = bench.token().await;
    let mut off = hook(&bench, "off");
    off["enabled"] = json!(false);
    let mut failures = hook(&bench, "failures");
    failures["events"] = json!(["async.job.failed"]);
    register(&bench, &token, &off).await;
    register(&bench, &token, &failures).await;
    let gone = register(&bench, &token, &hook(&bench, "gone")).await;
    let gone = format!("{HOOKS}/{gone}");
    assert_eq!(bench.delete(&gone, &token).await.status(), 204);
    assert_eq!(bench.delete(&gone, &token).await.status(), 404);
    let list = bench.get_json(HOOKS, &token).await;
    let names = list["entities"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|hook| hook["name"].clone()).collect();
    assert_eq!(names, ["off", "failures"]);

    let first = submit(&bench, &token, &body("edge-01")).await;
    ended(&bench, &token, &first).await;
    submit(&bench, &token, &body("edge-01")).await;
    let list = taken(&bench, 1).await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["path"], "/_org/webhooks/failures");
}

#[tokio::test]
async fn a_delivery_that_is_refused_is_tried_again() {
    let bench = quick("webhook-status=500").await;
    let token = bench.token().await;
    register(&bench, &token, &hook(&bench, "noc")).await;
    submit(&bench, &token, &body("edge-01")).await;
    delivered(&bench, 1).await;
    bench.fault("webhook-status", json!(0)).await;
    let record = delivered(&bench, 2).await;
    let brief: Vec<_> = record
        .iter()
        .map(|attempt| (&attempt["attempt"], &attempt["status"]))
        .collect();
    assert_eq!(brief, [(&json!(1), &json!(500)), (&json!(2), &json!(200))]);
    let list = taken(&bench, 2).await;
    assert_eq!(list[0]["body"], list[1]["body"]);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_noted() {
    let bench = quick("").await;
    let token = bench.token().await;
    let mut nobody = hook(&bench, "nobody");
    // Bound and not listening: nobody else gets the port, and nobody answers.
    let silent = tokio::net::TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = silent.local_addr().unwrap();
    nobody["uri"] = json!(format!("http://{address}/hooks/hush"));
    register(&bench, &token, &nobody).await;
    submit(&bench, &token, &body("edge-01")).await;
    let record = delivered(&bench, 1).await;
    assert!(record[0]["status"].is_null());
    let error = record[0]["error"].as_str().unwrap();
    assert!(
        error.contains("refused") && !error.contains("hush"),
        "{error}"
    );
}

#[tokio::test]
async fn deliveries_are_made_twice_or_never_when_asked_for() {
    let bench = quick("webhook-dup=1").await;
    let token = bench.token().await;
    register(&bench, &token, &hook(&bench, "noc")).await;
    submit(&bench, &token, &body("edge-01")).await;
    let twice = taken(&bench, 2).await;
    assert_eq!(twice[0]["body"], twice[1]["body"]);
    bench.fault("webhook-dup", json!(0)).await;
    bench.fault("webhook-drop", json!(1)).await;
    submit(&bench, &token, &body("edge-02")).await;
    let record = delivered(&bench, 3).await;
    assert_eq!(
        (&record[2]["fault"], &record[2]["attempt"]),
        (&json!("webhook-drop"), &json!(0))
    );
    assert_eq!(taken(&bench, 2).await.len(), 2);
}

#[tokio::test]
async fn deliveries_overtake_each_other_when_asked_for() {
    let bench = quick("webhook-delay=400").await;
    let token = bench.token().await;
    register(&bench, &token, &hook(&bench, "noc")).await;
    let mut submitted = Vec::new();
    for number in 0..12 {
        let job = submit(&bench, &token, &body(&format!("edge-{number}"))).await;
        submitted.push(job["id"].clone());
    }
    let list = taken(&bench, 12).await;
    let came = list.iter().map(|taken| taken["body"]["jobId"].clone());
    let came: Vec<_> = came.collect();
    let set = |ids: &[Value]| ids.iter().map(Value::to_string).collect::<HashSet<_>>();
    assert_eq!(set(&came), set(&submitted));
    assert_ne!(came, submitted);
}

#[tokio::test]
async fn every_rule_of_a_webhook_is_a_400_that_names_the_field() {
    let bench = quick("").await;
    let token = bench.token().await;
    for (field, value, told) in [
        ("name", json!(""), "name: 1 to 128"),
        ("type", json!("smtp"), "type: http"),
        (
            "uri",
            json!("https://hooks.example.com/in"),
            "uri: an http or https URI",
        ),
        ("uri", json!("/in"), "uri: an http or https URI"),
        ("events", json!([]), "events: at least one"),
        (
            "events",
            json!(["async.job.began"]),
            "events[0]: async.job.completed or",
        ),
        ("authMethod", json!("basic"), "authMethod: none"),
        ("enabled", json!(1), "enabled: invalid type"),
    ] {
        let mut hook = hook(&bench, "noc");
        hook[field] = value;
        let reply = bench.post(HOOKS, &token, &hook).await;
        assert_eq!(reply.status(), 400, "{field}");
        let error: Value = reply.json().await.unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(told), "{told}: {message}");
    }
    let narrow = bench.token_for("telephony:edge:write").await;
    let reply = bench.post(HOOKS, &narrow, &hook(&bench, "noc")).await;
    assert_eq!(reply.status(), 403);
    assert_eq!(bench.get_json(HOOKS, &token).await, json!({"entities": []}));
}

#[tokio::test]
async fn webhooks_are_bounded() {
    let bench = quick("").await;
    let token = bench.token().await;
    for _ in 0..100 {
        register(&bench, &token, &hook(&bench, "noc")).await;
    }
    let reply = bench.post(HOOKS, &token, &hook(&bench, "noc")).await;
    assert_eq!(reply.status(), 409);
}
