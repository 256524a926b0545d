//! Which glyphs a terminal is sent: all of them, or ASCII alone where the locale is not UTF-8.
//!
//! Everything that the console draws goes through [`ascii`] as the last step before the bytes, so that nothing else has
//! to know of it, and a glyph that is new somewhere cannot be forgotten here. Each glyph becomes as many ASCII
//! characters as it takes columns: what stood below one another still does. What is not ours to draw, the accented name of
//! a person, shows `?` in each column: an escape would move what is beside it, and a letter without its accent would be
//! another name. Files, pipes and what is copied keep every character.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_width::UnicodeWidthChar as _;

use crate::environment::Environment;

/// Who decides the locale, the first that is set: POSIX.1-2024, XBD 8.2.
const DECIDING: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// Whether what this process prints on a terminal is ASCII.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// What a terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Every character.
    #[default]
    All,
    /// ASCII alone.
    Ascii,
}

impl Glyphs {
    /// What was asked for in the configuration, else what the locale says.
    #[must_use]
    pub fn of(asked: Option<bool>, environment: &Environment) -> Self {
        if asked.unwrap_or_else(|| !is_utf8(locale(environment).unwrap_or_default())) {
            Self::Ascii
        } else {
            Self::All
        }
    }

    /// Makes this the choice for what the process prints on a terminal without drawing, error lines too.
    pub fn choose(self) {
        PLAIN.store(self == Self::Ascii, Ordering::Relaxed);
    }

    /// What was chosen.
    #[must_use]
    pub fn chosen() -> Self {
        if PLAIN.load(Ordering::Relaxed) {
            Self::Ascii
        } else {
            Self::All
        }
    }

    /// A text as such a terminal shows it.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        if self == Self::All || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() {
                plain.push(c);
            } else if let Some(columns) = c.width().filter(|columns| *columns > 0) {
                let mut bytes = [0; 4];
                plain.push_str(ascii(c.encode_utf8(&mut bytes), columns));
            }
        }
        Cow::Owned(plain)
    }
}

/// The locale that decides which bytes a terminal shows as which characters; none is that of C.
#[must_use]
pub fn locale(environment: &Environment) -> Option<&OsStr> {
    DECIDING.iter().find_map(|name| environment.get(name))
}

/// Whether a locale (`de_DE.UTF-8@euro`) is one of UTF-8.
#[must_use]
pub fn is_utf8(locale: &OsStr) -> bool {
    let locale = locale.to_string_lossy();
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    charset.eq_ignore_ascii_case("UTF-8") || charset.eq_ignore_ascii_case("UTF8")
}

/// What stands in ASCII for the glyph of a cell that is so many columns wide.
#[must_use]
pub fn ascii(glyph: &str, columns: usize) -> &'static str {
    let mut chars = glyph.chars();
    match (chars.next(), chars.next(), columns) {
        (Some(c), None, 1) => ours(c).unwrap_or("?"),
        (_, _, 0 | 1) => "?",
        _ => "??",
    }
}

/// The glyphs that the console draws. What has two senses is told apart by where it stands, as with the glyphs
/// themselves; no state shares its mark with another.
#[expect(
    clippy::match_same_arms,
    reason = "a table by what the glyphs are for, not by what becomes of them"
)]
fn ours(c: char) -> Option<&'static str> {
    Some(match c {
        // Marks of states.
        '●' | '•' => "*",
        '○' => "o",
        '◌' => ":",
        '‖' => "|",
        '×' | '✗' => "x",
        '✓' => "+",
        '≠' => "!",
        '↻' => "@",
        '≤' | '←' | '‹' => "<",
        '▌' | '→' | '›' => ">",
        '▲' => "^",
        '▼' => "v",
        '…' => "~",
        '·' => ".",
        '–' | '—' => "-",
        // Bars and spark lines, from low to high; figures are made of the half and the whole block.
        '▁' => "_",
        '▂' => ".",
        '▃' => "-",
        '▄' => "=",
        '▅' => "+",
        '▆' => "*",
        '▇' => "%",
        '█' => "#",
        '▀' => "\"",
        '━' | '═' => "=",
        // Borders and axes.
        '─' | '╌' | '╸' | '╺' => "-",
        '│' | '┃' | '║' | '╎' => "|",
        '\u{2500}'..='\u{257f}' => "+",
        '\u{2800}'..='\u{28ff}' => dots(c),
        _ => return None,
    })
}

/// A braille cell of a chart, by the half of the line in which its dots are.
fn dots(c: char) -> &'static str {
    const UPPER: u32 = 0b0001_1011;
    const LOWER: u32 = 0b1110_0100;
    let dots = u32::from(c) & 0xff;
    match (dots & UPPER != 0, dots & LOWER != 0) {
        (true, true) => ":",
        (true, false) => "'",
        (false, true) => ".",
        (false, false) => " ",
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn of(asked: Option<bool>, variables: &[(&str, &str)]) -> Glyphs {
        let environment = variables.iter().copied().collect();
        Glyphs::of(asked, &environment)
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let plain: [&[(&str, &str)]; 7] = [
            &[],
            &[("LC_ALL", "C")],
            &[("LANG", "POSIX")],
            &[("LANG", "")],
            &[("LC_ALL", "en_US.ISO-8859-1"), ("LANG", "C.UTF-8")],
            &[("LC_CTYPE", "C"), ("LANG", "en_US.UTF-8")],
            &[("LANG", "de_DE@euro")],
        ];
        for variables in plain {
            assert_eq!(of(None, variables), Glyphs::Ascii, "{variables:?}");
        }
        let all: [&[(&str, &str)]; 5] = [
            &[("LC_ALL", "en_US.UTF-8"), ("LANG", "C")],
            &[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8")],
            &[("LANG", "C.utf8")],
            &[("LANG", "ca_ES.UTF-8@valencia")],
            &[("LC_CTYPE", "en_US.UTF-8"), ("LANG", "C")],
        ];
        for variables in all {
            assert_eq!(of(None, variables), Glyphs::All, "{variables:?}");
        }
    }

    #[test]
    fn what_the_configuration_says_goes_before_the_locale() {
        assert_eq!(of(Some(true), &[("LANG", "C.UTF-8")]), Glyphs::Ascii);
        assert_eq!(of(Some(false), &[("LC_ALL", "C")]), Glyphs::All);
    }

    #[test]
    fn every_character_keeps_its_columns() {
        for text in [
            "● live  ▼3 Zoë Åström … ok",
            "佐藤 花子 e\u{301}tat",
            "▁▂▃▄▅▆▇█ ┌─┐│└┘├┤┬┴ ⠁⢀⣿",
        ] {
            let plain = Glyphs::Ascii.text(text);
            assert!(plain.is_ascii(), "{plain}");
            assert_eq!(plain.len(), text.width(), "{plain}");
            assert_eq!(Glyphs::All.text(text), text);
        }
        assert_eq!(Glyphs::Ascii.text("Zoë 佐藤\n"), "Zo? ????\n");
    }

    #[test]
    fn marks_of_states_and_levels_differ_from_one_another() {
        for alike in [
            &['●', '○', '◌', '‖', '×'][..],
            &['✓', '✗', '…'],
            &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█', '▀'],
            &['▲', '▼', '≠'],
        ] {
            let mut plain: Vec<_> = alike.iter().map(|c| ours(*c)).collect();
            plain.sort_unstable();
            plain.dedup();
            assert_eq!(plain.len(), alike.len(), "{alike:?} became {plain:?}");
        }
    }
}
