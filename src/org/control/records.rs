//! The other writer of what the Platform API alone keeps, and whoever declares emergencies.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, name, ok, parse};
use crate::org::platform::integrations::table::Intended;
use crate::org::reply::Refusal;
use crate::org::shared::Shared;

/// `PUT /_org/{what}/{id}`.
pub(super) fn put(shared: &Shared, path: &[&str], body: &Bytes) -> Answer {
    let &[what, id] = path else {
        return Err(Refusal::not_found("the control surface has nothing there"));
    };
    let id = name(id)?;
    match what {
        "integrations" => integration(shared, &id, body),
        "triggers" => trigger(shared, &id, body),
        _ => emergency(shared, &id, body),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct IntegrationChange {
    #[serde(default)]
    properties: Map<String, Value>,
    intended_state: Option<Intended>,
}

fn integration(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let (change, now): (IntegrationChange, _) = (parse(body)?, Timestamp::now());
    let mut records = shared.records();
    let found = records.integrations.get_mut(id)?;
    if !change.properties.is_empty() {
        found.meddle(change.properties, now);
    }
    if let Some(intended) = change.intended_state {
        found.intend(intended, now);
    }
    ok(&found.entity(now, true))
}

fn trigger(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let fields: Map<String, Value> = parse(body)?;
    let mut records = shared.records();
    let trigger = records.triggers.meddle(id, fields)?;
    ok(&trigger.entity())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmergencyChange {
    enabled: bool,
}

fn emergency(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let EmergencyChange { enabled } = parse(body)?;
    if !shared.records().emergencies.set(id, enabled) {
        let message = format!("there is no emergency group {id:?}");
        return Err(Refusal::not_found(message));
    }
    let body = json!({"id": id, "enabled": enabled});
    ok(&body)
}
