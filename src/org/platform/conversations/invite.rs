//! More people on a call: each is rung, and whoever answers takes part beside those who do already.

use std::sync::Arc;

use compact_str::CompactString;
use jiff::Timestamp;
use serde::Deserialize;

use super::act::alter;
use super::target::{TargetFields, TransferTarget, bad};
use super::view::{self, Medium};
use super::{Answer, Call, caller, is_user, unknown};
use crate::org::interactions::QUEUE;
use crate::org::interactions::legs::{Leg, ending};
use crate::org::platform::{busy, ok};
use crate::org::reply::Refusal;
use crate::org::shared::Shared;
use crate::org::transfers::{Behaviour, duration};

/// Who is to be rung (`Conversation`, of which the participants count).
#[derive(Deserialize)]
struct InviteRequest {
    participants: Vec<TargetFields>,
}

/// `POST conversations/calls/{id}/participants`, by somebody who is on the call.
pub(super) fn invite(call: &Call<'_>) -> Answer {
    let asked: InviteRequest = call.read()?;
    let named = asked.participants.iter();
    let found = named
        .map(|one| one.find(call))
        .collect::<Result<Vec<_>, _>>()?;
    let targets: Option<Vec<TransferTarget>> = found.into_iter().collect();
    let targets = targets.filter(|all| !all.is_empty()).ok_or_else(|| {
        bad(
            "invalid.value",
            "each participant has a userId or an address",
        )
    })?;
    if targets
        .iter()
        .any(|target| target.destination.to.purpose == QUEUE)
    {
        return Err(bad("invalid.value", "a queue cannot take part in a call"));
    }
    let caller = caller(call).unwrap_or_default();
    let rung = alter(call, |one, now| {
        if Medium::of(one) != Medium::Call {
            return Err(unknown(&one.id));
        }
        let on_it = |leg: &Leg| leg.is_connected() && is_user(leg, &caller);
        if !one.legs.live().any(on_it) {
            let message = "User is not active on call and cannot add participants";
            let status = hyper::StatusCode::FORBIDDEN;
            let code = "conversation.error.forbidden.not.active.participant";
            return Err(Refusal::new(status, code, message));
        }
        if let Some(party) = targets.iter().find(|target| target.is_party(one)) {
            let message = format!("{} is on the call already.", party.uri);
            return Err(bad("conversations.error.transfer.same.party", message));
        }
        let offer = |target: TransferTarget| {
            let leg = one.legs.offer(&one.id, target.destination.to.clone(), now);
            (leg, target)
        };
        Ok(targets.into_iter().map(offer).collect::<Vec<_>>())
    })?;
    for (leg, target) in rung {
        let course = settle(Arc::clone(call.shared), call.id(0).to_owned(), leg, target);
        if !call.shared.errands.begin(course) {
            return Err(busy());
        }
    }
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    ok(&view::conversation(
        found.ok_or_else(|| unknown(call.id(0)))?,
    ))
}

/// Whoever was rung answers a moment later, or does not.
async fn settle(shared: Arc<Shared>, call: String, leg: CompactString, target: TransferTarget) {
    let manner = target.destination.manner;
    tokio::time::sleep(duration(&shared, manner)).await;
    let now = Timestamp::now();
    let mut interactions = shared.interactions();
    interactions.alter(&call, now, |one| match manner {
        Behaviour::Deaf => one.legs.end(&leg, ending::NO_ANSWER, now),
        Behaviour::Rejects => one.legs.end(&leg, ending::UNAVAILABLE, now),
        _ if one.legs.get(&leg).is_some_and(Leg::is_live) => {
            one.participants.push(target.destination.to);
        }
        _ => {}
    });
}
