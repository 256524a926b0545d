//! `POST /resolve`: every answer of contract §9, and a hundred at once.

use std::net::SocketAddr;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use trunkline::config::profile::listen::{Listen, Open};

use crate::common::ran;
use crate::house::{House, get_json, raw, request, with_token};

const TOKEN: &str = "open sesame";

/// Everyone reads, and who writes shows the token.
fn listen() -> Listen {
    Listen {
        open: Some(Open::Reads),
        ..with_token(TOKEN)
    }
}

/// Ready to deploy; with the destinations of the organisation by their names.
async fn house() -> House {
    let mut house = Box::pin(House::within(2, &listen(), 0)).await;
    house.settle().await;
    let read = house.runner.run(|app| !app.store.routes.stale());
    tokio::time::timeout(std::time::Duration::from_secs(40), read)
        .await
        .expect("the routes are read")
        .unwrap();
    house
}

fn destination(house: &House, wanted: &str) -> String {
    let org = house.org.as_ref().unwrap();
    let mut named = org.destinations().iter();
    named.find(|(name, _)| *name == wanted).unwrap().1.clone()
}

fn route(name: &str, uri: &str) -> Value {
    json!({
        "name": name, "type": "webhook", "uri": uri, "uris": [],
        "retryPolicy": {"maxRetries": 1, "retryInterval": 1.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"X-Token": "hunter2", "Accept": "*/*"},
    })
}

