//! Callbacks that are conversations (Platform API): booked, moved, ended.
//!
//! What a booking was answered is no more than an id. When the answer is lost, the booking is looked for by the name that
//! this console gave it, and never made again.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tokio::time::sleep;

use super::{CHECK, CHECK_CHANGE, judged, told};
use crate::cloud::platform::callbacks::booked as booked_id;
use crate::cloud::{Answer, Urgency};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, FlowNews, Run};
use crate::model::CallbackId;
use crate::model::QueueId;
use crate::model::callback::{Appointment, Callback, Context, Move, Status};
use crate::model::flow::Outcome;
use crate::model::payload::Fault;
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;
use crate::time::Millis;

const PATH: [&str; 4] = ["api", "v2", "conversations", "callbacks"];

const CREATE: &[&str] = &["conversation:callback:create"];
const EDIT: &[&str] = &["conversation:callback:edit"];
const END: &[&str] = &["conversation:communication:disconnect"];

/// When a booking whose answer was lost is looked for: its index lags, so not finding it at once means little.
const LOOKS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(15),
];

/// Callbacks looked at for one that was booked: those with the same number, queue and time.
const ALIKE: usize = 5;

/// How much the organisation's clock may differ from ours, in milliseconds.
const CLOCKS: i64 = 120_000;

/// A callback that is to get another time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// On which queue it is: its hours are what the time is held against.
    pub queue: QueueId,
    /// What is asked for.
    pub change: Move,
}

/// A callback that is to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedCallback {
    /// Which.
    pub id: CallbackId,
    /// When its conversation began; none when that is not known.
    pub began: Option<Millis>,
}

impl From<&Callback> for EndedCallback {
    fn from(callback: &Callback) -> Self {
        Self {
            id: callback.id.clone(),
            began: callback.began,
        }
    }
}

/// The write that an appointment becomes, or what is wrong with it.
pub fn book(appointment: &Appointment, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
    match appointment.faults(context) {
        none if none.is_empty() => booked_as(appointment),
        faults => Err(faults),
    }
}

pub(super) fn booked_as(appointment: &Appointment) -> Result<Write, Vec<Fault>> {
    let (kind, subject) = (WriteKind::CallbackBook, appointment.subject());
    let mut write = written(kind, Method::Post, &PATH, subject, appointment)?;
    write.permissions = CREATE;
    write.note.insert("queueId", json!(appointment.queue_id));
    let time = &appointment.callback_scheduled_time;
    write.note.insert("slot", json!(time));
    Ok(write)
}

/// The write that another time becomes, or what is wrong with it.
pub fn reschedule(moved: &Reschedule, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
    match moved.change.faults(moved.queue.raw(), context) {
        none if none.is_empty() => rescheduled_to(moved),
        faults => Err(faults),
    }
}

pub(super) fn rescheduled_to(moved: &Reschedule) -> Result<Write, Vec<Fault>> {
    let change = &moved.change;
    let (kind, id) = (WriteKind::CallbackReschedule, &change.conversation_id);
    let mut write = written(kind, Method::Patch, &PATH, id, change)?;
    write.permissions = EDIT;
    write.note.insert("queueId", json!(moved.queue.raw()));
    write.note.insert("agentId", json!(change.agent_id));
    Ok(write)
}

/// The write that ends a callback: everybody in its conversation is let go.
#[must_use]
pub fn end(ended: &EndedCallback) -> Write {
    /// A whole conversation as the API's schema has it, which requires more than what is asked for.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        start_time: Option<String>,
        participants: [(); 0],
    }
    let began = ended.began.map(|at| format!("{:.3}", at.timestamp()));
    let body = Body {
        state: "disconnected",
        start_time: began,
        participants: [],
    };
    let id = ended.id.raw();
    let path = [PATH[0], PATH[1], PATH[2], PATH[3], id];
    let mut write = Write::bare(WriteKind::CallbackCancel, Method::Patch, &path, id);
    // Plain strings cannot fail to serialise.
    write.body = serde_json::to_string(&body).ok();
    write.permissions = END;
    write
}

fn written(
    kind: WriteKind,
    method: Method,
    path: &[&str],
    subject: impl Into<String>,
    body: &impl Serialize,
) -> Result<Write, Vec<Fault>> {
    let write = Write::json(kind, method, path, subject, body);
    write.map_err(|error| vec![Fault::new("", error.to_string())])
}

/// Books a callback, once its queue has been read again.
pub(super) async fn booked(run: &Run<'_>, appointment: &Appointment) -> Outcome {
    let queue = QueueId::from(appointment.queue_id.as_str());
    let write = match judged(run, &queue, |context| book(appointment, context)).await {
        Ok(write) => write,
        Err(outcome) => return outcome,
    };
    let began = run.kit.clock.now();
    let read = |answer: &Answer| booked_id(&answer.body).map(Done::plain);
    match run.commit(write, CHECK, |_| {}, read).await {
        Ok(id) => told(run, promised(appointment, id, began), "booked as"),
        Err(failure) if failure.fate == Fate::Unknown => {
            reconcile(run, appointment, began, failure).await
        }
        Err(failure) => failure.into(),
    }
}

