//! When a queue is open, by the clock on its own wall, clock changes and holidays included (contract §10).
//!
//! Opening hours are wall time and slots are moments. A slot is cut wherever the wall clock is not steady (midnight, a
//! change of the clock); within one piece both run at the same speed, and the piece is inside or it is not. So a closing
//! time that the clock shows twice closes twice, and one that it never shows closes where the clock jumps over it.

mod dated;
mod local;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

pub use self::dated::{Dated, Day};
pub use self::local::{Local, Written};
use crate::text::Text;

/// Minutes of a day by the wall clock.
const DAY: u16 = 24 * 60;

/// Pieces that a slot is cut into at most: two years of days. A longer slot is no slot.
const PIECES: usize = 731;

/// One line of opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The day on which it opens.
    pub day: Weekday,
    /// Minutes after midnight at which it opens.
    pub open: u16,
    /// Minutes after the same midnight at which it closes: more than a day's when it is open through the night.
    pub close: u16,
}

/// What is wrong with a line of opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursFault {
    /// No day of the week.
    #[error("{0} is no day of the week")]
    Day(Text),
    /// No time of day.
    #[error("{0} is no time of day: HH:MM, 00:00 to 24:00")]
    Time(Text),
}

impl Hours {
    /// Reads the contract's spelling: `monday`, `08:00`, `18:00`. A closing time at or before the opening one is the next day's.
    pub fn read(day: &str, open: &str, close: &str) -> Result<Self, HoursFault> {
        let day = weekday(day).ok_or_else(|| HoursFault::Day(day.into()))?;
        let minutes = |time: &str| minutes(time).ok_or_else(|| HoursFault::Time(time.into()));
        let (open, close) = (minutes(open)?, minutes(close)?);
        let over = if close <= open { DAY } else { 0 };
        Ok(Self {
            day,
            open,
            close: close + over,
        })
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Weekday::Monday
        .cycle_forward()
        .take(7)
        .find(|day| name(*day).eq_ignore_ascii_case(word))
}

/// The contract's word for a day of the week, capitalised.
#[must_use]
pub const fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn minutes(time: &str) -> Option<u16> {
    let (hour, minute) = time.split_once(':')?;
    let number = |part: &str, most: u16| -> Option<u16> {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|n| digits && *n <= most)
    };
    let all = number(hour, 24)? * 60 + number(minute, 59)?;
    (all <= DAY).then_some(all)
}

/// A day on which a queue is closed whatever its hours say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Which day, in the queue's zone.
    pub date: Date,
    /// What it is called; empty when the organisation does not say.
    pub name: Text,
}

/// A stretch of one day by the wall clock, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// From this minute.
    pub from: u16,
    /// Up to this minute, 24 * 60 at most.
    pub to: u16,
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(f, "{}–{}", clock(self.from), clock(self.to))
    }
}

/// The hours of a queue in its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The queue's zone.
    pub zone: TimeZone,
    /// When it is open by that zone's clock.
    pub plan: Plan,
}

/// How an organisation tells when a queue is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The same every week, but for holidays (contract §10).
    Weekly(Week),
    /// Day by day, as far as it was reckoned: schedules that recur by rules which no week repeats (Platform API).
    Dated(Dated),
}

/// Hours that are the same every week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// The lines; none at all is never open.
    pub hours: Vec<Hours>,
    /// Days on which it is closed.
    pub holidays: Vec<Holiday>,
}

/// Why a slot is not within the hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The first moment of the slot at which the queue is closed, in its zone.
    pub at: Zoned,
    /// When it is open on that day.
    pub open: Vec<Stretch>,
    /// The holiday that it is.
    pub holiday: Option<Text>,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = self.at.strftime("%H:%M on %a %d %b %Y (%Z)");
        write!(f, "the queue is closed at {when}: ")?;
        match (&self.holiday, self.open.as_slice()) {
            (Some(name), _) if name.is_empty() => f.write_str("it is a holiday"),
            (Some(name), _) => write!(f, "it is a holiday, {}", name.fit(40)),
            (None, []) => write!(f, "it does not open on {}s", name(self.at.weekday())),
            (None, open) => {
                let open: Vec<_> = open.iter().map(Stretch::to_string).collect();
                write!(f, "it is open {} that day", open.join(" and "))
            }
        }
    }
}

