//! Operational events: what went wrong or was switched, as the organisation itself tells of it (Platform API, Usage).
//!
//! They come of what happens here: integrations that are switched or in error, triggers that somebody else changed,
//! transfers that nobody took. Each goes out on the topic of its definition.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::all;
use super::integrations::table::{IntegrationStatus, Intended};
use super::query::interval;
use super::sparse::{moment, sparse};
use super::topics::Topics;
use super::{Answer, Call, Method, Operation, cursor, ok, operation};
use crate::org::reply::Refusal;

const VIEW: &[&str] = &["usage:events:view"];

/// The most events that are remembered.
const MOST: usize = 1_000;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "usage/events/definitions", all(VIEW), definitions),
    operation(Method::GET, "usage/events/definitions/{id}", all(VIEW), definition),
    operation(Method::POST, "usage/events/query", all(VIEW), query),
    operation(Method::POST, "usage/events/aggregates/query", all(VIEW), counts),
];

/// What kind of thing an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) struct Definition {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    entity: &'static str,
}

/// An integration was switched on or off.
pub(in crate::org) const SWITCHED: Definition = Definition {
    id: "opev-integration-switched",
    name: "Integration state changed",
    description: "An integration was switched on or off.",
    entity: "INTEGRATION",
};

/// An integration cannot do its work.
pub(in crate::org) const IN_ERROR: Definition = Definition {
    id: "opev-integration-error",
    name: "Integration in error",
    description: "An integration that is switched on cannot do its work.",
    entity: "INTEGRATION",
};

/// Nobody took a transfer.
pub(in crate::org) const NOT_TAKEN: Definition = Definition {
    id: "opev-transfer-failed",
    name: "Transfer failed",
    description: "A conversation could not be transferred.",
    entity: "CONVERSATION",
};

const DEFINITIONS: [Definition; 3] = [SWITCHED, IN_ERROR, NOT_TAKEN];

impl Definition {
    fn entity(self) -> Value {
        json!({"id": self.id, "name": self.name, "description": self.description})
    }

    fn reference(self) -> Value {
        let uri = format!("/api/v2/usage/events/definitions/{}", self.id);
        json!({"id": self.id, "selfUri": uri})
    }
}

/// What happened to what.
#[derive(Clone, Debug, Default)]
pub(in crate::org) struct OperationalDetails {
    pub(in crate::org) entity_id: String,
    pub(in crate::org) entity_name: String,
    pub(in crate::org) previous: Option<&'static str>,
    pub(in crate::org) current: Option<String>,
    pub(in crate::org) error: Option<&'static str>,
    pub(in crate::org) conversation: Option<String>,
}

/// One event.
#[derive(Clone, Debug)]
struct OperationalEvent {
    definition: Definition,
    what: OperationalDetails,
    at: Timestamp,
}

impl OperationalEvent {
    /// As the query shows it (`OperationalEvent`).
    fn entity(&self) -> Value {
        let (definition, what) = (self.definition, &self.what);
        sparse(json!({
            "eventDefinition": definition.reference(),
            "entityId": what.entity_id,
            "entityName": what.entity_name,
            "previousValue": what.previous,
            "currentValue": what.current,
            "errorCode": what.error,
            "conversation": what.conversation.as_ref().map(|id| {
                json!({"id": id, "selfUri": format!("/api/v2/conversations/{id}")})
            }),
            "dateCreated": moment(self.at),
        }))
    }

    /// As its topic tells it.
    fn told(&self) -> Value {
        let what = &self.what;
        sparse(json!({
            "eventEntity": self.definition.entity(),
            "entityId": what.entity_id,
            "entityName": what.entity_name,
            "entityType": self.definition.entity,
            "previousValue": what.previous,
            "currentValue": what.current,
            "errorCode": what.error,
            "conversationId": what.conversation,
            "timestamp": self.at.as_millisecond(),
        }))
    }
}

/// The last events.
pub(in crate::org) struct OperationalLog {
    events: VecDeque<OperationalEvent>,
    topics: Topics,
}

