//! What the filter grammar knows of a route.

use super::column::{criteria, events, reported};
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::store::routes::RouteRow;

/// The fields, in the order of their indices.
pub(super) const FIELDS: &[FieldSpec] = &[
    field("name", Kind::Text, "What people call it"),
    field("events", Kind::Text, "The events that it carries"),
    field("uri", Kind::Text, "Its destinations, all of them"),
    aside(
        "state",
        Kind::Choice(STATES),
        "Whether it is in use, or gone",
    ),
    aside(
        "reach",
        Kind::Text,
        "Whether its destinations can be reached",
    ),
    aside(
        "drift",
        Kind::Text,
        "Whether what runs is what was last deployed from here",
    ),
    aside("broken", Kind::Number, "Destinations that were not reached"),
    aside(
        "days",
        Kind::Number,
        "Days until the first of its certificates ends; 0 once it has",
    ),
    aside(
        "latency",
        Kind::Number,
        "The longest of the last looks, in milliseconds",
    ),
    aside(
        "changed",
        Kind::Moment,
        "When its body was last seen to change",
    ),
    field("id", Kind::Text, "The route's id"),
    field("kind", Kind::Text, "webhook, eventbridge or trigger"),
    field(
        "to",
        Kind::Text,
        "Where its events go first: a URI, a bus, a workflow",
    ),
    aside(
        "reported",
        Kind::Text,
        "What the organisation reports of it, and why",
    ),
    field("when", Kind::Text, "What an event has to be like"),
];

/// Every word that a route's state can be.
const STATES: &[&str] = &[
    "on", "off", "starting", "stopping", "not-on", "not-off", "error", "unknown", "stale", "gone",
    "deleted",
];

const fn field(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        kind,
        doc,
        bare: true,
    }
}

const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        bare: false,
        ..field(name, kind, doc)
    }
}

impl Fields for RouteRow {
    fn value(&self, index: usize) -> Value<'_> {
        let number = |n: Option<u64>| n.map_or(Value::Unknown, Value::Number);
        match index {
            0 => Value::Text(self.name().into()),
            1 => Value::Text(events(self).into()),
            2 => Value::Text(self.known.route.destinations().join(" ").into()),
            3 => Value::Text(self.state().into()),
            4 => Value::Text(self.reach.word.into()),
            5 => Value::Text(self.drift.word().into()),
            6 => number(u64::try_from(self.reach.looked - self.reach.reached).ok()),
            7 => number(self.reach.days.map(|days| u64::try_from(days).unwrap_or(0))),
            8 => number(self.reach.took_ms),
            9 => self.changed.map_or(Value::Unknown, Value::Moment),
            10 => Value::Text(self.known.id.raw().into()),
            11 => Value::Text(self.known.route.kind().word().into()),
            12 => Value::Text(self.known.route.towards().into()),
            13 => Value::Text(reported(self).into()),
            14 => Value::Text(criteria(self).into()),
            _ => Value::Unknown,
        }
    }
}
