//! One line of text being typed: `tui-input` with paste made safe and a drawn cursor.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

/// A typed line is an expression or a name, never a document.
const LONGEST: usize = 1_024;

/// A line being typed.
#[derive(Clone, Debug, Default)]
pub struct Entry(Input);

impl Entry {
    /// An entry that holds `text`, cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Input::new(text.to_owned()))
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// Hands a key to the line; whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        if self.text().len() >= LONGEST
            && matches!(key.code, KeyCode::Char(_))
            && key.modifiers.is_empty()
        {
            return false;
        }
        // As shells have it; what is not here, tui-input knows.
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && key.code == KeyCode::Char('u') {
            return self
                .0
                .handle(InputRequest::DeleteLine)
                .is_some_and(|change| change.value);
        }
        self.0
            .handle_event(&Event::Key(key))
            .is_some_and(|change| change.value)
    }

    /// Inserts pasted text; controls and line ends become spaces, so that a paste cannot press keys.
    pub fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text().len());
        for c in text.trim_end().chars().take(room) {
            self.0.handle(InputRequest::InsertChar(if c.is_control() {
                ' '
            } else {
                c
            }));
        }
    }

    /// Draws the line, scrolled so that the cursor is in it; says where the cursor is.
    pub fn render(&self, area: Rect, buf: &mut Buffer, style: Style) -> Position {
        draw(&self.0, area, buf, style)
    }
}

/// Draws a line being typed, scrolled so that the cursor is in it; says where the cursor is.
pub fn draw(input: &Input, area: Rect, buf: &mut Buffer, style: Style) -> Position {
    let width = usize::from(area.width.max(1)).saturating_sub(1);
    let scroll = input.visual_scroll(width);
    let shown = crate::text::safe(input.value());
    let visible: String = skip_columns(&shown, scroll);
    buf.set_stringn(area.x, area.y, visible, usize::from(area.width), style);
    let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(u16::MAX);
    Position {
        x: area
            .x
            .saturating_add(column)
            .min(area.right().saturating_sub(1)),
        y: area.y,
    }
}

fn skip_columns(text: &str, columns: usize) -> String {
    let mut left = columns;
    text.chars()
        .skip_while(|c| {
            let width = unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            let skip = left > 0;
            left = left.saturating_sub(width);
            skip
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_cannot_press_keys_and_cannot_grow_without_end() {
        let mut entry = Entry::default();
        entry.paste("state:lost\r\nq\x1b[A\n");
        assert_eq!(entry.text(), "state:lost  q [A");
        entry.paste(&"x".repeat(10 * LONGEST));
        assert_eq!(entry.text().len(), LONGEST);
    }

    #[test]
    fn a_long_line_scrolls_to_its_cursor() {
        let area = Rect::new(0, 0, 5, 1);
        let mut buf = Buffer::empty(area);
        let at = Entry::new("abcdefgh").render(area, &mut buf, Style::new());
        assert_eq!(at, Position { x: 4, y: 0 });
        assert_eq!(buf[(3, 0)].symbol(), "h");
    }
}
