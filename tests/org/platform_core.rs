//! What every call of the Platform API passes: its token, permissions, the rate limit, errors and pages.

use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{bench, options};

#[tokio::test]
async fn every_answer_tells_the_budget_and_names_the_call() {
    let bench = bench(Options {
        rate_limit: 3,
        ..options()
    })
    .await;
    let token = bench.token().await;
    for count in 1..=3 {
        let answer = bench.get("/api/v2/date", &token).await;
        let headers = answer.headers();
        assert_eq!(headers["inin-ratelimit-count"], count.to_string().as_str());
        assert_eq!(headers["inin-ratelimit-allowed"], "3");
        let reset: u64 = headers["inin-ratelimit-reset"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=60).contains(&reset));
        assert!(!headers["inin-correlation-id"].is_empty());
    }
    let refused = bench.get("/api/v2/date", &token).await;
    assert_eq!(refused.status(), 429);
    assert!(!refused.headers().contains_key("inin-ratelimit-count"));
    let wait = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .to_owned();
    let context = refused.headers()["inin-correlation-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["code"], "too.many.requests.retry.after");
    assert_eq!(body["contextId"], context);
    assert!(body["message"].as_str().unwrap().contains(&wait), "{body}");
    assert_eq!(
        (&body["details"], &body["errors"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        body["limit"],
        json!({"key": "client.credentials.token.rate.per.minute", "namespace": "platform.api", "value": 3})
    );

    bench.fault("limit-old", json!(1)).await;
    let older: Value = bench
        .get("/api/v2/date", &token)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(older["code"], "too.many.requests");
}

#[tokio::test]
async fn a_permission_that_nobody_holds_is_named() {
    let bench = bench(Options {
        without: vec!["telephony:plugin:all".to_owned()],
        ..options()
    })
    .await;
    let token = bench.token().await;
    let phones = "/api/v2/telephony/providers/edges/phones";
    let refused = bench.get(phones, &token).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.headers().contains_key("inin-ratelimit-count"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["code"], "missing.permissions");
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("telephony:plugin:all")
    );
    // One of two is enough.
    let site = "/api/v2/telephony/providers/edges/sites/site-denver";
    bench.get_json(site, &token).await;

    let both = json!({"withheld": ["telephony:plugin:all", "telephony:sites:view"]});
    assert_eq!(
        bench.control_put("/_org/permissions", both).await.status(),
        200
    );
    let refused: Value = bench.get(site, &token).await.json().await.unwrap();
    assert_eq!(refused["code"], "missing.any.permissions");
    bench
        .control_put("/_org/permissions", json!({"withheld": []}))
        .await;
    bench.get_json(phones, &token).await;
}

#[tokio::test]
async fn who_may_not_call_is_told_why() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let nobody = bench
        .http
        .get(bench.url("/api/v2/tokens/me"))
        .send()
        .await
        .unwrap();
    assert_eq!(nobody.status(), 401);
    let body: Value = nobody.json().await.unwrap();
    assert_eq!(body["code"], "authentication.required");
    let stranger: Value = bench
        .get("/api/v2/tokens/me", "x")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(stranger["code"], "bad.credentials");
    let me = bench.get("/api/v2/users/me", &token).await;
    assert_eq!(me.status(), 400);
    let body: Value = me.json().await.unwrap();
    assert_eq!(body["code"], "not.a.user");
    let verb = bench.put("/api/v2/date", &token, &json!({})).await;
    assert_eq!(verb.status(), 405);
}

#[tokio::test]
async fn a_token_is_seen_checked_and_revoked() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let info = bench.get_json("/api/v2/tokens/me", &token).await;
    assert_eq!(
        info["OAuthClient"]["authorizedGrantType"],
        "CLIENT-CREDENTIALS"
    );
    assert_eq!(info["OAuthClient"]["id"], bench.org.client_id());
    let head = |token: String| {
        let call = bench.http.head(bench.url("/api/v2/tokens/me"));
        call.bearer_auth(token).send()
    };
    assert_eq!(head(token.clone()).await.unwrap().status(), 200);
    assert_eq!(
        bench.delete("/api/v2/tokens/me", &token).await.status(),
        200
    );
    assert_eq!(head(token).await.unwrap().status(), 401);
}

