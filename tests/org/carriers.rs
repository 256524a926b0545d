use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{Bench, bench, options};

const PATH: &str = "/api/v2/telephony/providers/carriers";

async fn carriers(bench: &Bench) -> Vec<Value> {
    let read = bench.get_json(PATH, &bench.token().await).await;
    read["entities"].as_array().unwrap().clone()
}

#[tokio::test]
async fn carriers_are_read_and_start_healthy() {
    let bench = bench(options()).await;
    let read = carriers(&bench).await;
    assert!((4..=5).contains(&read.len()));
    for carrier in &read {
        assert!(carrier["id"].is_string() && carrier["name"].is_string());
        assert_eq!(
            (&carrier["status"], &carrier["health"]),
            (&json!("active"), &json!("healthy"))
        );
        assert_eq!(carrier["affectedRegistrations"], 0);
    }
    assert_eq!(
        bench.control_get("/_org/state").await["carriers"],
        json!(read)
    );
}

#[tokio::test]
async fn carriers_need_their_scope_and_are_only_read() {
    let bench = bench(options()).await;
    let narrow = bench.token_for("telephony:users:read").await;
    let refused = bench.get(PATH, &narrow).await;
    assert_eq!(refused.status(), 403);
    let body: Value = refused.json().await.unwrap();
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("telephony:providers:read")
    );
    let wide = bench.token_for("telephony:providers:read").await;
    assert_eq!(bench.get(PATH, &wide).await.status(), 200);
    let posted = bench.http.post(bench.url(PATH)).bearer_auth(&wide);
    assert_eq!(posted.send().await.unwrap().status(), 405);
    bench.fault("http-503", json!(1)).await;
    assert_eq!(bench.get(PATH, &wide).await.status(), 503);
}

#[tokio::test]
async fn a_carrier_is_degraded_by_hand() {
    let bench = bench(options()).await;
    let before = carriers(&bench).await;
    let path = format!("/_org/carriers/{}", before[1]["id"].as_str().unwrap());
    let told = bench
        .control_put(&path, json!({"health": "degraded"}))
        .await;
    assert_eq!(told.status(), 200);
    let told: Value = told.json().await.unwrap();
    assert_eq!(
        (&told["health"], &told["status"]),
        (&json!("degraded"), &json!("active"))
    );
    let after = carriers(&bench).await;
    assert_eq!(after[1], told);
    assert_eq!(after[0], before[0]);

    for (path, body, status) in [
        ("/_org/carriers/nobody", json!({"health": "down"}), 404),
        (path.as_str(), json!({"health": ""}), 400),
        (path.as_str(), json!({"helth": "down"}), 400),
        (path.as_str(), json!({"health": 3}), 400),
        ("/_org/carriers/%FF", json!({"health": "down"}), 400),
    ] {
        let reply = bench.control_put(path, body).await;
        assert_eq!(reply.status(), status, "{path}");
    }
    assert_eq!(carriers(&bench).await, after);
}

#[tokio::test]
async fn an_unknown_spelling_is_passed_on() {
    let bench = bench(Options {
        users: 1,
        ..options()
    })
    .await;
    let odd = json!({"health": "unwell \u{1b}[31m", "status": "on-leave"});
    let id = carriers(&bench).await[4]["id"].clone();
    let path = format!("/_org/carriers/{}", id.as_str().unwrap());
    assert_eq!(bench.control_put(&path, odd.clone()).await.status(), 200);
    let read = carriers(&bench).await;
    assert_eq!(read[4]["health"], odd["health"]);
    assert_eq!(read[4]["status"], odd["status"]);
}
