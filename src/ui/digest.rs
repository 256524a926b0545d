//! What happened in a stretch of time, line by line: each leads to what it tells of.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layer::LayerOutcome;
use super::popup::popup;
use super::table;
use crate::config::theme::Theme;
use crate::model::digest::{Digest, DigestLine, Place};
use crate::text::fit;
use crate::vocabulary::command::Command;
use crate::vocabulary::role::Role;

/// Columns that a moment takes.
const MOMENT: usize = 8;

/// Columns that what a line is about takes at most, where the rest needs room too.
const WHAT: usize = 44;

const FOOT: &str = "Enter show it as it was  y copy as Markdown  Esc close";

/// One line of the list.
#[derive(Debug)]
enum Shown {
    Heading(String),
    Line {
        at: String,
        what: String,
        said: String,
        place: Option<Place>,
    },
}

/// A digest with a cursor on one of its lines.
#[derive(Debug)]
pub struct DigestView {
    title: String,
    lines: Vec<Shown>,
    at: usize,
}

impl DigestView {
    /// A digest whose cursor is on its first line; moments are those of this zone.
    #[must_use]
    pub fn new(digest: &Digest, title: String, zone: &TimeZone) -> Self {
        let line = |line: &DigestLine| Shown::Line {
            at: line
                .at
                .map_or(String::new(), |at| at.clock(zone, digest.to)),
            what: line.what.to_string(),
            said: line.said.to_string(),
            place: line.place.clone(),
        };
        let mut lines = Vec::new();
        for section in &digest.sections {
            lines.push(Shown::Heading(section.heading()));
            lines.extend(section.lines.iter().map(line));
        }
        let at = lines.iter().position(is_line).unwrap_or(0);
        Self { title, lines, at }
    }

    /// Moves among the lines, goes where one leads, or closes.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => self.step(1),
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => self.step(-1),
            KeyCode::PageDown => self.step(10),
            KeyCode::PageUp => self.step(-10),
            KeyCode::Home | KeyCode::Char('g') => self.step(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.step(isize::MAX),
            KeyCode::Char('y') => return LayerOutcome::Live(Command::CopyDigest),
            KeyCode::Enter => {
                return match self.lines.get(self.at) {
                    Some(Shown::Line {
                        place: Some(place), ..
                    }) => LayerOutcome::Run(Command::Visit(place.clone())),
                    _ => LayerOutcome::Stay,
                };
            }
            KeyCode::Esc | KeyCode::Char('q') => return LayerOutcome::Close,
            _ => {}
        }
        LayerOutcome::Stay
    }

    /// Goes so many lines on, over headings.
    fn step(&mut self, by: isize) {
        let lines: Vec<usize> = (0..self.lines.len())
            .filter(|n| self.lines.get(*n).is_some_and(is_line))
            .collect();
        let here = lines.iter().position(|n| *n == self.at).unwrap_or(0);
        let to = here
            .saturating_add_signed(by)
            .min(lines.len().saturating_sub(1));
        self.at = lines.get(to).copied().unwrap_or(0);
    }

    /// Draws the list in a box.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let widths = self.lines.iter().map(|line| match line {
            Shown::Heading(text) => (text.chars().count(), 0),
            Shown::Line { what, said, .. } => (crate::text::width(what), crate::text::width(said)),
        });
        let (what, said) = widths.fold((0, 0), |(a, b), (what, said)| (a.max(what), b.max(said)));
        let wanted = (MOMENT + what + said + 6)
            .max(self.title.len() + 4)
            .max(FOOT.len());
        let height = self.lines.len() + 1;
        let inner = popup(
            area,
            buf,
            theme,
            &self.title,
            (clamp(wanted), clamp(height)),
        );
        let rows = usize::from(inner.height.saturating_sub(1));
        let top = (self.at + 1).saturating_sub(rows);
        // Where the first line is in view, its heading is too.
        let top = if self.lines.iter().take(self.at).any(is_line) {
            top
        } else {
            0
        };
        let width = usize::from(inner.width);
        let room = what.min(WHAT).min(width / 2);
        for ((n, line), y) in self
            .lines
            .iter()
            .enumerate()
            .skip(top)
            .take(rows)
            .zip(inner.y..)
        {
            let (text, role) = match line {
                Shown::Heading(text) => (fit(text, width).into_owned(), Role::Header),
                Shown::Line { at, what, said, .. } => {
                    let what = if said.is_empty() || what.is_empty() {
                        what.clone()
                    } else {
                        fit(what, room).into_owned()
                    };
                    let gap = " ".repeat(room.saturating_sub(crate::text::width(&what)) + 2);
                    let text = if what.is_empty() {
                        said.clone()
                    } else {
                        format!("{what}{gap}{said}")
                    };
                    let text = format!("  {at:MOMENT$}  {text}");
                    (fit(&text, width).into_owned(), Role::Text)
                }
            };
            let role = if n == self.at && is_line(line) {
                Role::Selection
            } else {
                role
            };
            let style = theme.style(role);
            table::stripe(buf, inner, y, style);
            buf.set_stringn(inner.x, y, text, width, style);
        }
        if inner.height > 0 {
            let y = inner.bottom() - 1;
            buf.set_stringn(inner.x, y, FOOT, width, theme.style(Role::Dim));
        }
    }
}

const fn is_line(line: &Shown) -> bool {
    matches!(line, Shown::Line { .. })
}

fn clamp(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
