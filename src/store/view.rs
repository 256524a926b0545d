//! An order of rows that is kept up change by change: what a pane shows of the table.
//!
//! Sorting by a field that hardly ever moves (user, device, site, id) keeps every row in its place and only marks
//! which ones pass the filter; sorting by one that moves (state, since, flaps, …) keeps the rows that pass, with
//! their keys. Both cut the order into small blocks, so that one change costs one block, and a page is found by
//! counting blocks. Filters that depend on the time say when a row can come or go, and only then is it asked again.

mod bits;
mod due;
mod fixed;
mod key;
mod moving;
mod spine;

use self::due::Due;
use self::fixed::Fixed;
use self::key::Keys;
use self::moving::Moving;
use super::column::Column;
use super::{Changes, Registrations, RowId};
use crate::model::registration::State;
use crate::query::{Passing, Query};
use crate::time::Millis;

/// What to sort by. Equal rows are in the order of user, then device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Largest, newest or last letter first.
    pub descending: bool,
}

impl Sort {
    /// By that column, in the direction that people want first.
    #[must_use]
    pub const fn by(column: Column) -> Self {
        Self {
            column,
            descending: column.descends_first(),
        }
    }
}

impl Default for Sort {
    /// What needs a person first: lost, stale, remembered, unknown, ok, and in each the newest change first.
    fn default() -> Self {
        Self {
            column: Column::State,
            descending: false,
        }
    }
}

#[derive(Debug)]
enum Order {
    Fixed(Fixed),
    Moving(Moving),
}

impl Order {
    /// Takes note of whether a row is lost, before it changes places.
    fn note(&mut self, row: u32, lost: bool) {
        match self {
            Self::Fixed(order) => order.note(row, lost),
            Self::Moving(order) => order.note(row, lost),
        }
    }
}

/// The rows that pass a filter, in order.
#[derive(Debug)]
pub struct View {
    sort: Sort,
    filter: Option<Query>,
    order: Order,
    due: Due,
    /// Rows to put (back) into the order; kept for its memory.
    arriving: Vec<Arriving>,
}

/// A row to put into the order, and whether it passes.
type Arriving = (u32, bool);

impl View {
    /// A view of nothing, until [`Self::rebuild`].
    #[must_use]
    pub fn new(sort: Sort, filter: Option<Query>) -> Self {
        Self {
            sort,
            filter: filter.filter(|query| !query.is_empty()),
            order: empty(sort),
            due: Due::default(),
            arriving: Vec::new(),
        }
    }

    /// What it is sorted by.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// What passes; none is everything.
    #[must_use]
    pub fn filter(&self) -> Option<&Query> {
        self.filter.as_ref()
    }

    /// Sorts otherwise. Turning a fixed order around costs nothing, anything else a rebuild.
    pub fn set_sort(&mut self, sort: Sort, table: &Registrations, now: Millis) {
        let same = self.sort.column == sort.column;
        self.sort = sort;
        if !(same && matches!(self.order, Order::Fixed(_))) {
            self.rebuild(table, now);
        }
    }

    /// Filters otherwise, which asks every row once.
    pub fn set_filter(&mut self, filter: Option<Query>, table: &Registrations, now: Millis) {
        self.filter = filter.filter(|query| !query.is_empty());
        self.rebuild(table, now);
    }

    /// Builds the order anew from the whole table.
    pub fn rebuild(&mut self, table: &Registrations, now: Millis) {
        self.due = Due::default();
        self.order = empty(self.sort);
        let keys = Keys::new(self.sort, table);
        // Few are: they are noted when all have their places.
        let mut lost = Vec::new();
        let rows = table.rows().map(|(RowId(row), read)| {
            if read.state() == State::Lost {
                lost.push(row);
            }
            let verdict = ask(self.filter.as_ref(), &read, now);
            self.due.wait(row, verdict.until);
            (row, verdict.pass)
        });
        match &mut self.order {
            Order::Fixed(order) => order.fill(rows, &keys),
            Order::Moving(order) => {
                order.fill(rows.filter(|(_, pass)| *pass).map(|(row, _)| row), &keys);
            }
        }
        for row in lost {
            self.order.note(row, true);
        }
    }

    /// Takes in what changed, at a cost that depends on how much changed and hardly on how much there is.
    pub fn apply(&mut self, changes: &Changes, table: &Registrations, now: Millis) {
        for &RowId(row) in &changes.removed {
            self.order.note(row, false);
            self.take_out(row);
            self.due.wait(row, None);
        }
        // Moved rows leave before any comes back: the rest is in order, so a search among it is right.
        for &RowId(row) in &changes.renamed {
            self.take_out(row);
        }
        let mut arriving = std::mem::take(&mut self.arriving);
        let keys = Keys::new(self.sort, table);
        for &row in &changes.touched {
            self.reconsider(row, &keys, now, &mut arriving);
        }
        if self.follows_checks() {
            for &row in &changes.confirmed {
                self.reconsider(row, &keys, now, &mut arriving);
            }
        }
        self.put_in(&mut arriving, &keys);
        self.arriving = arriving;
    }

