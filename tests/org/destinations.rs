//! Where routes lead: each destination in its manner, and events that arrive there by the route's own policy.

use std::error::Error;

use serde_json::{Value, json};

use trunkline::org::Options;

use crate::client::{Bench, bench, options, quick, trusting};
use crate::routes::route;

const PATH: &str = "/api/v2/outbound/integrations";

fn uri(bench: &Bench, name: &str) -> String {
    let mut destinations = bench.org.destinations().iter();
    let (_, uri) = destinations.find(|(known, _)| *known == name).unwrap();
    uri.clone()
}

/// Polls are not to run into the rate limit.
/// Every cause of an error, in one line.
fn causes(error: &reqwest::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        told.extend([": ", &inner.to_string()]);
        cause = inner.source();
    }
    told
}

#[tokio::test]
async fn each_destination_answers_in_its_manner() {
    let bench = quick(&[]).await;
    let http = trusting(&bench.org);
    let http = http
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (name, status) in [
        ("healthy", 200),
        ("slow", 200),
        ("failing", 500),
        ("redirecting", 302),
    ] {
        let reply = http.get(uri(&bench, name)).send().await.unwrap();
        assert_eq!(reply.status(), status, "{name}");
        if name == "redirecting" {
            assert_eq!(reply.headers()["location"], uri(&bench, "healthy").as_str());
        }
    }
    for (name, told) in [
        ("wrong-name", "not valid for name"),
        ("expired", "expired"),
        ("tls-1.1", "ProtocolVersion"),
    ] {
        let error = http.get(uri(&bench, name)).send().await.unwrap_err();
        let causes = causes(&error);
        assert!(causes.contains(told), "{name}: {causes}");
    }
    assert!(uri(&bench, "unresolvable").contains(".invalid/"));
    let ready: Value = serde_json::from_str(&bench.org.ready_line()).unwrap();
    for (name, uri) in bench.org.destinations() {
        assert_eq!(ready["destinations"][name], uri.as_str());
    }
}

/// A route of one retry without a wait worth mentioning.
async fn deploy(bench: &Bench, token: &str, uris: &[String], filters: Value) -> String {
    let mut body = route(&uris[0]);
    body["uris"] = json!(uris[1..]);
    body["retryPolicy"] = json!({"maxRetries": 2, "retryInterval": 0.01, "backoffFactor": 1.0});
    body["eventFilters"] = filters;
    body["headers"] = json!({"X-Team": "noc", "Content-Type": "application/vnd.events+json"});
    let reply = bench.post(PATH, token, &body).await;
    assert_eq!(reply.status(), 201);
    let route: Value = reply.json().await.unwrap();
    route["id"].as_str().unwrap().to_owned()
}

/// The deliveries of a route, once nothing is under way any more.
async fn settled(bench: &Bench, token: &str, id: &str) -> Vec<Value> {
    loop {
        let path = format!("{PATH}/{id}/deliveries");
        let list = bench.get_json(&path, token).await;
        let entities = list["entities"].as_array().unwrap();
        if entities.iter().all(|one| one["inFlight"] == 0) {
            return entities.clone();
        }
        tokio::task::yield_now().await;
    }
}

async fn happen(bench: &Bench, event: &str, fields: Value) -> Value {
    bench
        .control_post(
            "/_org/events",
            json!({"eventType": event, "fields": fields}),
        )
        .await
}

#[tokio::test]
async fn an_event_arrives_with_the_fields_and_headers_of_the_route() {
    let bench = quick(&[]).await;
    let token = bench.token().await;
    let filters = json!([{"eventType": "test.a", "fields": ["x"]}]);
    let id = deploy(&bench, &token, &[uri(&bench, "healthy")], filters).await;
    assert_eq!(happen(&bench, "test.b", json!({"x": 1})).await["sent"], 0);
    let event = happen(&bench, "test.a", json!({"x": 1, "y": 2})).await;
    assert_eq!(event["sent"], 1);
    let tallies = settled(&bench, &token, &id).await;
    assert_eq!(tallies.len(), 1);
    assert_eq!(tallies[0]["delivered"], 1);
    assert_eq!(tallies[0]["lastStatus"], 200);
    assert!(tallies[0]["lastAttempt"].is_string());

    let came = bench.control_get("/_org/destinations").await;
    let came = came["deliveries"].as_array().unwrap();
    assert_eq!(came.len(), 1, "{came:?}");
    assert_eq!(came[0]["path"], "/healthy/in");
    assert_eq!(came[0]["headers"]["x-team"], "noc");
    let content_type = &came[0]["headers"]["content-type"];
    assert_eq!(content_type, "application/vnd.events+json");
    let body = &came[0]["body"];
    assert_eq!(
        (&body["id"], &body["eventType"]),
        (&event["id"], &json!("test.a"))
    );
    assert_eq!(body["data"], json!({"x": 1}));
}