#[tokio::test]
async fn pages_link_to_each_other() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let page = bench
        .get_json(
            "/api/v2/stations?pageSize=5&pageNumber=2&name=&userSelectable=true",
            &token,
        )
        .await;
    let total = page["total"].as_u64().unwrap();
    assert_eq!(page["pageCount"].as_u64().unwrap(), total.div_ceil(5));
    assert_eq!(page["entities"].as_array().unwrap().len(), 5);
    for (link, number) in [
        ("firstUri", 1),
        ("previousUri", 1),
        ("selfUri", 2),
        ("nextUri", 3),
    ] {
        let uri = page[link].as_str().unwrap();
        assert!(
            uri.contains(&format!("pageNumber={number}")),
            "{link} {uri}"
        );
        assert!(uri.starts_with("/api/v2/stations?") && uri.contains("userSelectable=true"));
        bench.get_json(uri, &token).await;
    }
    let last = bench
        .get_json(page["lastUri"].as_str().unwrap(), &token)
        .await;
    assert!(last["nextUri"].is_null());
    for query in ["pageSize=0", "pageSize=101", "pageNumber=0", "pageNumber=x"] {
        let refused = bench
            .get(&format!("/api/v2/stations?{query}"), &token)
            .await;
        assert_eq!(refused.status(), 400, "{query}");
    }
}

#[tokio::test]
async fn the_limits_are_the_organisation_s_own() {
    let bench = bench(Options {
        rate_limit: 120,
        ..options()
    })
    .await;
    let token = bench.token().await;
    let names = bench
        .get_json("/api/v2/organizations/limits/namespaces", &token)
        .await;
    assert!(
        names["entities"]
            .as_array()
            .unwrap()
            .contains(&json!("platform.api"))
    );
    let limit = async |path: &str| {
        let path = format!("/api/v2/organizations/limits/namespaces/platform.api{path}");
        let limits = bench.get_json(&path, &token).await;
        let all = limits["entities"].as_array().unwrap().clone();
        let key = "client.credentials.token.rate.per.minute";
        let found = all.iter().find(|limit| limit["key"] == key).unwrap();
        found["value"].as_u64().unwrap()
    };
    assert_eq!((limit("").await, limit("/defaults").await), (120, 300));
    let unknown = "/api/v2/organizations/limits/namespaces/nope";
    assert_eq!(bench.get(unknown, &token).await.status(), 404);
}

#[tokio::test]
async fn people_are_the_direct_api_s_and_named_by_their_ids() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let two = bench
        .get_json("/api/v2/users?id=u-3,u-9,u-99", &token)
        .await;
    let entities = two["entities"].as_array().unwrap();
    assert_eq!(
        (&entities[0]["id"], &entities[1]["id"]),
        (&json!("u-3"), &json!("u-9"))
    );
    assert_eq!((entities.len(), &two["total"]), (2, &json!(2)));
    let one = bench.get_json("/api/v2/users/u-3", &token).await;
    // What the list has for clients of the direct API is in no single read.
    let mut listed = entities[0].clone();
    assert!(listed.as_object_mut().unwrap().remove("site").is_some());
    assert_eq!(one, listed);
    assert_eq!(
        (&one["state"], &one["version"]),
        (&json!("active"), &json!(1))
    );
    let with = bench
        .get_json("/api/v2/users/u-3?expand=station", &token)
        .await;
    assert_eq!(
        with["station"],
        bench.get_json("/api/v2/users/u-3/station", &token).await
    );
    assert_eq!(bench.get("/api/v2/users/u-99", &token).await.status(), 404);
}
