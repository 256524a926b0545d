//! What a stroke does to the field in focus.

mod choose;
mod complete;
mod rows;

use std::borrow::Cow;

use serde_json::Value;
use tui_input::InputRequest;

use super::kind::FieldKind;
use super::line::Typing;
use super::spec::Field;
use super::{Form, Stroke, item, path};

/// What is being typed or chosen in the field in focus.
#[derive(Debug)]
pub enum Editing {
    /// Nothing is typed: a toggle, a choice, a part, or the way to the review.
    Nothing,
    /// One line.
    Line(Typing),
    /// One row of several; the last row is where a new one is added, and the only one that stays blank.
    Rows {
        /// Every row as it is written.
        rows: Vec<String>,
        /// Which one is typed in.
        at: usize,
        /// The row with its cursor.
        line: Typing,
    },
    /// Words in their order, and whether each is taken.
    Order {
        /// Every word, in order.
        words: Vec<(String, bool)>,
        /// Which one the cursor is on.
        at: usize,
    },
}

impl Editing {
    /// The line being typed, if one is.
    #[must_use]
    pub fn line(&self) -> Option<&Typing> {
        match self {
            Self::Line(line) | Self::Rows { line, .. } => Some(line),
            Self::Nothing | Self::Order { .. } => None,
        }
    }

    fn line_mut(&mut self) -> Option<&mut Typing> {
        match self {
            Self::Line(line) | Self::Rows { line, .. } => Some(line),
            Self::Nothing | Self::Order { .. } => None,
        }
    }

    /// Rows it takes up, and the one that the cursor is on.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        match self {
            Self::Nothing | Self::Line(_) => (1, 0),
            Self::Rows { rows, at, .. } => (rows.len(), *at),
            Self::Order { words, at } => (words.len(), *at),
        }
    }
}

/// A name and a value out of one line.
pub(super) fn pair(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name.trim(), value.trim())
}

impl Form {
    /// Does what a person asks; whether the body changed.
    pub fn stroke(&mut self, stroke: Stroke) -> bool {
        let before = self.version();
        match stroke {
            Stroke::Next => self.step(true),
            Stroke::Previous => self.step(false),
            Stroke::Down => self.step_row(true),
            Stroke::Up => self.step_row(false),
            Stroke::Enter => self.enter(),
            Stroke::Raise => self.shift(true),
            Stroke::Lower => self.shift(false),
            Stroke::Remove => self.remove_row(),
            Stroke::Complete => self.complete(),
            Stroke::Undo => self.write(Typing::undo),
            Stroke::Paste(text) => self.write(|line| line.paste(&text)),
            Stroke::Type(' ') if self.editing.line().is_none() => self.turn(true),
            Stroke::Type(c) if self.editing.line().is_none() => self.jump(c),
            Stroke::Right if self.takes_completion() => self.complete(),
            Stroke::Left if self.editing.line().is_none() => self.turn(false),
            Stroke::Right if self.editing.line().is_none() => self.turn(true),
            Stroke::Erase if self.blank_row() => self.remove_row(),
            Stroke::Type(c) => self.request(InputRequest::InsertChar(c)),
            Stroke::Erase => self.request(InputRequest::DeletePrevChar),
            Stroke::EraseNext => self.request(InputRequest::DeleteNextChar),
            Stroke::EraseWord => self.request(InputRequest::DeletePrevWord),
            Stroke::EraseLine => self.request(InputRequest::DeleteLine),
            Stroke::EraseRest => self.request(InputRequest::DeleteTillEnd),
            Stroke::EraseNextWord => self.request(InputRequest::DeleteNextWord),
            Stroke::Left => self.request(InputRequest::GoToPrevChar),
            Stroke::Right => self.request(InputRequest::GoToNextChar),
            Stroke::WordLeft => self.request(InputRequest::GoToPrevWord),
            Stroke::WordRight => self.request(InputRequest::GoToNextWord),
            Stroke::Home => self.request(InputRequest::GoToStart),
            Stroke::End => self.request(InputRequest::GoToEnd),
        }
        self.version() != before
    }

    /// Whether the line in focus is still being typed, so that nobody should be asked about it yet.
    pub(super) fn typing(&self) -> bool {
        self.editing.line().is_some_and(Typing::can_undo)
    }

    /// What the field in focus is edited with, made from the body.
    pub(super) fn open_field(&self) -> Editing {
        let Some(field) = self.field() else {
            return Editing::Nothing;
        };
        let value = path::get(&self.body, field.path);
        match field.kind {
            FieldKind::Toggle | FieldKind::Choice(_) | FieldKind::Part { .. } => Editing::Nothing,
            FieldKind::Order(words) => Editing::Order {
                words: rows::order(words, value),
                at: 0,
            },
            FieldKind::List { .. } | FieldKind::Pairs { .. } => {
                let rows = self.rows_of(field);
                let line = Typing::new(rows.first().map_or("", String::as_str));
                Editing::Rows { rows, at: 0, line }
            }
            kind => {
                let text = value.map(|value| kind.show(value, &self.zone()));
                Editing::Line(Typing::new(&text.unwrap_or_default()))
            }
        }
    }