#[tokio::test]
async fn a_destination_is_retried_by_the_policy_and_failures_are_told_apart() {
    let bench = quick(&[]).await;
    let token = bench.token().await;
    let names = [
        "failing",
        "healthy",
        "redirecting",
        "wrong-name",
        "tls-1.1",
        "unresolvable",
    ];
    let uris = names.map(|name| uri(&bench, name));
    let filters = json!([{"eventType": "test.a", "fields": []}]);
    let id = deploy(&bench, &token, &uris, filters).await;
    assert_eq!(happen(&bench, "test.a", json!({})).await["sent"], 6);
    let tallies = settled(&bench, &token, &id).await;
    for (name, tally) in names.iter().zip(&tallies) {
        let good = *name == "healthy";
        assert_eq!(tally["uri"], uri(&bench, name).as_str());
        assert_eq!(tally["delivered"], u8::from(good), "{name}");
        assert_eq!(tally["failed"], u8::from(!good), "{name}");
        assert_eq!(tally["retried"], if good { 0 } else { 2 }, "{name}");
    }
    assert_eq!(tallies[0]["lastStatus"], 500);
    assert_eq!(tallies[2]["lastStatus"], 302, "redirects are not followed");
    for (tally, told) in
        tallies[3..]
            .iter()
            .zip(["not valid for name", "ProtocolVersion", "loopback"])
    {
        let error = tally["lastError"].as_str().unwrap();
        assert!(error.contains(told), "{error}");
        assert!(tally.get("lastStatus").is_none());
    }
    let came = bench.control_get("/_org/destinations").await;
    let failing = came["deliveries"].as_array().unwrap().iter();
    assert_eq!(
        failing.filter(|one| one["path"] == "/failing/in").count(),
        3
    );
}

#[tokio::test]
async fn a_route_that_is_off_or_gone_delivers_nothing_and_a_changed_one_forgets() {
    let bench = quick(&[]).await;
    let token = bench.token().await;
    let filters = json!([{"eventType": "test.a"}]);
    let uris = [uri(&bench, "healthy"), uri(&bench, "failing")];
    let id = deploy(&bench, &token, &uris, filters).await;
    happen(&bench, "test.a", json!({})).await;
    settled(&bench, &token, &id).await;
    let one = format!("/_org/routes/{id}");
    let changed = bench
        .control_put(&one, json!({"uris": [uri(&bench, "slow")]}))
        .await;
    assert_eq!(changed.status(), 200);
    let tallies = settled(&bench, &token, &id).await;
    let counts: Vec<_> = tallies.iter().map(|tally| &tally["delivered"]).collect();
    assert_eq!(counts, [1, 0], "what stays keeps its counts");
    bench.control_put(&one, json!({"enabled": false})).await;
    assert_eq!(happen(&bench, "test.a", json!({})).await["sent"], 0);
    bench.control_put(&one, json!({"enabled": true})).await;
    let path = format!("{PATH}/{id}");
    assert_eq!(bench.delete(&path, &token).await.status(), 204);
    assert_eq!(happen(&bench, "test.a", json!({})).await["sent"], 0);
}

#[tokio::test]
async fn what_a_destination_cannot_take_is_dropped_and_counted() {
    let bench = quick(&[]).await;
    let token = bench.token().await;
    let filters = json!([{"eventType": "test.a"}]);
    let id = deploy(&bench, &token, &[uri(&bench, "slow")], filters).await;
    let mut sent = 0;
    for _ in 0..20 {
        sent += happen(&bench, "test.a", json!({})).await["sent"]
            .as_u64()
            .unwrap();
    }
    assert!(sent < 20, "the slow one takes over a second for each");
    let tallies = settled(&bench, &token, &id).await;
    assert_eq!(tallies[0]["delivered"], sent);
    assert_eq!(tallies[0]["dropped"], 20 - sent);
}

#[tokio::test]
async fn with_a_rate_events_happen_by_themselves() {
    let bench = bench(Options {
        rate: 2000.0,
        rate_limit: 0,
        ..options()
    })
    .await;
    while bench.control_get("/_org/destinations").await["deliveries"]
        .as_array()
        .unwrap()
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
}
