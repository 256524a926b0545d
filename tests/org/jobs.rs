//! Provisioning and its jobs (contract §7).

use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{self, Bench, bench, next_json, options};

pub const SUBMIT: &str = "/api/v2/async-jobs/telephony/web-rtc/provision";
pub const JOBS: &str = "/api/v2/async-jobs";

/// The body of contract §7 under a name of its own.
pub fn body(name: &str) -> Value {
    json!({
        "name": name, "description": "…", "enabled": true, "edgeId": "us-east-1-edge-7f3a", "maxConcurrentSessions": 500,
        "codecPreferences": ["OPUS", "G722", "PCMU", "PCMA"], "stunServers": ["stun.example.com:19302"],
        "turnServers": ["turn.example.com:443?transport=tcp"],
        "browserConstraints": {"minChromeVersion": 90, "minFirefoxVersion": 88, "allowDataChannels": true},
    })
}

/// An organisation whose jobs are done at once.
pub async fn quick(faults: &str) -> Bench {
    client::quick(&["job-ms=1", faults]).await
}

pub async fn submit(bench: &Bench, token: &str, body: &Value) -> Value {
    let reply = bench.post(SUBMIT, token, body).await;
    assert_eq!(reply.status(), 201);
    reply.json().await.unwrap()
}

/// The job once it has ended.
pub async fn ended(bench: &Bench, token: &str, job: &Value) -> Value {
    let path = format!("{JOBS}/{}", job["id"].as_str().unwrap());
    bench
        .read_until(&path, token, |job| {
            job["status"] == "Completed" || job["status"] == "Failed"
        })
        .await
}

