//! The `ratatui` backend that sends nothing: it says how large the terminal is and notes where the cursor is wanted.
//!
//! `ratatui` compares a frame with the frame before; [`super::screen::Screen`] compares it with what the terminal
//! shows, which is not the same where wide characters were cut in half. So the comparison is made there, once.

use std::convert::Infallible;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Size in, cursor out.
#[derive(Debug)]
pub(super) struct Canvas {
    size: Size,
    cursor: Position,
    shown: bool,
}

impl Canvas {
    /// A canvas of that size.
    pub(super) fn new(size: Size) -> Self {
        Self {
            size,
            cursor: Position::ORIGIN,
            shown: false,
        }
    }

    /// Says how large the terminal is now.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
    }

    /// Where the last frame wanted the cursor; `None` hides it.
    pub(super) fn cursor(&self) -> Option<Position> {
        self.shown.then_some(self.cursor)
    }
}

impl Backend for Canvas {
    type Error = Infallible;

    /// Leaves the lazy comparison unmade.
    fn draw<'a, I>(&mut self, _: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = true;
        Ok(())
    }

    /// The terminal is never asked, so that no answer can be awaited or mistaken for keys.
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.cursor = position.into();
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
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
