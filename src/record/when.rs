//! A moment of the past, as people write it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::time::Millis;

/// What is said of a moment that cannot be read.
const FORMS: &str =
    "write a time as 03:10, 2026-06-15T03:10, 2026-06-15T03:10+02:00, or -25m for 25 minutes ago";

/// Reads a moment: `03:10` is the last time the clock of `zone` showed that, `-25m` so long before now.
///
/// # Errors
/// How it can be written.
pub fn when(text: &str, zone: &TimeZone, now: Millis) -> Result<Millis, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no time: {FORMS}");
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        let ago: SignedDuration = ago.parse().map_err(|_| wrong())?;
        let ms = i64::try_from(ago.as_millis()).map_err(|_| wrong())?;
        return Ok(now.plus(ms.saturating_neg()));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Millis(at.as_millisecond()));
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(Millis(at.timestamp().as_millisecond()));
    }
    let here = now.timestamp().to_zoned(zone.clone());
    let in_zone = |at: DateTime| {
        let at = at.to_zoned(zone.clone()).map_err(|_| wrong())?;
        Ok(Millis(at.timestamp().as_millisecond()))
    };
    if let Ok(time) = text.parse::<Time>() {
        let at = in_zone(here.date().to_datetime(time))?;
        if at <= now {
            return Ok(at);
        }
        let yesterday = here.date().yesterday().map_err(|_| wrong())?;
        return in_zone(yesterday.to_datetime(time));
    }
    if let Ok(at) = text.parse::<DateTime>() {
        return in_zone(at);
    }
    if let Ok(date) = text.parse::<Date>() {
        return in_zone(date.to_datetime(Time::midnight()));
    }
    Err(wrong())
}

/// Reads since when: `8h` is so long before that moment, anything else is a moment as [`when`] reads it.
///
/// # Errors
/// How it can be written.
pub fn since(text: &str, zone: &TimeZone, now: Millis) -> Result<Millis, String> {
    let text = text.trim();
    let long = text.parse::<SignedDuration>();
    match long {
        Ok(long) if long.is_positive() => when(&format!("-{text}"), zone, now),
        _ => when(text, zone, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // 2026-06-15T14:00:00Z, 16:00 in Berlin.
        let now = Millis(1_781_532_000_000);
        let read = |text: &str| when(text, &zone, now).map(|at| at.to_string());
        for (text, at) in [
            ("now", "2026-06-15T14:00:00.000Z"),
            ("-25m", "2026-06-15T13:35:00.000Z"),
            ("-1h30m", "2026-06-15T12:30:00.000Z"),
            ("03:10", "2026-06-15T01:10:00.000Z"),
            ("03:10:22", "2026-06-15T01:10:22.000Z"),
            ("17:00", "2026-06-14T15:00:00.000Z"),
            ("2026-06-15T03:10", "2026-06-15T01:10:00.000Z"),
            ("2026-06-15 03:10", "2026-06-15T01:10:00.000Z"),
            ("2026-06-15", "2026-06-14T22:00:00.000Z"),
            ("2026-06-15T03:10+02:00", "2026-06-15T01:10:00.000Z"),
            ("2026-06-15T03:10:22Z", "2026-06-15T03:10:22.000Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(at), "{text}");
        }
        for text in ["", "soon", "-", "-5 parsecs", "25:00"] {
            assert!(read(text).unwrap_err().contains("-25m"), "{text}");
        }
    }
}
