//! What a form of a callback knows of the queues: as they were when it opened. The flow reads them again before it sends.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::form::{Check, CheckVerdict, Completion};
use crate::model::api::Capabilities;
use crate::model::callback::{Context, Queues, Slot};
use crate::model::hours::{Calendar, Stretch, Written};
use crate::model::queue::{Queue, Room};
use crate::store::Store;
use crate::time::Millis;

/// Days that the calendar of a queue shows.
const DAYS: i32 = 7;

/// How soon a suggested slot is at the earliest, in minutes, and how long it lasts.
const SOON: i64 = 10;
const LASTS: i64 = 15;

/// Rows of people that are looked through for agents to offer; whoever knows the id of another types it.
const AGENTS: usize = 500;

/// The queues, the people, and the moment.
#[derive(Debug)]
pub struct Known {
    queues: BTreeMap<String, Queue>,
    agents: BTreeMap<String, String>,
    can: &'static Capabilities,
    now: Millis,
}

impl Queues for Known {
    fn queue(&self, id: &str) -> Option<&Queue> {
        self.queues.get(id)
    }
}

impl Known {
    /// What the store knows now.
    #[must_use]
    pub fn of(store: &Store, can: &'static Capabilities, now: Millis) -> Self {
        let queues = store.queues.iter().map(|row| row.queue.clone());
        let agents = store.registrations.read_rows().take(AGENTS);
        Self {
            agents: agents
                .map(|row| (row.user_id().raw().to_owned(), row.user().to_string()))
                .collect(),
            can,
            queues: queues
                .map(|queue| (queue.id.raw().to_owned(), queue))
                .collect(),
            now,
        }
    }

