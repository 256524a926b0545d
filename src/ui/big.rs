//! Figures three lines high, to be read from across a room: of half blocks, or of strokes where a terminal has ASCII alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::term::glyphs::Glyphs;

/// Lines that a figure takes.
pub const HEIGHT: u16 = 3;

/// Draws a number with its point and sign in large figures; returns the columns it took. What has no large form is left
/// out, and so is what does not fit: half a figure would be another number.
pub fn render(area: Rect, buf: &mut Buffer, style: Style, text: &str, glyphs: Glyphs) -> u16 {
    let form = match glyphs {
        Glyphs::All => blocks,
        Glyphs::Ascii => strokes,
    };
    let glyphs: Vec<[&str; 3]> = text.chars().filter_map(form).collect();
    let wide = |glyph: &[&str; 3]| u16::try_from(glyph[0].chars().count()).unwrap_or(0) + 1;
    let width = glyphs.iter().map(wide).sum::<u16>().saturating_sub(1);
    if area.height < HEIGHT || area.width < width {
        return 0;
    }
    let mut x = area.x;
    for glyph in &glyphs {
        for (line, y) in glyph.iter().zip(area.y..) {
            buf.set_string(x, y, line, style);
        }
        x += wide(glyph);
    }
    width
}

/// A character out of half blocks, which every terminal font has.
const fn blocks(c: char) -> Option<[&'static str; 3]> {
    Some(match c {
        '0' => ["█▀█", "█ █", "▀▀▀"],
        '1' => ["▀█ ", " █ ", "▀▀▀"],
        '2' => ["▀▀█", "█▀▀", "▀▀▀"],
        '3' => ["▀▀█", " ▀█", "▀▀▀"],
        '4' => ["█ █", "▀▀█", "  ▀"],
        '5' => ["█▀▀", "▀▀█", "▀▀▀"],
        '6' => ["█▀▀", "█▀█", "▀▀▀"],
        '7' => ["▀▀█", "  █", "  ▀"],
        '8' => ["█▀█", "█▀█", "▀▀▀"],
        '9' => ["█▀█", "▀▀█", "▀▀▀"],
        '.' => [" ", " ", "▀"],
        '-' => ["   ", "▀▀▀", "   "],
        '%' => ["▀ ▄", "▄▀ ", "  ▀"],
        ' ' => [" ", " ", " "],
        _ => return None,
    })
}

/// A character out of the strokes of a seven-segment display: half blocks that became ASCII could not be read as figures.
const fn strokes(c: char) -> Option<[&'static str; 3]> {
    Some(match c {
        '0' => [" _ ", "| |", "|_|"],
        '1' => ["   ", "  |", "  |"],
        '2' => [" _ ", " _|", "|_ "],
        '3' => [" _ ", " _|", " _|"],
        '4' => ["   ", "|_|", "  |"],
        '5' => [" _ ", "|_ ", " _|"],
        '6' => [" _ ", "|_ ", "|_|"],
        '7' => [" _ ", "  |", "  |"],
        '8' => [" _ ", "|_|", "|_|"],
        '9' => [" _ ", "|_|", " _|"],
        '.' => [" ", " ", "."],
        '-' => ["   ", "---", "   "],
        '%' => ["o /", " / ", "/ o"],
        ' ' => [" ", " ", " "],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_whole_or_not_there() {
        let area = Rect::new(0, 0, 10, 3);
        let mut buf = Buffer::empty(area);
        assert_eq!(render(area, &mut buf, Style::new(), "98", Glyphs::All), 7);
        assert_eq!(buf[(0, 0)].symbol(), "█");
        let mut buf = Buffer::empty(area);
        assert_eq!(
            render(area, &mut buf, Style::new(), "98412", Glyphs::All),
            0
        );
        assert_eq!(buf, Buffer::empty(area));
    }

    #[test]
    fn in_ascii_every_figure_is_drawn_in_strokes_and_differs_from_the_others() {
        let area = Rect::new(0, 0, 7, 3);
        let mut buf = Buffer::empty(area);
        assert_eq!(render(area, &mut buf, Style::new(), "98", Glyphs::Ascii), 7);
        let drawn = Buffer::with_lines([" _   _ ", "|_| |_|", " _| |_|"]);
        assert_eq!(buf, drawn);
        let all = "0123456789.-% ".chars();
        let mut forms: Vec<_> = all.map(|c| strokes(c).unwrap()).collect();
        for (form, c) in forms.iter().zip("0123456789.-% ".chars()) {
            let wide = |lines: &[&str; 3]| lines.map(|line| line.chars().count());
            assert!(form.iter().all(|line| line.is_ascii()), "{c}");
            assert_eq!(wide(form), wide(&blocks(c).unwrap()), "{c}");
        }
        let count = forms.len();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!(forms.len(), count);
    }
}
