//! What keys mean in a form, and the line that says so.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Ask;
use crate::config::theme::Theme;
use crate::form::{Editing, FieldKind, Form, Stroke};

/// What a key is for.
pub(super) enum Meaning {
    /// Something to do in the form.
    Stroke(Stroke),
    /// Something to ask of the console.
    Ask(Ask),
    /// Show the other side, where only one has room.
    Aside,
    /// Make the checks again.
    CheckAgain,
}

/// What a key means; none is nothing.
pub(super) fn meaning(key: KeyEvent, form: &Form) -> Option<Meaning> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    if control {
        return chord(key.code);
    }
    let stroke = match key.code {
        KeyCode::Esc => return Some(Meaning::Ask(Ask::Keep)),
        KeyCode::F(2) => return Some(Meaning::Aside),
        KeyCode::Enter if form.field().is_none() => return Some(Meaning::Ask(Ask::Review)),
        KeyCode::Up if alt => Stroke::Raise,
        KeyCode::Down if alt => Stroke::Lower,
        KeyCode::Backspace if alt => Stroke::EraseWord,
        KeyCode::Enter => Stroke::Enter,
        KeyCode::Tab => Stroke::Next,
        KeyCode::BackTab => Stroke::Previous,
        KeyCode::Up => Stroke::Up,
        KeyCode::Down => Stroke::Down,
        KeyCode::Left => Stroke::Left,
        KeyCode::Right => Stroke::Right,
        KeyCode::Home => Stroke::Home,
        KeyCode::End => Stroke::End,
        KeyCode::Backspace => Stroke::Erase,
        KeyCode::Delete => Stroke::EraseNext,
        KeyCode::Char('b') if alt => Stroke::WordLeft,
        KeyCode::Char('f') if alt => Stroke::WordRight,
        KeyCode::Char('d') if alt => Stroke::EraseNextWord,
        KeyCode::Char(c) if !alt => Stroke::Type(c),
        _ => return None,
    };
    Some(Meaning::Stroke(stroke))
}

fn chord(code: KeyCode) -> Option<Meaning> {
    let stroke = match code {
        KeyCode::Char('s') => return Some(Meaning::Ask(Ask::Review)),
        KeyCode::Char('x') => return Some(Meaning::Ask(Ask::Edit)),
        KeyCode::Char('o') => return Some(Meaning::Ask(Ask::Load)),
        KeyCode::Char('p') => return Some(Meaning::Ask(Ask::History)),
        KeyCode::Char('j') => return Some(Meaning::Aside),
        KeyCode::Char('r') => return Some(Meaning::CheckAgain),
        KeyCode::Char('a') => Stroke::Home,
        KeyCode::Char('e') => Stroke::End,
        KeyCode::Char('k') => Stroke::EraseRest,
        KeyCode::Char('u') => Stroke::EraseLine,
        // What terminals send for Ctrl-_ is known by three names.
        KeyCode::Char('_' | '7' | '/') => Stroke::Undo,
        KeyCode::Char('w') => Stroke::EraseWord,
        KeyCode::Char('d') => Stroke::Remove,
        KeyCode::Char('n') => Stroke::Complete,
        KeyCode::Left => Stroke::WordLeft,
        KeyCode::Right => Stroke::WordRight,
        _ => return None,
    };
    Some(Meaning::Stroke(stroke))
}

/// Draws the keys that work on the field in focus, the most wanted first; what does not fit is left out.
pub(super) fn foot(
    form: &Form,
    aside: bool,
    narrow: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let mut hints = vec![("Ctrl-s", "review"), ("Esc", "keep draft"), ("F1", "keys")];
    if narrow {
        hints.push(("Ctrl-j", if aside { "fields" } else { "JSON" }));
    }
    hints.extend(own(form));
    hints.extend([
        ("Tab", "next"),
        ("Ctrl-x", "editor"),
        ("Ctrl-o", "load"),
        ("Ctrl-p", "earlier"),
        ("Ctrl-r", "check again"),
    ]);
    super::super::footer::hints(area, buf, theme, &hints);
}

/// Keys that mean something on this kind of field only.
fn own(form: &Form) -> Vec<(&'static str, &'static str)> {
    let mut own = Vec::new();
    let kind = form.field().map(|field| field.kind);
    match (form.editing(), kind) {
        (_, None) => own.push(("Enter", "review")),
        (Editing::Order { .. }, _) => {
            own.extend([("Space", "take or leave"), ("Alt-Up/Down", "move")]);
        }
        (Editing::Rows { .. }, _) => {
            own.extend([
                ("Enter", "next row"),
                ("Ctrl-d", "remove"),
                ("Alt-Up/Down", "move"),
            ]);
        }
        (Editing::Nothing, Some(FieldKind::Choice(_))) => own.push(("Left/Right", "choose")),
        (Editing::Nothing, _) => own.push(("Space", "change")),
        (Editing::Line(_), _) => {}
    }
    let line = form.editing().line();
    if line.is_some_and(crate::form::Typing::can_undo) {
        own.push(("Ctrl-_", "undo"));
    }
    if line.is_some() && !form.completions(1).is_empty() {
        own.push(("Ctrl-n", "complete"));
    }
    own
}
