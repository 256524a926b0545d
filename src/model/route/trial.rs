//! A trial of a trigger: the organisation is shown an event and says what its trigger would make of it. Nothing is started.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Trigger;
use super::trigger::Criterion;
use crate::text::Text;

/// Parts of a JSON path that are followed; deeper ones are no field of an event.
const DEEPEST: usize = 16;

/// What the organisation says of an event and a trigger (Platform API, `TestModeResults`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// Whether the event would set the trigger off; none where it does not say.
    pub matches: Option<bool>,
    /// Whether the event is one of its topic, where it says so.
    pub schema: Option<bool>,
    /// Whether its target can be started, where it says so.
    pub target: Option<bool>,
    /// What it says beside, such as why the target cannot be started.
    pub details: Vec<Text>,
}

impl Trial {
    /// Whether the trigger could do its work: its target can be started, and the event was made to fit and does.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.target != Some(false) && self.matches != Some(false)
    }

    /// What came of it in a sentence; safe to show.
    #[must_use]
    pub fn sentence(&self) -> String {
        let said = |what: &str, good: Option<bool>, yes: &str, no: &str| match good {
            Some(true) => format!("{what} {yes}"),
            Some(false) => format!("{what} {no}"),
            None => format!("{what} not available"),
        };
        let parts = [
            said("event", self.matches, "matches", "does not match"),
            said("target", self.target, "can be started", "cannot be started"),
            said("schema", self.schema, "as the topic's", "not the topic's"),
        ];
        let mut sentence = parts.join(", ");
        for detail in &self.details {
            sentence.push_str("; ");
            sentence.push_str(&detail.to_string());
        }
        sentence
    }
}

impl Trigger {
    /// An event that fits its criteria, as far as their paths are plain fields: what a trigger is tried with when nobody has an
    /// event of their own.
    #[must_use]
    pub fn fitting_event(&self) -> Value {
        let mut event = Value::Object(Map::new());
        for criterion in &self.match_criteria {
            if let (Some(path), Some(value)) = (fields(&criterion.json_path), fitting(criterion)) {
                put(&mut event, &path, value);
            }
        }
        event
    }
}

/// The fields of a plain path: `mediaType`, `$.user.id`; none of one with wildcards, filters or indices.
fn fields(path: &str) -> Option<Vec<&str>> {
    let path = path.strip_prefix("$.").unwrap_or(path);
    let fields: Vec<&str> = path.split('.').collect();
    let plain = |field: &&str| {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        !field.is_empty() && field.chars().all(allowed)
    };
    (fields.len() <= DEEPEST && fields.iter().all(plain)).then_some(fields)
}

/// A value that a criterion lets through; none where there is no telling.
fn fitting(criterion: &Criterion) -> Option<Value> {
    let values = criterion.values.as_deref().unwrap_or_default();
    let value = criterion.value.as_ref();
    match criterion.operator.as_str() {
        "Equal" | "GreaterThanOrEqual" | "LessThanOrEqual" => value.cloned(),
        "GreaterThan" => Some(json!(value?.as_f64()? + 1.0)),
        "LessThan" => Some(json!(value?.as_f64()? - 1.0)),
        "NotEqual" => Some(json!(format!("not {}", value?))),
        "In" => values.first().or(value).cloned(),
        "NotIn" => Some(json!("none of those")),
        "Contains" | "All" => Some(match value {
            Some(value) => json!([value]),
            None => json!(values),
        }),
        "Exists" => value?.as_bool()?.then(|| json!("here")),
        _ => None,
    }
}

fn put(event: &mut Value, path: &[&str], value: Value) {
    let mut at = event;
    for field in path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(members) = at.as_object_mut() else {
            return;
        };
        at = members.entry((*field).to_owned()).or_insert(Value::Null);
    }
    *at = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::{Route, read};

    fn fitting(criteria: &Value) -> Value {
        let body = json!({"kind": "trigger", "name": "t", "topicName": "v2", "target": {"id": "w"}, "matchCriteria": criteria});
        match read(&body.to_string()).unwrap() {
            Route::Trigger(trigger) => trigger.fitting_event(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_event_is_made_that_fits() {
        let event = fitting(&json!([
            {"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"},
            {"jsonPath": "$.queue.id", "operator": "In", "values": ["q-1", "q-2"]},
            {"jsonPath": "queue.size", "operator": "GreaterThan", "value": 4},
            {"jsonPath": "flags", "operator": "All", "values": ["a"]},
            {"jsonPath": "here", "operator": "Exists", "value": true},
            {"jsonPath": "gone", "operator": "Exists", "value": false},
            {"jsonPath": "$..[?(@.x)]", "operator": "Equal", "value": 1},
        ]));
        assert_eq!(
            event,
            json!({"mediaType": "VOICE", "queue": {"id": "q-1", "size": 5.0}, "flags": ["a"], "here": "here"})
        );
    }

    #[test]
    fn two_criteria_that_quarrel_over_a_field_make_an_event_all_the_same() {
        let event = fitting(&json!([
            {"jsonPath": "a", "operator": "Equal", "value": 1},
            {"jsonPath": "a.b", "operator": "Equal", "value": 2},
        ]));
        assert_eq!(event, json!({"a": {"b": 2}}));
    }

    #[test]
    fn a_sentence_tells_every_part_and_a_dead_target_is_not_good() {
        let trial = Trial {
            matches: Some(true),
            target: Some(false),
            details: vec!["no such workflow".into()],
            ..Trial::default()
        };
        assert!(!trial.is_good());
        assert_eq!(
            trial.sentence(),
            "event matches, target cannot be started, schema not available; no such workflow"
        );
    }
}
