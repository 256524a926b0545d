//! What each column says of a row, and how urgent it looks.

use jiff::tz::TimeZone;

use crate::config::theme::Role;
use crate::model::registration::State;
use crate::store::column::{Cell, Column};
use crate::store::{Row, RowId};
use crate::time::Millis;

/// A row as it is drawn; kept as it is while the pane is frozen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which row.
    pub id: RowId,
    /// What decides its colour.
    pub state: State,
    /// Marked as flapping.
    pub flapping: bool,
    /// The text of each column that is on, in order.
    pub cells: Vec<String>,
}

impl Shown {
    /// The row at this moment.
    #[must_use]
    pub fn of(id: RowId, row: &Row<'_>, columns: &[Column], zone: &TimeZone, now: Millis) -> Self {
        let cells = columns
            .iter()
            .map(|column| cell(*column, row, zone, now))
            .collect();
        Self {
            id,
            state: row.state(),
            flapping: row.flapping(),
            cells,
        }
    }

    /// How the cell of a column looks. Healthy rows are plain; a stale row is so in every cell.
    #[must_use]
    pub fn role(&self, column: Column) -> Role {
        match (column, self.state) {
            (Column::State, state) => role(state),
            (_, State::Stale | State::Remembered) => Role::Stale,
            (Column::Flaps, _) if self.flapping => Role::Warn,
            (Column::LastChange | Column::Since | Column::Checked | Column::Source, _) => Role::Dim,
            _ => Role::Text,
        }
    }
}

/// How a state looks.
#[must_use]
pub fn role(state: State) -> Role {
    match state {
        State::Lost => Role::Bad,
        State::Stale | State::Remembered => Role::Stale,
        State::Unknown => Role::Unknown,
        State::Ok => Role::Ok,
    }
}

/// The part of a device's name that is its own. Phones are mostly called after their people, who stand in the column
/// beside it, so that a narrow column would show nothing else; the detail has the name whole.
fn own<'a>(label: &'a str, user: &str) -> &'a str {
    let rest = label.strip_prefix(user).filter(|_| !user.is_empty());
    rest.filter(|rest| rest.starts_with([' ', '-', '_', ',', ':', '/', '(']))
        .map(|rest| rest.trim_start_matches([' ', '-', '_', ',', ':', '/']))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(label)
}

fn cell(column: Column, row: &Row<'_>, zone: &TimeZone, now: Millis) -> String {
    match (column, column.cell(row)) {
        (Column::Flaps, Cell::Count(0)) => "-".to_owned(),
        (Column::Flaps, Cell::Count(flaps)) if row.flapping() => format!("~{flaps}"),
        (Column::Device, Cell::Text(label)) => {
            own(&label.to_string(), &row.user().to_string()).to_owned()
        }
        (_, Cell::Word(word)) => word.to_owned(),
        (_, Cell::Text(text)) => text.to_string(),
        (_, Cell::Count(count)) => count.to_string(),
        (_, Cell::What(what)) => what.to_string(),
        (_, Cell::Moment(at)) if at == Millis::default() => "never".to_owned(),
        (_, Cell::Moment(at)) => at.clock(zone, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_by_what_tells_it_from_the_others_of_its_person() {
        for (label, user, shown) in [
            ("Bob Osei webrtc-4403", "Bob Osei", "webrtc-4403"),
            ("Bob Osei - desk", "Bob Osei", "desk"),
            ("Bob Osei (spare)", "Bob Osei", "(spare)"),
            ("Bob Oseiwaa phone", "Bob Osei", "Bob Oseiwaa phone"),
            ("Bob Osei", "Bob Osei", "Bob Osei"),
            ("Bob Osei ", "Bob Osei", "Bob Osei "),
            ("poly-0017", "Bob Osei", "poly-0017"),
            (" x", "", " x"),
        ] {
            assert_eq!(own(label, user), shown, "{label:?} of {user:?}");
        }
    }
}
