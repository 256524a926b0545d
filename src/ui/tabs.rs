//! The tabs: a pane each, with its count and, when something is wrong, how much.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::{Role, Theme};
use crate::text::grouped;

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
    let fits = |dress: &Dress| {
        let wide = tabs.iter().enumerate();
        let wide: usize = wide.map(|(n, tab)| dress.width(tab, n == active)).sum();
        wide <= usize::from(area.width)
    };
    let dress = Dress::ALL.into_iter().find(fits).unwrap_or(Dress::Bare);
    let mut places = Vec::with_capacity(tabs.len());
    for (n, tab) in tabs.iter().enumerate() {
        let start = x;
        let label = format!("{}{}", n + 1, dress.label(tab, n == active));
        let style = theme.style(if n == active { Role::Header } else { Role::Dim });
        x = put(buf, area, x, &label, style);
        let badge = dress.badge(tab);
        if !badge.is_empty() {
            x = put(buf, area, x, &badge, theme.style(Role::Badge));
        }
        places.push(Rect {
            x: start,
            y: area.y,
            width: x.saturating_sub(start),
            height: 1,
        });
        x = x.saturating_add(dress.gap());
    }
    places
}

/// How much a tab says: the first that lets all of them fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dress {
    /// Everything.
    Whole,
    /// The short name.
    Short,
    /// The short name; only the tab that is open counts.
    Tight,
    /// The number and the trouble; only the tab that is open has a name.
    Bare,
}

impl Dress {
    const ALL: [Self; 4] = [Self::Whole, Self::Short, Self::Tight, Self::Bare];

    fn label(self, tab: &Tab, open: bool) -> String {
        match self {
            Self::Whole => format!(" {}{}", tab.title, count(tab)),
            Self::Short => format!(" {}{}", tab.short, count(tab)),
            Self::Tight | Self::Bare if open => format!(" {}{}", tab.short, count(tab)),
            Self::Tight => format!(" {}", tab.short),
            Self::Bare => String::new(),
        }
    }

    fn badge(self, tab: &Tab) -> String {
        let apart = matches!(self, Self::Whole | Self::Short);
        match (tab.trouble, apart) {
            (0, _) => String::new(),
            (trouble, true) => format!(" ▼{}", grouped(trouble)),
            (trouble, false) => format!("▼{}", grouped(trouble)),
        }
    }

    const fn gap(self) -> u16 {
        match self {
            Self::Whole | Self::Short => 3,
            Self::Tight | Self::Bare => 1,
        }
    }

    /// Columns of a tab with its number and what keeps it apart from the next.
    fn width(self, tab: &Tab, open: bool) -> usize {
        let badge = self.badge(tab).chars().count();
        1 + self.label(tab, open).len() + badge + usize::from(self.gap())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Themes;

    #[test]
    fn nine_tabs_in_trouble_fit_into_eighty_columns() {
        let tab = |count, trouble| Tab {
            title: "Registrations",
            short: "Regs",
            count: Some(count),
            trouble,
        };
        let tabs = [tab(98_412, 312); 9];
        let area = Rect::new(0, 0, 80, 1);
        let mut buf = Buffer::empty(area);
        let themes = Themes::shipped();
        let theme = themes.iter().next().unwrap();
        let places = render(area, &mut buf, theme, &tabs, 3);
        let last = places.last().unwrap();
        assert!(last.right() <= 80 && last.width > 0, "{places:?}");
        assert!(places.is_sorted_by_key(|place| place.x));
    }
}
