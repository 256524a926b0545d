//! Rows for others than the screen: JSON, exports, the pager.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::column::{Column, INTERACTIONS, MADE};
use super::row::Row;
use super::{Half, TransfersPane};
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::export::{Format, sheet};
use crate::model::transfer::made::Record;
use crate::pane::Desk;
use crate::time::Millis;

/// The interaction's id, as the wire spells it.
pub fn id(row: Row<'_>) -> &str {
    match row {
        Row::Interaction(one) => one.id.raw(),
        Row::Made(made) => made.interaction.raw(),
    }
}

/// The row as JSON, byte-true.
pub fn json(row: Row<'_>) -> Value {
    match row {
        // Plain strings and numbers cannot fail to serialise.
        Row::Interaction(one) => serde_json::to_value(one).unwrap_or(Value::Null),
        Row::Made(made) => serde_json::to_value(Record::from(made)).unwrap_or(Value::Null),
    }
}

/// The row with all that is known of it, safe to page through.
pub fn page(row: Row<'_>) -> String {
    let shown = serde_json::to_string_pretty(&json(row)).unwrap_or_default();
    let mut text: String = shown
        .lines()
        .map(|line| crate::text::safe(line).into_owned() + "\n")
        .collect();
    if let Row::Made(made) = row {
        text += "\ncourse (oldest first)\n";
        if made.forgotten > 0 {
            text += &made.forgotten.to_string();
            text += " earlier lines are not kept\n";
        }
        text.extend(
            made.course
                .iter()
                .map(|line| format!("{}  {}\n", line.at, line.text)),
        );
    }
    text
}

impl TransfersPane {
    /// Exports the half that the cursor is in.
    pub(super) fn export(&self, ending: &str, path: Option<PathBuf>, desk: &mut Desk<'_>) {
        let Some((format, ending)) = Format::of_ending(ending) else {
            let text = format!("can't export as {ending:?}: csv, csv-raw, json or md");
            return desk.messages.say(Weight::Warning, text, desk.now);
        };
        let table = &desk.store.transfers;
        let (kind, body, rows) = match self.half {
            Half::Upper => {
                let ids = self.upper.order.iter();
                let all: Vec<_> = ids.filter_map(|id| table.interaction(id)).collect();
                let rows = || all.iter().map(|one| json(Row::Interaction(one)));
                let body = body(format, INTERACTIONS, &all, rows(), desk.zone, desk.now);
                ("interactions", body, all.len())
            }
            Half::Lower => {
                let ids = self.lower.order.iter();
                let all: Vec<_> = ids.filter_map(|id| table.get(*id)).collect();
                let rows = || all.iter().map(|made| json(Row::Made(made)));
                let body = body(format, MADE, &all, rows(), desk.zone, desk.now);
                ("transfers", body, all.len())
            }
        };
        desk.effects.push(Effect::Export {
            kind,
            path,
            ending,
            body,
            rows,
        });
    }
}

fn body<Of>(
    format: Format,
    columns: &[Column<Of>],
    all: &[&Of],
    records: impl Iterator<Item = Value>,
    zone: &TimeZone,
    now: Millis,
) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| column.title.to_lowercase())
        .collect();
    let head: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = all.iter().map(|of| {
        let cells = columns.iter().map(|column| (column.cell)(of, zone, now));
        cells.collect::<Vec<String>>()
    });
    match format {
        Format::Json => {
            let records: Vec<Value> = records.collect();
            serde_json::to_string_pretty(&records).unwrap_or_default() + "\n"
        }
        Format::Csv(guard) => sheet::csv(&head, rows, guard),
        Format::Markdown | Format::Table => sheet::markdown(&head, rows),
    }
}
