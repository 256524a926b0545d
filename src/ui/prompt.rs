//! A question with one line for the answer, over what asks it.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::entry::Entry;
use super::layer::LayerOutcome;
use super::popup::popup;
use crate::config::theme::Theme;
use crate::model::bookmark::Bookmark;
use crate::vocabulary::command::Command;
use crate::vocabulary::role::Role;

/// Inner width of the box.
const WIDTH: u16 = 60;

/// A question.
#[derive(Debug)]
pub struct Prompt {
    title: &'static str,
    foot: &'static str,
    entry: Entry,
    /// The bookmark that the answer is the note of; none hands the answer to whoever asked.
    bookmark: Option<Box<Bookmark>>,
}

impl Prompt {
    /// A question; `foot` says what Enter does.
    #[must_use]
    pub fn new(title: &'static str, foot: &'static str) -> Self {
        Self {
            title,
            foot,
            entry: Entry::default(),
            bookmark: None,
        }
    }

    /// Asks for the note of a bookmark, which may be empty.
    #[must_use]
    pub fn note(bookmark: Bookmark) -> Self {
        Self {
            bookmark: Some(Box::new(bookmark)),
            ..Self::new(
                "a note for this moment",
                "Enter keep the bookmark  Esc give it up",
            )
        }
    }

    /// Types, answers or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Esc => LayerOutcome::Close,
            KeyCode::Enter => self.answer(),
            _ => {
                self.entry.key(key);
                LayerOutcome::Stay
            }
        }
    }

    fn answer(&self) -> LayerOutcome {
        let line = self.entry.text().trim();
        match &self.bookmark {
            Some(bookmark) => {
                let mut kept = bookmark.clone();
                kept.note = line.into();
                LayerOutcome::Run(Command::KeepBookmark(kept))
            }
            None if line.is_empty() => LayerOutcome::Close,
            None => LayerOutcome::Answer(line.to_owned()),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.entry.paste(text);
        LayerOutcome::Stay
    }

    /// Draws the question in a box; says where the text cursor is.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let inner = popup(area, buf, theme, self.title, (WIDTH, 2));
        let line = Rect {
            height: 1.min(inner.height),
            ..inner
        };
        let cursor = self.entry.render(line, buf, theme.style(Role::Text));
        if inner.height > 1 {
            let width = usize::from(inner.width);
            buf.set_stringn(
                inner.x,
                inner.y + 1,
                self.foot,
                width,
                theme.style(Role::Dim),
            );
        }
        cursor
    }
}
