//! The frame as bytes: a `ratatui` backend that composes each frame into one buffer and sends only what differs.
//!
//! It remembers, from frame to frame, where the cursor is, which pen is up and whether the cursor shows. A frame in
//! which nothing changed is zero bytes; one changed word is a move, at most one colour, and the word. Frames are
//! bracketed in synchronized output (DEC private mode 2026) so that a slow link shows whole frames only.
//!
//! It is pure: the size comes in, the bytes go out, and nothing can fail.

use std::convert::Infallible;
use std::io::Write as _;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};

use super::pen::Pen;

const BEGIN_SYNC: &[u8] = b"\x1b[?2026h";
const END_SYNC: &[u8] = b"\x1b[?2026l";

/// What the terminal shows and where it stands, as far as is known, and the frame being composed.
#[derive(Debug)]
pub(super) struct Screen {
    size: Size,
    synchronized: bool,
    frame: Vec<u8>,
    pen: Option<Pen>,
    at: Option<Position>,
    cursor_shown: Option<bool>,
}

impl Screen {
    /// A screen of which nothing is known yet.
    pub(super) fn new(size: Size, synchronized: bool) -> Self {
        Self {
            size,
            synchronized,
            frame: Vec::new(),
            pen: None,
            at: None,
            cursor_shown: None,
        }
    }

    /// Says how large the terminal is now.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
    }

    /// Drops what is known of the terminal, after something else has written to it.
    pub(super) fn forget(&mut self) {
        self.pen = None;
        self.at = None;
        self.cursor_shown = None;
    }

    /// The composed frame, closed; empty when nothing changed. The caller empties it.
    pub(super) fn frame(&mut self) -> &mut Vec<u8> {
        if self.synchronized && !self.frame.is_empty() {
            self.frame.extend_from_slice(END_SYNC);
        }
        &mut self.frame
    }

    fn out(&mut self) -> &mut Vec<u8> {
        if self.synchronized && self.frame.is_empty() {
            self.frame.extend_from_slice(BEGIN_SYNC);
        }
        &mut self.frame
    }

    fn pick_up(&mut self, pen: Pen) {
        if self.pen != Some(pen) {
            let from = self.pen.replace(pen);
            pen.pick_up(from, self.out());
        }
    }

    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        let (glyph, width) = glyph(cell, self.size.width.saturating_sub(x));
        let pen = Pen::of(cell);
        let alike = glyph == " " && self.pen.is_some_and(|up| up.blanks_alike(pen));
        self.go(Position { x, y });
        if !alike {
            self.pick_up(pen);
        }
        self.out().extend_from_slice(glyph.as_bytes());
        // At the last column terminals differ in where they are, and after a cluster of several characters in how
        // wide it was; the next cell then says its place in full.
        let end = x.saturating_add(width);
        let certain = end < self.size.width && glyph.chars().nth(1).is_none();
        self.at = certain.then_some(Position { x: end, y });
    }

    fn go(&mut self, to: Position) {
        let from = self.at.replace(to);
        if from == Some(to) {
            return;
        }
        let out = self.out();
        // A `Vec` takes every write.
        let _ = match from {
            Some(from) if from.y == to.y && to.x == 0 => out.write_all(b"\r"),
            Some(from) if from.y == to.y && to.x == from.x.saturating_add(1) => {
                out.write_all(b"\x1b[C")
            }
            Some(from) if from.y == to.y && to.x > from.x => {
                write!(out, "\x1b[{}C", to.x - from.x)
            }
            // Raw mode: a line feed keeps its column, and above the last row it cannot scroll.
            Some(from) if to.x == 0 && from.y.checked_add(1) == Some(to.y) => {
                out.write_all(b"\r\n")
            }
            _ if to.x == 0 => write!(out, "\x1b[{}H", u32::from(to.y) + 1),
            _ => write!(out, "\x1b[{};{}H", u32::from(to.y) + 1, u32::from(to.x) + 1),
        };
    }

    fn show(&mut self, shown: bool) {
        if self.cursor_shown.replace(shown) != Some(shown) {
            let sequence = if shown { b"\x1b[?25h" } else { b"\x1b[?25l" };
            self.out().extend_from_slice(sequence);
        }
    }
}

/// What is printed for a cell, and the columns it takes. The last gate before the terminal: a control character, or
/// a glyph that would run over the edge, is never sent whatever a widget put in the buffer.
fn glyph(cell: &Cell, room: u16) -> (&str, u16) {
    let symbol = cell.symbol();
    if symbol.chars().any(char::is_control) {
        return ("\u{fffd}", 1);
    }
    match cell.cell_width() {
        width if (1..=room).contains(&width) => (symbol, width),
        _ => (" ", 1),
    }
}

impl Backend for Screen {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            if x < self.size.width && y < self.size.height {
                self.put(x, y, cell);
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.show(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.show(true);
        Ok(())
    }

    /// The tracked position: the terminal is never asked, so that no answer can be awaited or mistaken for keys.
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        let Position { x, y } = position.into();
        self.go(Position {
            x: x.min(self.size.width.saturating_sub(1)),
            y: y.min(self.size.height.saturating_sub(1)),
        });
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        // Terminals erase with the background that is set.
        self.pick_up(Pen::PLAIN);
        let sequence: &[u8] = match clear_type {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        };
        self.out().extend_from_slice(sequence);
        // A resize, which is what clears, may have moved the cursor.
        self.at = None;
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
