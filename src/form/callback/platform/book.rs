//! The form of a callback that waits on a queue for one time, where the API has no reservations.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::flow::Order;
use crate::flow::callback::CallbackOrder;
use crate::form::callback::{Known, MOST_NUMBERS};
use crate::form::item::TextItem;
use crate::form::{
    Check, CheckVerdict, Completion, Field, FieldKind, Form, Plan, Rules, Spec, path, read,
};
use crate::model::callback::{Appointment, BOOKED_AS, Queues, REASON};
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::phone::Phone;

static NUMBER: TextItem = TextItem("+14155550199");

static FIELDS: [Field; 8] = [
    Field::new(
        "callbackNumbers",
        "Numbers",
        FieldKind::List {
            item: &NUMBER,
            most: MOST_NUMBERS,
        },
    )
    .group("Caller")
    .help("A plus sign, the country code and the number; the first is called first."),
    Field::new("callbackUserName", "Name", FieldKind::Text)
        .group("Caller")
        .help("What the caller is called, for whoever calls back.")
        .optional(),
    Field::new("data.reason", "Reason", FieldKind::Text)
        .group("Caller")
        .help("What it is about; it becomes an attribute of the conversation."),
    Field::new("queueId", "Queue", FieldKind::Choice(&[]))
        .group("When")
        .help("Who calls back. Its schedule group's clock is the one that the time is written by."),
    Field::new("callbackScheduledTime", "Time", FieldKind::Moment)
        .group("When")
        .help("At most 30 days ahead; empty is as soon as somebody is free.")
        .optional(),
    Field::new("validateCallbackNumbers", "Check number", FieldKind::Toggle)
        .group("How")
        .help("Whether the organisation refuses a number that it cannot call."),
    Field::new("countryCode", "Country", FieldKind::Text)
        .group("How")
        .help("Of a number without a country code, in two letters: US.")
        .optional(),
    Field::new("data.reference", "Reference", FieldKind::Text)
        .group("How")
        .help("Finds the callback again should the answer be lost. Channels, slots and limits the API does not have: the queue decides how it calls."),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "callback-appoint",
    title: "book a callback",
    subject: "data.reference",
    fields: &FIELDS,
};

/// The form, on a body or on the first time at which the queue asked for is open.
#[must_use]
pub fn open(known: Known, about: Vec<String>, body: Option<Value>, ids: &mut Ids) -> Form {
    let body = body.unwrap_or_else(|| {
        let queue = known.first(about.first().map(String::as_str));
        let mut body = json!({
            "queueId": queue.map_or("", |queue| queue.id.raw()),
            "callbackNumbers": [],
            "validateCallbackNumbers": true,
            "data": {(REASON): "", (BOOKED_AS): ids.reservation()},
        });
        if let Some(time) = known.soonest(queue) {
            path::set(&mut body, "callbackScheduledTime", Value::from(time));
        }
        body
    });
    Form::new(&SPEC, Box::new(Appoints(known)), about, body)
}

#[derive(Debug)]
struct Appoints(Known);

impl Appoints {
    fn appointment(&self, body: &Value) -> Result<Appointment, Vec<Fault>> {
        read(body, |appointment: &Appointment| {
            appointment.faults(&self.0.context())
        })
    }
}

fn text<'a>(body: &'a Value, at: &str) -> &'a str {
    path::get(body, at)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

impl Rules for Appoints {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.appointment(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let mut checks = Vec::new();
        for n in 0..MOST_NUMBERS {
            let at = format!("callbackNumbers[{n}]");
            let number = Phone::from(text(body, &at));
            checks.extend(crate::form::callback::number_check(at, &number));
        }
        let queue = text(body, "queueId");
        let time = text(body, "callbackScheduledTime");
        checks.extend(self.0.checks(queue, &[]));
        checks.extend(self.0.fold("callbackScheduledTime", "time", queue, time));
        if !queue.is_empty() && self.0.hours_unknown(queue) {
            let why = "when the queue is open is not known, so the time is not held against it";
            checks.push(Check::known("queueId", "hours", CheckVerdict::Warning, why));
        }
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let appointment = self.appointment(body)?;
        let queue = self.0.queue(&appointment.queue_id);
        let label = queue.map_or(appointment.queue_id.as_str().into(), |queue| {
            queue.label().clone()
        });
        let mut affects = vec![format!(
            "Promises a callback to {} on the queue {}.",
            appointment.number(),
            label.fit(40)
        )];
        if appointment.callback_scheduled_time.is_none() {
            affects.push(
                "It waits in line from now on: the caller is called as soon as somebody is free."
                    .to_owned(),
            );
        }
        let order = CallbackOrder::Appoint(Box::new(appointment));
        let undo = "It can be ended (c) until somebody has called.";
        Plan::of(Order::Callback(order), affects, undo)
    }

    fn completions(&self, path: &str, _: &Value) -> Vec<Completion> {
        match path {
            "queueId" => self.0.choices(),
            _ => Vec::new(),
        }
    }

    fn zone(&self, body: &Value) -> TimeZone {
        self.0.zone(text(body, "queueId"))
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        match path {
            "queueId" | "callbackScheduledTime" => self.0.calendar(text(body, "queueId")),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Stroke;
    use crate::model::api::Api;
    use crate::model::queue::Queue;
    use crate::store::{Changes, Store};
    use crate::text::Text;
    use crate::time::Millis;

    const NOW: Millis = Millis(1_900_000_000_000);

    fn form() -> Form {
        let mut store = Store::default();
        let queue = Queue {
            id: "q".into(),
            name: "Support".into(),
            zone_name: Text::default(),
            calendar: None,
            most: None,
            booked: None,
            mode: None,
            faults: Vec::new(),
        };
        let changes = &mut Changes::default();
        store.queues.listed(vec![queue], Vec::new(), NOW, changes);
        let can = Api::Platform.capabilities();
        open(
            Known::of(&store, can, NOW),
            Vec::new(),
            None,
            &mut Ids::seeded(1),
        )
    }

    fn typed(form: &mut Form, text: &str) {
        for c in text.chars() {
            form.stroke(Stroke::Type(c));
        }
        form.stroke(Stroke::Next);
    }

    #[test]
    fn what_is_typed_becomes_the_api_s_own_body() {
        let mut form = form();
        assert!(form.plan().is_none(), "whom to call is not said yet");
        typed(&mut form, "+14155550199");
        typed(&mut form, "Ana");
        typed(&mut form, "Router down");
        let plan = form.plan().unwrap_or_else(|| panic!("{:?}", form.faults()));
        let write = &plan.writes()[0];
        let body: Value = serde_json::from_str(write.body.as_deref().unwrap()).unwrap();
        assert_eq!(body["callbackNumbers"], json!(["+14155550199"]));
        assert_eq!(body["callbackUserName"], "Ana");
        assert_eq!(body["data"]["reason"], "Router down");
        assert_eq!(body["queueId"], "q");
        assert_eq!(body.get("callbackScheduledTime"), None, "hours unknown");
        assert_eq!(write.path.join("/"), "api/v2/conversations/callbacks");
        assert_eq!(write.permissions, ["conversation:callback:create"]);
        let told = plan.affects.join("\n");
        assert!(told.contains("+14•••••••99 on the queue Support"), "{told}");
        assert!(told.contains("as soon as somebody is free"), "{told}");
    }
}
