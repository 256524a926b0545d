//! Triggers: events of a topic that start a workflow when they match (Platform API, Process Automation).
//!
//! No workflow runs here. What a trigger would make of an event its tests tell.

mod body;
mod matching;
pub(in crate::org) mod table;
mod trial;

use serde_json::{Value, json};

use self::body::{Body, TriggerUpdate};
use self::table::Trigger;
use super::access::any;
use super::{Answer, Call, Method, Operation, cursor, ok, operation};
use crate::org::reply;

/// What shows triggers.
const VIEW: &[&str] = &[
    "processautomation:trigger:edit",
    "processautomation:trigger:view",
];
const ADD: &[&str] = &["processautomation:trigger:add"];
const EDIT: &[&str] = &["processautomation:trigger:edit"];
const DELETE: &[&str] = &["processautomation:trigger:delete"];
const TEST: &[&str] = &["processautomation:trigger:test"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "processautomation/triggers", any(VIEW), list),
    operation(Method::POST, "processautomation/triggers", any(ADD), create),
    operation(Method::GET, "processautomation/triggers/{id}", any(VIEW), one),
    operation(Method::PUT, "processautomation/triggers/{id}", any(EDIT), replace),
    operation(Method::DELETE, "processautomation/triggers/{id}", any(DELETE), delete),
    // None is on a schedule.
    operation(Method::GET, "processautomation/scheduledtriggers", any(VIEW), |call| cursor::answer(call, &[])),
    operation(Method::GET, "processautomation/triggers/topics", any(VIEW), topics),
    operation(Method::POST, "processautomation/triggers/{id}/test", any(TEST), trial::of_trigger),
    operation(Method::POST, "processautomation/triggers/topics/{topic}/test", any(TEST), trial::of_topic),
];

/// The topics that triggers may be for.
pub(super) const TOPICS: [&str; 10] = [
    "v2.detail.events.conversation.{id}.acd.start",
    "v2.detail.events.conversation.{id}.acd.end",
    "v2.detail.events.conversation.{id}.customer.start",
    "v2.detail.events.conversation.{id}.customer.end",
    "v2.detail.events.conversation.{id}.user.start",
    "v2.detail.events.conversation.{id}.user.end",
    "v2.detail.events.conversation.{id}.wrapup",
    "v2.users.{id}.presence",
    "v2.users.{id}.routingStatus",
    "v2.operations.events.{id}",
];

/// `GET processautomation/triggers`, by topic, by whether they are on and whether they wait.
fn list(call: &Call<'_>) -> Answer {
    let topic = call.query.get("topicName");
    let flag = |name: &str| call.query.get(name).map(|value| value == "true");
    let (enabled, delayed) = (flag("enabled"), flag("hasDelayBy"));
    let records = call.shared.records();
    let found: Vec<Value> = records
        .triggers
        .all()
        .filter(|one| topic.is_none_or(|topic| one.body.topic_name == topic))
        .filter(|one| enabled.is_none_or(|enabled| one.body.enabled == enabled))
        .filter(|one| delayed.is_none_or(|delayed| one.body.delay_by_seconds.is_some() == delayed))
        .map(Trigger::entity)
        .collect();
    cursor::answer(call, &found)
}

/// `POST processautomation/triggers`.
fn create(call: &Call<'_>) -> Answer {
    let body: Body = call.read()?;
    body.check()?;
    ok(&call.shared.records().triggers.create(body)?.entity())
}

/// `GET processautomation/triggers/{id}`.
fn one(call: &Call<'_>) -> Answer {
    ok(&call.shared.records().triggers.get(call.id(0))?.entity())
}

/// `PUT processautomation/triggers/{id}`: one that names an older version than the present one lost a race, and the topic
/// stays what it was.
fn replace(call: &Call<'_>) -> Answer {
    let TriggerUpdate { version, body } = call.read()?;
    body.check()?;
    let mut records = call.shared.records();
    ok(&records
        .triggers
        .replace(call.id(0), version, body)?
        .entity())
}

/// `DELETE processautomation/triggers/{id}`.
fn delete(call: &Call<'_>) -> Answer {
    call.shared.records().triggers.remove(call.id(0))?;
    Ok(reply::empty(hyper::StatusCode::NO_CONTENT))
}

/// `GET processautomation/triggers/topics`.
fn topics(call: &Call<'_>) -> Answer {
    cursor::answer(call, &TOPICS.map(|topic| json!(topic)))
}
