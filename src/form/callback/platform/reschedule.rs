//! Another time for a callback that waits on a queue. The API moves none without naming an agent, whose it is then.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::flow::Order;
use crate::flow::callback::CallbackOrder;
use crate::flow::callback::platform::Reschedule;
use crate::form::callback::Known;
use crate::form::{Check, Completion, Field, FieldKind, Form, Plan, Rules, Spec, path, read};
use crate::model::callback::{Callback, Move};
use crate::model::payload::Fault;
use crate::store::callbacks::CallbackRow;
use crate::text::safe;

static FIELDS: [Field; 2] = [
    Field::new("callbackScheduledTime", "Time", FieldKind::Moment)
        .group("When")
        .help("At most 30 days ahead, by the clock of the queue's schedule group."),
    Field::new("agentId", "Agent", FieldKind::Text)
        .group("Who")
        .help("The API moves a callback only to an agent, by id: it waits for that one then, not for the queue."),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "callback-retime",
    title: "move a callback to another time",
    subject: "",
    fields: &FIELDS,
};

/// A callback that is to be moved, and what is known of its queue.
#[derive(Debug)]
struct Retimes {
    callback: Callback,
    known: Known,
}

/// The form for a callback; `body` is from a draft.
#[must_use]
pub fn open(known: Known, row: &CallbackRow, body: Option<Value>) -> Form {
    let callback = row.callback().clone();
    let queue = known.first(Some(callback.queue.raw()));
    let agent = callback.agent.as_ref();
    let body = body.unwrap_or_else(|| {
        json!({
            "conversationId": callback.id.raw(),
            "agentId": agent.map_or("", |agent| agent.raw()),
            "callbackScheduledTime": known.soonest(queue).unwrap_or_default(),
        })
    });
    let about = vec![callback.id.raw().to_owned()];
    Form::new(&SPEC, Box::new(Retimes { callback, known }), about, body)
}

impl Retimes {
    fn moved(&self, body: &Value) -> Result<Reschedule, Vec<Fault>> {
        let queue = &self.callback.queue;
        let judge = |change: &Move| change.faults(queue.raw(), &self.known.context());
        let change: Move = read(body, judge)?;
        // Whatever a draft says: the callback that the form was opened on is moved, and no other.
        let conversation_id = self.callback.id.raw().to_owned();
        Ok(Reschedule {
            queue: queue.clone(),
            change: Move {
                conversation_id,
                ..change
            },
        })
    }
}

impl Rules for Retimes {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.moved(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let time = path::get(body, "callbackScheduledTime").and_then(Value::as_str);
        let (at, queue) = ("callbackScheduledTime", self.callback.queue.raw());
        let fold = self.known.fold(at, "time", queue, time.unwrap_or_default());
        fold.into_iter().collect()
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let moved = self.moved(body)?;
        let number = &self.callback.number;
        let callback = &self.callback;
        let was = self.known.when(callback.time, callback.queue.raw());
        let agent = moved.change.agent();
        let affects = vec![
            format!(
                "Moves the callback to {number} on {} from {was} to {}.",
                self.known.queue_name(callback.queue.raw()),
                safe(&moved.change.callback_scheduled_time)
            ),
            format!("It becomes the callback of the agent {}.", agent.fit(40)),
        ];
        let undo = "Its time can be set back; that it was no agent's before cannot.";
        let order = CallbackOrder::Move(Box::new(moved));
        // Somebody outside waits for the call.
        let plan = Plan::of(Order::Callback(order), affects, undo)?;
        Ok(plan.confirmed_by(Some("move".to_owned())))
    }

    fn completions(&self, path: &str, _: &Value) -> Vec<Completion> {
        match path {
            "agentId" => self.known.agents(),
            _ => Vec::new(),
        }
    }

    fn zone(&self, _: &Value) -> TimeZone {
        self.known.zone(self.callback.queue.raw())
    }

    fn explain(&self, _: &str, _: &Value) -> Vec<String> {
        self.known.calendar(self.callback.queue.raw())
    }
}
