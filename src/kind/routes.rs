//! Event routes: where events go, whether they get there, and whether what runs is what we deployed.

use super::column::fields;
use super::{Column, Kind as Described, Value};
use crate::model::RouteId;
use crate::model::api::Capabilities;
use crate::model::route::{IntegrationStanding, Kind, Route};
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::routes::{Drift, Presence, RouteRow};
use crate::text::chart;
use crate::text::shown;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// Routes.
#[derive(Debug, Default)]
pub struct Routes;

type Of = Column<Routes>;

/// Looks that the sparkline has room for.
const TREND: usize = 12;

/// What the highest mark stands for: a little more than all, so that the marks of two rows do not touch.
const HEADROOM: f32 = 1.15;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "Whether it is in use: what it is to be against what is reported",
        (8, 8),
        STATES,
        |row| Value::Word(row.state()),
    )
    .looking(|row| state_role(row))
    .ordered(|a, b| a.presence.cmp(&b.presence).then(a.state().cmp(b.state()))),
    Of::text(
        "kind",
        "KIND",
        "webhook, eventbridge or trigger",
        (11, 11),
        |row| Value::Word(row.known.route.kind().word()),
    )
    .where_offered(kinds),
    Of::text("name", "NAME", "What people call it", (16, 26), |row| {
        Value::raw(row.name())
    })
    .looking(|row| if row.stale { Role::Stale } else { Role::Text }),
    Of::text(
        "reach",
        "HEALTH",
        "Whether its destinations can be reached, or what stops the first",
        (10, 10),
        |row| Value::Word(row.reach.word),
    )
    .aside()
    .looking(|row| reach_role(row))
    .where_offered(addresses),
    Of::number(
        "reached",
        "OK/ALL",
        "Destinations that were reached",
        (6, 6),
        |row| match row.presence {
            Presence::There => row.reach.reached.into(),
            Presence::Gone | Presence::Deleted => Value::None,
        },
    )
    .shown_as(|row, _| match row.presence {
        Presence::There => format!("{}/{}", row.reach.reached, row.reach.of),
        Presence::Gone | Presence::Deleted => "-".to_owned(),
    })
    .ordered(|a, b| (a.reach.of - a.reach.reached).cmp(&(b.reach.of - b.reach.reached)))
    .looking(|row| reach_role(row))
    .where_offered(addresses),
    Of::number(
        "days",
        "DAYS",
        "Days until the first of its certificates ends",
        (4, 4),
        |row| row.reach.days.into(),
    )
    .also(&["certificateDays"])
    .looking(|row| match row.reach.days {
        _ if row.known.enabled == Some(false) => Role::Dim,
        Some(..=0) => Role::Bad,
        Some(1..=30) => Role::Warn,
        _ => Role::Dim,
    })
    .ascending()
    .where_offered(addresses),
    Of::measure(
        "rate",
        "SUCCESS",
        "Share of the last looks that reached their destination, 0 to 1",
        (7, 7),
        |row| row.reach.rate.into(),
    )
    .also(&["reachability"])
    .shown_as(|row, _| row.reach.rate.map_or("-".to_owned(), percent))
    .ascending()
    .where_offered(addresses),
    Of::text(
        "drift",
        "DRIFT",
        "Whether what runs is what was last deployed from here",
        (11, 11),
        |row| Value::Word(row.drift.word()),
    )
    .aside()
    .shown_as(|row, _| match &row.drift {
        Drift::Differs(changes) => format!("drift ({})", changes.len()),
        other => other.word().to_owned(),
    })
    .ordered(|a, b| {
        (!a.drift.is_trouble(), a.drift.word()).cmp(&(!b.drift.is_trouble(), b.drift.word()))
    })
    .looking(|row| match row.drift {
        Drift::Gone => Role::Bad,
        Drift::Differs(_) | Drift::Back => Role::Warn,
        Drift::Unsure => Role::Unknown,
        Drift::NotOurs | Drift::AsDeployed => Role::Dim,
    }),
    Of::number(
        "trend",
        "TREND",
        "Destinations reached at the last looks; as a value, how many looks there were",
        (8, 12),
        |row| row.reach.trend.len().into(),
    )
    .left()
    .shown_as(|row, _| chart::counts(&row.reach.trend, TREND, HEADROOM))
    .looking(|_| Role::Chart)
    .where_offered(addresses),
    Of::text(
        "reported",
        "REPORTED",
        "What the organisation reports of it, and why",
        (10, 30),
        |row| match row.known.integration {
            Some(_) => Value::owned(reported(row)),
            None => Value::None,
        },
    )
    .aside()
    .looking(|row| state_role(row))
    .where_offered(kinds),
    Of::text(
        "events",
        "EVENTS",
        "The events that it carries",
        (18, 40),
        |row| events(row).into(),
    )
    .shown_as(|row, _| shown(&brief(row)).into_owned()),
    Of::text(
        "uri",
        "FIRST DESTINATION",
        "Where events go first; as a value, all its destinations",
        (20, 48),
        |row| row.known.route.destinations().join(" ").into(),
    )
    .shown_as(|row, _| towards(row))
    .where_offered(addresses),
    Of::text(
        "to",
        "WHERE TO",
        "Where events go first: a URI, a bus, a workflow",
        (20, 44),
        |row| row.known.route.towards().into(),
    )
    .shown_as(|row, _| towards(row))
    .where_offered(kinds),
    Of::text(
        "when",
        "WHEN",
        "What an event has to be like",
        (14, 40),
        |row| criteria(row).into(),
    )
    .where_offered(kinds),
    Of::number(
        "latency",
        "MS",
        "The longest of the last looks, in milliseconds",
        (6, 6),
        |row| row.reach.took_ms.map_or(Value::None, Value::Span),
    )
    .where_offered(addresses)
    .hidden(),
    Of::moment(
        "changed",
        "CHANGED",
        "When its body was last seen to change",
        (8, 8),
        |row| row.changed.into(),
    )
    .hidden(),
    Of::text("id", "ID", "The route's id", (12, 36), |row| {
        Value::raw(row.known.id.raw())
    })
    .hidden(),
    Of::number(
        "broken",
        "BROKEN",
        "Destinations that were not reached",
        (6, 6),
        |row| (row.reach.looked - row.reach.reached).into(),
    )
    .where_offered(addresses)
    .hidden(),
    Of::number(
        "destinations",
        "ALL",
        "Destinations, reached or not",
        (5, 5),
        |row| row.reach.of.into(),
    )
    .where_offered(addresses)
    .hidden(),
    Of::flag(
        "enabled",
        "ENABLED",
        "Whether it is turned on",
        (7, 7),
        |row| row.known.enabled.into(),
    )
    .hidden(),
    Of::flag(
        "stale",
        "STALE",
        "Whether what is known of it may be out of date",
        (5, 5),
        |row| row.stale.into(),
    )
    .hidden(),
];

