//! Every rule of contract §9 in the form, at its field; completions and the drawn retry times.

use serde_json::{Value, json};

use super::*;
use crate::form::faults;
use crate::model::route::Known;

fn judge() -> Judge {
    judging(None)
}

fn judging(base: Option<Known>) -> Judge {
    Judge(Around {
        kind: route::Kind::Webhook,
        base,
        names: vec!["taken".to_owned()],
        elsewhere: Vec::new(),
        events: vec![EventType {
            name: "routing.queue.entered".into(),
            fields: vec!["queueId".into(), "conversationId".into()],
            carried_by: route::Kind::Webhook,
        }],
    })
}

fn example() -> Value {
    json!({
        "name": "queue-events", "type": "webhook", "uri": "https://bus.example.com/in",
        "uris": ["https://bus2.example.com/in"],
        "retryPolicy": {"maxRetries": 3, "retryInterval": 5.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"Content-Type": "application/json"},
    })
}

#[test]
fn every_rule_lands_on_its_field() {
    assert_eq!(faults(&SPEC, &judge(), &example()), []);
    for (pointer, value, at) in [
        ("/name", json!(""), "name"),
        ("/name", json!("taken"), "name"),
        ("/type", json!("email"), "type"),
        ("/uri", json!("http://bus.example.com/in"), "uri"),
        ("/uri", json!("https:///in"), "uri"),
        (
            "/uris",
            json!(vec!["https://bus.example.com/in"; 11]),
            "uris",
        ),
        ("/uris/0", json!("bus"), "uris[0]"),
        (
            "/retryPolicy/maxRetries",
            json!(6),
            "retryPolicy.maxRetries",
        ),
        (
            "/retryPolicy/maxRetries",
            json!("three"),
            "retryPolicy.maxRetries",
        ),
        (
            "/retryPolicy/retryInterval",
            json!(0.0),
            "retryPolicy.retryInterval",
        ),
        (
            "/retryPolicy/backoffFactor",
            json!(0.9),
            "retryPolicy.backoffFactor",
        ),
        ("/eventFilters", json!([]), "eventFilters"),
        (
            "/eventFilters/0/eventType",
            json!(""),
            "eventFilters[0].eventType",
        ),
        ("/headers", json!({"a b": "c"}), "headers.a b"),
    ] {
        let mut body = example();
        *body.pointer_mut(pointer).unwrap() = value;
        let found = faults(&SPEC, &judge(), &body);
        assert!(
            found.iter().any(|fault| fault.path == at),
            "{at}: {found:?}"
        );
        for fault in &found {
            assert!(SPEC.field(&fault.path).is_some(), "{fault} is at no field");
        }
    }
}

#[test]
fn a_line_is_an_event_with_its_fields() {
    let utc = jiff::tz::TimeZone::UTC;
    let read = |text| crate::form::item::Item::read(&EVENT, text, &utc);
    for (text, value) in [
        ("a.b", json!({"eventType": "a.b", "fields": []})),
        (
            "a.b: x y",
            json!({"eventType": "a.b", "fields": ["x", "y"]}),
        ),
        (
            " a.b :x,y ",
            json!({"eventType": "a.b", "fields": ["x", "y"]}),
        ),
    ] {
        assert_eq!(read(text), value, "{text}");
    }
    let shown = crate::form::item::Item::show(&EVENT, &read("a.b:x,y"), &utc);
    assert_eq!(shown, "a.b: x y");
}

#[test]
fn events_are_offered_and_then_their_fields() {
    let offered = |filter: Value| {
        let mut body = example();
        body["eventFilters"] = json!([filter]);
        let found = judge().completions("eventFilters[0]", &body);
        found.into_iter().map(|one| one.value).collect::<Vec<_>>()
    };
    assert_eq!(
        offered(json!({"eventType": "rou", "fields": []})),
        ["routing.queue.entered"]
    );
    assert_eq!(
        offered(json!({"eventType": "routing.queue.entered", "fields": ["queueId"]})),
        ["routing.queue.entered: queueId conversationId"]
    );
    assert!(judge().completions("name", &example()).is_empty());
}

#[test]
fn every_https_destination_is_looked_at() {
    let mut body = example();
    body["uris"] = json!(["https://b.example/", "http://127.0.0.1/", "no", 7]);
    let paths: Vec<_> = judge()
        .checks(&body)
        .into_iter()
        .map(|check| check.path)
        .collect();
    assert_eq!(paths, ["uri", "uris[0]"]);
}

#[test]
fn the_retry_times_are_told_and_drawn() {
    let lines = judge().explain("retryPolicy.maxRetries", &example());
    assert_eq!(lines[0], "tries: now, after 5 s, 15 s, 35 s");
    assert_eq!(lines[1].matches('●').count(), 4, "{}", lines[1]);
    assert!(judge().explain("uri", &example()).is_empty());
}

#[test]
fn a_plan_says_what_is_sent_and_what_it_means() {
    let plan = judge().plan(&example()).unwrap();
    assert_eq!(plan.writes()[0].kind.action(), "route.create");
    let there = route::read(&example().to_string()).unwrap();
    let judge = judging(Some(Known {
        version: Some(4),
        ..Known::new("i-1", there)
    }));
    let mut body = example();
    body["headers"]["X-Token"] = json!("hunter2");
    let plan = judge.plan(&body).unwrap();
    assert_eq!(plan.writes()[0].path.last().unwrap(), "i-1");
    assert!(
        plan.writes()[0]
            .body
            .as_ref()
            .unwrap()
            .contains(r#""version":4"#)
    );
    assert!(!plan.writes()[0].shown_body().unwrap().contains("hunter2"));
    assert!(plan.before.is_some());
}

#[test]
fn an_address_that_is_there_already_and_an_event_that_nobody_lists_are_warned_of() {
    let mut judge = judge();
    let other = ("https://bus2.example.com/in".to_owned(), "other".to_owned());
    judge.0.elsewhere.push(other);
    let mut body = example();
    body["uris"] = json!(["https://bus2.example.com/in", "https://bus.example.com/in"]);
    body["eventFilters"] = json!([{"eventType": "routing.queue.left"}]);
    let known = judge.checks(&body).into_iter();
    let told: Vec<_> = known
        .filter_map(|check| match check.ask {
            crate::form::Ask::Known(CheckVerdict::Warning, told) => Some((check.path, told)),
            _ => None,
        })
        .collect();
    let paths: Vec<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["uris[0]", "uris[1]", "eventFilters[0]"], "{told:?}");
    assert!(told[0].1.contains("route other") && told[1].1.contains("twice"));
}

#[test]
fn why_a_route_is_changed_is_kept_and_no_part_of_it() {
    let mut body = example();
    body["why"] = json!("  CHG-4711  ");
    assert_eq!(faults(&SPEC, &judge(), &body), []);
    let plan = judge().plan(&body).unwrap();
    let crate::flow::Order::Deploy(deploy) = plan.order() else {
        panic!("{plan:?}");
    };
    assert_eq!(
        deploy.why.as_ref().map(crate::text::Text::raw),
        Some("CHG-4711")
    );
    let write = &plan.writes()[0];
    assert!(!write.body.as_ref().unwrap().contains("CHG-4711"));
    assert_eq!(write.note["why"], "CHG-4711");
}
