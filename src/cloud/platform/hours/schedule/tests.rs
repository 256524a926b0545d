use jiff::civil::{date, datetime};

use super::*;

fn schedule(start: &str, end: &str, rule: Option<&str>) -> Schedule {
    Schedule::try_from(Entity {
        id: "s".into(),
        name: None,
        start: start.into(),
        end: end.into(),
        rrule: rule.map(str::to_owned),
        state: Some("active".into()),
    })
    .unwrap()
}

/// The times at which it begins in these days, in a zone.
fn begins(schedule: &Schedule, days: [DateTime; 2], zone: &str) -> Result<Vec<String>, String> {
    let zone = TimeZone::get(zone).unwrap();
    let held = schedule.between((days[0], days[1]), &zone)?;
    Ok(held.iter().map(|(start, _)| start.to_string()).collect())
}

fn june() -> [DateTime; 2] {
    [date(2030, 6, 1).into(), date(2030, 7, 1).into()]
}

fn in_june(start: &str, rule: &str) -> Result<Vec<String>, String> {
    let first: DateTime = start.parse().unwrap();
    let end = first.saturating_add(9.hours()).to_string();
    begins(&schedule(start, &end, Some(rule)), june(), "Europe/Berlin")
}

#[test]
fn weekdays_recur_from_years_ago_and_keep_their_rhythm() {
    let days = in_june("2019-01-01T09:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR").unwrap();
    assert_eq!(days.len(), 20);
    assert_eq!(days[0], "2030-06-03T09:00:00");
    // The fortnight is counted from the week of its first day, Monday 7 January 2019.
    let fortnight = in_june(
        "2019-01-07T09:00:00",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    );
    assert_eq!(
        fortnight.unwrap(),
        ["2030-06-10T09:00:00", "2030-06-24T09:00:00"]
    );
    let third = in_june("2030-05-30T09:00:00.000", "freq=daily;interval=10").unwrap();
    assert_eq!(
        third,
        [
            "2030-06-09T09:00:00",
            "2030-06-19T09:00:00",
            "2030-06-29T09:00:00"
        ]
    );
}

#[test]
fn months_years_counts_and_places_are_understood() {
    let last = in_june("2020-01-31T09:00:00", "FREQ=MONTHLY;BYDAY=-1FR").unwrap();
    assert_eq!(last, ["2030-06-28T09:00:00"]);
    let day = in_june("2001-06-17T00:00:00", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=17").unwrap();
    assert_eq!(day, ["2030-06-17T00:00:00"]);
    let second = in_june("2030-06-01T09:00:00", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2").unwrap();
    assert_eq!(second, ["2030-06-04T09:00:00"]);
    let counted = in_june("2030-05-31T09:00:00", "FREQ=DAILY;COUNT=3").unwrap();
    assert_eq!(counted, ["2030-06-01T09:00:00", "2030-06-02T09:00:00"]);
}

#[test]
fn an_end_is_a_wall_time_a_day_or_a_moment_of_the_zone() {
    for (until, days) in [
        ("20300603T085959", 2),
        ("20300603T090000", 3),
        ("20300603", 3),
        // Berlin is two hours ahead of UTC in June.
        ("20300603T065959Z", 2),
        ("20300603T070000Z", 3),
        ("20190101", 0),
    ] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        let begun = in_june("2020-01-01T09:00:00", &rule).unwrap();
        assert_eq!(begun.len(), days, "{until}: {begun:?}");
    }
}

#[test]
fn the_wall_keeps_its_time_when_the_clock_is_changed() {
    let daily = schedule(
        "2030-01-01T02:30:00",
        "2030-01-01T10:30:00",
        Some("FREQ=DAILY"),
    );
    let days = [date(2030, 3, 30).into(), date(2030, 4, 2).into()];
    let begun = begins(&daily, days, "Europe/Berlin").unwrap();
    // 02:30 does not exist on the 31st; the wall says so all the same, and the calendar knows what it means.
    assert_eq!(
        begun,
        [
            "2030-03-30T02:30:00",
            "2030-03-31T02:30:00",
            "2030-04-01T02:30:00"
        ]
    );
}

#[test]
fn what_began_before_the_days_and_lasts_into_them_counts() {
    let night = schedule(
        "2029-01-01T22:00:00",
        "2029-01-02T06:00:00",
        Some("FREQ=DAILY"),
    );
    let days = [date(2030, 6, 1).into(), date(2030, 6, 2).into()];
    let begun = begins(&night, days, "UTC").unwrap();
    assert_eq!(begun, ["2030-05-31T22:00:00", "2030-06-01T22:00:00"]);
    let once = schedule("2030-05-20T00:00:00", "2030-06-10T00:00:00", None);
    let held = once
        .between((june()[0], june()[1]), &TimeZone::UTC)
        .unwrap();
    assert_eq!(
        held,
        [(
            datetime(2030, 5, 20, 0, 0, 0, 0),
            datetime(2030, 6, 10, 0, 0, 0, 0)
        )]
    );
}

#[test]
fn what_is_no_rule_or_costs_too_much_says_so() {
    for (rule, word) in [
        ("FREQ=SECONDLY", "SECONDLY"),
        ("", "recurs"),
        ("often", "NAME=VALUE"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL=SOON"),
        ("FREQ=DAILY;BYDAY=XX", "cannot be read"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY\nRDATE:20300601T000000Z", "no recurrence rule"),
        ("FREQ=DAILY;COUNT=4000000000", "too long ago"),
    ] {
        let rule = Rule::read(rule, &TimeZone::UTC);
        let first = datetime(1, 1, 1, 9, 0, 0, 0);
        let starts = rule.and_then(|rule| rule.starts(first, june()[0], june()[1]));
        let why = starts.unwrap_err();
        assert!(why.contains(word), "{why}");
    }
    let never = in_june("1970-01-01T00:00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30");
    assert_eq!(never.unwrap_or_default(), Vec::<String>::new());
}

#[test]
fn a_schedule_that_cannot_be_is_refused() {
    for json in [
        r#"{"id":"s","start":"2030-01-01T09:00","end":"2030-01-01T09:00"}"#,
        r#"{"id":"s","start":"soon","end":"2030-01-01T09:00"}"#,
        r#"{"id":"","start":"2030-01-01T09:00","end":"2030-01-01T10:00"}"#,
    ] {
        let entity: Entity = serde_json::from_str(json).unwrap();
        assert!(Schedule::try_from(entity).is_err(), "{json}");
    }
}
