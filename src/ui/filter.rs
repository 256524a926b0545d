//! The filter as it is typed, on the line above the footer: it takes effect at once, and an error points at its column.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::entry::Entry;
use super::layer::LayerOutcome;
use super::table;
use crate::config::theme::Theme;
use crate::vocabulary::command::Command;
use crate::vocabulary::role::Role;

/// Where a filter is wrong: its column, counted from 0 in characters, and why.
pub type FilterFault = (usize, String);

/// How to write filters, the most wanted first: a narrow screen cuts the rest.
const HINT: &str = "  Enter keep  Esc undo  Up history   word ~fuzzy \"exact\" /regex/ state:lost codec!=opus flaps>3 since<5m !not a|b (…)";

/// The filter line.
#[derive(Debug)]
pub struct FilterBar {
    entry: Entry,
    before: String,
    history: Vec<String>,
    back: usize,
    fault: Option<FilterFault>,
}

impl FilterBar {
    /// A bar on the filter in force; `history` is oldest first.
    #[must_use]
    pub fn new(current: &str, history: Vec<String>) -> Self {
        Self {
            entry: Entry::new(current),
            before: current.to_owned(),
            history,
            back: 0,
            fault: None,
        }
    }

    /// Says that what is typed can't be read, or that it can.
    pub fn set_fault(&mut self, fault: Option<FilterFault>) {
        self.fault = fault;
    }

    /// Types, walks the history, accepts or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Enter if self.fault.is_none() => LayerOutcome::Run(self.command()),
            KeyCode::Enter => LayerOutcome::Stay,
            KeyCode::Esc => LayerOutcome::Run(Command::Filter(self.before.clone())),
            KeyCode::Up => self.recall(self.back + 1),
            KeyCode::Down => self.recall(self.back.saturating_sub(1)),
            _ if self.entry.key(key) => LayerOutcome::Live(self.command()),
            _ => LayerOutcome::Stay,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.entry.paste(text);
        LayerOutcome::Live(self.command())
    }

    fn recall(&mut self, back: usize) -> LayerOutcome {
        if back > self.history.len() {
            return LayerOutcome::Stay;
        }
        self.back = back;
        let text = match back {
            0 => self.before.as_str(),
            _ => self.history[self.history.len() - back].as_str(),
        };
        self.entry = Entry::new(text);
        LayerOutcome::Live(self.command())
    }

    fn command(&self) -> Command {
        Command::Filter(self.entry.text().to_owned())
    }

    /// Draws the bar on the last line of `area`, and under it the fault or how to write filters.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let line = Rect {
            y: area.bottom().saturating_sub(2).max(area.y),
            height: 1.min(area.height),
            ..area
        };
        let below = Rect {
            y: area.bottom().saturating_sub(1).max(area.y),
            ..line
        };
        for row in [line, below] {
            table::blank(buf, row, theme.style(Role::Text));
        }
        buf.set_stringn(
            line.x,
            line.y,
            " /",
            usize::from(line.width),
            theme.style(Role::Key),
        );
        let field = Rect {
            x: line.x + 2.min(line.width),
            width: line.width.saturating_sub(2),
            ..line
        };
        let style = theme.style(if self.fault.is_some() {
            Role::Bad
        } else {
            Role::Text
        });
        let at = self.entry.render(field, buf, style);
        let (role, text) = if let Some((column, why)) = &self.fault {
            let indent = (2 + column).min(usize::from(area.width) / 2);
            (Role::Bad, format!("{}^ {why}", " ".repeat(indent)))
        } else {
            (Role::Dim, HINT.to_owned())
        };
        buf.set_stringn(
            below.x,
            below.y,
            text,
            usize::from(below.width),
            theme.style(role),
        );
        at
    }
}
