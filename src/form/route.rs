//! The form of an event route to HTTPS destinations (contract §9); those of the other kinds are beside it.

mod around;
mod criterion;
pub mod eventbridge;
mod item;
pub mod plans;
pub mod trigger;

use serde_json::{Value, json};

use self::around::{Around, WHY};
use self::item::EVENT;
use super::item::TextItem;
use super::{
    Check, CheckVerdict, Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec, path,
};
use crate::model::finding::{Protocol, Target};
use crate::model::payload::Fault;
use crate::model::route::retry::{MOST_RETRIES, RetryPolicy};
use crate::model::route::{self, EventType, MOST_URIS, WEBHOOK, header};
use crate::store::Store;

/// Columns of the drawn retry times.
const DRAWN: usize = 40;

static URI: TextItem = TextItem("https://HOST/PATH");

static FIELDS: [Field; 10] = [
    Field::new("name", "Name", FieldKind::Text)
        .group("Route")
        .help("What it is called; no other route of the organisation is."),
    Field::new("type", "Type", FieldKind::Choice(&[WEBHOOK]))
        .group("Route")
        .help("The only kind there is."),
    Field::new("uri", "Destination", FieldKind::Text)
        .group("Destinations")
        .help("Where every event goes: https. It is looked at as soon as it is written, and again before the submit."),
    Field::new(
        "uris",
        "Additional destinations",
        FieldKind::List {
            item: &URI,
            most: MOST_URIS,
        },
    )
    .group("Destinations")
    .help("Every event goes to each of these as well."),
    Field::new(
        "retryPolicy.maxRetries",
        "Retries",
        FieldKind::Number {
            least: 0.0,
            most: MOST_RETRIES as f64,
            whole: true,
            unit: "",
        },
    )
    .group("When a destination does not accept an event")
    .help("Tries after the first."),
    Field::new(
        "retryPolicy.retryInterval",
        "First wait",
        FieldKind::Number {
            least: 0.0,
            most: f64::INFINITY,
            whole: false,
            unit: "s",
        },
    )
    .group("When a destination does not accept an event")
    .help("Seconds before the first retry; more than 0."),
    Field::new(
        "retryPolicy.backoffFactor",
        "Backoff factor",
        FieldKind::Number {
            least: 1.0,
            most: f64::INFINITY,
            whole: false,
            unit: "times",
        },
    )
    .group("When a destination does not accept an event")
    .help("2 doubles each wait, 1 keeps them the same."),
    Field::new(
        "eventFilters",
        "Events",
        FieldKind::List {
            item: &EVENT,
            most: 100,
        },
    )
    .group("What is sent")
    .help("One a line, with the fields that are sent after a colon; without any, all of them. Known events are offered."),
    Field::new(
        "headers",
        "Headers",
        FieldKind::Pairs {
            secret: header::is_secret,
            most: 100,
        },
    )
    .group("What is sent")
    .help("Sent with every event. Values that may be secrets are masked, and in no draft."),
    WHY,
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "route",
    title: "deploy an event route",
    subject: "name",
    fields: &FIELDS,
};

#[derive(Debug)]
struct Judge(Around);

/// The form: of a new route, or of the one it is about.
pub fn open(opening: Opening, store: &Store) -> Result<Form, String> {
    let around = Around::of(route::Kind::Webhook, &opening, store)?;
    let body = opening.body.unwrap_or_else(|| around.suggested(new()));
    Ok(Form::new(
        &SPEC,
        Box::new(Judge(around)),
        opening.about,
        body,
    ))
}

fn new() -> Value {
    // Numbers cannot fail to become JSON.
    let policy = serde_json::to_value(RetryPolicy::default()).unwrap_or_default();
    json!({
        "name": "", "type": WEBHOOK, "uri": "", "uris": [], "retryPolicy": policy,
        "eventFilters": [], "headers": {"Content-Type": "application/json"},
    })
}

