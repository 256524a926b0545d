//! The rows on screen. They change what they say at once, and change places at most once a second.
//!
//! In a storm thousands of rows a second take turns at the top of "newest first". Nobody can read that, and over SSH it
//! is a screen a frame. The first move after a quiet second shows at once; a key always shows the order of now.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::pane::cursor::Window;
use crate::pane::list::edges::Edges;
use crate::store::{RowId, Store};
use crate::time::Millis;

/// How long an order is held, in milliseconds.
const HELD_MS: i64 = 1_000;

/// An order, held.
#[derive(Debug, Default)]
pub(super) struct HeldOrder {
    rows: Vec<RowId>,
    window: Window,
    /// What is out of view; it takes turns with the rows.
    edges: Edges,
    /// When this order was taken; none when the next one is to be taken whatever the time.
    taken: Option<Millis>,
    /// Something changed since: there may be another order to take.
    behind: bool,
    /// Another order is to be drawn: it is taken when it is.
    awaited: bool,
}

impl HeldOrder {
    /// The rows, from the first line down.
    pub(super) fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// Which rows these are of all of them, and where the cursor is.
    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// What was out of view when the order was taken.
    pub(super) fn edges(&self) -> Edges {
        self.edges
    }

    /// Whether that is the order that is shown; another one is to be drawn.
    pub(super) fn is_as(&mut self, rows: &[RowId], window: Window, edges: Edges) -> bool {
        let same = rows == self.rows && window == self.window && edges == self.edges;
        self.awaited |= !same;
        same
    }

    /// Rows changed: there may be another order.
    pub(super) fn fall_behind(&mut self) {
        self.behind = true;
    }

    /// An operator did something: the order of now is wanted.
    pub(super) fn release(&mut self) {
        self.taken = None;
    }

    /// Whether the order stays for now.
    pub(super) fn holds(&self, now: Millis) -> bool {
        self.taken
            .is_some_and(|taken| now >= taken && now < taken.plus(HELD_MS))
    }

    /// When a new order is to be taken, if there may be one.
    pub(super) fn deadline(&self) -> Option<Millis> {
        self.taken
            .filter(|_| self.behind && !self.awaited)
            .map(|taken| taken.plus(HELD_MS))
    }

    /// Time has passed: an order that is over is over once, and waits until somebody looks. A pane that is not on the screen takes none.
    pub(super) fn expire(&mut self, now: Millis) {
        self.awaited |= self.deadline().is_some_and(|due| now >= due);
    }

    /// Takes an order. The same one again does not count: the next move is shown at once.
    pub(super) fn take(&mut self, rows: Vec<RowId>, window: Window, edges: Edges, now: Millis) {
        if self.taken.is_none() || !self.is_as(&rows, window, edges) {
            self.taken = Some(now);
        }
        (self.rows, self.window, self.edges) = (rows, window, edges);
        (self.behind, self.awaited) = (false, false);
    }

    /// A number that changes when, and only when, something visible does. Moments of checks count where they show.
    pub(super) fn fingerprint(&self, store: &Store, checked: bool) -> u64 {
        let table = &store.registrations;
        let mut hash = DefaultHasher::new();
        (self.window.top, self.window.at).hash(&mut hash);
        for id in &self.rows {
            (id, table.generation(*id)).hash(&mut hash);
            if checked && let Some(row) = table.row(*id) {
                row.checked().hash(&mut hash);
            }
        }
        hash.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = Millis(1_000_000);

    #[test]
    fn the_first_move_shows_at_once_and_the_next_a_second_later() {
        let mut page = HeldOrder::default();
        assert!(!page.holds(NOON));
        page.take(
            vec![RowId(1), RowId(2)],
            Window::default(),
            Edges::default(),
            NOON,
        );
        assert!(page.holds(NOON.plus(999)) && page.deadline().is_none());
        page.fall_behind();
        assert_eq!(page.deadline(), Some(NOON.plus(HELD_MS)));
        let later = NOON.plus(60_000);
        assert!(!page.holds(later), "after a quiet minute nothing is held");
        page.take(
            vec![RowId(1), RowId(2)],
            Window::default(),
            Edges::default(),
            later,
        );
        assert!(!page.holds(later), "the same order again is no move");
    }

    #[test]
    fn an_order_that_nobody_looks_at_is_over_once() {
        let mut page = HeldOrder::default();
        page.take(vec![RowId(1)], Window::default(), Edges::default(), NOON);
        page.fall_behind();
        page.expire(NOON.plus(HELD_MS - 1));
        assert_eq!(page.deadline(), Some(NOON.plus(HELD_MS)));
        page.expire(NOON.plus(HELD_MS));
        page.fall_behind();
        assert_eq!(page.deadline(), None, "nothing wakes for it again");
        assert!(
            !page.holds(NOON.plus(HELD_MS)),
            "the next look takes the order of now"
        );
    }

    #[test]
    fn a_key_or_a_clock_set_back_ends_the_hold() {
        let mut page = HeldOrder::default();
        page.take(vec![RowId(1)], Window::default(), Edges::default(), NOON);
        assert!(!page.holds(NOON.plus(-1)));
        page.release();
        assert!(!page.holds(NOON.plus(1)) && page.deadline().is_none());
    }
}
