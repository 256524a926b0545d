//! Reservations as an iCalendar file (RFC 5545), for the calendars of people who do not look at a console.
//!
//! Numbers are masked: a calendar is copied to places that nobody here answers for.

use icalendar::{Calendar, Class, Component, Event, EventStatus};

use crate::model::callback::Status;
use crate::store::Store;
use crate::time::Millis;

/// How long an entry lasts: the organisation tells when a slot begins, and a quarter of an hour is what slots are made of.
const LASTS: &str = "PT15M";

/// One reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEntry {
    id: String,
    begins: Millis,
    summary: String,
    description: String,
    status: Status,
}

/// Every reservation that has a time, in the order of its ids.
#[must_use]
pub fn entries(store: &Store) -> Vec<CalendarEntry> {
    let rows = store.callbacks.iter();
    let entry = |row: &crate::store::callbacks::CallbackRow| {
        let callback = row.callback();
        let queue = store
            .queues
            .get(&callback.queue)
            .map(|row| row.queue.label());
        let queue = queue.unwrap_or(&callback.queue.0);
        Some(CalendarEntry {
            id: callback.id.raw().to_owned(),
            begins: callback.time?,
            summary: format!("Callback {} ({queue})", callback.number),
            description: format!(
                "{}\n{}",
                callback.status.word(),
                crate::text::safe(callback.about())
            ),
            status: callback.status,
        })
    };
    rows.filter_map(entry).collect()
}

/// The file. `name` is the profile's, `now` the moment that the entries are as of.
#[must_use]
pub fn of(entries: Vec<CalendarEntry>, name: &str, now: Millis) -> String {
    let mut calendar = Calendar::new();
    let name = crate::text::safe(name);
    calendar.name(&format!("Callbacks {name}"));
    let stamp = utc(now);
    for entry in entries {
        let status = match entry.status {
            Status::Cancelled => EventStatus::Cancelled,
            Status::Unknown => EventStatus::Tentative,
            _ => EventStatus::Confirmed,
        };
        let event = Event::new()
            .uid(&crate::text::safe(&entry.id))
            .summary(&entry.summary)
            .description(&entry.description)
            .status(status)
            .class(Class::Confidential)
            .add_property("DTSTAMP", stamp.as_str())
            .add_property("DTSTART", utc(entry.begins))
            .add_property("DURATION", LASTS)
            .done();
        calendar.push(event);
    }
    calendar.to_string()
}

/// A moment in the form that says UTC (RFC 5545 §3.3.5).
fn utc(at: Millis) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, summary: &str) -> CalendarEntry {
        CalendarEntry {
            id: id.to_owned(),
            begins: Millis(1_718_460_000_000),
            summary: summary.to_owned(),
            description: "scheduled\nReason; one, two".to_owned(),
            status: Status::Scheduled,
        }
    }

    #[test]
    fn a_reservation_is_an_event_with_its_moment_in_utc() {
        let file = of(
            vec![entry("cb_1", "Callback +14•••••••99 (Support)")],
            "lab",
            Millis(0),
        );
        for line in [
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT",
            "UID:cb_1",
            "DTSTAMP:19700101T000000Z",
            "DTSTART:20240615T140000Z",
            "DURATION:PT15M",
            "SUMMARY:Callback +14•••••••99 (Support)",
            "STATUS:CONFIRMED",
            "END:VCALENDAR",
        ] {
            assert!(
                file.contains(&format!("{line}\r\n")),
                "{line} is not in\n{file}"
            );
        }
    }

    #[test]
    fn nothing_from_outside_begins_a_line_of_its_own() {
        let hostile = "x\r\nBEGIN:VALARM\r\nATTACH:https://evil.example";
        let file = of(vec![entry(hostile, hostile)], hostile, Millis(0));
        assert!(
            !file.lines().any(|line| line.starts_with("BEGIN:VALARM")),
            "{file}"
        );
        assert!(
            !file.lines().any(|line| line.starts_with("ATTACH")),
            "{file}"
        );
        assert_eq!(file.matches("END:VEVENT").count(), 1);
    }
}
