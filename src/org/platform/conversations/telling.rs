//! The topics of conversations: whoever watches a queue or a person hears of every change of what goes through them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use super::view::{self, Medium, id_of};
use crate::org::interactions::{AGENT, Interaction, QUEUE};
use crate::org::platform::sparse::moment;
use crate::org::platform::topics::Topics;

/// Tells of a conversation as it is now. Those who left hear of it as well: that it goes on without them.
pub(in crate::org) fn tell(topics: &Topics, of: &Interaction) {
    let is_call = Medium::of(of) == Medium::Call;
    for whose in concerned(of) {
        let all = format!("{whose}.conversations");
        topics.publish(&all, || view::conversation(of));
        if is_call {
            let calls = format!("{all}.calls");
            topics.publish(&calls, || view::told(of));
        }
    }
}

/// Tells of an agent whether there is something to do now.
pub(in crate::org) fn tell_routing(topics: &Topics, user: &str, busy: bool, now: Timestamp) {
    let status = if busy { "INTERACTING" } else { "IDLE" };
    topics.publish(
        &format!("v2.users.{user}.routingStatus"),
        || json!({"id": user, "routingStatus": {"status": status, "startTime": moment(now)}}),
    );
}

/// What the topics of everybody who took part begin with, each once.
fn concerned(of: &Interaction) -> BTreeSet<String> {
    let legs = of.legs.all().iter();
    legs.flat_map(|leg| {
        let queue = id_of(leg, QUEUE).map(|id| format!("v2.routing.queues.{id}"));
        let user = id_of(leg, AGENT).map(|id| format!("v2.users.{id}"));
        queue.into_iter().chain(user)
    })
    .collect()
}
