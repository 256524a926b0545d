//! Bodies of routes as text: the `kind` says which of the shapes one has. Without it a body is a webhook's, as before there
//! was a choice.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Kind, Route};
use crate::model::payload::{self, Fault};
use crate::vault::MASK;

/// The member that says which kind a body is of; it is ours, and no API is sent it.
const KIND: &str = "kind";

/// Reads a body; what does not fit the shape of its kind names the field that it was found at.
pub fn read(json: &str) -> Result<Route, Fault> {
    let route = shape(json)?;
    route.keep_credentials();
    Ok(route)
}

fn shape(json: &str) -> Result<Route, Fault> {
    let mut body: Value = payload::read(json)?;
    let Some(object) = body.as_object_mut() else {
        return payload::read(json).map(Route::Webhook);
    };
    let shown = object.contains_key(SHOWN);
    if shown {
        told_only(object)?;
    }
    let kind = object.remove(KIND);
    // The published API knows no kind, and nothing else has a topic.
    let is_trigger = object.contains_key("topicName");
    match kind {
        Some(kind) => of_kind(&kind, &body),
        None if is_trigger => of_kind(&Kind::Trigger.word().into(), &body),
        None if shown => fields(&body).map(Route::Webhook),
        // As it was written, so that a line and a column are those of the file.
        None => payload::read(json).map(Route::Webhook),
    }
}

/// What only `route show` writes.
const SHOWN: &str = "drift";

/// What `route show` prints beside the body, and no route is made of.
const TOLD: [&str; 9] = [
    SHOWN,
    "id",
    "differs",
    "deliveries",
    "deployments",
    "standing",
    "intendedState",
    "reportedState",
    "detail",
];

/// Takes away what was only told. A value that was masked is not the value: deploying it would break the route.
fn told_only(body: &mut Map<String, Value>) -> Result<(), Fault> {
    body.retain(|key, _| !TOLD.contains(&key.as_str()));
    if body.get(KIND).is_none() && !body.contains_key("topicName") {
        // A webhook is told whether it is in use, and is made in use.
        body.remove("enabled");
    }
    match body.iter().find(|(_, value)| is_masked(value)) {
        Some((key, _)) => Err(Fault::new(
            key.clone(),
            "a value in it is masked: trunkline route show --body prints it whole",
        )),
        None => Ok(()),
    }
}

fn is_masked(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(MASK),
        Value::Array(values) => values.iter().any(is_masked),
        Value::Object(object) => object.values().any(is_masked),
        _ => false,
    }
}

fn of_kind(kind: &Value, body: &Value) -> Result<Route, Fault> {
    let known = Kind::ALL.into_iter();
    let kind = known.into_iter().find(|known| kind == known.word());
    match kind {
        Some(Kind::Webhook) => fields(body).map(Route::Webhook),
        Some(Kind::EventBridge) => fields(body).map(Route::EventBridge),
        Some(Kind::Trigger) => fields(body).map(Route::Trigger),
        None => Err(Fault::new(
            KIND,
            format!("it is not known: {}", super::kind::any_of(&Kind::ALL)),
        )),
    }
}

fn fields<T: DeserializeOwned>(body: &Value) -> Result<T, Fault> {
    payload::read(&body.to_string()).map_err(|fault| {
        // Lines and columns are those of a text that nobody has seen.
        let message = fault.message.split(" at line ").next();
        Fault::new(fault.path.clone(), message.unwrap_or_default())
    })
}

#[derive(Serialize)]
struct OfKind<'a, T> {
    kind: Kind,
    #[serde(flatten)]
    body: &'a T,
}

impl Serialize for Route {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind();
        match self {
            Self::Webhook(body) => body.serialize(to),
            Self::EventBridge(body) => OfKind { kind, body }.serialize(to),
            Self::Trigger(body) => OfKind { kind, body }.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut body = Value::deserialize(from)?;
        let kind = body.as_object_mut().and_then(|body| body.remove(KIND));
        let kind = kind.unwrap_or_else(|| Kind::Webhook.word().into());
        of_kind(&kind, &body).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: &str = r#"{"kind":"trigger","name":"t","topicName":"v2.x","target":{"type":"Workflow","id":"w"},"enabled":true,
        "matchCriteria":[{"jsonPath":"a","operator":"In","values":[1,"b"]}],"eventTTLSeconds":60}"#;

    #[test]
    fn a_body_of_each_kind_is_read_and_stays_itself() {
        let bridge = r#"{"kind":"eventbridge","name":"b","awsAccountId":"123456789012","awsAccountRegion":"eu-west-1",
            "eventSourceSuffix":"noc","eventFilter":["v2.x"]}"#;
        let webhook = r#"{"name":"w","uri":"https://h/","eventFilters":[]}"#;
        for (json, kind) in [
            (TRIGGER, Kind::Trigger),
            (bridge, Kind::EventBridge),
            (webhook, Kind::Webhook),
        ] {
            let route = read(json).unwrap();
            assert_eq!(route.kind(), kind);
            assert_eq!(read(&route.json()).unwrap(), route);
            let kept: Route = serde_json::from_str(&route.json()).unwrap();
            assert_eq!(kept, route);
        }
    }

    #[test]
    fn a_trigger_needs_no_kind_as_in_the_published_api() {
        let published = TRIGGER.replacen("\"kind\":\"trigger\",", "", 1);
        assert_ne!(published, TRIGGER);
        assert_eq!(read(&published).unwrap(), read(TRIGGER).unwrap());
    }

    #[test]
    fn what_route_show_prints_is_read_without_what_is_only_told() {
        let mut body: Value = serde_json::from_str(TRIGGER).unwrap();
        for key in TOLD {
            body[key] = "told".into();
        }
        assert_eq!(read(&body.to_string()).unwrap(), read(TRIGGER).unwrap());
        let webhook = r#"{"name":"w","uri":"https://h/","eventFilters":[],"headers":{"X-Token":"••••••"},
            "id":"1","enabled":true,"drift":"-"}"#;
        assert_eq!(read(webhook).unwrap_err().path, "headers");
        assert_eq!(
            read(&webhook.replace("••••••", "t")).unwrap().kind(),
            Kind::Webhook
        );
    }

    #[test]
    fn what_does_not_fit_names_its_field() {
        let misspelt = TRIGGER.replace("jsonPath", "jsonpath");
        let fault = read(&misspelt).unwrap_err();
        assert!(fault.path.starts_with("matchCriteria[0]"), "{fault}");
        let fault = read(r#"{"kind":"email"}"#).unwrap_err();
        assert_eq!(fault.path, "kind");
        assert!(fault.message.contains("eventbridge or trigger"), "{fault}");
        assert!(read("[]").is_err() && read("{").is_err());
    }
}