    /// Asks the rows again that can come or go because time went by. Says whether there were any.
    pub fn expire(&mut self, table: &Registrations, now: Millis) -> bool {
        let mut arriving = std::mem::take(&mut self.arriving);
        let keys = Keys::new(self.sort, table);
        let mut any = false;
        while let Some(row) = self.due.next(now) {
            any = true;
            self.reconsider(RowId(row), &keys, now, &mut arriving);
        }
        self.put_in(&mut arriving, &keys);
        self.arriving = arriving;
        any
    }

    /// When [`Self::expire`] has something to do; none while it has not.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        self.due.next_deadline()
    }

    /// How many rows pass.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.order {
            Order::Fixed(order) => order.len(),
            Order::Moving(order) => order.len(),
        }
    }

    /// Whether none passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the first rows are lost, at a cost that does not depend on how many those are.
    #[must_use]
    pub fn lost_among(&self, first: usize) -> usize {
        let lost = |first| match &self.order {
            Order::Fixed(order) => order.lost_among(first),
            Order::Moving(order) => order.lost_among(first),
        };
        if self.turned() {
            lost(self.len()) - lost(self.len().saturating_sub(first))
        } else {
            lost(first)
        }
    }

    /// At most `n` rows from position `start` on.
    pub fn page(&self, start: usize, n: usize) -> impl Iterator<Item = RowId> {
        let (order, len, back) = (&self.order, self.len(), self.turned());
        let end = start.saturating_add(n).min(len);
        let start = start.min(end);
        let from = if back { len - end } else { start };
        let rows: Vec<u32> = match order {
            Order::Fixed(order) => order.from(from).take(end - start).collect(),
            Order::Moving(order) => order.from(from).take(end - start).collect(),
        };
        let last = rows.len();
        (0..last).map(move |n| RowId(rows[if back { last - 1 - n } else { n }]))
    }

    /// Where a row is; none when it does not pass or is gone.
    #[must_use]
    pub fn position(&self, RowId(row): RowId) -> Option<usize> {
        let position = match &self.order {
            Order::Fixed(order) => order.position(row)?,
            Order::Moving(order) => order.position(row)?,
        };
        Some(if self.turned() {
            self.len() - 1 - position
        } else {
            position
        })
    }

    /// A fixed order that is read from its end.
    fn turned(&self) -> bool {
        self.sort.descending && matches!(self.order, Order::Fixed(_))
    }

    /// Whether the moment of the last check alone can move a row.
    fn follows_checks(&self) -> bool {
        let checked = Column::Checked as usize;
        let asks = |query: &Query| query.names(checked);
        self.sort.column == Column::Checked || self.filter.as_ref().is_some_and(asks)
    }

    /// Lists a row as arriving when it has a place to go to; a moving one that is not where it belongs leaves first.
    fn reconsider(
        &mut self,
        id: RowId,
        keys: &Keys<'_>,
        now: Millis,
        arriving: &mut Vec<Arriving>,
    ) {
        let RowId(row) = id;
        let Some(read) = keys.table.row(id) else {
            return;
        };
        let verdict = ask(self.filter.as_ref(), &read, now);
        self.due.wait(row, verdict.until);
        self.order.note(row, read.state() == State::Lost);
        match &mut self.order {
            Order::Fixed(_) => arriving.push((row, verdict.pass)),
            Order::Moving(order) => {
                let may_stay = verdict.pass && keys.is_whole();
                let wanted = may_stay.then(|| keys.key(&read));
                if !order.keep_at(row, wanted) && verdict.pass {
                    arriving.push((row, true));
                }
            }
        }
    }

    fn put_in(&mut self, arriving: &mut Vec<Arriving>, keys: &Keys<'_>) {
        if let Order::Fixed(order) = &mut self.order {
            order.mark_all(arriving);
        }
        for (row, pass) in arriving.drain(..) {
            let Some(read) = keys.table.row(RowId(row)) else {
                continue;
            };
            match &mut self.order {
                Order::Moving(order) => order.insert(row, keys.key(&read), keys),
                Order::Fixed(order) => order.insert(row, pass, keys),
            }
        }
    }

    fn take_out(&mut self, row: u32) {
        match &mut self.order {
            Order::Fixed(order) => order.remove(row),
            Order::Moving(order) => order.remove(row),
        }
    }
}

fn ask(filter: Option<&Query>, row: &super::Row<'_>, now: Millis) -> Passing {
    filter.map_or(
        Passing {
            pass: true,
            until: None,
        },
        |query| query.matches(row, now),
    )
}

fn empty(sort: Sort) -> Order {
    match sort.column {
        Column::User | Column::Device | Column::Site | Column::UserId | Column::DeviceId => {
            Order::Fixed(Fixed::default())
        }
        _ => Order::Moving(Moving::default()),
    }
}
