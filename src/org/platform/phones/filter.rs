//! Which phones a list shows, and in which order.

use compact_str::CompactString;
use regex::{Regex, RegexBuilder};

use super::entity;
use crate::org::people::{self, kind_of};
use crate::org::platform::bases;
use crate::org::platform::query::Query;
use crate::org::reply::Refusal;
use crate::org::state::{DeviceKey, World, user_id};

/// What a filter looks at; none where a phone has no such thing.
type Value = fn(&World, DeviceKey) -> Option<CompactString>;

/// The filters, by their parameters.
const FILTERS: [(&str, Value); 11] = [
    ("name", |world, place| Some(world.phone_name(place))),
    ("site.id", |world, place| {
        Some(people::site_id(world.site_of(place)).into())
    }),
    ("webRtcUser.id", |world, place| {
        let browser = entity::is_web_rtc(world.device(place)?);
        browser.then(|| user_id(place.person))
    }),
    ("phoneBaseSettings.id", |world, place| {
        let kind = kind_of(&world.device(place)?.id);
        Some(bases::phone_base_id(kind).into())
    }),
    ("lines.loggedInUser.id", |world, place| {
        world.plant.user_of(place).map(user_id)
    }),
    ("lines.defaultForUser.id", |world, place| {
        let browser = entity::is_web_rtc(world.device(place)?);
        (!browser).then(|| user_id(place.person))
    }),
    ("phone_hardwareId", |_, _| None),
    ("lines.id", |world, place| {
        Some(entity::line_id(world.device(place)?).into())
    }),
    ("lines.name", |world, place| Some(world.phone_name(place))),
    ("status.operationalStatus", operational),
    ("secondaryStatus.operationalStatus", operational),
];

fn operational(world: &World, place: DeviceKey) -> Option<CompactString> {
    Some(entity::operational(world, place, world.device(place)?).into())
}

/// Every filter of a call; a phone passes them all.
pub(super) struct PhoneFilter(Vec<(Value, Regex)>);

impl PhoneFilter {
    pub(super) fn of(query: &Query) -> Result<Self, Refusal> {
        let asked = FILTERS
            .into_iter()
            .filter_map(|(name, value)| Some((value, query.get(name)?)));
        let filters = asked.map(|(value, pattern)| Ok((value, wildcards(pattern)?)));
        filters.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn admits(&self, world: &World, place: DeviceKey) -> bool {
        self.0.iter().all(|(value, pattern)| {
            value(world, place).is_some_and(|value| pattern.is_match(&value))
        })
    }
}

/// A text in which `*` stands for any other, whatever the case.
fn wildcards(pattern: &str) -> Result<Regex, Refusal> {
    let pattern = regex::escape(pattern).replace(r"\*", ".*");
    RegexBuilder::new(&format!("^{pattern}$"))
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .map_err(|_| Refusal::bad_request("a filter is too long"))
}

/// Puts phones that are in the order of their ids into the one that is asked for.
pub(super) fn sort(places: &mut [DeviceKey], world: &World, by: &str) -> Result<(), Refusal> {
    match by {
        "id" => {}
        "name" => places.sort_by_cached_key(|place| world.phone_name(*place)),
        "status.operationalStatus" | "secondaryStatus.operationalStatus" => {
            places.sort_by_cached_key(|place| operational(world, *place));
        }
        _ => {
            let message = format!("phones are not sorted by {by:?}");
            return Err(Refusal::bad_request(message).coded("invalid.value"));
        }
    }
    Ok(())
}
