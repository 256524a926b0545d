use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::client::{bench, options};

#[tokio::test]
async fn the_control_surface_takes_its_own_token_only() {
    let bench = bench(options()).await;
    let cloud = bench.token().await;
    for token in ["", "x", cloud.as_str()] {
        let reply = bench.get("/_org/state", token).await;
        assert_eq!(reply.status(), 401);
        assert_eq!(reply.json::<Value>().await.unwrap()["status"], 401);
    }
}

#[tokio::test]
async fn wrong_paths_verbs_and_bodies_are_told() {
    let bench = bench(options()).await;
    let control = bench.org.control_token().expose_secret();
    assert_eq!(bench.get("/_org/nothing", control).await.status(), 404);
    assert_eq!(bench.get("/_org/faults", control).await.status(), 405);
    for (path, body, status) in [
        ("/_org/state", json!({}), 405),
        ("/_org/faults", json!([1]), 400),
        (
            "/_org/users/u-99/registrations/d",
            json!({"registered": true}),
            404,
        ),
        (
            "/_org/users/u-1/registrations/d",
            json!({"registered": "yes"}),
            400,
        ),
        (
            "/_org/users/u-1/registrations/d",
            json!({"regsitered": true}),
            400,
        ),
        ("/_org/users/u-1/registrations/d", json!({"codec": ""}), 400),
        (
            "/_org/users/u-1/registrations/%FF",
            json!({"registered": true}),
            400,
        ),
    ] {
        let reply = bench.control_put(path, body).await;
        assert_eq!(reply.status(), status, "{path}");
        assert!(
            !reply.json::<Value>().await.unwrap()["message"]
                .as_str()
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(
        bench
            .get("/_org/requests?since=yesterday", control)
            .await
            .status(),
        400
    );
    let close = bench
        .control_post("/_org/streams/close", json!({"code": 1006}))
        .await;
    assert_eq!(close["status"], 400);
}

#[tokio::test]
async fn requests_tell_what_came_in_and_no_secret() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let call = bench
        .http
        .get(bench.url("/api/v2/users?pageSize=2&access_token=hush"))
        .bearer_auth(&token);
    call.header("x-trunkline-attempt", "3")
        .send()
        .await
        .unwrap();
    let _stream = bench.stream("u-1", &token).await;
    bench
        .get("/api/v2/telephony/users/u-99/registrations", &token)
        .await;

    let log = bench.control_get("/_org/requests").await;
    let brief: Vec<_> = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(brief)
        .collect();
    assert_eq!(
        brief,
        [
            "token POST /oauth/token 200 null",
            "rest GET /api/v2/users?pageSize=2&access_token=*** 200 3",
            "stream GET /ws/v2/telephony/users/u-1/registrations 101 null",
            "rest GET /api/v2/telephony/users/u-99/registrations 404 null",
        ]
    );
    let text = log.to_string();
    for secret in [&token, bench.org.client_secret().expose_secret(), "hush"] {
        assert!(!text.contains(secret));
    }
    let last = log["requests"][3]["at"].as_str().unwrap();
    assert_eq!(log["dropped"], 0);
    let since = bench
        .control_get(&format!("/_org/requests?since={last}"))
        .await;
    assert_eq!(since["requests"].as_array().unwrap().len(), 1);
}

fn brief(request: &Value) -> String {
    let text = |field: &str| request[field].as_str().unwrap().to_owned();
    format!(
        "{} {} {} {} {}",
        text("kind"),
        text("verb"),
        text("path"),
        request["status"],
        request["attempt"]
    )
}
