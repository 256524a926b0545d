//! Styled lines, broken at spaces where they are too long.

use ratatui::text::{Line, Span};

use crate::text::width as columns;

/// What later rows of a line are set in by, so that the next line is told from them.
const INDENT: usize = 2;

/// The rows of a line that is at most `width` columns wide. A word that is longer than a row is broken too: what is said
/// can be read to its end.
pub(super) fn wrapped(line: &Line<'static>, width: usize) -> Vec<Line<'static>> {
    if line.width() <= width || width <= INDENT {
        return vec![line.clone()];
    }
    let mut rows = Rows {
        width,
        done: Vec::new(),
        row: Vec::new(),
        used: 0,
    };
    for span in &line.spans {
        let style = line.style.patch(span.style);
        for word in span.content.split_inclusive(' ') {
            rows.put(word, style);
        }
    }
    rows.done.push(Line::from(rows.row));
    rows.done
}

struct Rows {
    width: usize,
    done: Vec<Line<'static>>,
    row: Vec<Span<'static>>,
    used: usize,
}

impl Rows {
    fn put(&mut self, word: &str, style: ratatui::style::Style) {
        let begun = if self.done.is_empty() { 0 } else { INDENT };
        if self.used > begun && self.used + columns(word.trim_end()) > self.width {
            self.next();
        }
        let mut piece = String::new();
        for letter in word.chars() {
            let wide = columns(letter.encode_utf8(&mut [0; 4]));
            // A space at the end of a row is not there to be seen.
            if self.used + wide > self.width && letter != ' ' {
                self.row
                    .push(Span::styled(std::mem::take(&mut piece), style));
                self.next();
            }
            piece.push(letter);
            self.used += wide;
        }
        self.row.push(Span::styled(piece, style));
    }

    fn next(&mut self) {
        let row = std::mem::replace(&mut self.row, vec![Span::raw(" ".repeat(INDENT))]);
        self.done.push(Line::from(row));
        self.used = INDENT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, width: usize) -> Vec<String> {
        let line = Line::from(vec![Span::raw("12:00  "), Span::raw(text.to_owned())]);
        let rows = wrapped(&line, width);
        rows.iter()
            .map(|row| row.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_line_goes_on_below_and_nothing_of_it_is_lost() {
        assert_eq!(rows("short", 20), ["12:00  short"]);
        assert_eq!(
            rows("the phones cannot be read", 20),
            ["12:00  the phones", "  cannot be read"]
        );
        assert_eq!(
            rows("https://a.example.com/long", 20),
            ["12:00", "  https://a.example.", "  com/long"]
        );
        let narrow = rows("one two three", 10);
        assert!(narrow.iter().all(|row| columns(row) <= 10), "{narrow:?}");
    }
}
