use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::client::{Bench, bench, options};

const PATH: &str = "/_org/webhooks";

async fn deliver(bench: &Bench, path: &str, body: &str) -> reqwest::Response {
    let call = bench.http.post(bench.url(path)).body(body.to_owned());
    call.send().await.unwrap()
}

async fn delivered(bench: &Bench) -> Vec<Value> {
    let list = bench.control_get(PATH).await;
    assert_eq!(list["dropped"], 0);
    list["webhooks"].as_array().unwrap().clone()
}

#[tokio::test]
async fn deliveries_are_taken_from_anyone_and_listed() {
    let bench = bench(options()).await;
    for (path, body) in [
        (PATH, r#"{"z":1,"a":1.50}"#),
        ("/_org/webhooks/jobs/7?token=hush", "no json"),
        (PATH, ""),
    ] {
        let reply = deliver(&bench, path, body).await;
        assert_eq!(reply.status(), 200, "{path}");
        assert_eq!(reply.text().await.unwrap(), "");
    }
    let list = delivered(&bench).await;
    let brief: Vec<_> = list
        .iter()
        .map(|delivery| (&delivery["path"], &delivery["body"], &delivery["status"]))
        .collect();
    assert_eq!(
        brief,
        [
            (&json!(PATH), &json!({"a": 1.5, "z": 1}), &json!(200)),
            (
                &json!("/_org/webhooks/jobs/7?token=***"),
                &json!("no json"),
                &json!(200)
            ),
            (&json!(PATH), &json!(""), &json!(200)),
        ]
    );
    assert!(list[0]["at"].is_string());
    let raw = bench
        .get(PATH, bench.org.control_token().expose_secret())
        .await;
    let raw = raw.text().await.unwrap();
    assert!(
        raw.contains(r#""body":{"z":1,"a":1.50}"#),
        "as it came: {raw}"
    );
}

#[tokio::test]
async fn headers_are_listed_without_their_secrets() {
    let bench = bench(options()).await;
    let call = bench.http.post(bench.url(PATH)).bearer_auth("hush");
    let call = call
        .header("idempotency-key", "a-1")
        .header("cookie", "hush");
    call.header("x-api-key", "hush").send().await.unwrap();
    let list = delivered(&bench).await;
    let headers = &list[0]["headers"];
    assert_eq!(headers["idempotency-key"], "a-1");
    for name in ["authorization", "cookie", "x-api-key"] {
        assert_eq!(headers[name], "***", "{name}");
    }
}

#[tokio::test]
async fn the_list_needs_the_control_token_and_nothing_else_is_a_delivery() {
    let bench = bench(options()).await;
    let cloud = bench.token().await;
    assert_eq!(bench.get(PATH, &cloud).await.status(), 401);
    assert_eq!(
        deliver(&bench, "/_org/webhooksandmore", "").await.status(),
        401
    );
    let put = bench.control_put(PATH, json!({})).await;
    assert_eq!(put.status(), 405);
    let control = bench.org.control_token().expose_secret();
    assert_eq!(
        bench.get("/_org/webhooks/jobs", control).await.status(),
        404
    );
    assert!(delivered(&bench).await.is_empty());
}

#[tokio::test]
async fn a_fault_answers_deliveries_with_a_status() {
    let bench = bench(options()).await;
    for status in [500, 400, 204, 302] {
        bench.fault("webhook-status", json!(status)).await;
        assert_eq!(deliver(&bench, PATH, "{}").await.status(), status);
    }
    bench.fault("webhook-status", json!(0)).await;
    assert_eq!(deliver(&bench, PATH, "{}").await.status(), 200);
    let list = delivered(&bench).await;
    let answered: Vec<_> = list.iter().map(|delivery| &delivery["status"]).collect();
    assert_eq!(answered, [500, 400, 204, 302, 200]);
    let token = bench.token().await;
    assert_eq!(bench.get("/api/v2/users", &token).await.status(), 200);
}

#[tokio::test]
async fn a_fault_holds_deliveries_up_and_they_still_show() {
    let bench = bench(options()).await;
    bench.fault("webhook-latency", json!(120)).await;
    let began = Instant::now();
    deliver(&bench, PATH, "{}").await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    bench.fault("webhook-latency", json!(3_600_000)).await;
    let call = bench.http.post(bench.url(PATH)).body("given up on");
    let waiting = tokio::spawn(call.send());
    while delivered(&bench).await.len() < 2 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    assert_eq!(delivered(&bench).await[1]["body"], "given up on");
}

#[tokio::test]
async fn a_delivery_is_bounded() {
    let bench = bench(options()).await;
    let large = bench.http.post(bench.url(PATH)).body(vec![b'a'; 1 << 20]);
    let large = large.send().await;
    assert!(large.is_err() || large.is_ok_and(|reply| reply.status() == 413));
    assert!(delivered(&bench).await.is_empty());
}
