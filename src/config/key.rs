//! A key as a person writes it: `s`, `S`, `Ctrl-l`, `Alt-Up`, `F5`, `PageDown`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::near;

/// Keys with a name of their own.
const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("BackTab", KeyCode::BackTab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

const MODIFIERS: &[(&str, KeyModifiers)] = &[
    ("Ctrl-", KeyModifiers::CONTROL),
    ("Alt-", KeyModifiers::ALT),
    ("Shift-", KeyModifiers::SHIFT),
];

/// One key press with its modifiers, in the one form that both the file and the terminal come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// Normalises: the case of a character says Shift, control characters have no case, and lock or super keys are
    /// not part of a binding.
    pub(super) fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers =
            modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        if matches!(code, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        Self { code, modifiers }
    }

    /// What a terminal sends in place of this key, when it cannot send the key itself.
    fn mistaken_for(self) -> Option<&'static str> {
        if self.modifiers != KeyModifiers::CONTROL {
            return None;
        }
        match self.code {
            KeyCode::Char('i') => Some("Tab"),
            KeyCode::Char('m') => Some("Enter"),
            KeyCode::Char('[') => Some("Esc"),
            _ => None,
        }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl FromStr for Key {
    type Err = String;

    /// Names and modifiers in any case; a single character is itself, so `G` is not `g`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (modifiers, name) = split_modifiers(text);
        let code = code(name).ok_or_else(|| {
            let hint = near::hint(name, NAMED.iter().map(|(name, _)| *name));
            format!("{text:?} is not a key (one character, Ctrl-x, Alt-x, F1 to F12, or a name such as PageDown){hint}")
        })?;
        let key = Self::new(code, modifiers);
        match key.mistaken_for() {
            Some(other) => Err(format!(
                "terminals send {other} for {key}: bind {other} instead"
            )),
            None => Ok(key),
        }
    }
}

fn split_modifiers(text: &str) -> (KeyModifiers, &str) {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = text;
    while let Some((prefix, modifier)) = MODIFIERS.iter().find(|(prefix, _)| {
        rest.len() > prefix.len()
            && rest
                .get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    }) {
        modifiers |= *modifier;
        rest = rest.get(prefix.len()..).unwrap_or_default();
    }
    (modifiers, rest)
}

fn code(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return (!only.is_control() && only != ' ').then_some(KeyCode::Char(only));
    }
    let named = NAMED.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    if let Some((_, code)) = named {
        return Some(*code);
    }
    let number = name.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (prefix, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn every_way_to_write_a_key_reads_back() {
        for text in [
            "s",
            "S",
            "/",
            "-",
            "Ctrl-l",
            "Ctrl--",
            "Alt-x",
            "Alt-X",
            "Ctrl-Alt-x",
            "Shift-Up",
            "F5",
            "F12",
            "Space",
            "Ctrl-Space",
            "PageDown",
            "BackTab",
            "é",
        ] {
            assert_eq!(key(text).to_string(), text);
        }
        assert_eq!(key("ctrl-L"), key("Ctrl-l"));
        assert_eq!(key("pagedown"), key("PageDown"));
        assert_eq!(key("Shift-Tab"), key("BackTab"));
    }

    #[test]
    fn what_a_terminal_sends_comes_to_the_same_key() {
        let sent = |code, modifiers| Key::from(KeyEvent::new(code, modifiers));
        assert_eq!(sent(KeyCode::Char('G'), KeyModifiers::SHIFT), key("G"));
        assert_eq!(sent(KeyCode::BackTab, KeyModifiers::SHIFT), key("BackTab"));
        assert_eq!(
            sent(KeyCode::Char('c'), KeyModifiers::CONTROL),
            key("Ctrl-c")
        );
        assert_ne!(key("g"), key("G"));
    }

    #[test]
    fn what_is_no_key_says_what_is() {
        for text in ["", "Ctrl-", "F13", "F0", "Hyper-x", "ab", "\u{1b}", " "] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
        let fault = "PageDwn".parse::<Key>().unwrap_err();
        assert!(fault.contains("did you mean \"PageDown\"?"), "{fault}");
        let fault = "Ctrl-i".parse::<Key>().unwrap_err();
        assert_eq!(fault, "terminals send Tab for Ctrl-i: bind Tab instead");
    }
}
