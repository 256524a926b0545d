//! Queues that callbacks are booked in: their hours in their zones, and their room (contract §10).
//!
//! Beyond the contract a queue may list `holidays`, dates on which it is closed all day.

pub(super) mod seeds;

use compact_str::CompactString;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Serialize;

/// The days as the contract spells them, in the order that jiff counts from Monday.
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A time of a day when a queue is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) day: Weekday,
    pub(super) open: Time,
    pub(super) close: Time,
}

/// One queue; how many callbacks it holds, its book knows.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) id: CompactString,
    pub(super) name: &'static str,
    pub(super) zone: TimeZone,
    hours: Vec<Hours>,
    holidays: Vec<Date>,
    /// The most callbacks at once.
    pub(super) most: u32,
    /// Those of other systems, which no list here shows.
    pub(super) others: u32,
}

/// A queue as the wire shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueEntity<'a> {
    id: &'a str,
    name: &'a str,
    time_zone: &'a str,
    operating_hours: Vec<EntityHours>,
    max_concurrent_callbacks: u32,
    scheduled_callbacks: u32,
    holidays: Vec<String>,
}

#[derive(Serialize)]
struct EntityHours {
    day: &'static str,
    open: String,
    close: String,
}

impl Queue {
    /// Whether it is open from one moment to another without a break.
    pub(super) fn is_open(&self, from: Timestamp, to: Timestamp) -> bool {
        let date = self.zone.to_datetime(from).date();
        self.openings(date)
            .any(|(open, close)| open <= from && to <= close)
    }

    /// What it has on a day, in the order of its hours. A time that a clock change skips is the one as long after it,
    /// and one that comes twice is the first.
    fn openings(&self, date: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let closed = self.holidays.contains(&date);
        let hours = self.hours.iter();
        hours
            .filter(move |hours| !closed && hours.day == date.weekday())
            .filter_map(move |hours| {
                Some((self.at(date, hours.open)?, self.at(date, hours.close)?))
            })
    }

    fn at(&self, date: Date, time: Time) -> Option<Timestamp> {
        self.zone
            .to_timestamp(date.to_datetime(time))
            .inspect_err(|error| tracing::debug!(%error, "a queue's hours are out of range"))
            .ok()
    }

    /// When it is next open for so many minutes, on the quarter hour, from a moment on; a fortnight is looked through.
    pub(super) fn next_open(&self, from: Timestamp, minutes: i64) -> Option<Timestamp> {
        const QUARTER: i64 = 15 * 60;
        let first = from.as_second().div_euclid(QUARTER) + 1;
        (first..first + 14 * 24 * 4)
            .filter_map(|quarter| Timestamp::from_second(quarter * QUARTER).ok())
            .find(|start| {
                let end = start.checked_add(Span::new().minutes(minutes));
                end.is_ok_and(|end| self.is_open(*start, end))
            })
    }

    /// When it is open, Monday first.
    pub(super) fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// The dates on which it is closed all day.
    pub(super) fn holidays(&self) -> &[Date] {
        &self.holidays
    }

