//! Moments and time slots. The payload has RFC 3339 with an offset; a person writes a civil time in a zone.

use jiff::civil::{DateTime, Weekday};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde_json::{Value, json};

use super::{Item, plain};

/// A moment.
pub static MOMENT: Moment = Moment;

/// A time slot: `{"start","end"}` (contract §10).
pub static SLOT: SlotItem = SlotItem;

/// See [`MOMENT`].
#[derive(Debug)]
pub struct Moment;

/// See [`SLOT`].
#[derive(Debug)]
pub struct SlotItem;

/// How a person writes a moment.
pub const SHAPE: &str = "YYYY-MM-DD HH:MM [+HH:MM or Area/City], or tomorrow 14:00, fri 9:30, +2h";
const SLOT_SHAPE: &str = "YYYY-MM-DD HH:MM to HH:MM [Area/City], or tomorrow 14:00 to 14:15";

impl Item for Moment {
    fn shape(&self) -> &'static str {
        SHAPE
    }

    fn read(&self, text: &str, zone: &TimeZone) -> Value {
        match moment(text.trim(), zone) {
            Ok(at) => Value::from(rfc3339(&at)),
            Err(_) => Value::from(text.trim()),
        }
    }

    fn show(&self, value: &Value, zone: &TimeZone) -> String {
        let at = value
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok());
        at.map_or_else(|| plain(value), |at| show(at, zone))
    }

    fn fault(&self, value: &Value, zone: &TimeZone) -> Option<String> {
        match value.as_str() {
            Some(text) => text.parse::<Timestamp>().is_err().then(|| why(text, zone)),
            None => Some(format!("write {SHAPE}")),
        }
    }
}

impl Item for SlotItem {
    fn shape(&self) -> &'static str {
        SLOT_SHAPE
    }

    fn read(&self, text: &str, zone: &TimeZone) -> Value {
        match slot(text.trim(), zone) {
            Ok((start, end)) => json!({"start": rfc3339(&start), "end": rfc3339(&end)}),
            Err(_) => Value::from(text.trim()),
        }
    }

    fn show(&self, value: &Value, zone: &TimeZone) -> String {
        let at = |name: &str| value.get(name)?.as_str()?.parse::<Timestamp>().ok();
        let (Some(start), Some(end)) = (at("start"), at("end")) else {
            return plain(value);
        };
        let (from, to) = (start.to_zoned(zone.clone()), end.to_zoned(zone.clone()));
        // The bare end of a slot is read on the day and with the offset of its start.
        let end = if from.date() == to.date() && from.offset() == to.offset() {
            to.strftime("%H:%M").to_string()
        } else {
            show(end, zone)
        };
        format!("{} to {end}", show(start, zone))
    }

    fn fault(&self, value: &Value, zone: &TimeZone) -> Option<String> {
        match value.as_str() {
            Some(text) => Some(why_slot(text, zone)),
            None if value.is_object() => None,
            None => Some(format!("write {SLOT_SHAPE}")),
        }
    }
}

