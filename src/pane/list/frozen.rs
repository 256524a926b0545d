//! Rows held as they were; changes go on behind them.

use super::source::Source as _;
use super::{IdOf, ListPane, Listing, RowOf};
use crate::kind::{CellLook, Kind as _};
use crate::pane::Desk;
use crate::pane::cursor::Rows;
use crate::vocabulary::role::Role;

/// Rows held while frozen: what a person can look through, and little memory.
const HELD: usize = 10_000;

/// A row as it was.
pub(super) struct Shown<Id> {
    pub(super) id: Id,
    /// The text and the look of each column, in the order of the kind's columns; empty for one that did not show.
    pub(super) cells: Vec<(String, Role)>,
    /// It needs a person.
    pub(super) troubled: bool,
}

/// The rows.
pub(super) struct Frozen<Id> {
    pub(super) rows: Vec<Shown<Id>>,
    /// Rows that passed the filter and are not held, because there were too many.
    pub(super) beyond: usize,
    /// Where rows in trouble are.
    pub(super) troubled: Vec<usize>,
}

impl<Id: Clone + PartialEq> Rows<Id> for Frozen<Id> {
    fn len(&self) -> usize {
        self.rows.len()
    }
    fn position(&self, id: Id) -> Option<usize> {
        self.rows.iter().position(|row| row.id == id)
    }
    fn at(&self, index: usize) -> Option<Id> {
        self.rows.get(index).map(|row| row.id.clone())
    }
}

impl<L: Listing> ListPane<L> {
    /// A row as the columns that show have it.
    pub(super) fn line(
        row: &RowOf<'_, L>,
        columns: &[usize],
        look: &CellLook<'_>,
    ) -> Shown<IdOf<L>> {
        let cell = |n: &usize| {
            let column = &<L::Kind>::COLUMNS[*n];
            (column.cell(row, look), (column.role)(row))
        };
        Shown {
            id: <L::Kind>::id(row),
            cells: columns.iter().map(cell).collect(),
            troubled: <L::Kind>::troubled(row),
        }
    }

    /// Holds the rows around the cursor, or lets them go.
    pub(super) fn freeze(&mut self, desk: &Desk<'_>) {
        if self.frozen.take().is_some() {
            return;
        }
        let all = self.source.len();
        let top = if all <= HELD {
            0
        } else {
            self.window.at.saturating_sub(HELD / 2)
        };
        let look = CellLook {
            zone: desk.zone,
            now: desk.now,
        };
        let columns = self.shown();
        let ids = self.source.page(top, HELD);
        let rows: Vec<_> = ids
            .iter()
            .filter_map(|id| <L::Kind>::row(desk.store, id, desk.now))
            .map(|row| Self::line(&row, &columns, &look))
            .collect();
        self.cursor.hold(self.detail);
        let troubled = rows.iter().enumerate().filter(|(_, row)| row.troubled);
        self.frozen = Some(Frozen {
            troubled: troubled.map(|(n, _)| n).collect(),
            beyond: all - rows.len(),
            rows,
        });
    }
}
