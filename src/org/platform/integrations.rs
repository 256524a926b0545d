//! Integrations, and of them those that hand events to Amazon `EventBridge` (Platform API, Integrations).
//!
//! What is intended comes true a moment later, or turns out to be an error that says why. A configuration is written by
//! version: one that somebody else has written meanwhile is told 409.

mod config;
pub(in crate::org) mod drift;
mod kinds;
pub(in crate::org) mod table;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use self::config::Configuration;
use self::table::Intended;
use super::access::{NOTHING, any};
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::reply::Refusal;

const VIEW: &[&str] = &["integrations:integration:view"];
const EDIT: &[&str] = &["integrations:integration:edit"];
const ADD: &[&str] = &["integrations:integration:add"];
const DELETE: &[&str] = &["integrations:integration:delete"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "integrations", any(VIEW), list),
    operation(Method::POST, "integrations", any(ADD), create),
    operation(Method::GET, "integrations/{id}", any(VIEW), one),
    operation(Method::PATCH, "integrations/{id}", any(EDIT), intend),
    operation(Method::DELETE, "integrations/{id}", any(DELETE), delete),
    operation(Method::GET, "integrations/{id}/config/current", any(VIEW), configuration),
    operation(Method::PUT, "integrations/{id}/config/current", any(EDIT), configure),
    operation(Method::POST, "integrations/webhooks/{token}/events", NOTHING, invoke),
    operation(Method::GET, "integrations/types", any(VIEW), kinds::list),
    operation(Method::GET, "integrations/types/{type}", any(VIEW), kinds::one),
    operation(Method::GET, "integrations/types/{type}/configschemas/{config}", any(VIEW), kinds::schema),
];

/// `GET integrations`; `expand=config.current` shows the configuration of each.
fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let (ids, now) = (call.query.list("ids"), Timestamp::now());
    let (kind, code) = (
        call.query.get("integrationType"),
        call.query.get("reportedState"),
    );
    let records = call.shared.records();
    let found: Vec<_> = records
        .integrations
        .all()
        .filter(|one| ids.is_empty() || ids.contains(&one.id.as_str()))
        .filter(|one| kind.is_none_or(|kind| one.kind == kind))
        .filter(|one| code.is_none_or(|code| one.reported(now).code() == code))
        .collect();
    let whole = shows_configuration(call);
    let shown: Vec<Value> = page
        .of_all(&found)
        .map(|one| one.entity(now, whole))
        .collect();
    page.answer(call, &shown, found.len())
}

fn shows_configuration(call: &Call<'_>) -> bool {
    call.query.names("expand", "config.current")
}

/// What makes an integration (`CreateIntegrationRequest`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateIntegration {
    name: Option<String>,
    integration_type: TypeRef,
}

#[derive(Debug, Deserialize)]
struct TypeRef {
    id: String,
}

/// `POST integrations`: it is off, and its configuration empty.
fn create(call: &Call<'_>) -> Answer {
    let asked: CreateIntegration = call.read()?;
    let (kind, now) = (kinds::find(&asked.integration_type.id)?, Timestamp::now());
    let name = asked.name.filter(|name| !name.trim().is_empty());
    let mut records = call.shared.records();
    let made =
        records
            .integrations
            .create(name.unwrap_or_else(|| kind.name.to_owned()), kind.id, now)?;
    ok(&made.entity(now, true))
}

/// `GET integrations/{id}`.
fn one(call: &Call<'_>) -> Answer {
    let (records, now) = (call.shared.records(), Timestamp::now());
    let found = records.integrations.get(call.id(0))?;
    ok(&found.entity(now, shows_configuration(call)))
}

/// What of an integration a PATCH changes (`Integration`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntegrationPatch {
    intended_state: Intended,
}

/// `PATCH integrations/{id}`: what it is to be.
fn intend(call: &Call<'_>) -> Answer {
    let (change, now): (IntegrationPatch, _) = (call.read()?, Timestamp::now());
    let mut records = call.shared.records();
    let found = records.integrations.get_mut(call.id(0))?;
    found.intend(change.intended_state, now);
    let entity = found.entity(now, shows_configuration(call));
    let told = found.told();
    records.operations.note_integration(&told, now);
    ok(&entity)
}

/// `DELETE integrations/{id}`: it is gone, and shown once more.
fn delete(call: &Call<'_>) -> Answer {
    let now = Timestamp::now();
    let mut records = call.shared.records();
    let mut gone = records.integrations.remove(call.id(0))?;
    gone.intend(Intended::Deleted, now);
    ok(&gone.entity(now, false))
}

/// `GET integrations/{id}/config/current`.
fn configuration(call: &Call<'_>) -> Answer {
    let records = call.shared.records();
    ok(&records.integrations.get(call.id(0))?.configuration())
}

/// `PUT integrations/{id}/config/current`: one that names an older version than the present one lost a race.
fn configure(call: &Call<'_>) -> Answer {
    let (asked, now): (Configuration, _) = (call.read()?, Timestamp::now());
    let mut records = call.shared.records();
    let found = records.integrations.get_mut(call.id(0))?;
    asked.check(found)?;
    found.configure(asked, now);
    ok(&found.configuration())
}

/// `POST integrations/webhooks/{token}/events`: an inbound webhook takes an event, whose id is its token here; its topic
/// tells of it.
fn invoke(call: &Call<'_>) -> Answer {
    let event: Value = call.read()?;
    let (records, now) = (call.shared.records(), Timestamp::now());
    let found = records.integrations.get(call.id(0))?;
    if found.kind != kinds::WEBHOOK {
        return Err(unknown(call.id(0)));
    }
    if found.reported(now).code() != "ACTIVE" {
        let message = "The webhook is not active.";
        return Err(Refusal::bad_request(message));
    }
    drop(records);
    let (id, token) = (Uuid::new_v4().to_string(), call.id(0));
    let topic = format!("v2.integrations.inbound.webhook.{token}.invocation");
    let told = || json!({"invocationId": id, "integrationId": token, "event": event});
    call.shared.topics.publish(&topic, told);
    ok(&json!({"invocationId": id}))
}

/// What is told of an integration that is not.
fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("The integration {id} could not be found."))
        .param("integrationId", id)
}
