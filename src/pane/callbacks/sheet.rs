//! The reservations as text, for an export and for a command without a screen.

use jiff::tz::TimeZone;

use super::column::Column;
use super::line::{Line, Record};
use crate::export::{Format, sheet};
use crate::query::Query;
use crate::store::Store;
use crate::time::Millis;

/// Every reservation that passes, by its slot. Numbers are masked.
#[must_use]
pub fn write(
    format: Format,
    store: &Store,
    filter: Option<&Query>,
    zone: &TimeZone,
    now: Millis,
) -> String {
    let rows = store.callbacks.iter();
    let mut lines: Vec<Line<'_>> = rows
        .map(|row| Line {
            // Nothing was asked of a stream: what was read is as of now.
            stale: false,
            ..Line::of(row, store, now)
        })
        .filter(|line| filter.is_none_or(|filter| filter.matches(line, now).pass))
        .collect();
    lines.sort_by(|a, b| Column::Slot.compare(a, b));
    of(format, &lines, zone, now)
}

/// These lines, in their order, masked whatever the screen shows: whoever is shown a number has answered for seeing it,
/// not for a file of them.
pub(super) fn of(format: Format, lines: &[Line<'_>], zone: &TimeZone, now: Millis) -> String {
    let masked = lines.iter().map(|line| Line {
        unmasked: false,
        ..*line
    });
    let head = Column::ALL.map(Column::name);
    let exact = |line: &Line<'_>, column: Column| match column {
        Column::Since => line.row.since().to_string(),
        Column::Slot => {
            let time = line.row.callback().time;
            time.map_or(String::new(), |time| time.to_string())
        }
        column => column.cell(line, zone, now),
    };
    match format {
        Format::Json => {
            let records: Vec<Record<'_>> = masked.map(Record::from).collect();
            // Plain strings, numbers and options cannot fail to serialise.
            serde_json::to_string_pretty(&records).unwrap_or_default() + "\n"
        }
        Format::Csv(guard) => sheet::csv(
            &head,
            masked.map(|line| Column::ALL.map(|c| exact(&line, c))),
            guard,
        ),
        Format::Markdown => sheet::markdown(
            &head,
            masked.map(|line| Column::ALL.map(|c| exact(&line, c))),
        ),
        Format::Table => {
            let head = Column::ALL.map(Column::title);
            let rows = masked.map(|line| Column::ALL.map(|column| column.cell(&line, zone, now)));
            sheet::table(&head, rows)
        }
    }
}
