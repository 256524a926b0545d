//! What is about to happen to a route, for the review: out of the form, or from the list without one.

use crate::flow::Order;
use crate::flow::route::{Deploy, Remove};
use crate::form::Plan;
use crate::model::route::{Aim, Deed, Delivery, Known, Route, header};
use crate::store::routes::{Drift, Presence, RouteRow, Routes};
use crate::text::safe;

/// A new route.
#[must_use]
pub fn create(route: Route) -> Plan {
    Plan {
        writes: vec![route.create()],
        before: None,
        affects: carries(&route, "Makes a route"),
        undo: "u on the route takes it away again.".to_owned(),
        confirm: None,
        order: deploy(Aim::New, None, route),
    }
}

/// Another body for a route.
#[must_use]
pub fn update(base: &Known, route: Route) -> Plan {
    let mut affects = carries(&route, "Changes the route");
    affects.push(
        "If somebody else changes it meanwhile, nothing is sent and both changes are shown."
            .to_owned(),
    );
    Plan {
        writes: vec![base.update(&route)],
        before: Some(masked(&base.route)),
        affects,
        undo: "u on the route deploys the body that it has now.".to_owned(),
        confirm: None,
        order: deploy(Aim::Existing(base.id.clone()), Some(base.clone()), route),
    }
}

/// A route to be taken away; its name has to be typed.
#[must_use]
pub fn delete(known: &Known, deliveries: Option<&[Delivery]>) -> Plan {
    let route = &known.route;
    let mut affects = vec![format!(
        "Takes the route {} away: {} will not be sent any more to {}.",
        safe(&route.name),
        safe(&events(route)),
        counted(route)
    )];
    affects.extend(route.destinations().map(|uri| format!("  {}", safe(uri))));
    if let Some(deliveries) = deliveries {
        let sum =
            |count: fn(&Delivery) -> u64| deliveries.iter().map(count).fold(0, u64::saturating_add);
        affects.push(format!(
            "It has delivered {} events; {} could not be delivered.",
            sum(|told| told.delivered),
            sum(|told| told.failed)
        ));
    }
    Plan {
        writes: vec![known.delete()],
        before: Some(masked(route)),
        affects,
        undo: "u on the deleted route makes it again, under a new id; events of the meantime are lost.".to_owned(),
        confirm: Some(route.name.clone()),
        order: Order::RemoveRoute(Box::new(Remove {
            known: known.clone(),
        })),
    }
}

/// What takes back the last deployment of a route, or why it cannot be taken back.
pub fn undo(routes: &Routes, row: &RouteRow) -> Result<Plan, String> {
    let Some(last) = routes.last_taken(row) else {
        return Err(format!(
            "{} was not deployed from here: there is nothing to undo",
            row.name()
        ));
    };
    let there = row.presence == Presence::There;
    let mut plan = match (last.deed, &last.before, there) {
        (Deed::Deleted, Some(before), false) => create(before.clone()),
        (Deed::Updated, Some(before), true) => update(&row.known, before.clone()),
        (Deed::Created, _, true) => delete(&row.known, routes.deliveries(&row.known.id)),
        (Deed::Deleted, _, true) => {
            return Err(format!(
                "{} is there again: somebody has undone it",
                row.name()
            ));
        }
        _ => {
            return Err(format!(
                "{} is gone: there is nothing to go back to",
                row.name()
            ));
        }
    };
    let (by, at) = (&last.operator, last.at);
    plan.affects
        .insert(0, format!("Undoes what {by} {} at {at}.", last.deed.word()));
    if matches!(row.drift, Drift::Differs(_)) {
        let words = "Somebody has changed the route since: their changes go too.";
        plan.affects.insert(1, words.to_owned());
    }
    Ok(plan)
}

fn deploy(aim: Aim, base: Option<Known>, body: Route) -> Order {
    Order::Deploy(Box::new(Deploy {
        aim,
        base,
        body,
        dry: false,
    }))
}

fn carries(route: &Route, deed: &str) -> Vec<String> {
    let mut lines = vec![
        format!("{deed} {}: {} to {}.", safe(&route.name), safe(&events(route)), counted(route)),
        "Every destination is looked at before the submit (name, TLS, health); one that is not as it should be stops it.".to_owned(),
    ];
    lines.push(format!(
        "An event that is not taken is tried {}.",
        route.retry_policy.preview()
    ));
    lines
}

fn events(route: &Route) -> String {
    let events: Vec<&str> = route
        .event_filters
        .iter()
        .map(|filter| filter.event_type.as_str())
        .collect();
    events.join(", ")
}

fn counted(route: &Route) -> String {
    match route.destinations().count() {
        1 => "one destination".to_owned(),
        n => format!("{n} destinations"),
    }
}

fn masked(route: &Route) -> String {
    let mut shown = route.clone();
    for (name, value) in &mut shown.headers {
        *value = header::shown(name, value).to_owned();
    }
    shown.json()
}
