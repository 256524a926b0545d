//! Where a person is in a list: the row under the cursor, the view around it, and how both are moved.

use ratatui::layout::Position;

use super::frozen::Frozen;
use super::source::Source as _;
use super::{ListPane, Listing, RowOf};
use crate::kind::Kind as _;
use crate::pane::Desk;
use crate::pane::cursor::Rows;
use crate::store::Store;
use crate::time::Millis;
use crate::vocabulary::action::Action;

impl<L: Listing> ListPane<L> {
    /// The row under the cursor.
    pub(in crate::pane) fn chosen<'a>(
        &self,
        store: &'a Store,
        now: Millis,
    ) -> Option<RowOf<'a, L>> {
        <L::Kind>::row(store, &self.cursor.row()?, now)
    }

    /// Finds the cursor and the rows around it.
    pub(super) fn settle(&mut self) {
        let height = self.grid.height();
        self.window = match &self.frozen {
            Some(frozen) => self.cursor.settle(frozen, height),
            None => self.source.settle(&mut self.cursor, height),
        };
    }

    /// Whether a place of the screen is among its headings and rows.
    pub(in crate::pane) fn holds(&self, at: Position) -> bool {
        self.grid.line_at(at).is_some() || self.grid.heading_at(at).is_some()
    }

    /// Whether a movement leads out of it.
    pub(in crate::pane) fn ends(&mut self, action: Action) -> bool {
        self.settle();
        match action {
            Action::Up | Action::PageUp => self.window.at == 0,
            Action::Down | Action::PageDown => self.window.at + 1 >= self.len(),
            _ => true,
        }
    }

    /// A heading sorts, a row takes the cursor.
    pub(super) fn click(&mut self, at: Position, desk: &mut Desk<'_>) {
        let heading = self.grid.heading_at(at);
        if let Some(column) = heading.and_then(|n| self.shown().get(n).copied()) {
            self.sort_by(Some(column), None, desk);
        } else if let Some(line) = self.grid.line_at(at)
            && let Some(row) = self.drawn.get(line).cloned()
        {
            let rows = listed(&self.source, self.frozen.as_ref());
            self.cursor.pick(rows, self.grid.height(), row);
        }
    }

    /// Moves among the rows; false for any other action.
    pub(in crate::pane) fn walk(&mut self, action: Action) -> bool {
        let rows = listed(&self.source, self.frozen.as_ref());
        let moved = self.cursor.obey(action, rows, self.grid.height());
        if moved {
            self.stay();
        }
        moved
    }

    /// A person is where the view is now, and has seen what is above.
    fn stay(&mut self) {
        self.known_above = None;
        if self.detail {
            self.cursor.hold(true);
        }
        self.moved = true;
    }

    /// Scrolls the view.
    pub(super) fn scroll(&mut self, delta: isize) {
        let rows = listed(&self.source, self.frozen.as_ref());
        self.cursor.scroll(rows, self.grid.height(), delta);
        self.stay();
    }

    pub(super) fn step(&mut self, delta: isize) {
        let rows = listed(&self.source, self.frozen.as_ref());
        self.cursor.step(rows, self.grid.height(), delta);
        self.stay();
    }
}

/// The rows that a person moves among: the frozen ones while there are some.
pub(super) fn listed<'a, Id: Clone + PartialEq>(
    source: &'a impl Rows<Id>,
    frozen: Option<&'a Frozen<Id>>,
) -> &'a dyn Rows<Id> {
    match frozen {
        Some(frozen) => frozen,
        None => source,
    }
}
