//! Changes of a callback: another time, other numbers, another agent, or its end.

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

use super::body::{check_numbers, known_queue, moment};
use super::{accepted, disconnect, find, view};
use crate::org::callbacks::beyond::CallbackChange;
use crate::org::callbacks::book::{CallbackBook, CallbackStatus};
use crate::org::platform::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// The body of a reschedule (`PatchCallbackRequest`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PatchCallback {
    pub(super) conversation_id: String,
    agent_id: String,
    queue_id: Option<String>,
    callback_scheduled_time: Option<String>,
    callback_numbers: Option<Vec<String>>,
    #[serde(default)]
    validate_callback_numbers: bool,
}

/// `PATCH conversations/callbacks`.
pub(super) fn reschedule(call: &Call<'_>) -> Answer {
    let patch: PatchCallback = call.read()?;
    patch.apply(call)?;
    ok(&view::booked(&patch.conversation_id))
}

impl PatchCallback {
    /// Checks and makes the change, all of it or nothing.
    pub(super) fn apply(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let now = Timestamp::now();
        let agent = known_user(call, &self.agent_id)?;
        let mut book = call.shared.book();
        find(&book, &self.conversation_id)?;
        let moved = CallbackChange {
            agent: Some(agent),
            ..self.moved(&book, now)?
        };
        if book.move_to(&self.conversation_id, moved, now) {
            Ok(())
        } else {
            let id = &self.conversation_id;
            let message = format!("The callback {id} is no longer scheduled.");
            Err(bad("bad.request", message))
        }
    }

    fn moved(&self, book: &CallbackBook, now: Timestamp) -> Result<CallbackChange, Refusal> {
        if let Some(numbers) = &self.callback_numbers {
            check_numbers(numbers, self.validate_callback_numbers)?;
        }
        let queue = self.queue_id.as_deref().map(|id| known_queue(book, id));
        let at = self.callback_scheduled_time.as_deref();
        Ok(CallbackChange {
            queue: queue.transpose()?,
            at: at.map(|at| moment(at, now)).transpose()?,
            numbers: self.callback_numbers.clone(),
            agent: None,
        })
    }
}

fn known_user(call: &Call<'_>, id: &str) -> Result<CompactString, Refusal> {
    let known = call.shared.world().find(id).is_some();
    if known {
        return Ok(id.into());
    }
    let message = format!("Unable to find the user {id}.");
    Err(Refusal::not_found(message).param("agentId", id))
}

/// What of a conversation or a participant may be changed here.
#[derive(Debug, Deserialize)]
struct CallbackPatch {
    state: Option<String>,
}

/// `PATCH conversations/callbacks/{id}` with `state` disconnected: every participant is let go.
pub(super) fn hang_up(call: &Call<'_>) -> Answer {
    check_state(&call.read()?)?;
    disconnect(call, call.id(0))?;
    let book = call.shared.book();
    ok(&view::conversation(find(&book, call.id(0))?))
}

/// `PATCH conversations/callbacks/{id}/participants/{participant}`.
pub(super) fn participant(call: &Call<'_>) -> Answer {
    let asked: CallbackPatch = call.read()?;
    check_party(call)?;
    if asked.state.is_some() {
        check_state(&asked)?;
        disconnect(call, call.id(0))?;
    }
    Ok(accepted())
}

fn check_state(asked: &CallbackPatch) -> Result<(), Refusal> {
    if asked.state.as_deref() == Some("disconnected") {
        return Ok(());
    }
    let message = format!(
        "state can be set to disconnected alone, not to {:?}",
        asked.state
    );
    Err(bad("invalid.value", message))
}

/// The participant has to be there, and the callback not over.
fn check_party(call: &Call<'_>) -> Result<CallbackStatus, Refusal> {
    let book = call.shared.book();
    let callback = find(&book, call.id(0))?;
    let there = view::parts(callback)
        .iter()
        .any(|part| part.id == call.id(1));
    if !there {
        let message = "User is not a participant in the conversation.";
        let code = "conversation.error.not.conversation.participant";
        return Err(Refusal::not_found(message).coded(code));
    }
    if !callback.status.is_live() {
        let message = "The participant has no active conversation.";
        let code = "conversation.error.participant.no.active.conversations";
        return Err(bad(code, message));
    }
    Ok(callback.status)
}

/// Where a callback is to go (`TransferRequest`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transfer {
    user_id: Option<String>,
    queue_id: Option<String>,
}

/// `POST conversations/callbacks/{id}/participants/{participant}/replace`: one that somebody has goes to somebody else,
/// or back to a queue.
pub(super) fn replace(call: &Call<'_>) -> Answer {
    let asked: Transfer = call.read()?;
    let status = check_party(call)?;
    if status != CallbackStatus::Connected {
        let message = "You can only transfer conversations that are in the connected state.";
        return Err(bad("conversations.error.transfer.not.connected", message));
    }
    let (id, now) = (call.id(0), Timestamp::now());
    match (&asked.user_id, &asked.queue_id) {
        (Some(user), _) => {
            let agent = known_user(call, user)?;
            call.shared.book().hand_to(id, agent, now);
        }
        (None, Some(queue)) => {
            let mut book = call.shared.book();
            let moved = CallbackChange {
                queue: Some(known_queue(&book, queue)?),
                at: Some(now),
                ..CallbackChange::default()
            };
            book.set(id, CallbackStatus::Scheduled, now);
            book.move_to(id, moved, now);
        }
        (None, None) => {
            let message = "The destination is a required property for a transfer request.";
            let code = "conversations.error.transfer.destination.required";
            return Err(bad(code, message));
        }
    }
    Ok(accepted())
}

fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}
