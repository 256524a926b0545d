use jiff::civil::{DateTime, date};

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// Open every day between these times.
fn daily(zone_name: &str, open: &str, close: &str) -> Calendar {
    let days = Weekday::Monday.cycle_forward().take(7);
    let hours = days.map(|day| Hours::read(name(day), open, close).unwrap());
    Calendar::weekly(zone(zone_name), hours.collect(), Vec::new())
}

fn week(calendar: &mut Calendar) -> &mut Week {
    match &mut calendar.plan {
        Plan::Weekly(week) => week,
        Plan::Dated(_) => panic!("not weekly"),
    }
}

fn at(text: &str) -> Timestamp {
    Written::read(text).unwrap_or_else(|| panic!("{text}")).at
}

fn judge(calendar: &Calendar, start: &str, end: &str) -> Result<(), String> {
    calendar
        .covers(at(start), at(end))
        .map_err(|closed| closed.to_string())
}

fn wall(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn hours_are_read_as_the_contract_spells_them() {
    let read = Hours::read("monday", "08:00", "18:00").unwrap();
    assert_eq!(
        (read.day, read.open, read.close),
        (Weekday::Monday, 480, 1_080)
    );
    assert_eq!(
        Hours::read("Friday", "22:00", "06:00").unwrap().close,
        30 * 60
    );
    assert_eq!(
        Hours::read("friday", "00:00", "24:00").unwrap().close,
        1_440
    );
    assert_eq!(
        Hours::read("friday", "00:00", "00:00").unwrap().close,
        1_440
    );
    for (day, open) in [
        ("someday", "08:00"),
        ("monday", "8"),
        ("monday", "25:00"),
        ("monday", "+8:00"),
        ("monday", "24:01"),
    ] {
        assert!(Hours::read(day, open, "18:00").is_err(), "{day} {open}");
    }
}

#[test]
fn a_slot_within_the_hours_is_fine_and_one_outside_says_where_it_leaves_them() {
    let calendar = daily("America/New_York", "08:00", "18:00");
    assert_eq!(
        judge(
            &calendar,
            "2030-06-15T14:00:00-04:00",
            "2030-06-15T14:15:00-04:00"
        ),
        Ok(())
    );
    assert_eq!(
        judge(
            &calendar,
            "2030-06-15T17:45:00-04:00",
            "2030-06-15T18:00:00-04:00"
        ),
        Ok(())
    );
    assert_eq!(
        judge(&calendar, "2030-06-15T12:00:00Z", "2030-06-15T12:15:00Z"),
        Ok(()),
        "08:00 by its wall"
    );
    let late = judge(
        &calendar,
        "2030-06-15T17:45:00-04:00",
        "2030-06-15T18:15:00-04:00",
    )
    .unwrap_err();
    assert_eq!(
        late,
        "the queue is closed at 18:00 on Sat 15 Jun 2030 (EDT): it is open 08:00–18:00 that day"
    );
    let early = judge(
        &calendar,
        "2030-06-15T07:59:59-04:00",
        "2030-06-15T08:15:00-04:00",
    )
    .unwrap_err();
    assert!(early.contains("07:59 on Sat"), "{early}");
}

#[test]
fn holidays_and_days_without_hours_close_the_queue() {
    let mut calendar = daily("Europe/Berlin", "08:00", "18:00");
    week(&mut calendar).holidays.push(Holiday {
        date: date(2030, 12, 25),
        name: "Weihnachten".into(),
    });
    let closed = judge(
        &calendar,
        "2030-12-25T10:00:00+01:00",
        "2030-12-25T10:15:00+01:00",
    )
    .unwrap_err();
    assert!(closed.ends_with("it is a holiday, Weihnachten"), "{closed}");
    week(&mut calendar)
        .hours
        .retain(|hours| hours.day != Weekday::Sunday);
    let closed = judge(
        &calendar,
        "2030-06-16T10:00:00+02:00",
        "2030-06-16T10:15:00+02:00",
    )
    .unwrap_err();
    assert!(closed.ends_with("it does not open on Sundays"), "{closed}");
}

#[test]
fn a_night_belongs_to_both_days_and_hours_that_touch_are_one() {
    let mut calendar = daily("Europe/Berlin", "22:00", "06:00");
    assert_eq!(
        calendar.open_on(date(2030, 6, 15)),
        [
            Stretch { from: 0, to: 360 },
            Stretch {
                from: 1_320,
                to: 1_440
            }
        ]
    );
    assert_eq!(
        judge(
            &calendar,
            "2030-06-15T23:00:00+02:00",
            "2030-06-16T05:00:00+02:00"
        ),
        Ok(())
    );
    let days = week(&mut daily("Europe/Berlin", "06:00", "22:00"))
        .hours
        .clone();
    week(&mut calendar).hours.extend(days);
    assert_eq!(
        judge(
            &calendar,
            "2030-06-15T00:00:00+02:00",
            "2031-06-15T00:00:00+02:00"
        ),
        Ok(())
    );
    assert!(
        judge(&calendar, "2030-01-01T00:00:00Z", "9999-01-01T00:00:00Z").is_err(),
        "no slot is that long"
    );
}

/// The night on which the clock jumps forward: (zone, the jump, what it shows instead, the offset before).
const SPRING: [(&str, &str, &str, &str); 3] = [
    (
        "America/New_York",
        "2030-03-10T02:00",
        "2030-03-10T03:00",
        "-05:00",
    ),
    (
        "Europe/Berlin",
        "2030-03-31T02:00",
        "2030-03-31T03:00",
        "+01:00",
    ),
    (
        "Australia/Lord_Howe",
        "2030-10-06T02:00",
        "2030-10-06T02:30",
        "+10:30",
    ),
];

/// The night on which it is turned back: (zone, a time that it shows twice, the two offsets).
const AUTUMN: [(&str, &str, &str, &str); 3] = [
    (
        "America/New_York",
        "2030-11-03T01:30:00",
        "-04:00",
        "-05:00",
    ),
    ("Europe/Berlin", "2030-10-27T02:30:00", "+02:00", "+01:00"),
    (
        "Australia/Lord_Howe",
        "2030-04-07T01:45:00",
        "+11:00",
        "+10:30",
    ),
];

#[test]
fn a_time_that_the_clock_jumps_over_is_refused_with_the_jump() {
    for (name, from, to, before) in SPRING {
        let (from, to) = (wall(from), wall(to));
        let wanted = from.checked_add(15.minutes()).unwrap();
        let Some(Local::Never(gap)) = Local::of(wanted, &zone(name)) else {
            panic!("{name}: {wanted} exists");
        };
        assert_eq!((gap.from, gap.to), (from, to), "{name}");
        let sentence = gap.sentence(wanted, name);
        assert!(
            sentence.contains("02:15 on Sun") && sentence.contains(name),
            "{sentence}"
        );
        // Written with the zone's own offset it is refused; by another clock it is a moment like any other.
        let written = Written::read(&format!("{wanted}{before}")).unwrap();
        assert_eq!(written.gap(&zone(name)), Some(gap), "{name}");
        let utc = Written::read(&written.at.to_string()).unwrap();
        assert_eq!(utc.gap(&zone(name)), None, "{name}");
        assert_eq!(utc.at, written.at);
    }
}

#[test]
fn a_slot_across_the_jump_is_as_long_as_it_lasts() {
    for (name, from, to, _) in SPRING {
        let calendar = daily(name, "00:00", "24:00");
        let before = zone(name)
            .to_timestamp(wall(from).checked_sub(15.minutes()).unwrap())
            .unwrap();
        let after = zone(name)
            .to_timestamp(wall(to).checked_add(15.minutes()).unwrap())
            .unwrap();
        assert_eq!(after.duration_since(before).as_mins(), 30, "{name}");
        assert_eq!(calendar.covers(before, after), Ok(()), "{name}");
        // A queue that closes at a time that the clock never shows closes at the jump.
        let calendar = daily(name, "00:00", "02:15");
        let closed = calendar.covers(before, after).unwrap_err();
        assert_eq!(closed.at.datetime(), wall(to), "{name}: {closed}");
    }
}

#[test]
fn a_time_that_the_clock_shows_twice_is_two_moments_and_says_which() {
    for (name, twice, first, second) in AUTUMN {
        let zone = zone(name);
        let (early, late) = (
            at(&format!("{twice}{first}")),
            at(&format!("{twice}{second}")),
        );
        assert_eq!(
            Local::of(wall(twice), &zone),
            Some(Local::Twice {
                first: early,
                second: late
            }),
            "{name}"
        );
        for (offset, word) in [(first, "the first"), (second, "the second")] {
            let written = Written::read(&format!("{twice}{offset}")).unwrap();
            assert_eq!(written.gap(&zone), None);
            let told = written.fold(&zone).unwrap();
            assert!(told.contains(word) && told.contains(offset), "{told}");
        }
    }
}

#[test]
fn a_closing_time_that_comes_twice_closes_twice() {
    // Open until 01:30: at 01:30 EDT it closes; at 01:00 EST the wall says that it is open again.
    let calendar = daily("America/New_York", "00:00", "01:30");
    assert_eq!(
        judge(
            &calendar,
            "2030-11-03T01:00:00-04:00",
            "2030-11-03T01:30:00-04:00"
        ),
        Ok(())
    );
    assert_eq!(
        judge(
            &calendar,
            "2030-11-03T01:00:00-05:00",
            "2030-11-03T01:30:00-05:00"
        ),
        Ok(())
    );
    let across = judge(
        &calendar,
        "2030-11-03T01:00:00-04:00",
        "2030-11-03T01:30:00-05:00",
    )
    .unwrap_err();
    assert!(
        across.contains("01:30 on Sun 03 Nov 2030 (EDT)"),
        "{across}"
    );
    // All night long, the slot lasts an hour more than its wall times say.
    let calendar = daily("America/New_York", "00:00", "24:00");
    assert_eq!(
        judge(
            &calendar,
            "2030-11-03T00:30:00-04:00",
            "2030-11-03T02:30:00-05:00"
        ),
        Ok(())
    );
}

#[test]
fn only_rfc_3339_is_read() {
    for text in [
        "",
        "tomorrow",
        "2030-06-15",
        "2030-06-15T14:00:00",
        "2030-06-15 14:00:00Z",
        "2030-13-15T14:00:00Z",
        "2030-06-15T14:00:00-04:00[America/New_York]",
        "2030-06-15T25:00:00Z",
        "+002030-06-15T14:00:00Z",
    ] {
        assert_eq!(Written::read(text), None, "{text}");
    }
    assert_eq!(
        at("2030-06-15T14:00:00-04:00"),
        at("2030-06-15T18:00:00.000Z")
    );
}
