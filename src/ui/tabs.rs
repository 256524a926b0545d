//! The tabs: a pane each, with its count and, when something is wrong, how much.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::{Role, Theme};

/// What a tab says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tab {
    /// The pane's name.
    pub title: &'static str,
    /// The name where columns are few.
    pub short: &'static str,
    /// How much there is; none for a pane that is no list.
    pub count: Option<usize>,
    /// How much of it is in trouble.
    pub trouble: usize,
}

/// Draws the tabs; returns where each one is, for the mouse.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    tabs: &[Tab],
    active: usize,
) -> Vec<Rect> {
    let mut x = area.x.saturating_add(1);
    let all: usize = tabs.iter().map(wide).sum();
    let short = all > usize::from(area.width);
    let mut places = Vec::with_capacity(tabs.len());
    for (n, tab) in tabs.iter().enumerate() {
        let start = x;
        let name = if short { tab.short } else { tab.title };
        let label = format!("{} {name}{}", n + 1, count(tab));
        let style = theme.style(if n == active { Role::Header } else { Role::Dim });
        x = put(buf, area, x, &label, style);
        if tab.trouble > 0 {
            x = put(
                buf,
                area,
                x.saturating_add(1),
                &format!("▼{}", grouped(tab.trouble)),
                theme.style(Role::Badge),
            );
        }
        places.push(Rect {
            x: start,
            y: area.y,
            width: x.saturating_sub(start),
            height: 1,
        });
        x = x.saturating_add(3);
    }
    places
}

/// Columns of a tab under its whole name, with what keeps it apart from the next.
fn wide(tab: &Tab) -> usize {
    let trouble = if tab.trouble > 0 {
        2 + grouped(tab.trouble).len()
    } else {
        0
    };
    tab.title.len() + count(tab).len() + trouble + 5
}

fn count(tab: &Tab) -> String {
    let count = tab.count.map(|count| format!(" {}", grouped(count)));
    count.unwrap_or_default()
}

fn put(buf: &mut Buffer, area: Rect, x: u16, text: &str, style: ratatui::style::Style) -> u16 {
    if x >= area.right() {
        return x;
    }
    buf.set_stringn(x, area.y, text, usize::from(area.right() - x), style)
        .0
}

/// A count with its thousands apart.
#[must_use]
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            ["0", "999", "1,000", "98,412", "1,000,000"],
            [0, 999, 1_000, 98_412, 1_000_000].map(super::grouped)[..]
        );
    }
}
