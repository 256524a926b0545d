//! A cursor and a view of the rows around it, which are apart.
//!
//! The view stays at the top, where trouble is, until a person scrolls; then it stays on the rows that it shows while
//! others come and go above them. The cursor stays on its row while that is in view, else at its line of the screen.
//! While something is asked about its row it stays on that whatever happens: what is done is done to what was seen.

use crate::vocabulary::action::Action;

/// Rows of the view by which it finds its place again: one that moves away alone does not take the view along.
const ANCHORS: usize = 5;

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

/// How the cursor holds its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Grip {
    /// Nobody has moved it: it is on whatever is first.
    #[default]
    First,
    /// On its row while that is in view.
    View,
    /// On its row while there is one: it is being looked at closely.
    Row,
}

/// The cursor.
#[derive(Clone, Debug)]
pub struct Cursor<Id> {
    row: Option<Id>,
    index: usize,
    /// Its line of the screen, from the top of the view.
    line: usize,
    top: usize,
    height: usize,
    grip: Grip,
    /// Something is being asked about the row: it stays the one even when it is gone.
    fast: bool,
    /// Rows of the view, by line.
    anchors: Vec<(usize, Id)>,
    /// A row to go to when it is there.
    sought: Option<Id>,
}

impl<Id> Default for Cursor<Id> {
    fn default() -> Self {
        Self {
            row: None,
            index: 0,
            line: 0,
            top: 0,
            height: 0,
            grip: Grip::default(),
            fast: false,
            anchors: Vec::new(),
            sought: None,
        }
    }
}

impl<Id: Clone + PartialEq> Cursor<Id> {
    /// The row it is on.
    #[must_use]
    pub fn row(&self) -> Option<Id> {
        self.row.clone()
    }

    /// Stays on its row from now on, even at the top; `closely` even when the row leaves the view.
    pub fn hold(&mut self, closely: bool) {
        self.grip = if closely { Grip::Row } else { Grip::View };
    }

    /// Something is asked about the row, or no longer: meanwhile nothing takes its place.
    pub fn pin(&mut self, fast: bool) {
        self.fast = fast;
    }

    /// Goes to a row as soon as it is there, and the view with it; none gives up waiting.
    pub fn seek(&mut self, row: Option<Id>) {
        self.sought = row;
    }

    /// The rows are those of another table: finds its own there, if they are in it.
    pub fn become_of(&mut self, again: impl Fn(&Id) -> Option<Id>) {
        self.row = self.row.as_ref().and_then(&again);
        let anchors = std::mem::take(&mut self.anchors).into_iter();
        self.anchors = anchors
            .filter_map(|(line, id)| Some((line, again(&id)?)))
            .collect();
        self.sought = self.sought.as_ref().and_then(&again);
    }

    /// Shows the first rows again.
    pub fn rise(&mut self) {
        self.top = 0;
        self.anchors.clear();
    }

    /// Finds view and row again after rows moved; a row that is gone gives the cursor to what took its place.
    pub fn settle(&mut self, rows: &(impl Rows<Id> + ?Sized), height: usize) -> Window {
        let height = height.max(1);
        let last_top = rows.len().saturating_sub(height);
        let sought = self.sought.clone().and_then(|row| rows.position(row));
        if sought.is_some() {
            (self.row, self.grip) = (self.sought.take(), Grip::View);
        }
        let found = self.row.clone().and_then(|row| rows.position(row));
        let follows = self.grip == Grip::First;
        if follows {
            self.top = 0;
        } else if self.top > 0 {
            self.top = self.anchored(rows).unwrap_or(self.top);
        }
        let (was, had) = (self.top..self.top + self.height, self.height);
        self.height = height;
        match found {
            // Amid its neighbours, and not on the last line, where messages are.
            Some(at) if sought.is_some() && !was.contains(&at) => {
                self.top = at.saturating_sub(height / 2);
            }
            Some(at) if !follows && had != height && was.contains(&at) => {
                // A view that grows enough to show the row from the top does.
                self.top = if at < height { 0 } else { self.top };
                self.show(at);
            }
            _ => {}
        }
        self.top = self.top.min(last_top);
        let view = self.top..self.top + height;
        let fast = self.fast && self.row.is_some();
        match (self.grip, found) {
            (Grip::First, _) if !fast => self.take(rows, 0),
            (grip, Some(at)) if fast || grip == Grip::Row || view.contains(&at) => {
                self.index = at;
            }
            _ if fast => {}
            _ => {
                let last = rows.len().saturating_sub(1);
                self.take(rows, (self.top + self.line.min(height - 1)).min(last));
            }
        }
        if view.contains(&self.index) {
            self.line = self.index - self.top;
        }
        self.anchor(rows);
        Window {
            top: self.top,
            at: self.index,
        }
    }

