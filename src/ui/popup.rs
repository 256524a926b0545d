//! A box over what is below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::config::theme::Theme;
use crate::vocabulary::role::Role;

/// Clears and frames a box of at most this inner size in the middle of `area`; returns what is inside.
pub fn popup(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    title: &str,
    (width, height): (u16, u16),
) -> Rect {
    let (width, height) = (
        width.saturating_add(4).min(area.width),
        height.saturating_add(2).min(area.height),
    );
    let outer = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
    };
    Clear.render(outer, buf);
    let block = Block::bordered()
        .border_type(BorderType::Plain)
        .border_style(theme.style(Role::Border))
        .title(format!(" {title} "))
        .title_style(theme.style(Role::Header))
        .style(theme.style(Role::Text));
    let inner = block.inner(outer);
    block.render(outer, buf);
    Rect {
        x: inner.x.saturating_add(1).min(inner.right()),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}
