//! The listener knows who asks: tokens of its own, their scopes, and what stands in the audit.

use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use trunkline::config::profile::listen::Listen;
use trunkline::config::secret::SecretSource;
use trunkline::org::Options;

use crate::house::{House, anywhere, get_json, locked, request, with_token};

const DASHBOARD: &str = "/api/v1/telephony/dashboard";

/// Everything that tells something of the organisation.
const READS: [&str; 4] = [DASHBOARD, "/metrics", "/callbacks.ics", "/nowhere"];

async fn ask(at: SocketAddr, verb: Method, path: &str, token: Option<&str>) -> (u16, Value) {
    let mut asked = request(verb, at, path);
    if let Some(token) = token {
        asked = asked.bearer_auth(token);
    }
    let answer = asked.body(route()).send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

/// A route that would be taken if its destination were there.
fn route() -> String {
    let route = json!({
        "name": "asked", "type": "webhook", "uri": "https://127.0.0.1:1/in", "uris": [],
        "retryPolicy": {"maxRetries": 1, "retryInterval": 1.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}], "headers": {},
    });
    route.to_string()
}

/// Waits until flows can be put on record.
async fn connected(house: &mut House) {
    house.settle().await;
}

#[tokio::test]
async fn nobody_gets_in_on_loopback_without_a_token() {
    let mut house = House::start(2, &locked()).await;
    connected(&mut house).await;
    house
        .during(|at| async move {
            for path in READS {
                let answer = request(Method::GET, at, path).send().await.unwrap();
                assert_eq!(answer.status(), 401, "{path}");
                assert_eq!(answer.headers()[WWW_AUTHENTICATE], "Bearer");
            }
            let (status, refusal) = ask(at, Method::POST, "/resolve", None).await;
            assert_eq!((status, &refusal["code"]), (401, &json!("bad.credentials")));
            // What a manager of services needs, and not a word more.
            assert_eq!(
                get_json(at, "/healthz").await,
                (200, json!({"status": "ok"}))
            );
            assert_eq!(
                get_json(at, "/readyz").await,
                (200, json!({"status": "ready"}))
            );
        })
        .await;
    assert_eq!(house.audit(), [] as [Value; 0], "nothing was begun");
}

#[tokio::test]
async fn its_own_tokens_have_their_scopes_and_stand_in_the_audit() {
    let mut house = House::start(2, &locked()).await;
    connected(&mut house).await;
    let (read, write) = (house.token("read"), house.token("write"));
    assert_ne!(read, write);
    house
        .during(|at| async move {
            for token in [&read, &write] {
                for path in READS {
                    let wanted = if path == "/nowhere" { 404 } else { 200 };
                    let (status, _) = ask(at, Method::GET, path, Some(token)).await;
                    assert_eq!(status, wanted, "{path}");
                }
            }
            let (status, refusal) = ask(at, Method::POST, "/resolve", Some(&read)).await;
            assert_eq!((status, &refusal["code"]), (403, &json!("scope.missing")));
            let (status, refusal) = ask(at, Method::POST, "/resolve", Some(&write)).await;
            assert_eq!(status, 502, "its destination is not there: {refusal}");
            let broken = request(Method::POST, at, "/resolve").bearer_auth(&write);
            assert_eq!(broken.body("{}").send().await.unwrap().status(), 400);
        })
        .await;
    let audit = house.audit();
    let told: Vec<(&str, &str)> = audit
        .iter()
        .map(|line| {
            let from = line["requesterFrom"].as_str().unwrap();
            assert!(from.starts_with("127.0.0.1:"), "{line}");
            let word = |key: &str| line[key].as_str().unwrap();
            (word("requester"), word("status"))
        })
        .collect();
    let refused = |name| (name, "refused");
    assert_eq!(
        told,
        [
            refused("read token"),
            refused("write token"),
            refused("write token")
        ]
    );
    let text = format!("{audit:?}");
    assert!(!text.contains(&house.token("read")) && !text.contains(&house.token("write")));
}

#[tokio::test]
async fn a_named_token_for_reading_does_not_write() {
    let listen = Listen {
        read_token: Some(SecretSource::Held("look sesame".into())),
        ..with_token("open sesame")
    };
    let mut house = House::start(1, &listen).await;
    house
        .during(|at| async move {
            for (token, read, write) in [
                ("look sesame", 200, 403),
                ("open sesame", 200, 400),
                ("look sesamf", 401, 401),
            ] {
                let got = ask(at, Method::GET, "/metrics", Some(token)).await.0;
                let post = request(Method::POST, at, "/resolve").bearer_auth(token);
                let post = post.body("{}").send().await.unwrap().status().as_u16();
                assert_eq!((got, post), (read, write), "{token}");
            }
        })
        .await;
}

#[tokio::test]
async fn a_profile_that_opens_reading_opens_nothing_else() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            assert_eq!(ask(at, Method::GET, DASHBOARD, None).await.0, 200);
            assert_eq!(ask(at, Method::POST, "/resolve", None).await.0, 401);
            assert_eq!(ask(at, Method::GET, DASHBOARD, Some("wrong")).await.0, 401);
        })
        .await;
}

#[tokio::test]
async fn a_read_only_profile_answers_403_and_says_so_in_the_audit() {
    let options = Options {
        users: 1,
        ..Options::default()
    };
    let read_only = |profile: &mut trunkline::config::Profile| profile.read_only = true;
    let mut house = Box::pin(House::of(&locked(), options, read_only)).await;
    connected(&mut house).await;
    let write = house.token("write");
    house
        .during(|at| async move {
            let (status, refusal) = ask(at, Method::POST, "/resolve", Some(&write)).await;
            assert_eq!((status, &refusal["code"]), (403, &json!("read.only")));
        })
        .await;
    let audit = house.audit();
    assert_eq!(audit.len(), 1, "{audit:?}");
    let line = &audit[0];
    assert_eq!(
        (&line["action"], &line["subject"], &line["status"]),
        (&json!("route.create"), &json!("asked"), &json!("refused"))
    );
    assert_eq!(line["requester"], "write token");
    assert!(line["error"].as_str().unwrap().contains("read-only"));
}

#[tokio::test]
async fn who_guesses_waits_and_who_knows_does_not() {
    let mut house = House::start(1, &with_token("open sesame")).await;
    let text = house
        .during(|at| async move {
            let guesses = (0..20).map(|n| async move {
                let guess = request(Method::GET, at, "/metrics").bearer_auth(format!("guess-{n}"));
                let answer = guess.send().await.unwrap();
                (
                    answer.status().as_u16(),
                    answer.headers().contains_key(RETRY_AFTER),
                )
            });
            let answers = futures_util::future::join_all(guesses).await;
            let plain = answers.iter().filter(|answer| **answer == (401, false));
            assert!((10..=13).contains(&plain.count()), "{answers:?}");
            assert!(answers.contains(&(429, true)), "{answers:?}");
            let began = std::time::Instant::now();
            let right = request(Method::GET, at, "/metrics").bearer_auth("open sesame");
            let right = right.header("accept", "text/plain").send().await.unwrap();
            assert_eq!(right.status(), 200);
            assert!(
                began.elapsed().as_millis() < 900,
                "a right token never waits"
            );
            right.text().await.unwrap()
        })
        .await;
    let denied = "trunkline_listener_denied_total{why=\"wrong_token\"} 20";
    assert!(text.contains(denied), "{text}");
}
