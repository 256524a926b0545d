//! The topics of conversations: whoever watches a queue or a person hears of every change of what goes through them.

use std::collections::{BTreeSet, HashMap};

use compact_str::CompactString;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::view::{self, Medium, id_of};
use crate::org::interactions::{AGENT, Interaction, QUEUE};
use crate::org::platform::sparse::moment;
use crate::org::platform::topics::Topics;

/// Tells of a conversation as it is now. Those who left hear of it as well: that it goes on without them.
pub(in crate::org) fn tell(topics: &Topics, of: &Interaction) {
    let is_call = is_call(of);
    for whose in concerned(of) {
        let all = format!("{whose}.conversations");
        topics.publish(&all, || view::conversation(of));
        if is_call {
            let calls = format!("{all}.calls");
            topics.publish(&calls, || view::told(of));
        }
    }
}

/// Whether somebody telephones.
pub(in crate::org) fn is_call(of: &Interaction) -> bool {
    Medium::of(of) == Medium::Call
}

/// Tells of an agent how many calls there are.
pub(in crate::org) fn tell_calls(topics: &Topics, user: &str, calls: usize) {
    let topic = format!("v2.users.{user}.conversationsummary");
    topics.publish(&topic, || summary(user, calls));
}

/// What an agent has to do, as the wire has it.
pub(in crate::org::platform) fn summary(user: &str, calls: usize) -> Value {
    let nothing = json!({"active": 0, "acw": 0});
    json!({
        "userId": user,
        "call": {"contactCenter": {"active": calls, "acw": 0}, "enterprise": nothing},
    })
}

/// How many calls each agent has; who has none is left out.
pub(in crate::org::platform) fn calls_of<'a>(
    live: impl Iterator<Item = &'a Interaction>,
) -> HashMap<CompactString, usize> {
    let mut calls = HashMap::new();
    for call in live.filter(|one| is_call(one)) {
        for leg in call.legs.live() {
            if let Some(user) = id_of(leg, AGENT) {
                *calls.entry(user.into()).or_default() += 1;
            }
        }
    }
    calls
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
