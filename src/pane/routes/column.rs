//! The columns of the routes.

use crate::config::theme::Role;
use crate::model::api::Capabilities;
use crate::model::route::{Kind, Route, Standing};
use crate::pane::list::column::Column;
use crate::store::routes::{Drift, Presence, RouteRow};
use crate::text::safe;
use crate::ui::chart;

type Shown = Column<RouteRow>;

/// Looks that the sparkline has room for.
const TREND: usize = 12;

/// What the highest mark stands for: a little more than all, so that the marks of two rows do not touch.
const HEADROOM: f32 = 1.15;

/// In the order of the screen; named as filters name them.
pub(super) const COLUMNS: &[Shown] = &[
    Shown::new(
        "state",
        "STATE",
        "Whether it is in use: what it is to be against what is reported",
        (8, 8),
        |row, _| row.state().to_owned(),
        |a, b| a.presence.cmp(&b.presence).then(a.state().cmp(b.state())),
    )
    .looking(state_role),
    Shown::new(
        "kind",
        "KIND",
        "Whether its events go to a bus or start a workflow",
        (11, 11),
        |row, _| row.known.route.kind().to_string(),
        |a, b| a.known.route.kind().cmp(&b.known.route.kind()),
    )
    .where_offered(kinds),
    Shown::new(
        "name",
        "NAME",
        "What people call it",
        (16, 26),
        |row, _| safe(row.name()).into_owned(),
        |a, b| a.name().cmp(b.name()),
    )
    .looking(|row| if row.stale { Role::Stale } else { Role::Text }),
    Shown::new(
        "reach",
        "REACH",
        "Whether its destinations can be reached, or what stops the first",
        (9, 9),
        |row, _| row.reach.word.to_owned(),
        |a, b| a.reach.word.cmp(b.reach.word),
    )
    .looking(reach_role)
    .where_offered(addresses),
    Shown::new(
        "reached",
        "DEST",
        "Destinations that were reached, of all",
        (5, 5),
        |row, _| match row.presence {
            Presence::There => format!("{}/{}", row.reach.reached, row.reach.of),
            Presence::Gone | Presence::Deleted => "-".to_owned(),
        },
        |a, b| (a.reach.of - a.reach.reached).cmp(&(b.reach.of - b.reach.reached)),
    )
    .looking(reach_role)
    .number()
    .where_offered(addresses),
    Shown::new(
        "days",
        "DAYS",
        "Days until the first of its certificates ends",
        (4, 4),
        |row, _| {
            row.reach
                .days
                .map_or("-".to_owned(), |days| days.to_string())
        },
        |a, b| (a.reach.days.is_none(), a.reach.days).cmp(&(b.reach.days.is_none(), b.reach.days)),
    )
    .looking(|row| match row.reach.days {
        _ if row.known.enabled == Some(false) => Role::Dim,
        Some(..=0) => Role::Bad,
        Some(1..=30) => Role::Warn,
        _ => Role::Dim,
    })
    .number()
    .where_offered(addresses),
    Shown::new(
        "rate",
        "RATE",
        "Share of the last looks that reached their destination",
        (5, 5),
        |row, _| row.reach.rate.map_or("-".to_owned(), percent),
        |a, b| {
            a.reach
                .rate
                .unwrap_or(2.0)
                .total_cmp(&b.reach.rate.unwrap_or(2.0))
        },
    )
    .number()
    .where_offered(addresses),
    Shown::new(
        "drift",
        "DRIFT",
        "Whether what runs is what was last deployed from here",
        (11, 11),
        |row, _| match &row.drift {
            Drift::Differs(changes) => format!("drift ({})", changes.len()),
            other => other.word().to_owned(),
        },
        |a, b| {
            (!a.drift.is_trouble(), a.drift.word()).cmp(&(!b.drift.is_trouble(), b.drift.word()))
        },
    )
    .looking(|row| match row.drift {
        Drift::Gone => Role::Bad,
        Drift::Differs(_) | Drift::Back => Role::Warn,
        Drift::Unsure => Role::Unknown,
        Drift::NotOurs | Drift::AsDeployed => Role::Dim,
    }),
    Shown::new(
        "trend",
        "TREND",
        "Destinations reached at the last looks",
        (8, 12),
        |row, _| chart::counts(&row.reach.trend, TREND, HEADROOM),
        |a, b| a.reach.trend.len().cmp(&b.reach.trend.len()),
    )
    .looking(|_| Role::Chart)
    .where_offered(addresses),
    Shown::new(
        "reported",
        "REPORTED",
        "What the organisation reports of it, and why",
        (10, 30),
        |row, _| reported(row),
        |a, b| reported(a).cmp(&reported(b)),
    )
    .looking(state_role)
    .where_offered(kinds),
    Shown::new(
        "events",
        "EVENTS",
        "The events that it carries",
        (18, 40),
        |row, look| {
            let shown = if look.whole { events(row) } else { brief(row) };
            safe(&shown).into_owned()
        },
        |a, b| events(a).cmp(&events(b)),
    ),
    Shown::new(
        "uri",
        "FIRST DESTINATION",
        "Where events go first",
        (20, 48),
        |row, _| towards(row),
        |a, b| towards(a).cmp(&towards(b)),
    )
    .where_offered(addresses),
    Shown::new(
        "to",
        "WHERE TO",
        "The bus that events go to, or the workflow that they start",
        (20, 44),
        |row, _| towards(row),
        |a, b| towards(a).cmp(&towards(b)),
    )
    .where_offered(kinds),
    Shown::new(
        "when",
        "WHEN",
        "What an event has to be like",
        (14, 40),
        |row, _| safe(&criteria(row)).into_owned(),
        |a, b| criteria(a).cmp(&criteria(b)),
    )
    .where_offered(kinds),
    Shown::new(
        "latency",
        "MS",
        "The longest of the last looks",
        (6, 6),
        |row, _| {
            row.reach
                .took_ms
                .map_or("-".to_owned(), |ms| ms.to_string())
        },
        |a, b| a.reach.took_ms.cmp(&b.reach.took_ms),
    )
    .number()
    .where_offered(addresses)
    .hidden(),
    Shown::new(
        "changed",
        "CHANGED",
        "When its body was last seen to change",
        (8, 8),
        |row, look| row.changed.map_or("-".to_owned(), |at| look.moment(at)),
        |a, b| a.changed.cmp(&b.changed),
    )
    .number()
    .hidden(),
    Shown::new(
        "id",
        "ID",
        "The route's id",
        (12, 36),
        |row, _| row.known.id.to_string(),
        |a, b| a.known.id.cmp(&b.known.id),
    )
    .hidden(),
];

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
            Standing::On => Role::Ok,
            Standing::Off => Role::Dim,
            Standing::Starting | Standing::Stopping => Role::Warn,
            Standing::NotOn | Standing::NotOff | Standing::Error => Role::Bad,
            Standing::Unknown => Role::Unknown,
        },
        (Presence::There, None) if row.known.enabled == Some(false) => Role::Dim,
        (Presence::There, None) => Role::Ok,
    }
}

/// What is reported of an integration and why; a trigger has no state but its own.
pub(super) fn reported(row: &RouteRow) -> String {
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
    safe(&row.known.route.towards()).into_owned()
}

/// What an event has to be like, where a route asks.
pub(super) fn criteria(row: &RouteRow) -> String {
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
pub(super) fn events(row: &RouteRow) -> String {
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
            let shown: Vec<&Shown> = COLUMNS
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
