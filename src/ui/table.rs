//! Columns on a screen: which of them fit and where. Drawing is the pane's, row by visible row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::kind::column::Wish;

/// A column with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnPlace {
    /// Which column, counted in the wishes.
    pub column: usize,
    /// Its first column on the screen.
    pub x: u16,
    /// Its width.
    pub width: u16,
    /// Whether it is set to the right.
    pub right: bool,
}

/// Between two columns.
const GAP: u16 = 2;

/// Places the columns from `first` on in `width`: as many as fit at their least, then each grows towards its ideal, then
/// those of text share what is left.
#[must_use]
pub fn place(wishes: &[Wish], first: usize, x: u16, width: u16) -> Vec<ColumnPlace> {
    let mut places: Vec<ColumnPlace> = Vec::new();
    let mut used = 0u16;
    for (column, wish) in wishes.iter().enumerate().skip(first) {
        let gap = if places.is_empty() { 0 } else { GAP };
        let room = width.saturating_sub(used).saturating_sub(gap);
        if room < wish.least && !places.is_empty() {
            break;
        }
        let own = wish.least.min(room);
        places.push(ColumnPlace {
            column,
            x: 0,
            width: own,
            right: wish.right,
        });
        used += gap + own;
    }
    let mut left = width.saturating_sub(used);
    grow(&mut places, &mut left, |column| wishes[column].ideal);
    spread(&mut places, wishes, left);
    let mut at = x;
    for place in &mut places {
        place.x = at;
        at += place.width + GAP;
    }
    places
}

/// Gives what room is left to the columns of text, evenly and to twice their ideal at most; the last of them takes the rest, so
/// that nothing is cut while there is room.
fn spread(places: &mut [ColumnPlace], wishes: &[Wish], mut left: u16) {
    grow(places, &mut left, |column| match wishes[column] {
        Wish { right: true, .. } => 0,
        wish => wish.ideal.saturating_mul(2),
    });
    if let Some(last) = places.last_mut().filter(|last| !last.right) {
        last.width += left;
    }
}

/// Lets columns grow by turns, each to the most that it may have.
fn grow(places: &mut [ColumnPlace], left: &mut u16, most: impl Fn(usize) -> u16) {
    loop {
        let before = *left;
        for place in places.iter_mut() {
            if *left > 0 && place.width < most(place.column) {
                place.width += 1;
                *left -= 1;
            }
        }
        if *left == before {
            break;
        }
    }
}

/// Writes one cell, cut to its place.
pub fn cell(buf: &mut Buffer, y: u16, place: ColumnPlace, text: &str, style: Style) {
    let width = usize::from(place.width);
    let shown = crate::text::fit(text, width);
    let columns = crate::text::width(&shown);
    let indent = if place.right {
        u16::try_from(width.saturating_sub(columns)).unwrap_or(0)
    } else {
        0
    };
    buf.set_stringn(place.x + indent, y, shown, width, style);
}

/// Empties an area, whatever was drawn on it before.
pub fn blank(buf: &mut Buffer, area: Rect, style: Style) {
    ratatui::widgets::Widget::render(ratatui::widgets::Clear, area, buf);
    buf.set_style(area, style);
}

/// Paints a whole line of the screen, so that a style shows between cells too.
pub fn stripe(buf: &mut Buffer, area: Rect, y: u16, style: Style) {
    buf.set_style(
        Rect {
            y,
            height: 1,
            ..area
        },
        style,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn wish(least: u16, ideal: u16) -> Wish {
        Wish {
            least,
            ideal,
            right: false,
        }
    }

    #[test]
    fn columns_grow_to_their_ideal_and_the_last_takes_the_rest() {
        let places = place(&[wish(4, 6), wish(4, 10), wish(3, 3)], 0, 1, 30);
        assert_eq!(
            places.iter().map(|p| (p.x, p.width)).collect::<Vec<_>>(),
            [(1, 9), (12, 12), (26, 5)]
        );
    }

    #[test]
    fn what_does_not_fit_is_reached_by_scrolling() {
        let wishes = [wish(5, 5), wish(5, 5), wish(5, 5)];
        assert_eq!(
            place(&wishes, 0, 0, 12)
                .iter()
                .map(|p| p.column)
                .collect::<Vec<_>>(),
            [0, 1]
        );
        assert_eq!(
            place(&wishes, 2, 0, 12)
                .iter()
                .map(|p| p.column)
                .collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(place(&wishes, 0, 0, 3).len(), 1);
        assert!(place(&[], 0, 0, 10).is_empty());
    }
}
