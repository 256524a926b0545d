//! Opening hours that are written out day by day, because the rules behind them recur in ways that no week repeats.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan as _};

use super::{DAY, Stretch, joined};
use crate::text::Text;

/// The days from one on, without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    from: Date,
    days: Vec<Day>,
}

/// One day by the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// When it is open: in order, none touching the next.
    pub open: Vec<Stretch>,
    /// The holiday that leaves nothing of it open.
    pub holiday: Option<Text>,
}

impl Dated {
    /// Days that are all closed, from one on.
    #[must_use]
    pub fn closed(from: Date, days: usize) -> Self {
        Self {
            from,
            days: vec![Day::default(); days],
        }
    }

    /// A day; none outside of what was reckoned.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<&Day> {
        let days = self.from.until(date).ok()?.get_days();
        self.days.get(usize::try_from(days).ok()?)
    }

    /// The first day and the one after the last, as wall times.
    #[must_use]
    pub fn bounds(&self) -> (DateTime, DateTime) {
        let days = i32::try_from(self.days.len()).unwrap_or(i32::MAX);
        let end = self.from.saturating_add(days.days());
        (self.from.into(), end.into())
    }

    /// Opens from one wall time to another.
    pub fn open(&mut self, from: DateTime, to: DateTime) {
        self.each(from, to, |day, stretch| {
            day.open.push(stretch);
            day.open = joined(std::mem::take(&mut day.open));
        });
    }

    /// Closes from one wall time to another, whatever was opened before.
    pub fn close(&mut self, from: DateTime, to: DateTime) {
        self.each(from, to, |day, stretch| {
            day.open = without(&day.open, stretch);
        });
    }

    /// Closes for a holiday; a day of which it leaves nothing is called by its name.
    pub fn close_for(&mut self, from: DateTime, to: DateTime, name: &Text) {
        self.each(from, to, |day, stretch| {
            day.open = without(&day.open, stretch);
            if day.open.is_empty() {
                day.holiday = Some(name.clone());
            }
        });
    }

    /// Does something to the part of each day that lies between two wall times.
    fn each(&mut self, from: DateTime, to: DateTime, mut act: impl FnMut(&mut Day, Stretch)) {
        let mut begins = DateTime::from(self.from);
        for day in &mut self.days {
            let stretch = Stretch {
                from: minute(from.duration_since(begins), SignedDuration::ZERO),
                to: minute(to.duration_since(begins), SignedDuration::from_secs(59)),
            };
            if stretch.from < stretch.to {
                act(day, stretch);
            }
            begins = begins.saturating_add(1.day());
        }
    }
}

/// A stretch of time as minutes of a day; `more` rounds up, so that what ends at 23:59:59 ends with the day.
fn minute(since: SignedDuration, more: SignedDuration) -> u16 {
    let minutes = since.saturating_add(more).as_secs().div_euclid(60);
    u16::try_from(minutes.clamp(0, i64::from(DAY))).unwrap_or(DAY)
}

/// What is left of a day's stretches.
fn without(open: &[Stretch], closed: Stretch) -> Vec<Stretch> {
    let parts = open.iter().flat_map(|stretch| {
        [
            Stretch {
                from: stretch.from,
                to: stretch.to.min(closed.from),
            },
            Stretch {
                from: stretch.from.max(closed.to),
                to: stretch.to,
            },
        ]
    });
    joined(parts.collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    fn stretch(from: u16, to: u16) -> Stretch {
        Stretch { from, to }
    }

    #[test]
    fn a_night_is_part_of_two_days_and_what_is_closed_is_cut_out() {
        let mut dated = Dated::closed(date(2030, 6, 14), 3);
        dated.open(
            datetime(2030, 6, 14, 22, 0, 0, 0),
            datetime(2030, 6, 15, 6, 0, 0, 0),
        );
        dated.open(
            datetime(2030, 6, 15, 6, 0, 0, 0),
            datetime(2030, 6, 15, 23, 59, 59, 0),
        );
        let open = |day| dated.day(date(2030, 6, day)).map(|day| day.open.clone());
        assert_eq!(open(13), None);
        assert_eq!(open(14), Some(vec![stretch(1_320, 1_440)]));
        assert_eq!(open(15), Some(vec![stretch(0, 1_440)]));
        assert_eq!(open(16), Some(Vec::new()));
        assert_eq!(open(17), None);
        dated.close(
            datetime(2030, 6, 15, 12, 0, 0, 0),
            datetime(2030, 6, 15, 13, 0, 0, 0),
        );
        let noon = &dated.day(date(2030, 6, 15)).unwrap().open;
        assert_eq!(*noon, [stretch(0, 720), stretch(780, 1_440)]);
    }

    #[test]
    fn a_holiday_names_the_day_only_when_it_takes_all_of_it() {
        let mut dated = Dated::closed(date(2030, 12, 24), 2);
        for day in [24, 25] {
            let at = |hour| datetime(2030, 12, day, hour, 0, 0, 0);
            dated.open(at(8), at(18));
        }
        let from = datetime(2030, 12, 24, 14, 0, 0, 0);
        dated.close_for(from, datetime(2030, 12, 26, 0, 0, 0, 0), &"Xmas".into());
        let (eve, day) = (&dated.days[0], &dated.days[1]);
        assert_eq!(
            (&eve.open[..], &eve.holiday),
            (&[stretch(480, 840)][..], &None)
        );
        assert_eq!((day.open.len(), &day.holiday), (0, &Some("Xmas".into())));
    }
}
