use std::collections::HashSet;

use reqwest::Version;
use serde_json::Value;
use trunkline::org::Options;

use crate::client::{bench, options, trusting};

#[tokio::test]
async fn users_are_paged_to_the_end() {
    let bench = bench(Options {
        users: 57,
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut ids = HashSet::new();
    for number in 1..=3 {
        let page = bench
            .get_json(
                &format!("/api/v2/users?pageSize=25&pageNumber={number}"),
                &token,
            )
            .await;
        assert_eq!(
            (page["total"].as_u64(), page["pageCount"].as_u64()),
            (Some(57), Some(3))
        );
        assert_eq!(
            (page["pageNumber"].as_u64(), page["pageSize"].as_u64()),
            (Some(number), Some(25))
        );
        for user in page["entities"].as_array().unwrap() {
            assert!(
                ["name", "email", "site"]
                    .iter()
                    .all(|field| user[field].is_string()),
                "{user}"
            );
            ids.insert(user["id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(ids.len(), 57);
    let past = bench.get_json("/api/v2/users?pageNumber=4", &token).await;
    assert_eq!(past["entities"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn nonsense_is_refused_with_a_body() {
    let bench = bench(Options {
        rate_limit: 0,
        ..options()
    })
    .await;
    let token = bench.token().await;
    for (path, status) in [
        ("/api/v2/users?pageSize=0", 400),
        ("/api/v2/users?pageSize=501", 400),
        ("/api/v2/users?pageNumber=x", 400),
        ("/api/v2/telephony/users/u-13/registrations", 404),
        ("/api/v2/telephony/users/%FF/registrations", 404),
        ("/api/v2/nothing", 404),
        ("/ws/v2/telephony/users/u-1/registrations", 400),
    ] {
        let reply = bench.get(path, &token).await;
        assert_eq!(reply.status(), status, "{path}");
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["status"], status, "{path}");
        assert!(
            ["message", "code", "contextId"]
                .iter()
                .all(|field| body[field].is_string()),
            "{body}"
        );
    }
    let post = bench
        .http
        .post(bench.url("/api/v2/users"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            post.status().as_u16(),
            post.headers()["allow"].to_str().unwrap()
        ),
        (405, "GET")
    );
}

#[tokio::test]
async fn registrations_are_the_state() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let state = bench.control_get("/_org/state").await;
    let mut seen = 0;
    for user in 1..=12 {
        let id = format!("u-{user}");
        let read = bench
            .get_json(
                &format!("/api/v2/telephony/users/{id}/registrations"),
                &token,
            )
            .await;
        let devices = read["entities"].as_array().unwrap();
        assert!((1..=3).contains(&devices.len()));
        for device in devices {
            let same = |entry: &&Value| {
                entry["userId"] == *id && entry["deviceId"] == device["device"]["id"]
            };
            let entry = state["registrations"]
                .as_array()
                .unwrap()
                .iter()
                .find(same)
                .unwrap();
            assert_eq!(device["userId"], *id);
            assert_eq!(device["registered"], entry["registered"]);
            assert_eq!(device["activeCodecs"][0], entry["codec"]);
            seen += 1;
        }
    }
    assert_eq!(state["registrations"].as_array().unwrap().len(), seen);
}

#[tokio::test]
async fn the_rate_limit_is_per_token_and_counts_reads_only() {
    let bench = bench(Options {
        rate_limit: 3,
        ..options()
    })
    .await;
    let (one, other) = (bench.token().await, bench.token().await);
    let _stream = bench.stream("u-1", &one).await;
    for _ in 0..3 {
        assert_eq!(bench.get("/api/v2/users", &one).await.status(), 200);
    }
    let refused = bench
        .get("/api/v2/telephony/users/u-1/registrations", &one)
        .await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(
        refused.json::<Value>().await.unwrap()["code"],
        "too.many.requests"
    );
    assert_eq!(bench.get("/api/v2/users", &other).await.status(), 200);
    assert_eq!(bench.control_get("/_org/state").await["users"], 12);
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let old = trusting(&bench.org).http1_only().build().unwrap();
    let new = trusting(&bench.org).build().unwrap();
    for (client, version) in [(old, Version::HTTP_11), (new, Version::HTTP_2)] {
        for _ in 0..2 {
            let reply = client
                .get(bench.url("/api/v2/users"))
                .bearer_auth(&token)
                .send()
                .await
                .unwrap();
            assert_eq!((reply.status().as_u16(), reply.version()), (200, version));
        }
    }
}

#[tokio::test]
async fn its_names_are_verified_and_its_ca_is_needed() {
    let bench = bench(options()).await;
    let url = bench.url("/api/v2/users");
    let by_name = bench
        .http
        .get(url.replace("127.0.0.1", "localhost"))
        .send()
        .await
        .unwrap();
    assert_eq!(by_name.status(), 401);
    let stranger = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .unwrap();
    assert!(stranger.get(&url).send().await.is_err());
}
