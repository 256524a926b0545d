//! A table on screen: headings, lines of cells, a cursor, a place for the detail. What stands in it is the pane's.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::table::{self, ColumnPlace};
use crate::config::theme::Theme;
use crate::kind::column::Wish;
use crate::vocabulary::role::Role;

/// The least height at which a detail leaves rows to see.
const DETAIL: u16 = 8;

/// Rows that a detail leaves when it wishes for more than half.
const ROWS: u16 = 5;

/// From this width on an open detail stands beside the rows.
const BESIDE: u16 = 160;

/// Columns of a detail that stands beside the rows.
const ASIDE: u16 = 72;

/// A column as its heading shows it.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// The word.
    pub title: &'static str,
    /// How wide it wants to be.
    pub wish: Wish,
    /// Whether the rows are in its order.
    pub sorted: bool,
}

/// What marks a line beside its cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// The cursor is here.
    pub here: bool,
    /// The operator marked it.
    pub marked: bool,
}

/// Where a table was drawn, for the next keys and clicks.
#[derive(Debug, Default)]
pub struct Grid {
    places: Vec<ColumnPlace>,
    head_y: u16,
    rows: Rect,
    first: usize,
    columns: usize,
}

/// The parts of a pane with a table, top to bottom.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// One line of figures.
    pub summary: Rect,
    /// One line of headings.
    pub head: Rect,
    /// The rows.
    pub rows: Rect,
    /// The detail; of no height when it is closed.
    pub detail: Rect,
}

impl Parts {
    /// Splits a pane; an open detail takes the lower half.
    #[must_use]
    pub fn of(area: Rect, detail: bool) -> Self {
        Self::with(area, detail.then_some(DETAIL))
    }

    /// Splits a pane; an open detail takes the lower half, or as many lines as it wishes while some rows are left.
    #[must_use]
    pub fn with(area: Rect, wish: Option<u16>) -> Self {
        if area.width >= BESIDE && wish.is_some() {
            return Self::beside(area);
        }
        let below = wish.map_or(0, |wish| {
            let least = DETAIL.min(area.height.saturating_sub(4));
            let wished = wish.min(area.height.saturating_sub(2 + ROWS));
            (area.height / 2).max(least).max(wished)
        });
        let part = |y, height| Rect { y, height, ..area };
        let rows = part(area.y + 2, area.height.saturating_sub(2 + below));
        Self {
            summary: part(area.y, 1.min(area.height)),
            head: part(area.y + 1, 1),
            rows,
            detail: part(rows.bottom(), below),
        }
    }

    /// The detail at the right, under the line of figures.
    fn beside(area: Rect) -> Self {
        let wide = ASIDE.max(area.width / 3);
        let parts = Self::with(area, None);
        let narrow = |part: Rect| Rect {
            width: part.width - wide,
            ..part
        };
        Self {
            head: narrow(parts.head),
            rows: narrow(parts.rows),
            detail: Rect {
                x: area.right() - wide,
                y: parts.head.y,
                width: wide,
                height: area.height.saturating_sub(1),
            },
            ..parts
        }
    }
}

impl Grid {
    /// Says where rows go, before the window of rows is settled.
    pub fn take(&mut self, rows: Rect) {
        self.rows = rows;
    }

    /// Lines that rows have.
    #[must_use]
    pub fn height(&self) -> usize {
        usize::from(self.rows.height)
    }

    /// Scrolls the columns.
    pub fn scroll(&mut self, by: isize) {
        let last = self.columns.saturating_sub(1);
        self.first = self.first.saturating_add_signed(by).min(last);
    }

    /// The column whose heading is there.
    #[must_use]
    pub fn heading_at(&self, at: Position) -> Option<usize> {
        let hit = |place: &&ColumnPlace| (place.x..place.x + place.width).contains(&at.x);
        let place = self.places.iter().find(hit)?;
        (at.y == self.head_y).then_some(place.column)
    }

    /// The line of rows that is there.
    #[must_use]
    pub fn line_at(&self, at: Position) -> Option<usize> {
        let inside = self.rows.contains(at);
        inside.then(|| usize::from(at.y - self.rows.y))
    }

    /// Draws the headings and so decides where the columns are.
    pub fn head(&mut self, area: Rect, buf: &mut Buffer, theme: &Theme, headings: &[Heading]) {
        let wishes: Vec<Wish> = headings.iter().map(|heading| heading.wish).collect();
        self.columns = headings.len();
        self.scroll(0);
        let width = area.width.saturating_sub(4);
        self.places = table::place(&wishes, self.first, area.x + 2, width);
        self.head_y = area.y;
        for place in &self.places {
            let Some(heading) = headings.get(place.column) else {
                continue;
            };
            let role = if heading.sorted {
                Role::Accent
            } else {
                Role::Dim
            };
            table::cell(buf, area.y, *place, heading.title, theme.style(role));
        }
        let style = theme.style(Role::Dim);
        if self.first > 0 {
            buf.set_string(area.x, area.y, "‹", style);
        }
        let beyond = |last: &ColumnPlace| last.column + 1 < headings.len();
        if self.places.last().is_some_and(beyond) {
            buf.set_string(area.right().saturating_sub(1), area.y, "›", style);
        }
    }

    /// Draws one row on the line `y`; `cell` gives the text and the look of a column.
    pub fn line<T: AsRef<str>>(
        &self,
        y: u16,
        buf: &mut Buffer,
        theme: &Theme,
        marks: Marks,
        cell: impl Fn(usize) -> Option<(T, Role)>,
    ) {
        for place in &self.places {
            if let Some((text, role)) = cell(place.column) {
                table::cell(buf, y, *place, text.as_ref(), theme.style(role));
            }
        }
        if marks.here {
            table::stripe(buf, self.rows, y, theme.style(Role::Selection));
            buf.set_string(self.rows.x, y, "▌", theme.style(Role::Accent));
        }
        if marks.marked {
            buf.set_string(self.rows.x + 1, y, "•", theme.style(Role::Accent));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_detail_leaves_rows_to_see() {
        for height in 12..60 {
            let parts = Parts::of(Rect::new(0, 2, 80, height), true);
            assert!(parts.rows.height >= 2, "{height}");
            assert_eq!(parts.detail.bottom(), 2 + height);
        }
        let closed = Parts::of(Rect::new(0, 2, 80, 21), false);
        assert_eq!((closed.rows.height, closed.detail.height), (19, 0));
    }
}
