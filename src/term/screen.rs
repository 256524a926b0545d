//! The frame as bytes: compares what is to be shown with what the terminal shows, and composes only the difference.
//!
//! It remembers, from frame to frame, each cell as the terminal has it, where the cursor is and which pen is up. A
//! frame in which nothing changed is zero bytes; one changed word is a move, at most one colour, and the word. Frames
//! are bracketed in synchronized output (DEC private mode 2026) so that a slow link shows whole frames only.
//!
//! It is pure: cells come in, bytes go out, and nothing can fail.

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect};

use super::glyphs::{self, Glyphs};
use super::hyperlink::{self, Hyperlink};
use super::pen::Pen;

const BEGIN_SYNC: &[u8] = b"\x1b[?2026h";
const END_SYNC: &[u8] = b"\x1b[?2026l";

/// A column of which it is not known what it shows, or that belongs to the wide character before it. Its symbol is
/// like no cell's, so that it is painted as soon as something of its own is to be there.
const GONE: Cell = Cell::new("");

/// As many unchanged columns are printed again rather than skipped; a skip costs four bytes.
const SHORT_GAP: usize = 3;

/// What the terminal shows and where it stands, as far as is known, and the frame being composed.
#[derive(Debug)]
pub(super) struct Screen {
    synchronized: bool,
    glyphs: Glyphs,
    frame: Vec<u8>,
    /// Empty as long as nothing is known.
    shows: Buffer,
    pen: Option<Pen>,
    links: Vec<Hyperlink>,
    /// Which of the links the next glyph would be part of; none from frame to frame.
    linking: Option<usize>,
    at: Option<Position>,
    cursor_shown: Option<bool>,
}

impl Screen {
    /// A screen of which nothing is known yet.
    pub(super) fn new(synchronized: bool, glyphs: Glyphs) -> Self {
        Self {
            synchronized,
            glyphs,
            frame: Vec::new(),
            shows: Buffer::empty(Rect::ZERO),
            pen: None,
            links: Vec::new(),
            linking: None,
            at: None,
            cursor_shown: None,
        }
    }

    /// Drops what is known of the terminal, after something else has written to it: the next frame clears it.
    pub(super) fn forget(&mut self) {
        *self = Self {
            frame: std::mem::take(&mut self.frame),
            ..Self::new(self.synchronized, self.glyphs)
        };
    }

    /// Composes with these glyphs from now on; what is there is painted over.
    pub(super) fn show_with(&mut self, glyphs: Glyphs) {
        self.glyphs = glyphs;
        self.forget();
    }

    /// Composes what makes the terminal show these cells, some of which lead to pages.
    pub(super) fn paint(&mut self, wanted: &Buffer, links: Vec<Hyperlink>) {
        if self.shows.area != wanted.area {
            self.clear(wanted.area);
        }
        self.link(links);
        for y in wanted.area.top()..wanted.area.bottom() {
            self.paint_row(wanted, y);
        }
    }

    /// Ends the frame with the cursor there, or hidden, and gives it; it is empty when the terminal shows all that
    /// already. The caller empties it.
    pub(super) fn finish(&mut self, cursor: Option<Position>) -> &mut Vec<u8> {
        self.lead(None);
        self.place_cursor(cursor.filter(|at| self.shows.area.contains(*at)));
        if self.synchronized && !self.frame.is_empty() {
            self.frame.extend_from_slice(END_SYNC);
        }
        &mut self.frame
    }

    /// Takes note of what leads to a page from here on: what did or does is painted again.
    fn link(&mut self, links: Vec<Hyperlink>) {
        if self.links == links {
            return;
        }
        for link in self.links.iter().chain(&links) {
            for at in link.area().intersection(self.shows.area).positions() {
                self.shows[at] = GONE;
            }
        }
        self.links = links;
    }

    fn link_at(&self, at: Position) -> Option<usize> {
        self.links.iter().position(|link| link.is_at(at))
    }

    /// Makes the next glyph part of that link, or of none.
    fn lead(&mut self, to: Option<usize>) {
        if self.linking == to {
            return;
        }
        self.linking = to;
        let mut sequence = hyperlink::END.to_vec();
        if let Some(link) = to.and_then(|n| self.links.get(n)) {
            sequence.clear();
            link.begin(&mut sequence);
        }
        self.out().append(&mut sequence);
    }

    fn paint_row(&mut self, wanted: &Buffer, y: u16) {
        let right = wanted.area.right();
        let mut x = wanted.area.left();
        while x < right {
            let cell = &wanted[(x, y)];
            let (mut glyph, width) = glyph(cell, right - x);
            if self.glyphs == Glyphs::Ascii && !glyph.is_ascii() {
                glyph = glyphs::ascii(glyph, width.into());
            }
            if !looks_like(&self.shows[(x, y)], cell) {
                let at = Position { x, y };
                self.go(at);
                self.lead(self.link_at(at));
                self.put(cell, glyph, width);
                self.shows[(x, y)] = cell.clone();
                for half in x + 1..x + width {
                    self.shows[(half, y)] = GONE;
                }
            }
            x += width;
        }
    }

