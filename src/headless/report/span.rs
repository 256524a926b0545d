//! From when until when a report is wanted.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

use crate::cli::report::ReportArgs;
use crate::form::item;
use crate::hourly::DAYS;
use crate::model::hourly::{By, Hour};
use crate::time::Millis;

/// A time that is asked about.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Its beginning.
    pub from: Zoned,
    /// Its end, which is not in it any more.
    pub to: Zoned,
    /// The first hour that begins in it.
    pub first: Hour,
    /// The hour after the last that begins in it.
    pub end: Hour,
}

impl Span {
    /// Reads the flags by the clock of `zone`. What is not said is the last hours or days before `now`; nothing is told of
    /// the future.
    pub(super) fn of(
        args: &ReportArgs,
        by: By,
        zone: &TimeZone,
        now: Millis,
    ) -> Result<Self, String> {
        let present = now.timestamp().to_zoned(zone.clone());
        let to = match &args.to {
            Some(text) => read("--to", text, zone, Edge::End)?.min(present),
            None => present,
        };
        let from = match &args.from {
            Some(text) => read("--from", text, zone, Edge::Start)?,
            None => before(&to, by).map_err(|error| format!("--to: {error}"))?,
        };
        let (first, end) = (ceil(&from), ceil(&to));
        if first >= end {
            return Err(format!(
                "--from {} is not before --to {} by a whole hour",
                show(&from),
                show(&to)
            ));
        }
        if end.0 - first.0 > i64::from(DAYS + 1) * 24 {
            return Err(format!(
                "--from {}: the record goes back {DAYS} days at most",
                show(&from)
            ));
        }
        Ok(Self {
            from,
            to,
            first,
            end,
        })
    }

    /// How many hours begin in it.
    pub(super) fn hours(&self) -> u64 {
        self.end.0.abs_diff(self.first.0)
    }
}

/// Which end of the span a time is.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

fn read(flag: &str, text: &str, zone: &TimeZone, edge: Edge) -> Result<Zoned, String> {
    let text = text.trim();
    let at = match text.parse::<Date>() {
        // A date parser takes what has a time behind it too, and drops the time.
        Ok(date) if text.len() <= "2026-11-28".len() => {
            let date = match edge {
                Edge::Start => Ok(date),
                Edge::End => date.tomorrow(),
            };
            let at = date.and_then(|date| date.to_zoned(zone.clone()));
            at.map_err(|error| error.to_string())
        }
        _ => item::moment(text, zone),
    };
    at.map(|at| at.with_time_zone(zone.clone())).map_err(|why| {
        format!(
            "{flag} {text:?}: {why}. Write YYYY-MM-DD or {}",
            item::SHAPE
        )
    })
}

/// Where a report begins of which that is not said: so that the hour, or the day, that the end is in is the last of them.
fn before(to: &Zoned, by: By) -> Result<Zoned, jiff::Error> {
    match by {
        By::Hour => {
            let hours = to.timestamp().checked_sub(24.hours())?;
            Ok(hours.to_zoned(to.time_zone().clone()))
        }
        By::Day | By::Site => to.checked_sub(30.days())?.start_of_day(),
    }
}

/// The first hour that begins then or later.
fn ceil(at: &Zoned) -> Hour {
    Hour::of(Millis(
        at.timestamp().as_millisecond().saturating_add(3_599_999),
    ))
}

/// A moment with its offset, as it is read.
pub(super) fn show(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: Option<&str>, to: Option<&str>, by: By) -> Result<Span, String> {
        let args = ReportArgs {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            ..ReportArgs::default()
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: jiff::Timestamp = "2026-11-28T19:14:22Z".parse().unwrap();
        Span::of(&args, by, &zone, Millis(now.as_millisecond()))
    }

    #[test]
    fn a_day_is_meant_whole_and_a_time_is_read_by_the_clock_of_the_profile() {
        for (from, to, shown) in [
            (
                "2026-11-01",
                "2026-11-02",
                ("2026-11-01 00:00 +01:00", "2026-11-03 00:00 +01:00", 48),
            ),
            // Clocks went back that day.
            (
                "2026-10-25",
                "2026-10-25",
                ("2026-10-25 00:00 +02:00", "2026-10-26 00:00 +01:00", 25),
            ),
            (
                "2026-11-01 14:00",
                "2026-11-01T15:30Z",
                ("2026-11-01 14:00 +01:00", "2026-11-01 16:30 +01:00", 3),
            ),
            (
                "2026-11-28 00:30 Asia/Tokyo",
                "2027-01-01",
                ("2026-11-27 16:30 +01:00", "2026-11-28 20:14 +01:00", 28),
            ),
        ] {
            let span = of(Some(from), Some(to), By::Day).unwrap();
            assert_eq!(
                (&*show(&span.from), &*show(&span.to), span.hours()),
                shown,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn what_is_not_said_ends_now() {
        let hours = of(None, None, By::Hour).unwrap();
        assert_eq!(hours.hours(), 24);
        assert_eq!(
            hours.end.to_string(),
            "2026-11-28T20:00:00Z",
            "the hour that is under way"
        );
        let days = of(None, None, By::Day).unwrap();
        assert_eq!(show(&days.from), "2026-10-29 00:00 +01:00");
    }

    #[test]
    fn a_span_that_makes_no_sense_is_refused_in_words() {
        for (from, to, said) in [
            ("2026-11-03", "2026-11-01", "is not before"),
            ("2026-11-01 14:10", "2026-11-01 14:20", "by a whole hour"),
            ("2030-01-01", "2030-02-01", "is not before"),
            ("2020-01-01", "2026-11-01", "400 days at most"),
            ("yesterday", "2026-11-01", "YYYY-MM-DD"),
            ("2026-10-25 02:30", "2026-11-01", "comes twice"),
        ] {
            let why = of(Some(from), Some(to), By::Day).unwrap_err();
            assert!(why.contains(said), "{from} {to}: {why}");
        }
    }
}
