//! Time zones as organisations name them: IANA names, those of Windows, and plain offsets. Whatever is none of these is no clock
//! that anything may be read by.

use jiff::tz::{Offset, TimeZone};

use crate::text;

/// What Windows calls zones, each with its IANA name (CLDR, `windowsZones`, territory 001), a line each.
const WINDOWS: &str = include_str!("zone/windows.txt");

/// The zone of that name. The error says what is wrong with the name; it is safe to show.
pub fn named(name: &str) -> Result<TimeZone, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("the organisation names no time zone".to_owned());
    }
    let known = || TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    let zone = known().or_else(|| windows(name)).or_else(|| offset(name));
    zone.ok_or_else(|| {
        format!(
            "{:?} is no time zone that is known here",
            text::fit(name, 60)
        )
    })
}

fn windows(name: &str) -> Option<TimeZone> {
    let mut lines = WINDOWS.lines().filter_map(|line| line.split_once('|'));
    let (_, iana) = lines.find(|(windows, _)| windows.eq_ignore_ascii_case(name))?;
    TimeZone::get(iana).ok()
}

/// `+05:30`, `-0800`, `+2`, each with or without `GMT` or `UTC` before it.
fn offset(name: &str) -> Option<TimeZone> {
    let prefix = ["GMT", "UTC"].into_iter();
    let mut bare = prefix.filter_map(|word| {
        let (head, rest) = name.split_at_checked(word.len())?;
        head.eq_ignore_ascii_case(word).then(|| rest.trim_start())
    });
    let bare = bare.next().unwrap_or(name);
    let digits = bare.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |digits: &str, most: i32| {
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse::<i32>().ok().filter(|_| plain)?;
        (number <= most).then_some(number)
    };
    let seconds = number(hours, 15)? * 3_600 + number(minutes, 59)? * 60;
    let seconds = if bare.starts_with('-') {
        -seconds
    } else {
        seconds
    };
    Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon(name: &str) -> String {
        let zone = named(name).unwrap();
        let at = "2030-06-15T12:00:00Z".parse::<jiff::Timestamp>().unwrap();
        at.to_zoned(zone).strftime("%H:%M").to_string()
    }

    #[test]
    fn a_zone_is_known_by_whatever_name_an_organisation_gives_it() {
        for (name, shown) in [
            ("Asia/Kolkata", "17:30"),
            ("India Standard Time", "17:30"),
            ("india standard time", "17:30"),
            ("GMT+05:30", "17:30"),
            ("utc +0530", "17:30"),
            ("+5:30", "17:30"),
            ("UTC-08", "04:00"),
            ("GMT+2", "14:00"),
            ("UTC", "12:00"),
            ("GMT", "12:00"),
            ("Pacific Standard Time", "05:00"),
        ] {
            assert_eq!(noon(name), shown, "{name}");
        }
    }

    #[test]
    fn what_names_no_clock_is_refused() {
        for name in [
            "",
            "  ",
            "Moon/Tycho",
            "GMT+",
            "GMT+25",
            "+05:99",
            "+1:2:3",
            "5",
            "Etc/Unknown",
            "é+5",
        ] {
            assert!(named(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn every_zone_of_the_table_exists() {
        let lines: Vec<_> = WINDOWS.lines().collect();
        assert!(lines.len() > 120);
        for line in lines {
            let (windows, iana) = line.split_once('|').unwrap();
            assert!(TimeZone::get(iana).is_ok(), "{windows}: {iana}");
        }
    }
}
