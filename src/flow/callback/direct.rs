//! Callbacks that are reservations of slots (contract §10): booked, given other slots, taken back.

use serde::Serialize;
use serde_json::json;

use super::{CHECK, CHECK_CHANGE, judged, room, told};
use crate::cloud::{Answer, Urgency, direct};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, FlowNews, Run};
use crate::model::callback::{Booking, Callback, Context, Slot};
use crate::model::flow::Outcome;
use crate::model::payload::{self, Fault};
use crate::model::write::{Method, Write, WriteKind};
use crate::model::{CallbackId, QueueId};
use crate::text::Text;

/// What the audit calls the organisation's id of a reservation.
pub const RESERVATION: &str = "reservationId";

/// Where callbacks are booked.
const PATH: [&str; 3] = ["api", "v2", "callbacks"];

/// A reservation that gets other slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// Which.
    pub id: CallbackId,
    /// On which queue it is: its hours are what the slots are held against.
    pub queue: QueueId,
    /// The slots that it gets.
    pub slots: Vec<Slot>,
}

/// The write that a booking becomes, or what is wrong with it.
pub fn book(booking: &Booking, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
    match booking.faults(context) {
        none if none.is_empty() => booked_as(booking),
        faults => Err(faults),
    }
}

pub(super) fn booked_as(booking: &Booking) -> Result<Write, Vec<Fault>> {
    let (kind, subject) = (WriteKind::CallbackBook, booking.subject());
    let mut write = Write::json(kind, Method::Post, &PATH, subject, booking)
        .map_err(|error| vec![Fault::new("", error.to_string())])?;
    write.note.insert("queueId", json!(booking.queue_id));
    write.note.insert("callbackId", json!(booking.callback_id));
    let first = booking.time_slot_matrix.first();
    write
        .note
        .insert("slot", json!(first.map(|slot| &slot.start)));
    Ok(write)
}

/// The write that other slots become, or what is wrong with them.
pub fn reschedule(change: &Reschedule, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
    match Booking::slot_faults(&change.slots, change.queue.raw(), context) {
        none if none.is_empty() => rescheduled_to(change),
        faults => Err(faults),
    }
}

pub(super) fn rescheduled_to(change: &Reschedule) -> Result<Write, Vec<Fault>> {
    #[derive(Serialize)]
    struct Body<'a> {
        time_slot_matrix: &'a [Slot],
    }
    let (kind, id) = (WriteKind::CallbackReschedule, change.id.raw());
    let body = Body {
        time_slot_matrix: &change.slots,
    };
    let path = [PATH[0], PATH[1], PATH[2], id];
    let mut write = Write::json(kind, Method::Put, &path, id, &body)
        .map_err(|error| vec![Fault::new("", error.to_string())])?;
    write.note.insert("queueId", json!(change.queue.raw()));
    write.note.insert(RESERVATION, json!(id));
    let first = change.slots.first();
    write
        .note
        .insert("slot", json!(first.map(|slot| &slot.start)));
    Ok(write)
}

/// The write that takes a reservation back.
#[must_use]
pub fn cancel(id: &CallbackId) -> Write {
    let path = [PATH[0], PATH[1], PATH[2], id.raw()];
    let mut write = Write::bare(WriteKind::CallbackCancel, Method::Delete, &path, id.raw());
    write.note.insert(RESERVATION, json!(id.raw()));
    write
}

/// Books a reservation, once its queue has been read again. Where the organisation takes no more for now, the booking waits.
pub(super) async fn booked(run: &Run<'_>, booking: &Booking) -> Outcome {
    let (outcome, busy) = attempt(run, booking).await;
    if busy {
        return wait(run, booking, outcome).await;
    }
    if matches!(outcome, Outcome::Done(_)) {
        over(run, booking).await;
    }
    outcome
}

/// Sends the bookings that wait and are due, one after the other; another process may be the one that does.
pub(super) async fn resumed(run: &Run<'_>) -> Outcome {
    let waiting = run.kit.waiting.clone();
    let sends = run.kit.on_disk(move |audit| {
        let sent = |id: &str, since| audit.knows_of(id, since);
        waiting.send_from_here(sent)
    });
    match sends.await {
        Ok(true) => {}
        Ok(false) => return Outcome::Done("another console of the profile sends them".into()),
        Err(why) => return Outcome::Refused(why.into()),
    }
    let (mut booked, mut refused) = (0, 0);
    while !run.stopped() {
        let (waiting, now) = (run.kit.waiting.clone(), run.kit.clock.now());
        let claimed = match run.kit.on_disk(move |_| waiting.claim(now)).await {
            Ok(Some(claimed)) => claimed.booking,
            Ok(None) => break,
            Err(why) => return Outcome::Refused(why.into()),
        };
        let (outcome, busy) = attempt(run, &claimed).await;
        if busy {
            wait(run, &claimed, outcome).await;
            break;
        }
        over(run, &claimed).await;
        match outcome {
            Outcome::Done(_) => booked += 1,
            _ => refused += 1,
        }
    }
    count(run).await;
    let told = format!("{booked} booked that had waited, {refused} not");
    match refused {
        0 => Outcome::Done(told.into()),
        _ => Outcome::Refused(format!("{told}: the audit says why").into()),
    }
}

