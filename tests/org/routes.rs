//! Routes as their clients see them: the calls, every rule, the scopes, and writers that race.

use serde_json::{Value, json};

use crate::client::{Bench, bench, options};

const PATH: &str = "/api/v2/outbound/integrations";

pub fn route(uri: &str) -> Value {
    json!({
        "name": "queue-events", "type": "webhook", "uri": uri, "uris": [],
        "retryPolicy": {"maxRetries": 3, "retryInterval": 5.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"Content-Type": "application/json"},
    })
}

async fn create(bench: &Bench, token: &str, body: &Value) -> Value {
    let reply = bench.post(PATH, token, body).await;
    assert_eq!(reply.status(), 201);
    reply.json().await.unwrap()
}

#[tokio::test]
async fn a_route_is_made_read_changed_and_removed() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let body = route("https://bus.example.com/in");
    let made = create(&bench, &token, &body).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get_json(&one, &token).await, made);
    let list = bench.get_json(PATH, &token).await;
    assert!(list["entities"].as_array().unwrap().contains(&made));

    let mut other = body.clone();
    other["uris"] = json!(["https://bus2.example.com/in"]);
    other["unheardOf"] = json!({"is": "ignored"});
    let changed = bench.put(&one, &token, &other).await;
    assert_eq!(changed.status(), 200);
    let changed: Value = changed.json().await.unwrap();
    assert_eq!(changed["uris"], other["uris"]);
    assert_eq!(
        (&changed["id"], &changed["version"]),
        (&made["id"], &json!(2))
    );
    assert!(changed.get("unheardOf").is_none());

    let gone = bench.delete(&one, &token).await;
    assert_eq!(gone.status(), 204);
    assert_eq!(gone.text().await.unwrap(), "");
    assert_eq!(bench.get(&one, &token).await.status(), 404);
    assert_eq!(bench.put(&one, &token, &other).await.status(), 404);
    assert_eq!(bench.delete(&one, &token).await.status(), 404);
    let deliveries = format!("{one}/deliveries");
    assert_eq!(bench.get(&deliveries, &token).await.status(), 404);
}

#[tokio::test]
async fn every_rule_is_a_400_that_names_its_field() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let many: Vec<_> = (0..11).map(|n| format!("https://h{n}.example/")).collect();
    let broken = [
        ("/name", json!("")),
        ("/name", json!(7)),
        ("/type", json!("email")),
        ("/uri", json!("http://bus.example.com/in")),
        ("/uri", json!("https://")),
        ("/uri", json!("nonsense")),
        ("/uri", Value::Null),
        ("/uris", json!(many)),
        ("/uris", json!(["https://a.example/", "ftp://b.example/"])),
        ("/uris", json!("https://a.example/")),
        ("/retryPolicy/maxRetries", json!(6)),
        ("/retryPolicy/maxRetries", json!(-1)),
        ("/retryPolicy/maxRetries", json!(1.5)),
        ("/retryPolicy/retryInterval", json!(0)),
        ("/retryPolicy/retryInterval", json!(-0.5)),
        ("/retryPolicy/retryInterval", json!("5")),
        ("/retryPolicy/backoffFactor", json!(0.99)),
        ("/retryPolicy/backoffFactor", Value::Null),
        ("/retryPolicy", Value::Null),
        ("/eventFilters", json!([])),
        ("/eventFilters", json!([{"eventType": " ", "fields": []}])),
        ("/eventFilters", json!([{"eventType": "a", "fields": [1]}])),
        ("/headers", json!({"no good": "x"})),
        ("/headers", json!({"x-good": "a\nb"})),
        ("/headers", json!({"x-good": 1})),
    ];
    for (pointer, value) in broken {
        let mut body = route("https://bus.example.com/in");
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let reply = bench.post(PATH, &token, &body).await;
        assert_eq!(reply.status(), 400, "{pointer} {value}");
        let told = reply.json::<Value>().await.unwrap()["message"].to_string();
        let field = pointer.rsplit('/').next().unwrap();
        assert!(told.contains(field), "{pointer} {value}: {told}");
        let seeded = format!("{PATH}/int-queue-events");
        let put = bench.put(&seeded, &token, &body).await;
        assert_eq!(put.status(), 400, "PUT {pointer} {value}");
    }
    for (field, least) in [("retryPolicy", json!(0)), ("uris", json!(null))] {
        let mut body = route("https://bus.example.com/in");
        if field == "uris" {
            body["uris"] = json!(many[..10]);
        } else {
            body[field] = json!({"maxRetries": least, "retryInterval": 0.1, "backoffFactor": 1});
        }
        create(&bench, &token, &body).await;
    }
    let mut two = route("http://bus.example.com/in");
    two["name"] = json!("");
    let told = bench.post(PATH, &token, &two).await.text().await.unwrap();
    assert!(
        told.contains("name") && told.contains("uri"),
        "all at once: {told}"
    );
}

