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
//! Callbacks are dialled when their slot begins, and each stage lasts `callback-ms`. `--fast-forward`, or a `callback-ms` that
//! is given, dials them as long after they are booked, whatever their slot, so that one can be followed to its end while
//! somebody watches. 0 stops all of it, and they stay as they are.

pub(super) mod beyond;
pub(super) mod body;
pub(super) mod book;
pub(super) mod course;
mod frame;
pub(super) mod hooks;
mod log;
mod outlet;
pub(super) mod seeds;
mod stream;

use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use self::body::{Body, Reschedule};
use self::book::BookingOutcome;
use super::access::scopes;
use super::operation::{Answer, Call, Operation, created, empty, ok, operation, websocket};
use super::reply::Refusal;

const READ: &[&str] = &["callback:read"];
const WRITE: &[&str] = &["callback:write"];

/// The operations of this room.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "queues", scopes(READ), queues),
    operation(Method::GET, "queues/{id}", scopes(READ), queue),
    operation(Method::GET, "callbacks", scopes(READ), list),
    operation(Method::POST, "callbacks", scopes(WRITE), book),
    operation(Method::GET, "callbacks/{id}", scopes(READ), one),
    operation(Method::PUT, "callbacks/{id}", scopes(WRITE), reschedule),
    operation(Method::DELETE, "callbacks/{id}", scopes(WRITE), cancel),
    websocket("callbacks/websocket", READ, stream::open),
];

fn queues(call: &Call<'_>) -> Answer {
    let book = call.shared.book();
    let queues = book.queues.iter().map(|queue| book.queue_entity(queue));
    ok(&json!({"entities": queues.collect::<Vec<_>>()}))
}

fn queue(call: &Call<'_>) -> Answer {
    let (id, book) = (call.id(0), call.shared.book());
    let queue = book.queue(id).ok_or_else(|| no_queue(id))?;
    ok(&book.queue_entity(queue))
}

fn list(call: &Call<'_>) -> Answer {
    let book = call.shared.book();
    ok(&json!({"entities": book.all().collect::<Vec<_>>()}))
}

fn one(call: &Call<'_>) -> Answer {
    ok(call.shared.book().get(call.id(0))?)
}

/// A refusal that says so.
pub(super) fn no_queue(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no queue {id:?}"))
}

fn book(call: &Call<'_>) -> Answer {
    let (body, now) = (Body::parse(&call.body)?, Timestamp::now());
    let booked = call.shared.book().book(body, now)?;
    match booked {
        BookingOutcome::Before(id) => ok(call.shared.book().get(&id)?),
        BookingOutcome::New(id) => {
            course::follow(call.shared, id.clone());
            created(call.shared.book().get(&id)?)
        }
    }
}

fn reschedule(call: &Call<'_>) -> Answer {
    let (change, now) = (Reschedule::parse(&call.body)?, Timestamp::now());
    let (id, mut book) = (call.id(0), call.shared.book());
    book.reschedule(id, change, now)?;
    ok(book.get(id)?)
}

fn cancel(call: &Call<'_>) -> Answer {
    call.shared.book().cancel(call.id(0), Timestamp::now())?;
    empty(StatusCode::NO_CONTENT)
}