    /// Its hours in a few words, for a refusal.
    pub(super) fn hours_in_words(&self, on: Timestamp) -> String {
        let local = self.zone.to_datetime(on);
        let zone = self.zone.iana_name().unwrap_or_default();
        let day = DAYS[usize::from(local.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
        if self.holidays.contains(&local.date()) {
            return format!("closed on {} for a holiday, {zone}", local.date());
        }
        let hours = self.hours.iter();
        let hours: Vec<String> = hours
            .filter(|hours| hours.day == local.weekday())
            .map(|hours| format!("{}-{}", short(hours.open), short(hours.close)))
            .collect();
        if hours.is_empty() {
            return format!("closed on {day}, {zone}");
        }
        format!("open on {day} {}, {zone}", hours.join(" and "))
    }

    /// As the wire shows it, with so many callbacks.
    pub(super) fn entity(&self, scheduled: u32) -> QueueEntity<'_> {
        let hours = self.hours.iter().map(|hours| EntityHours {
            day: DAYS[usize::from(hours.day.to_monday_zero_offset().unsigned_abs()) % 7],
            open: short(hours.open),
            close: short(hours.close),
        });
        QueueEntity {
            id: &self.id,
            name: self.name,
            time_zone: self.zone.iana_name().unwrap_or_default(),
            operating_hours: hours.collect(),
            max_concurrent_callbacks: self.most,
            scheduled_callbacks: scheduled,
            holidays: self.holidays.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Hours and minutes, as the contract writes them.
fn short(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(id: &str) -> Queue {
        let queues = seeds::queues();
        queues.into_iter().find(|queue| queue.id == id).unwrap()
    }

    fn open(queue: &Queue, from: &str, to: &str) -> bool {
        queue.is_open(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn hours_are_the_queues_own() {
        let support = queue("queue_12345");
        for (from, to, is) in [
            (
                "2030-06-15T14:00:00-04:00",
                "2030-06-15T14:15:00-04:00",
                true,
            ),
            (
                "2030-06-14T08:00:00-04:00",
                "2030-06-14T18:00:00-04:00",
                true,
            ),
            (
                "2030-06-14T07:59:59-04:00",
                "2030-06-14T08:15:00-04:00",
                false,
            ),
            (
                "2030-06-14T17:50:00-04:00",
                "2030-06-14T18:00:01-04:00",
                false,
            ),
            ("2030-06-14T08:00:00Z", "2030-06-14T08:15:00Z", false),
            (
                "2030-01-14T08:00:00-05:00",
                "2030-01-14T08:15:00-05:00",
                true,
            ),
            (
                "2030-01-14T08:00:00-04:00",
                "2030-01-14T08:15:00-04:00",
                false,
            ),
            (
                "2030-06-16T12:00:00-04:00",
                "2030-06-16T12:15:00-04:00",
                false,
            ),
        ] {
            assert_eq!(open(&support, from, to), is, "{from}");
        }
        let told = support.hours_in_words("2030-06-16T12:00:00-04:00".parse().unwrap());
        assert_eq!(told, "closed on sunday, America/New_York");
    }

    #[test]
    fn breaks_and_holidays_close_a_queue() {
        let sales = queue("queue_sales_emea");
        assert!(open(
            &sales,
            "2026-12-23T12:15:00+01:00",
            "2026-12-23T12:30:00+01:00"
        ));
        assert!(!open(
            &sales,
            "2026-12-23T12:15:00+01:00",
            "2026-12-23T13:45:00+01:00"
        ));
        assert!(!open(
            &sales,
            "2026-12-25T10:00:00+01:00",
            "2026-12-25T10:15:00+01:00"
        ));
    }

    #[test]
    fn clock_changes_move_the_hours() {
        for (id, from, to) in [
            // The hour that is skipped, written in the offset before it: an hour later on the wall.
            (
                "queue_night_us",
                "2026-03-08T01:45:00-05:00",
                "2026-03-08T02:15:00-05:00",
            ),
            // The hour that comes twice, both times, and across.
            (
                "queue_night_us",
                "2026-11-01T01:15:00-04:00",
                "2026-11-01T01:30:00-04:00",
            ),
            (
                "queue_night_us",
                "2026-11-01T01:15:00-05:00",
                "2026-11-01T01:30:00-05:00",
            ),
            (
                "queue_night_us",
                "2026-11-01T01:45:00-04:00",
                "2026-11-01T01:15:00-05:00",
            ),
            (
                "queue_island",
                "2026-04-05T01:45:00+11:00",
                "2026-04-05T01:45:00+10:30",
            ),
            (
                "queue_island",
                "2026-10-04T01:45:00+10:30",
                "2026-10-04T02:45:00+11:00",
            ),
        ] {
            assert!(open(&queue(id), from, to), "{id} {from}");
        }
        // A day of 25 hours: the last minute is an hour further than twenty-three hours and 59 minutes.
        assert!(!open(
            &queue("queue_night_us"),
            "2026-11-01T23:50:00-05:00",
            "2026-11-02T00:05:00-05:00"
        ));
    }

    #[test]
    fn the_next_opening_is_found() {
        for queue in seeds::queues() {
            let from = "2026-12-24T23:00:00Z".parse().unwrap();
            let start = queue.next_open(from, 30).unwrap();
            let end = start.checked_add(Span::new().minutes(30)).unwrap();
            assert!(start > from && queue.is_open(start, end), "{}", queue.id);
        }
    }
}
