//! The registrations in order: a view of the store that is kept up change by change, and the page of it on the screen.

use super::page::HeldOrder;
use crate::kind::registrations::Registrations;
use crate::kind::{How, Kind as _};
use crate::pane::cursor::{Cursor, Rows, Window};
use crate::pane::list::edges::Edges;
use crate::pane::list::source::{Source, Visible};
use crate::query::Query;
use crate::store::column::Column;
use crate::store::view::{Sort, View};
use crate::store::{Changes, RowId, Store};
use crate::time::Millis;

/// The view and its page.
pub struct Held {
    view: View,
    page: HeldOrder,
    /// The moment of the last change, tick or key.
    now: Millis,
    /// What was drawn last, to know whether anything visible moved.
    fingerprint: u64,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            view: View::new(Sort::default(), None),
            page: HeldOrder::default(),
            now: Millis::default(),
            fingerprint: 0,
        }
    }
}

impl Held {
    /// Whether the order that was taken last stays for now. While the screen is still filling there is nothing to hold.
    fn holds(&self, height: usize) -> bool {
        let room = height.min(self.view.len());
        self.page.holds(self.now) && self.page.rows().len() >= room
    }

    /// The order of now.
    fn order(&self, cursor: &mut Cursor<RowId>, height: usize) -> (Vec<RowId>, Window, Edges) {
        let window = cursor.settle(self, height);
        let rows = self.view.page(window.top, height).collect();
        let lost = |first| self.view.lost_among(first);
        let edges = Edges::of(window, height, self.view.len(), lost);
        (rows, window, edges)
    }

    /// A number that changes when, and only when, something visible does.
    fn seen(&self, seen: Visible<'_>, store: &Store) -> u64 {
        let checked = Registrations::named(CHECKED).is_some_and(|n| seen.columns.contains(&n));
        self.page.fingerprint(store, seen.detail || checked)
    }
}

/// The column of the moments that every poll moves.
const CHECKED: &str = "checked";

impl Rows<RowId> for Held {
    fn len(&self) -> usize {
        self.view.len()
    }
    fn position(&self, id: RowId) -> Option<usize> {
        self.view.position(id)
    }
    fn at(&self, index: usize) -> Option<RowId> {
        self.view.page(index, 1).next()
    }
}

impl Source<Registrations> for Held {
    fn arrange(&mut self, how: How<'_>, store: &Store, now: Millis) {
        let table = &store.registrations;
        let column = how.sort.column.and_then(|n| Column::ALL.get(n).copied());
        let sort = Sort {
            column: column.unwrap_or(Column::State),
            descending: how.sort.descending,
        };
        if self.view.sort() != sort {
            self.view.set_sort(sort, table, now);
        }
        let query = how.query.filter(|query| !Query::is_empty(query));
        if self.view.filter() != query {
            self.view.set_filter(query.cloned(), table, now);
        }
        self.page.release();
    }

    fn turn(&mut self, how: How<'_>, store: &Store, now: Millis) {
        self.arrange(how, store, now);
        self.view.rebuild(&store.registrations, now);
        self.page.fall_behind();
        self.now = now;
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        self.view.apply(changes, &store.registrations, now);
        self.page.fall_behind();
        self.now = now;
    }

    /// It is never behind.
    fn catch_up(&mut self, _: How<'_>, _: &Store, _: Millis) -> bool {
        false
    }

    fn tick(&mut self, _: How<'_>, store: &Store, now: Millis) -> bool {
        self.view.expire(&store.registrations, now);
        self.page.fall_behind();
        self.page.expire(now);
        self.now = now;
        false
    }

    fn deadline(&self, held: bool) -> Option<Millis> {
        let turn = self.page.deadline().filter(|_| !held);
        self.view.next_deadline().into_iter().chain(turn).min()
    }

    fn wake(&mut self, now: Millis) {
        self.page.release();
        self.now = now;
    }

    /// Takes the rows in the order of now, unless the last one is still held.
    fn settle(&mut self, cursor: &mut Cursor<RowId>, height: usize) -> Window {
        if !self.holds(height) {
            let (rows, window, edges) = self.order(cursor, height);
            self.page.take(rows, window, edges, self.now);
        }
        self.page.window()
    }

    fn page(&self, start: usize, n: usize) -> Vec<RowId> {
        self.view.page(start, n).collect()
    }

    fn visible(&self, _: Window, _: usize) -> Vec<RowId> {
        self.page.rows().to_vec()
    }

    fn edges(&self, _: Window, _: usize) -> Edges {
        self.page.edges()
    }

    /// The cursor stays where it was drawn until the next frame is.
    fn moved(&mut self, cursor: &Cursor<RowId>, seen: Visible<'_>, store: &Store) -> bool {
        if !self.holds(seen.height) {
            let (rows, window, edges) = self.order(&mut cursor.clone(), seen.height);
            if !self.page.is_as(&rows, window, edges) {
                return true;
            }
            self.page.take(rows, window, edges, self.now);
        }
        self.seen(seen, store) != self.fingerprint
    }

    fn drawn(&mut self, seen: Visible<'_>, store: &Store) {
        self.fingerprint = self.seen(seen, store);
    }
}
