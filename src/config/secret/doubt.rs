//! What is odd about a secret and was most likely not meant: told with the place it came from, never with any of it.

use super::Line;

/// Something that editors, shells and copied text leave in a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    ByteOrderMark,
    SpaceBefore,
    SpaceAfter,
    MoreLines,
    WindowsLineEnd,
    Quoted,
    Invisible,
}

const MARK: char = '\u{feff}';

impl Doubt {
    /// Everything that is odd about what a place holds.
    pub(super) fn all(line: &Line<'_>) -> Vec<Self> {
        let text = line.secret;
        let bare = text.trim_start_matches(MARK);
        let first = bare.lines().next().unwrap_or_default();
        let found = [
            (bare.len() < text.len(), Self::ByteOrderMark),
            (bare.contains('\n'), Self::MoreLines),
            (bare.starts_with(char::is_whitespace), Self::SpaceBefore),
            (
                first.trim_end_matches('\r').ends_with(char::is_whitespace)
                    || bare.ends_with([' ', '\t']),
                Self::SpaceAfter,
            ),
            (line.windows || bare.contains('\r'), Self::WindowsLineEnd),
            (quoted(bare.trim()), Self::Quoted),
            (bare.chars().any(invisible), Self::Invisible),
        ];
        let odd = found.into_iter().filter(|(odd, _)| *odd);
        odd.map(|(_, doubt)| doubt).collect()
    }

    /// What it is, after "the secret from PLACE".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::ByteOrderMark => {
                "begins with a byte order mark (BOM), which is sent as part of it"
            }
            Self::SpaceBefore => "begins with white space, which is sent as part of it",
            Self::SpaceAfter => "ends with white space, which is sent as part of it",
            Self::MoreLines => "has more than one line, and all of them are sent",
            Self::WindowsLineEnd => "has line ends of Windows (CR LF); the last one is left out",
            Self::Quoted => "stands in quotation marks, which are sent as part of it",
            Self::Invisible => {
                "has characters that cannot be seen, and they are sent as part of it"
            }
        }
    }
}

fn quoted(text: &str) -> bool {
    ['"', '\''].iter().any(|mark| {
        let inner = text.strip_prefix(*mark);
        inner.is_some_and(|inner| inner.ends_with(*mark))
    })
}

/// No white space, and nothing to see either: zero-width characters, controls.
fn invisible(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | MARK)
}
