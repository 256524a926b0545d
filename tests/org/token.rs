use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{bench, options};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn basic_and_form_credentials_both_sign_in() {
    let bench = bench(options()).await;
    let basic: Value = bench.sign_in(&[GRANT]).await.json().await.unwrap();
    assert_eq!(basic["token_type"], "Bearer");
    assert_eq!(basic["expires_in"], 7200);
    assert!(basic["scope"].as_str().unwrap().contains("websocket:read"));

    let secret = bench.org.client_secret().expose_secret();
    let form = [
        GRANT,
        ("client_id", bench.org.client_id()),
        ("client_secret", secret),
    ];
    let form: Value = bench
        .http
        .post(bench.url("/oauth/token"))
        .form(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    bench
        .get_json("/api/v2/users", form["access_token"].as_str().unwrap())
        .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_token_call_is_told() {
    let bench = bench(options()).await;
    let url = bench.url("/oauth/token");
    let wrong = bench
        .http
        .post(&url)
        .basic_auth(bench.org.client_id(), Some("wrong"))
        .form(&[GRANT]);
    let none = bench.http.post(&url).form(&[GRANT]);
    let right = || {
        let secret = bench.org.client_secret().expose_secret();
        bench
            .http
            .post(&url)
            .basic_auth(bench.org.client_id(), Some(secret))
    };
    for (call, status, error) in [
        (wrong, 401, "invalid_client"),
        (none, 400, "invalid_request"),
        (
            right().form(&[("grant_type", "password")]),
            400,
            "unsupported_grant_type",
        ),
        (
            right().form(&[("scope", "websocket:read")]),
            400,
            "invalid_request",
        ),
        (
            right().form(&[GRANT, ("scope", "websocket:read admin")]),
            400,
            "invalid_scope",
        ),
    ] {
        let reply = call.send().await.unwrap();
        assert_eq!(reply.status(), status, "{error}");
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["error"], error);
        assert!(
            body["error_description"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
    }
    assert_eq!(bench.http.get(&url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_token_ends_when_its_life_does() {
    let faults = "token-ttl=1".parse().unwrap();
    let bench = bench(Options {
        faults,
        ..options()
    })
    .await;
    let signed_in: Value = bench.sign_in(&[GRANT]).await.json().await.unwrap();
    assert_eq!(signed_in["expires_in"], 1);
    let token = signed_in["access_token"].as_str().unwrap();
    // The life is counted by the server; the test waits for what it must see, not for a time.
    while bench.get("/api/v2/users", token).await.status() == 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let reply = bench.get("/api/v2/users", token).await;
    assert_eq!(reply.status(), 401);
    let body: Value = reply.json().await.unwrap();
    assert_eq!(
        (body["status"].as_u64(), body["code"].as_str()),
        (Some(401), Some("bad.credentials"))
    );
    assert!(body["contextId"].is_string() && body["message"].as_str().unwrap().contains("expired"));
}

#[tokio::test]
async fn revoking_ends_one_token_or_all() {
    let bench = bench(options()).await;
    let (one, other) = (bench.token().await, bench.token().await);
    let revoked = bench
        .control_post("/_org/tokens/revoke", json!({"token": one}))
        .await;
    assert_eq!(revoked["revoked"], 1);
    assert_eq!(bench.get("/api/v2/users", &one).await.status(), 401);
    assert_eq!(bench.get("/api/v2/users", &other).await.status(), 200);
    assert_eq!(
        bench.control_post("/_org/tokens/revoke", json!({})).await["revoked"],
        1
    );
    assert_eq!(bench.get("/api/v2/users", &other).await.status(), 401);
}

#[tokio::test]
async fn a_narrowed_scope_is_enforced() {
    let bench = bench(options()).await;
    let reads = bench.token_for("telephony:users:read").await;
    let streams = bench.token_for("websocket:read").await;
    assert_eq!(bench.get("/api/v2/users", &reads).await.status(), 200);
    assert!(
        bench
            .try_stream("u-1", Some(&streams), Some("v2"))
            .await
            .is_ok()
    );

    let reply = bench
        .get("/api/v2/telephony/users/u-1/registrations", &streams)
        .await;
    assert_eq!(reply.status(), 403);
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["code"], "missing.scope");
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("telephony:users:read")
    );
    assert!(
        bench
            .try_stream("u-1", Some(&reads), Some("v2"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn no_token_or_the_control_token_is_no_sign_in() {
    let bench = bench(options()).await;
    let bare = bench
        .http
        .get(bench.url("/api/v2/users"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            bare.status().as_u16(),
            bare.headers()["www-authenticate"].to_str().unwrap()
        ),
        (401, "Bearer")
    );
    let control = bench.org.control_token().expose_secret();
    assert_eq!(bench.get("/api/v2/users", control).await.status(), 401);
}