    /// The field is about to be left: blank rows go, and what was typed shows in its own form from now on.
    pub(super) fn settle(&mut self) {
        self.completing = None;
        self.take_name();
        if let Editing::Rows { rows, .. } = &mut self.editing {
            let before = rows.len();
            rows.retain(|row| !row.trim().is_empty());
            let gone = before - rows.len() > 1;
            if gone {
                self.write_rows();
            }
        }
    }

    /// A name in place of an id becomes the id that it is the name of, where it is the name of one.
    fn take_name(&mut self) {
        let (Editing::Line(line), Some(field)) = (&self.editing, self.field()) else {
            return;
        };
        let typed = line.text().trim().to_lowercase();
        let known = self.rules.completions(field.path, &self.body);
        if typed.is_empty() || known.iter().any(|c| c.value.to_lowercase() == typed) {
            return;
        }
        let mut called = known.iter().filter(|c| c.note.to_lowercase() == typed);
        if let (Some(one), None) = (called.next(), called.next()) {
            self.set(field.path, Value::from(one.value.as_str()));
        }
    }

    pub(super) fn go_to_row(&mut self, row: usize) {
        match &mut self.editing {
            Editing::Rows { rows, at, line } => {
                *at = row.min(rows.len().saturating_sub(1));
                *line = Typing::new(rows.get(*at).map_or("", String::as_str));
            }
            Editing::Order { words, at } => *at = row.min(words.len().saturating_sub(1)),
            Editing::Nothing | Editing::Line(_) => {}
        }
    }

    fn step(&mut self, forward: bool) {
        let last = self.spec.fields.len();
        let shown: Vec<usize> = self.fields().map(|(n, _)| n).chain([last]).collect();
        let here = shown.iter().position(|n| *n >= self.at).unwrap_or(0);
        let next = if forward {
            (here + 1) % shown.len()
        } else {
            here.checked_sub(1).unwrap_or(shown.len() - 1)
        };
        self.focus_on(shown.get(next).copied().unwrap_or(last));
    }

    fn enter(&mut self) {
        match (&self.editing, self.field().map(|field| field.kind)) {
            (Editing::Rows { rows, at, .. }, _) if at + 1 < rows.len() => {
                let next = *at + 1;
                self.leave_row(next);
            }
            (Editing::Nothing, Some(FieldKind::Toggle | FieldKind::Part { .. }))
            | (Editing::Order { .. }, _) => self.turn(true),
            _ => self.step(true),
        }
    }

    fn request(&mut self, request: InputRequest) {
        self.write(|line| line.edit(request));
    }

    /// Edits the line in focus and lets the body follow.
    fn write(&mut self, edit: impl FnOnce(&mut Typing) -> bool) {
        if self.editing.line_mut().is_some_and(edit) {
            self.completing = None;
            self.take_line();
        }
    }

    fn take_line(&mut self) {
        self.touch();
        let Some(field) = self.field() else {
            return;
        };
        match &mut self.editing {
            Editing::Line(line) => {
                let text = line.text().to_owned();
                self.put(field, &text);
            }
            Editing::Rows { rows, at, line } => {
                if let Some(row) = rows.get_mut(*at) {
                    line.text().clone_into(row);
                }
                if rows.last().is_some_and(|row| !row.is_empty()) {
                    rows.push(String::new());
                }
                self.write_rows();
            }
            Editing::Nothing | Editing::Order { .. } => {}
        }
    }

    /// Puts a typed line into the body.
    fn put(&mut self, field: &Field, text: &str) {
        if text.is_empty() && field.optional {
            path::remove(&mut self.body, field.path);
        } else {
            let text = self.spelt(field, text);
            let value = field.kind.read(&text, &self.zone());
            self.set(field.path, value);
            return;
        }
        self.changed_now();
    }

    /// A moment in a person's words as a date: `tomorrow 14:00`, `+2h`. Anything else is as it was.
    pub(super) fn spelt<'t>(&self, field: &Field, text: &'t str) -> Cow<'t, str> {
        let dated = field.kind.dated().then_some(self.now).flatten();
        let date = dated.and_then(|now| item::spoken(text, now, &self.zone()));
        date.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    pub(super) fn set(&mut self, at: &str, value: Value) {
        let new = path::get(&self.body, at).is_none();
        path::set(&mut self.body, at, value);
        if new {
            self.body = self.spec.arranged(&self.body);
        }
        self.changed_now();
    }
}
