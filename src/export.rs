//! Rows as text for other programs and people: JSON that is byte-true; CSV, Markdown and a table that are safe to show.

pub mod calendar;
pub mod sheet;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON array of objects.
    Json,
    /// Comma-separated values with a header line (RFC 4180).
    Csv,
    /// A Markdown table.
    Markdown,
    /// Columns for a terminal.
    Table,
}

impl Format {
    /// The format of a file ending, as `:export` takes it.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<(Self, &'static str)> {
        Some(match ending {
            "json" => (Self::Json, "json"),
            "csv" => (Self::Csv, "csv"),
            "md" | "markdown" => (Self::Markdown, "md"),
            _ => return None,
        })
    }
}
