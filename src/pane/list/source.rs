//! Where the rows of a list are, in order.

use crate::kind::{How, Kind};
use crate::pane::cursor::{Cursor, Rows, Window};
use crate::pane::list::edges::Edges;
use crate::store::{Changes, Store};
use crate::time::Millis;

/// What of a list is on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a> {
    /// Lines of rows.
    pub height: usize,
    /// Whether the detail is open.
    pub detail: bool,
    /// The columns that show.
    pub columns: &'a [usize],
}

/// Rows that pass a filter, in an order.
pub trait Source<K: Kind>: Default + Rows<K::Id> {
    /// Takes another filter or another order.
    fn arrange(&mut self, how: How<'_>, store: &Store, now: Millis);
    /// Takes another store, of which nothing is known yet.
    fn turn(&mut self, how: How<'_>, store: &Store, now: Millis) {
        self.arrange(how, store, now);
    }
    /// Takes note of what changed.
    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis);
    /// Puts the rows in order again when one has changed since; says whether it did.
    fn catch_up(&mut self, how: How<'_>, store: &Store, now: Millis) -> bool;
    /// Lets rows come and go that only time lets; says whether that can be seen without being asked.
    fn tick(&mut self, how: How<'_>, store: &Store, now: Millis) -> bool;
    /// When [`Self::tick`] has something to do; `held` when what is shown is frozen.
    fn deadline(&self, held: bool) -> Option<Millis>;
    /// Somebody is at the keys: the order of now is wanted.
    fn wake(&mut self, _now: Millis) {}
    /// Finds the cursor and the rows around it.
    fn settle(&mut self, cursor: &mut Cursor<K::Id>, height: usize) -> Window;
    /// So many rows from there on, in order.
    fn page(&self, start: usize, n: usize) -> Vec<K::Id>;
    /// The rows that show.
    fn visible(&self, window: Window, height: usize) -> Vec<K::Id>;
    /// Whether something visible differs from what was drawn last.
    fn moved(&mut self, cursor: &Cursor<K::Id>, seen: Visible<'_>, store: &Store) -> bool;
    /// What lies above and below the rows that show.
    fn edges(&self, window: Window, height: usize) -> Edges;
    /// What is on the screen is on the screen.
    fn drawn(&mut self, _seen: Visible<'_>, _store: &Store) {}
}

/// Rows that are arranged as a whole whenever one has changed, and looked at.
pub struct Arranged<K: Kind> {
    ids: Vec<K::Id>,
    /// Where rows in trouble are.
    troubled: Vec<usize>,
    due: Option<Millis>,
    /// The rows as they were arranged last; none when one has changed since.
    generation: Option<u64>,
}

impl<K: Kind> Default for Arranged<K> {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            troubled: Vec::new(),
            due: None,
            generation: None,
        }
    }
}

impl<K: Kind> Rows<K::Id> for Arranged<K> {
    fn len(&self) -> usize {
        self.ids.len()
    }
    fn position(&self, id: K::Id) -> Option<usize> {
        Rows::position(&self.ids, id)
    }
    fn at(&self, index: usize) -> Option<K::Id> {
        self.ids.get(index).cloned()
    }
}

impl<K: Kind> Source<K> for Arranged<K> {
    fn arrange(&mut self, how: How<'_>, store: &Store, now: Millis) {
        let arranged = how.arrange::<K>(store, now);
        self.ids = arranged.rows.iter().map(K::id).collect();
        let rows = arranged.rows.iter().enumerate();
        let troubled = rows.filter(|(_, row)| K::troubled(row));
        self.troubled = troubled.map(|(n, _)| n).collect();
        self.due = arranged.due;
        self.generation = Some(K::generation(store));
    }

    /// Rows change far more often than they are looked at: they are put in order when they are.
    fn apply(&mut self, changes: &Changes, _: &Store, _: Millis) {
        if K::concerns(changes) {
            self.generation = None;
        }
    }

    fn catch_up(&mut self, how: How<'_>, store: &Store, now: Millis) -> bool {
        let behind = self.generation != Some(K::generation(store));
        if behind {
            self.arrange(how, store, now);
        }
        behind
    }

    fn tick(&mut self, how: How<'_>, store: &Store, now: Millis) -> bool {
        let before = self.due;
        self.arrange(how, store, now);
        before.is_some_and(|due| now >= due)
    }

    fn deadline(&self, _: bool) -> Option<Millis> {
        self.due
    }

    fn settle(&mut self, cursor: &mut Cursor<K::Id>, height: usize) -> Window {
        cursor.settle(&self.ids, height)
    }

    fn page(&self, start: usize, n: usize) -> Vec<K::Id> {
        self.ids.iter().skip(start).take(n).cloned().collect()
    }

    fn visible(&self, window: Window, height: usize) -> Vec<K::Id> {
        self.page(window.top, height)
    }

    fn edges(&self, window: Window, height: usize) -> Edges {
        let bad = |first| self.troubled.partition_point(|at| *at < first);
        Edges::of(window, height, self.ids.len(), bad)
    }

    fn moved(&mut self, _: &Cursor<K::Id>, _: Visible<'_>, store: &Store) -> bool {
        self.generation != Some(K::generation(store))
    }
}
