//! Opening hours on the Platform API: schedule groups and their schedules.
//!
//! | call | what for |
//! |---|---|
//! | `GET /architect/schedulegroups` | a zone, and which schedules open, close or make a holiday |
//! | `GET /architect/schedules` | wall times, and how they recur |
//!
//! The API ties neither to a queue: call flows do, in ways that cannot be asked for. So the profile says which group opens
//! which queue. Of a moment that several schedules speak of, holidays have the last word, then what closes, then what opens;
//! a moment that none speaks of is closed.

mod schedule;

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use self::schedule::Schedule;
use super::Platform;
use super::pages::List;
use crate::cloud::entities::id;
use crate::cloud::{Error, Urgency};
use crate::model::hours::{Calendar, Dated, Plan};
use crate::model::zone;
use crate::text::{self, Text};

const GROUPS: List<'_> = List {
    path: &["architect", "schedulegroups"],
    query: &[],
    permissions: &["routing:scheduleGroup:view"],
};

const SCHEDULES: List<'_> = List {
    path: &["architect", "schedules"],
    query: &[],
    permissions: &["routing:schedule:view"],
};

/// Days that are reckoned: some to look back on, and twice as many ahead as a callback can be booked for.
const BEHIND: i32 = 31;
const DAYS: usize = 31 + 62;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupEntity {
    id: String,
    name: Option<String>,
    time_zone: Option<String>,
    state: Option<String>,
    #[serde(default)]
    open_schedules: Vec<Reference>,
    #[serde(default)]
    closed_schedules: Vec<Reference>,
    #[serde(default)]
    holiday_schedules: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

#[derive(Debug)]
struct Group {
    id: Text,
    name: Text,
    zone: String,
    open: Vec<String>,
    closed: Vec<String>,
    holidays: Vec<String>,
}

/// What the organisation has of opening hours.
#[derive(Debug, Default)]
pub(in crate::cloud) struct Openings {
    groups: Vec<Group>,
    schedules: HashMap<String, Schedule>,
    /// Schedules that could not be read: who knows whose they were.
    unreadable: Vec<Text>,
}

/// When a group is open.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cloud) struct Hours {
    /// Its zone, as it spells it.
    pub zone: Text,
    /// Its days.
    pub calendar: Calendar,
}

impl Platform<'_> {
    /// Reads every group and every schedule.
    pub(in crate::cloud) async fn openings(self, urgency: Urgency) -> Result<Openings, Error> {
        let groups = self.all(GROUPS, urgency, group).await?.entire()?;
        let schedules = self
            .all(SCHEDULES, urgency, |entity: schedule::Entity| {
                Schedule::try_from(entity)
            })
            .await?;
        let all = schedules.entries.into_iter();
        Ok(Openings {
            groups: groups.into_iter().flatten().collect(),
            schedules: all.map(|one| (one.id.raw().to_owned(), one)).collect(),
            unreadable: schedules.faults.into_iter().map(|fault| fault.0).collect(),
        })
    }
}

impl Openings {
    /// When the group of that id or name is open in the days around a moment. The error says why that cannot be told: a day
    /// of which a schedule is missing would be called closed where nobody knows.
    pub fn hours(&self, wanted: &str, now: Timestamp) -> Result<Hours, Text> {
        let named = |group: &&Group| group.id.raw() == wanted || group.name.raw() == wanted;
        let group = self.groups.iter().find(named).ok_or_else(|| {
            let wanted = text::fit(wanted, 60);
            Text::from(format!("callbacks.hours of the profile names the schedule group {wanted}, which the organisation does not list"))
        })?;
        self.reckoned(group, now).map_err(|why| {
            let name = group.name.fit(60);
            Text::from(format!("schedule group {name}: {why}"))
        })
    }

    fn reckoned(&self, group: &Group, now: Timestamp) -> Result<Hours, String> {
        let zone = zone::named(&group.zone)?;
        let today = now.to_zoned(zone.clone()).date();
        let mut dated = Dated::closed(today.saturating_sub(BEHIND.days()), DAYS);
        let days = dated.bounds();
        for (ids, turn) in [
            (&group.open, ScheduleEffect::Opens),
            (&group.closed, ScheduleEffect::Closes),
            (&group.holidays, ScheduleEffect::Holiday),
        ] {
            for schedule in self.active(ids)? {
                let held = schedule
                    .between(days, &zone)
                    .map_err(|why| format!("schedule {}: {why}", schedule.name.fit(60)))?;
                for (from, to) in held {
                    match turn {
                        ScheduleEffect::Opens => dated.open(from, to),
                        ScheduleEffect::Closes => dated.close(from, to),
                        ScheduleEffect::Holiday => dated.close_for(from, to, &schedule.name),
                    }
                }
            }
        }
        Ok(Hours {
            zone: group.zone.as_str().into(),
            calendar: Calendar {
                zone,
                plan: Plan::Dated(dated),
            },
        })
    }

    fn active(&self, ids: &[String]) -> Result<Vec<&Schedule>, String> {
        let mut active = Vec::with_capacity(ids.len());
        for id in ids {
            let schedule = self.schedules.get(id).ok_or_else(|| {
                let id = text::fit(id, 60);
                let why = self
                    .unreadable
                    .first()
                    .map_or_else(String::new, |why| format!(": {why}"));
                format!("its schedule {id} is not among those that could be read{why}")
            })?;
            active.extend(Some(schedule).filter(|schedule| schedule.active));
        }
        Ok(active)
    }
}

