//! Acts on calls: hold, mute, hang up, and the disconnection of everybody at once.

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::blind::no_party;
use super::target::bad;
use super::{Answer, Call, unknown, view};
use crate::org::interactions::legs::{LegStage, ending};
use crate::org::interactions::{Interaction, InteractionState};
use crate::org::platform::{callbacks, ok};
use crate::org::reply::{self, Refusal};

/// What of a conversation a PATCH may change.
#[derive(Debug, Deserialize)]
struct ConversationPatch {
    state: Option<String>,
}

/// `PATCH conversations/calls/{id}` with `state` disconnected: whoever calls the API hangs up for everybody.
pub(super) fn hang_up(call: &Call<'_>) -> Answer {
    let change: ConversationPatch = call.read()?;
    check_state(change.state.as_deref())?;
    end(call, ending::CLIENT)?;
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    ok(&view::conversation(
        found.ok_or_else(|| unknown(call.id(0)))?,
    ))
}

/// `POST conversations/{id}/disconnect`: everything is torn down; callbacks too.
pub(super) fn tear_down(call: &Call<'_>) -> Answer {
    let is_callback = call.shared.book().get(call.id(0)).is_ok();
    if is_callback {
        callbacks::disconnect(call, call.id(0))?;
    } else {
        end(call, ending::SYSTEM)?;
    }
    ok(&json!(call.id(0)))
}

fn check_state(state: Option<&str>) -> Result<(), Refusal> {
    match state {
        Some("disconnected") => Ok(()),
        other => {
            let message = format!("state can be set to disconnected alone, not to {other:?}");
            Err(bad("invalid.value", message))
        }
    }
}

fn end(call: &Call<'_>, why: &'static str) -> Result<(), Refusal> {
    alter(call, |one, now| {
        let legs: Vec<_> = one.legs.live().map(|leg| leg.id.clone()).collect();
        for leg in legs {
            one.legs.end(&leg, why, now);
        }
        one.state = InteractionState::Completed;
        Ok(())
    })
}

/// Changes a conversation that is under way.
pub(super) fn alter<T>(
    call: &Call<'_>,
    change: impl FnOnce(&mut Interaction, Timestamp) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let (id, now) = (call.id(0), Timestamp::now());
    let mut interactions = call.shared.interactions();
    if interactions.get(id).is_none() {
        return Err(unknown(id));
    }
    let altered = interactions.alter(id, now, |one| change(one, now));
    altered.unwrap_or_else(|| Err(over()))
}

fn over() -> Refusal {
    let message = "The call is already disconnected.";
    bad("conversation.error.call.disconnected", message)
}

/// What of a participant a PATCH may change, as far as it means something here (`MediaParticipantRequest`).
#[derive(Debug, Deserialize)]
struct ParticipantChange {
    state: Option<String>,
    held: Option<bool>,
    muted: Option<bool>,
}

/// `PATCH conversations/calls/{id}/participants/{participant}`: hold, mute, hang up.
pub(super) fn participant(call: &Call<'_>) -> Answer {
    let change: ParticipantChange = call.read()?;
    alter(call, |one, now| change.apply(one, call.id(1), now))?;
    Ok(reply::empty(StatusCode::ACCEPTED))
}

impl ParticipantChange {
    fn apply(
        &self,
        one: &mut Interaction,
        participant: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let leg = one.legs.get(participant);
        let stage = leg.ok_or_else(|| no_party(participant))?.stage;
        if stage == LegStage::Disconnected {
            return Err(over());
        }
        if let Some(held) = self.held {
            if stage == LegStage::Alerting {
                let message = "An alerting call cannot be placed on hold.";
                return Err(bad("conversation.error.hold.alerting", message));
            }
            one.legs.hold(participant, held, now);
        }
        if let Some(muted) = self.muted {
            one.legs.mute(participant, muted);
        }
        if self.state.is_some() {
            check_state(self.state.as_deref())?;
            one.leave(participant, &Uuid::new_v4().to_string(), now);
        }
        Ok(())
    }
}
