//! A booking.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::SLOTS;
use crate::flow::Order;
use crate::flow::callback::CallbackOrder;
use crate::form::callback::Known;
use crate::form::{Check, Completion, Field, FieldKind, Form, Plan, Rules, Spec, path, read};
use crate::model::callback::{Booking, Queues, Slot};
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::phone::Phone;

const CHANNELS: [&str; 4] = ["voice", "sms", "email", "chat"];

static BOOKING: [Field; 9] = [
    Field::new("callback_number", "Number", FieldKind::Text)
        .group("Caller")
        .help("A plus sign, the country code and the number: +14155550199."),
    Field::new("reason", "Reason", FieldKind::Text)
        .group("Caller")
        .help("What it is about, for whoever calls back."),
    Field::new("queue_id", "Queue", FieldKind::Choice(&[]))
        .group("When")
        .help("Who calls back. Its clock is the one that slots are written by."),
    SLOTS,
    Field::new(
        "channel_preferences.primary",
        "Reach by",
        FieldKind::Choice(&CHANNELS),
    )
    .group("How")
    .help("How the caller is reached first."),
    Field::new(
        "channel_preferences.fallback",
        "Fallback channel",
        FieldKind::Choice(&CHANNELS),
    )
    .group("How")
    .help("How, when that fails; another than the first.")
    .optional(),
    Field::new(
        "channel_preferences.allow_sms",
        "SMS allowed",
        FieldKind::Toggle,
    )
    .group("How")
    .help("Whether the caller has agreed to short messages."),
    Field::new(
        "concurrency_limit",
        "Concurrency",
        FieldKind::Number {
            least: 1.0,
            most: 50.0,
            whole: true,
            unit: "",
        },
    )
    .group("How")
    .help("Callbacks that may run at once in the slot."),
    Field::new("callback_id", "Reference", FieldKind::Text)
        .group("How")
        .help("Finds the reservation again should the answer be lost."),
];

/// What there is to fill in for a booking.
pub static SPEC: Spec = Spec {
    name: "callback",
    title: "book a callback",
    subject: "callback_id",
    fields: &BOOKING,
};

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
        let number = crate::form::callback::number_check("callback_number", &number);
        let mut checks: Vec<Check> = number.into_iter().collect();
        let slots = slots(body);
        let first = slots.first().and_then(|slot| slot.start.parse().ok());
        let number = Phone::from(text(body, "callback_number"));
        let queue = self.zone(text(body, "queue_id"));
        checks.extend(first.and_then(|start| {
            let at = path::index("time_slot_matrix", 0);
            crate::form::callback::clock_check(at, &number, start, &queue)
        }));
        checks.extend(self.checks(text(body, "queue_id"), &slots));
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
        let order = CallbackOrder::Book(Box::new(booking));
        let undo = "It can be cancelled (c) while nobody has been called yet.";
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