    /// What a booking is held against. Without any queues nothing is known of them.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            queues: (!self.queues.is_empty()).then_some(self as &dyn Queues),
        }
    }

    /// The queue to begin with: the one asked for, else the first with room.
    pub(super) fn first(&self, wanted: Option<&str>) -> Option<&Queue> {
        let room = |queue: &&Queue| queue.room().is_none_or(|room| room.left() > 0);
        wanted
            .and_then(|id| self.queue(id))
            .or_else(|| self.queues.values().find(room))
    }

    /// The queues to choose from, each with its clock, its hours today and its room.
    pub(super) fn choices(&self) -> Vec<Completion> {
        let choice = |queue: &Queue| {
            let room = queue.room().as_ref().map_or(String::new(), Room::to_string);
            let open = queue.calendar.as_ref().map_or(String::new(), |calendar| {
                let today = self.now.timestamp().to_zoned(calendar.zone.clone()).date();
                hours(calendar, today)
            });
            let parts = [queue.label().fit(24).into_owned(), open, room];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Completion::new(queue.id.raw(), parts.join(", "))
        };
        self.queues.values().map(choice).collect()
    }

    /// The clock that slots on a queue are written by; one that is not known reads no time without an offset.
    pub(super) fn zone(&self, queue: &str) -> TimeZone {
        let known = self.queue(queue).and_then(Queue::zone);
        known.unwrap_or_else(TimeZone::unknown)
    }

    /// What people call a queue; safe to show.
    pub(super) fn queue_name(&self, id: &str) -> String {
        let queue = self.queue(id);
        let name = queue.map(|queue| queue.label().fit(40).into_owned());
        let id = || crate::text::safe(id).into_owned();
        format!("queue {}", name.unwrap_or_else(id))
    }

    /// When a callback is, by the clock of its queue.
    pub(super) fn when(&self, time: Option<Millis>, queue: &str) -> String {
        let zone = self.zone(queue);
        let when = time.map(|time| {
            let weekday = time.timestamp().to_zoned(zone.clone()).strftime("%a");
            format!("{weekday} {}", time.day(&zone, self.now))
        });
        when.unwrap_or_else(|| "a time that is not available".to_owned())
    }

    /// When a queue is open in the days to come, a line for each.
    pub(super) fn calendar(&self, queue: &str) -> Vec<String> {
        let Some(queue) = self.queue(queue) else {
            return vec!["Choose a queue first: its clock and its hours decide.".to_owned()];
        };
        let Some(calendar) = &queue.calendar else {
            return self.no_hours(queue);
        };
        let today = self.now.timestamp().to_zoned(calendar.zone.clone()).date();
        let mut lines = vec![format!("Open, by {}:", queue.zone_name.fit(30))];
        lines.extend((0..DAYS).map(|n| {
            let date = today.saturating_add(n.days());
            format!("{}  {}", date.strftime("%a %d %b"), hours(calendar, date))
        }));
        lines
    }

    /// What is worth knowing of the chosen queue and the slots, besides what is wrong with them.
    pub(super) fn checks(&self, queue: &str, slots: &[Slot]) -> Vec<Check> {
        let Some(queue) = self.queue(queue) else {
            return Vec::new();
        };
        let mut checks = Vec::new();
        if let Some(room) = queue.room() {
            let verdict = match room.left() {
                0 => CheckVerdict::Bad,
                left if left * 5 <= room.most => CheckVerdict::Warning,
                _ => CheckVerdict::Good,
            };
            let label = queue.label().fit(30).into_owned();
            checks.push(Check::known("queue_id", label, verdict, room.to_string()));
        }
        for fault in &queue.faults {
            let label = queue.label().fit(30).into_owned();
            let why = fault.fit(120).into_owned();
            checks.push(Check::known("queue_id", label, CheckVerdict::Warning, why));
        }
        for (n, slot) in slots.iter().enumerate() {
            let (path, label) = (format!("time_slot_matrix[{n}]"), format!("slot {}", n + 1));
            checks.extend(self.fold(&path, &label, queue.id.raw(), &slot.start));
        }
        checks
    }

    /// Which of two moments a time is, when the queue's clock shows it twice.
    pub(super) fn fold(&self, path: &str, label: &str, queue: &str, time: &str) -> Option<Check> {
        let fold = Written::read(time)?.fold(&self.zone(queue))?;
        Some(Check::known(path, label, CheckVerdict::Warning, fold))
    }

    /// Whether nobody knows when a queue is open.
    pub(super) fn hours_unknown(&self, queue: &str) -> bool {
        self.queue(queue)
            .is_some_and(|queue| queue.calendar.is_none())
    }

    /// Why there is no calendar to show.
    fn no_hours(&self, queue: &Queue) -> Vec<String> {
        if self.can.queue_hours {
            return vec!["The organisation gives no hours for this queue.".to_owned()];
        }
        let why = queue
            .faults
            .first()
            .map(|fault| fault.fit(160).into_owned());
        let why = why.unwrap_or_else(|| {
            "The API does not tell when a queue is open: callbacks.hours in the profile names its schedule group."
                .to_owned()
        });
        vec![why, "Times are by UTC.".to_owned()]
    }

    /// People whose callback it may become.
    pub(super) fn agents(&self) -> Vec<Completion> {
        let agents = self.agents.iter();
        agents.map(|(id, name)| Completion::new(id, name)).collect()
    }

    /// The begin of [`Self::suggested`].
    pub(super) fn soonest(&self, queue: Option<&Queue>) -> Option<String> {
        let slots = self.suggested(queue);
        Some(slots.get(0)?.get("start")?.as_str()?.to_owned())
    }

    /// The first quarter of an hour, a little ahead, at which a queue is open; nothing when it is not within a week.
    pub(super) fn suggested(&self, queue: Option<&Queue>) -> Value {
        let calendar = queue.and_then(|queue| queue.calendar.as_ref());
        let slot = calendar.and_then(|calendar| {
            let quarter = 15 * 60;
            let soon = self.now.timestamp().as_second() + SOON * 60;
            let first = soon.div_euclid(quarter) + 1;
            let quarters = (first..first + i64::from(DAYS) * 96).map(|n| n * quarter);
            quarters
                .filter_map(|second| {
                    let start = Timestamp::from_second(second).ok()?;
                    Some((start, start.checked_add(LASTS.minutes()).ok()?))
                })
                .find(|(start, end)| calendar.covers(*start, *end).is_ok())
                .map(|(start, end)| {
                    let written = |at: Timestamp| {
                        let local = at.to_zoned(calendar.zone.clone());
                        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
                    };
                    json!({"start": written(start), "end": written(end)})
                })
        });
        slot.map_or_else(|| json!([]), |slot| json!([slot]))
    }
}

fn hours(calendar: &Calendar, date: jiff::civil::Date) -> String {
    if !calendar.knows(date) {
        return "not known".to_owned();
    }
    if let Some(name) = calendar.holiday(date) {
        let name = name.fit(24);
        return format!("holiday {name}").trim_end().to_owned();
    }
    let open: Vec<_> = calendar
        .open_on(date)
        .iter()
        .map(Stretch::to_string)
        .collect();
    if open.is_empty() {
        "closed".to_owned()
    } else {
        open.join(", ")
    }
}
