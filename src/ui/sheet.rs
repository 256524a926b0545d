//! A layer that takes the whole screen but for the header: a title, what it is about, a line for messages, its keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table;
use crate::config::theme::Theme;
use crate::vocabulary::role::Role;

/// Where the parts of a sheet are.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// The line that says what it is.
    pub title: Rect,
    /// What it is about.
    pub body: Rect,
    /// Its keys. The line above is left to messages.
    pub foot: Rect,
}

impl Sheet {
    /// The parts on a screen.
    #[must_use]
    pub fn of(screen: Rect) -> Self {
        let row = |y: u16| Rect {
            y: screen.y + y.min(screen.height.saturating_sub(1)),
            height: 1.min(screen.height),
            ..screen
        };
        Self {
            title: row(1),
            body: Rect {
                y: row(2).y,
                height: screen.height.saturating_sub(4),
                ..screen
            },
            foot: row(screen.height.saturating_sub(1)),
        }
    }

    /// Takes everything from the screen that is not the sheet's.
    pub fn clear(&self, buf: &mut Buffer, theme: &Theme) {
        for y in self.title.y..=self.foot.y {
            table::blank(buf, Rect { y, ..self.title }, theme.style(Role::Text));
        }
    }
}
