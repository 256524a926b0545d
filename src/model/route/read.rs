//! Bodies of routes as text: the `kind` says which of the shapes one has. Without it a body is a webhook's, as before there
//! was a choice.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Kind, Route};
use crate::model::RouteId;
use crate::model::payload::{self, Fault};
use crate::vault::MASK;

/// The member that says which kind a body is of; it is ours, and no API is sent it.
const KIND: &str = "kind";

/// Reads a body; what does not fit the shape of its kind names the field that it was found at.
pub fn read(json: &str) -> Result<Route, Fault> {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let route = shape(payload::read(json)?, json, false)?;
    route.keep_credentials();
    Ok(route)
}

/// Reads a file: a body, and the id of the route that it is of, where it has one.
pub fn read_file(json: &str) -> Result<(Route, Option<RouteId>), Fault> {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let mut body: Value = payload::read(json)?;
    let id = body.as_object_mut().and_then(|body| body.remove(ID));
    let id = match id {
        None => None,
        Some(Value::String(id)) if !id.trim().is_empty() => Some(RouteId::from(id.as_str())),
        Some(_) => {
            let message = "it must be the id of a route, as a text. Take it out for a new route.";
            return Err(Fault::new(ID, message));
        }
    };
    let route = shape(body, json, id.is_some())?;
    route.keep_credentials();
    Ok((route, id))
}

/// A body that was read out of a text, and whether it has lost anything since.
fn shape(mut body: Value, json: &str, changed: bool) -> Result<Route, Fault> {
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
    if is_trigger {
        object.retain(|key, _| !ANSWERED.contains(&key.as_str()));
    }
    match kind {
        Some(kind) => of_kind(&kind, &body, json),
        None if is_trigger => of_kind(&Kind::Trigger.word().into(), &body, json),
        None if shown || changed => fields(&body, json).map(Route::Webhook),
        // As it was written: what is there twice is seen there alone.
        None => payload::read(json).map(Route::Webhook),
    }
}

/// What names the route that a file is of.
const ID: &str = "id";

/// What only `route show` writes.
const SHOWN: &str = "drift";

/// What `route show` prints beside the body, and no route is made of.
const TOLD: [&str; 9] = [
    SHOWN,
    ID,
    "differs",
    "deliveries",
    "deployments",
    "standing",
    "intendedState",
    "reportedState",
    "detail",
];

/// What the published API answers of a trigger (`Trigger`) and is not sent; the version of a change is read anew.
const ANSWERED: [&str; 2] = ["version", "selfUri"];

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

fn of_kind(kind: &Value, body: &Value, json: &str) -> Result<Route, Fault> {
    let known = Kind::ALL.into_iter();
    let kind = known.into_iter().find(|known| kind == known.word());
    match kind {
        Some(Kind::Webhook) => fields(body, json).map(Route::Webhook),
        Some(Kind::EventBridge) => fields(body, json).map(Route::EventBridge),
        Some(Kind::Trigger) => fields(body, json).map(Route::Trigger),
        None => Err(Fault::new(
            KIND,
            format!("it is not known: {}", super::kind::any_of(&Kind::ALL)),
        )),
    }
}

/// Lines are those of the text that a person wrote.
fn fields<T: DeserializeOwned>(body: &Value, json: &str) -> Result<T, Fault> {
    payload::read_of(&body.to_string(), json)
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
        of_kind(&kind, &body, "").map_err(D::Error::custom)
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
        let answered =
            published.replacen('{', r#"{"id":"tr-1","version":3,"selfUri":"/api/v2/x","#, 1);
        let (route, id) = read_file(&answered).unwrap();
        assert_eq!(route, read(TRIGGER).unwrap());
        assert_eq!(id, Some(RouteId::from("tr-1")));
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
    fn a_file_may_name_the_route_that_it_is_of() {
        let with = |id: &str| TRIGGER.replacen('{', &format!("{{\"id\":{id},"), 1);
        let (route, id) = read_file(&with("\"tr-1\"")).unwrap();
        assert_eq!(route, read(TRIGGER).unwrap());
        assert_eq!(id, Some(RouteId::from("tr-1")));
        assert_eq!(read_file(TRIGGER).unwrap().1, None);
        for odd in ["7", "\"\"", "null"] {
            assert_eq!(read_file(&with(odd)).unwrap_err().path, "id");
        }
        assert_eq!(read(&with("\"tr-1\"")).unwrap_err().path, "id");
    }

    #[test]
    fn what_does_not_fit_names_its_field() {
        let several = TRIGGER.replace(r#""values":[1,"b"]"#, "\n\n\"values\":\"[1]\"");
        let fault = read(&several).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "matchCriteria[0].values: it must be a list, and is the text \"[1]\" (line 4). Write it as [..], without quotes around."
        );
        let aimless = TRIGGER.replace(r#""target":{"type":"Workflow","id":"w"},"#, "");
        let fault = read(&aimless).unwrap_err();
        assert_eq!(fault.to_string(), "target: missing (line 1). Add it.");
        let misspelt = TRIGGER.replace("jsonPath", "jsonpath");
        let fault = read(&misspelt).unwrap_err();
        assert!(fault.path.starts_with("matchCriteria[0]"), "{fault}");
        let fault = read(r#"{"kind":"email"}"#).unwrap_err();
        assert_eq!(fault.path, "kind");
        assert!(fault.message.contains("eventbridge or trigger"), "{fault}");
        assert!(read("[]").is_err() && read("{").is_err());
    }
}
