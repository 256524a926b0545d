//! Conversations: the interactions of the direct API, with everybody who ever took part (Platform API, Conversations).
//!
//! A transfer made here is one there too: it stands in the log of transfers and moves the same interaction. Answers are
//! 202 with the effect a moment later, as long after as `transfer-ms` and the destination have it.

mod act;
mod blind;
mod consult;
mod consulting;
mod invite;
mod target;
mod telling;
pub(super) mod view;

use serde_json::Value;

use self::view::Medium;
use super::access::{NOTHING, any};
use super::callbacks;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::interactions::legs::Leg;
use crate::org::interactions::{AGENT, Interaction};
use crate::org::reply::Refusal;
use crate::org::state::user_id;

pub(super) use self::blind::no_party;
pub(super) use self::telling::{calls_of, summary};
pub(in crate::org) use self::telling::{is_call, tell, tell_calls, tell_routing};

const DISCONNECT: &[&str] = &["conversation:communication:disconnect"];
const TRANSFER: &[&str] = &["conversation:communication:blindTransfer"];
const CONSULT: &[&str] = &["conversation:communication:consultTransfer"];
const TRANSFER_AGENT: &[&str] = &[
    "conversation:communication:blindTransfer",
    "conversation:communication:blindTransferAgent",
];
const TRANSFER_QUEUE: &[&str] = &[
    "conversation:communication:blindTransfer",
    "conversation:communication:blindTransferQueue",
];
const TRANSFER_EXTERNAL: &[&str] = &[
    "conversation:communication:blindTransfer",
    "conversation:communication:blindTransferExternal",
];
const CONSULT_AGENT: &[&str] = &[
    "conversation:communication:consultTransfer",
    "conversation:communication:consultTransferAgent",
];
const CONSULT_QUEUE: &[&str] = &[
    "conversation:communication:consultTransfer",
    "conversation:communication:consultTransferQueue",
];
const CONSULT_EXTERNAL: &[&str] = &[
    "conversation:communication:consultTransfer",
    "conversation:communication:consultTransferExternal",
];

/// What may change a participant of a call.
const PARTICIPANT: &[&str] = &[
    "conversation:participant:wrapup",
    "conversation:call:record",
    "conversation:communication:disconnect",
];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "conversations", NOTHING.of_a_person(), mine),
    operation(Method::GET, "conversations/calls", NOTHING.of_a_person(), my_calls),
    operation(Method::GET, "conversations/{id}", any(&["conversation:communication:view"]), one),
    operation(Method::GET, "conversations/calls/{id}", NOTHING, call),
    operation(Method::PATCH, "conversations/calls/{id}", any(DISCONNECT).of_a_person(), act::hang_up),
    operation(Method::PATCH, "conversations/calls/{id}/participants/{participant}", any(PARTICIPANT).of_a_person(), act::participant),
    operation(Method::POST, "conversations/calls/{id}/participants", NOTHING.of_a_person(), invite::invite),
    operation(Method::POST, "conversations/{id}/disconnect", any(DISCONNECT), act::tear_down),
    operation(Method::POST, "conversations/{id}/participants/{participant}/replace", any(TRANSFER), blind::any_media),
    operation(Method::POST, "conversations/{id}/participants/{participant}/replace/agent", any(TRANSFER_AGENT), blind::agent),
    operation(Method::POST, "conversations/{id}/participants/{participant}/replace/queue", any(TRANSFER_QUEUE), blind::queue),
    operation(Method::POST, "conversations/{id}/participants/{participant}/replace/external", any(TRANSFER_EXTERNAL), blind::external),
    operation(Method::POST, "conversations/calls/{id}/participants/{participant}/replace", any(TRANSFER), blind::call),
    operation(Method::POST, "conversations/calls/{id}/participants/{participant}/consult", any(CONSULT).of_a_person(), consult::start),
    operation(Method::PATCH, "conversations/calls/{id}/participants/{participant}/consult", any(CONSULT).of_a_person(), consult::switch),
    operation(Method::DELETE, "conversations/calls/{id}/participants/{participant}/consult", any(CONSULT).of_a_person(), consult::cancel),
    operation(Method::POST, "conversations/calls/{id}/participants/{participant}/consult/agent", any(CONSULT_AGENT).of_a_person(), consult::agent),
    operation(Method::POST, "conversations/calls/{id}/participants/{participant}/consult/queue", any(CONSULT_QUEUE).of_a_person(), consult::queue),
    operation(Method::POST, "conversations/calls/{id}/participants/{participant}/consult/external", any(CONSULT_EXTERNAL).of_a_person(), consult::external),
];

/// The id of the person who calls; none for a client by itself.
pub(super) fn caller(call: &Call<'_>) -> Option<String> {
    call.holder.person.map(|place| user_id(place).into())
}

/// `GET conversations`: those of the person who signed in that are under way, of any media.
fn mine(call: &Call<'_>) -> Answer {
    list(call, |_| true, view::conversation)
}

/// `GET conversations/calls`: the same, calls alone.
fn my_calls(call: &Call<'_>) -> Answer {
    list(call, |one| Medium::of(one) == Medium::Call, view::call)
}

fn list(
    call: &Call<'_>,
    which: impl Fn(&Interaction) -> bool,
    show: impl Fn(&Interaction) -> Value,
) -> Answer {
    let page = Page::of(call, MOST)?;
    let caller = caller(call).unwrap_or_default();
    let interactions = call.shared.interactions();
    let has = |one: &&Interaction| one.legs.live().any(|leg| is_user(leg, &caller));
    let mine: Vec<&Interaction> = interactions
        .live()
        .iter()
        .filter(has)
        .filter(|one| which(one))
        .collect();
    let shown: Vec<Value> = page.of_all(&mine).map(|one| show(one)).collect();
    page.answer(call, &shown, mine.len())
}

fn is_user(leg: &Leg, user: &str) -> bool {
    leg.who.purpose == AGENT && leg.who.id == user
}

/// `GET conversations/{id}`: any that is remembered, callbacks included.
fn one(call: &Call<'_>) -> Answer {
    let interactions = call.shared.interactions();
    if let Some(found) = interactions.get(call.id(0)) {
        return ok(&view::conversation(found));
    }
    drop(interactions);
    let book = call.shared.book();
    let callback = book.get(call.id(0)).map_err(|_| unknown(call.id(0)))?;
    ok(&callbacks::view::conversation(callback))
}

/// `GET conversations/calls/{id}`.
fn call(call: &Call<'_>) -> Answer {
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    let found = found.filter(|one| Medium::of(one) == Medium::Call);
    ok(&view::call(found.ok_or_else(|| unknown(call.id(0)))?))
}

/// What is told of a conversation that is not.
pub(super) fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("The conversation {id} does not exist."))
        .coded("conversation.error.conversation.not.found")
        .param("conversationId", id)
}