    /// Moves by rows, down for positive numbers.
    pub fn step(&mut self, rows: &(impl Rows<Id> + ?Sized), height: usize, delta: isize) {
        self.settle(rows, height);
        self.put(rows, self.here().saturating_add_signed(delta));
    }

    /// Scrolls by rows; the cursor stays on its row while that is in view.
    pub fn scroll(&mut self, rows: &(impl Rows<Id> + ?Sized), height: usize, delta: isize) {
        self.settle(rows, height);
        let here = self.here();
        self.shift(rows, delta);
        let bottom = self.top + self.height - 1;
        self.put(rows, here.clamp(self.top, bottom));
    }

    /// Moves by pages, and the view with it.
    fn page(&mut self, rows: &(impl Rows<Id> + ?Sized), height: usize, delta: isize) {
        self.settle(rows, height);
        let here = self.here();
        self.shift(rows, delta);
        self.put(rows, here.saturating_add_signed(delta));
    }

    /// Goes to the first row and follows what arrives there.
    pub fn top(&mut self, rows: &(impl Rows<Id> + ?Sized)) {
        self.put(rows, 0);
        self.grip = Grip::First;
    }

    /// Carries out an action that moves among the rows; false for any other.
    pub fn obey(&mut self, action: Action, rows: &(impl Rows<Id> + ?Sized), height: usize) -> bool {
        let page = isize::try_from(height).unwrap_or(isize::MAX).max(1);
        match action {
            Action::Up => self.step(rows, height, -1),
            Action::Down => self.step(rows, height, 1),
            Action::PageUp => self.page(rows, height, -page),
            Action::PageDown => self.page(rows, height, page),
            Action::Top => self.top(rows),
            Action::Bottom => self.step(rows, height, isize::MAX),
            _ => return false,
        }
        true
    }

    /// Where it is on the screen, whatever row it holds.
    fn here(&self) -> usize {
        self.top + self.line
    }

    /// Goes to a row that was drawn, where it still is.
    pub fn pick(&mut self, rows: &(impl Rows<Id> + ?Sized), height: usize, row: Id) {
        self.settle(rows, height);
        if let Some(at) = rows.position(row) {
            self.put(rows, at);
        }
    }

    fn put(&mut self, rows: &(impl Rows<Id> + ?Sized), index: usize) {
        self.take(rows, index.min(rows.len().saturating_sub(1)));
        (self.grip, self.sought) = (Grip::View, None);
        self.show(self.index);
        self.line = self.index - self.top;
        self.anchor(rows);
    }

    fn take(&mut self, rows: &(impl Rows<Id> + ?Sized), index: usize) {
        (self.index, self.row) = (index, rows.at(index));
    }

    /// Moves the view no further than it takes to have a row in it.
    fn show(&mut self, index: usize) {
        let lowest = index.saturating_sub(self.height.max(1) - 1);
        self.top = self.top.clamp(lowest, index);
    }

    fn shift(&mut self, rows: &(impl Rows<Id> + ?Sized), delta: isize) {
        let last_top = rows.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(delta).min(last_top);
    }

    /// Remembers some rows of the view, so that it finds its place again.
    fn anchor(&mut self, rows: &(impl Rows<Id> + ?Sized)) {
        self.anchors.clear();
        if self.top > 0 {
            let lines = (0..ANCHORS).map(|n| n * (self.height - 1) / (ANCHORS - 1));
            let known = lines.filter_map(|line| Some((line, rows.at(self.top + line)?)));
            self.anchors.extend(known);
        }
    }

