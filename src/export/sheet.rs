//! Rows of cells as CSV, as Markdown and as a table, whatever they are rows of.

use crate::text;

/// Comma-separated values under a line of names (RFC 4180).
pub fn csv<R: AsRef<[String]>>(head: &[&str], rows: impl Iterator<Item = R>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(head);
    for row in rows {
        let _ = out.write_record(row.as_ref());
    }
    out.into_inner()
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default()
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

/// Columns for a terminal, two spaces apart and as wide as they need to be; cells are safe to show.
pub fn table<R: AsRef<[String]>>(head: &[&str], rows: impl Iterator<Item = R>) -> String {
    let mut lines = vec![head.iter().map(|title| (*title).to_owned()).collect()];
    lines.extend(rows.map(|row| row.as_ref().to_vec()));
    let mut widths = vec![0; head.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(text::width(cell));
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
        assert_eq!(csv(&["x", "y"], row()), "x,y\n\"a,b|c\",\"d\"\"e\"\n");
        assert_eq!(
            markdown(&["x", "y"], row()),
            "| x | y |\n| --- | --- |\n| a,b\\|c | d\"e |\n"
        );
    }
}
