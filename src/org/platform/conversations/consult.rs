//! Consult transfers: whoever has a call asks somebody first, speaks to one or the other, and gives the call away or
//! takes it back. The participant of the path is whoever is to be moved.
//!
//! It is completed by a replace of the one who asks with the one who was asked, or when the one who asks hangs up.

use serde::Deserialize;
use serde_json::json;

use super::act::alter;
use super::consulting::ring;
use super::target::{TargetFields, bad};
use super::view::Medium;
use super::{Answer, Call, caller, is_user};
use crate::org::interactions::legs::{Consult, Leg, SpeakTo};
use crate::org::interactions::{Interaction, QUEUE};
use crate::org::platform::ok;
use crate::org::reply::{self, Refusal};

/// The most who may be on a call that one of them consults about: the customer and whoever has it.
const PARTIES: usize = 2;

/// The body of a start, with where to ask inside (`ConsultTransfer`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsultRequest {
    speak_to: SpeakTo,
    consulting_user_id: Option<String>,
    destination: TargetFields,
}

/// The same with where to ask beside the rest (`ConsultTransferToAgent` and its like).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsultRequestTo {
    speak_to: SpeakTo,
    consulting_user_id: Option<String>,
    #[serde(flatten)]
    destination: TargetFields,
}

/// `POST …/consult`.
pub(super) fn start(call: &Call<'_>) -> Answer {
    begin(call, call.read()?)
}

/// `POST …/consult/agent`.
pub(super) fn agent(call: &Call<'_>) -> Answer {
    start_at(call)
}

/// `POST …/consult/queue`.
pub(super) fn queue(call: &Call<'_>) -> Answer {
    start_at(call)
}

/// `POST …/consult/external`.
pub(super) fn external(call: &Call<'_>) -> Answer {
    start_at(call)
}

fn start_at(call: &Call<'_>) -> Answer {
    let asked: ConsultRequestTo = call.read()?;
    begin(
        call,
        ConsultRequest {
            speak_to: asked.speak_to,
            consulting_user_id: asked.consulting_user_id,
            destination: asked.destination,
        },
    )
}

fn begin(call: &Call<'_>, asked: ConsultRequest) -> Answer {
    let target = asked.destination.find(call)?.ok_or_else(|| {
        let message = "The transfer request has no destination.";
        bad(
            "conversation.error.consult.transfer.no.destination",
            message,
        )
    })?;
    let caller = caller(call).unwrap_or_default();
    let named = asked.consulting_user_id.filter(|user| *user != caller);
    let destination = alter(call, |one, now| {
        let (initiator, object) = parties(one, call.id(1), &caller, named.as_deref())?;
        let user = named.as_deref().unwrap_or(&caller);
        if target.is_user(user) || target.is_party(one) {
            let message = "A user cannot transfer a call to their own number";
            return Err(bad("conversation.error.cannot.transfer.to.self", message));
        }
        let destination = one.legs.offer(&one.id, target.destination.to.clone(), now);
        let consult = Consult {
            initiator,
            object,
            destination: destination.clone(),
        };
        one.legs.begin_consult(consult, asked.speak_to, now);
        Ok(destination)
    })?;
    ring(call, destination.clone(), target.destination.manner);
    ok(&json!({"destinationParticipantId": destination}))
}

/// The legs of the one who asks and of the one to be moved.
fn parties(
    one: &Interaction,
    object: &str,
    caller: &str,
    named: Option<&str>,
) -> Result<(compact_str::CompactString, compact_str::CompactString), Refusal> {
    if Medium::of(one) != Medium::Call {
        return Err(super::unknown(&one.id));
    }
    let connected = || one.legs.live().filter(|leg| leg.is_connected());
    let user = named.unwrap_or(caller);
    let initiator = connected().find(|leg| is_user(leg, user));
    let initiator = initiator.ok_or_else(|| match named {
        Some(_) => bad(
            "conversation.error.consult.transfer.no.initiator",
            "The transfer request has no initiator.",
        ),
        None => bad(
            "not.a.participant",
            "You are not a connected participant on the call",
        ),
    })?;
    let moved = connected().find(|leg| leg.id == object && leg.id != initiator.id);
    let moved = moved.ok_or_else(|| {
        let message = "A connected object participant is required.";
        bad("object.participant.id.required", message)
    })?;
    let speaking = |leg: &&Leg| leg.who.purpose != QUEUE;
    if one.legs.consult().is_some() || connected().filter(speaking).count() > PARTIES {
        let message = "Performing a consult transfer on a conference is not allowed.";
        return Err(bad(
            "conversation.error.cannot.transfer.conference",
            message,
        ));
    }
    Ok((initiator.id.clone(), moved.id.clone()))
}

/// What changes whom the one who asks speaks to (`ConsultTransferUpdate`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsultUpdate {
    speak_to: SpeakTo,
}

/// `PATCH …/consult`.
pub(super) fn switch(call: &Call<'_>) -> Answer {
    let asked: ConsultUpdate = call.read()?;
    let destination = alter(call, |one, now| {
        let destination = pending(one)?.destination.clone();
        one.legs.speak_to(asked.speak_to, now);
        Ok(destination)
    })?;
    ok(&json!({"destinationParticipantId": destination}))
}

/// `DELETE …/consult`.
pub(super) fn cancel(call: &Call<'_>) -> Answer {
    alter(call, |one, now| {
        pending(one)?;
        one.legs.cancel_consult(now);
        Ok(())
    })?;
    Ok(reply::empty(hyper::StatusCode::OK))
}

fn pending(one: &Interaction) -> Result<&Consult, Refusal> {
    one.legs.consult().ok_or_else(|| {
        Refusal::not_found("The pending consult transfer does not exist.")
            .coded("conversation.error.consult.transfer.pending.not.found")
    })
}
