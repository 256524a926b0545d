//! Blind transfers: a participant is replaced, and nobody asks whoever takes their place first.

use std::sync::Arc;

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::target::{TargetFields, TransferTarget, bad};
use super::view::Medium;
use super::{Answer, Call, unknown};
use crate::org::interactions::legs::{Leg, ending};
use crate::org::interactions::{EXTERNAL, Interaction, QUEUE};
use crate::org::platform::operations::{NOT_TAKEN, OperationalDetails};
use crate::org::reply::{self, Refusal};
use crate::org::shared::Shared;
use crate::org::transfers::{Behaviour, Outcome, duration};

/// The body of every form of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReplaceRequest {
    transfer_type: Option<String>,
    voicemail: Option<bool>,
    #[serde(flatten)]
    to: TargetFields,
}

/// `POST conversations/{id}/participants/{participant}/replace`: of any media.
pub(super) fn any_media(call: &Call<'_>) -> Answer {
    replace(call, false)
}

/// `POST conversations/calls/{id}/participants/{participant}/replace`: calls alone.
pub(super) fn call(call: &Call<'_>) -> Answer {
    replace(call, true)
}

/// `POST …/replace/agent`.
pub(super) fn agent(call: &Call<'_>) -> Answer {
    replace(call, false)
}

/// `POST …/replace/queue`.
pub(super) fn queue(call: &Call<'_>) -> Answer {
    replace(call, false)
}

/// `POST …/replace/external`.
pub(super) fn external(call: &Call<'_>) -> Answer {
    replace(call, false)
}

fn replace(call: &Call<'_>, calls_only: bool) -> Answer {
    let asked: ReplaceRequest = call.read()?;
    let target = asked.to.find(call)?.ok_or_else(|| {
        let code = "conversations.error.transfer.destination.required";
        bad(
            code,
            "The destination is a required property for a transfer request.",
        )
    })?;
    let (id, participant) = (call.id(0), call.id(1));
    let interactions = call.shared.interactions();
    let found = interactions.get(id);
    let found = found.filter(|one| !calls_only || Medium::of(one) == Medium::Call);
    asked.check(found.ok_or_else(|| unknown(id))?, participant, &target)?;
    drop(interactions);
    begin(call, participant.into(), target)
}

impl ReplaceRequest {
    /// Every rule that the published document has a code for.
    fn check(
        &self,
        of: &Interaction,
        participant: &str,
        target: &TransferTarget,
    ) -> Result<(), Refusal> {
        let leg = of
            .legs
            .get(participant)
            .ok_or_else(|| no_party(participant))?;
        if !leg.is_connected() {
            let message = "You can only transfer conversations that are in the connected state.";
            return Err(bad("conversations.error.transfer.not.connected", message));
        }
        let chat = Medium::of(of) == Medium::Chat;
        if chat && target.destination.to.purpose == EXTERNAL {
            let message = "Participants with chats cannot be transferred to external addresses.";
            return Err(bad("conversations.error.transfer.chat.external", message));
        }
        if self.voicemail == Some(true) {
            return Err(if chat {
                let message = "Participants with chats cannot be transferred to voicemail.";
                bad("conversations.error.transfer.chat.voicemail", message)
            } else {
                let message = "Only personal calls can be transferred to voicemail.";
                bad("conversations.error.transfer.userCall.voicemail", message)
            });
        }
        if self.transfer_type.as_deref() == Some("Unattended") && of.is_acd() {
            let message = "An ACD call cannot be transferred unattended.";
            return Err(bad(
                "conversations.error.transfer.acd.call.unattended",
                message,
            ));
        }
        if target.is_party(of) && !completes(of, leg, target) {
            let message = "The target of the transfer cannot be the same as the destination.";
            return Err(bad("conversations.error.transfer.same.party", message));
        }
        Ok(())
    }
}

/// Whether a transfer gives the call to whoever was asked first.
fn completes(of: &Interaction, leg: &Leg, target: &TransferTarget) -> bool {
    let consult = of
        .legs
        .consult()
        .filter(|consult| consult.initiator == leg.id);
    let asked = consult.and_then(|consult| of.legs.get(&consult.destination));
    asked.is_some_and(|asked| {
        asked.who.id == target.destination.to.id
            && asked.who.purpose == target.destination.to.purpose
    })
}

pub(in crate::org::platform) fn no_party(participant: &str) -> Refusal {
    Refusal::not_found("User is not a participant in the conversation.")
        .coded("conversation.error.not.conversation.participant")
        .param("participantId", participant)
}

