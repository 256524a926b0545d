//! What the console keeps rows of, each kind described once, as data.
//!
//! A [`Kind`] is where its rows are and a list of [`Column`]s; a column is a name, a type and the exact [`Value`] of a
//! row. From that one description come the filter field and its completion, the order, the cell on the screen, the
//! cell of a CSV, the key of a JSON object, the chooser of columns, the help, and `--columns`, `--where` and `--sort` of
//! the commands: they cannot disagree. A new kind is a file here, its pane's figures and detail, and a line in [`all`].
//!
//! Rows may borrow from the store: a carrier is shown with its proxy, a callback with its queue.

pub mod alerts;
pub mod arrange;
pub mod audit;
pub mod callbacks;
pub mod carriers;
pub mod column;
pub mod edges;
pub mod interactions;
pub mod jobs;
pub mod probes;
pub mod routes;
pub mod sheet;
pub mod transfers;
pub mod trunks;
pub mod value;

use std::hash::Hash;

pub use self::arrange::{Arranged, How, Sort};
pub use self::column::{Column, Look};
pub use self::value::Value;
use crate::query::{self, FieldSpec, Fields};
use crate::store::{Changes, Store};
use crate::time::Millis;

/// A kind of thing, of which the console keeps rows.
pub trait Kind: Sized + 'static {
    /// What a row is known by while others come and go.
    type Id: Clone + Eq + Hash + 'static;
    /// One row, as it is at a moment.
    type Row<'a>;

    /// What the rows are called, many of them: `jobs`. The word of `get`, and the name of exports.
    const NAME: &'static str;
    /// What they are, in a sentence.
    const DOC: &'static str;
    /// The columns in the order of the screen.
    const COLUMNS: &'static [Column<Self>];
    /// The same for filters: `&column::fields::<Self, { COLUMNS.len() }>(COLUMNS)`.
    const FIELDS: &'static [FieldSpec];

    /// Every row, in the order that holds until somebody sorts.
    fn rows(store: &Store, now: Millis) -> Vec<Self::Row<'_>>;
    /// One row.
    fn row<'a>(store: &'a Store, id: &Self::Id, now: Millis) -> Option<Self::Row<'a>>;
    /// What a row is known by.
    fn id(row: &Self::Row<'_>) -> Self::Id;
    /// A number that is different whenever a row is; 0 where [`Kind::concerns`] says it.
    fn generation(_store: &Store) -> u64 {
        0
    }
    /// Whether a row may have become another one.
    fn concerns(_changes: &Changes) -> bool {
        false
    }

    /// The column of that name, or that had it before.
    #[must_use]
    fn named(name: &str) -> Option<usize> {
        let by_name = Self::COLUMNS.iter().position(|column| column.name == name);
        by_name.or_else(|| {
            let known = |field: &FieldSpec| field.is_named(name);
            Self::FIELDS.iter().position(known)
        })
    }
}

/// A row as filters see it.
pub struct Asked<'r, 'a, K: Kind>(pub &'r K::Row<'a>);

impl<K: Kind> Fields for Asked<'_, '_, K> {
    fn value(&self, index: usize) -> query::Value<'_> {
        let column = K::COLUMNS.get(index);
        column.map_or(query::Value::Unknown, |column| {
            (column.value)(self.0).asked()
        })
    }
}
