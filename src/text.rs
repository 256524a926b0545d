//! Remote text: kept as it came, shown only in a form that cannot act on the terminal.
//!
//! JSON output must stay byte-true while everything a person reads must be safe, so the raw string is kept and the
//! type is the guard: [`Text`] has no `Deref` and its `Display` is the safe form. Escapes, controls, bidi overrides,
//! joiners, tags, line separators and runs of combining marks become visible `\u{..}`; nothing is dropped silently.
//! One value costs what one value costs: of a very long one its beginning is shown, with how long it is.

pub mod chart;
pub mod collate;
pub mod json;
pub mod lanes;
pub(crate) mod near;

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize};
use unicode_width::UnicodeWidthChar;

use crate::vault;

/// Combining marks kept on one base character; real scripts need no more, and a "zalgo" cell paints over its neighbours.
const MARKS_PER_BASE: usize = 3;

/// Bytes of the widest of what a column shows, marks included.
const MOST_BYTES: usize = 4 * (1 + MARKS_PER_BASE);

/// Bytes of a credential that a cut could halve.
const STRADDLING: usize = 4 << 10;

/// Characters of one value that are shown. The organisation's own fields end far below; the whole of a longer one is in
/// JSON.
const SHOWN: usize = 1_000;

/// Bytes of the safe form of so many characters, each of them written as an escape, and of the mark behind them.
const LONGEST: usize = SHOWN * r"\u{10ffff}".len() + 64;

/// A string from outside. Equality, order and hash are those of the raw string.
///
/// Credentials that are in use are taken out of it when it is made ([`vault`]): whoever repeats what we sent, in an error,
/// a name or a header, gets it no further than here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(CompactString);

impl Text {
    /// The string as it came: for JSON, keys and URLs, never for a screen, a log or a table.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// A string of our own that has to come back as it went out, credentials included: the key of something, an address.
    /// What is shown of it is scrubbed all the same.
    #[must_use]
    pub fn verbatim(raw: &str) -> Self {
        Self(CompactString::from(raw))
    }

    /// Whether there is anything in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The safe form, cut to `width` terminal columns with `…` when it is longer.
    #[must_use]
    pub fn fit(&self, width: usize) -> Cow<'_, str> {
        fit(&self.0, width)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self(CompactString::from(vault::scrub(raw)))
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self(CompactString::from(vault::cleaned(raw)))
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(raw: Cow<'_, str>) -> Self {
        match raw {
            Cow::Borrowed(raw) => Self::from(raw),
            Cow::Owned(raw) => Self::from(raw),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        CompactString::deserialize(from).map(|raw| match vault::scrub(&raw) {
            Cow::Owned(clean) => Self(clean.into()),
            Cow::Borrowed(_) => Self(raw),
        })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&shown(&self.0))
    }
}

/// The safe form of a string from outside, without credentials; borrowed when there was nothing to make visible.
#[must_use]
pub fn safe(raw: &str) -> Cow<'_, str> {
    match vault::scrub(raw) {
        Cow::Borrowed(raw) => visible(raw),
        Cow::Owned(clean) => Cow::Owned(visible(&clean).into_owned()),
    }
}

/// Whether a string shows as it is, with nothing in it that would have to be made visible: for those who ask before they
/// take a word from a person.
#[must_use]
pub fn is_plain(raw: &str) -> bool {
    visible(raw) == raw
}

fn visible(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(raw);
    }
    let mut shown = String::with_capacity(raw.len() + 8);
    for (piece, _) in Pieces::new(raw) {
        shown.push_str(&piece);
    }
    Cow::Owned(shown)
}

/// The safe form of a value for people: of more than 1,000 characters the beginning, and how many bytes there are.
#[must_use]
pub fn shown(raw: &str) -> Cow<'_, str> {
    match beginning(raw) {
        Some(begins) => Cow::Owned(format!("{}{}", safe(begins), Cut(raw.len()))),
        None => safe(raw),
    }
}

/// The same for a text that is safe already, such as the cell of a table. What [`shown`] made stays as it is.
#[must_use]
pub fn brief(safe: &str) -> Cow<'_, str> {
    match beginning(safe) {
        Some(begins) if safe.len() > LONGEST => Cow::Owned(format!("{begins}{}", Cut(safe.len()))),
        _ => Cow::Borrowed(safe),
    }
}

/// What is shown of a value that is not shown whole. Looks no further than that.
fn beginning(raw: &str) -> Option<&str> {
    // A character has a byte at least.
    if raw.len() <= SHOWN {
        return None;
    }
    let (end, _) = raw.char_indices().nth(SHOWN)?;
    raw.get(..end)
}

/// The mark of a value that is not shown whole: how many bytes it has.
struct Cut(usize);

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "… ({} bytes)", grouped(self.0))
    }
}

/// Whether a text that is shown is not all there is: [`shown`] and [`fit`] end such a one with a mark. Our own sentences
/// about what is under way end with one too, behind a space.
#[must_use]
pub fn is_cut(shown: &str) -> bool {
    shown
        .match_indices('…')
        .any(|(at, _)| at > 0 && !shown[..at].ends_with(' '))
}

/// How many lines there are besides those that are seen.
#[must_use]
pub fn more_lines(n: usize) -> String {
    format!("{n} more line{}", if n == 1 { "" } else { "s" })
}

