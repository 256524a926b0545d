//! The topics of conversations: whoever watches a queue or a person hears of every change of what goes through them.

use std::collections::BTreeSet;

use super::view::{self, Medium, id_of};
use crate::org::interactions::{AGENT, Interaction, QUEUE};
use crate::org::platform::topics::Topics;

/// Tells of a conversation as it is now. Those who left hear of it as well: that it goes on without them.
pub(in crate::org) fn tell(topics: &Topics, of: &Interaction) {
    if Medium::of(of) != Medium::Call {
        return;
    }
    for topic in concerned(of) {
        topics.publish(&topic, || view::told(of));
    }
}

/// The topics of everybody who took part, each once.
fn concerned(of: &Interaction) -> BTreeSet<String> {
    let legs = of.legs.all().iter();
    legs.flat_map(|leg| {
        let queue =
            id_of(leg, QUEUE).map(|id| format!("v2.routing.queues.{id}.conversations.calls"));
        let user = id_of(leg, AGENT).map(|id| format!("v2.users.{id}.conversations.calls"));
        queue.into_iter().chain(user)
    })
    .collect()
}
