//! What edges and trunks have in common: topics or polls keep each of them up, and what was lost sight of is stale.

use super::{Column, Kind, Value};
use crate::model::trunk::Heard;
use crate::vocabulary::role::Role;

/// A kind whose rows are followed one by one.
pub trait Followed: Kind {
    /// How the row was last heard of.
    fn heard(row: &Self::Row<'_>) -> Heard;
    /// Whether what is known of it may be out of date.
    fn stale(row: &Self::Row<'_>) -> bool;
    /// What it is where that is sure, and how that looks.
    fn standing(row: &Self::Row<'_>) -> (&'static str, Role);
}

/// The column of what a row is: on screen, in filters and in exports what may be out of date is stale.
#[must_use]
pub const fn state<K: Followed>(
    title: &'static str,
    doc: &'static str,
    wide: (u16, u16),
    words: &'static [&'static str],
) -> Column<K> {
    let state = Column::word("state", title, doc, wide, words, |row| {
        let sure = !K::stale(row);
        Value::Word(if sure { K::standing(row).0 } else { "stale" })
    });
    state.looking(|row| {
        let sure = !K::stale(row);
        if sure {
            K::standing(row).1
        } else {
            Role::Stale
        }
    })
}

/// The column of what keeps a row up.
#[must_use]
pub const fn source<K: Followed>() -> Column<K> {
    Column::word(
        "source",
        "HEARD",
        "Whether topics or polling keep it up",
        (6, 6),
        &["live", "polled", "stale"],
        |row| Value::Word(K::heard(row).by.word()),
    )
}

/// The column of when a row was last heard of.
#[must_use]
pub const fn heard<K: Followed>() -> Column<K> {
    let doc = "When it was last heard of";
    Column::moment("heard", "HEARD AT", doc, (8, 8), |row| {
        K::heard(row).at.into()
    })
    .hidden()
}
