//! What is about to happen to a route, for the review: out of the form, or from the list without one.

use crate::flow::Order;
use crate::flow::route::{Deploy, Remove};
use crate::form::Plan;
use crate::model::payload::{self, Fault};
use crate::model::route::eventbridge::RETRIED_DAYS;
use crate::model::route::trigger::LIMITS;
use crate::model::route::{Aim, Deed, Delivery, Known, Route};
use crate::store::routes::{Drift, Presence, RouteRow, Routes};
use crate::text::{Text, safe};

/// A new route.
pub fn create(route: Route, why: Option<Text>) -> Result<Plan, Vec<Fault>> {
    let mut affects = carries(&route, "Makes a route");
    if route.creates().len() > 1 {
        affects.push("It is made in steps: the id and the version in those after the first come from its answer.".to_owned());
    }
    Plan::of(
        deploy(Aim::New, None, route, why),
        affects,
        "u on the route deletes it again.",
    )
}

/// Another body for a route.
pub fn update(base: &Known, route: Route, why: Option<Text>) -> Result<Plan, Vec<Fault>> {
    let mut affects = carries(&route, "Changes the route");
    affects.push(
        "If somebody else changes it meanwhile, nothing is sent and both changes are shown."
            .to_owned(),
    );
    let aim = Aim::Existing(base.id.clone());
    let order = deploy(aim, Some(base.clone()), route, why);
    let undo = "u on the route deploys the body that it has now.";
    let plan = Plan::of(order, affects, undo)?;
    let before = plan.writes().first().and_then(|first| base.before(first));
    Ok(plan.over(before))
}

/// A route to be taken away; its name has to be typed.
pub fn delete(known: &Known, deliveries: Option<&[Delivery]>) -> Result<Plan, Vec<Fault>> {
    let route = &known.route;
    let mut affects = vec![format!(
        "Deletes the route {}: {} will not {} any more.",
        safe(route.name()),
        safe(&route.events().join(", ")),
        does(route, true)
    )];
    affects.extend(
        route
            .destinations()
            .into_iter()
            .map(|uri| format!("  {}", safe(uri))),
    );
    if let Some(deliveries) = deliveries {
        let sum =
            |count: fn(&Delivery) -> u64| deliveries.iter().map(count).fold(0, u64::saturating_add);
        affects.push(format!(
            "It has delivered {} events; {} could not be delivered.",
            sum(|told| told.delivered),
            sum(|told| told.failed)
        ));
    }
    let order = Order::RemoveRoute(Box::new(Remove {
        known: known.clone(),
    }));
    let undo =
        "u on the deleted route makes it again, under a new id; events of the meantime are lost.";
    let plan = Plan::of(order, affects, undo)?;
    Ok(plan
        .over(Some(route.masked().json()))
        .confirmed_by(Some(route.name().to_owned())))
}

/// A test event to the destinations of a route, from here.
pub fn test(known: &Known) -> Result<Plan, Vec<Fault>> {
    let uris = known.route.destinations();
    if uris.is_empty() {
        let why = "a route of this kind has no address: p asks the organisation about it";
        return Err(vec![Fault::new("", why)]);
    }
    let mut affects = vec![format!(
        "Sends an event that is none, with the headers of {}, from here to:",
        safe(known.route.name())
    )];
    affects.extend(uris.into_iter().map(|uri| format!("  {}", safe(uri))));
    affects.push(
        "It shows whether the destinations accept events; the organisation has no call that sends one through."
            .to_owned(),
    );
    let order = Order::TestRoute(Box::new(known.clone()));
    Plan::of(order, affects, "What was delivered cannot be undone.")
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
    let whole = |before: &Route| {
        let now = there.then_some(&row.known.route);
        before.restored(now).map_err(|missing| {
            format!(
                "{}: credentials are not kept on disk, and {} of what was there before is known no more. Deploy it from its file, or edit the route (e) and type them again.",
                row.name(), missing.join(", ")
            )
        })
    };
    let why = Some(Text::from(format!(
        "undoes what {} {} at {}",
        last.operator.raw(),
        last.deed.word(),
        last.at
    )));
    let plan = match (last.deed, &last.before, there) {
        (Deed::Deleted, Some(before), false) => create(whole(before)?, why),
        (Deed::Updated, Some(before), true) => update(&row.known, whole(before)?, why),
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
    let mut plan = plan.map_err(|faults| payload::sentence(&faults))?;
    let (by, at) = (&last.operator, last.at);
    plan.affects
        .insert(0, format!("Undoes what {by} {} at {at}.", last.deed.word()));
    if matches!(row.drift, Drift::Differs(_)) {
        let words = "Somebody has changed the route since: their changes go too.";
        plan.affects.insert(1, words.to_owned());
    }
    Ok(plan)
}

fn deploy(aim: Aim, base: Option<Known>, body: Route, why: Option<Text>) -> Order {
    Order::Deploy(Box::new(Deploy {
        aim,
        base,
        body,
        dry: false,
        why,
        by: None,
    }))
}

fn carries(route: &Route, deed: &str) -> Vec<String> {
    let mut lines = vec![format!(
        "{deed} {}: {} {}.",
        safe(route.name()),
        safe(&route.events().join(", ")),
        does(route, false)
    )];
    match route {
        Route::Webhook(webhook) => {
            lines.push("Every destination is looked at before the submit (name, TLS, health); one that is not as it should be stops it.".to_owned());
            let tries = webhook.retry_policy.preview();
            lines.push(format!("Tries of an event until it is accepted: {tries}."));
        }
        Route::EventBridge(_) => {
            lines.push("EventBridge has no address to look at: the state that the organisation reports is followed until it is there, or half a minute.".to_owned());
            lines.push(format!("An event that the bus does not accept is kept and tried again for up to {RETRIED_DAYS} days."));
        }
        Route::Trigger(trigger) => {
            lines.push(format!("It counts when {}.", safe(&trigger.criteria())));
            lines.push(
                "Once it is there it is tried with an event made to fit; the trial starts nothing."
                    .to_owned(),
            );
            lines.push(LIMITS.to_owned());
        }
    }
    if route.enabled() == Some(false) {
        lines.push("It is off: nothing is sent or started until it is turned on.".to_owned());
    }
    lines
}

/// What becomes of its events.
fn does(route: &Route, passive: bool) -> String {
    let towards = safe(&route.towards()).into_owned();
    match (route, passive) {
        (Route::Webhook(webhook), passive) => {
            let places = match webhook.destinations().count() {
                1 => "one destination".to_owned(),
                n => format!("{n} destinations"),
            };
            if passive {
                format!("be sent to {places}")
            } else {
                format!("to {places}")
            }
        }
        (Route::EventBridge(_), true) => format!("be sent to {towards}"),
        (Route::EventBridge(_), false) => format!("to {towards}"),
        (Route::Trigger(_), true) => format!("start the {towards}"),
        (Route::Trigger(_), false) => format!("starts the {towards}"),
    }
}
