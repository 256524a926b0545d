//! The events that an organisation tells its routes about: their types, their fields, and how they are drawn.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::org::routes::body::EventFilter;

/// A type of events, as `GET /api/v2/analytics/events/types` lists it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::org) struct EventType {
    #[serde(rename = "eventType")]
    name: &'static str,
    fields: &'static [&'static str],
    /// Whether it is drawn; the others tell of what really happened here.
    #[serde(skip)]
    drawn: bool,
}

const fn drawn(name: &'static str, fields: &'static [&'static str]) -> EventType {
    EventType {
        name,
        fields,
        drawn: true,
    }
}

const fn real(name: &'static str) -> EventType {
    EventType {
        name,
        fields: &["queueId", "callbackId"],
        drawn: false,
    }
}

/// Every type there is.
pub(in crate::org) const TYPES: [EventType; 9] = [
    drawn(
        "routing.queue.entered",
        &["queueId", "conversationId", "mediaType", "position"],
    ),
    drawn(
        "routing.queue.left",
        &["queueId", "conversationId", "reason", "waitMs"],
    ),
    drawn("routing.agent.status", &["userId", "status", "previous"]),
    drawn(
        "conversation.started",
        &["conversationId", "mediaType", "direction"],
    ),
    drawn(
        "conversation.transferred",
        &["conversationId", "from", "to"],
    ),
    drawn("conversation.ended", &["conversationId", "durationMs"]),
    real("callback.scheduled"),
    real("callback.completed"),
    drawn("edge.status", &["edgeId", "status"]),
];

/// One event, on its way to whoever wants it.
#[derive(Clone, Debug)]
pub(in crate::org) struct Event {
    pub(in crate::org) id: Uuid,
    pub(in crate::org) at: Timestamp,
    pub(in crate::org) kind: String,
    pub(in crate::org) fields: Map<String, Value>,
}

/// An event as it is delivered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventContent<'a> {
    id: String,
    event_type: &'a str,
    timestamp: Timestamp,
    data: Map<String, Value>,
}

impl Event {
    /// An event of a type that is drawn, with every field that it has.
    pub(super) fn draw(rng: &mut ChaCha8Rng, at: Timestamp) -> Self {
        let drawn: Vec<&EventType> = TYPES.iter().filter(|of| of.drawn).collect();
        let of = drawn[rng.random_range(0..drawn.len())];
        let id = Uuid::from_u128(rng.random());
        let fields = of.fields.iter();
        let fields = fields.map(|field| ((*field).to_owned(), value(field, rng)));
        Self {
            id,
            at,
            kind: of.name.to_owned(),
            fields: fields.collect(),
        }
    }

    /// An event that tells of a callback; none when it is at a stage that no type is for.
    pub(in crate::org) fn of_callback(
        status: &str,
        queue: &Value,
        callback: &Value,
        at: Timestamp,
    ) -> Option<Self> {
        let kind = format!("callback.{status}");
        let known = TYPES.iter().any(|of| of.name == kind);
        let fields = [("queueId", queue), ("callbackId", callback)];
        let fields = fields.map(|(field, value)| (field.to_owned(), value.clone()));
        known.then(|| Self {
            id: Uuid::new_v4(),
            at,
            kind,
            fields: fields.into_iter().collect(),
        })
    }

    /// The JSON to deliver through these filters, or none when none of them wants it. It holds the fields that any
    /// matching filter names; one that names none wants them all.
    pub(in crate::org) fn filtered(&self, filters: &[EventFilter]) -> Option<String> {
        let matching = || {
            let filters = filters.iter();
            filters.filter(|filter| filter.event_type == self.kind)
        };
        matching().next()?;
        let all = matching().any(|filter| filter.fields.is_empty());
        let wanted: BTreeSet<&str> = matching()
            .flat_map(|filter| filter.fields.iter().map(String::as_str))
            .collect();
        let fields = self.fields.iter();
        let data = fields
            .filter(|(field, _)| all || wanted.contains(field.as_str()))
            .map(|(field, value)| (field.clone(), value.clone()));
        let content = EventContent {
            id: self.id.to_string(),
            event_type: &self.kind,
            timestamp: self.at,
            data: data.collect(),
        };
        serde_json::to_string(&content).ok()
    }
}

fn value(field: &str, rng: &mut ChaCha8Rng) -> Value {
    const STATES: [&str; 5] = ["available", "busy", "away", "on_queue", "offline"];
    const MEDIA: [&str; 4] = ["voice", "chat", "email", "callback"];
    const QUEUES: [&str; 4] = ["support", "sales", "billing", "retention"];
    let mut one_of = |words: &[&str]| json!(words[rng.random_range(0..words.len())]);
    match field {
        "mediaType" => one_of(&MEDIA),
        "status" | "previous" => one_of(&STATES),
        "queueId" => one_of(&QUEUES),
        "reason" => one_of(&["answered", "abandoned", "overflow"]),
        "direction" => one_of(&["inbound", "outbound"]),
        "position" => json!(rng.random_range(1..40)),
        "waitMs" | "durationMs" => json!(rng.random_range(500..600_000)),
        "userId" | "from" | "to" => json!(format!("u-{}", rng.random_range(1..=240))),
        _ => json!(format!("{:08x}", rng.random::<u32>())),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn filter(event_type: &str, fields: &[&str]) -> EventFilter {
        EventFilter {
            event_type: event_type.to_owned(),
            fields: fields.iter().copied().map(str::to_owned).collect(),
        }
    }

    fn data(event: &Event, filters: &[EventFilter]) -> Option<Vec<String>> {
        let content: Value = serde_json::from_str(&event.filtered(filters)?).unwrap();
        let data = content["data"].as_object().unwrap();
        Some(data.keys().cloned().collect())
    }

    #[test]
    fn filters_choose_events_and_their_fields() {
        let event = Event {
            id: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH,
            kind: "a".into(),
            fields: [("x".into(), json!(1)), ("y".into(), json!(2))]
                .into_iter()
                .collect(),
        };
        assert_eq!(data(&event, &[]), None);
        assert_eq!(data(&event, &[filter("b", &["x"])]), None);
        assert_eq!(data(&event, &[filter("a", &["y", "z"])]).unwrap(), ["y"]);
        let two = [filter("a", &["y"]), filter("b", &[]), filter("a", &["x"])];
        assert_eq!(data(&event, &two).unwrap(), ["x", "y"]);
        assert_eq!(data(&event, &[filter("a", &[])]).unwrap(), ["x", "y"]);
    }

    #[test]
    fn drawn_events_have_the_fields_that_are_listed() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut seen = BTreeSet::new();
        for _ in 0..500 {
            let event = Event::draw(&mut rng, Timestamp::UNIX_EPOCH);
            let of = TYPES.iter().find(|of| of.name == event.kind);
            assert!(
                of.unwrap()
                    .fields
                    .iter()
                    .all(|field| event.fields.contains_key(*field))
            );
            seen.insert(event.kind);
        }
        assert_eq!(seen.len(), TYPES.iter().filter(|of| of.drawn).count());
    }
}
