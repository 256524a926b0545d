//! Conversations that hang, ended for everybody who is in them.

use crate::flow::Order;
use crate::flow::repair::Repair;
use crate::form::Plan;
use crate::kind::interactions::{Interactions, people};
use crate::model::interaction::Interaction;
use crate::pane::Desk;
use crate::pane::list::Picked;
use crate::vocabulary::messages::Weight;

/// Conversations of one review at most.
const AT_ONCE: usize = 100;

/// Offers to disconnect the marked conversations, or the one under the cursor.
pub(super) fn propose(on: &Picked<'_, Interactions>, desk: &mut Desk<'_>) {
    let table = &desk.store.transfers;
    let mut ids = on.ids();
    ids.sort();
    let known = ids.iter().filter_map(|id| table.interaction(id));
    let live: Vec<&Interaction> = known.filter(|one| !one.standing.over()).collect();
    let why = if !desk.can.repairs {
        "the API of this organisation does not disconnect conversations".to_owned()
    } else if live.is_empty() {
        "put the cursor on a conversation that goes on, or mark some".to_owned()
    } else if live.len() > AT_ONCE {
        format!(
            "{} are marked, and {AT_ONCE} can be disconnected at once: unmark some",
            live.len()
        )
    } else {
        String::new()
    };
    if !why.is_empty() {
        return desk.messages.say(Weight::Warning, why, desk.now);
    }
    let all = live.iter().map(|one| Repair::Disconnect {
        conversation: one.id.clone(),
        name: format!("{} ({})", people(one), one.id).into(),
    });
    let (what, confirm) = match live.as_slice() {
        [one] => (
            format!("the conversation of {}", people(one)),
            "disconnect".to_owned(),
        ),
        many => (
            format!("{} conversations", many.len()),
            many.len().to_string(),
        ),
    };
    let affects = vec![format!("Ends {what} for everybody: callers are cut off.")];
    let plan = Plan::of(
        Order::Repair(all.collect()),
        affects,
        "This cannot be undone.",
    );
    desk.propose(plan.map(|plan| plan.confirmed_by(Some(confirm))));
}