const WEEK: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn rfc3339(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A civil time with the offset that makes it one moment, also where clocks go back.
fn show(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M %:z")
        .to_string()
}

/// A moment as people say it, as a date: from now on (`+2h`, `+1d 30m`), or a time of a day that has a name. None where it is
/// not said so. Weekdays are the next ones after today.
#[must_use]
pub fn spoken(text: &str, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let text = text.trim();
    if let Some(length) = text.strip_prefix('+') {
        let zone = if zone.is_unknown() {
            &TimeZone::UTC
        } else {
            zone
        };
        let length: Span = length.trim().parse().ok()?;
        let at = now.to_zoned(zone.clone()).checked_add(length).ok()?;
        return Some(at.strftime("%Y-%m-%d %H:%M %:z").to_string());
    }
    if zone.is_unknown() {
        return None;
    }
    let (day, time) = text.split_once(' ')?;
    let (day, today) = (day.to_lowercase(), now.to_zoned(zone.clone()).date());
    let date = match day.as_str() {
        "today" => today,
        "tomorrow" => today.tomorrow().ok()?,
        day => {
            let named = |(name, _): &&(&str, Weekday)| day.len() >= 3 && name.starts_with(day);
            let (_, weekday) = WEEK.iter().find(named)?;
            today.nth_weekday(1, *weekday).ok()?
        }
    };
    let time = time.trim();
    // An hour of one digit is how people write it.
    let zero = if time.find(':') == Some(1) { "0" } else { "" };
    Some(format!("{date} {zero}{time}"))
}

/// Reads a moment: with an offset, with a zone of its own, or in `zone`. The error says what is wrong with it.
pub fn moment(text: &str, zone: &TimeZone) -> Result<Zoned, String> {
    let (date, rest) = text.split_once([' ', 'T']).ok_or(SHAPE)?;
    let (time, place) = match rest.find([' ', '+', 'Z', '[']).or_else(|| rest.rfind('-')) {
        Some(at) => (&rest[..at], rest[at..].trim()),
        None => (rest, ""),
    };
    let civil: DateTime = format!("{date}T{time}")
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    in_place(civil, place, zone)
}

fn in_place(civil: DateTime, place: &str, zone: &TimeZone) -> Result<Zoned, String> {
    if place.starts_with(['+', '-', 'Z']) {
        let pieces = format!("{civil}{place}");
        let pieces = Pieces::parse(&pieces).map_err(|error| error.to_string())?;
        let offset = pieces.to_numeric_offset().ok_or(SHAPE)?;
        let at = offset.to_timestamp(civil).map_err(|e| e.to_string())?;
        return Ok(at.to_zoned(TimeZone::fixed(offset)));
    }
    let zone = match place.trim_matches(['[', ']']) {
        "" if zone.is_unknown() => {
            let why = "the clock of the queue is not known: write the time with an offset, such as +02:00";
            return Err(why.to_owned());
        }
        "" => zone.clone(),
        name => TimeZone::get(name).map_err(|_| format!("no time zone is called {name:?}"))?,
    };
    zone.to_ambiguous_zoned(civil)
        .unambiguous()
        .map_err(|_| twice_or_never(civil, &zone))
}

/// Where clocks change, a civil time means two moments or none; guessing would book the wrong hour.
fn twice_or_never(civil: DateTime, zone: &TimeZone) -> String {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let place = zone.iana_name().unwrap_or("this zone");
    let when = civil.strftime("%Y-%m-%d %H:%M");
    match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Fold { before, after } => format!(
            "{when} comes twice in {place}, because clocks go back: add {before} or {after}"
        ),
        _ => format!("{when} does not exist in {place}, because clocks go forward"),
    }
}

fn slot(text: &str, zone: &TimeZone) -> Result<(Zoned, Zoned), String> {
    let (start, end) = text.split_once(" to ").ok_or(SLOT_SHAPE)?;
    // A zone at the end of the line is meant for both.
    let (end, named) = match end.trim().rsplit_once(' ') {
        Some((end, place)) if place.contains('/') || place == "UTC" => (end.trim(), place),
        _ => (end.trim(), ""),
    };
    let start = moment(format!("{} {named}", start.trim()).trim(), zone)?;
    let bare = end.split_once(':').is_some_and(|(hour, _)| hour.len() <= 2);
    let end = if bare && !end.contains([' ', 'T']) {
        let civil = format!("{}T{end:0>5}", start.date());
        let civil: DateTime = civil.parse().map_err(|e: jiff::Error| e.to_string())?;
        in_place(civil, "", start.time_zone())?
    } else {
        moment(format!("{end} {named}").trim(), zone)?
    };
    Ok((start, end))
}

fn why(text: &str, zone: &TimeZone) -> String {
    reason(text, moment(text, zone).err(), SHAPE)
}

fn why_slot(text: &str, zone: &TimeZone) -> String {
    reason(text, slot(text, zone).err(), SLOT_SHAPE)
}

