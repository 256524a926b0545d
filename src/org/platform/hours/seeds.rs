//! The schedules and groups that the hours of the queues come to, and the emergencies that may be declared.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde_json::{Value, json};

use crate::org::platform::conversations::view::DIVISION;
use crate::org::queues::{Hours, Queue};

/// A Monday long before any callback: schedules that recur begin in its week.
const FIRST: Date = Date::constant(2025, 1, 6);

/// The days as rules of recurrence write them (RFC 5545 §3.3.10), Monday first.
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// An emergency group.
pub(super) struct Emergency {
    pub(super) id: &'static str,
    name: &'static str,
    flow: &'static str,
}

const EMERGENCIES: [Emergency; 2] = [
    Emergency {
        id: "eg-evacuation-fra",
        name: "Evacuation Frankfurt",
        flow: "flow-emergency-fra",
    },
    Emergency {
        id: "eg-carrier-outage",
        name: "Carrier outage",
        flow: "flow-emergency-carrier",
    },
];

/// Every emergency group.
pub(super) fn emergencies() -> impl Iterator<Item = &'static Emergency> {
    EMERGENCIES.iter()
}

impl Emergency {
    /// As the API shows it.
    pub(super) fn entity(&self, enabled: bool) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "division": division(),
            "version": 1,
            "state": "active",
            "enabled": enabled,
            "emergencyCallFlows": [{
                "emergencyFlow": {"id": self.flow, "name": format!("{} announcement", self.name)},
                "ivrs": [{"id": "ivr-main", "name": "Main number"}],
            }],
            "selfUri": format!("/api/v2/architect/emergencygroups/{}", self.id),
        })
    }
}

/// The id of the group that has the hours of a queue.
pub(in crate::org) fn group_id(queue: &str) -> String {
    format!("sg-{queue}")
}

/// Each queue's hours as a group.
pub(super) fn groups(queues: &[Queue]) -> Vec<Value> {
    let group = |queue: &Queue| {
        let id = group_id(&queue.id);
        let references = |ids: Vec<(String, String)>| -> Vec<Value> {
            let all = ids.into_iter();
            all.map(|(id, name)| json!({"id": id, "name": name, "selfUri": format!("/api/v2/architect/schedules/{id}")}))
                .collect()
        };
        let open = spans(queue).into_iter().enumerate();
        let open = open.map(|(nth, span)| (open_id(queue, nth), span.name(queue)));
        let holidays = queue.holidays().iter();
        let holidays = holidays.map(|date| (holiday_id(queue, *date), holiday_name(queue, *date)));
        json!({
            "id": id,
            "name": format!("{} hours", queue.name),
            "division": division(),
            "version": 1,
            "state": "active",
            "timeZone": queue.zone.iana_name(),
            "openSchedules": references(open.collect()),
            "closedSchedules": [],
            "holidaySchedules": references(holidays.collect()),
            "selfUri": format!("/api/v2/architect/schedulegroups/{id}"),
        })
    };
    queues.iter().map(group).collect()
}

/// Every schedule of every queue: one for each span of its week, and one for each holiday.
pub(super) fn schedules(queues: &[Queue]) -> Vec<Value> {
    let of = |queue: &Queue| {
        let open = spans(queue).into_iter().enumerate();
        let open = open.map(|(nth, span)| span.schedule(&open_id(queue, nth), queue));
        let holidays = queue.holidays().iter().map(|date| holiday(queue, *date));
        open.chain(holidays).collect::<Vec<_>>()
    };
    queues.iter().flat_map(of).collect()
}

/// The same hours on several days.
struct OpenHours {
    days: Vec<Weekday>,
    open: Time,
    close: Time,
}

/// The hours of a week, those that are alike together.
fn spans(queue: &Queue) -> Vec<OpenHours> {
    let mut spans: Vec<OpenHours> = Vec::new();
    for Hours { day, open, close } in queue.hours() {
        let alike = |span: &&mut OpenHours| (span.open, span.close) == (*open, *close);
        match spans.iter_mut().find(alike) {
            Some(span) => span.days.push(*day),
            None => spans.push(OpenHours {
                days: vec![*day],
                open: *open,
                close: *close,
            }),
        }
    }
    spans
}

impl OpenHours {
    fn name(&self, queue: &Queue) -> String {
        let short = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
        format!("{} {}-{}", queue.name, short(self.open), short(self.close))
    }

    /// It begins on the first of its days, and recurs on all of them.
    fn schedule(&self, id: &str, queue: &Queue) -> Value {
        let number = |day: &Weekday| day.to_monday_zero_offset();
        let first = self.days.iter().map(number).min().unwrap_or(0);
        let date = FIRST.saturating_add(jiff::Span::new().days(first));
        let days = self.days.iter().map(number);
        let days: Vec<&str> = days
            .filter_map(|day| DAYS.get(usize::from(day.unsigned_abs())).copied())
            .collect();
        let rule = if days.len() == DAYS.len() {
            "FREQ=DAILY;INTERVAL=1".to_owned()
        } else {
            format!("FREQ=WEEKLY;INTERVAL=1;BYDAY={}", days.join(","))
        };
        let (start, end) = (date.to_datetime(self.open), date.to_datetime(self.close));
        let mut schedule = schedule(id, &self.name(queue), start, end);
        schedule["rrule"] = json!(rule);
        schedule
    }
}

fn holiday(queue: &Queue, date: Date) -> Value {
    let end = date.saturating_add(jiff::Span::new().days(1));
    let (start, end) = (
        date.to_datetime(Time::midnight()),
        end.to_datetime(Time::midnight()),
    );
    schedule(
        &holiday_id(queue, date),
        &holiday_name(queue, date),
        start,
        end,
    )
}

fn schedule(id: &str, name: &str, start: DateTime, end: DateTime) -> Value {
    json!({
        "id": id,
        "name": name,
        "division": division(),
        "version": 1,
        "state": "active",
        "start": format!("{start:.3}"),
        "end": format!("{end:.3}"),
        "selfUri": format!("/api/v2/architect/schedules/{id}"),
    })
}

fn open_id(queue: &Queue, nth: usize) -> String {
    format!("sch-{}-{nth}", queue.id)
}

fn holiday_id(queue: &Queue, date: Date) -> String {
    format!("sch-{}-{date}", queue.id)
}

fn holiday_name(queue: &Queue, date: Date) -> String {
    format!("{} closed {date}", queue.name)
}

fn division() -> Value {
    json!({"id": DIVISION, "name": "Home"})
}
