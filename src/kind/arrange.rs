//! Rows filtered and put in order, whatever they are rows of. Some thousands at most: they are arranged as a whole.

use super::value::Rank;
use super::{Asked, Kind};
use crate::query::Query;
use crate::store::Store;
use crate::time::Millis;

/// An order that somebody chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// The column; none is the kind's own order.
    pub column: Option<usize>,
    /// Turned around.
    pub descending: bool,
}

/// Which rows, in which order.
#[derive(Clone, Copy, Debug, Default)]
pub struct How<'q> {
    /// The filter; none is all.
    pub query: Option<&'q Query>,
    /// The order.
    pub sort: Sort,
}

/// The rows that pass, in order.
pub struct Arranged<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// When time alone lets another row pass, or one of these no more.
    pub due: Option<Millis>,
}

impl How<'_> {
    /// Filters and sorts. Rows that are equal stay in the kind's own order.
    #[must_use]
    pub fn arrange<'a, K: Kind>(
        &self,
        store: &'a Store,
        now: Millis,
    ) -> Arranged<<K as Kind>::Row<'a>> {
        self.of::<K>(K::rows(store, now), now)
    }

    /// The same with rows that are in no store.
    #[must_use]
    pub fn of<'a, K: Kind>(&self, mut rows: Vec<K::Row<'a>>, now: Millis) -> Arranged<K::Row<'a>> {
        let mut due: Option<Millis> = None;
        if let Some(query) = self.query {
            rows.retain(|row| {
                let verdict = query.matches(&Asked::<K>(row), now);
                due = due.into_iter().chain(verdict.until).min();
                verdict.pass
            });
        }
        let rows = self.sort.apply::<K>(rows);
        Arranged { rows, due }
    }
}

impl Sort {
    fn apply<'a, K: Kind>(self, mut rows: Vec<K::Row<'a>>) -> Vec<K::Row<'a>> {
        let Some(column) = self.column.and_then(|n| K::COLUMNS.get(n)) else {
            if self.descending {
                rows.reverse();
            }
            return rows;
        };
        if let Some(order) = column.order {
            let turned = |a: &_, b: &_| {
                if self.descending {
                    order(b, a)
                } else {
                    order(a, b)
                }
            };
            rows.sort_by(turned);
            return rows;
        }
        // Each value is made once: a sort looks at each many times.
        let mut ranked: Vec<(Rank, K::Row<'a>)> = rows
            .into_iter()
            .map(|row| ((column.value)(&row).rank(column.words()), row))
            .collect();
        ranked.sort_by(|(a, _), (b, _)| a.compare(b, self.descending));
        ranked.into_iter().map(|(_, row)| row).collect()
    }
}
