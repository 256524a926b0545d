//! How a cell is to look, and the shortest SGR sequence from one look to another.
//!
//! The pen is kept across frames, so a frame that changes one red word sends the colour once and no reset after it
//! (ECMA-48 §8.3.117; underline colour as in ISO 8613-6).

use std::fmt;
use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// What ends each attribute. Bold and dim end together, as do both speeds of blinking.
const ENDS: [(Modifier, u8); 7] = [
    (Modifier::BOLD.union(Modifier::DIM), 22),
    (Modifier::ITALIC, 23),
    (Modifier::UNDERLINED, 24),
    (Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK), 25),
    (Modifier::REVERSED, 27),
    (Modifier::HIDDEN, 28),
    (Modifier::CROSSED_OUT, 29),
];

/// What begins each attribute.
const BEGINS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Attributes that show on a blank; the others show on glyphs only.
const SHOWS_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Colours and attributes that the terminal applies to the next glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

impl Pen {
    /// The terminal's own colours and no attribute.
    pub(super) const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        underline: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// The pen that a cell asks for.
    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifier: cell.modifier,
        }
    }

    /// Whether a blank looks the same drawn with either pen, which saves most colour changes in a table.
    pub(super) fn blanks_alike(self, other: Self) -> bool {
        self.bg == other.bg
            && !self.modifier.intersects(SHOWS_ON_BLANK)
            && !other.modifier.intersects(SHOWS_ON_BLANK)
    }

    /// Appends the shortest sequence that turns the terminal's pen into this one; `from` is `None` when nothing is
    /// known of the terminal's pen.
    pub(super) fn pick_up(self, from: Option<Self>, out: &mut Vec<u8>) {
        if from == Some(self) {
            return;
        }
        let start = out.len();
        let Some(from) = from else {
            self.reset_first(out);
            return;
        };
        self.differences(from, Sgr::new(out)).finish();
        let middle = out.len();
        self.reset_first(out);
        if out.len() - middle < middle - start {
            out.drain(start..middle);
        } else {
            out.truncate(middle);
        }
    }

    fn reset_first(self, out: &mut Vec<u8>) {
        let mut sgr = Sgr::new(out);
        if self == Self::PLAIN {
            sgr.begin();
        } else {
            sgr.push(format_args!("0"));
        }
        self.differences(Self::PLAIN, sgr).finish();
    }

    fn differences(self, from: Self, mut sgr: Sgr<'_>) -> Sgr<'_> {
        let mut lit = from.modifier;
        let gone = from.modifier.difference(self.modifier);
        for (group, code) in ENDS {
            if gone.intersects(group) {
                sgr.push(format_args!("{code}"));
                lit.remove(group);
            }
        }
        for (flag, code) in BEGINS {
            if self.modifier.contains(flag) && !lit.contains(flag) {
                sgr.push(format_args!("{code}"));
            }
        }
        if self.fg != from.fg {
            sgr.colour(self.fg, 30);
        }
        if self.bg != from.bg {
            sgr.colour(self.bg, 40);
        }
        if self.underline != from.underline {
            sgr.underline(self.underline);
        }
        sgr
    }
}

/// One SGR sequence in the making; writes nothing when it got no parameter.
struct Sgr<'a> {
    out: &'a mut Vec<u8>,
    begun: bool,
    empty: bool,
}

impl<'a> Sgr<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            begun: false,
            empty: true,
        }
    }

    fn begin(&mut self) {
        if !self.begun {
            self.out.extend_from_slice(b"\x1b[");
            self.begun = true;
        }
    }

    fn push(&mut self, parameter: fmt::Arguments<'_>) {
        self.begin();
        if !self.empty {
            self.out.push(b';');
        }
        self.empty = false;
        // A `Vec` takes every write.
        let _ = self.out.write_fmt(parameter);
    }

    /// `base` is 30 for the foreground and 40 for the background.
    fn colour(&mut self, colour: Color, base: u8) {
        match sixteen(colour) {
            Some(dark @ 0..8) => self.push(format_args!("{}", base + dark)),
            Some(bright) => self.push(format_args!("{}", base + 60 + (bright & 7))),
            None => match colour {
                Color::Indexed(n) => self.push(format_args!("{};5;{n}", base + 8)),
                Color::Rgb(r, g, b) => self.push(format_args!("{};2;{r};{g};{b}", base + 8)),
                _ => self.push(format_args!("{}", base + 9)),
            },
        }
    }

    /// With colons: a terminal that does not know 58 then skips it whole, and does not read its parts as attributes.
    fn underline(&mut self, colour: Color) {
        match (sixteen(colour), colour) {
            (Some(n), _) | (None, Color::Indexed(n)) => self.push(format_args!("58:5:{n}")),
            (None, Color::Rgb(r, g, b)) => self.push(format_args!("58:2::{r}:{g}:{b}")),
            (None, _) => self.push(format_args!("59")),
        }
    }

    fn finish(self) {
        if self.begun {
            self.out.push(b'm');
        }
    }
}

/// The place of a named colour among the terminal's own sixteen.
fn sixteen(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Reset | Color::Indexed(_) | Color::Rgb(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pen(fg: Color, bg: Color, modifier: Modifier) -> Pen {
        Pen {
            fg,
            bg,
            modifier,
            ..Pen::PLAIN
        }
    }

    fn change(from: Option<Pen>, to: Pen) -> String {
        let mut out = Vec::new();
        to.pick_up(from, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_change_is_one_parameter() {
        let red = pen(Color::Red, Color::Reset, Modifier::empty());
        assert_eq!(change(Some(Pen::PLAIN), red), "\x1b[31m");
        assert_eq!(change(Some(red), red), "");
        assert_eq!(change(Some(red), Pen::PLAIN), "\x1b[m");
        let bright = pen(Color::White, Color::DarkGray, Modifier::empty());
        assert_eq!(change(Some(Pen::PLAIN), bright), "\x1b[97;100m");
    }

    #[test]
    fn an_unknown_pen_starts_reset_first() {
        assert_eq!(change(None, Pen::PLAIN), "\x1b[m");
        let bold = pen(Color::Reset, Color::Indexed(200), Modifier::BOLD);
        assert_eq!(change(None, bold), "\x1b[0;1;48;5;200m");
    }

    #[test]
    fn ending_bold_keeps_dim() {
        let bold_dim = pen(Color::Red, Color::Blue, Modifier::BOLD | Modifier::DIM);
        let dim = pen(Color::Red, Color::Blue, Modifier::DIM);
        assert_eq!(change(Some(bold_dim), dim), "\x1b[22;2m");
    }

    #[test]
    fn underline_colour_uses_colons() {
        let under = Pen {
            underline: Color::Rgb(1, 2, 3),
            modifier: Modifier::UNDERLINED,
            ..Pen::PLAIN
        };
        assert_eq!(change(Some(Pen::PLAIN), under), "\x1b[4;58:2::1:2:3m");
    }

    #[test]
    fn a_blank_needs_only_its_background() {
        let red = pen(Color::Red, Color::Reset, Modifier::BOLD);
        assert!(red.blanks_alike(Pen::PLAIN));
        let reversed = pen(Color::Red, Color::Reset, Modifier::REVERSED);
        assert!(!reversed.blanks_alike(Pen::PLAIN));
        assert!(!pen(Color::Red, Color::Blue, Modifier::empty()).blanks_alike(red));
    }
}
