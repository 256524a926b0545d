//! What an operator does on the pane. Acknowledging, silencing and sending again are the application's, because they
//! change more than what is shown.

use super::AlertsPane;
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::model::alert::Alert;
use crate::model::alert::fields::FIELDS;
use crate::pane::Desk;
use crate::store::Store;
use crate::ui::chooser::{Chooser, Purpose};
use crate::ui::layer::Layer;

impl AlertsPane {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
        if self
            .cursor
            .obey(action, &self.order.ids, self.grid.height())
        {
            return true;
        }
        match action {
            Action::Left => self.grid.scroll(-1),
            Action::Right => self.grid.scroll(1),
            Action::Detail => {
                self.detail = !self.detail;
                self.cursor.hold();
            }
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Copy => desk.open.push(Layer::Chooser(Chooser::words(
                Purpose::Copy,
                &[("json", "what is posted"), ("key", "its Idempotency-Key")],
            ))),
            _ => return false,
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => self.set_filter(text, desk),
            Command::Copy(what) => self.copy(what, desk),
            _ => return false,
        }
        true
    }

    pub(super) fn step(&mut self, delta: isize) {
        self.cursor.step(&self.order.ids, self.grid.height(), delta);
        self.moved = true;
    }

    /// Takes a filter when it can be read; the one in force stays when not.
    pub(super) fn set_filter(&mut self, text: &str, desk: &Desk<'_>) {
        if self.filter.take(text, FIELDS) {
            self.arrange(desk.store, desk.now);
        }
    }

    /// The alert under the cursor.
    pub(super) fn chosen<'a>(&self, store: &'a Store) -> Option<&'a Alert> {
        store.alerts.get(self.cursor.row()?)
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(alert) = self.chosen(desk.store) else {
            return;
        };
        let leg = if alert.resolve.is_some() {
            crate::model::alert::Leg::Resolve
        } else {
            crate::model::alert::Leg::Raise
        };
        let (what, text) = match what {
            "json" => (
                "body of the alert",
                // Strings and options cannot fail to serialise.
                serde_json::to_string(&alert.current().body).unwrap_or_default(),
            ),
            "key" => ("idempotency key", alert.key(leg)),
            other => {
                let text = format!("can't copy {other:?}: json or key");
                return desk.messages.say(Weight::Warning, text, desk.now);
            }
        };
        desk.effects.push(Effect::Copy { what, text });
    }
}
