//! One half of the pane: its rows in order, its cursor, where it was drawn.

use ratatui::layout::Position;

use crate::app::action::Action;
use crate::pane::cursor::{Cursor, Window};
use crate::ui::grid::Grid;

/// A list with a cursor.
#[derive(Debug)]
pub struct List<Id> {
    /// Its rows, in the order of the screen.
    pub order: Vec<Id>,
    /// What is under the eye.
    pub cursor: Cursor<Id>,
    /// What shows.
    pub window: Window,
    /// Where it was drawn.
    pub grid: Grid,
}

impl<Id> Default for List<Id> {
    fn default() -> Self {
        Self {
            order: Vec::new(),
            cursor: Cursor::default(),
            window: Window::default(),
            grid: Grid::default(),
        }
    }
}

/// Where a movement leads that leaves a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Over its first row.
    Above,
    /// Under its last row.
    Below,
}

impl<Id: Clone + PartialEq> List<Id> {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Moves the cursor; says when the movement leads out of the list. None is an action that does not move.
    pub fn obey(&mut self, action: Action) -> Option<Result<(), Exit>> {
        let height = self.grid.height();
        let at = self.cursor.settle(&self.order, height).at;
        let last = self.order.len().saturating_sub(1);
        match action {
            Action::Up | Action::PageUp if at == 0 => return Some(Err(Exit::Above)),
            Action::Down | Action::PageDown if at == last => return Some(Err(Exit::Below)),
            _ => {}
        }
        self.cursor
            .obey(action, &self.order, height)
            .then_some(Ok(()))
    }

    /// Goes to the last row.
    pub fn bottom(&mut self) {
        let height = self.grid.height();
        self.cursor.step(&self.order, height, isize::MAX);
    }

    /// Goes to the row that is there on the screen, when there is one.
    pub fn pick(&mut self, at: Position) -> bool {
        let line = self.grid.line_at(at);
        if let Some(line) = line {
            self.cursor.pick(&self.order, self.window, line);
        }
        line.is_some()
    }

    /// Settles the cursor after the rows or the place have changed.
    pub fn settle(&mut self) {
        self.window = self.cursor.settle(&self.order, self.grid.height());
    }
}
