//! How two routes to HTTPS destinations differ.

use std::collections::BTreeMap;

use super::{Changes, Keyed};
use crate::model::route::{EventFilter, Webhook, address, header};
use crate::vault;

pub(super) fn compare(found: &mut Changes, before: &Webhook, after: &Webhook) {
    found.word("name", &before.name, &after.name);
    found.word("type", &before.kind, &after.kind);
    if !address::same(&before.uri, &after.uri) {
        let (was, now) = (address::shown(&before.uri), address::shown(&after.uri));
        found.add("uri", Some(&was), Some(another(&was, &now)));
    }
    uris(found, &before.uris, &after.uris);
    let (old, new) = (before.retry_policy, after.retry_policy);
    let number = |n: f64| format!("{n:?}");
    found.word(
        "retryPolicy.maxRetries",
        &old.max_retries.to_string(),
        &new.max_retries.to_string(),
    );
    found.word(
        "retryPolicy.retryInterval",
        &number(old.retry_interval),
        &number(new.retry_interval),
    );
    found.word(
        "retryPolicy.backoffFactor",
        &number(old.backoff_factor),
        &number(new.backoff_factor),
    );
    found.list("eventFilters", filters(before), filters(after));
    headers(found, before, after);
}

/// What is new in place of something that shows the same.
fn another<'n>(was: &str, now: &'n str) -> &'n str {
    if was == now { "another value" } else { now }
}

/// Further destinations; those that differ in what is not shown alone are told apart all the same.
fn uris(found: &mut Changes, before: &[String], after: &[String]) {
    let known = |uri: &String| before.iter().find(|old| address::same(old, uri));
    let now: Vec<&String> = after.iter().map(|uri| known(uri).unwrap_or(uri)).collect();
    let was: Vec<&String> = before.iter().collect();
    if was == now {
        return;
    }
    let mut list: [Keyed; 2] = [was, now].map(|uris| {
        let shown = uris.into_iter().map(|uri| address::shown(uri).into_owned());
        shown.map(|shown| (shown.clone(), shown)).collect()
    });
    if list[0] == list[1] {
        let shown = list[0].iter().map(|(shown, _)| shown.as_str());
        let shown = shown.collect::<Vec<_>>().join(" ");
        found.add("uris", Some(&shown), Some("another value"));
        return;
    }
    let [before, after] = &mut list;
    found.list("uris", std::mem::take(before), std::mem::take(after));
}

fn filters(route: &Webhook) -> Keyed {
    let entry = |filter: &EventFilter| {
        let fields = match filter.fields.as_slice() {
            [] => "all fields".to_owned(),
            some => some.join(" "),
        };
        (filter.event_type.clone(), fields)
    };
    route.event_filters.iter().map(entry).collect()
}

fn headers(found: &mut Changes, before: &Webhook, after: &Webhook) {
    let folded = |route: &Webhook| -> BTreeMap<String, (String, String)> {
        let entry = |(name, value): (&String, &String)| {
            (name.to_ascii_lowercase(), (name.clone(), value.clone()))
        };
        route.headers.iter().map(entry).collect()
    };
    let (old, new) = (folded(before), folded(after));
    for (key, (name, value)) in &old {
        let path = format!("headers.{name}");
        let was = header::shown(name, value);
        match new.get(key) {
            None => found.add(&path, Some(was), None),
            Some((_, now)) if !vault::is_same(value, now) => {
                let now = if header::is_secret(name) {
                    "another value"
                } else {
                    now
                };
                found.add(&path, Some(was), Some(now));
            }
            Some(_) => {}
        }
    }
    for (key, (name, value)) in &new {
        if !old.contains_key(key) {
            let path = format!("headers.{name}");
            found.add(&path, None, Some(header::shown(name, value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::route::diff::changes;
    use crate::model::route::{Route, Webhook};

    fn route() -> Webhook {
        serde_json::from_str(
            r#"{"name":"q","uri":"https://a.example/in","uris":["https://b.example/","https://c.example/"],
                "eventFilters":[{"eventType":"one","fields":["x"]},{"eventType":"two"}],
                "headers":{"Content-Type":"application/json","X-Token":"hunter2"}}"#,
        )
        .unwrap()
    }

    fn told(change: impl FnOnce(&mut Webhook)) -> Vec<String> {
        let (before, mut after) = (route(), route());
        change(&mut after);
        let (before, after) = (Route::from(before), Route::from(after));
        changes(&before, &after)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_route_does_not_differ_from_itself_nor_by_the_case_of_a_header() {
        assert_eq!(told(|_| ()), [""; 0]);
        let recased = |route: &mut Webhook| {
            let value = route.headers.remove("X-Token").unwrap();
            route.headers.insert("x-token".into(), value);
        };
        assert_eq!(told(recased), [""; 0]);
    }

    #[test]
    fn every_field_tells_its_difference() {
        assert_eq!(told(|r| r.name = "p".into()), ["~ name: q -> p"]);
        assert_eq!(
            told(|r| r.retry_policy.retry_interval = 1.5),
            ["~ retryPolicy.retryInterval: 5.0 -> 1.5"]
        );
        assert_eq!(
            told(|r| {
                r.uris.remove(0);
                r.uris.push("https://d.example/".into());
            }),
            ["- uris: https://b.example/", "+ uris: https://d.example/"]
        );
        assert_eq!(
            told(|r| r.event_filters[0].fields.push("y".into())),
            ["~ eventFilters.one: x -> x y"]
        );
        assert_eq!(
            told(|r| r.event_filters.truncate(1)),
            ["- eventFilters.two: all fields"]
        );
    }

    #[test]
    fn an_order_that_alone_differs_is_a_difference() {
        let shown = told(|r| r.uris.reverse());
        assert_eq!(shown.len(), 1, "{shown:?}");
    }

    #[test]
    fn secrets_are_compared_and_not_told() {
        let set = |value: &'static str| {
            move |r: &mut Webhook| {
                r.headers.insert("X-Token".into(), value.into());
            }
        };
        assert_eq!(
            told(set("swordfish")),
            ["~ headers.X-Token: •••••• -> another value"]
        );
        let gone = told(|r| drop(r.headers.remove("X-Token")));
        assert_eq!(gone, ["- headers.X-Token: ••••••"]);
        assert!(!format!("{:?}", route()).contains("hunter2"));
    }
}
