//! Each rule of contract §9 at its edges, by the field that it names.

use serde_json::{Value, json};

use crate::model::payload::Fault;
use crate::model::route::read;

/// The contract's own example.
fn example() -> Value {
    json!({
        "name": "queue-events", "type": "webhook", "uri": "https://bus.example.com/in",
        "uris": ["https://bus2.example.com/in"],
        "retryPolicy": {"maxRetries": 3, "retryInterval": 5.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"Content-Type": "application/json"}
    })
}

/// What is wrong with the example once the value at that pointer is another.
fn faults(pointer: &str, value: Value) -> Vec<Fault> {
    let mut body = example();
    *body.pointer_mut(pointer).expect("a field of the example") = value;
    match read(&body.to_string()) {
        Ok(route) => route.faults(),
        Err(fault) => vec![fault],
    }
}

/// The one fault, its path and its words.
fn fault(pointer: &str, value: Value) -> (String, String) {
    let mut faults = faults(pointer, value);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let fault = faults.remove(0);
    (fault.path, fault.message)
}

fn refused(pointer: &str, value: Value, path: &str, words: &str) {
    let (at, message) = fault(pointer, value);
    assert_eq!(at, path, "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn the_example_is_sent_as_the_contract_writes_it() {
    let route = read(&example().to_string()).unwrap();
    assert_eq!(route.faults(), []);
    assert_eq!(
        route.json(),
        concat!(
            r#"{"name":"queue-events","type":"webhook","uri":"https://bus.example.com/in","uris":["https://bus2.example.com/in"],"#,
            r#""retryPolicy":{"maxRetries":3,"retryInterval":5.0,"backoffFactor":2.0},"#,
            r#""eventFilters":[{"eventType":"routing.queue.entered","fields":["queueId"]}],"#,
            r#""headers":{"Content-Type":"application/json"}}"#
        )
    );
}

#[test]
fn at_most_ten_further_destinations() {
    let list = |n: usize| json!(vec!["https://bus.example.com/in"; n]);
    assert_eq!(faults("/uris", list(10)), []);
    refused("/uris", list(11), "uris", "at most 10");
}

#[test]
fn retries_are_none_to_five() {
    for good in [0, 5] {
        assert_eq!(faults("/retryPolicy/maxRetries", json!(good)), []);
    }
    for bad in [-1, 6, i64::MAX] {
        refused(
            "/retryPolicy/maxRetries",
            json!(bad),
            "retryPolicy.maxRetries",
            "0 to 5",
        );
    }
}

#[test]
fn waits_are_longer_than_nothing_and_do_not_shrink() {
    assert_eq!(faults("/retryPolicy/retryInterval", json!(0.001)), []);
    assert_eq!(faults("/retryPolicy/retryInterval", json!(5)), []);
    for bad in [0.0, -1.0] {
        refused(
            "/retryPolicy/retryInterval",
            json!(bad),
            "retryPolicy.retryInterval",
            "more than 0",
        );
    }
    assert_eq!(faults("/retryPolicy/backoffFactor", json!(1)), []);
    refused(
        "/retryPolicy/backoffFactor",
        json!(0.99),
        "retryPolicy.backoffFactor",
        "1.0 or more",
    );
}

#[test]
fn every_destination_is_https_with_a_host() {
    for good in [
        "https://h",
        "https://h:8443/a?b=c",
        "https://[::1]/",
        "HTTPS://h/",
    ] {
        assert_eq!(faults("/uri", json!(good)), [], "{good}");
        assert_eq!(faults("/uris/0", json!(good)), [], "{good}");
    }
    for (bad, words) in [
        ("", "missing"),
        ("http://bus.example.com/in", "not https"),
        ("ftp://bus.example.com/in", "not https"),
        ("https://", "no URI"),
        ("https:bus.example.com", "no host"),
        ("https:///in", "no host"),
        ("bus.example.com/in", "no URI"),
        ("https://user:secret@bus.example.com/", "credentials"),
        ("https://bus.example.com/ in", "spaces"),
        ("https://bus.example.com/\u{1b}[2J", "cannot be shown"),
        ("https://bus.example.com:99999/", "no URI"),
    ] {
        refused("/uri", json!(bad), "uri", words);
        refused("/uris/0", json!(bad), "uris[0]", words);
        assert!(!fault("/uri", json!(bad)).1.contains("secret"));
    }
    refused(
        "/uri",
        json!(format!("https://h/{}", "x".repeat(3_000))),
        "uri",
        "longer than",
    );
}

#[test]
fn without_a_filter_or_with_one_that_names_nothing_it_is_no_route() {
    refused(
        "/eventFilters",
        json!([]),
        "eventFilters",
        "without an event filter",
    );
    refused(
        "/eventFilters/0/eventType",
        json!(" "),
        "eventFilters[0].eventType",
        "empty",
    );
    refused(
        "/eventFilters/0/fields/0",
        json!(""),
        "eventFilters[0].fields[0]",
        "empty",
    );
    assert_eq!(faults("/eventFilters/0/fields", json!([])), []);
}

#[test]
fn names_kinds_and_headers_are_what_can_be_sent() {
    refused("/name", json!(""), "name", "needs a name");
    refused("/name", json!("a\u{202e}b"), "name", "cannot be shown");
    refused("/name", json!("x".repeat(129)), "name", "longer than 128");
    refused("/type", json!("email"), "type", "webhook");
    refused(
        "/headers",
        json!({"A B": "c"}),
        "headers.A B",
        "no header name",
    );
    refused(
        "/headers",
        json!({"X-A": "b\nc"}),
        "headers.X-A",
        "no header can carry",
    );
    refused(
        "/headers",
        json!({"X-A": "1", "x-a": "2"}),
        "headers.x-a",
        "twice",
    );
}

#[test]
fn a_wrong_type_a_missing_and_an_unknown_field_are_named() {
    refused(
        "/retryPolicy/maxRetries",
        json!("3"),
        "retryPolicy.maxRetries",
        "is the text \"3\"",
    );
    refused("/uris/0", json!(7), "uris[0]", "is the number 7");
    refused(
        "/eventFilters/0",
        json!({"fields": []}),
        "eventFilters[0].eventType",
        "missing",
    );
    refused(
        "/eventFilters/0",
        json!({"eventType": "a", "feilds": []}),
        "eventFilters[0].feilds",
        "no such field",
    );
    refused(
        "/headers",
        json!({"X-A": 1}),
        "headers.X-A",
        "is the number 1",
    );
}

#[test]
fn lists_are_bounded_and_so_is_what_is_said_of_them() {
    let filters = vec![json!({"eventType": ""}); 5_000];
    let faults = faults("/eventFilters", json!(filters));
    assert!(faults.len() <= 101, "{}", faults.len());
    assert!(
        faults
            .iter()
            .any(|fault| fault.message.contains("too many"))
    );
}