fn reason(text: &str, error: Option<String>, shape: &str) -> String {
    match error {
        Some(error) if error != shape && !text.is_empty() => format!("{error}; write {shape}"),
        _ => format!("write {shape}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_york() -> TimeZone {
        TimeZone::get("America/New_York").unwrap()
    }

    #[test]
    fn a_civil_time_gets_the_offset_of_its_zone() {
        let zone = new_york();
        for (text, value) in [
            ("2030-06-15 14:00", "2030-06-15T14:00:00-04:00"),
            ("2030-06-15T14:00:00-04:00", "2030-06-15T14:00:00-04:00"),
            ("2030-06-15 14:00 +02:00", "2030-06-15T14:00:00+02:00"),
            ("2030-06-15T12:00Z", "2030-06-15T12:00:00+00:00"),
            (
                "2030-12-15 14:00 Europe/Berlin",
                "2030-12-15T14:00:00+01:00",
            ),
        ] {
            assert_eq!(MOMENT.read(text, &zone), json!(value), "{text}");
            assert_eq!(MOMENT.fault(&json!(value), &zone), None);
        }
        assert_eq!(
            MOMENT.show(&json!("2030-06-15T20:00:00+02:00"), &zone),
            "2030-06-15 14:00 -04:00"
        );
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_not_guessed() {
        let zone = new_york();
        let fold = MOMENT.read("2030-11-03 01:30", &zone);
        assert_eq!(fold, json!("2030-11-03 01:30"), "it stays as it was typed");
        let told = MOMENT.fault(&fold, &zone).unwrap();
        assert!(told.contains("comes twice in America/New_York"), "{told}");
        assert!(told.contains("-04") && told.contains("-05"), "{told}");
        let told = moment("2030-03-10 02:30", &zone).unwrap_err();
        assert!(told.contains("does not exist"), "{told}");
        assert_eq!(
            MOMENT.read("2030-11-03 01:30 -05:00", &zone),
            json!("2030-11-03T01:30:00-05:00")
        );
    }

    #[test]
    fn a_slot_reads_and_shows_the_same() {
        let zone = new_york();
        let value =
            json!({"start": "2030-06-15T14:00:00-04:00", "end": "2030-06-15T14:15:00-04:00"});
        for text in [
            "2030-06-15 14:00 to 14:15",
            "2030-06-15 14:00 -04:00 to 14:15",
            "2030-06-15 14:00 to 2030-06-15 14:15",
            "2030-06-15 14:00 to 14:15 America/New_York",
        ] {
            assert_eq!(SLOT.read(text, &zone), value, "{text}");
        }
        let shown = SLOT.show(&value, &zone);
        assert_eq!(shown, "2030-06-15 14:00 -04:00 to 14:15");
        assert_eq!(SLOT.read(&shown, &zone), value);
        assert_eq!(SLOT.read("tomorrow", &zone), json!("tomorrow"));
        assert!(SLOT.fault(&json!("tomorrow"), &zone).is_some());
    }

    #[test]
    fn a_moment_is_said_as_people_say_it() {
        let zone = new_york();
        // A Saturday, 10:00 there.
        let now: Timestamp = "2030-06-15T14:00:00Z".parse().unwrap();
        for (said, date) in [
            ("+2h", "2030-06-15 12:00 -04:00"),
            ("+1d 30m", "2030-06-16 10:30 -04:00"),
            ("today 18:00", "2030-06-15 18:00"),
            ("Tomorrow 9:30", "2030-06-16 09:30"),
            ("sat 14:00 to 14:15", "2030-06-22 14:00 to 14:15"),
            ("fri 14:00 Europe/Berlin", "2030-06-21 14:00 Europe/Berlin"),
        ] {
            let spelt = spoken(said, now, &zone).unwrap();
            assert_eq!(spelt, date, "{said}");
            let kind: &dyn Item = if said.contains(" to ") {
                &SLOT
            } else {
                &MOMENT
            };
            assert_eq!(kind.fault(&kind.read(&spelt, &zone), &zone), None, "{said}");
        }
        for text in [
            "",
            "+",
            "+soon",
            "2030-06-15 14:00",
            "tomorrow",
            "fr 14:00",
            "é",
        ] {
            assert_eq!(spoken(text, now, &zone), None, "{text}");
        }
        let unknown = TimeZone::unknown();
        assert_eq!(
            spoken("tomorrow 14:00", now, &unknown),
            None,
            "whose tomorrow?"
        );
    }

    #[test]
    fn nonsense_is_a_fault_and_no_panic() {
        let utc = TimeZone::UTC;
        for text in [
            "",
            " ",
            "T",
            " to ",
            "9999-99-99 99:99",
            "2030-06-15 é to ü",
            "2030-06-15 1é-",
        ] {
            assert!(
                MOMENT.fault(&MOMENT.read(text, &utc), &utc).is_some(),
                "{text}"
            );
            assert!(SLOT.fault(&SLOT.read(text, &utc), &utc).is_some(), "{text}");
        }
        assert!(MOMENT.fault(&json!(5), &utc).is_some() && SLOT.fault(&json!([]), &utc).is_some());
    }
}
