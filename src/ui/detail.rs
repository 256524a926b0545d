//! The panel under the rows: a title, lines of labelled values, moments in full.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Widget, Wrap};

use crate::config::theme::{Role, Theme};
use crate::text::width;
use crate::time::Millis;

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

/// Whether a value that is drawn in there has lost its end.
#[must_use]
pub fn is_cut(area: Rect, buf: &Buffer) -> bool {
    area.positions().any(|at| buf[at].symbol() == "…")
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

/// Draws the lines, each on as many lines of the screen as it needs.
pub fn wrapped(area: Rect, buf: &mut Buffer, lines: Vec<Line<'_>>) {
    Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .render(area, buf);
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
