//! How two bodies of one route differ, in terms of its fields and without telling a secret.

use std::collections::BTreeMap;
use std::fmt;

use super::{EventFilter, Route, header};
use crate::text::Text;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON path: `uris`, `headers.Content-Type`, `eventFilters.routing.queue.entered`.
    pub path: Text,
    /// What was there; none for what was added. Secret values are masked.
    pub before: Option<Text>,
    /// What is there now; none for what was taken away. Secret values are masked.
    pub after: Option<Text>,
}

impl fmt::Display for Change {
    /// `- path: before`, `+ path: after` or `~ path: before -> after`; safe to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "~ {}: {before} -> {after}", self.path),
            (Some(before), None) => write!(f, "- {}: {before}", self.path),
            (None, Some(after)) => write!(f, "+ {}: {after}", self.path),
            (None, None) => write!(f, "~ {}", self.path),
        }
    }
}

/// What turns `before` into `after`; nothing when they are the same route.
///
/// Names of headers are compared as HTTP does, without their case: an organisation that writes them its own way has
/// changed nothing.
#[must_use]
pub fn changes(before: &Route, after: &Route) -> Vec<Change> {
    let mut found = Changes::default();
    found.word("name", &before.name, &after.name);
    found.word("type", &before.kind, &after.kind);
    found.word("uri", &before.uri, &after.uri);
    let list = |route: &Route| {
        route
            .uris
            .iter()
            .map(|uri| (uri.clone(), uri.clone()))
            .collect()
    };
    found.list("uris", list(before), list(after));
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
    found.headers(before, after);
    found.0
}

/// Whether two bodies are the same route.
#[must_use]
pub fn same(a: &Route, b: &Route) -> bool {
    changes(a, b).is_empty()
}

type Keyed = Vec<(String, String)>;

fn filters(route: &Route) -> Keyed {
    let entry = |filter: &EventFilter| {
        let fields = match filter.fields.as_slice() {
            [] => "all fields".to_owned(),
            some => some.join(" "),
        };
        (filter.event_type.clone(), fields)
    };
    route.event_filters.iter().map(entry).collect()
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, path: &str, before: Option<&str>, after: Option<&str>) {
        self.0.push(Change {
            path: path.into(),
            before: before.map(Text::from),
            after: after.map(Text::from),
        });
    }

    fn word(&mut self, path: &str, before: &str, after: &str) {
        if before != after {
            self.add(path, Some(before), Some(after));
        }
    }

    /// Entries by key; the order of a list counts, and is said when it alone differs.
    fn list(&mut self, path: &str, before: Keyed, after: Keyed) {
        if before == after {
            return;
        }
        let known = self.0.len();
        let value = |list: &Keyed, key: &str| {
            let entry = list.iter().find(|(other, _)| other == key);
            entry.map(|(_, value)| value.clone())
        };
        let place = |key: &str, value: &str| {
            if key == value {
                path.to_owned()
            } else {
                format!("{path}.{key}")
            }
        };
        for (key, old) in &before {
            match value(&after, key) {
                None => self.add(&place(key, old), Some(old), None),
                Some(new) if new != *old => self.add(&place(key, old), Some(old), Some(&new)),
                Some(_) => {}
            }
        }
        for (key, new) in &after {
            if value(&before, key).is_none() {
                self.add(&place(key, new), None, Some(new));
            }
        }
        if self.0.len() == known {
            let keys = |list: Keyed| list.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
            let (before, after) = (keys(before).join(" "), keys(after).join(" "));
            self.add(path, Some(&before), Some(&after));
        }
    }

    fn headers(&mut self, before: &Route, after: &Route) {
        let folded = |route: &Route| -> BTreeMap<String, (String, String)> {
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
                None => self.add(&path, Some(was), None),
                Some((_, now)) if now != value => {
                    let now = if header::is_secret(name) {
                        "another value"
                    } else {
                        now
                    };
                    self.add(&path, Some(was), Some(now));
                }
                Some(_) => {}
            }
        }
        for (key, (name, value)) in &new {
            if !old.contains_key(key) {
                let path = format!("headers.{name}");
                self.add(&path, None, Some(header::shown(name, value)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route() -> Route {
        serde_json::from_str(
            r#"{"name":"q","uri":"https://a.example/in","uris":["https://b.example/","https://c.example/"],
                "eventFilters":[{"eventType":"one","fields":["x"]},{"eventType":"two"}],
                "headers":{"Content-Type":"application/json","X-Token":"hunter2"}}"#,
        )
        .unwrap()
    }

    fn told(change: impl FnOnce(&mut Route)) -> Vec<String> {
        let (before, mut after) = (route(), route());
        change(&mut after);
        changes(&before, &after)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_route_does_not_differ_from_itself_nor_by_the_case_of_a_header() {
        assert_eq!(told(|_| ()), [""; 0]);
        let recased = |route: &mut Route| {
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
            move |r: &mut Route| {
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
