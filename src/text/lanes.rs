//! Arrows between lanes, a row each: how a chart of who said what to whom is drawn out of characters.

use super::{fit, width};

/// The least columns from one lane to the next in which an arrow and a word have room.
const LEAST: usize = 12;

/// Lanes beside one another, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    count: usize,
    each: usize,
}

/// A row in three parts, of which only the one in the middle is the arrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneRow {
    /// Lanes before it.
    pub before: String,
    /// The arrow with its word.
    pub arrow: String,
    /// Lanes behind it.
    pub after: String,
}

impl Lanes {
    /// Lanes in so many columns; none where they would be too close.
    #[must_use]
    pub fn within(count: usize, columns: usize) -> Option<Self> {
        let each = columns.checked_div(count)?;
        (each >= LEAST).then_some(Self { count, each })
    }

    /// Columns that all of them take.
    #[must_use]
    pub const fn columns(self) -> usize {
        self.count * self.each
    }

    /// The column of a lane.
    const fn at(self, lane: usize) -> usize {
        self.each * lane + self.each / 2
    }

    /// A word over each lane, in its middle; safe to show.
    #[must_use]
    pub fn heads<'a>(self, words: impl Iterator<Item = &'a str>) -> String {
        let mut row = String::new();
        for word in words.take(self.count) {
            let word = fit(word, self.each - 1);
            let free = self.each.saturating_sub(width(&word));
            // The lane is in the middle of the word.
            let left = free / 2;
            row.push_str(&" ".repeat(left));
            row.push_str(&word);
            row.push_str(&" ".repeat(free - left));
        }
        row
    }

    /// An arrow from one lane to another with a word on it, which is cut where it has no room; `again` draws it broken. Safe to show.
    #[must_use]
    pub fn row(self, (from, to): (usize, usize), word: &str, again: bool) -> LaneRow {
        let last = self.count.saturating_sub(1);
        let (from, to) = (from.min(last), to.min(last));
        let line = if again { "╌" } else { "─" };
        if from == to {
            return self.own(from, word);
        }
        let (left, right) = (from.min(to), from.max(to));
        let room = self.at(right) - self.at(left) - 1;
        // A space on both sides of the word, where there is room for it and for a line.
        let gap = if width(word) + 5 <= room { " " } else { "" };
        let word = fit(word, room - 1);
        let free = room.saturating_sub(width(&word) + 1 + 2 * gap.len());
        let tail = free / 2;
        let ends = [line.repeat(tail), line.repeat(free - tail)];
        let arrow = if from < to {
            format!("{}{gap}{word}{gap}{}→", ends[0], ends[1])
        } else {
            format!("←{}{gap}{word}{gap}{}", ends[1], ends[0])
        };
        LaneRow {
            before: self.bars(0..left + 1, 0),
            arrow,
            after: self.bars(right..self.count, self.at(right)),
        }
    }

    /// Beside a lane what it says to itself.
    fn own(self, lane: usize, word: &str) -> LaneRow {
        let room = self.columns() - self.at(lane) - 1;
        let arrow = fit(word, room.saturating_sub(4));
        LaneRow {
            before: self.bars(0..lane + 1, 0),
            arrow: format!("←→ {arrow}"),
            after: String::new(),
        }
    }

    /// Some of the lanes, in a row that begins at this column.
    fn bars(self, lanes: std::ops::Range<usize>, begins: usize) -> String {
        let (mut bars, mut used) = (String::new(), begins);
        for lane in lanes {
            bars.push_str(&" ".repeat(self.at(lane).saturating_sub(used)));
            bars.push('│');
            used = self.at(lane) + 1;
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(lanes: Lanes, ends: (usize, usize), word: &str) -> String {
        let row = lanes.row(ends, word, false);
        format!("{}{}{}", row.before, row.arrow, row.after)
    }

    #[test]
    fn arrows_go_between_their_lanes_with_the_word_in_the_middle() {
        let lanes = Lanes::within(3, 48).unwrap();
        let rows = [
            lanes.heads(["one", "two", "three"].into_iter()),
            whole(lanes, (0, 1), "INVITE"),
            whole(lanes, (2, 1), "180 Ringing at last"),
            whole(lanes, (0, 2), "BYE"),
            whole(lanes, (1, 1), "OPTIONS"),
        ];
        assert_eq!(
            rows,
            [
                "      one             two            three      ",
                "        │─── INVITE ───→│               │",
                "        │               │←180 Ringing a…│",
                "        │──────────── BYE ─────────────→│",
                "        │               │←→ OPTIONS",
            ]
        );
        assert!(lanes.row((0, 1), "x", true).arrow.contains('╌'));
    }

    #[test]
    fn every_row_is_as_wide_as_its_lanes_whatever_the_word() {
        for count in 2..6 {
            let lanes = Lanes::within(count, 79).unwrap();
            for (from, to) in [(0, 1), (1, 0), (0, count - 1), (count - 1, 0)] {
                for word in [
                    "",
                    "x",
                    "佐藤 花子 佐藤 花子 佐藤 花子",
                    "\u{1b}[2J",
                    &"y".repeat(300),
                ] {
                    let row = whole(lanes, (from, to), word);
                    let end = lanes.at(count - 1) + 1;
                    assert_eq!(width(&row), end, "{row}");
                }
            }
        }
        assert_eq!(Lanes::within(0, 80), None);
        assert_eq!(Lanes::within(8, 80), None);
    }
}