impl Judge {
    /// What is no mistake and hardly meant: an address that gets the same twice, an event that nobody knows.
    fn doubts(&self, uris: &[(String, &Value)], body: &Value) -> Vec<Check> {
        let mut checks = Vec::new();
        for (n, (path, uri)) in uris.iter().enumerate() {
            let Some(uri) = uri.as_str().filter(|uri| !uri.is_empty()) else {
                continue;
            };
            let here = uris
                .iter()
                .take(n)
                .any(|(_, other)| other.as_str() == Some(uri));
            let there = self.0.elsewhere.iter().find(|(other, _)| other == uri);
            let told = match (here, there) {
                (true, _) => {
                    "this route delivers there already: events would come twice".to_owned()
                }
                (false, Some((_, route))) => {
                    let route = crate::text::fit(route, 40);
                    format!("the route {route} delivers there too: events of both come there")
                }
                (false, None) => continue,
            };
            checks.push(Check::known(
                path.clone(),
                "double",
                CheckVerdict::Warning,
                told,
            ));
        }
        if self.0.events.is_empty() {
            return checks;
        }
        let filters = body.get("eventFilters").and_then(Value::as_array);
        for (n, filter) in filters.into_iter().flatten().take(MOST_URIS).enumerate() {
            let event = filter
                .get("eventType")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let known = |one: &EventType| one.name.raw() == event;
            if event.is_empty() || self.0.events.iter().any(known) {
                continue;
            }
            let path = path::index("eventFilters", n);
            let told =
                "the organisation lists no event of this name: nothing may ever be delivered";
            checks.push(Check::known(path, "event", CheckVerdict::Warning, told));
        }
        checks
    }

    /// Fields that could come next in a line, or the events that there are.
    fn events(&self, path: &str, body: &Value) -> Vec<Completion> {
        let typed = path::get(body, path);
        let event = typed.and_then(|typed| typed.get("eventType")?.as_str());
        let known = self
            .0
            .events
            .iter()
            .find(|known| Some(known.name.raw()) == event);
        let (Some(known), Some(typed)) = (known, typed) else {
            let offer = |known: &EventType| {
                let fields: Vec<String> = known.fields.iter().map(ToString::to_string).collect();
                Completion::new(known.name.raw(), format!("has {}", fields.join(" ")))
            };
            return self.0.events.iter().map(offer).collect();
        };
        let line = super::item::Item::show(&EVENT, typed, &jiff::tz::TimeZone::UTC);
        let line = if line.contains(':') {
            line
        } else {
            format!("{line}:")
        };
        let chosen = line.split_whitespace().skip(1).collect::<Vec<_>>();
        let left = known
            .fields
            .iter()
            .filter(|field| !chosen.contains(&field.raw()));
        left.map(|field| Completion::new(format!("{line} {}", field.raw()), "sends this field too"))
            .collect()
    }
}

impl Rules for Judge {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.0.faults(body)
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let further = body.get("uris").and_then(Value::as_array);
        let further = further.into_iter().flatten().take(MOST_URIS).enumerate();
        let all = further.map(|(n, uri)| (path::index("uris", n), uri));
        let first = body.get("uri").map(|uri| ("uri".to_owned(), uri));
        let check = |(path, uri): (String, &Value)| {
            let target = Target::new(Protocol::Http, uri.as_str()?).ok()?;
            uri.as_str()?
                .starts_with("https://")
                .then(|| Check::probe(path, target))
        };
        let uris: Vec<(String, &Value)> = first.into_iter().chain(all).collect();
        let mut checks = self.doubts(&uris, body);
        checks.extend(uris.into_iter().filter_map(check));
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        self.0.plan(body)
    }

    fn completions(&self, path: &str, body: &Value) -> Vec<Completion> {
        if path::within(path, "eventFilters") {
            return self.events(path, body);
        }
        Vec::new()
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        if !path::within(path, "retryPolicy") {
            return Vec::new();
        }
        let policy = body.get("retryPolicy").cloned().unwrap_or_default();
        match serde_json::from_value::<RetryPolicy>(policy) {
            Ok(policy) => vec![format!("tries: {}", policy.preview()), policy.drawn(DRAWN)],
            Err(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