/// What a schedule does to the days that it speaks of.
#[derive(Clone, Copy)]
enum ScheduleEffect {
    Opens,
    Closes,
    Holiday,
}

/// A group that is deleted is none.
fn group(entity: GroupEntity) -> Result<Option<Group>, String> {
    if entity.state.is_some_and(|state| state == "deleted") {
        return Ok(None);
    }
    let ids = |references: Vec<Reference>| references.into_iter().map(|one| one.id).collect();
    Ok(Some(Group {
        id: id(entity.id, "id")?,
        name: Text::from(entity.name.unwrap_or_default()),
        zone: entity.time_zone.unwrap_or_default(),
        open: ids(entity.open_schedules),
        closed: ids(entity.closed_schedules),
        holidays: ids(entity.holiday_schedules),
    }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    fn openings(schedules: &serde_json::Value, group: serde_json::Value) -> Openings {
        let read = |one: &serde_json::Value| {
            let entity: schedule::Entity = serde_json::from_value(one.clone()).unwrap();
            let schedule = Schedule::try_from(entity).unwrap();
            (schedule.id.raw().to_owned(), schedule)
        };
        let group = super::group(serde_json::from_value(group).unwrap());
        Openings {
            groups: group.unwrap().into_iter().collect(),
            schedules: schedules.as_array().unwrap().iter().map(read).collect(),
            unreadable: Vec::new(),
        }
    }

    fn office() -> Openings {
        let schedules = json!([
            {"id": "open", "name": "Office", "start": "2020-01-06T08:00:00", "end": "2020-01-06T18:00:00",
             "rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
            {"id": "lunch", "name": "Lunch", "start": "2020-01-06T12:00:00", "end": "2020-01-06T12:30:00", "rrule": "FREQ=DAILY"},
            {"id": "xmas", "name": "Christmas", "start": "2020-12-25T00:00:00", "end": "2020-12-26T00:00:00", "rrule": "FREQ=YEARLY"},
            {"id": "off", "name": "Off", "start": "2020-01-01T00:00:00", "end": "2039-01-01T00:00:00", "state": "inactive"}
        ]);
        let ids = |ids: &[&str]| ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>();
        let group = json!({"id": "g", "name": "Front office", "timeZone": "Europe/Berlin", "state": "active",
            "openSchedules": ids(&["open"]), "closedSchedules": ids(&["lunch", "off"]), "holidaySchedules": ids(&["xmas"])});
        openings(&schedules, group)
    }

    #[test]
    fn holidays_go_before_what_closes_and_that_before_what_opens() {
        let now = "2030-12-20T09:00:00Z".parse().unwrap();
        let hours = office().hours("Front office", now).unwrap();
        assert_eq!(hours.zone.raw(), "Europe/Berlin");
        let calendar = hours.calendar;
        let open = |day| {
            let open = calendar.open_on(date(2030, 12, day));
            open.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(open(23), ["08:00–12:00", "12:30–18:00"]);
        assert_eq!(open(22), [""; 0], "a Sunday");
        assert_eq!(open(25), [""; 0]);
        let holiday = calendar.holiday(date(2030, 12, 25));
        assert_eq!(holiday.map(Text::raw), Some("Christmas"));
        assert!(calendar.knows(date(2031, 1, 31)) && !calendar.knows(date(2031, 6, 1)));
    }

    #[test]
    fn a_day_on_which_the_clock_is_changed_is_as_long_as_it_lasts() {
        let mut openings = office();
        let json = json!({"id": "open", "start": "2020-01-05T00:00:00", "end": "2020-01-06T00:00:00", "rrule": "FREQ=WEEKLY;BYDAY=SU"});
        let sundays: schedule::Entity = serde_json::from_value(json).unwrap();
        openings
            .schedules
            .insert("open".into(), Schedule::try_from(sundays).unwrap());
        openings.groups[0].closed.clear();
        let calendar = openings
            .hours("g", "2030-03-20T09:00:00Z".parse().unwrap())
            .unwrap()
            .calendar;
        // The day of 23 hours: from its midnight to the next, and not a second more.
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(
            calendar.covers(at("2030-03-30T23:00:00Z"), at("2030-03-31T22:00:00Z")),
            Ok(())
        );
        let closed = calendar
            .covers(at("2030-03-31T21:59:00Z"), at("2030-03-31T22:01:00Z"))
            .unwrap_err();
        assert!(
            closed.to_string().contains("00:00 on Mon 01 Apr"),
            "{closed}"
        );
    }

    #[test]
    fn what_cannot_be_told_says_why() {
        let now = "2030-12-20T09:00:00Z".parse().unwrap();
        let why = office().hours("Back office", now).unwrap_err();
        assert!(
            why.raw().contains("Back office") && why.raw().contains("callbacks.hours"),
            "{why}"
        );
        let mut torn = office();
        torn.schedules.remove("lunch");
        assert!(torn.hours("g", now).unwrap_err().raw().contains("lunch"));
        let mut moon = office();
        moon.groups[0].zone = "Moon/Tycho".into();
        assert!(
            moon.hours("g", now)
                .unwrap_err()
                .raw()
                .contains("Moon/Tycho")
        );
    }
}
