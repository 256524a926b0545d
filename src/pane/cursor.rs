//! A cursor that stays on its row while rows come, go and change places around it.
//!
//! At the top it follows what arrives there; anywhere else it holds its row at its line of the screen, so that what
//! an operator looks at does not run away.

use crate::app::action::Action;

/// A list of rows in order, as a view keeps it.
pub trait Rows<Id> {
    /// How many there are.
    fn len(&self) -> usize;
    /// Where a row is.
    fn position(&self, id: Id) -> Option<usize>;
    /// Which row is there.
    fn at(&self, index: usize) -> Option<Id>;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<Id: Clone + PartialEq> Rows<Id> for Vec<Id> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }
    fn position(&self, id: Id) -> Option<usize> {
        self.iter().position(|other| *other == id)
    }
    fn at(&self, index: usize) -> Option<Id> {
        self.get(index).cloned()
    }
}

/// Which rows show, and which of them the cursor is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Index of the first row shown.
    pub top: usize,
    /// Index of the cursor's row.
    pub at: usize,
}

/// The cursor.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<Id> {
    row: Option<Id>,
    index: usize,
    line: usize,
    follow: bool,
}

impl<Id> Default for Cursor<Id> {
    fn default() -> Self {
        Self {
            row: None,
            index: 0,
            line: 0,
            follow: true,
        }
    }
}

impl<Id: Clone + PartialEq> Cursor<Id> {
    /// The row it is on.
    #[must_use]
    pub fn row(&self) -> Option<Id> {
        self.row.clone()
    }

    /// Stays on its row from now on, even at the top.
    pub fn hold(&mut self) {
        self.follow = false;
    }

    /// Finds its row again after rows moved; a row that is gone gives the cursor to what took its place.
    pub fn settle(&mut self, rows: &impl Rows<Id>, height: usize) -> Window {
        let last = rows.len().saturating_sub(1);
        if self.follow {
            (self.index, self.line) = (0, 0);
            self.row = rows.at(0);
        } else if let Some(index) = self.row.clone().and_then(|row| rows.position(row)) {
            self.index = index;
        } else {
            self.index = self.index.min(last);
            self.row = rows.at(self.index);
        }
        let height = height.max(1);
        self.line = self.line.min(height - 1);
        let top = self
            .index
            .saturating_sub(self.line)
            .min(rows.len().saturating_sub(height));
        self.line = self.index - top;
        Window {
            top,
            at: self.index,
        }
    }

    /// Moves by rows, down for positive numbers.
    pub fn step(&mut self, rows: &impl Rows<Id>, height: usize, delta: isize) {
        self.settle(rows, height);
        let last = rows.len().saturating_sub(1);
        let to = self.index.saturating_add_signed(delta).min(last);
        let line = self
            .line
            .saturating_add_signed(delta)
            .min(height.saturating_sub(1));
        self.put(rows, to, line);
    }

    /// Goes to the first row and follows what arrives there.
    pub fn top(&mut self, rows: &impl Rows<Id>) {
        self.put(rows, 0, 0);
    }

    /// Carries out an action that moves among the rows; false for any other.
    pub fn obey(&mut self, action: Action, rows: &impl Rows<Id>, height: usize) -> bool {
        let page = isize::try_from(height).unwrap_or(isize::MAX).max(1);
        match action {
            Action::Up => self.step(rows, height, -1),
            Action::Down => self.step(rows, height, 1),
            Action::PageUp => self.step(rows, height, -page),
            Action::PageDown => self.step(rows, height, page),
            Action::Top => self.top(rows),
            Action::Bottom => self.step(rows, height, isize::MAX),
            _ => return false,
        }
        true
    }

    /// Goes to the row on that line of a window that was drawn.
    pub fn pick(&mut self, rows: &impl Rows<Id>, window: Window, line: usize) {
        if window.top + line < rows.len() {
            self.put(rows, window.top + line, line);
            self.hold();
        }
    }

    fn put(&mut self, rows: &impl Rows<Id>, index: usize, line: usize) {
        (self.index, self.line) = (index, line.min(index));
        self.row = rows.at(index);
        self.follow = index == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_top_it_follows_and_elsewhere_it_holds_its_row_and_line() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 0 });
        rows.insert(0, 500);
        cursor.settle(&rows, 10);
        assert_eq!(cursor.row(), Some(500));
        cursor.step(&rows, 10, 3);
        assert_eq!(cursor.row(), Some(2));
        rows.insert(0, 600);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 1, at: 4 });
        assert_eq!(cursor.row(), Some(2));
    }

    #[test]
    fn a_row_that_goes_leaves_the_cursor_in_its_place() {
        let mut rows: Vec<u32> = (0..5).collect();
        let mut cursor = Cursor::default();
        cursor.step(&rows, 3, isize::MAX);
        rows.pop();
        assert_eq!(cursor.settle(&rows, 3), Window { top: 1, at: 3 });
        assert_eq!(cursor.row(), Some(3));
        rows.clear();
        assert_eq!(cursor.settle(&rows, 3), Window { top: 0, at: 0 });
        assert_eq!(cursor.row(), None);
    }

    #[test]
    fn the_window_never_runs_past_the_end() {
        let rows: Vec<u32> = (0..7).collect();
        let mut cursor = Cursor::default();
        cursor.step(&rows, 5, 6);
        assert_eq!(cursor.settle(&rows, 5), Window { top: 2, at: 6 });
        assert_eq!(cursor.settle(&rows, 50), Window { top: 0, at: 6 });
        assert_eq!(cursor.settle(&rows, 0), Window { top: 6, at: 6 });
    }
}