impl Week {
    /// The end of a night that began the day before is part of a day, unless that day or this one is a holiday.
    fn open_on(&self, date: Date) -> Vec<Stretch> {
        let mut open = Vec::new();
        if self.holiday(date).is_none() {
            let today = self
                .hours
                .iter()
                .filter(|hours| hours.day == date.weekday());
            open.extend(today.map(|hours| Stretch {
                from: hours.open,
                to: hours.close.min(DAY),
            }));
            let before = date
                .yesterday()
                .ok()
                .filter(|day| self.holiday(*day).is_none());
            let nights = self.hours.iter().filter(|hours| {
                hours.close > DAY && before.is_some_and(|day| day.weekday() == hours.day)
            });
            open.extend(nights.map(|hours| Stretch {
                from: 0,
                to: hours.close - DAY,
            }));
        }
        joined(open)
    }

    fn holiday(&self, date: Date) -> Option<&Text> {
        let holiday = self.holidays.iter().find(|holiday| holiday.date == date)?;
        Some(&holiday.name)
    }
}

impl Calendar {
    /// The hours of every week.
    #[must_use]
    pub const fn weekly(zone: TimeZone, hours: Vec<Hours>, holidays: Vec<Holiday>) -> Self {
        let plan = Plan::Weekly(Week { hours, holidays });
        Self { zone, plan }
    }

    /// Whether it can be told of a day when the queue is open.
    #[must_use]
    pub fn knows(&self, date: Date) -> bool {
        match &self.plan {
            Plan::Weekly(_) => true,
            Plan::Dated(dated) => dated.day(date).is_some(),
        }
    }

    /// When the queue is open on a day: in order, none touching the next. Nothing of a day that it does not know.
    #[must_use]
    pub fn open_on(&self, date: Date) -> Vec<Stretch> {
        match &self.plan {
            Plan::Weekly(week) => week.open_on(date),
            Plan::Dated(dated) => dated
                .day(date)
                .map_or_else(Vec::new, |day| day.open.clone()),
        }
    }

    /// The name of the holiday that closes the queue all day; empty when it has none.
    #[must_use]
    pub fn holiday(&self, date: Date) -> Option<&Text> {
        match &self.plan {
            Plan::Weekly(week) => week.holiday(date),
            Plan::Dated(dated) => dated.day(date)?.holiday.as_ref(),
        }
    }

    /// Whether the queue is open all the way from one moment to another; else the first moment at which it is not. Of days
    /// that it does not know nothing is said: the organisation refuses what is wrong.
    pub fn covers(&self, start: Timestamp, end: Timestamp) -> Result<(), Box<Closed>> {
        let mut at = start;
        for _ in 0..PIECES {
            if at >= end {
                return Ok(());
            }
            let local = at.to_zoned(self.zone.clone());
            let until = end.min(self.steady_until(&local));
            if !self.knows(local.date()) {
                at = until;
                continue;
            }
            let open = self.open_on(local.date());
            let from = seconds(local.time());
            let inside = open.iter().find(|stretch| {
                (i64::from(stretch.from) * 60..i64::from(stretch.to) * 60).contains(&from)
            });
            let closes = inside.map(|stretch| {
                at.saturating_add((i64::from(stretch.to) * 60 - from).seconds())
                    .unwrap_or(Timestamp::MAX)
            });
            match closes {
                Some(closes) if closes >= until => at = until,
                Some(closes) => return Err(Box::new(self.closed(closes))),
                None => return Err(Box::new(self.closed(at))),
            }
        }
        Err(Box::new(self.closed(at)))
    }

    fn closed(&self, at: Timestamp) -> Closed {
        let at = at.to_zoned(self.zone.clone());
        Closed {
            open: self.open_on(at.date()),
            holiday: self.holiday(at.date()).cloned(),
            at,
        }
    }

    /// Up to when the wall clock runs steadily from a moment on: the next midnight or the next change of the clock.
    fn steady_until(&self, local: &Zoned) -> Timestamp {
        let midnight = local
            .tomorrow()
            .and_then(|day| day.start_of_day())
            .map_or(Timestamp::MAX, |day| day.timestamp());
        let change = self.zone.following(local.timestamp()).next();
        change.map_or(midnight, |change| midnight.min(change.timestamp()))
    }
}

/// Seconds after midnight by the wall clock.
fn seconds(time: Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// Stretches in order, those that touch made one and empty ones gone.
fn joined(mut open: Vec<Stretch>) -> Vec<Stretch> {
    open.retain(|stretch| stretch.from < stretch.to);
    open.sort_unstable();
    let mut whole: Vec<Stretch> = Vec::with_capacity(open.len());
    for next in open {
        match whole.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            _ => whole.push(next),
        }
    }
    whole
}
