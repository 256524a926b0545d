//! The tabs: a pane each, with its count and, when something is wrong, how much.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Theme;
use crate::text::grouped;
use crate::vocabulary::role::Role;

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

/// Tabs that have a digit.
const DIGITS: usize = 9;

/// Draws the tabs; returns where each one is, for the mouse. Where there is no room for all of them, those without a digit
/// fold, but for the one that is open: the row ends with how many, and how much of them is in trouble.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    tabs: &[Tab],
    active: usize,
) -> Vec<Rect> {
    let room = usize::from(area.width);
    let every = wide(Dress::Whole, tabs, active, |_| true) <= room;
    let shows = |n: usize| every || n < DIGITS || n == active;
    let folded: Vec<&Tab> = (0..tabs.len())
        .filter(|n| !shows(*n))
        .map(|n| &tabs[n])
        .collect();
    let more = Tab {
        title: "",
        short: "",
        count: None,
        trouble: folded.iter().map(|tab| tab.trouble).sum(),
    };
    let mark = |dress: Dress| match folded.len() {
        0 => String::new(),
        many => format!("+{many}{}", dress.badge(&more)),
    };
    // Behind the margin. A mark that lost its end would be another number.
    let fits = |dress: &Dress| {
        let mark = mark(*dress).chars().count();
        1 + wide(*dress, tabs, active, shows) + mark <= room
    };
    let dress = Dress::ALL.into_iter().find(fits).unwrap_or(Dress::Bare);
    let mut x = area.x.saturating_add(1);
    let mut places = Vec::with_capacity(tabs.len());
    for (n, tab) in tabs.iter().enumerate() {
        if !shows(n) {
            places.push(Rect::default());
            continue;
        }
        let start = x;
        let label = dress.text(n, tab, active);
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
    put(buf, area, x, &mark(dress), theme.style(Role::Dim));
    places
}

/// Columns that the tabs that show take.
fn wide(dress: Dress, tabs: &[Tab], active: usize, there: impl Fn(usize) -> bool) -> usize {
    let seen = tabs.iter().enumerate().filter(|(n, _)| there(*n));
    seen.map(|(n, tab)| dress.width(n, tab, active))
        .sum::<usize>()
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
    /// The short name alone.
    Named,
    /// The number and the trouble; only the tab that is open has a name.
    Bare,
}

impl Dress {
    const ALL: [Self; 5] = [
        Self::Whole,
        Self::Short,
        Self::Tight,
        Self::Named,
        Self::Bare,
    ];

    fn label(self, tab: &Tab, open: bool) -> String {
        match self {
            Self::Whole => format!(" {}{}", tab.title, count(tab)),
            Self::Short => format!(" {}{}", tab.short, count(tab)),
            Self::Tight | Self::Bare if open => format!(" {}{}", tab.short, count(tab)),
            Self::Tight | Self::Named => format!(" {}", tab.short),
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
            Self::Tight | Self::Named | Self::Bare => 1,
        }
    }

    /// A tab's digit, where it has one, and what it says.
    fn text(self, n: usize, tab: &Tab, active: usize) -> String {
        let label = match (n == active, n < DIGITS) {
            // Without a digit a tab that says nothing else would be nothing.
            (false, false) if self == Self::Bare => format!(" {}", tab.short),
            (open, _) => self.label(tab, open),
        };
        if n < DIGITS {
            format!("{}{label}", n + 1)
        } else {
            label.trim_start().to_owned()
        }
    }

    /// Columns of a tab with its digit and what keeps it apart from the next.
    fn width(self, n: usize, tab: &Tab, active: usize) -> usize {
        let badge = self.badge(tab).chars().count();
        self.text(n, tab, active).chars().count() + badge + usize::from(self.gap())
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

    #[test]
    fn what_does_not_fit_folds_and_is_counted_but_for_the_one_that_is_open() {
        let tab = Tab {
            title: "Registrations",
            short: "Regs",
            count: Some(7),
            trouble: 1,
        };
        let tabs = [tab; 14];
        let themes = Themes::shipped();
        let theme = themes.iter().next().unwrap();
        for (width, active, marks) in [(80, 0, "+5"), (80, 11, "+4"), (400, 0, "")] {
            let area = Rect::new(0, 0, width, 1);
            let mut buf = Buffer::empty(area);
            let places = render(area, &mut buf, theme, &tabs, active);
            let cells = (0..width).map(|x| buf[(x, 0)].symbol());
            let row: String = cells.collect();
            assert!(row.contains(marks), "{row}");
            assert!(places[active].width > 0 && places[active].right() <= width);
            let shown = places.iter().filter(|place| place.width > 0).count();
            let hidden: usize = marks.trim_start_matches('+').parse().unwrap_or(0);
            assert_eq!(shown + hidden, 14, "{row}");
        }
    }

    #[test]
    fn the_number_of_what_is_folded_keeps_its_end() {
        let themes = Themes::shipped();
        let theme = themes.iter().next().unwrap();
        for (width, count, trouble) in
            (80..140).flat_map(|w| [(w, 216, 3), (w, 9_841, 12), (w, 0, 0)])
        {
            let tab = |short| Tab {
                title: "Registrations",
                short,
                count: Some(count),
                trouble: 0,
            };
            let names = "Regs Carr Tran Rout Call Jobs Alrt Audt Pulse Users Edges";
            let mut tabs: Vec<Tab> = names.split(' ').map(tab).collect();
            for n in [0, 1, 3, 4] {
                tabs[n].trouble = trouble;
            }
            tabs[10].trouble = 123;
            let area = Rect::new(0, 0, width, 1);
            let mut buf = Buffer::empty(area);
            render(area, &mut buf, theme, &tabs, 0);
            let row: String = (0..width).map(|x| buf[(x, 0)].symbol()).collect();
            assert!(row.trim_end().ends_with("▼123"), "{row}");
        }
    }
}
