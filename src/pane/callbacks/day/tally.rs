//! One queue on one day: its quarters of an hour, open or not, and what is booked in each.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::callback::Status;
use crate::model::queue::Queue;
use crate::pane::Scene;
use crate::store::callbacks::CallbackRow;
use crate::store::queues::QueueRow;
use crate::text::Text;

/// Quarters of an hour on a wall clock's day.
pub const QUARTERS: usize = 96;

/// A queue's day.
#[derive(Debug)]
pub struct DayTally<'a> {
    /// The queue.
    pub row: &'a QueueRow,
    /// The day by its clock.
    pub date: Date,
    /// What is booked in each quarter, cancelled reservations apart.
    pub booked: [u32; QUARTERS],
    /// Whether the queue is open at its begin.
    pub open: [bool; QUARTERS],
    /// Whether it is known when the queue is open on it.
    pub known: bool,
    /// The holiday that it is.
    pub holiday: Option<Text>,
    /// The quarter that it is now, on this very day.
    pub now: Option<usize>,
}

impl<'a> DayTally<'a> {
    /// Counts a queue's day.
    pub fn of(row: &'a QueueRow, date: Date, scene: &Scene<'_>) -> Self {
        let queue = &row.queue;
        let zone = queue.clock();
        let mut booked = [0; QUARTERS];
        let own = scene.store.callbacks.iter().map(CallbackRow::callback);
        for callback in own.filter(|one| one.queue == queue.id && one.status != Status::Cancelled) {
            let begins = callback
                .time
                .map(|time| time.timestamp().to_zoned(zone.clone()));
            if let Some(begins) = begins.filter(|begins| begins.date() == date) {
                booked[quarter(begins.time())] += 1;
            }
        }
        let there = scene.now.timestamp().to_zoned(zone.clone());
        Self {
            row,
            date,
            booked,
            open: open(queue, date),
            known: queue
                .calendar
                .as_ref()
                .is_some_and(|calendar| calendar.knows(date)),
            holiday: queue
                .calendar
                .as_ref()
                .and_then(|calendar| calendar.holiday(date).cloned()),
            now: (there.date() == date).then(|| quarter(there.time())),
        }
    }

    /// The most that is booked in one quarter, and in which.
    pub fn peak(&self) -> Option<(usize, u32)> {
        let booked = self.booked.iter().copied().enumerate().rev();
        booked
            .max_by_key(|(_, count)| *count)
            .filter(|(_, count)| *count > 0)
    }
}

/// The quarter of a wall time.
fn quarter(time: jiff::civil::Time) -> usize {
    // Never negative and never 96: an hour ends at 23, a minute at 59.
    usize::try_from(i32::from(time.hour()) * 4 + i32::from(time.minute()) / 15).unwrap_or(0)
}

fn open(queue: &Queue, date: Date) -> [bool; QUARTERS] {
    let mut open = [false; QUARTERS];
    let stretches = queue
        .calendar
        .as_ref()
        .map(|calendar| calendar.open_on(date));
    for stretch in stretches.into_iter().flatten() {
        let (from, to) = (usize::from(stretch.from), usize::from(stretch.to));
        for (n, quarter) in open.iter_mut().enumerate() {
            *quarter |= (from..to).contains(&(n * 15));
        }
    }
    open
}

/// What the clock does on a day on which it is changed.
pub fn clock_change(date: Date, zone: &TimeZone) -> Option<String> {
    let begins = date.to_zoned(zone.clone()).ok()?;
    let ends = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    if begins.offset() == ends.offset() {
        return None;
    }
    let change = zone.following(begins.timestamp()).next()?.timestamp();
    let before = begins.offset().to_datetime(change);
    let after = ends.offset().to_datetime(change);
    let (before, after) = (before.strftime("%H:%M"), after.strftime("%H:%M"));
    Some(format!("the clock goes from {before} to {after}"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_day_on_which_the_clock_changes_says_how() {
        let change = |zone: &str, day| clock_change(day, &TimeZone::get(zone).unwrap());
        let told = change("America/New_York", date(2030, 3, 10));
        assert_eq!(told.as_deref(), Some("the clock goes from 02:00 to 03:00"));
        let told = change("Australia/Lord_Howe", date(2030, 4, 7));
        assert_eq!(told.as_deref(), Some("the clock goes from 02:00 to 01:30"));
        assert_eq!(change("Europe/Berlin", date(2030, 6, 15)), None);
        assert_eq!(change("UTC", date(2030, 3, 10)), None);
    }
}
