//! Callbacks as conversations: the book of the direct API, by the Platform API's own rules.
//!
//! | stage | the queue's participant (`acd`) | the agent's |
//! |---|---|---|
//! | scheduled | `scheduled`; `none` where a read has no such state | none |
//! | dialing | `disconnected` by `transfer` | `dialing` |
//! | connected | `disconnected` by `transfer` | `connected` |
//! | completed | `disconnected` by `transfer` | `disconnected` by `endpoint` |
//! | failed | `disconnected` by `transfer` | `disconnected` by `error` |
//! | cancelled | `disconnected` by `client` | none, or `disconnected` by `client` |

mod body;
mod bulk;
mod change;
pub(super) mod view;

use hyper::StatusCode;
use jiff::Timestamp;

use self::body::CreateCallback;
use super::access::{NOTHING, all, any};
use super::conversations;
use super::page::{MOST, Page};
use super::topics::Topics;
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::callbacks::book::{Callback, CallbackStatus};
use crate::org::callbacks::course;
use crate::org::interactions::QUEUE;
use crate::org::reply::{self, Refusal, Reply};

const EDIT: &[&str] = &["conversation:callback:edit"];
const DISCONNECT: &[&str] = &["conversation:communication:disconnect"];

/// What may change a participant.
const PARTICIPANT: &[&str] = &[
    "conversation:participant:wrapup",
    "conversation:call:record",
    "conversation:communication:disconnect",
];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "conversations/callbacks", NOTHING.of_a_person(), mine),
    operation(Method::POST, "conversations/callbacks", all(&["conversation:callback:create"]), create),
    operation(Method::PATCH, "conversations/callbacks", any(EDIT), change::reschedule),
    operation(Method::GET, "conversations/callbacks/{id}", NOTHING, one),
    operation(Method::PATCH, "conversations/callbacks/{id}", any(DISCONNECT), change::hang_up),
    operation(Method::PATCH, "conversations/callbacks/{id}/participants/{participant}", any(PARTICIPANT), change::participant),
    operation(Method::POST, "conversations/callbacks/{id}/participants/{participant}/replace", any(&["conversation:communication:blindTransfer"]), change::replace),
    operation(Method::POST, "conversations/{id}/participants/{participant}/callbacks", all(&["conversation:callback:create"]), create_on),
    operation(Method::POST, "conversations/callbacks/bulk/disconnect", any(DISCONNECT), bulk::disconnect_all),
    operation(Method::POST, "conversations/callbacks/bulk/update", any(EDIT), bulk::update),
];

/// Tells of a callback as it is now, to whoever watches its queue or the one who dials it.
pub(in crate::org) fn tell(topics: &Topics, callback: &Callback) {
    let queue = format!(
        "v2.routing.queues.{}.conversations.callbacks",
        callback.queue_id
    );
    topics.publish(&queue, || view::told(callback));
    if callback.beyond.dialled.is_some() {
        let user = format!("v2.users.{}.conversations.callbacks", callback.beyond.agent);
        topics.publish(&user, || view::told(callback));
    }
}

/// `GET conversations/callbacks`: those that the person who signed in has now.
fn mine(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let caller = conversations::caller(call).unwrap_or_default();
    let book = call.shared.book();
    let has = |one: &&Callback| {
        matches!(
            one.status,
            CallbackStatus::Dialing | CallbackStatus::Connected
        ) && one.beyond.agent == caller
    };
    let mine: Vec<&Callback> = book.all().filter(has).collect();
    let shown: Vec<_> = page.of_all(&mine).map(|one| view::callback(one)).collect();
    page.answer(call, &shown, mine.len())
}

/// `POST conversations/callbacks`.
fn create(call: &Call<'_>) -> Answer {
    ok(&view::booked(&book(call)?))
}

/// Books a callback as the body asks, and gives its id.
fn book(call: &Call<'_>) -> Result<compact_str::CompactString, Refusal> {
    let (asked, now): (CreateCallback, _) = (call.read()?, Timestamp::now());
    let mut book = call.shared.book();
    let wanted = asked.check(&book, now)?;
    let id = book.schedule(wanted, now)?;
    drop(book);
    course::follow(call.shared, id.clone());
    Ok(id)
}

/// `POST conversations/{id}/participants/{participant}/callbacks`: whoever is on the line is called back.
fn create_on(call: &Call<'_>) -> Answer {
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    let found = found.ok_or_else(|| conversations::unknown(call.id(0)))?;
    let leg = found.legs.get(call.id(1));
    let leg = leg.ok_or_else(|| conversations::no_party(call.id(1)))?;
    if leg.who.purpose == QUEUE {
        let message = "Cannot create a callback for an ACD participant.";
        return Err(Refusal::bad_request(message).coded("conversation.error.cannot.callback.acd"));
    }
    drop(interactions);
    book(call).map_err(|refusal| match refusal.code() {
        "callback.error.missing.queue.id" => refusal.coded("conversation.error.queue.required"),
        _ => refusal,
    })?;
    Ok(reply::empty(StatusCode::CREATED))
}

/// `GET conversations/callbacks/{id}`.
fn one(call: &Call<'_>) -> Answer {
    let book = call.shared.book();
    ok(&view::callback(find(&book, call.id(0))?))
}

/// A callback by the id of its conversation.
fn find<'a>(
    book: &'a crate::org::callbacks::book::CallbackBook,
    id: &str,
) -> Result<&'a Callback, Refusal> {
    book.get(id).map_err(|_| conversations::unknown(id))
}

/// Ends a callback wherever it is.
pub(super) fn disconnect(call: &Call<'_>, id: &str) -> Result<(), Refusal> {
    let mut book = call.shared.book();
    find(&book, id)?;
    book.disconnect(id, Timestamp::now())
}

/// An answer without a body: what was asked for will happen.
fn accepted() -> Reply {
    reply::empty(StatusCode::ACCEPTED)
}