/// A count with its thousands apart.
#[must_use]
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The safe form cut to `width` columns; looks little further into the string than it shows: as far as a credential that
/// the cut would halve may reach.
#[must_use]
pub fn fit(raw: &str, width: usize) -> Cow<'_, str> {
    let looked = width.saturating_mul(MOST_BYTES).saturating_add(STRADDLING);
    let mut end = looked.min(raw.len());
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    let near = raw.get(..end).unwrap_or(raw);
    match vault::scrub(near) {
        Cow::Borrowed(_) => cut(raw, width),
        Cow::Owned(clean) => Cow::Owned(cut(&clean, width).into_owned()),
    }
}

/// How a body begins, for the error that says what is wrong with it.
#[must_use]
pub fn begins(body: &[u8], width: usize) -> String {
    let most = width.saturating_mul(MOST_BYTES).saturating_add(STRADDLING);
    let near = String::from_utf8_lossy(body.get(..most).unwrap_or(body));
    fit(&near, width).into_owned()
}

fn cut(raw: &str, width: usize) -> Cow<'_, str> {
    if raw.len() <= width && raw.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(raw);
    }
    let mut shown = String::new();
    let (mut used, mut keep) = (0, 0);
    for (piece, columns) in Pieces::new(raw) {
        if used + columns > width {
            shown.truncate(keep);
            if width > 0 {
                shown.push('…');
            }
            return Cow::Owned(shown);
        }
        used += columns;
        shown.push_str(&piece);
        if used < width {
            keep = shown.len();
        }
    }
    Cow::Owned(shown)
}

/// Columns that the safe form takes on a terminal.
#[must_use]
pub fn width(raw: &str) -> usize {
    Pieces::new(raw).map(|(_, columns)| columns).sum()
}

/// Walks a raw string as safe pieces with their widths.
struct Pieces<'a> {
    chars: std::str::Chars<'a>,
    marks: usize,
}

impl<'a> Pieces<'a> {
    fn new(raw: &'a str) -> Self {
        // A mark with no base of its own would attach to whatever the screen drew before it.
        Self {
            chars: raw.chars(),
            marks: MARKS_PER_BASE,
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (CompactString, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let c = self.chars.next()?;
        if !acts(c) {
            match c.width() {
                Some(0) if self.marks < MARKS_PER_BASE => {
                    self.marks += 1;
                    return Some((CompactString::from_iter([c]), 0));
                }
                Some(columns @ 1..) => {
                    self.marks = 0;
                    return Some((CompactString::from_iter([c]), columns));
                }
                _ => {}
            }
        }
        let shown = c.escape_unicode().collect::<CompactString>();
        let columns = shown.len();
        Some((shown, columns))
    }
}

/// Characters that change how what is around them is read or shown, rather than showing something themselves.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // soft hyphen, marks, fillers
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'  // zero-width space, joiners, directional marks
            | '\u{2028}'..='\u{202e}'  // line and paragraph separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}'  // word joiner, isolates, deprecated controls
            | '\u{fe00}'..='\u{fe0f}'  // variation selectors
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}') // tags, further selectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_never_sent() {
        for raw in [
            "\x1b]0;owned\x07",
            "\x1b[2J",
            "a\u{9b}31mb",
            "nul\0",
            "line\nbreak",
            "\u{7f}",
        ] {
            let shown = safe(raw);
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
            assert!(shown.contains("\\u{"), "{shown:?}");
        }
    }

    #[test]
    fn direction_tricks_and_invisible_characters_are_made_visible() {
        assert_eq!(safe("abc\u{202e}cba"), "abc\\u{202e}cba");
        assert_eq!(
            safe("a\u{200d}b\u{fe0f}\u{2028}\u{e0041}"),
            "a\\u{200d}b\\u{fe0f}\\u{2028}\\u{e0041}"
        );
    }

    #[test]
    fn accents_and_wide_characters_stay_themselves() {
        for plain in ["Zoë Åström", "e\u{301}tat", "佐藤 花子", "Ольга"] {
            assert_eq!(safe(plain), plain);
        }
        assert_eq!(width("佐藤"), 4);
    }

    #[test]
    fn a_tower_of_marks_keeps_to_its_cell() {
        let tower = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(safe(&tower).matches('\u{301}').count(), MARKS_PER_BASE);
        assert!(
            safe("\u{301}a").starts_with("\\u{301}"),
            "a mark without a base may not climb on the cell before it"
        );
    }

    #[test]
    fn cutting_respects_columns_and_says_that_it_cut() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("佐藤花子", 5), "佐藤…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit(&"x".repeat(1 << 20), 4), "xxx…");
    }

    #[test]
    fn one_value_costs_one_value_and_says_how_long_it_is() {
        for unit in ["x", "佐", "\u{301}", "\u{10ffff}", "\0"] {
            let long = Text::from(unit.repeat((1 << 20) / unit.len()));
            let safe = long.to_string();
            assert!(safe.len() <= LONGEST, "{} bytes of {unit:?}", safe.len());
            let mark = format!("… ({} bytes)", grouped(long.raw().len()));
            assert!(safe.ends_with(&mark), "{unit:?}");
            assert_eq!(brief(&safe), safe, "cut once");
        }
        let short = "佐".repeat(SHOWN);
        assert_eq!(shown(&short), short);
        assert!(brief(&"x".repeat(1 << 20)).ends_with("x… (1,048,576 bytes)"));
        assert!(brief(&"x".repeat(1 << 20)).len() < 2 * SHOWN);
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            ["0", "999", "1,000", "98,412", "1,000,000"],
            [0, 999, 1_000, 98_412, 1_000_000].map(grouped)[..]
        );
    }
}
