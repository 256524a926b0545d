//! Callbacks: booked after the queue has been read once more, moved, taken back (contract §10).
//!
//! The queue's room is what others leave of it, so it is read again right before a booking is sent, and the very rules of
//! the form are asked again with what was read.

mod appoint;
mod unmask;
mod webhook;

use serde::Serialize;
use serde_json::json;

use super::guard::Done;
use super::{Failure, Fate, FlowNews, Run};
use crate::cloud::{Answer, Urgency, direct};
use crate::model::callback::{Appointment, Booking, Callback, Context, Slot};
use crate::model::flow::Outcome;
use crate::model::payload::{self, Fault};
use crate::model::queue::Queue;
use crate::model::write::{Method, Write, WriteKind};
use crate::model::{CallbackId, QueueId};
use crate::text::Text;

pub use self::appoint::{EndedCallback, Moved, appoint, end, move_to};
pub use self::webhook::CallbackWebhook;

/// Where callbacks are booked.
const PATH: [&str; 3] = ["api", "v2", "callbacks"];

/// What to look at when it is not known whether a callback was booked.
const CHECK: &str = "Look for it among the callbacks (r reads them) before it is booked again: the caller would be called twice.";

/// What to look at when it is not known whether one was changed.
const CHECK_CHANGE: &str = "Look at it among the callbacks: r reads them again.";

/// What is to be done with callbacks.
#[derive(Clone, Debug, PartialEq)]
pub enum CallbackOrder {
    /// Book one.
    Book(Box<Booking>),
    /// Give one other slots.
    Reschedule(Box<Reschedule>),
    /// Take some back.
    Cancel(Vec<CallbackId>),
    /// Book one that is a conversation (Platform API).
    Appoint(Box<Appointment>),
    /// Give such a one another time.
    Move(Box<Moved>),
    /// End some of them.
    End(Vec<EndedCallback>),
    /// Have changes of reservations delivered to this address.
    Webhook(CallbackWebhook),
    /// Show whole numbers for a while.
    Unmask,
}

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

impl CallbackOrder {
    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self {
            Self::Book(_) | Self::Appoint(_) => WriteKind::CallbackBook,
            Self::Reschedule(_) | Self::Move(_) => WriteKind::CallbackReschedule,
            Self::Cancel(_) | Self::End(_) => WriteKind::CallbackCancel,
            Self::Webhook(_) => WriteKind::CallbackWebhook,
            Self::Unmask => WriteKind::CallbackUnmask,
        }
    }

    /// The writes that it comes to. Whether its queue is open and has room is judged before and after.
    pub fn writes(&self) -> Result<Vec<Write>, Vec<Fault>> {
        Ok(match self {
            Self::Book(booking) => vec![booked_as(booking)?],
            Self::Reschedule(change) => vec![rescheduled_to(change)?],
            Self::Cancel(ids) => ids.iter().map(cancel).collect(),
            Self::Appoint(appointment) => vec![appoint::appointed(appointment)?],
            Self::Move(moved) => vec![appoint::moved_to(moved)?],
            Self::End(ended) => ended.iter().map(appoint::end).collect(),
            Self::Webhook(webhook) => vec![webhook.write()?],
            Self::Unmask => Vec::new(),
        })
    }

    /// What it does it to, as people call it; never a whole number.
    #[must_use]
    pub fn title(&self) -> Text {
        match self {
            Self::Book(booking) => booking.subject().into(),
            Self::Reschedule(change) => change.id.0.clone(),
            Self::Cancel(ids) => match ids.as_slice() {
                [one] => one.0.clone(),
                many => format!("{} callbacks", many.len()).into(),
            },
            Self::Appoint(appointment) => appointment.subject().into(),
            Self::Move(moved) => moved.change.conversation_id.as_str().into(),
            Self::End(ended) => match ended.as_slice() {
                [one] => one.id.0.clone(),
                many => format!("{} callbacks", many.len()).into(),
            },
            Self::Webhook(webhook) => webhook.name.as_str().into(),
            Self::Unmask => "numbers of callers".into(),
        }
    }
}

/// The write that a booking becomes, or what is wrong with it.
pub fn book(booking: &Booking, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
    match booking.faults(context) {
        none if none.is_empty() => booked_as(booking),
        faults => Err(faults),
    }
}

