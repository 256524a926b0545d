//! Callbacks: booked after the queue has been read once more, moved, taken back (contract §10).
//!
//! The queue's room is what others leave of it, so it is read again right before a booking is sent, and the very rules of
//! the form are asked again with what was read.

pub mod direct;
pub mod platform;
mod record;
mod unmask;
pub mod waiting;

use super::{Failure, Fate, FlowNews, Run};
use crate::cloud::Urgency;
use crate::model::callback::{Appointment, Booking, Callback, Context};
use crate::model::flow::Outcome;
use crate::model::payload::{self, Fault};
use crate::model::queue::Queue;
use crate::model::write::{Write, WriteKind};
use crate::model::{CallbackId, QueueId};
use crate::text::Text;

pub use self::record::updated;

/// What to look at when it is not known whether a callback was booked.
const CHECK: &str = "Look for it among the callbacks (r reads them) before it is booked again: the caller would be called twice.";

/// What to look at when it is not known whether one was changed.
const CHECK_CHANGE: &str = "Look at it among the callbacks: r reads them again.";

/// What is to be done with callbacks.
#[derive(Clone, Debug, PartialEq)]
pub enum CallbackOrder {
    /// Book one.
    Book(Box<Booking>),
    /// Book those that wait and are due.
    Resume,
    /// Give one other slots.
    Reschedule(Box<direct::Reschedule>),
    /// Take some back.
    Cancel(Vec<CallbackId>),
    /// Book one that is a conversation (Platform API).
    Appoint(Box<Appointment>),
    /// Give such a one another time.
    Move(Box<platform::Reschedule>),
    /// End some of them.
    End(Vec<platform::EndedCallback>),
    /// Show whole numbers for a while.
    Unmask,
}

impl CallbackOrder {
    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self {
            Self::Book(_) | Self::Appoint(_) | Self::Resume => WriteKind::CallbackBook,
            Self::Reschedule(_) | Self::Move(_) => WriteKind::CallbackReschedule,
            Self::Cancel(_) | Self::End(_) => WriteKind::CallbackCancel,
            Self::Unmask => WriteKind::CallbackUnmask,
        }
    }

    /// The writes that it comes to. Whether its queue is open and has room is judged before and after.
    pub fn writes(&self) -> Result<Vec<Write>, Vec<Fault>> {
        Ok(match self {
            Self::Book(booking) => vec![direct::booked_as(booking)?],
            Self::Reschedule(change) => vec![direct::rescheduled_to(change)?],
            Self::Cancel(ids) => ids.iter().map(direct::cancel).collect(),
            Self::Appoint(appointment) => vec![platform::booked_as(appointment)?],
            Self::Move(moved) => vec![platform::rescheduled_to(moved)?],
            Self::End(ended) => ended.iter().map(platform::end).collect(),
            Self::Unmask | Self::Resume => Vec::new(),
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
            Self::Unmask => "numbers of callers".into(),
            Self::Resume => "bookings that waited".into(),
        }
    }
}

/// Carries out an order.
pub(super) async fn run(run: &Run<'_>, order: CallbackOrder) -> Outcome {
    match order {
        CallbackOrder::Book(booking) => direct::booked(run, &booking).await,
        CallbackOrder::Reschedule(change) => direct::rescheduled(run, &change).await,
        CallbackOrder::Cancel(ids) => {
            cancelled(run, ids.iter().map(Open::Reservation).collect()).await
        }
        CallbackOrder::Appoint(appointment) => platform::booked(run, &appointment).await,
        CallbackOrder::Move(moved) => platform::rescheduled(run, &moved).await,
        CallbackOrder::End(ended) => {
            cancelled(run, ended.iter().map(Open::Conversation).collect()).await
        }
        CallbackOrder::Unmask => unmask::unmask(run).await,
        CallbackOrder::Resume => direct::resumed(run).await,
    }
}

/// What is to be taken back.
enum Open<'a> {
    Reservation(&'a CallbackId),
    Conversation(&'a platform::EndedCallback),
}

impl Open<'_> {
    async fn take_back(&self, run: &Run<'_>) -> Result<(), Failure> {
        match self {
            Self::Reservation(id) => direct::cancelled(run, id).await,
            Self::Conversation(ended) => platform::ended(run, ended).await,
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
        None => Outcome::Done(format!("{done} cancelled; status updates follow").into()),
        Some(failure) if wanted.len() == 1 => failure.into(),
        Some(mut failure) => {
            let all = wanted.len();
            failure.why = format!("{done} of {all} were cancelled. {}", failure.why.raw()).into();
            failure.into()
        }
    }
}

/// The write of what is to be on a queue, judged by that queue as it is right now; else what the flow comes to.
async fn judged(
    run: &Run<'_>,
    queue: &QueueId,
    write: impl FnOnce(&Context<'_>) -> Result<Write, Vec<Fault>>,
) -> Result<Write, Outcome> {
    let queue = room(run, queue).await?;
    let context = Context {
        now: run.kit.clock.now(),
        queues: Some(&queue),
    };
    write(&context).map_err(|faults| refused(&faults))
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
            doing.done(room.map_or("capacity n/a".to_owned(), |room| room.to_string()));
            run.tell(FlowNews::Queue(Box::new(queue.clone())));
            Ok(queue)
        }
        Err(error) => {
            doing.failed(error.to_string());
            Err(Failure {
                http: error.status(),
                ..Failure::not_sent(format!("{error} Nothing was sent."))
            })
        }
    }
}

pub(super) fn refused(faults: &[Fault]) -> Outcome {
    let why = payload::sentence(faults);
    Outcome::Refused(format!("{why}; nothing was sent").into())
}

fn told(run: &Run<'_>, callback: Callback, what: &str) -> Outcome {
    let id = callback.id.0.fit(40).into_owned();
    run.tell(FlowNews::Callback(Box::new(callback)));
    Outcome::Done(format!("{what} {id}; status updates follow").into())
}