    /// Erases everything; also after a resize, when every terminal does something else with the old lines.
    fn clear(&mut self, area: Rect) {
        // Terminals erase with the background that is set.
        self.pick_up(Pen::PLAIN);
        self.out().extend_from_slice(b"\x1b[2J");
        self.at = None;
        self.shows = Buffer::empty(area);
    }

    /// Prints one glyph where the cursor is.
    fn put(&mut self, cell: &Cell, glyph: &str, width: u16) {
        let pen = Pen::of(cell);
        let alike = glyph == " " && self.pen.is_some_and(|up| up.blanks_alike(pen));
        if !alike {
            self.pick_up(pen);
        }
        self.out().extend_from_slice(glyph.as_bytes());
        // At the last column terminals differ in where they are, and after a cluster of several characters in how
        // wide it was; the next cell then says its place in full.
        self.at = self.at.and_then(|at| {
            let x = at.x.saturating_add(width);
            let certain = x < self.shows.area.right() && glyph.chars().nth(1).is_none();
            certain.then_some(Position { x, ..at })
        });
    }

    /// Moves the cursor by the shortest way that all terminals share.
    fn go(&mut self, to: Position) {
        let from = self.at.replace(to);
        if from == Some(to) || from.is_some_and(|from| self.reprint(from, to)) {
            return;
        }
        let (row, column) = (u32::from(to.y) + 1, u32::from(to.x) + 1);
        let out = self.out();
        // A `Vec` takes every write.
        let _ = match from {
            Some(from) if from.y == to.y && to.x == 0 => out.write_all(b"\r"),
            Some(from) if from.y == to.y && to.x.checked_sub(1) == Some(from.x) => {
                out.write_all(b"\x1b[C")
            }
            Some(from) if from.y == to.y && to.x > from.x => write!(out, "\x1b[{}C", to.x - from.x),
            // Above the last row a line feed cannot scroll.
            Some(from) if to.x == 0 && from.y.checked_add(1) == Some(to.y) => {
                out.write_all(b"\r\n")
            }
            _ if to.x == 0 => write!(out, "\x1b[{row}H"),
            _ => write!(out, "\x1b[{row};{column}H"),
        };
    }

    /// Crosses a short gap by printing again what it shows, if the pen is the right one; false when it is not.
    fn reprint(&mut self, from: Position, to: Position) -> bool {
        let gap = from.x..to.x;
        if from.y != to.y || gap.is_empty() || gap.len() > SHORT_GAP || self.frame.is_empty() {
            return false;
        }
        let crossed = self.frame.len();
        for x in gap {
            let at = Position { x, y: to.y };
            let cell = &self.shows[at];
            let &[byte @ b' '..=b'~'] = cell.symbol().as_bytes() else {
                self.frame.truncate(crossed);
                return false;
            };
            let pen = Pen::of(cell);
            let fits = |up: Pen| up == pen || (byte == b' ' && up.blanks_alike(pen));
            if !self.pen.is_some_and(fits) || self.link_at(at) != self.linking {
                self.frame.truncate(crossed);
                return false;
            }
            self.frame.push(byte);
        }
        true
    }

    fn place_cursor(&mut self, cursor: Option<Position>) {
        if self.cursor_shown.replace(cursor.is_some()) != Some(cursor.is_some()) {
            let sequence = if cursor.is_some() {
                b"\x1b[?25h"
            } else {
                b"\x1b[?25l"
            };
            self.out().extend_from_slice(sequence);
        }
        if let Some(position) = cursor {
            self.go(position);
        }
    }

    fn pick_up(&mut self, pen: Pen) {
        if self.pen != Some(pen) {
            let from = self.pen.replace(pen);
            pen.pick_up(from, self.out());
        }
    }

    fn out(&mut self) -> &mut Vec<u8> {
        if self.synchronized && self.frame.is_empty() {
            self.frame.extend_from_slice(BEGIN_SYNC);
        }
        &mut self.frame
    }
}

/// Whether nobody could tell one from the other: most of a table is blanks, whose text colour does not show.
fn looks_like(shown: &Cell, wanted: &Cell) -> bool {
    shown == wanted
        || (shown.symbol() == " "
            && wanted.symbol() == " "
            && Pen::of(shown).blanks_alike(Pen::of(wanted)))
}

/// What is printed for a cell, and the columns it takes. The last gate before the terminal: a control character, or
/// a glyph that would run over the edge, is never sent whatever a widget put in the buffer.
fn glyph(cell: &Cell, room: u16) -> (&str, u16) {
    let symbol = cell.symbol();
    if let [b' '..=b'~'] = symbol.as_bytes() {
        return (symbol, 1);
    }
    if symbol.chars().any(char::is_control) {
        return ("\u{fffd}", 1);
    }
    match cell.cell_width() {
        width if (1..=room).contains(&width) => (symbol, width),
        _ => (" ", 1),
    }
}

#[cfg(test)]
mod tests;
