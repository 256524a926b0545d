//! What the pane asks to be written: a new reservation, other slots, reservations to be taken back.

use super::day::Day;
use crate::flow::Order;
use crate::flow::callback;
use crate::flow::callback::platform::EndedCallback;
use crate::form::{Opening, Plan};
use crate::kind::callbacks::{CallbackLine, Callbacks};
use crate::model::api::Capabilities;
use crate::model::callback::Status;
use crate::model::payload::Fault;
use crate::model::webhook::WebhookKind;
use crate::pane::list::Picked;
use crate::pane::{Desk, webhooks};
use crate::store::Store;
use crate::store::callbacks::CallbackRow;
use crate::text::fit;
use crate::time::Millis;
use crate::vocabulary::messages::Weight;

/// Opens a booking, on the queue that is looked at.
pub(super) fn book(day: Option<&Day>, on: &Picked<'_, Callbacks>, desk: &mut Desk<'_>) {
    let day = day.and_then(|day| day.queue(desk.store));
    let queue = day.or_else(|| on.row.map(|line| line.row.callback().queue.clone()));
    desk.fill.push(Opening {
        about: queue.map(|id| id.raw().to_owned()).into_iter().collect(),
        ..Opening::new(if desk.can.reservations {
            "callback"
        } else {
            "callback-appoint"
        })
    });
}

/// Opens the slots of the reservation under the cursor. Its number is not opened: a copy of it would be a number that
/// nobody answered for seeing.
pub(super) fn reschedule(on: &Picked<'_, Callbacks>, desk: &mut Desk<'_>) {
    let Some(line) = on.row else { return };
    let callback = line.row.callback();
    if line.row.remembered() {
        return unread(desk);
    }
    if callback.status != Status::Scheduled {
        let text = format!(
            "it is {}: only what is scheduled can be moved",
            callback.status.word()
        );
        return desk.messages.say(Weight::Warning, text, desk.now);
    }
    desk.fill.push(Opening {
        about: vec![callback.id.raw().to_owned()],
        ..Opening::new(if desk.can.reservations {
            "callback-move"
        } else {
            "callback-retime"
        })
    });
}

/// Asks to cancel the marked reservations, or the one under the cursor.
pub(super) fn cancel(on: &mut Picked<'_, Callbacks>, desk: &mut Desk<'_>) {
    let mut wanted = on.ids();
    wanted.sort();
    let callbacks = &desk.store.callbacks;
    if wanted.iter().any(|id| callbacks.get(id).is_none()) {
        return unread(desk);
    }
    let rows = wanted.iter().filter_map(|id| callbacks.get(id));
    let open = |row: &&CallbackRow| !row.callback().status.over();
    let (open, over): (Vec<_>, Vec<_>) = rows.partition(open);
    if !over.is_empty() {
        let text = match over.as_slice() {
            [one] => format!(
                "{} is {} already",
                one.callback().id,
                one.callback().status.word()
            ),
            many => format!("{} of them are over already", many.len()),
        };
        desk.messages.say(Weight::Warning, text, desk.now);
    }
    if open.is_empty() {
        return;
    }
    let plan = cancelling(&open, desk.store, desk.can, desk.now);
    desk.propose(plan);
    on.served = true;
}
/// What is only remembered may be over, or another's: nothing is written to it.
fn unread(desk: &mut Desk<'_>) {
    let text = "The callback has not been read in this run. Wait until it is, or press r.";
    desk.messages.say(Weight::Warning, text, desk.now);
}

/// The plan that cancels them. Somebody outside waits for each of them: even one takes a typed word.
pub fn cancelling(
    rows: &[&CallbackRow],
    store: &Store,
    can: &Capabilities,
    now: Millis,
) -> Result<Plan, Vec<Fault>> {
    let affects = rows.iter().map(|row| {
        let line = CallbackLine::of(row, store, now);
        let callback = row.callback();
        format!(
            "Cancels the callback to {}: queue {}, slot {}, reason {} ({}, {}).",
            callback.number,
            fit(&line.queue_name(), 40),
            line.slot(),
            fit(&line.reason(), 60),
            callback.status.word(),
            callback.id.0.fit(40),
        )
    });
    let ids = rows.iter().map(|row| row.callback().id.clone());
    let order = if can.reservations {
        callback::CallbackOrder::Cancel(ids.collect())
    } else {
        let ended = rows.iter().map(|row| EndedCallback::from(row.callback()));
        callback::CallbackOrder::End(ended.collect())
    };
    let undo = "This cannot be undone; the callback would have to be booked again.";
    let plan = Plan::of(Order::Callback(order), affects.collect(), undo)?;
    Ok(plan.confirmed_by(Some(match rows.len() {
        1 => "cancel".to_owned(),
        many => many.to_string(),
    })))
}

/// Offers to register the webhook, or says what is missing for it.
pub(super) fn webhook(desk: &mut Desk<'_>) {
    if !desk.can.callback_webhooks {
        let text = "the organisation's API has no webhooks for callbacks: topics tell of them";
        return desk.messages.say(Weight::Warning, text, desk.now);
    }
    webhooks::to_console(WebhookKind::Callbacks, desk);
}
