//! The panel under the rows: a title, lines of labelled values, moments in full.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Widget, Wrap};

use crate::config::theme::Theme;
use crate::text::width;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// Draws the rule and its title; what is left is for the lines.
#[must_use]
pub fn frame(area: Rect, buf: &mut Buffer, theme: &Theme, title: &str) -> Rect {
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(theme.style(Role::Border))
        .title(format!(" {title} "))
        .title_style(theme.style(Role::Header));
    let inner = block.inner(area);
    block.render(area, buf);
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Says something at the right of the rule, beside its title.
pub fn aside(area: Rect, buf: &mut Buffer, theme: &Theme, text: &str) {
    let text = format!(" {text} ");
    let columns = u16::try_from(width(&text)).unwrap_or(u16::MAX);
    // As far from the edge as the title is, and from the title.
    if let Some(x) = area
        .right()
        .checked_sub(columns + 1)
        .filter(|x| *x > area.x + 12)
    {
        buf.set_string(x, area.y, text, theme.style(Role::Dim));
    }
}

/// Says beside the title that the thing has a page with the vendor, and how its address is copied; returns where that
/// stands, to be made a link.
#[must_use]
pub fn page(area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    const WORDS: &str = "admin page (:copy link)";
    let x = area.x.saturating_add(10).min(area.right());
    let (end, _) = buf.set_stringn(
        x,
        area.y,
        WORDS,
        usize::from(area.right() - x),
        theme.style(Role::Accent),
    );
    Rect {
        x,
        width: end - x,
        height: 1,
        ..area
    }
}

/// Draws the lines, as many as there is room for. What is cut says so: a figure without its end reads as another one.
pub fn lines(area: Rect, buf: &mut Buffer, lines: &[Line<'_>]) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        line.render(
            Rect {
                y,
                height: 1,
                ..area
            },
            buf,
        );
        let said = width(line.to_string().trim_end());
        if said > usize::from(area.width) && area.width > 0 {
            buf[(area.right() - 1, y)].set_symbol("…");
        }
    }
}

/// Everything that is known of one thing, filled from the top: values stand whole, on as many lines as they need.
///
/// It knows whether something was left out, for want of lines or because a value is beyond all bounds: who reads a panel
/// that ends too soon must not take it for all there is.
pub struct Panel<'a> {
    area: Rect,
    /// What is still empty.
    rest: Rect,
    buf: &'a mut Buffer,
    cut: bool,
}

impl<'a> Panel<'a> {
    /// An empty panel; nothing may have been drawn there.
    #[must_use]
    pub fn new(area: Rect, buf: &'a mut Buffer) -> Self {
        Self {
            area,
            rest: area,
            buf,
            cut: false,
        }
    }

    /// Lines that are still empty.
    #[must_use]
    pub fn room(&self) -> usize {
        usize::from(self.rest.height)
    }

    /// Columns of a line.
    #[must_use]
    pub fn columns(&self) -> usize {
        usize::from(self.rest.width)
    }

    /// Whether there is room for all of these.
    #[must_use]
    pub fn takes(&self, lines: &[Line<'_>]) -> bool {
        let (width, most) = (self.rest.width, self.rest.height + 1);
        // A line too many shows whether there is more than there is room for, and no more than that is laid out.
        let mut scratch = Buffer::empty(Rect::new(0, 0, width, most));
        wrap(lines, scratch.area, &mut scratch) < most
    }

    /// Adds lines.
    pub fn put(&mut self, lines: &[Line<'_>]) {
        let mut spans = lines.iter().flat_map(|line| &line.spans);
        self.cut |= spans.any(|span| crate::text::is_cut(&span.content));
        let used = wrap(lines, self.rest, self.buf);
        if used == self.rest.height && !self.takes(lines) {
            self.cut = true;
            if !self.area.is_empty() {
                self.buf[(self.area.right() - 1, self.area.bottom() - 1)].set_symbol("…");
            }
        }
        self.rest.y += used;
        self.rest.height -= used;
    }

    /// Something was left out for want of room.
    pub fn shorten(&mut self) {
        self.cut = true;
    }

    /// Whether something is not shown whole.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// Draws lines in an empty place, each on as many lines of the screen as it needs; returns how many are used.
fn wrap(lines: &[Line<'_>], area: Rect, buf: &mut Buffer) -> u16 {
    let mut lines = lines.to_vec();
    // A gap behind the last value is no reason for a line more.
    for last in lines.iter_mut().filter_map(|line| line.spans.last_mut()) {
        last.content = last.content.trim_end().to_owned().into();
    }
    Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .render(area, buf);
    let blank = |y: &u16| (area.left()..area.right()).all(|x| buf[(x, *y)].symbol() == " ");
    let last = (area.top()..area.bottom()).rev().find(|y| !blank(y));
    last.map_or(0, |y| y + 1 - area.y)
}

/// A line of labels, each with its value; a value that speaks for itself has an empty one.
#[must_use]
pub fn pairs(theme: &Theme, pairs: &[(&str, String)]) -> Line<'static> {
    let spans = pairs.iter().flat_map(|(label, value)| {
        let gap = if label.is_empty() { "" } else { " " };
        [
            Span::styled(label.to_string() + gap, theme.style(Role::Dim)),
            Span::styled(format!("{value}   "), theme.style(Role::Text)),
        ]
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// A moment with its date, to the millisecond.
#[must_use]
pub fn moment(at: Millis, zone: &TimeZone) -> String {
    at.timestamp()
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S%.3f")
        .to_string()
}
