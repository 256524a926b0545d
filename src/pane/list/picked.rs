//! The rows that something is done with, and where to go from a row.

use crate::kind::Kind;

/// Rows of another pane that a row has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The pane's title.
    pub pane: &'static str,
    /// The filter that they pass there.
    pub filter: String,
}

impl Related {
    /// The rows of a pane whose field is this.
    #[must_use]
    pub fn new(pane: &'static str, field: &str, is: &str) -> Self {
        let quoted = is.replace('\\', "\\\\").replace('"', "\\\"");
        Self {
            pane,
            filter: format!("{field}=\"{quoted}\""),
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