#[tokio::test]
async fn a_job_completes_and_makes_a_device_that_registers() {
    let bench = bench(Options {
        users: 1,
        faults: "job-ms=1".parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut stream = bench.stream("u-1", &token).await;
    let job = submit(&bench, &token, &body("edge-01")).await;
    assert!(job["id"].as_str().unwrap().starts_with("job-"));
    assert_eq!(
        (&job["status"], &job["results"]),
        (&json!("Running"), &json!([]))
    );
    let job = ended(&bench, &token, &job).await;
    assert_eq!(job["status"], "Completed");
    assert_eq!(job["results"][0]["name"], "edge-01");
    assert!(job["results"][0]["id"].is_string());
    assert!(job.get("error").is_none());

    let frame = next_json(&mut stream).await;
    assert_eq!(frame["eventType"], "registration");
    assert_eq!(
        frame["payload"],
        json!({"userId": "u-1", "deviceId": "edge-01", "registered": true, "codec": "opus"})
    );
    let state = bench.control_get("/_org/state").await;
    assert_eq!(
        (&state["jobs"], &state["connections"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn a_job_fails_for_its_name_its_edge_and_its_size() {
    let bench = quick("").await;
    let token = bench.token().await;
    let first = submit(&bench, &token, &body("edge-01")).await;
    assert_eq!(ended(&bench, &token, &first).await["status"], "Completed");
    let mut unknown = body("edge-02");
    unknown["edgeId"] = json!("moon-1");
    let mut full = body("edge-03");
    full["edgeId"] = json!("af-west-1-edge-0b17");
    for (body, code, told) in [
        (body("edge-01"), "duplicate.name", "edge-01"),
        (unknown, "edge.not.found", "moon-1"),
        (full, "edge.capacity", "0 sessions"),
    ] {
        let job = submit(&bench, &token, &body).await;
        let job = ended(&bench, &token, &job).await;
        assert_eq!(
            (&job["status"], &job["results"]),
            (&json!("Failed"), &json!([]))
        );
        assert_eq!(job["error"]["code"], code);
        let message = job["error"]["message"].as_str().unwrap();
        assert!(message.contains(told), "{message}");
    }
    let state = bench.control_get("/_org/state").await;
    assert_eq!(
        (&state["jobs"], &state["connections"]),
        (&json!(4), &json!(1))
    );
}

#[tokio::test]
async fn an_organisation_without_room_for_devices_fails_the_job_and_keeps_no_promise() {
    let bench = bench(Options {
        users: 1,
        faults: "job-ms=1".parse().unwrap(),
        rate_limit: 0,
        ..options()
    })
    .await;
    let token = bench.token().await;
    for number in 0..16 {
        let path = format!("/_org/users/u-1/registrations/x-{number}");
        bench.control_put(&path, json!({"registered": true})).await;
    }
    let edges = "/api/v2/telephony/providers/edges";
    let before = bench.get_json(edges, &token).await;
    let job = submit(&bench, &token, &body("edge-01")).await;
    let job = ended(&bench, &token, &job).await;
    assert_eq!(job["error"]["code"], "users.capacity");
    assert_eq!(bench.get_json(edges, &token).await, before);
    assert_eq!(bench.control_get("/_org/state").await["connections"], 0);
}

#[tokio::test]
async fn a_few_jobs_run_at_once_and_the_others_queue() {
    let bench = bench(Options {
        faults: "job-ms=3600000".parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut statuses = Vec::new();
    for number in 0..10 {
        let job = submit(&bench, &token, &body(&format!("edge-{number}"))).await;
        statuses.push(job["status"].as_str().unwrap().to_owned());
    }
    let running = statuses.iter().take_while(|status| *status == "Running");
    assert_eq!(running.count(), 8);
    assert!(statuses[8..].iter().all(|status| status == "Queued"));
}

#[tokio::test]
async fn queued_jobs_get_their_turn() {
    let bench = quick("").await;
    let token = bench.token().await;
    let mut jobs = Vec::new();
    for number in 0..30 {
        jobs.push(submit(&bench, &token, &body(&format!("edge-{number}"))).await);
    }
    for job in &jobs {
        assert_eq!(ended(&bench, &token, job).await["status"], "Completed");
    }
    let list = bench.get_json(JOBS, &token).await;
    let names = list["entities"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|job| job["name"].clone()).collect();
    assert_eq!(names.len(), 30);
    assert_eq!(
        (&names[0], &names[29]),
        (&json!("edge-29"), &json!("edge-0")),
        "newest first"
    );
    assert!(list["entities"][0]["dateCreated"].is_string());
}

#[tokio::test]
async fn edges_are_listed_with_their_room() {
    let bench = quick("").await;
    let token = bench.token().await;
    let edges = bench
        .get_json("/api/v2/telephony/providers/edges", &token)
        .await;
    let edges = edges["entities"].as_array().unwrap();
    assert!(edges.iter().any(|edge| edge["id"] == "us-east-1-edge-7f3a"));
    assert!(edges.iter().any(|edge| edge["used"] == edge["capacity"]));
    for edge in edges {
        let texts = [&edge["id"], &edge["name"], &edge["site"]["name"]];
        assert!(texts.iter().all(|text| text.is_string()), "{edge}");
    }
}

#[tokio::test]
async fn every_rule_is_a_400_that_names_the_field() {
    let bench = quick("").await;
    let token = bench.token().await;
    for (pointer, value, told) in [
        ("/name", json!(""), "name: 1 to 128"),
        ("/name", json!("x".repeat(129)), "name: 1 to 128"),
        ("/name", json!(7), "name: invalid type"),
        ("/name", Value::Null, "name: invalid type"),
        ("/enabled", json!("yes"), "enabled: invalid type"),
        ("/edgeId", json!(""), "edgeId: not empty"),
        (
            "/maxConcurrentSessions",
            json!(0),
            "maxConcurrentSessions: 1 to 10000",
        ),
        (
            "/maxConcurrentSessions",
            json!(10_001),
            "maxConcurrentSessions: 1 to 10000",
        ),
        (
            "/maxConcurrentSessions",
            json!(-1),
            "maxConcurrentSessions: 1 to 10000",
        ),
        (
            "/maxConcurrentSessions",
            json!(1.5),
            "maxConcurrentSessions: invalid type",
        ),
        (
            "/codecPreferences",
            json!([]),
            "codecPreferences: at least one",
        ),
        (
            "/codecPreferences/1",
            json!("opus"),
            "codecPreferences[1]: one of OPUS",
        ),
        (
            "/codecPreferences/2",
            json!("OPUS"),
            "codecPreferences[2]: OPUS is there already",
        ),
        (
            "/codecPreferences/0",
            json!(1),
            "codecPreferences[0]: invalid type",
        ),
        (
            "/stunServers/0",
            json!("stun.example.com"),
            "stunServers[0]: host:port",
        ),
        (
            "/stunServers/0",
            json!("h:1?transport=udp"),
            "stunServers[0]: host:port",
        ),
        (
            "/stunServers/0",
            json!("::1:3478"),
            "stunServers[0]: host:port",
        ),
        ("/turnServers/0", json!("h:0"), "turnServers[0]: host:port"),
        (
            "/turnServers/0",
            json!("h:1?transport=sctp"),
            "turnServers[0]: host:port",
        ),
        (
            "/turnServers/0",
            json!("h:1?tcp"),
            "turnServers[0]: host:port",
        ),
        (
            "/browserConstraints/minChromeVersion",
            json!("90"),
            "browserConstraints.minChromeVersion",
        ),
        (
            "/browserConstraints/minFirefoxVersion",
            json!(-1),
            "browserConstraints.minFirefoxVersion",
        ),
    ] {
        let mut body = body("edge-01");
        *body.pointer_mut(pointer).unwrap() = value;
        refused(&bench, &token, &body, told).await;
    }
}

#[tokio::test]
async fn a_missing_field_is_named_and_every_fault_is_told_at_once() {
    let bench = quick("").await;
    let token = bench.token().await;
    for field in [
        "name",
        "edgeId",
        "maxConcurrentSessions",
        "codecPreferences",
    ] {
        let mut body = body("edge-01");
        body.as_object_mut().unwrap().remove(field);
        refused(&bench, &token, &body, &format!("missing field `{field}`")).await;
    }
    let mut both = body("");
    both["stunServers"][0] = json!("x");
    refused(
        &bench,
        &token,
        &both,
        "name: 1 to 128 characters, not 0; stunServers[0]",
    )
    .await;
    assert_eq!(bench.control_get("/_org/state").await["jobs"], 0);
}

async fn refused(bench: &Bench, token: &str, body: &Value, told: &str) {
    let reply = bench.post(SUBMIT, token, body).await;
    assert_eq!(reply.status(), 400, "{told}");
    let error: Value = reply.json().await.unwrap();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(told), "{told}: {message}");
}

#[tokio::test]
async fn what_the_contract_gives_no_rule_for_may_be_absent() {
    let bench = quick("").await;
    let token = bench.token().await;
    let least = json!({
        "name": "é".repeat(128), "edgeId": "eu-west-1-edge-5d02", "maxConcurrentSessions": 10_000, "codecPreferences": ["VP8", "PCMU"],
        "turnServers": ["[::1]:443?transport=tls", "h:1?transport=udp", "h:1"], "unheardOf": 1,
    });
    let job = submit(&bench, &token, &least).await;
    assert_eq!(ended(&bench, &token, &job).await["status"], "Completed");
    let state = bench.control_get("/_org/state").await;
    let made = |device: &&Value| device["deviceId"] == least["name"];
    let devices = state["registrations"].as_array().unwrap();
    assert_eq!(devices.iter().find(made).unwrap()["codec"], "PCMU");
}

#[tokio::test]
async fn scopes_verbs_and_unknown_jobs() {
    let bench = quick("").await;
    let all = bench.token().await;
    for (path, scope) in [
        (SUBMIT, "telephony:edge:write"),
        (JOBS, "asyncjobs:read"),
        ("/api/v2/async-jobs/job-1", "asyncjobs:read"),
        ("/api/v2/telephony/providers/edges", "telephony:edge:read"),
    ] {
        let others = "telephony:users:read webhooks:write";
        let refused = if path == SUBMIT {
            let token = bench.token_for(others).await;
            bench.post(path, &token, &body("x")).await
        } else {
            bench.get(path, &bench.token_for(others).await).await
        };
        assert_eq!(refused.status(), 403, "{path}");
        let error: Value = refused.json().await.unwrap();
        assert!(
            error["message"].as_str().unwrap().contains(scope),
            "{error}"
        );
    }
    assert_eq!(
        bench.get(&format!("{JOBS}/job-1"), &all).await.status(),
        404
    );
    assert_eq!(bench.get(SUBMIT, &all).await.status(), 405);
    assert_eq!(bench.post(JOBS, &all, &json!({})).await.status(), 405);
    let anyone = bench.http.post(bench.url(SUBMIT)).json(&body("x"));
    assert_eq!(anyone.send().await.unwrap().status(), 401);
    assert_eq!(bench.control_get("/_org/state").await["jobs"], 0);
}
