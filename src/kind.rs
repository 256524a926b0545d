//! What the console keeps rows of, each kind described once, as data.
//!
//! A [`Kind`] is where its rows are and a list of [`Column`]s; a column is a name, a type and the exact [`Value`] of a
//! row. From that one description come the filter field and its completion, the order, the cell on the screen, the
//! cell of a CSV, the key of a JSON object, the chooser of columns, the help, and `--columns`, `--where` and `--sort` of
//! the commands: they cannot disagree. A new kind is a file here, its pane's figures and detail, and a line in [`Name`].
//!
//! Rows may borrow from the store: a carrier is shown with its proxy, a callback with its queue.

pub mod alerts;
pub mod arrange;
pub mod audit;
pub mod callbacks;
pub mod carriers;
pub mod changes;
pub mod column;
pub mod contradictions;
pub mod edges;
pub mod endpoints;
mod followed;
pub mod groups;
pub mod interactions;
pub mod jobs;
pub mod numbers;
pub mod pointer;
pub mod probes;
pub mod quality;
pub mod queues;
pub mod registrations;
pub mod routes;
pub mod sheet;
pub mod sites;
pub mod transfers;
pub mod trunks;
pub mod users;
pub mod value;
pub mod view;
pub mod webhooks;

use std::hash::Hash;

pub use self::arrange::{Arranged, How, Sort};
pub use self::column::{CellLook, Column};
pub use self::value::Value;
use crate::query::{self, FieldSpec, Fields};
use crate::store::{Changes, RowId, Store};
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
    /// What the same row is known by in another store; none where it is not there.
    #[must_use]
    fn again(_before: &Store, id: &Self::Id, _store: &Store) -> Option<Self::Id> {
        Some(id.clone())
    }
    /// A number that is different whenever a row is; 0 where [`Kind::concerns`] says it.
    #[must_use]
    fn generation(_store: &Store) -> u64 {
        0
    }
    /// Whether a row may have become another one.
    #[must_use]
    fn concerns(_changes: &Changes) -> bool {
        false
    }

    /// The rows of registrations that changed, where those are the rows: they are too many to look at all of them.
    #[must_use]
    fn journal(_rows: &[RowId]) -> Option<Vec<Self::Id>> {
        None
    }

    /// What rows that need a person are, after their number: `45 lost`.
    const TROUBLE: &'static str = "in trouble";
    /// Whether a row needs a person: those that are out of view are counted all the same.
    #[must_use]
    fn troubled(_row: &Self::Row<'_>) -> bool {
        false
    }

    /// Whether a command prints the row. Who could not be read has one on the screen alone; a command names them beside the rows.
    #[must_use]
    fn is_printed(_row: &Self::Row<'_>) -> bool {
        true
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

/// Something that is done with a kind that is known by its name only.
pub trait Visit {
    /// What it comes to.
    type Out;
    /// Does it.
    fn visit<K: Kind>(self) -> Self::Out;
}

macro_rules! kinds {
    ($($variant:ident = $kind:ty;)+) => {
        /// The name of a kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name { $(
            #[doc = concat!("[`", stringify!($kind), "`]")]
            $variant,
        )+ }

        impl Name {
            /// Every kind, in the order of the tabs.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Does something with the kind of this name.
            pub fn visit<V: Visit>(self, visit: V) -> V::Out {
                match self { $(Self::$variant => visit.visit::<$kind>(),)+ }
            }

            /// The word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => <$kind as Kind>::NAME,)+ }
            }

            /// What such rows are, in a sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => <$kind as Kind>::DOC,)+ }
            }

            /// Its fields.
            #[must_use]
            pub const fn fields(self) -> &'static [FieldSpec] {
                match self { $(Self::$variant => <$kind as Kind>::FIELDS,)+ }
            }
        }
    };
}

kinds! {
    Registrations = registrations::Registrations;
    Contradictions = contradictions::Contradictions;
    Users = users::Users;
    Numbers = numbers::Numbers;
    Sites = sites::Sites;
    Carriers = carriers::Carriers;
    Trunks = trunks::Trunks;
    Edges = edges::Edges;
    Probes = probes::Probes;
    Quality = quality::Quality;
    Interactions = interactions::Interactions;
    Routes = routes::Routes;
    Callbacks = callbacks::Callbacks;
    Queues = queues::Queues;
    Jobs = jobs::Jobs;
    Endpoints = endpoints::Endpoints;
    Webhooks = webhooks::Webhooks;
    Alerts = alerts::Alerts;
    Groups = groups::Groups;
    Changes = changes::Changes;
    Audit = audit::Audit;
}

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|name| name.word() == word);
        found.ok_or_else(|| format!("there is no kind {word:?}"))
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

    fn said(&self, index: usize) -> query::Value<'_> {
        let column = K::COLUMNS.get(index);
        column.map_or(query::Value::Unknown, |column| column.said(self.0))
    }
}
