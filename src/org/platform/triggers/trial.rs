//! Tests: what a trigger, or every trigger of a topic, would make of an event. Nothing is started.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::body::Criterion;
use super::table::Trigger;
use super::{TOPICS, matching};
use crate::org::platform::sparse::sparse;
use crate::org::platform::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// The event of the body: as JSON, as JSON in a text, as the published document has it, or an empty one.
fn event(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.body.is_empty() {
        return Ok(json!({}));
    }
    let given: Value = call.read()?;
    match given {
        Value::String(text) => serde_json::from_str(&text).map_err(|error| {
            let message = format!("the event is no JSON: {error}");
            Refusal::new(StatusCode::BAD_REQUEST, "bad.request", message)
        }),
        other => Ok(other),
    }
}

/// `POST processautomation/triggers/{id}/test`.
pub(super) fn of_trigger(call: &Call<'_>) -> Answer {
    let event = event(call)?;
    let records = call.shared.records();
    let trigger = records.triggers.get(call.id(0))?;
    let criteria = &trigger.body.match_criteria;
    let details: Vec<Value> = criteria.iter().map(|one| detail(one, &event)).collect();
    let (matched, startable) = (matches(trigger, &event), trigger.is_startable());
    let target = if startable {
        Vec::new()
    } else {
        let id = &trigger.body.target.id;
        vec![format!(
            "The workflow {id} does not exist or is not published."
        )]
    };
    ok(&json!({
        "schemaValidation": schema(&event),
        "jsonPathValidation": {"name": "JSON path validation", "step": 2, "matches": matched, "details": details},
        "targetValidation": {"name": "Target validation", "step": 3, "matches": startable, "details": target},
        "triggerMatches": matched && startable && event.is_object(),
    }))
}

/// `POST processautomation/triggers/topics/{topic}/test`.
pub(super) fn of_topic(call: &Call<'_>) -> Answer {
    let topic = call.id(0);
    if !TOPICS.contains(&topic) {
        return Err(Refusal::not_found(format!("There is no topic {topic}.")));
    }
    let event = event(call)?;
    let records = call.shared.records();
    let all = records.triggers.all();
    let (matched, unmatched): (Vec<_>, Vec<_>) = all
        .filter(|one| one.body.topic_name == topic)
        .partition(|one| matches(one, &event));
    let shown = |all: Vec<&Trigger>| all.into_iter().map(Trigger::brief).collect::<Vec<_>>();
    ok(&json!({
        "schemaValidation": schema(&event),
        "triggerMatchValidation": {
            "name": "Trigger match validation", "step": 2,
            "matchedTriggers": shown(matched), "unmatchedTriggers": shown(unmatched),
        },
    }))
}

fn matches(trigger: &Trigger, event: &Value) -> bool {
    let mut criteria = trigger.body.match_criteria.iter();
    criteria.all(|one| matching::matches(one, event))
}

/// An event is an object; more the organisation does not know of its topics.
fn schema(event: &Value) -> Value {
    let fits = event.is_object();
    let details = if fits {
        vec![]
    } else {
        vec!["the event is no object"]
    };
    json!({"name": "Event schema validation", "step": 1, "matches": fits, "details": details})
}

fn detail(criterion: &Criterion, event: &Value) -> Value {
    let found = matching::found(criterion, event).into_iter();
    let found: Vec<Value> = found
        .map(|value| json!({"value": value, "path": criterion.json_path}))
        .collect();
    sparse(json!({
        "jsonPath": criterion.json_path,
        "operator": criterion.operator,
        "value": criterion.value,
        "values": criterion.values,
        "generatedJsonPathCondition": format!("{} {:?}", criterion.json_path, criterion.operator),
        "match": matching::matches(criterion, event),
        "jsonPathExtraction": found,
    }))
}