/// A transfer on its way.
struct BlindTransfer {
    frame: String,
    interaction: String,
    /// Who is replaced.
    leaves: CompactString,
    /// What rings, where something does.
    rings: Option<CompactString>,
    target: TransferTarget,
}

fn begin(call: &Call<'_>, leaves: CompactString, target: TransferTarget) -> Answer {
    let (shared, id) = (call.shared, call.id(0));
    let frame = Uuid::new_v4().to_string();
    let uri = &target.uri;
    let limited = shared.chance(shared.faults().transfer_limit);
    if (limited || target.destination.manner == Behaviour::Limited)
        && shared.transfers().limits(&frame, id, uri)
    {
        return Err(too_many());
    }
    shared.transfers().begin(&frame, id, uri);
    let course = BlindTransfer {
        rings: ring(shared, id, &target),
        frame,
        interaction: id.to_owned(),
        leaves,
        target,
    };
    if shared.errands.begin(settle(Arc::clone(shared), course)) {
        Ok(reply::empty(StatusCode::ACCEPTED))
    } else {
        Err(too_many())
    }
}

fn too_many() -> Refusal {
    let message = "too many transfers, try again later";
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too.many.requests", message);
    refusal.retry_after(Some(1))
}

/// Lets the telephone ring there; a queue has none, and whoever was asked first is on the line already.
fn ring(shared: &Shared, id: &str, target: &TransferTarget) -> Option<CompactString> {
    let now = Timestamp::now();
    let mut interactions = shared.interactions();
    let rung = interactions.alter(id, now, |one| {
        let to = &target.destination.to;
        let rings = to.purpose != QUEUE && !target.is_party(one);
        rings.then(|| one.legs.offer(&one.id, to.clone(), now))
    });
    rung.flatten()
}

async fn settle(shared: Arc<Shared>, course: BlindTransfer) {
    let manner = course.target.destination.manner;
    tokio::time::sleep(duration(&shared, manner)).await;
    let faults = shared.faults();
    let (outcome, reason) = if manner == Behaviour::Deaf || shared.chance(faults.transfer_deaf) {
        course.stops_ringing(&shared, ending::NO_ANSWER);
        (Outcome::Ignored, None)
    } else if manner == Behaviour::Rejects || shared.chance(faults.transfer_reject) {
        course.stops_ringing(&shared, ending::UNAVAILABLE);
        let reason = format!("{} does not take it", course.target.uri);
        (Outcome::Rejected, Some(reason))
    } else {
        match course.carry_out(&shared) {
            Ok(()) => (Outcome::Transferred, None),
            Err(reason) => (Outcome::Rejected, Some(reason)),
        }
    };
    if outcome != Outcome::Transferred {
        let happening = course.not_taken(reason.clone());
        let mut records = shared.records();
        records
            .operations
            .note(NOT_TAKEN, happening, Timestamp::now());
    }
    shared.transfers().end(&course.frame, outcome, reason);
}

impl BlindTransfer {
    fn stops_ringing(&self, shared: &Shared, why: &'static str) {
        if let Some(leg) = &self.rings {
            let now = Timestamp::now();
            let mut interactions = shared.interactions();
            interactions.alter(&self.interaction, now, |one| one.legs.end(leg, why, now));
        }
    }

    /// What operational events tell of it.
    fn not_taken(&self, reason: Option<String>) -> OperationalDetails {
        OperationalDetails {
            entity_id: self.interaction.clone(),
            entity_name: self.target.uri.clone(),
            current: reason,
            error: Some("transfer.failed"),
            conversation: Some(self.interaction.clone()),
            previous: None,
        }
    }

    /// Moves the interaction, unless somebody else did so meanwhile.
    fn carry_out(&self, shared: &Shared) -> Result<(), String> {
        let now = Timestamp::now();
        let mut interactions = shared.interactions();
        let moved = interactions.alter(&self.interaction, now, |one| {
            let there = one.legs.get(&self.leaves).is_some_and(Leg::is_connected);
            if there {
                one.hand_to(self.target.destination.to.clone(), &self.frame);
            } else if let Some(leg) = &self.rings {
                one.legs.end(leg, ending::PEER, now);
            }
            there
        });
        match moved {
            Some(true) => Ok(()),
            Some(false) => Err("whoever was to be replaced is no longer there".to_owned()),
            None => Err("the conversation is over".to_owned()),
        }
    }
}
