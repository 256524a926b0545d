//! What becomes of somebody who is asked: their telephone rings, and they answer or do not.

use std::sync::Arc;

use compact_str::CompactString;
use jiff::Timestamp;

use super::Call;
use crate::org::interactions::legs::ending;
use crate::org::shared::Shared;
use crate::org::transfers::{Behaviour, duration};

/// Follows the ringing to its end. When there are too many errands, nobody answers at once.
pub(super) fn ring(call: &Call<'_>, leg: CompactString, manner: Behaviour) {
    let (shared, id) = (Arc::clone(call.shared), call.id(0).to_owned());
    let course = async move {
        tokio::time::sleep(duration(&shared, manner)).await;
        let answers = match manner {
            Behaviour::Rejects | Behaviour::Deaf => false,
            _ => !shared.chance(shared.faults().transfer_reject),
        };
        settle(&shared, &id, &leg, answers);
    };
    if !call.shared.errands.begin(course) {
        tracing::warn!("too many errands: nobody answers a consultation");
    }
}

/// Whoever is gone by now neither answers nor is told that nobody did.
fn settle(shared: &Shared, id: &str, leg: &str, answers: bool) {
    let now = Timestamp::now();
    let mut interactions = shared.interactions();
    interactions.alter(id, now, |one| {
        if answers {
            one.legs.answer(leg, now);
        } else {
            one.legs.end(leg, ending::NO_ANSWER, now);
        }
    });
}
