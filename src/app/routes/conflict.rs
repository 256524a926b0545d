//! Two writers of one route: both are shown, and neither is overwritten.

use ratatui::text::{Line, Span};

use crate::app::App;
use crate::flow::route::{Conflict, Ending};
use crate::model::route::diff::Change;
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::vocabulary::role::Role;

impl App {
    /// A pipeline has ended; a conflict is put before whoever is there.
    pub(super) fn route_ended(&mut self, ending: &Ending) {
        if let Ending::Conflict(conflict) = ending {
            let lines = self.conflict(conflict);
            let title = format!(
                "conflict: {}",
                crate::text::safe(conflict.seen.route.name())
            );
            self.layers
                .push(Layer::Reader(Reader::new(title, lines, "")));
            self.redraw();
        }
    }

    fn conflict(&self, conflict: &Conflict) -> Vec<Line<'static>> {
        let head = |text: &str| Line::styled(text.to_owned(), self.theme.style(Role::Header));
        let mut lines = vec![
            Line::styled(
                "Nothing was sent: the route is not as it was when you opened it.",
                self.theme.style(Role::Bad),
            ),
            Line::default(),
        ];
        if conflict.there.is_some() {
            lines.push(head("what somebody else has changed"));
            let none = "only its version: it was written as it was";
            lines.extend(self.changes(&conflict.theirs(), none));
        } else {
            lines.push(head("somebody else has deleted it"));
        }
        lines.push(Line::default());
        if conflict.wanted.is_some() {
            lines.push(head("what you wanted to change"));
            lines.extend(self.changes(&conflict.ours(), "nothing"));
        } else {
            lines.push(head("you wanted to delete it"));
        }
        lines.push(Line::default());
        let advice = "E opens it as it is now; Ctrl-p in the form brings back what you wanted.";
        lines.push(Line::styled(advice, self.theme.style(Role::Dim)));
        lines
    }

    fn changes(&self, changes: &[Change], none: &str) -> Vec<Line<'static>> {
        if changes.is_empty() {
            return vec![Line::styled(
                format!("  {none}"),
                self.theme.style(Role::Dim),
            )];
        }
        let line = |change: &Change| {
            let role = match (&change.before, &change.after) {
                (None, _) => Role::Ok,
                (_, None) => Role::Bad,
                _ => Role::Warn,
            };
            Line::from(Span::styled(format!("  {change}"), self.theme.style(role)))
        };
        changes.iter().map(line).collect()
    }
}
