//! What rows are compared by.

use std::cmp::Ordering;

use super::Sort;
use crate::store::column::Column;
use crate::store::{Believed, Registrations, Row, RowId};
use crate::text::{Text, collate};
use crate::time::Millis;

/// Moments below this have their own key: 46 bits, past the year 4000.
const MOMENTS: u64 = 1 << 46;

/// The keys of a sort over a table.
pub(super) struct Keys<'a> {
    sort: Sort,
    pub(super) table: &'a Registrations,
}

impl<'a> Keys<'a> {
    pub(super) fn new(sort: Sort, table: &'a Registrations) -> Self {
        Self { sort, table }
    }

    /// A number that sorts rows as far as a number can; equal numbers are left to [`Self::order`].
    pub(super) fn key(&self, row: &Row<'_>) -> u64 {
        let newest_first = MOMENTS - 1 - moment(row.since());
        let key = match self.sort.column {
            Column::State => urgency(row) << 46 | newest_first,
            Column::Since => moment(row.since()),
            Column::Flaps => u64::from(row.flaps()) << 46 | moment(row.since()),
            Column::LastChange => moment(row.last_change().at),
            Column::Checked => moment(row.checked()),
            Column::Source => u64::from(!row.live()),
            Column::Flapping => u64::from(!row.flapping()),
            Column::Registered => row.believed() as u64,
            Column::Status => collate::prefix(row.condition().word()),
            Column::EdgeReach => row.edge_reach().map_or(2, u64::from),
            Column::User
            | Column::Device
            | Column::Codec
            | Column::Site
            | Column::UserId
            | Column::DeviceId => self.text(row).map_or(0, |text| collate::prefix(text.raw())),
        };
        if self.backwards() { !key } else { key }
    }

    /// Whether the number says all there is to say of the column. A longer text can change behind its number.
    pub(super) fn is_whole(&self) -> bool {
        self.sort.column != Column::Codec
    }

    /// The key of the row of that number.
    pub(super) fn number(&self, row: u32) -> u64 {
        self.table
            .row(RowId(row))
            .map_or(u64::MAX, |row| self.key(&row))
    }

    /// All these rows in order, with their keys. Names are folded once a row and only where keys are equal: a rebuild
    /// compares each of them many times.
    pub(super) fn arrange(&self, rows: impl Iterator<Item = u32>) -> Vec<(u64, u32)> {
        let mut sorted: Vec<(u64, u32)> = rows.map(|row| (self.number(row), row)).collect();
        sorted.sort_unstable();
        for same in sorted
            .chunk_by_mut(|a, b| a.0 == b.0)
            .filter(|same| same.len() > 1)
        {
            let names = same.iter().map(|&(_, row)| (self.names(row), row));
            let mut names: Vec<_> = names.collect();
            names.sort_unstable_by(|(left, a), (right, b)| {
                let column = left.0.cmp(&right.0);
                let column = if self.backwards() {
                    column.reverse()
                } else {
                    column
                };
                match column.then_with(|| left.1.cmp(&right.1)) {
                    Ordering::Equal => self.order(*a, *b),
                    unequal => unequal,
                }
            });
            for (place, (_, row)) in same.iter_mut().zip(names) {
                place.1 = row;
            }
        }
        sorted
    }

    /// What [`Self::order`] compares first, by their keys: the text of the column, then the user.
    fn names(&self, row: u32) -> (collate::SortKey, collate::SortKey) {
        let Some(row) = self.table.row(RowId(row)) else {
            return Default::default();
        };
        let text = self.text(&row).map_or("", Text::raw);
        (collate::key(text), collate::key(row.user().raw()))
    }

    /// Which of two rows with the same key comes first: by column, user, device, and never "equal" for two rows.
    pub(super) fn order(&self, a: u32, b: u32) -> Ordering {
        let (Some(left), Some(right)) = (self.table.row(RowId(a)), self.table.row(RowId(b))) else {
            return a.cmp(&b);
        };
        let folded = |left: Option<&Text>, right: Option<&Text>| {
            collate::compare(left.map_or("", Text::raw), right.map_or("", Text::raw))
        };
        let column = folded(self.text(&left), self.text(&right));
        let column = if self.backwards() {
            column.reverse()
        } else {
            column
        };
        column
            .then_with(|| folded(Some(left.user()), Some(right.user())))
            .then_with(|| folded(Some(left.label()), Some(right.label())))
            .then(a.cmp(&b))
    }

    /// Fixed orders are read from their end instead.
    fn backwards(&self) -> bool {
        let fixed = matches!(
            self.sort.column,
            Column::User | Column::Device | Column::Site | Column::UserId | Column::DeviceId
        );
        self.sort.descending && !fixed
    }

    fn text<'r>(&self, row: &Row<'r>) -> Option<&'r Text> {
        match self.sort.column {
            Column::User => Some(row.user()),
            Column::Device => Some(row.label()),
            Column::Codec => row.codec(),
            Column::Site => row.site(),
            Column::UserId => Some(&row.user_id().0),
            Column::DeviceId => Some(&row.device().0),
            _ => None,
        }
    }
}

/// The order of states, and among what is only remembered first what was lost.
fn urgency(row: &Row<'_>) -> u64 {
    let quiet = row.remembered() && row.believed() != Believed::Lost;
    (row.state() as u64) << 1 | u64::from(quiet)
}

fn moment(at: Millis) -> u64 {
    u64::try_from(at.0).unwrap_or(0).min(MOMENTS - 1)
}