fn booked_as(booking: &Booking) -> Result<Write, Vec<Fault>> {
    let (kind, subject) = (WriteKind::CallbackBook, booking.subject());
    let mut write = Write::json(kind, Method::Post, &PATH, subject, booking)
        .map_err(|error| vec![Fault::new("", error.to_string())])?;
    write.note.insert("queueId", json!(booking.queue_id));
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

fn rescheduled_to(change: &Reschedule) -> Result<Write, Vec<Fault>> {
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
    Ok(write)
}

/// The write that takes a reservation back.
#[must_use]
pub fn cancel(id: &CallbackId) -> Write {
    let path = [PATH[0], PATH[1], PATH[2], id.raw()];
    Write::bare(WriteKind::CallbackCancel, Method::Delete, &path, id.raw())
}

/// Carries out an order.
pub(super) async fn run(run: &Run<'_>, order: CallbackOrder) -> Outcome {
    match order {
        CallbackOrder::Book(booking) => booked(run, &booking).await,
        CallbackOrder::Reschedule(change) => rescheduled(run, &change).await,
        CallbackOrder::Cancel(ids) => {
            cancelled(run, ids.iter().map(Open::Reservation).collect()).await
        }
        CallbackOrder::Appoint(appointment) => appoint::book(run, &appointment).await,
        CallbackOrder::Move(moved) => appoint::reschedule(run, &moved).await,
        CallbackOrder::End(ended) => {
            cancelled(run, ended.iter().map(Open::Conversation).collect()).await
        }
        CallbackOrder::Webhook(webhook) => webhook::register(run, &webhook).await,
        CallbackOrder::Unmask => unmask::unmask(run).await,
    }
}

async fn booked(run: &Run<'_>, booking: &Booking) -> Outcome {
    let queue = match room(run, &QueueId::from(booking.queue_id.as_str())).await {
        Ok(queue) => queue,
        Err(failure) => return failure.into(),
    };
    let context = Context {
        now: run.kit.clock.now(),
        queues: Some(&queue),
    };
    let write = match book(booking, &context) {
        Ok(write) => write,
        Err(faults) => return refused(&faults),
    };
    match run.commit(write, CHECK, |_| {}, taken).await {
        Ok(callback) => told(run, callback, "booked as"),
        Err(failure) if failure.fate == Fate::Unknown => reconcile(run, booking, failure).await,
        Err(failure) => failure.into(),
    }
}

async fn rescheduled(run: &Run<'_>, change: &Reschedule) -> Outcome {
    let queue = match room(run, &change.queue).await {
        Ok(queue) => queue,
        Err(failure) => return failure.into(),
    };
    let context = Context {
        now: run.kit.clock.now(),
        queues: Some(&queue),
    };
    let write = match reschedule(change, &context) {
        Ok(write) => write,
        Err(faults) => return refused(&faults),
    };
    match run.commit(write, CHECK_CHANGE, |_| {}, taken).await {
        Ok(callback) => told(run, callback, "moved:"),
        Err(failure) => failure.into(),
    }
}

/// What is to be taken back.
enum Open<'a> {
    Reservation(&'a CallbackId),
    Conversation(&'a EndedCallback),
}

impl Open<'_> {
    async fn take_back(&self, run: &Run<'_>) -> Result<(), Failure> {
        match self {
            Self::Reservation(id) => {
                let read = |_: &Answer| Ok(Done::plain(()));
                run.commit(cancel(id), CHECK_CHANGE, |_| {}, read).await
            }
            Self::Conversation(ended) => appoint::hang_up(run, ended).await,
        }
    }
}

/// One after the other, each with its own record. A refusal of one says nothing of the next.
async fn cancelled(run: &Run<'_>, wanted: Vec<Open<'_>>) -> Outcome {
    let mut failures: Vec<Failure> = Vec::new();
    for one in &wanted {
        if run.stopped() {
            failures.push(Failure::cancelled("stopped before anything more was sent"));
            break;
        }
        if let Err(failure) = one.take_back(run).await {
            failures.push(failure);
        }
    }
    let done = wanted.len().saturating_sub(failures.len());
    match failures
        .into_iter()
        .max_by_key(|failure| failure.fate == Fate::Unknown)
    {
        None => Outcome::Done(format!("{done} taken back; the stream tells of it").into()),
        Some(failure) if wanted.len() == 1 => failure.into(),
        Some(mut failure) => {
            let all = wanted.len();
            failure.why = format!("{done} of {all} were taken back. {}", failure.why.raw()).into();
            failure.into()
        }
    }
}

/// Reads the queue once more; everybody gets to know what was read.
async fn room(run: &Run<'_>, id: &QueueId) -> Result<Queue, Failure> {
    let doing = run.begin("queue", id.0.clone());
    let read = run
        .unless_stopped(run.kit.client.queue(id, Urgency::Write))
        .await?;
    match read {
        Ok(queue) => {
            let room = queue.room();
            doing.done(room.map_or("room not told".to_owned(), |room| room.to_string()));
            run.tell(FlowNews::Queue(Box::new(queue.clone())));
            Ok(queue)
        }
        Err(error) => {
            doing.failed(error.to_string());
            Err(Failure::not_sent(format!("{error} Nothing was sent.")))
        }
    }
}

fn refused(faults: &[Fault]) -> Outcome {
    let why = payload::sentence(faults);
    Outcome::Refused(format!("{why}; nothing was sent").into())
}

fn taken(answer: &Answer) -> Result<Done<Callback>, String> {
    direct::callback(&answer.body).map(Done::plain)
}

fn told(run: &Run<'_>, callback: Callback, what: &str) -> Outcome {
    let id = callback.id.0.fit(40).into_owned();
    run.tell(FlowNews::Callback(Box::new(callback)));
    Outcome::Done(format!("{what} {id}; the stream tells how it goes").into())
}

/// Looks for a booking whose answer was lost: the list may name it by the name that the booker gave it. One that is not
/// there may still be on its way, so nothing but finding it makes it known.
async fn reconcile(run: &Run<'_>, booking: &Booking, failure: Failure) -> Outcome {
    let doing = run.begin("look for it", booking.callback_id.as_str());
    match run.kit.client.callbacks(Urgency::Reread).await {
        Ok(listing) => {
            let ours = |callback: &Callback| {
                let name = callback.booked_as.as_ref().map(Text::raw);
                name == Some(booking.callback_id.as_str())
            };
            if let Some(callback) = listing.callbacks.into_iter().find(ours) {
                doing.done("it is there");
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
