//! Rows as text for other programs and people: JSON that is byte-true; CSV, Markdown and a table that are safe to show.

pub mod calendar;
pub mod sheet;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::store::{Believed, Row};
use crate::time::Millis;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON array of objects.
    Json,
    /// Comma-separated values with a header line (RFC 4180).
    Csv(Cells),
    /// A Markdown table.
    Markdown,
    /// Columns for a terminal.
    Table,
}

/// What becomes of a CSV cell that a spreadsheet would run as a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// An apostrophe stands before it, so that it is shown and not run.
    Guarded,
    /// It is written as it is, for programs that are no spreadsheet.
    Raw,
}

impl Format {
    /// The format of a file ending, as `:export` takes it.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<(Self, &'static str)> {
        Some(match ending {
            "json" => (Self::Json, "json"),
            "csv" => (Self::Csv(Cells::Guarded), "csv"),
            "csv-raw" => (Self::Csv(Cells::Raw), "csv"),
            "md" | "markdown" => (Self::Markdown, "md"),
            _ => return None,
        })
    }
}

/// One registration as JSON, under the wire's names where the wire has one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    user_id: &'a str,
    user: &'a str,
    device_id: &'a str,
    state: &'static str,
    /// What the organisation last said; null when it never did in this run. A stale row keeps it and says `stale`.
    registered: Option<bool>,
    codec: Option<&'a str>,
    site: Option<&'a str>,
    since: Millis8601,
    flaps: u16,
    flapping: bool,
    last_change: String,
    last_checked: Option<Millis8601>,
    source: &'static str,
}

/// A moment as RFC 3339 in JSON.
#[derive(Debug)]
pub(crate) struct Millis8601(pub(crate) Millis);

impl Serialize for Millis8601 {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'a> From<Row<'a>> for Record<'a> {
    fn from(row: Row<'a>) -> Self {
        Self {
            user_id: row.user_id().raw(),
            user: row.user().raw(),
            device_id: row.device().raw(),
            state: row.state().word(),
            registered: match row.believed() {
                _ if row.remembered() => None,
                Believed::Unknown => None,
                Believed::Registered => Some(true),
                Believed::Lost => Some(false),
            },
            codec: row.codec().map(crate::text::Text::raw),
            site: row.site().map(crate::text::Text::raw),
            since: Millis8601(row.since()),
            flaps: row.flaps(),
            flapping: row.flapping(),
            last_change: row.last_change().what.to_string(),
            last_checked: (row.checked() > Millis::default()).then(|| Millis8601(row.checked())),
            source: source(&row),
        }
    }
}

/// How a row is kept up, in the word that filters know it by.
#[must_use]
pub fn source(row: &Row<'_>) -> &'static str {
    row.source()
}

/// One row as a JSON object on one line.
#[must_use]
pub fn json(row: Row<'_>) -> String {
    // Plain strings, numbers and options cannot fail to serialise.
    serde_json::to_string(&Record::from(row)).unwrap_or_default()
}

const HEAD: [&str; 10] = [
    "user_id",
    "user",
    "device_id",
    "state",
    "codec",
    "site",
    "since",
    "flaps_1h",
    "last_change",
    "source",
];

fn cells(row: &Row<'_>) -> [String; 10] {
    let or = |text: Option<&crate::text::Text>, none: &str| {
        text.map_or(none.to_owned(), ToString::to_string)
    };
    [
        row.user_id().to_string(),
        row.user().to_string(),
        row.device().to_string(),
        row.state().word().to_owned(),
        or(row.codec(), "unknown"),
        or(row.site(), ""),
        row.since().to_string(),
        row.flaps().to_string(),
        row.last_change().what.to_string(),
        source(row).to_owned(),
    ]
}

/// All rows in a format; `zone` is what the table's times are shown in.
#[must_use]
pub fn write<'a>(
    format: Format,
    rows: impl Iterator<Item = Row<'a>>,
    zone: &TimeZone,
    now: Millis,
) -> String {
    match format {
        Format::Json => {
            let records: Vec<Record<'_>> = rows.map(Record::from).collect();
            let mut text = serde_json::to_string_pretty(&records).unwrap_or_default();
            text.push('\n');
            text
        }
        Format::Csv(guard) => sheet::csv(&HEAD, rows.map(|row| cells(&row)), guard),
        Format::Markdown => sheet::markdown(&HEAD, rows.map(|row| cells(&row))),
        Format::Table => table(rows, zone, now),
    }
}

fn table<'a>(rows: impl Iterator<Item = Row<'a>>, zone: &TimeZone, now: Millis) -> String {
    let head = [
        "STATE",
        "USER",
        "DEVICE",
        "CODEC",
        "SITE",
        "SINCE",
        "FLAPS/1h",
        "LAST CHANGE",
    ];
    sheet::table(&head, rows.map(|row| line(&row, zone, now)))
}

/// One line of the table, cells apart.
fn line(row: &Row<'_>, zone: &TimeZone, now: Millis) -> [String; 8] {
    let [_, user, device, state, codec, site, _, flaps, change, _] = cells(row);
    [
        state,
        user,
        device,
        codec,
        site,
        row.since().clock(zone, now),
        flaps,
        change,
    ]
}

/// One row for `--watch` without a format: the cells two spaces apart.
#[must_use]
pub fn text(row: &Row<'_>, zone: &TimeZone, now: Millis) -> String {
    line(row, zone, now).join("  ")
}
