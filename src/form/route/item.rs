//! One event filter as a line: `routing.queue.entered: queueId conversationId`.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::form::item::{Item, plain};

/// A line for an event and the fields that are sent of it.
#[derive(Debug)]
pub(super) struct EventItem;

pub(super) static EVENT: EventItem = EventItem;

impl Item for EventItem {
    fn shape(&self) -> &'static str {
        "EVENT or EVENT: FIELD FIELD"
    }

    fn read(&self, text: &str, _zone: &TimeZone) -> Value {
        let (event, fields) = text.split_once(':').unwrap_or((text, ""));
        let fields: Vec<&str> = fields
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|field| !field.is_empty())
            .collect();
        json!({ "eventType": event.trim(), "fields": fields })
    }

    fn show(&self, value: &Value, _zone: &TimeZone) -> String {
        let Some(event) = value.get("eventType") else {
            return plain(value);
        };
        let fields = value.get("fields").and_then(Value::as_array);
        let fields: Vec<String> = fields.into_iter().flatten().map(plain).collect();
        match fields.as_slice() {
            [] => plain(event),
            some => format!("{}: {}", plain(event), some.join(" ")),
        }
    }

    fn fault(&self, value: &Value, _zone: &TimeZone) -> Option<String> {
        let named = value.get("eventType").is_some_and(Value::is_string);
        (!named).then(|| format!("write {}", self.shape()))
    }
}
