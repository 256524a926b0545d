//! Callbacks that are reservations of slots (contract §10).

pub mod book;
pub mod reschedule;

use crate::form::{Field, FieldKind, item};

/// Slots that one booking may have.
const MOST_SLOTS: usize = 96;

/// The table of slots, the same in both forms.
const SLOTS: Field = Field::new(
    "time_slot_matrix",
    "Slots",
    FieldKind::List {
        item: &item::SLOT,
        most: MOST_SLOTS,
    },
)
.group("When")
.help("By the queue's clock, the most wanted first: 2030-06-15 14:00 to 14:15.");
