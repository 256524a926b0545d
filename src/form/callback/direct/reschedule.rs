//! Other slots for a reservation.

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SLOTS;
use crate::flow::Order;
use crate::flow::callback::CallbackOrder;
use crate::flow::callback::direct::Reschedule;
use crate::form::callback::Known;
use crate::form::{Check, Field, Form, Plan, Rules, Spec, read};
use crate::model::callback::{Booking, Callback, Slot};
use crate::model::payload::Fault;
use crate::store::callbacks::CallbackRow;
use crate::text::safe;

static FIELDS: [Field; 1] = [SLOTS];

/// What there is to fill in to move one.
pub static SPEC: Spec = Spec {
    name: "callback-move",
    title: "move a callback to other slots",
    subject: "",
    fields: &FIELDS,
};

#[derive(Debug, Deserialize)]
struct Body {
    time_slot_matrix: Vec<Slot>,
}

/// A reservation that is to be moved, and what is known of its queue.
#[derive(Debug)]
struct Moved {
    callback: Callback,
    known: Known,
}

/// The form for a reservation; `body` is from a draft.
#[must_use]
pub fn open(known: Known, row: &CallbackRow, body: Option<Value>) -> Form {
    let callback = row.callback().clone();
    let queue = known.first(Some(callback.queue.raw()));
    let body = body.unwrap_or_else(|| json!({"time_slot_matrix": known.suggested(queue)}));
    let about = vec![callback.id.raw().to_owned()];
    Form::new(&SPEC, Box::new(Moved { callback, known }), about, body)
}

impl Moved {
    fn change(&self, body: &Value) -> Result<Reschedule, Vec<Fault>> {
        let queue = self.callback.queue.raw();
        let judge = |body: &Body| {
            Booking::slot_faults(&body.time_slot_matrix, queue, &self.known.context())
        };
        let read: Body = read(body, judge)?;
        Ok(Reschedule {
            id: self.callback.id.clone(),
            queue: self.callback.queue.clone(),
            slots: read.time_slot_matrix,
        })
    }
}

impl Rules for Moved {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.change(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let change = self.change(body);
        let slots = change.map(|change| change.slots).unwrap_or_default();
        self.known.checks(self.callback.queue.raw(), &slots)
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let change = self.change(body)?;
        let callback = &self.callback;
        let was = self.known.when(callback.time, callback.queue.raw());
        let to = change
            .slots
            .iter()
            .map(|slot| safe(&slot.start).into_owned());
        let affects = vec![format!(
            "Moves the callback to {} on {} from {was} to {}.",
            callback.number,
            self.known.queue_name(callback.queue.raw()),
            to.collect::<Vec<_>>().join(", or ")
        )];
        let undo = "It can be moved back while its old slot is free and still to come.";
        let order = CallbackOrder::Reschedule(Box::new(change));
        // Somebody outside waits for the call.
        let plan = Plan::of(Order::Callback(order), affects, undo)?;
        Ok(plan.confirmed_by(Some("move".to_owned())))
    }

    fn zone(&self, _: &Value) -> TimeZone {
        self.known.zone(self.callback.queue.raw())
    }

    fn explain(&self, _: &str, _: &Value) -> Vec<String> {
        self.known.calendar(self.callback.queue.raw())
    }
}
