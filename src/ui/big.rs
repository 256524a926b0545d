//! Figures three lines high, to be read from across a room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Lines that a figure takes.
pub const HEIGHT: u16 = 3;

/// Draws a number with its point and sign in large figures; returns the columns it took. What has no large form is left
/// out, and so is what does not fit: half a figure would be another number.
pub fn render(area: Rect, buf: &mut Buffer, style: Style, text: &str) -> u16 {
    let glyphs: Vec<[&str; 3]> = text.chars().filter_map(glyph).collect();
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
const fn glyph(c: char) -> Option<[&'static str; 3]> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_whole_or_not_there() {
        let area = Rect::new(0, 0, 10, 3);
        let mut buf = Buffer::empty(area);
        assert_eq!(render(area, &mut buf, Style::new(), "98"), 7);
        assert_eq!(buf[(0, 0)].symbol(), "█");
        let mut buf = Buffer::empty(area);
        assert_eq!(render(area, &mut buf, Style::new(), "98412"), 0);
        assert_eq!(buf, Buffer::empty(area));
    }
}
