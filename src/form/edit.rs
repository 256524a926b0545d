//! What a stroke does to the field in focus.

use serde_json::{Map, Value};
use tui_input::InputRequest;

use super::kind::Kind;
use super::line::Line;
use super::spec::Field;
use super::{Form, Stroke, item, path};

/// What is being typed or chosen in the field in focus.
#[derive(Debug)]
pub enum Editing {
    /// Nothing is typed: a toggle, a choice, a part, or the way to the review.
    Nothing,
    /// One line.
    Line(Line),
    /// One row of several; the last row is where a new one is added, and the only one that stays blank.
    Rows {
        /// Every row as it is written.
        rows: Vec<String>,
        /// Which one is typed in.
        at: usize,
        /// The row with its cursor.
        line: Line,
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
    pub fn line(&self) -> Option<&Line> {
        match self {
            Self::Line(line) | Self::Rows { line, .. } => Some(line),
            Self::Nothing | Self::Order { .. } => None,
        }
    }

    fn line_mut(&mut self) -> Option<&mut Line> {
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
            Stroke::Undo => self.write(Line::undo),
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
        self.editing.line().is_some_and(Line::can_undo)
    }

    /// What the field in focus is edited with, made from the body.
    pub(super) fn open_field(&self) -> Editing {
        let Some(field) = self.field() else {
            return Editing::Nothing;
        };
        let value = path::get(&self.body, field.path);
        match field.kind {
            Kind::Toggle | Kind::Choice(_) | Kind::Part { .. } => Editing::Nothing,
            Kind::Order(words) => Editing::Order {
                words: order(words, value),
                at: 0,
            },
            Kind::List { .. } | Kind::Pairs { .. } => {
                let rows = self.rows_of(field);
                let line = Line::new(rows.first().map_or("", String::as_str));
                Editing::Rows { rows, at: 0, line }
            }
            kind => {
                let text = value.map(|value| kind.show(value, &self.zone()));
                Editing::Line(Line::new(&text.unwrap_or_default()))
            }
        }
    }

    /// The rows of a field as the body has them, and a blank one to add to.
    #[must_use]
    pub fn rows_of(&self, field: &Field) -> Vec<String> {
        let zone = self.zone();
        let mut rows: Vec<String> = match path::get(&self.body, field.path) {
            Some(Value::Array(elements)) => {
                elements.iter().map(|e| field.kind.show(e, &zone)).collect()
            }
            Some(Value::Object(pairs)) => pairs
                .iter()
                .map(|(name, value)| format!("{name}: {}", item::plain(value)))
                .collect(),
            Some(Value::Null) | None => Vec::new(),
            Some(other) => vec![item::plain(other)],
        };
        rows.push(String::new());
        rows
    }

    /// The field is about to be left: blank rows go, and what was typed shows in its own form from now on.
    pub(super) fn settle(&mut self) {
        self.completing = None;
        if let Editing::Rows { rows, .. } = &mut self.editing {
            let before = rows.len();
            rows.retain(|row| !row.trim().is_empty());
            let gone = before - rows.len() > 1;
            if gone {
                self.write_rows();
            }
        }
    }

    pub(super) fn go_to_row(&mut self, row: usize) {
        match &mut self.editing {
            Editing::Rows { rows, at, line } => {
                *at = row.min(rows.len().saturating_sub(1));
                *line = Line::new(rows.get(*at).map_or("", String::as_str));
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

    fn step_row(&mut self, down: bool) {
        self.completing = None;
        let (rows, at) = self.editing.rows();
        let next = if down {
            at.checked_add(1)
        } else {
            at.checked_sub(1)
        };
        match next.filter(|next| *next < rows) {
            Some(next) => {
                self.touch();
                self.leave_row(next);
            }
            None => {
                self.step(down);
                if !down {
                    self.go_to_row(usize::MAX);
                }
            }
        }
    }

    /// Goes to another row; a blank one that is left behind goes away.
    fn leave_row(&mut self, next: usize) {
        let mut next = next;
        if let Editing::Rows { rows, at, .. } = &mut self.editing {
            let blank = rows.get(*at).is_some_and(|row| row.trim().is_empty());
            if blank && *at + 1 < rows.len() {
                rows.remove(*at);
                next -= usize::from(next > *at);
                self.write_rows();
            }
        }
        self.go_to_row(next);
    }

    fn enter(&mut self) {
        match (&self.editing, self.field().map(|field| field.kind)) {
            (Editing::Nothing, Some(Kind::Choice(_))) | (_, None) => self.step(true),
            (Editing::Nothing | Editing::Order { .. }, _) => self.turn(true),
            (Editing::Line(_), _) => self.step(true),
            (Editing::Rows { rows, at, .. }, _) if at + 1 < rows.len() => {
                let next = *at + 1;
                self.leave_row(next);
            }
            (Editing::Rows { .. }, _) => self.step(true),
        }
    }

    fn request(&mut self, request: InputRequest) {
        self.write(|line| line.edit(request));
    }

    /// Edits the line in focus and lets the body follow.
    fn write(&mut self, edit: impl FnOnce(&mut Line) -> bool) {
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
            let value = field.kind.read(text, &self.zone());
            self.set(field.path, value);
            return;
        }
        self.changed_now();
    }

    pub(super) fn set(&mut self, at: &str, value: Value) {
        let new = path::get(&self.body, at).is_none();
        path::set(&mut self.body, at, value);
        if new {
            self.body = self.spec.arranged(&self.body);
        }
        self.changed_now();
    }

    /// Puts the rows into the body; the blank one at the end is none.
    fn write_rows(&mut self) {
        let (Some(field), Editing::Rows { rows, .. }) = (self.field(), &self.editing) else {
            return;
        };
        let zone = self.zone();
        let written = rows.split_last().map_or(
            &[][..],
            |(last, rest)| {
                if last.is_empty() { rest } else { rows }
            },
        );
        let value = match field.kind {
            Kind::Pairs { .. } => {
                let pairs = written.iter().filter(|row| !row.is_empty()).map(|row| {
                    let (name, value) = pair(row);
                    (name.to_owned(), Value::from(value))
                });
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            kind => written.iter().map(|row| kind.read(row, &zone)).collect(),
        };
        if written.is_empty() && field.optional {
            path::remove(&mut self.body, field.path);
            self.changed_now();
        } else {
            self.set(field.path, value);
        }
    }

    fn blank_row(&self) -> bool {
        match &self.editing {
            Editing::Rows { rows, at, line } => line.text().is_empty() && at + 1 < rows.len(),
            _ => false,
        }
    }

    fn remove_row(&mut self) {
        let Editing::Rows { rows, at, line } = &mut self.editing else {
            return self.request(InputRequest::DeleteNextChar);
        };
        if *at + 1 >= rows.len() {
            return;
        }
        rows.remove(*at);
        *line = Line::new(rows.get(*at).map_or("", String::as_str));
        self.touch();
        self.write_rows();
    }

    fn shift(&mut self, up: bool) {
        let (rows, at) = self.editing.rows();
        let to = if up {
            at.checked_sub(1)
        } else {
            at.checked_add(1)
        };
        match &mut self.editing {
            Editing::Rows { rows: all, at, .. } => {
                // The row to add to stays the last one.
                let Some(to) = to.filter(|to| to.max(at) < &(rows - 1)) else {
                    return;
                };
                all.swap(*at, to);
                self.touch();
                self.write_rows();
                self.go_to_row(to);
            }
            Editing::Order { words, at } => {
                let Some(to) = to.filter(|to| *to < rows) else {
                    return;
                };
                words.swap(*at, to);
                *at = to;
                self.write_order();
            }
            Editing::Nothing | Editing::Line(_) => {}
        }
    }

    fn write_order(&mut self) {
        let (Some(field), Editing::Order { words, .. }) = (self.field(), &self.editing) else {
            return;
        };
        let taken = words.iter().filter(|(_, on)| *on);
        let value = taken.map(|(word, _)| Value::from(word.as_str())).collect();
        self.touch();
        self.set(field.path, value);
    }

    /// Turns a toggle over, goes on in a choice, takes or leaves a word.
    fn turn(&mut self, forward: bool) {
        let Some(field) = self.field() else {
            return;
        };
        self.touch();
        let value = path::get(&self.body, field.path);
        match field.kind {
            Kind::Toggle => {
                let on = value.and_then(Value::as_bool).unwrap_or(false);
                self.set(field.path, Value::from(!on));
            }
            Kind::Choice(_) => {
                let words = self.words(field);
                let here = words
                    .iter()
                    .position(|word| value.is_some_and(|v| v == word));
                let next = match here {
                    None => 0,
                    Some(n) if forward => (n + 1) % words.len().max(1),
                    Some(n) => n.checked_sub(1).unwrap_or(words.len().saturating_sub(1)),
                };
                if let Some(word) = words.get(next) {
                    self.set(field.path, Value::from(word.as_str()));
                }
            }
            Kind::Part { template } => self.turn_part(field, template),
            Kind::Order(_) => {
                if let Editing::Order { words, at } = &mut self.editing
                    && let Some((_, on)) = words.get_mut(*at)
                {
                    *on = !*on;
                    self.write_order();
                }
            }
            _ => {}
        }
    }

    fn turn_part(&mut self, field: &'static Field, template: &str) {
        match path::remove(&mut self.body, field.path) {
            Some(value) => {
                self.parked.insert(field.path, value);
                self.changed_now();
            }
            None => {
                let fresh = || serde_json::from_str(template).unwrap_or_default();
                let value = self.parked.remove(field.path).unwrap_or_else(fresh);
                self.set(field.path, value);
            }
        }
    }

    /// The words of a choice.
    #[must_use]
    pub fn words(&self, field: &Field) -> Vec<String> {
        match field.kind {
            Kind::Choice([]) => {
                let found = self.rules.completions(field.path, &self.body);
                found.into_iter().map(|c| c.value).collect()
            }
            Kind::Choice(words) => words.iter().map(|&word| word.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// Goes to the next word of a choice or an order that begins with a character; answers a toggle with y or n.
    fn jump(&mut self, c: char) {
        let Some(field) = self.field() else {
            return;
        };
        let begins = |word: &str| {
            word.chars()
                .next()
                .is_some_and(|w| w.eq_ignore_ascii_case(&c))
        };
        match (field.kind, &mut self.editing) {
            (Kind::Toggle, _) if matches!(c, 'y' | 'n') => {
                self.touch();
                self.set(field.path, Value::from(c == 'y'));
            }
            (Kind::Choice(_), _) => {
                let words = self.words(field);
                let value = path::get(&self.body, field.path);
                let here = words
                    .iter()
                    .position(|word| value.is_some_and(|v| v == word));
                let from = here.map_or(0, |here| here + 1);
                let order = words.iter().cycle().skip(from).take(words.len());
                let next = order.into_iter().find(|word| begins(word)).cloned();
                if let Some(word) = next {
                    self.touch();
                    self.set(field.path, Value::from(word));
                }
            }
            (_, Editing::Order { words, at }) => {
                let order = (*at + 1..words.len()).chain(0..*at);
                let next = order.into_iter().find(|n| begins(&words[*n].0));
                *at = next.unwrap_or(*at);
            }
            _ => {}
        }
    }

    /// At the end of a line that a completion goes on from, Right takes it.
    fn takes_completion(&self) -> bool {
        let Some(line) = self.editing.line() else {
            return false;
        };
        let goes_on = |c: super::Completion| {
            c.value.len() > line.text().len() && c.value.starts_with(line.text())
        };
        line.at_end() && !line.text().is_empty() && self.completions(1).into_iter().any(goes_on)
    }

    /// Writes the next completion in place of what was typed.
    fn complete(&mut self) {
        let Some(line) = self.editing.line() else {
            return self.turn(true);
        };
        let typed = match &self.completing {
            Some((typed, _)) => typed.clone(),
            None => line.text().trim().to_owned(),
        };
        let found = self.completions(usize::MAX);
        let next = match &self.completing {
            Some((_, n)) => (n + 1) % found.len().max(1),
            None => 0,
        };
        if let (Some(line), Some(choice)) = (self.editing.line_mut(), found.get(next)) {
            line.replace(&choice.value);
            self.take_line();
            self.completing = Some((typed, next));
        }
    }
}

/// The words that are taken, in their order, then the others.
fn order(words: &[&str], value: Option<&Value>) -> Vec<(String, bool)> {
    let taken = value
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let taken: Vec<(String, bool)> = taken.iter().map(|v| (item::plain(v), true)).collect();
    let left = words
        .iter()
        .filter(|word| !taken.iter().any(|(t, _)| t == *word));
    let left: Vec<_> = left.map(|word| ((*word).to_owned(), false)).collect();
    taken.into_iter().chain(left).collect()
}