impl OperationalLog {
    pub(super) fn new(topics: Topics) -> Self {
        Self {
            events: VecDeque::new(),
            topics,
        }
    }

    /// Notes that something happened, and tells of it.
    pub(in crate::org) fn note(
        &mut self,
        definition: Definition,
        what: OperationalDetails,
        at: Timestamp,
    ) {
        let event = OperationalEvent {
            definition,
            what,
            at,
        };
        let topic = format!("v2.operations.events.{}", definition.id);
        self.topics.publish(&topic, || event.told());
        if self.events.len() >= MOST {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// Notes what became of an integration that was switched.
    pub(super) fn note_integration(&mut self, told: &IntegrationStatus, at: Timestamp) {
        let word = |on: bool| if on { "ENABLED" } else { "DISABLED" };
        let is_on = told.intended == Intended::Enabled;
        let what = |previous, current: String, error| OperationalDetails {
            entity_id: told.id.to_string(),
            entity_name: told.name.clone(),
            previous: Some(previous),
            current: Some(current),
            error,
            conversation: None,
        };
        if told.was_on != is_on {
            let happening = what(word(told.was_on), word(is_on).to_owned(), None);
            self.note(SWITCHED, happening, at);
        }
        if let Some((code, message)) = &told.trouble {
            let happening = what("ACTIVATING", format!("ERROR: {message}"), Some(*code));
            self.note(IN_ERROR, happening, at);
        }
    }
}

/// `GET usage/events/definitions`.
fn definitions(_: &Call<'_>) -> Answer {
    ok(&json!({"entities": DEFINITIONS.map(Definition::entity)}))
}

/// `GET usage/events/definitions/{id}`.
fn definition(call: &Call<'_>) -> Answer {
    let id = call.id(0);
    let found = DEFINITIONS.iter().find(|one| one.id == id);
    let found = found.ok_or_else(|| Refusal::not_found(format!("There is no event {id}.")))?;
    ok(&found.entity())
}

/// Which events are wanted (`EventQueryRequest`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventQuery {
    interval: String,
    #[serde(default)]
    event_definition_ids: Vec<String>,
    search_term: Option<String>,
    sort_order: Option<String>,
}

/// `POST usage/events/query`: the newest first, unless it is to be otherwise.
fn query(call: &Call<'_>) -> Answer {
    let asked: EventQuery = call.read()?;
    let (from, to) = interval(&asked.interval)?;
    let records = call.shared.records();
    let mut found: Vec<Value> = records
        .operations
        .events
        .iter()
        .filter(|one| (from..to).contains(&one.at) && asked.wants(one))
        .map(OperationalEvent::entity)
        .collect();
    if asked.sort_order.as_deref() != Some("ASC") {
        found.reverse();
    }
    cursor::answer(call, &found)
}

/// Over which time events are counted (`EventAggregatesQueryRequest`).
#[derive(Debug, Deserialize)]
struct AggregateQuery {
    interval: String,
}

/// `POST usage/events/aggregates/query`: how many events there were of each kind.
fn counts(call: &Call<'_>) -> Answer {
    let AggregateQuery { interval: text } = call.read()?;
    let (from, to) = interval(&text)?;
    let records = call.shared.records();
    let of = |definition: Definition| {
        let events = records.operations.events.iter();
        let within = events.filter(|one| (from..to).contains(&one.at));
        let count = within.filter(|one| one.definition == definition).count();
        json!({"eventDefinition": definition.reference(), "eventCount": count})
    };
    ok(&json!({"interval": text, "eventDefinitionAggregates": DEFINITIONS.map(of)}))
}

impl EventQuery {
    fn wants(&self, event: &OperationalEvent) -> bool {
        let ids = &self.event_definition_ids;
        let of_kind = ids.is_empty() || ids.iter().any(|id| id == event.definition.id);
        let term = self.search_term.as_deref().unwrap_or_default();
        let what = &event.what;
        of_kind && (what.entity_id.contains(term) || what.entity_name.contains(term))
    }
}
