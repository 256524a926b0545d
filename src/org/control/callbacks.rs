//! Callbacks seen from behind: every update and what became of it, other hands on queues and callbacks, and bursts.

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, ok, parse};
use crate::org::callbacks::book::CallbackStatus;
use crate::org::callbacks::{course, no_queue};
use crate::org::reply::{self, Refusal};
use crate::org::shared::Shared;

/// The updates that are shown when nothing else is asked for.
const SHOWN: usize = 1_000;

/// The largest burst.
const MOST_CALLBACKS: usize = 5_000;
const MOST_UPDATES: u64 = 1_000_000;
const FASTEST: f64 = 100_000.0;

/// `GET /_org/callbacks[?updates=N]`.
pub(super) fn get(shared: &Shared, query: &str) -> Answer {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "updates");
    let most = match asked {
        Some((_, number)) => number
            .parse()
            .map_err(|_| Refusal::bad_request(format!("updates is a number, not {number:?}")))?,
        None => SHOWN,
    };
    let book = shared.book();
    let body = json!({
        "callbacks": book.all().collect::<Vec<_>>(),
        "updates": book.log.last(most),
        "counts": book.log.counts(),
        "unacked": book.log.unacked(),
    });
    drop(book);
    ok(&body)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusChange {
    status: CallbackStatus,
}

/// `PUT /_org/callbacks/{id}`: moves a callback to any stage, and tells of it.
pub(super) fn put(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let stage: StatusChange = parse(body)?;
    let mut book = shared.book();
    book.get(id)?;
    book.set(id, stage.status, Timestamp::now());
    ok(book.get(id)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct QueueRoom {
    scheduled_callbacks: Option<u32>,
    max_concurrent_callbacks: Option<u32>,
}

/// `PUT /_org/queues/{id}`: fills or empties a queue, as other systems would.
pub(super) fn fill(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let room: QueueRoom = parse(body)?;
    let mut book = shared.book();
    let (scheduled, most) = (room.scheduled_callbacks, room.max_concurrent_callbacks);
    if !book.fill(id, scheduled, most) {
        return Err(no_queue(id));
    }
    let queue = book.queue(id).ok_or_else(|| no_queue(id))?;
    ok(&book.queue_entity(queue))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CallbackBurst {
    callbacks: usize,
    updates: u64,
    per_second: f64,
}

/// `POST /_org/callbacks/burst`: books that many callbacks, whatever the room, and moves them on at that pace.
pub(super) fn burst(shared: &Arc<Shared>, body: &Bytes) -> Answer {
    let CallbackBurst {
        callbacks,
        updates,
        per_second,
    } = parse(body)?;
    if !(1..=MOST_CALLBACKS).contains(&callbacks)
        || updates > MOST_UPDATES
        || !(0.0..=FASTEST).contains(&per_second)
        || per_second <= 0.0
    {
        return Err(Refusal::bad_request(format!(
            "a burst is 1 to {MOST_CALLBACKS} callbacks, up to {MOST_UPDATES} updates, and over 0 up to {FASTEST} a second"
        )));
    }
    let burst = course::burst(Arc::clone(shared), callbacks, updates, per_second);
    if !shared.errands.begin(burst) {
        return Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too.many.errands",
            "too many errands are under way",
        ));
    }
    Ok(reply::json(
        StatusCode::ACCEPTED,
        &json!({"updates": updates}),
    ))
}
