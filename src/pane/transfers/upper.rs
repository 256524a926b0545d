//! The upper half: interactions that can be moved.

use serde_json::json;

use super::{consult, disconnect};
use crate::effect::Effect;
use crate::form::Opening;
use crate::kind::interactions::Interactions;
use crate::model::InteractionId;
use crate::model::api::Capabilities;
use crate::model::interaction::Interaction;
use crate::model::sip::SipAsk;
use crate::model::transfer::made::Phase;
use crate::pane::ladder;
use crate::pane::list::source::Arranged;
use crate::pane::list::{Listing, Picked, Related};
use crate::pane::{Abroad, Desk, Scene};
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, RepairWish};
use crate::vocabulary::messages::Weight;

impl Listing for Interactions {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = super::ACTIONS;
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the interaction's id")];

    fn tab(&self, store: &Store) -> Tab {
        super::tab(store)
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        super::figures::fill(bar, scene);
    }

    fn detail(&self, one: &&Interaction, scene: &Scene<'_>) -> Vec<ratatui::text::Line<'static>> {
        super::detail::interaction(one, scene)
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let table = &scene.store.transfers;
        match table.reading() {
            Reading::Awaited | Reading::Paused => {
                vec!["Reading the interactions of the organisation.".to_owned()]
            }
            Reading::Failed { why, .. } => vec![
                why.to_string(),
                "One whose id is known can be transferred all the same: n opens the form."
                    .to_owned(),
            ],
            Reading::Read(_) => {
                vec!["No interaction is active or queued: there is nothing to transfer.".to_owned()]
            }
        }
    }

    fn abroad(&self, one: &&Interaction, can: &Capabilities) -> Vec<Abroad> {
        let id = one.id.raw();
        let of = if can.people_act {
            "conversations"
        } else {
            "interactions"
        };
        let page = format!("engage/admin/interactions/{id}");
        vec![Abroad::read(&[of, id]), Abroad::Page(page)]
    }

    fn copy(&self, one: &&Interaction, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("interaction id", one.id.raw().to_owned()))
    }

    fn related(&self, one: &&Interaction, _: &Desk<'_>) -> Vec<Related> {
        let queue = Some(one.queue.raw()).filter(|queue| !queue.is_empty());
        let queue = queue.map(|id| Related::new("Queues", "id", id));
        queue.into_iter().collect()
    }

    /// Who is in it, as the organisation says.
    fn more(&self, one: &&Interaction, _: &Store) -> String {
        let who = serde_json::to_string_pretty(&one.participants).unwrap_or_default();
        let lines = who.lines().map(|line| crate::text::safe(line) + "\n");
        lines.collect()
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        match action {
            Action::Transfer => transfer(on, desk),
            Action::Consult => consult::consult(on.row, desk),
            Action::Sip => sip(on.row, desk),
            Action::New | Action::Clone => desk.fill.push(again(on.row)),
            Action::Reread => reread(desk),
            Action::Cancel => {
                let text = "put the cursor on a transfer that is under way to stop it";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            Action::Redeliver => super::lower::nothing_owed(desk),
            _ => return false,
        }
        true
    }

    fn command(
        &mut self,
        command: &Command,
        on: &mut Picked<'_, Self>,
        desk: &mut Desk<'_>,
    ) -> bool {
        match command {
            Command::Consult(word) => consult::go_on(word, on.row, desk),
            Command::Repair(RepairWish::Disconnect) => disconnect::propose(on, desk),
            _ => return false,
        }
        true
    }

    /// A mark has served once its interaction is moved; where that was refused, it stays for another place.
    fn keeps(&self, id: &InteractionId, marked: Millis, store: &Store) -> bool {
        let moves = store
            .transfers
            .made()
            .take_while(|made| made.began >= marked);
        let mut its = moves.filter(|made| made.interaction == *id);
        !its.any(|made| !made.phase.over() || made.phase == Phase::Transferred)
    }
}

/// Opens the form for the marked interactions, or for the one under the cursor.
fn transfer(on: &Picked<'_, Interactions>, desk: &mut Desk<'_>) {
    let mut marked: Vec<String> = on.marked.iter().map(|id| id.raw().to_owned()).collect();
    marked.sort();
    desk.fill.push(match on.marked.as_slice() {
        [] => again(on.row),
        [one] => for_one(one),
        _ => Opening {
            about: marked,
            ..Opening::new("transfers")
        },
    });
}

/// Opens the SIP ladder of a call; what is none has none.
fn sip(one: Option<&Interaction>, desk: &mut Desk<'_>) {
    let Some(one) = one else { return };
    if !matches!(one.media.raw(), "" | "voice" | "call") {
        let text = format!(
            "this is no call ({}): only calls have SIP messages",
            one.media
        );
        return desk.messages.say(Weight::Note, text, desk.now);
    }
    let asked = SipAsk {
        id: one.id.clone(),
        began: one.started,
        ended: None,
    };
    ladder::open(asked, desk);
}

/// The form for the interaction under the cursor.
fn again(one: Option<&Interaction>) -> Opening {
    one.map_or_else(|| Opening::new("transfer"), |one| for_one(&one.id))
}

/// Reads the list again.
pub(super) fn reread(desk: &mut Desk<'_>) {
    desk.effects.push(Effect::ReadInteractions);
    let text = "reading the interactions again";
    desk.messages.say(Weight::Note, text, desk.now);
}

fn for_one(id: &InteractionId) -> Opening {
    Opening {
        body: Some(json!({ "interaction_id": id.raw() })),
        ..Opening::new("transfer")
    }
}
