//! Rows of cells as CSV, as Markdown and as a table, whatever they are rows of.

use std::borrow::Cow;

use super::Cells;
use crate::text;

/// Comma-separated values under a line of names (RFC 4180).
pub fn csv<R: AsRef<[String]>>(
    head: &[&str],
    rows: impl Iterator<Item = R>,
    cells: Cells,
) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(head);
    for row in rows {
        let row = row.as_ref().iter();
        let _ = match cells {
            Cells::Guarded => out.write_record(row.map(|cell| guarded(cell).into_owned())),
            Cells::Raw => out.write_record(row),
        };
    }
    out.into_inner()
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default()
}

/// A cell that a spreadsheet shows and does not run: an apostrophe stands before what it would take for a formula
/// (OWASP, CSV injection), wide forms included. A negative number is only a number.
fn guarded(cell: &str) -> Cow<'_, str> {
    let number = || cell.starts_with('-') && cell.parse().is_ok_and(f64::is_finite);
    if runs(cell) && !number() {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Whether a spreadsheet may take the cell for a formula; some skip white space before they look.
fn runs(cell: &str) -> bool {
    let sign = cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    sign || cell.starts_with(['\t', '\r', '\n'])
}

/// The cell that [`csv()`] wrote, without the apostrophe that it may have put there.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if runs(rest) => rest,
        _ => cell,
    }
}

/// A Markdown table.
pub fn markdown<R: AsRef<[String]>>(head: &[&str], rows: impl Iterator<Item = R>) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let ruler = vec!["---"; head.len()];
    let rows = rows.map(|row| {
        let escaped = row.as_ref().iter().map(|cell| cell.replace('|', "\\|"));
        let escaped: Vec<String> = escaped.collect();
        line(&escaped.iter().map(String::as_str).collect::<Vec<_>>())
    });
    [line(head), line(&ruler)].into_iter().chain(rows).collect()
}

/// Columns that a table sets aside for one of its own. A longer cell stands over, so that it is paid for once and not by
/// every line.
const WIDEST: usize = 80;

/// Columns for a terminal, two spaces apart and as wide as they need to be, at most 80 columns; cells are safe to show.
pub fn table<R: AsRef<[String]>>(head: &[&str], rows: impl Iterator<Item = R>) -> String {
    let mut lines = vec![head.iter().map(|title| (*title).to_owned()).collect()];
    lines.extend(rows.map(|row| {
        let cells = row.as_ref().iter();
        cells
            .map(|cell| text::brief(cell).into_owned())
            .collect::<Vec<String>>()
    }));
    let mut widths = vec![0; head.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(text::width(cell).min(WIDEST));
        }
    }
    let padded = |line: &Vec<String>| pad(line, &widths);
    lines.iter().map(padded).collect()
}

fn pad(line: &[String], widths: &[usize]) -> String {
    let mut out = String::new();
    for (cell, width) in line.iter().zip(widths) {
        out.push_str(cell);
        out.push_str(&" ".repeat(width.saturating_sub(text::width(cell)) + 2));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_would_break_the_format_are_quoted() {
        let row = || std::iter::once(["a,b|c".to_owned(), "d\"e".to_owned()]);
        assert_eq!(
            csv(&["x", "y"], row(), Cells::Guarded),
            "x,y\n\"a,b|c\",\"d\"\"e\"\n"
        );
        assert_eq!(
            markdown(&["x", "y"], row()),
            "| x | y |\n| --- | --- |\n| a,b\\|c | d\"e |\n"
        );
    }

    #[test]
    fn one_long_cell_is_paid_for_once() {
        let name = |n: usize| {
            if n == 7 {
                "x".repeat(1 << 20)
            } else {
                format!("name {n}")
            }
        };
        let rows = (0..300).map(|n| [name(n), "ok".to_owned()]);
        let table = table(&["NAME", "STATE"], rows);
        assert!(table.len() < 40_000, "{} bytes", table.len());
        assert!(table.contains("x… (1,048,576 bytes)  ok\n"));
        let line = table.lines().nth(1).unwrap();
        assert_eq!(line.len(), WIDEST + 2 + "ok".len(), "{line}");
    }

    #[test]
    fn a_spreadsheet_runs_no_cell() {
        let one = |cell: &str, cells| csv(&["x"], std::iter::once([cell.to_owned()]), cells);
        for cell in [
            "=cmd|' /C calc'!A0",
            "+61255501234",
            "-2+3+cmd|' /C calc'!A0",
            "-",
            "-inf",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1+1",
            "＝1+1",
            "－1",
        ] {
            let written = one(cell, Cells::Guarded);
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(record[0], format!("'{cell}"));
            assert_eq!(unguarded(&record[0]), cell, "what reads it gets it back");
            assert_eq!(one(cell, Cells::Raw).contains('\''), cell.contains('\''));
        }
        for cell in [
            "-3",
            "-0.5",
            "12",
            "a=b",
            "'quoted'",
            "",
            "tel:+61255501234",
        ] {
            assert_eq!(guarded(cell), cell);
            assert_eq!(unguarded(cell), cell);
        }
    }
}