async fn post(at: SocketAddr, body: String) -> (u16, Value) {
    let answer = request(Method::POST, at, "/resolve")
        .bearer_auth(TOKEN)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

#[tokio::test]
async fn a_route_is_deployed_and_posted_again_is_the_same_route() {
    let mut house = Box::pin(house()).await;
    let body = route("posted", &destination(&house, "healthy"));
    house
        .during(|at| async move {
            let (status, made) = post(at, body.to_string()).await;
            assert_eq!(status, 201, "{made}");
            assert_eq!(made["uri"], body["uri"]);
            assert_eq!(
                made["headers"],
                json!({"X-Token": "••••••", "Accept": "*/*"})
            );
            let (again, same) = post(at, body.to_string()).await;
            assert_eq!((again, &same["id"]), (201, &made["id"]));
            let mut other = body;
            other["retryPolicy"]["maxRetries"] = json!(3);
            let (changed, now) = post(at, other.to_string()).await;
            assert_eq!((changed, &now["id"]), (201, &made["id"]));
            assert_eq!(now["retryPolicy"]["maxRetries"], 3);

            let (_, mut metrics) = get_json(at, "/metrics").await;
            let figures = metrics.as_object_mut().unwrap().remove("figures");
            let figures = figures.unwrap().to_string();
            for name in ["reachable", "reachability_ratio"] {
                let family = format!("trunkline_destination_{name}");
                assert!(figures.contains(&family), "{figures}");
            }
            assert!(
                figures.contains(other["uri"].as_str().unwrap()),
                "{figures}"
            );
            assert_eq!(metrics["total_resolves"], 3);
            assert_eq!(metrics["successful_resolves"], 3);
            assert_eq!(metrics["reachability_rate"], 1.0);
            assert!(metrics["avg_latency_ms"].as_f64().unwrap() > 0.0);
        })
        .await;
    let history = house
        .runner
        .app
        .store
        .routes
        .iter()
        .find(|row| row.name() == "posted");
    assert_eq!(
        house
            .runner
            .app
            .store
            .routes
            .history(history.unwrap())
            .count(),
        2
    );
    let written = ran::written(&house.state());
    assert_eq!(
        written.matches("route.create").count(),
        2,
        "an intent and its outcome\n{written}"
    );
    assert_eq!(written.matches("route.update").count(), 2, "{written}");
    assert!(!written.contains("hunter2"));
}

#[tokio::test]
async fn every_broken_rule_is_a_400_that_names_its_field() {
    let mut house = Box::pin(house()).await;
    let good = destination(&house, "healthy");
    house
        .during(|at| async move {
            for (pointer, value, field) in [
                ("/name", json!(""), "name"),
                ("/type", json!("email"), "type"),
                ("/uri", json!("http://bus.example.com/in"), "uri"),
                ("/uri", json!("https:///in"), "uri"),
                ("/uri", json!(7), "uri"),
                ("/uris", json!(vec![good.as_str(); 11]), "uris"),
                ("/uris", json!(["ftp://bus.example.com"]), "uris[0]"),
                ("/retryPolicy/maxRetries", json!(6), "retryPolicy.maxRetries"),
                ("/retryPolicy/maxRetries", json!(-1), "retryPolicy.maxRetries"),
                ("/retryPolicy/retryInterval", json!(0), "retryPolicy.retryInterval"),
                ("/retryPolicy/backoffFactor", json!(0.5), "retryPolicy.backoffFactor"),
                ("/eventFilters", json!([]), "eventFilters"),
                ("/eventFilters/0/eventType", json!(""), "eventFilters[0].eventType"),
                ("/headers", json!({"a b": "c"}), "headers.a b"),
            ] {
                let mut body = route("invalid", &good);
                *body.pointer_mut(pointer).unwrap() = value;
                let (status, answer) = post(at, body.to_string()).await;
                assert_eq!((status, &answer["status"]), (400, &json!(400)), "{answer}");
                let errors = answer["errors"].as_array().unwrap();
                assert!(errors.iter().any(|error| error["path"] == field), "{field}: {answer}");
            }
            for torn in ["", "{", "[]", "null", "{}", "{\"name\":\"a\"}"] {
                assert_eq!(post(at, torn.to_owned()).await.0, 400, "{torn}");
            }
            let (_, mut metrics) = get_json(at, "/metrics").await;
            metrics.as_object_mut().unwrap().remove("figures");
            assert_eq!(
                metrics,
                json!({"reachability_rate": 0.0, "total_resolves": 0, "successful_resolves": 0, "avg_latency_ms": 0.0})
            );
        })
        .await;
}

#[tokio::test]
async fn one_bad_destination_of_three_is_a_502_that_shows_the_others_good() {
    let mut house = Box::pin(house()).await;
    let (good, slow) = (destination(&house, "healthy"), destination(&house, "slow"));
    let bad: Vec<(String, &str)> = [
        ("unresolvable", "dns"),
        ("expired", "tls"),
        ("wrong-name", "tls"),
        ("tls-1.1", "tls"),
        ("failing", "health"),
    ]
    .map(|(name, stage)| (destination(&house, name), stage))
    .into();
    house
        .during(|at| async move {
            let posts = bad.iter().enumerate().map(|(n, (uri, stage))| {
                let mut body = route(&format!("bad-{n}"), &good);
                body["uris"] = json!([uri, slow]);
                async move {
                    let (status, answer) = post(at, body.to_string()).await;
                    assert_eq!(status, 502, "{answer}");
                    assert!(
                        answer["message"].as_str().unwrap().contains(uri),
                        "{answer}"
                    );
                    let found = answer["destinations"].as_array().unwrap();
                    let broken: Vec<_> = found
                        .iter()
                        .filter(|found| found["health"].get("passed").is_none())
                        .collect();
                    assert_eq!(broken.len(), 1, "{answer}");
                    assert_eq!(broken[0]["uri"], *uri);
                    assert!(broken[0][stage].get("failed").is_some(), "{answer}");
                }
            });
            join_all(posts).await;
            let (_, metrics) = get_json(at, "/metrics").await;
            assert_eq!(
                (&metrics["total_resolves"], &metrics["reachability_rate"]),
                (&json!(5), &json!(0.0))
            );
            let text = request(Method::GET, at, "/metrics").header("accept", "text/plain");
            let text = text.send().await.unwrap().text().await.unwrap();
            assert!(
                text.contains("trunkline_resolves_total{outcome=\"not_deployed\"} 5"),
                "{text}"
            );
            assert!(!text.contains("NaN"), "{text}");
        })
        .await;
    assert!(
        house
            .runner
            .app
            .store
            .routes
            .iter()
            .all(|row| !row.name().starts_with("bad-"))
    );
}

#[tokio::test]
async fn other_verbs_and_bodies_without_an_end_are_refused() {
    let mut house = Box::pin(house()).await;
    house
        .during(|at| async move {
            for verb in [Method::GET, Method::PUT, Method::DELETE] {
                let answer = request(verb, at, "/resolve").send().await.unwrap();
                assert_eq!(answer.status(), 405);
                assert_eq!(answer.headers()["allow"], "POST");
            }
            let large = "x".repeat(65 * 1024);
            let head = "POST /resolve HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer open sesame\r\n";
            let told = format!("{head}content-length: {}\r\n\r\n", large.len());
            assert!(raw(at, told.as_bytes()).await.starts_with("HTTP/1.1 413"));
            let chunk = format!(
                "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
                large.len()
            );
            assert!(raw(at, chunk.as_bytes()).await.starts_with("HTTP/1.1 413"));
        })
        .await;
}

#[tokio::test]
async fn an_organisation_that_goes_on_failing_is_a_500() {
    let mut house = Box::pin(house()).await;
    let body = route("refused", &destination(&house, "healthy"));
    let org = house.org.take().unwrap();
    house
        .during(|at| async move {
            org.stop().await;
            let (status, answer) = post(at, body.to_string()).await;
            assert_eq!(
                (status, &answer["code"]),
                (500, &json!("not.deployed")),
                "{answer}"
            );
        })
        .await;
}

#[tokio::test]
async fn a_hundred_at_once_get_each_its_own_answer() {
    let mut house = Box::pin(house()).await;
    let (good, bad) = (
        destination(&house, "healthy"),
        destination(&house, "failing"),
    );
    house
        .during(|at| async move {
            let posts = (0..100).map(|n| {
                // Every tenth is of one name, so that they meet.
                let name = if n % 10 == 0 {
                    "shared".to_owned()
                } else {
                    format!("route-{n}")
                };
                let (expected, uri) = match n % 3 {
                    0 => (201, &good),
                    1 => (502, &bad),
                    _ => (400, &good),
                };
                let mut body = route(&name, &format!("{uri}?name={name}"));
                if expected == 400 {
                    body["eventFilters"] = json!([]);
                }
                async move {
                    let (status, answer) = post(at, body.to_string()).await;
                    assert_eq!(status, expected, "{n}: {answer}");
                    if status == 201 {
                        assert_eq!(
                            (&answer["name"], &answer["uri"]),
                            (&body["name"], &body["uri"])
                        );
                    }
                }
            });
            join_all(posts).await;
            let (_, metrics) = get_json(at, "/metrics").await;
            assert_eq!(
                (&metrics["total_resolves"], &metrics["successful_resolves"]),
                (&json!(67), &json!(34))
            );
        })
        .await;
    let routes = &house.runner.app.store.routes;
    let shared = routes.iter().filter(|row| row.name() == "shared").count();
    assert_eq!(shared, 1, "those of one name are one route");
    assert_eq!(
        routes
            .iter()
            .filter(|row| row.name().starts_with("route-"))
            .count(),
        30
    );
}
