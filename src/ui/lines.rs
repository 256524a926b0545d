//! Text to read and scroll: help, messages, frames that could not be understood.

use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::layer::LayerOutcome;
use super::popup::popup;
use super::wrap::wrapped;
use crate::config::theme::Theme;
use crate::vocabulary::role::Role;

/// A page of lines; made when it is opened, so that what is read does not move unless it is filled anew.
#[derive(Clone, Debug)]
pub struct Reader {
    title: String,
    lines: Vec<Line<'static>>,
    top: usize,
    /// The last line that can be the first on the page, as drawn last: how many there are depends on the width.
    last: Cell<usize>,
}

impl Reader {
    /// A reader at its first line; with no lines it says `empty`.
    #[must_use]
    pub fn new(title: impl Into<String>, mut lines: Vec<Line<'static>>, empty: &str) -> Self {
        if lines.is_empty() {
            lines.push(Line::from(empty.to_owned()));
        }
        Self {
            title: title.into(),
            last: Cell::new(lines.len()),
            lines,
            top: 0,
        }
    }

    /// Puts other lines in place of these; whoever reads on stays where they are.
    pub fn refill(&mut self, fresh: Self) {
        *self = Self {
            top: self.top,
            ..fresh
        };
    }

    /// Scrolls; anything else closes.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        let last = self.last.get();
        self.top = match key.code {
            KeyCode::Down | KeyCode::Char('j') => (self.top + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.top.min(last).saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => (self.top + 10).min(last),
            KeyCode::PageUp => self.top.min(last).saturating_sub(10),
            KeyCode::Home | KeyCode::Char('g') => 0,
            KeyCode::End | KeyCode::Char('G') => last,
            _ => return LayerOutcome::Close,
        };
        LayerOutcome::Stay
    }

    /// Draws the page in a box; a line that is too long for it goes on below.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let longest = self
            .lines
            .iter()
            .map(Line::width)
            .max()
            .unwrap_or(0)
            .max(self.title.len() + 4);
        let width = longest.min(usize::from(area.width.saturating_sub(4)));
        let rows = self.lines.iter().flat_map(|line| wrapped(line, width));
        let lines: Vec<_> = rows.collect();
        let wanted = (clamp(longest), clamp(lines.len() + 1));
        let inner = popup(area, buf, theme, &self.title, wanted);
        let rows = usize::from(inner.height.saturating_sub(1));
        self.last.set(lines.len().saturating_sub(rows));
        let top = self.top.min(self.last.get());
        for (line, y) in lines[top..].iter().take(rows).zip(inner.y..) {
            line.render(
                Rect {
                    y,
                    height: 1,
                    ..inner
                },
                buf,
            );
        }
        if inner.height > 0 {
            let shown = (top + rows).min(lines.len());
            let foot = if lines.len() > rows {
                format!(
                    "{shown} of {}   j k PageDown scroll   Esc close",
                    lines.len()
                )
            } else {
                "Esc close".to_owned()
            };
            let y = inner.bottom() - 1;
            buf.set_stringn(
                inner.x,
                y,
                foot,
                usize::from(inner.width),
                theme.style(Role::Dim),
            );
        }
    }
}

fn clamp(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