/// What is known of a callback that was just booked: what was asked for.
fn promised(appointment: &Appointment, id: CallbackId, began: Millis) -> Callback {
    let time = appointment.time();
    let name = Some(appointment.booked_as()).filter(|name| !name.is_empty());
    Callback {
        number: appointment.number(),
        time: time.map(|at| Millis(at.as_millisecond())),
        queue: QueueId::from(appointment.queue_id.as_str()),
        reason: Some(Text::from(appointment.reason())),
        booked_as: name.map(Text::from),
        caller: appointment.callback_user_name.as_deref().map(Text::from),
        began: Some(began),
        ..Callback::bare(id, Status::Scheduled)
    }
}

/// Looks for a booking whose answer was lost. One that is not there may still be on its way, so nothing but finding it
/// makes it known.
async fn reconcile(
    run: &Run<'_>,
    appointment: &Appointment,
    began: Millis,
    failure: Failure,
) -> Outcome {
    let name = appointment.booked_as();
    for wait in LOOKS {
        if run.unless_stopped(sleep(wait)).await.is_err() {
            break;
        }
        let doing = run.begin("look for it", name);
        match find(run, appointment, began).await {
            Ok(Some(callback)) => {
                doing.done("it is there");
                return told(run, callback, "its answer was lost, and it is there:");
            }
            Ok(None) => doing.failed("it is not among the callbacks"),
            Err(why) => doing.failed(why),
        }
    }
    failure.into()
}

async fn find(
    run: &Run<'_>,
    appointment: &Appointment,
    began: Millis,
) -> Result<Option<Callback>, String> {
    let client = &run.kit.client;
    let listing = client.callbacks(Urgency::Reread).await;
    let listing = listing.map_err(|error| error.to_string())?;
    let time = appointment.time().map(|at| Millis(at.as_millisecond()));
    let alike = |one: &Callback| {
        one.number == appointment.number()
            && one.queue.raw() == appointment.queue_id
            && (time.is_none() || one.time == time)
            && one
                .began
                .is_none_or(|at| at.0.saturating_add(CLOCKS) >= began.0)
    };
    for one in listing.callbacks.into_iter().filter(alike).take(ALIKE) {
        let read = client.callback(&one.id, Urgency::Reread).await;
        let read = read.map_err(|error| error.to_string())?;
        let name = read.as_ref().and_then(|one| one.booked_as.as_ref());
        if name.map(Text::raw) == Some(appointment.booked_as()) {
            return Ok(read);
        }
    }
    Ok(None)
}

/// Gives a callback another time.
pub(super) async fn rescheduled(run: &Run<'_>, moved: &Reschedule) -> Outcome {
    let write = match judged(run, &moved.queue, |context| reschedule(moved, context)).await {
        Ok(write) => write,
        Err(outcome) => return outcome,
    };
    let id = CallbackId::from(moved.change.conversation_id.as_str());
    let wanted = write_time(&moved.change);
    let read = |answer: &Answer| booked_id(&answer.body).map(Done::plain);
    let sent = run.commit(write, CHECK_CHANGE, |_| {}, read).await;
    let as_wanted = |one: &Callback| one.time == wanted;
    match sent {
        Ok(_) => match look(run, &id).await {
            Some(callback) => told(run, callback, "moved:"),
            None => Outcome::Done(format!("moved: {}", id.0.fit(40)).into()),
        },
        Err(failure) => settle(run, &id, failure, as_wanted, "moved:").await,
    }
}

fn write_time(change: &Move) -> Option<Millis> {
    let written = crate::model::hours::Written::read(&change.callback_scheduled_time)?;
    Some(Millis(written.at.as_millisecond()))
}

/// Ends one callback.
pub(super) async fn ended(run: &Run<'_>, ended: &EndedCallback) -> Result<(), Failure> {
    let read = |_: &Answer| Ok(Done::plain(()));
    let sent = run.commit(end(ended), CHECK_CHANGE, |_| {}, read).await;
    match sent {
        Err(failure) if failure.fate == Fate::Unknown => match look(run, &ended.id).await {
            Some(callback) if callback.status.over() => {
                run.tell(FlowNews::Callback(Box::new(callback)));
                Ok(())
            }
            _ => Err(failure),
        },
        sent => sent,
    }
}

/// Reads a callback again, as a step of its own; everybody gets to know what was read.
async fn look(run: &Run<'_>, id: &CallbackId) -> Option<Callback> {
    let doing = run.begin("look at it", id.0.clone());
    match run.kit.client.callback(id, Urgency::Write).await {
        Ok(Some(callback)) => {
            doing.done(callback.status.word());
            Some(callback)
        }
        Ok(None) => {
            doing.failed("it is not to be had");
            None
        }
        Err(error) => {
            doing.failed(error.to_string());
            None
        }
    }
}

/// What became of a change whose answer was lost: done when the callback is as it was to be, else still unknown.
async fn settle(
    run: &Run<'_>,
    id: &CallbackId,
    failure: Failure,
    as_wanted: impl Fn(&Callback) -> bool,
    what: &str,
) -> Outcome {
    if failure.fate != Fate::Unknown {
        return failure.into();
    }
    match look(run, id).await {
        Some(callback) if as_wanted(&callback) => told(
            run,
            callback,
            &format!("its answer was lost, and it is {what}"),
        ),
        _ => failure.into(),
    }
}
