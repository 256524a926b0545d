//! Writes that are refused before they are taken, and writes that are lost on their way.

use serde_json::{Value, json};

use crate::client::{Bench, trusting};
use crate::jobs::{JOBS, SUBMIT, body, quick};

/// The submits among the recorded requests, as `status fault`.
async fn submits(bench: &Bench) -> Vec<String> {
    let log = bench.control_get("/_org/requests").await;
    let requests = log["requests"].as_array().unwrap().iter();
    requests
        .filter(|request| request["path"] == SUBMIT)
        .map(|request| format!("{} {}", request["status"], request["fault"]))
        .collect()
}

async fn names(bench: &Bench, token: &str) -> Vec<Value> {
    let list = bench.get_json(JOBS, token).await;
    let jobs = list["entities"].as_array().unwrap().iter();
    jobs.map(|job| job["name"].clone()).collect()
}

#[tokio::test]
async fn a_refusal_takes_nothing() {
    let bench = quick("").await;
    let token = bench.token().await;
    for status in [429, 503, 500] {
        bench.fault(&format!("http-{status}"), json!(1)).await;
        let reply = bench.post(SUBMIT, &token, &body("x")).await;
        assert_eq!(reply.status(), status);
        bench.fault(&format!("http-{status}"), json!(0)).await;
    }
    assert_eq!(names(&bench, &token).await, Vec::<Value>::new());
    assert_eq!(
        submits(&bench).await,
        [
            r#"429 "http-429""#,
            r#"503 "http-503""#,
            r#"500 "http-500""#
        ]
    );
}

#[tokio::test]
async fn a_write_may_be_taken_and_its_answer_lost_or_lost_before_it_is_taken() {
    let bench = quick("").await;
    let token = bench.token().await;
    let old = trusting(&bench.org).http1_only().build().unwrap();
    for (client, label) in [(&old, "http/1.1"), (&bench.http, "h2")] {
        for (fault, taken) in [("lose-answer", true), ("lose-request", false)] {
            bench.fault(fault, json!(1)).await;
            let name = format!("{label}-{fault}");
            let call = client.post(bench.url(SUBMIT)).bearer_auth(&token);
            let error = call.json(&body(&name)).send().await.unwrap_err();
            assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
            bench.fault(fault, json!(0)).await;
            let known = names(&bench, &token).await;
            assert_eq!(known.contains(&json!(name)), taken, "{name}");
        }
    }
    let (answer, request) = (r#"201 "lose-answer""#, r#"0 "lose-request""#);
    assert_eq!(submits(&bench).await, [answer, request, answer, request]);
}

#[tokio::test]
async fn a_refused_write_is_answered_whatever_is_lost() {
    let bench = quick("lose-answer=1").await;
    let token = bench.token().await;
    let reply = bench.post(SUBMIT, &token, &json!({})).await;
    assert_eq!(reply.status(), 400);
}
