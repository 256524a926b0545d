//! Completions: what may stand in the line that is being typed.

use super::super::{Completion, Form};

impl Form {
    /// What may be typed where the cursor is, the nearest first; at most `most`.
    #[must_use]
    pub fn completions(&self, most: usize) -> Vec<Completion> {
        let typed = match (&self.completing, self.editing.line()) {
            (Some((typed, _)), _) => typed.to_lowercase(),
            (None, Some(line)) => line.text().trim().to_lowercase(),
            (None, None) => return Vec::new(),
        };
        let place = self.place();
        let mut found: Vec<_> = self.rules.completions(&place, &self.body);
        found.retain(|c| {
            c.value.to_lowercase().contains(&typed) || c.note.to_lowercase().contains(&typed)
        });
        if self.completing.is_none() {
            found.retain(|c| c.value.to_lowercase() != typed);
        }
        found.sort_by_key(|c| !c.value.to_lowercase().starts_with(&typed));
        found.truncate(most);
        found
    }

    /// At the end of a line that a completion goes on from, Right takes it.
    pub(super) fn takes_completion(&self) -> bool {
        let Some(line) = self.editing.line() else {
            return false;
        };
        let goes_on =
            |c: Completion| c.value.len() > line.text().len() && c.value.starts_with(line.text());
        line.at_end() && !line.text().is_empty() && self.completions(1).into_iter().any(goes_on)
    }

    /// Writes the next completion in place of what was typed.
    pub(super) fn complete(&mut self) {
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
