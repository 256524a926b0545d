//! The rows that something is done with, and where to go from a row.

use crate::kind::Kind;
use crate::kind::pointer::is_exactly;

/// Rows of another pane that a row has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The pane's title.
    pub pane: &'static str,
    /// The filter that they pass there; empty where there are none to go to.
    pub filter: String,
    /// What is said of them; empty says the filter.
    pub note: String,
}

impl Related {
    /// The rows of a pane whose field is this.
    #[must_use]
    pub fn new(pane: &'static str, field: &str, is: &str) -> Self {
        Self {
            pane,
            filter: is_exactly(field, is),
            note: String::new(),
        }
    }

    /// The rows of a pane whose field is one of these, and what they are called; none where there are none of them.
    #[must_use]
    pub fn any<'a>(
        pane: &'static str,
        field: &str,
        are: impl Iterator<Item = &'a str>,
        note: &str,
    ) -> Option<Self> {
        let terms = are.map(|is| is_exactly(field, is));
        let filter = terms.collect::<Vec<_>>().join(" | ");
        (!filter.is_empty()).then(|| Self {
            pane,
            filter,
            note: note.to_owned(),
        })
    }

    /// Nothing of a pane, because the API does not tell.
    #[must_use]
    pub fn absent(pane: &'static str) -> Self {
        Self {
            pane,
            filter: String::new(),
            note: "not available (API)".to_owned(),
        }
    }
}

/// The rows that something is done with.
pub struct Picked<'a, K: Kind> {
    /// The row under the cursor.
    pub row: Option<K::Row<'a>>,
    /// The marked rows, in no order.
    pub marked: Vec<K::Id>,
    /// The marks have served: the list takes them away.
    pub served: bool,
}

impl<K: Kind> Picked<'_, K> {
    /// The marked rows, or the one under the cursor.
    #[must_use]
    pub fn ids(&self) -> Vec<K::Id> {
        if self.marked.is_empty() {
            self.row.iter().map(K::id).collect()
        } else {
            self.marked.clone()
        }
    }
}
