//! Callbacks and the queues they are booked in (contract §10).
//!
//! | call | scope | what |
//! |---|---|---|
//! | `GET /api/v2/queues`, `…/{id}` | `callback:read` | `{"entities":[queue]}`, the queue; beyond the contract with `holidays` |
//! | `POST /api/v2/callbacks` | `callback:write` | 201 the callback; 400 for each broken rule; 409 when the queue is full |
//! | `GET /api/v2/callbacks`, `…/{id}` | `callback:read` | `{"entities":[callback]}`, the callback |
//! | `PUT /api/v2/callbacks/{id}` | `callback:write` | `{"time_slot_matrix","reason"?}`: other slots while nobody dials, else 409 |
//! | `DELETE /api/v2/callbacks/{id}` | `callback:write` | 204, and again 204; 409 once it is connected or over |
//! | `/api/v2/callbacks/websocket` | `callback:read` | the binary stream (`org/callbacks/stream.rs`) |
//!
//! The webhooks for callbacks are in `org/callbacks/hooks.rs`.
//!
//! A booking is idempotent on its `callback_id`: the same body again is answered 200 with the callback as it is now, and
//! another body 409. So an answer that was lost can be asked for again, or found in the list by its `callback_id`.
//!
//! Callbacks are dialled in time-lapse: `callback-ms` after they are booked, whatever their slot, and each stage lasts as
//! long, so that one can be followed to its end while somebody watches. 0 stops that, and they stay as they are.

pub(super) mod beyond;
pub(super) mod body;
pub(super) mod book;
pub(super) mod course;
mod frame;
pub(super) mod hooks;
mod log;
mod outlet;
pub(super) mod seeds;
pub(super) mod stream;

use std::borrow::Cow;

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use self::body::{Body, Change};
use self::book::Booked;
use super::reply::{self, Refusal, Reply};
use super::resource::{Call, Rule, Verb};
use super::route::decode;

const READ: &str = "callback:read";
const WRITE: &str = "callback:write";

/// What the stream needs of a token.
pub(super) const STREAM_SCOPE: &str = READ;

/// What is served about callbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Path<'a> {
    Queues,
    Queue(Cow<'a, str>),
    Callbacks,
    Callback(Cow<'a, str>),
}

impl<'a> Path<'a> {
    /// By the parts of a path after `/api/v2`.
    pub(super) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["queues"] => Self::Queues,
            ["queues", id] => Self::Queue(decode(id)?),
            ["callbacks"] => Self::Callbacks,
            ["callbacks", id] => Self::Callback(decode(id)?),
            _ => return None,
        })
    }

    /// The verbs each takes.
    pub(super) const fn rules(&self) -> &'static [Rule] {
        match self {
            Self::Queues | Self::Queue(_) => &[(Verb::Get, READ)],
            Self::Callbacks => &[(Verb::Get, READ), (Verb::Post, WRITE)],
            Self::Callback(_) => &[(Verb::Get, READ), (Verb::Put, WRITE), (Verb::Delete, WRITE)],
        }
    }

    /// Answers a call whose verb, token and scope are in order.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        match (self, call.verb) {
            (Self::Queues, _) => {
                let book = call.shared.book();
                let queues = book.queues.iter().map(|queue| book.queue_entity(queue));
                let body = json!({"entities": queues.collect::<Vec<_>>()});
                Ok(reply::json(StatusCode::OK, &body))
            }
            (Self::Queue(id), _) => {
                let book = call.shared.book();
                let queue = book.queue(id).ok_or_else(|| no_queue(id))?;
                Ok(reply::json(StatusCode::OK, &book.queue_entity(queue)))
            }
            (Self::Callbacks, Verb::Post) => book(call),
            (Self::Callbacks, _) => {
                let book = call.shared.book();
                let body = json!({"entities": book.all().collect::<Vec<_>>()});
                Ok(reply::json(StatusCode::OK, &body))
            }
            (Self::Callback(id), Verb::Put) => reschedule(call, id),
            (Self::Callback(id), Verb::Delete) => cancel(call, id),
            (Self::Callback(id), _) => Ok(reply::json(StatusCode::OK, call.shared.book().get(id)?)),
        }
    }
}

/// A refusal that says so.
pub(super) fn no_queue(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no queue {id:?}"))
}

fn book(call: &Call<'_>) -> Result<Reply, Refusal> {
    let (body, now) = (Body::parse(&call.body)?, Timestamp::now());
    let booked = call.shared.book().book(body, now)?;
    let (status, id) = match booked {
        Booked::Before(id) => (StatusCode::OK, id),
        Booked::New(id) => {
            course::follow(call.shared, id.clone());
            (StatusCode::CREATED, id)
        }
    };
    Ok(reply::json(status, call.shared.book().get(&id)?))
}

fn reschedule(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (change, now) = (Change::parse(&call.body)?, Timestamp::now());
    call.shared.book().reschedule(id, change, now)?;
    Ok(reply::json(StatusCode::OK, call.shared.book().get(id)?))
}

fn cancel(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    call.shared.book().cancel(id, Timestamp::now())?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
