//! Which quarters of the day stand in which columns of the screen: the same for every queue, so that they can be compared.

use super::tally::{DayTally, QUARTERS};

/// Columns for the queue's name, before the hours.
pub const LABEL: u16 = 18;

/// Columns for the sum, behind them.
pub const FIGURES: u16 = 5;

/// Hours of a day that nobody is open on and nothing is booked on.
const OFFICE: (usize, usize) = (8 * 4, 18 * 4);

/// The part of the day that shows, in whole hours, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The first quarter.
    pub from: usize,
    /// The quarter after the last.
    pub to: usize,
    /// Columns for a quarter; with none of its own, two quarters share one.
    pub columns: u16,
}

impl Scale {
    /// From the first hour in which a queue is open or something is booked to the last, as wide as there is room.
    pub fn of(days: &[DayTally<'_>], width: u16) -> Self {
        let used = |n: &usize| days.iter().any(|day| day.open[*n] || day.booked[*n] > 0);
        let first = (0..QUARTERS).find(used).unwrap_or(OFFICE.0);
        let last = (0..QUARTERS).rev().find(used).unwrap_or(OFFICE.1 - 1);
        let (from, to) = (first / 4 * 4, (last / 4 + 1) * 4);
        let room = width.saturating_sub(LABEL + FIGURES);
        let quarters = u16::try_from(to - from).unwrap_or(u16::MAX).max(1);
        Self {
            from,
            to,
            columns: (room / quarters).min(4),
        }
    }

    /// The quarters of each column of the screen, left to right.
    pub fn cells(&self) -> Vec<(usize, usize)> {
        let share = if self.columns == 0 { 2 } else { 1 };
        let times = usize::from(self.columns.max(1));
        (self.from..self.to)
            .step_by(share)
            .flat_map(|n| std::iter::repeat_n((n, n + share), times))
            .collect()
    }

    /// The column at which a quarter begins.
    pub fn column(&self, quarter: usize) -> Option<u16> {
        let n = quarter
            .checked_sub(self.from)
            .filter(|_| quarter < self.to)?;
        let n = u16::try_from(n).ok()?;
        Some(if self.columns == 0 {
            n / 2
        } else {
            n * self.columns
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_anything_shows_office_hours_and_a_narrow_screen_pairs_quarters() {
        let wide = Scale::of(&[], 110);
        assert_eq!((wide.from, wide.to, wide.columns), (32, 72, 2));
        assert_eq!(wide.cells().len(), 80);
        assert_eq!(wide.column(36), Some(8));
        assert_eq!(wide.column(72), None);
        let narrow = Scale::of(&[], 60);
        assert_eq!((narrow.columns, narrow.cells().len()), (0, 20));
        assert_eq!(narrow.column(37), Some(2));
    }
}
