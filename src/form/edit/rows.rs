//! Rows: lists, pairs and words in an order.

use serde_json::{Map, Value};

use super::super::line::Typing;
use super::super::{Field, FieldKind, Form, item, path};
use super::{Editing, pair};
use tui_input::InputRequest;

impl Form {
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

    pub(super) fn step_row(&mut self, down: bool) {
        self.completing = None;
        let (rows, at) = self.editing.rows();
        let next = if down {
            at.checked_add(1)
        } else {
            at.checked_sub(1)
        };
        if let Some(next) = next.filter(|next| *next < rows) {
            self.touch();
            self.leave_row(next);
        } else {
            self.step(down);
            if !down {
                self.go_to_row(usize::MAX);
            }
        }
    }

    /// Goes to another row; a blank one that is left behind goes away.
    pub(super) fn leave_row(&mut self, next: usize) {
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

    /// Puts the rows into the body; the blank one at the end is none.
    pub(super) fn write_rows(&mut self) {
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
            FieldKind::Pairs { .. } => {
                let pairs = written.iter().filter(|row| !row.is_empty()).map(|row| {
                    let (name, value) = pair(row);
                    (name.to_owned(), Value::from(value))
                });
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            kind => {
                let spelt = written.iter().map(|row| self.spelt(field, row));
                spelt.map(|row| kind.read(&row, &zone)).collect()
            }
        };
        if written.is_empty() && field.optional {
            path::remove(&mut self.body, field.path);
            self.changed_now();
        } else {
            self.set(field.path, value);
        }
    }

    pub(super) fn blank_row(&self) -> bool {
        match &self.editing {
            Editing::Rows { rows, at, line } => line.text().is_empty() && at + 1 < rows.len(),
            _ => false,
        }
    }

    pub(super) fn remove_row(&mut self) {
        let Editing::Rows { rows, at, line } = &mut self.editing else {
            return self.request(InputRequest::DeleteNextChar);
        };
        if *at + 1 >= rows.len() {
            return;
        }
        rows.remove(*at);
        *line = Typing::new(rows.get(*at).map_or("", String::as_str));
        self.touch();
        self.write_rows();
    }

    pub(super) fn shift(&mut self, up: bool) {
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

    pub(super) fn write_order(&mut self) {
        let (Some(field), Editing::Order { words, .. }) = (self.field(), &self.editing) else {
            return;
        };
        let taken = words.iter().filter(|(_, on)| *on);
        let value = taken.map(|(word, _)| Value::from(word.as_str())).collect();
        self.touch();
        self.set(field.path, value);
    }
}

/// The words that are taken, in their order, then the others.
pub(super) fn order(words: &[&str], value: Option<&Value>) -> Vec<(String, bool)> {
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
