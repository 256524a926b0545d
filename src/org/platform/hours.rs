//! Opening hours: schedules on a wall clock, groups of them in a zone, and emergencies (Platform API, Architect).
//!
//! Nothing ties a group to a queue but its name: flows do, and are not served. The groups here are the hours of the queues
//! of the direct API, one each.

pub(in crate::org) mod seeds;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use self::seeds::{emergencies, groups, schedules};
use super::access::{NOTHING, all};
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::reply::Refusal;

const SCHEDULES: &[&str] = &["routing:schedule:view"];
const GROUPS: &[&str] = &["routing:scheduleGroup:view"];
const EMERGENCIES: &[&str] = &["routing:emergencyGroup:view"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "architect/schedules", all(SCHEDULES), list_schedules),
    operation(Method::GET, "architect/schedules/{id}", all(SCHEDULES), one_schedule),
    operation(Method::GET, "architect/schedulegroups", all(GROUPS), list_groups),
    operation(Method::GET, "architect/schedulegroups/{id}", all(GROUPS), one_group),
    operation(Method::GET, "architect/emergencygroups", all(EMERGENCIES), list_emergencies),
    operation(Method::GET, "architect/emergencygroups/{id}", all(EMERGENCIES), one_emergency),
    operation(Method::GET, "timezones", NOTHING, zones),
];

/// Which emergencies are declared, by the id of their group.
#[derive(Debug, Default)]
pub(in crate::org) struct Emergencies(std::collections::BTreeSet<String>);

impl Emergencies {
    /// Declares an emergency or calls it off; false when there is no such group.
    pub(in crate::org) fn set(&mut self, id: &str, enabled: bool) -> bool {
        let known = emergencies().any(|group| group.id == id);
        if known && enabled {
            self.0.insert(id.to_owned());
        } else {
            self.0.remove(id);
        }
        known
    }

    pub(super) fn is_on(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

fn list_schedules(call: &Call<'_>) -> Answer {
    let queues = call.shared.book().queues.clone();
    list(call, schedules(&queues))
}

fn one_schedule(call: &Call<'_>) -> Answer {
    let queues = call.shared.book().queues.clone();
    one(call, schedules(&queues))
}

/// `GET architect/schedulegroups`; `scheduleIds` names schedules, and those that have one of them are listed.
fn list_groups(call: &Call<'_>) -> Answer {
    let wanted = call.query.list("scheduleIds");
    let queues = call.shared.book().queues.clone();
    let mut found = groups(&queues);
    found.retain(|group| wanted.is_empty() || refers_to(group, &wanted));
    list(call, found)
}

fn refers_to(group: &Value, wanted: &[&str]) -> bool {
    let lists = ["openSchedules", "closedSchedules", "holidaySchedules"];
    let mut all = lists
        .iter()
        .filter_map(|list| group[list].as_array())
        .flatten();
    all.any(|one| one["id"].as_str().is_some_and(|id| wanted.contains(&id)))
}

fn one_group(call: &Call<'_>) -> Answer {
    let queues = call.shared.book().queues.clone();
    one(call, groups(&queues))
}

fn list_emergencies(call: &Call<'_>) -> Answer {
    list(call, emergency_groups(call))
}

fn one_emergency(call: &Call<'_>) -> Answer {
    one(call, emergency_groups(call))
}

fn emergency_groups(call: &Call<'_>) -> Vec<Value> {
    let records = call.shared.records();
    emergencies()
        .map(|group| group.entity(records.emergencies.is_on(group.id)))
        .collect()
}

/// By `name`, sorted by it.
fn list(call: &Call<'_>, mut all: Vec<Value>) -> Answer {
    let page = Page::of(call, MOST)?;
    if let Some(name) = call.query.get("name") {
        let wanted = name.trim_matches('*').to_lowercase();
        all.retain(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            name.to_lowercase().contains(&wanted)
        });
    }
    all.sort_by(|one, other| one["name"].as_str().cmp(&other["name"].as_str()));
    if call.query.get("sortOrder") == Some("desc") {
        all.reverse();
    }
    let shown: Vec<Value> = page.of_all(all.iter().cloned()).collect();
    page.answer(call, &shown, all.len())
}

fn one(call: &Call<'_>, all: Vec<Value>) -> Answer {
    let id = call.id(0);
    let found = all.into_iter().find(|one| one["id"] == id);
    ok(&found.ok_or_else(|| Refusal::not_found(format!("Unable to find {id}.")))?)
}

/// `GET timezones`: every zone there is, with its offset now, in minutes.
fn zones(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let (now, mut names) = (Timestamp::now(), Vec::new());
    names.extend(jiff::tz::db().available().map(|name| name.to_string()));
    names.sort();
    let shown: Vec<Value> = page
        .of_all(&names)
        .filter_map(|name| {
            let zone = TimeZone::get(name).ok()?;
            let offset = zone.to_offset(now).seconds() / 60;
            Some(json!({"id": name, "name": name, "canonicalId": name, "offset": offset}))
        })
        .collect();
    page.answer(call, &shown, names.len())
}