    /// Where the view starts by most of the rows that it showed; the nearest where they say different things.
    fn anchored(&self, rows: &(impl Rows<Id> + ?Sized)) -> Option<usize> {
        let place = |(line, id): &(usize, Id)| {
            let at = rows.position(id.clone())?;
            Some(at.saturating_sub(*line))
        };
        let tops: Vec<usize> = self.anchors.iter().filter_map(place).collect();
        let say = |top: &usize| tops.iter().filter(|other| *other == top).count();
        let best = tops
            .iter()
            .max_by_key(|top| (say(top), std::cmp::Reverse(top.abs_diff(self.top))));
        best.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_on_what_is_first_until_it_is_moved_and_then_on_its_row_while_that_is_in_view() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 0 });
        rows.insert(0, 500);
        cursor.settle(&rows, 10);
        assert_eq!(cursor.row(), Some(500));
        cursor.step(&rows, 10, 3);
        assert_eq!(cursor.row(), Some(2));
        rows.insert(0, 600);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 4 });
        assert_eq!(cursor.row(), Some(2), "it moved and is in view");
        rows.retain(|row| *row != 2);
        rows.insert(50, 2);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 4 });
        assert_eq!(cursor.row(), Some(3), "it left: the line stays");
    }

    #[test]
    fn a_view_at_the_top_stays_there_and_one_that_was_scrolled_stays_on_its_rows() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.scroll(&rows, 10, 40);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 40, at: 40 });
        rows.splice(0..0, [501, 502, 503]);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 43, at: 43 });
        // The row of the cursor goes to the top: neither view nor cursor run after it.
        rows.retain(|row| *row != 40);
        rows.insert(0, 40);
        assert_eq!(cursor.settle(&rows, 10).top, 43);
        assert_eq!(cursor.row(), Some(39), "what is in its place");
        cursor.scroll(&rows, 10, -1000);
        assert_eq!(cursor.settle(&rows, 10).top, 0);
        rows.splice(0..0, [601, 602]);
        assert_eq!(cursor.settle(&rows, 10).top, 0);
    }

    #[test]
    fn what_is_asked_about_a_row_is_about_that_row_even_when_it_is_gone() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.step(&rows, 10, 2);
        cursor.pin(true);
        rows.retain(|row| *row != 2);
        cursor.settle(&rows, 10);
        assert_eq!(cursor.row(), Some(2));
        rows.insert(90, 2);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 90 });
        cursor.pin(false);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 2 });
        assert_eq!(cursor.row(), Some(3));
    }

    #[test]
    fn a_row_that_is_sought_comes_into_view_when_it_is_there() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.settle(&rows, 10);
        cursor.seek(Some(700));
        cursor.settle(&rows, 10);
        assert_eq!(cursor.row(), Some(0), "it is waited for");
        rows.insert(60, 700);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 55, at: 60 });
        assert_eq!(cursor.row(), Some(700));
    }

    #[test]
    fn a_view_that_shrinks_keeps_the_row_and_one_that_grows_again_goes_back() {
        let rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.step(&rows, 30, 20);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 11, at: 20 });
        assert_eq!(cursor.settle(&rows, 30), Window { top: 0, at: 20 });
    }

    #[test]
    fn a_view_that_nobody_moved_stays_at_the_top_whatever_its_height() {
        let mut rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.settle(&rows, 30);
        rows.remove(0);
        rows.insert(25, 0);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 0 });
        assert_eq!(cursor.row(), Some(1));
    }

    #[test]
    fn a_page_moves_the_view_by_a_page() {
        let rows: Vec<u32> = (0..100).collect();
        let mut cursor = Cursor::default();
        cursor.step(&rows, 10, 3);
        cursor.obey(Action::PageDown, &rows, 10);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 10, at: 13 });
        cursor.obey(Action::PageUp, &rows, 10);
        assert_eq!(cursor.settle(&rows, 10), Window { top: 0, at: 3 });
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
