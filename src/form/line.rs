//! One line being typed into a field, with its undo. The editing is `tui-input`'s, without a terminal.

use tui_input::{Input, InputRequest};

/// Characters of a line; a value that is longer belongs in a file.
const LONGEST: usize = 4_096;

/// Changes that can be taken back.
const UNDO: usize = 100;

/// A line with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Typing {
    input: Input,
    /// Earlier texts, the newest last.
    past: Vec<String>,
}

impl Typing {
    /// A line that holds `text`, cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST).collect();
        Self {
            input: Input::new(text),
            past: Vec::new(),
        }
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The text with its cursor, to be drawn.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Whether the cursor is behind the last character.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.input.cursor() >= self.text().chars().count()
    }

    /// Whether a change can be taken back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Edits or moves; whether the text changed.
    pub(super) fn edit(&mut self, request: InputRequest) -> bool {
        if matches!(request, InputRequest::InsertChar(_)) && self.room() == 0 {
            return false;
        }
        let before = self.text().to_owned();
        self.input.handle(request);
        self.note(before)
    }

    /// Inserts pasted text; controls and line ends become spaces, so that a paste cannot press keys.
    pub(super) fn paste(&mut self, text: &str) -> bool {
        let before = self.text().to_owned();
        for c in text.trim_end().chars().take(self.room()) {
            let c = if c.is_control() { ' ' } else { c };
            self.input.handle(InputRequest::InsertChar(c));
        }
        self.note(before)
    }

    /// Holds another text, which can be taken back like anything typed.
    pub(super) fn replace(&mut self, text: &str) -> bool {
        let before = self.text().to_owned();
        self.input = Self::new(text).input;
        self.note(before)
    }

    /// Takes the last change back; whether there was one.
    pub(super) fn undo(&mut self) -> bool {
        let Some(text) = self.past.pop() else {
            return false;
        };
        self.input = Input::new(text);
        true
    }

    fn room(&self) -> usize {
        LONGEST.saturating_sub(self.text().chars().count())
    }

    fn note(&mut self, before: String) -> bool {
        let changed = before != self.text();
        if changed {
            if self.past.len() == UNDO {
                self.past.remove(0);
            }
            self.past.push(before);
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_one_by_one_and_the_past_is_bounded() {
        let mut line = Typing::new("ab");
        line.edit(InputRequest::InsertChar('c'));
        line.edit(InputRequest::GoToPrevChar);
        line.paste("x\r\ny\x1b[A\n");
        assert_eq!(line.text(), "abx  y [Ac");
        assert!(line.undo());
        assert_eq!(line.text(), "abc");
        assert!(line.undo() && !line.undo());
        assert_eq!(line.text(), "ab");
        for _ in 0..3 * UNDO {
            line.edit(InputRequest::InsertChar('z'));
        }
        assert_eq!(line.past.len(), UNDO);
        line.paste(&"x".repeat(3 * LONGEST));
        assert_eq!(line.text().len(), LONGEST);
    }
}