/// Every word that a route's state can be.
const STATES: &[&str] = &[
    "on", "off", "starting", "stopping", "not-on", "not-off", "error", "unknown", "stale", "gone",
    "deleted",
];

impl Described for Routes {
    type Id = RouteId;
    type Row<'a> = &'a RouteRow;

    const NAME: &'static str = "routes";
    const DOC: &'static str = "Event routes: where events go, and whether they get there";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(row: &&RouteRow) -> bool {
        trouble(row)
    }

    /// Trouble first, then by name.
    fn rows(store: &Store, _: Millis) -> Vec<&RouteRow> {
        let mut rows: Vec<&RouteRow> = store.routes.iter().collect();
        rows.sort_by_key(|row| (row.presence == Presence::Deleted, !trouble(row), row.name()));
        rows
    }

    fn row<'a>(store: &'a Store, id: &RouteId, _: Millis) -> Option<&'a RouteRow> {
        store.routes.get(id)
    }

    fn id(row: &&RouteRow) -> RouteId {
        row.known.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.routes.generation()
    }
}

/// Whether somebody should look at a route.
#[must_use]
pub fn trouble(row: &RouteRow) -> bool {
    row.presence != Presence::Deleted && (row.drift.is_trouble() || unreachable(row) || astray(row))
}

/// Whether the organisation reports that it is not where it is to be.
#[must_use]
pub fn astray(row: &RouteRow) -> bool {
    row.presence == Presence::There && row.known.is_trouble()
}

