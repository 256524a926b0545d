//! The time of day, as one small number, and where it comes from.
//!
//! Rows hold a million timestamps, so a moment is eight bytes; `jiff` does everything that needs a calendar.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize, Serializer};

/// A wall-clock moment in milliseconds since the Unix epoch.
///
/// Only for what is shown and recorded: time-outs and back-off use the runtime's monotonic clock, so that a wall
/// clock that jumps can neither fire nor stall them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Milliseconds from `earlier` to `self`; 0 when the clock went backwards.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// This moment moved by a signed number of milliseconds.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// As a `jiff` timestamp; a moment outside its range becomes the epoch.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl Millis {
    /// The day, the time of day and the zone, with the year where it is not this one's; by UTC where the zone is not known.
    #[must_use]
    pub fn day(self, zone: &TimeZone, now: Self) -> String {
        let zone = if zone.is_unknown() {
            &TimeZone::UTC
        } else {
            zone
        };
        let [at, today] = [self, now].map(|at| at.timestamp().to_zoned(zone.clone()));
        let form = if at.year() == today.year() {
            "%d %b %H:%M %Z"
        } else {
            "%d %b %Y %H:%M %Z"
        };
        at.strftime(form).to_string()
    }

    /// The time of day to the minute, with the date where that is another (in `zone`).
    #[must_use]
    pub fn moment(self, zone: &TimeZone, now: Self) -> String {
        let (at, today) = (
            self.timestamp().to_zoned(zone.clone()),
            now.timestamp().to_zoned(zone.clone()),
        );
        let form = if at.date() == today.date() {
            "%H:%M"
        } else if at.year() == today.year() {
            "%d %b %H:%M"
        } else {
            "%d %b %Y %H:%M"
        };
        at.strftime(form).to_string()
    }

    /// The time of day where that says enough (the same day in `zone`), else the date; eight columns at most.
    ///
    /// A moment and not an age: an age would have to be drawn again as it grows.
    #[must_use]
    pub fn clock(self, zone: &TimeZone, now: Self) -> String {
        let (at, today) = (
            self.timestamp().to_zoned(zone.clone()),
            now.timestamp().to_zoned(zone.clone()),
        );
        if at.date() == today.date() {
            at.strftime("%H:%M:%S").to_string()
        } else if at.year() == today.year() {
            at.strftime("%d %b").to_string()
        } else {
            at.strftime("%b %Y").to_string()
        }
    }
}

impl fmt::Display for Millis {
    /// RFC 3339 in UTC with milliseconds, as every export and log shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// Whether a moment can be meant: year 1 and year 9999 are what programs write for no time at all.
#[must_use]
pub fn plausible(at: jiff::Timestamp) -> bool {
    (1_971..=2_199).contains(&at.to_zoned(TimeZone::UTC).year())
}

/// For `serialize_with`: numbers inside, RFC 3339 in what other programs read.
pub fn rfc3339<S: Serializer>(at: &Millis, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

/// Where the time comes from: the machine, or a test that sets it.
#[derive(Debug)]
pub enum Clock {
    /// The machine's wall clock.
    Real,
    /// A clock that stands still until it is set; milliseconds since the Unix epoch.
    Manual(AtomicI64),
}

impl Clock {
    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Millis {
        match self {
            Self::Real => Millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_shows_as_much_date_as_it_needs() {
        let at = |text: &str| Millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let now = at("2026-06-15T14:03:22Z");
        assert_eq!(
            at("2026-06-15T00:00:42Z").clock(&TimeZone::UTC, now),
            "00:00:42"
        );
        assert_eq!(
            at("2026-06-14T23:59:59Z").clock(&TimeZone::UTC, now),
            "14 Jun"
        );
        assert_eq!(
            at("2025-06-15T14:00:00Z").clock(&TimeZone::UTC, now),
            "Jun 2025"
        );
    }

    #[test]
    fn moments_outside_of_the_calendar_are_harmless() {
        assert_eq!(Millis(i64::MAX).timestamp(), jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(Millis(5).since(Millis(10)), 0);
        assert_eq!(Millis(i64::MAX).plus(1), Millis(i64::MAX));
    }
}
