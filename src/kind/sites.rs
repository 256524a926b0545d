//! The sites of the registrations: how many phones each has, how many of them are registered, and how sure that is.

use std::cmp::Reverse;

use super::column::fields;
use super::{Column, Kind};
use crate::model::registration::State;
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::sites::{Site, SiteId};
use crate::text::collate;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The sites that have a device.
#[derive(Debug, Default)]
pub struct Sites;

type Of = Column<Sites>;

const COLUMNS: &[Of] = &[
    Of::text(
        "site",
        "SITE",
        "The site, by its name, or by its id where the organisation gave no name",
        (12, 28),
        |site| site.name.into(),
    )
    .or_says("unknown")
    .looking(|site| match site.name {
        Some(_) => Role::Text,
        None => Role::Unknown,
    }),
    Of::number(
        "phones",
        "PHONES",
        "Devices there; somebody who could not be read counts as one that is not sure",
        (6, 7),
        |site| site.devices().into(),
    )
    .looking(|_| Role::Text),
    Of::number(
        "registered",
        "REGISTERED",
        "Devices that are registered",
        (10, 10),
        |site| site.of(State::Ok).into(),
    )
    .looking(|_| Role::Text),
    Of::number("lost", "LOST", "Devices that were lost", (5, 6), |site| {
        site.of(State::Lost).into()
    })
    .looking(|site| loud(site.of(State::Lost), Role::Bad)),
    Of::number(
        "offDuty",
        "OFF DUTY",
        "Devices whose people have gone home",
        (8, 8),
        |site| site.of(State::OffDuty).into(),
    )
    .where_offered(|can| can.conditions)
    .hidden(),
    Of::number(
        "stale",
        "STALE",
        "Devices that are not sure: stale, remembered or unknown",
        (5, 6),
        |site| site.unsure().into(),
    )
    .looking(|site| loud(site.unsure(), Role::Stale)),
    Of::measure(
        "share",
        "SHARE",
        "Registered devices among those that are known, in percent; none while nothing is known",
        (7, 7),
        |site| {
            let share = site.share();
            share.map(|share| f64::from(share) / 100.0).into()
        },
    )
    .ascending()
    .shown_as(|site, _| match site.share() {
        Some(share) => format!("{}.{:02}%", share / 100, share % 100),
        None => "-".to_owned(),
    })
    .looking(|_| Role::Text),
    Of::number(
        "flapping",
        "FLAPPING",
        "Devices with more than three changes in five minutes",
        (8, 8),
        |site| site.flapping().into(),
    )
    .looking(|site| loud(site.flapping(), Role::Warn)),
    Of::moment(
        "last",
        "LAST",
        "When a device there was last registered or lost, or took another codec, as far as that was told or seen",
        (8, 9),
        |site| site.last().into(),
    ),
    Of::number(
        "remembered",
        "REMEMBERED",
        "Of those that are not sure: known from an earlier run only",
        (10, 10),
        |site| site.of(State::Remembered).into(),
    )
    .hidden(),
    Of::number(
        "unknown",
        "UNKNOWN",
        "Of those that are not sure: never read",
        (7, 7),
        |site| site.of(State::Unknown).into(),
    )
    .hidden(),
];

/// None of something is quiet.
const fn loud(count: u32, role: Role) -> Role {
    if count == 0 { Role::Dim } else { role }
}

impl Kind for Sites {
    type Id = SiteId;
    type Row<'a> = Site<'a>;

    const NAME: &'static str = "sites";
    const DOC: &'static str =
        "Sites with a device: how many, how many of them registered, lost or not sure";
    const TROUBLE: &'static str = "with a loss";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    /// Most lost first, then by name; the unknown site after those that are as it is.
    fn rows(store: &Store, _: Millis) -> Vec<Site<'_>> {
        let mut sites: Vec<Site<'_>> = store.registrations.sites().collect();
        sites.sort_by_cached_key(|site| {
            let name = site.name.map(|name| collate::key(name.raw()));
            (Reverse(site.of(State::Lost)), name.is_none(), name)
        });
        sites
    }

    fn row<'a>(store: &'a Store, id: &SiteId, _: Millis) -> Option<Site<'a>> {
        store.registrations.site(*id)
    }

    fn id(site: &Site<'_>) -> SiteId {
        site.id
    }

    fn again(before: &Store, id: &SiteId, store: &Store) -> Option<SiteId> {
        let name = before.registrations.site(*id)?.name;
        let mut sites = store.registrations.sites();
        sites.find(|site| site.name == name).map(|site| site.id)
    }

    fn generation(store: &Store) -> u64 {
        store.registrations.sites_generation()
    }

    fn troubled(site: &Site<'_>) -> bool {
        site.of(State::Lost) > 0
    }
}