/// Whether events are sent where nobody takes them; on a route that is off none are.
#[must_use]
pub fn unreachable(row: &RouteRow) -> bool {
    row.reach.is_trouble() && row.known.enabled != Some(false)
}

/// Whether routes lead to addresses that can be probed.
fn addresses(can: &Capabilities) -> bool {
    can.route_kinds.contains(&Kind::Webhook)
}

/// Whether there are kinds to tell apart, none of which has an address.
fn kinds(can: &Capabilities) -> bool {
    !addresses(can)
}

fn state_role(row: &RouteRow) -> Role {
    match (row.presence, &row.known.integration) {
        (Presence::Gone, _) => Role::Bad,
        (Presence::Deleted, _) => Role::Dim,
        (Presence::There, _) if row.stale => Role::Stale,
        (Presence::There, Some(integration)) => match integration.standing() {
            IntegrationStanding::On => Role::Ok,
            IntegrationStanding::Off => Role::Dim,
            IntegrationStanding::Starting | IntegrationStanding::Stopping => Role::Warn,
            IntegrationStanding::NotOn
            | IntegrationStanding::NotOff
            | IntegrationStanding::Error => Role::Bad,
            IntegrationStanding::Unknown => Role::Unknown,
        },
        (Presence::There, None) if row.known.enabled == Some(false) => Role::Dim,
        (Presence::There, None) => Role::Ok,
    }
}

/// What is reported of an integration and why; a trigger has no state but its own.
#[must_use]
pub fn reported(row: &RouteRow) -> String {
    let Some(integration) = &row.known.integration else {
        return "-".to_owned();
    };
    match (
        integration.reported.is_empty(),
        integration.detail.is_empty(),
    ) {
        (true, _) => "nothing".to_owned(),
        (false, true) => integration.reported.to_string(),
        (false, false) => format!("{}: {}", integration.reported, integration.detail),
    }
}

fn towards(row: &RouteRow) -> String {
    shown(&row.known.route.towards()).into_owned()
}

/// What an event has to be like, where a route asks.
#[must_use]
pub fn criteria(row: &RouteRow) -> String {
    match &row.known.route {
        Route::Trigger(trigger) => trigger.criteria(),
        Route::EventBridge(_) | Route::Webhook(_) => "every event".to_owned(),
    }
}

fn reach_role(row: &RouteRow) -> Role {
    match row.reach.is_trouble() {
        // Nothing is sent on a route that is off.
        true if row.known.enabled == Some(false) => Role::Dim,
        true => Role::Bad,
        false if row.reach.looked == 0 => Role::Dim,
        false => Role::Ok,
    }
}

/// The events that a route carries.
#[must_use]
pub fn events(row: &RouteRow) -> String {
    row.known.route.events().join(" ")
}

/// The same without what most topics have in common, so that a cell shows what they have not.
fn brief(row: &RouteRow) -> String {
    let brief = |topic: &&str| {
        let topic = topic.strip_prefix("v2.").unwrap_or(topic);
        let topic = topic.strip_prefix("detail.events.").unwrap_or(topic);
        topic.replace(".{id}", "")
    };
    let events: Vec<String> = row.known.route.events().iter().map(brief).collect();
    events.join(" ")
}

/// A share in percent, whole unless it is nearly all.
fn percent(rate: f64) -> String {
    let percent = rate * 100.0;
    if percent > 99.0 && percent < 100.0 {
        format!("{percent:.1}%")
    } else {
        format!("{percent:.0}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::api::Api;

    #[test]
    fn what_matters_first_fits_80_columns() {
        for (api, last) in [(Api::Direct, "drift"), (Api::Platform, "reported")] {
            let can = api.capabilities();
            let shown: Vec<&Of> = COLUMNS
                .iter()
                .filter(|column| (column.offered)(can))
                .collect();
            let last = shown.iter().position(|column| column.name == last).unwrap();
            let needed: u16 = shown[..=last]
                .iter()
                .map(|column| column.wish.least + 2)
                .sum();
            assert!(needed <= 80 - 4, "{api}: {needed}");
        }
    }

    #[test]
    fn all_is_not_said_of_nearly_all() {
        assert_eq!(
            [1.0, 0.996, 0.5, 0.0].map(percent),
            ["100%", "99.6%", "50%", "0%"]
        );
    }
}
