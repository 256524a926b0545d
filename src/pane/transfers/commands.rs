//! What an operator does on the pane.

use serde_json::json;

use super::list::Exit;
use super::row::{FIELDS, Row};
use super::{Half, TransfersPane};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::flow::Order;
use crate::form::Opening;
use crate::model::InteractionId;
use crate::model::transfer::made::{Callback, Made, Phase};
use crate::pane::Desk;
use crate::store::Store;
use crate::ui::chooser::{Chooser, Purpose};
use crate::ui::layer::Layer;

impl TransfersPane {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
        if self.walk(action) {
            return true;
        }
        match action {
            Action::Left => self.grid().scroll(-1),
            Action::Right => self.grid().scroll(1),
            Action::Detail => {
                self.detail = !self.detail;
                self.upper.cursor.hold();
                self.lower.cursor.hold();
            }
            Action::Mark => self.mark(desk),
            Action::Transfer => self.transfer(desk),
            Action::Consult => self.consult(desk),
            Action::New => desk.fill.push(Opening::new("transfer")),
            Action::Clone => self.again(desk),
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Reread => self.reread(desk),
            Action::Cancel => self.cancel(desk),
            Action::Redeliver => self.retell(desk),
            Action::Copy => desk.open.push(Layer::Chooser(Chooser::words(
                Purpose::Copy,
                &[("id", "the interaction's id"), ("json", "the row as JSON")],
            ))),
            Action::Export => desk.open.push(Layer::Chooser(Chooser::exports())),
            Action::OpenPager => self.page(desk),
            _ => return false,
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => self.set_filter(text, desk),
            Command::Copy(what) => self.copy(what, desk),
            Command::Consult(word) => self.go_on(word, desk),
            Command::Export { ending, path } => self.export(ending, path.clone(), desk),
            _ => return false,
        }
        true
    }

    /// Moves through both halves as through one.
    fn walk(&mut self, action: Action) -> bool {
        match (self.half, action) {
            (Half::Lower, Action::Top) if !self.upper.is_empty() => self.half = Half::Upper,
            (Half::Upper, Action::Bottom) if !self.lower.is_empty() => self.half = Half::Lower,
            _ => {}
        }
        let moved = match self.half {
            Half::Upper => self.upper.obey(action),
            Half::Lower => self.lower.obey(action),
        };
        match (self.half, moved) {
            (_, None) => return false,
            (Half::Upper, Some(Err(Exit::Below))) if !self.lower.is_empty() => {
                self.half = Half::Lower;
                self.lower.cursor.top(&self.lower.order);
            }
            (Half::Lower, Some(Err(Exit::Above))) if !self.upper.is_empty() => {
                self.half = Half::Upper;
                self.upper.bottom();
            }
            _ => {}
        }
        true
    }

    pub(super) fn step(&mut self, action: Action) {
        for _ in 0..3 {
            self.walk(action);
        }
    }

    fn grid(&mut self) -> &mut crate::ui::grid::Grid {
        match self.half {
            Half::Upper => &mut self.upper.grid,
            Half::Lower => &mut self.lower.grid,
        }
    }

    /// Takes a filter when it can be read; the one in force stays when not.
    pub(super) fn set_filter(&mut self, text: &str, desk: &Desk<'_>) {
        if self.filter.take(text, FIELDS) {
            self.arrange(desk.store, desk.now);
        }
    }

    /// The row under the cursor.
    pub(super) fn under_cursor<'a>(&self, store: &'a Store) -> Option<Row<'a>> {
        let table = &store.transfers;
        match self.half {
            Half::Upper => {
                let id = self.upper.cursor.row()?;
                Some(Row::Interaction(table.interaction(&id)?))
            }
            Half::Lower => Some(Row::Made(table.get(self.lower.cursor.row()?)?)),
        }
    }

    fn made<'a>(&self, store: &'a Store) -> Option<&'a Made> {
        match self.under_cursor(store) {
            Some(Row::Made(made)) => Some(made),
            _ => None,
        }
    }

    fn mark(&mut self, desk: &Desk<'_>) {
        if let Some(Row::Interaction(one)) = self.under_cursor(desk.store) {
            if self.marked.remove(&one.id).is_none() {
                self.marked.insert(one.id.clone(), desk.now);
            }
            self.walk(Action::Down);
        }
    }

    /// Opens the form for the marked interactions, or for the one under the cursor.
    fn transfer(&mut self, desk: &mut Desk<'_>) {
        let mut marked = self.marked.keys();
        match (marked.next(), marked.next()) {
            (None, _) => self.again(desk),
            (Some(one), None) => desk.fill.push(for_one(one)),
            (Some(_), Some(_)) => desk.fill.push(Opening {
                about: self.marked.keys().map(|id| id.raw().to_owned()).collect(),
                ..Opening::new("transfers")
            }),
        }
    }

    /// Opens the form for the row under the cursor; of a transfer, with what it was asked with.
    fn again(&self, desk: &mut Desk<'_>) {
        desk.fill.push(match self.under_cursor(desk.store) {
            Some(Row::Interaction(one)) => for_one(&one.id),
            Some(Row::Made(made)) => Opening {
                // Plain strings and numbers cannot fail to serialise.
                body: serde_json::to_value(&made.request).ok(),
                ..Opening::new("transfer")
            },
            None => Opening::new("transfer"),
        });
    }

    /// Reads the list again; on a transfer whose end is not known, its interaction.
    fn reread(&self, desk: &mut Desk<'_>) {
        if let Some(open) = self.made(desk.store).and_then(Made::open) {
            desk.flow.push(Order::Settle(Box::new(open)));
            return;
        }
        desk.effects.push(Effect::ReadInteractions);
        let text = "reading the interactions again";
        desk.messages.say(Weight::Note, text, desk.now);
    }

    fn cancel(&self, desk: &mut Desk<'_>) {
        let Some(made) = self.made(desk.store) else {
            let text = "put the cursor on a transfer that is under way to stop it";
            return desk.messages.say(Weight::Note, text, desk.now);
        };
        if made.phase.over() {
            let text = format!("this transfer is over: {}", made.phase.word());
            return desk.messages.say(Weight::Note, text, desk.now);
        }
        desk.effects.push(Effect::StopFlow(made.id.flow));
        let text = "stopping: what has not been sent stays unsent, what has is followed to its end";
        desk.messages.say(Weight::Note, text, desk.now);
    }

    /// Tells the media server once more.
    fn retell(&self, desk: &mut Desk<'_>) {
        let owed = self.made(desk.store).filter(|made| {
            made.phase == Phase::Transferred && matches!(made.callback, Callback::Failed(_))
        });
        let Some(made) = owed else {
            let text = "the media server is owed nothing here";
            return desk.messages.say(Weight::Note, text, desk.now);
        };
        let took = made.ended.map_or(0, |ended| ended.since(made.began));
        desk.flow.push(Order::Retell {
            id: made.id,
            interaction: made.interaction.clone(),
            latency_ms: made.latency_us.map_or(took, |us| us / 1_000),
        });
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(row) = self.under_cursor(desk.store) else {
            return;
        };
        let (what, text) = match what {
            "id" => ("interaction id", super::record::id(row).to_owned()),
            "json" => ("row as JSON", super::record::json(row).to_string()),
            other => {
                let text = format!("can't copy {other:?}: id or json");
                return desk.messages.say(Weight::Warning, text, desk.now);
            }
        };
        desk.effects.push(Effect::Copy { what, text });
    }

    /// Everything known of the row, which may be longer than the detail has room for.
    fn page(&self, desk: &mut Desk<'_>) {
        if let Some(row) = self.under_cursor(desk.store) {
            desk.effects.push(Effect::Page(super::record::page(row)));
        }
    }
}

fn for_one(id: &InteractionId) -> Opening {
    Opening {
        body: Some(json!({ "interaction_id": id.raw() })),
        ..Opening::new("transfer")
    }
}
