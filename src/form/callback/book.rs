//! A booking.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Known, SPEC};
use crate::flow::Order;
use crate::flow::callback;
use crate::form::{Check, Completion, Form, Plan, Rules, path, read};
use crate::model::callback::{Booking, Queues, Slot};
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::phone::Phone;

/// The form, on a body or on the first free slot of the queue asked for.
#[must_use]
pub fn open(known: Known, about: Vec<String>, body: Option<Value>, ids: &mut Ids) -> Form {
    let body = body.unwrap_or_else(|| {
        let queue = known.first(about.first().map(String::as_str));
        json!({
            "callback_id": ids.reservation(),
            "callback_number": "",
            "time_slot_matrix": known.suggested(queue),
            "channel_preferences": {"primary": "voice", "allow_sms": false},
            "queue_id": queue.map_or("", |queue| queue.id.raw()),
            "reason": "",
            "concurrency_limit": 1,
        })
    });
    Form::new(&SPEC, Box::new(known), about, body)
}

fn text<'a>(body: &'a Value, at: &str) -> &'a str {
    path::get(body, at)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn slots(body: &Value) -> Vec<Slot> {
    let slots = path::get(body, "time_slot_matrix").and_then(Value::as_array);
    let slots = slots.into_iter().flatten();
    slots
        .filter_map(|slot| serde_json::from_value(slot.clone()).ok())
        .collect()
}

impl Known {
    fn booking(&self, body: &Value) -> Result<Booking, Vec<Fault>> {
        read(body, |booking: &Booking| booking.faults(&self.context()))
    }
}

impl Rules for Known {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.booking(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let number = Phone::from(text(body, "callback_number"));
        let number = super::number_check("callback_number", &number);
        let mut checks: Vec<Check> = number.into_iter().collect();
        checks.extend(self.checks(text(body, "queue_id"), &slots(body)));
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let booking = self.booking(body)?;
        let queue = self.queue(&booking.queue_id);
        let label = queue.map_or(booking.queue_id.as_str().into(), |queue| {
            queue.label().clone()
        });
        let mut affects = vec![format!(
            "Promises a callback to {} on the queue {}.",
            booking.callback_number,
            label.fit(40)
        )];
        if let Some(room) = queue.and_then(crate::model::queue::Queue::room) {
            affects.push(format!(
                "The queue has {room}; it is read again right before, and a full one stops the booking."
            ));
        }
        let order = callback::CallbackOrder::Book(Box::new(booking));
        let undo = "It can be taken back (c) while nobody has been called yet.";
        Plan::of(Order::Callback(order), affects, undo)
    }

    fn completions(&self, path: &str, _: &Value) -> Vec<Completion> {
        match path {
            "queue_id" => self.choices(),
            _ => Vec::new(),
        }
    }

    fn zone(&self, body: &Value) -> TimeZone {
        self.zone(text(body, "queue_id"))
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        match path.split('[').next() {
            Some("queue_id" | "time_slot_matrix") => self.calendar(text(body, "queue_id")),
            _ => Vec::new(),
        }
    }
}