/// Has a booking wait on disk; `turned_away` is what it came to for now.
async fn wait(run: &Run<'_>, booking: &Booking, turned_away: Outcome) -> Outcome {
    let (waiting, one, now) = (
        run.kit.waiting.clone(),
        booking.clone(),
        run.kit.clock.now(),
    );
    let put = run.kit.on_disk(move |_| waiting.put(&one, now)).await;
    count(run).await;
    match put {
        Ok(due) => Outcome::Refused(
            format!("{turned_away} The booking waits on disk and is sent again from {due} on, once, while a console of the profile runs.").into(),
        ),
        Err(why) => {
            run.begin("wait", "").failed(why);
            turned_away
        }
    }
}

/// One that has waited, or has not, does so no more.
async fn over(run: &Run<'_>, booking: &Booking) {
    let (waiting, id) = (run.kit.waiting.clone(), booking.callback_id.clone());
    match run.kit.on_disk(move |_| waiting.over(&id)).await {
        Ok(true) => count(run).await,
        Ok(false) => {}
        Err(why) => run.begin("wait", "").failed(why),
    }
}

/// Tells how many wait now.
async fn count(run: &Run<'_>) {
    let waiting = run.kit.waiting.clone();
    if let Ok(count) = run.kit.on_disk(move |_| waiting.count()).await {
        run.tell(FlowNews::Waiting(count));
    }
}

/// Books a reservation; what it came to, and whether the organisation takes no more for now (429).
async fn attempt(run: &Run<'_>, booking: &Booking) -> (Outcome, bool) {
    let queue = QueueId::from(booking.queue_id.as_str());
    let queue = match room(run, &queue).await {
        Ok(queue) => queue,
        Err(failure) => return early(run, booking, failure).await,
    };
    let context = Context {
        now: run.kit.clock.now(),
        queues: Some(&queue),
    };
    let write = match book(booking, &context) {
        Ok(write) => write,
        Err(faults) => {
            let why = format!("{}; nothing was sent", payload::sentence(&faults));
            return early(run, booking, Failure::not_sent(why)).await;
        }
    };
    let mut submit = String::new();
    let begins = |id: &str| id.clone_into(&mut submit);
    match run.commit(write, CHECK, begins, taken).await {
        Ok(callback) => (told(run, callback, "booked as"), false),
        Err(failure) if failure.fate == Fate::Unknown => {
            (reconcile(run, booking, &submit, failure).await, false)
        }
        Err(failure) => {
            let busy = failure.http == Some(429);
            (failure.into(), busy)
        }
    }
}

/// A booking that came to nothing before its write was sent: on record, for one of several would else not be.
async fn early(run: &Run<'_>, booking: &Booking, failure: Failure) -> (Outcome, bool) {
    let busy = failure.http == Some(429);
    if let Ok(write) = booked_as(booking) {
        run.refuse(&write, failure.why.raw().to_owned()).await;
    }
    (failure.into(), busy)
}

/// Gives a reservation other slots.
pub(super) async fn rescheduled(run: &Run<'_>, change: &Reschedule) -> Outcome {
    let write = match judged(run, &change.queue, |context| reschedule(change, context)).await {
        Ok(write) => write,
        Err(outcome) => return outcome,
    };
    match run.commit(write, CHECK_CHANGE, |_| {}, taken).await {
        Ok(callback) => told(run, callback, "moved:"),
        Err(failure) => failure.into(),
    }
}

/// Takes one back.
pub(super) async fn cancelled(run: &Run<'_>, id: &CallbackId) -> Result<(), Failure> {
    let read = |_: &Answer| Ok(Done::plain(()));
    run.commit(cancel(id), CHECK_CHANGE, |_| {}, read).await
}

fn taken(answer: &Answer) -> Result<Done<Callback>, String> {
    let callback = direct::callback(&answer.body)?;
    let id = json!(callback.id.raw());
    let mut done = Done::plain(callback);
    done.note.insert(RESERVATION.to_owned(), id);
    Ok(done)
}

/// Looks for a booking whose answer was lost: the list may name it by the name that the booker gave it. One that is not
/// there may still be on its way, so nothing but finding it makes it known.
async fn reconcile(run: &Run<'_>, booking: &Booking, submit: &str, failure: Failure) -> Outcome {
    let doing = run.begin("look for it", booking.callback_id.as_str());
    match run.kit.client.callbacks(Urgency::Reread).await {
        Ok(listing) => {
            let ours = |callback: &Callback| {
                let name = callback.booked_as.as_ref().map(Text::raw);
                name == Some(booking.callback_id.as_str())
            };
            if let Some(callback) = listing.callbacks.into_iter().find(ours) {
                doing.done("it is there");
                run.known_later(submit, booked_as(booking), &callback).await;
                return told(run, callback, "its answer was lost, and it is there:");
            }
            doing.failed("it is not in the list");
            failure.into()
        }
        Err(error) => {
            doing.failed(error.to_string());
            failure.into()
        }
    }
}
