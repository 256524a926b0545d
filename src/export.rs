//! Rows as text for other programs and people: JSON that is byte-true; CSV, Markdown and a table that are safe to show.

pub mod calendar;
pub mod digest;
pub mod sheet;
pub mod sip;

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
