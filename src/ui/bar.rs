//! One line made of segments, of which the least important go first when the line is too narrow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;

/// A piece of a line.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What it says; safe to show.
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Larger goes first when there is no room; 0 stays to the end.
    pub spare: u8,
}

/// The gap between segments, in columns.
const GAP: u16 = 2;

/// A line in the making.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    left: Vec<Segment>,
    right: Vec<Segment>,
}

impl Bar {
    /// Adds a segment on the left; an empty text adds nothing.
    pub fn left(&mut self, spare: u8, style: Style, text: impl Into<String>) {
        push(&mut self.left, spare, style, text.into());
    }

    /// Adds a segment on the right; an empty text adds nothing.
    pub fn right(&mut self, spare: u8, style: Style, text: impl Into<String>) {
        push(&mut self.right, spare, style, text.into());
    }

    /// Draws the line; the last segments standing are cut at the edge, which `…` says.
    pub fn render(mut self, area: Rect, buf: &mut Buffer) {
        while self.width() > area.width && self.drop_one() {}
        let mut x = area.x;
        for segment in &self.left {
            x = draw(buf, area, x, segment).saturating_add(GAP);
        }
        let start = area
            .right()
            .saturating_sub(width(&self.right))
            .max(x.saturating_sub(GAP).saturating_add(1));
        let mut x = start;
        for segment in &self.right {
            x = draw(buf, area, x, segment).saturating_add(GAP);
        }
    }

    fn width(&self) -> u16 {
        let between = if self.right.is_empty() { 0 } else { GAP };
        width(&self.left)
            .saturating_add(between)
            .saturating_add(width(&self.right))
    }

    fn drop_one(&mut self) -> bool {
        let most = self
            .left
            .iter()
            .chain(&self.right)
            .map(|s| s.spare)
            .max()
            .unwrap_or(0);
        if most == 0 {
            return false;
        }
        let side = if self.right.iter().any(|s| s.spare == most) {
            &mut self.right
        } else {
            &mut self.left
        };
        if let Some(at) = side.iter().rposition(|s| s.spare == most) {
            side.remove(at);
        }
        true
    }
}

fn push(side: &mut Vec<Segment>, spare: u8, style: Style, text: String) {
    if !text.is_empty() {
        side.push(Segment { text, style, spare });
    }
}

fn columns(text: &str) -> u16 {
    u16::try_from(unicode_width::UnicodeWidthStr::width(text)).unwrap_or(u16::MAX)
}

fn width(segments: &[Segment]) -> u16 {
    let text = segments
        .iter()
        .fold(0u16, |sum, s| sum.saturating_add(columns(&s.text)));
    let gaps = u16::try_from(segments.len().saturating_sub(1)).unwrap_or(u16::MAX);
    text.saturating_add(gaps.saturating_mul(GAP))
}

fn draw(buf: &mut Buffer, area: Rect, x: u16, segment: &Segment) -> u16 {
    if x >= area.right() {
        return x;
    }
    let room = area.right() - x;
    let shown = if columns(&segment.text) > room {
        text::fit(&segment.text, usize::from(room))
    } else {
        segment.text.as_str().into()
    };
    let room = usize::from(room);
    buf.set_stringn(x, area.y, shown, room, segment.style).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bar: Bar, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        bar.render(area, &mut buf);
        (0..width)
            .map(|x| buf[(x, 0)].symbol().to_owned())
            .collect()
    }

    fn bar() -> Bar {
        let mut bar = Bar::default();
        bar.left(2, Style::new(), "trunkline");
        bar.left(0, Style::new(), "acme");
        bar.right(1, Style::new(), "budget");
        bar.right(0, Style::new(), "RW");
        bar
    }

    #[test]
    fn what_is_spare_goes_first() {
        assert_eq!(line(bar(), 30), "trunkline  acme     budget  RW");
        assert_eq!(line(bar(), 20), "acme      budget  RW");
        assert_eq!(line(bar(), 12), "acme      RW");
    }

    #[test]
    fn a_line_too_narrow_for_anything_is_cut_and_does_not_panic() {
        assert_eq!(line(bar(), 3), "ac…");
        line(bar(), 0);
    }
}
