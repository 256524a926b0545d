//! What is not typed: toggles, choices, words that are taken or left, parts that are there or not.

use serde_json::Value;

use super::super::{Field, FieldKind, Form, path};
use super::Editing;

impl Form {
    /// Turns a toggle over, goes on in a choice, takes or leaves a word.
    pub(super) fn turn(&mut self, forward: bool) {
        let Some(field) = self.field() else {
            return;
        };
        self.touch();
        let value = path::get(&self.body, field.path);
        match field.kind {
            FieldKind::Toggle => {
                let on = value.and_then(Value::as_bool).unwrap_or(false);
                self.set(field.path, Value::from(!on));
            }
            FieldKind::Choice(_) => {
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
            FieldKind::Part { template } => self.turn_part(field, template),
            FieldKind::Order(_) => {
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

    pub(super) fn turn_part(&mut self, field: &'static Field, template: &str) {
        if let Some(value) = path::remove(&mut self.body, field.path) {
            self.parked.insert(field.path, value);
            self.changed_now();
        } else {
            let fresh = || serde_json::from_str(template).unwrap_or_default();
            let value = self.parked.remove(field.path).unwrap_or_else(fresh);
            self.set(field.path, value);
        }
    }

    /// The words of a choice.
    #[must_use]
    pub fn words(&self, field: &Field) -> Vec<String> {
        match field.kind {
            FieldKind::Choice([]) => {
                let found = self.rules.completions(field.path, &self.body);
                found.into_iter().map(|c| c.value).collect()
            }
            FieldKind::Choice(words) => words.iter().map(|&word| word.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// Goes to the next word of a choice or an order that begins with a character; answers a toggle with y or n.
    pub(super) fn jump(&mut self, c: char) {
        let Some(field) = self.field() else {
            return;
        };
        let begins = |word: &str| {
            word.chars()
                .next()
                .is_some_and(|w| w.eq_ignore_ascii_case(&c))
        };
        match (field.kind, &mut self.editing) {
            (FieldKind::Toggle, _) if matches!(c, 'y' | 'n') => {
                self.touch();
                self.set(field.path, Value::from(c == 'y'));
            }
            (FieldKind::Choice(_), _) => {
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
}