#[tokio::test]
async fn reading_and_writing_need_their_scopes() {
    let bench = bench(options()).await;
    let one = format!("{PATH}/int-queue-events");
    let body = route("https://bus.example.com/in");
    let read = bench.token_for("integration:outbound:read").await;
    let write = bench.token_for("integration:outbound:write").await;
    for (token, reads, writes) in [(&read, 200, 403), (&write, 403, 200)] {
        assert_eq!(bench.get(PATH, token).await.status(), reads);
        assert_eq!(bench.get(&one, token).await.status(), reads);
        let deliveries = bench.get(&format!("{one}/deliveries"), token).await;
        assert_eq!(deliveries.status(), reads);
        assert_eq!(bench.put(&one, token, &body).await.status(), writes);
    }
    assert_eq!(bench.post(PATH, &read, &body).await.status(), 403);
    assert_eq!(bench.delete(&one, &read).await.status(), 403);
    assert_eq!(bench.post(PATH, &write, &body).await.status(), 201);
    assert_eq!(bench.delete(&one, &write).await.status(), 204);
    let types = "/api/v2/analytics/events/types";
    assert_eq!(bench.get(types, &read).await.status(), 403);
    let events = bench.token_for("analytics:events:read").await;
    let types = bench.get_json(types, &events).await;
    let entered = types["entities"].as_array().unwrap().iter();
    let mut entered = entered.filter(|of| of["eventType"] == "routing.queue.entered");
    let fields = entered.next().unwrap()["fields"]
        .as_array()
        .unwrap()
        .clone();
    assert!(fields.contains(&json!("queueId")));
}

#[tokio::test]
async fn other_verbs_are_refused_with_those_that_are_taken() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    for (path, allowed) in [
        (PATH.to_owned(), "GET, POST"),
        (format!("{PATH}/int-queue-events"), "GET, PUT, DELETE"),
        (format!("{PATH}/int-queue-events/deliveries"), "GET"),
    ] {
        let call = bench.http.patch(bench.url(&path)).bearer_auth(&token);
        let reply = call.send().await.unwrap();
        assert_eq!(reply.status(), 405, "{path}");
        assert_eq!(reply.headers()["allow"], allowed, "{path}");
    }
}

#[tokio::test]
async fn a_writer_that_names_its_version_notices_another_one() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let made = create(&bench, &token, &route("https://bus.example.com/in")).await;
    let id = made["id"].as_str().unwrap();
    let one = format!("{PATH}/{id}");
    let change =
        json!({"retryPolicy": {"maxRetries": 0, "retryInterval": 1.0, "backoffFactor": 1.0}});
    let behind = bench
        .control_put(&format!("/_org/routes/{id}"), change)
        .await;
    assert_eq!(behind.status(), 200);
    let seen = bench.get_json(&one, &token).await;
    assert_eq!(seen["retryPolicy"]["maxRetries"], 0);
    assert_eq!(seen["name"], made["name"], "what was not given stays");
    assert_ne!(seen["modifiedBy"], made["modifiedBy"]);

    let mut mine = route("https://bus.example.com/in");
    mine["version"] = made["version"].clone();
    let late = bench.put(&one, &token, &mine).await;
    assert_eq!(late.status(), 409);
    assert_eq!(
        bench.get_json(&one, &token).await,
        seen,
        "nothing is written"
    );
    mine["version"] = seen["version"].clone();
    assert_eq!(bench.put(&one, &token, &mine).await.status(), 200);
    mine.as_object_mut().unwrap().remove("version");
    assert_eq!(bench.put(&one, &token, &mine).await.status(), 200);

    let broken = json!({"uri": "http://bus.example.com/in"});
    let broken = bench
        .control_put(&format!("/_org/routes/{id}"), broken)
        .await;
    assert_eq!(broken.status(), 400);
    let nobody = bench.control_put("/_org/routes/none", json!({})).await;
    assert_eq!(nobody.status(), 404);
}

#[tokio::test]
async fn seeded_routes_keep_the_rules_and_lead_to_every_destination() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let list = bench.get_json(PATH, &token).await;
    let seeds = list["entities"].as_array().unwrap();
    assert_eq!(seeds.len(), 6);
    let mut led = String::new();
    for seed in seeds {
        let one = format!("{PATH}/{}", seed["id"].as_str().unwrap());
        let put = bench.put(&one, &token, seed).await;
        assert_eq!(put.status(), 200, "as read, so written");
        led.extend([seed["uri"].to_string(), seed["uris"].to_string()]);
    }
    for name in [
        "healthy",
        "slow",
        "failing",
        "expired",
        "tls-1.1",
        "unresolvable",
    ] {
        let destinations = bench.org.destinations();
        let (_, uri) = destinations
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap();
        assert!(led.contains(uri), "{name}");
    }
}
