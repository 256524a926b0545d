use super::*;
use crate::model::hourly::HourRecord;
use crate::model::report::{Checks, Reads};

/// 2026-11-28T00:00Z.
const DAY: i64 = 498_840;

fn kept() -> Kept {
    let mut counted = Counted::default();
    let mut add = |hour: i64, site: Option<&str>, registered, lost, reads| {
        counted.add(HourRecord {
            hour: Hour(DAY + hour),
            site: site.map(Text::from),
            figures: Figures {
                checks: Checks {
                    registered,
                    lost,
                    unknown: 0,
                },
                last_lost: (lost > 0).then(|| Hour(DAY + hour).start()),
                reads: Reads {
                    ok: reads,
                    failed: 0,
                },
            },
        });
    };
    add(1, Some("Accra"), 99, 1, 0);
    add(1, Some("Osa\u{1b}ka"), 50, 0, 0);
    add(1, None, 0, 0, 7);
    add(5, None, 3, 1, 2);
    // Tomorrow in Berlin, and today in UTC.
    add(23, Some("Accra"), 10, 0, 1);
    Kept {
        counted,
        unreadable: 0,
    }
}

fn span() -> Span {
    let args = ReportArgs {
        from: Some("2026-11-28 00:00 UTC".to_owned()),
        to: Some("2026-11-29 02:00 UTC".to_owned()),
        ..ReportArgs::default()
    };
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Span::of(&args, By::Day, &zone, Hour(DAY + 48).start()).unwrap()
}

fn json(by: By) -> serde_json::Value {
    serde_json::to_value(told(&kept(), &span(), by)).unwrap()
}

#[test]
fn by_hour_every_hour_without_a_record_is_a_gap() {
    let told = json(By::Hour);
    assert_eq!(
        (&told["hours"], &told["hoursRecorded"]),
        (&26.into(), &3.into())
    );
    assert_eq!(
        (&told["zone"], &told["from"]),
        (&"Europe/Berlin".into(), &"2026-11-28T01:00:00+01:00".into())
    );
    let first = &told["rows"][0];
    assert_eq!(first["hour"], "2026-11-28T02:00:00+01:00");
    assert_eq!(
        (
            &first["totalChecks"],
            &first["successCount"],
            &first["reads"]
        ),
        (&150.into(), &149.into(), &7.into())
    );
    assert_eq!(first["lastFailureTime"], "2026-11-28T01:00:00.000Z");
    let gaps: Vec<(&str, u64)> = told["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| {
            (
                gap["from"].as_str().unwrap(),
                gap["hours"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        gaps,
        [
            ("2026-11-28T01:00:00+01:00", 1),
            ("2026-11-28T03:00:00+01:00", 3),
            ("2026-11-28T07:00:00+01:00", 17),
            ("2026-11-29T01:00:00+01:00", 2),
        ]
    );
    assert_eq!(
        (&told["total"]["totalChecks"], &told["total"]["reads"]),
        (&164.into(), &10.into())
    );
    let shown = text(&super::told(&kept(), &span(), By::Hour), &span(), false);
    let order = [
        "2026-11-28 01:00  ",
        "2026-11-28 02:00 ",
        "2026-11-28 03:00 and 2 more ",
        "2026-11-28 06:00 ",
    ];
    let at: Vec<usize> = order
        .iter()
        .map(|line| shown.find(line).expect(line))
        .collect();
    assert!(at.is_sorted(), "{shown}");
    assert!(shown.contains("99.33 %"), "{shown}");
    assert!(shown.contains("3 of 26 hours recorded"), "{shown}");
}

#[test]
fn by_day_it_is_the_day_of_the_profile() {
    let told = json(By::Day);
    let rows = told["rows"].as_array().unwrap();
    let days: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["day"].as_str().unwrap(),
                row["totalChecks"].as_u64().unwrap(),
                row["hoursRecorded"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(days, [("2026-11-28", 154, 2), ("2026-11-29", 10, 1)]);
    let shown = text(&super::told(&kept(), &span(), By::Day), &span(), true);
    assert!(shown.contains("| DAY | CHECKS | REGISTERED |"), "{shown}");
    assert!(
        shown.contains("not recorded: 2026-11-28 01:00 to 2026-11-28 02:00, "),
        "{shown}"
    );
}

#[test]
fn by_site_reads_are_of_none_and_what_has_no_site_says_so() {
    let told = json(By::Site);
    let rows = told["rows"].as_array().unwrap();
    let sites: Vec<_> = rows
        .iter()
        .map(|row| (row["site"].as_str(), row["totalChecks"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        sites,
        [(None, 4), (Some("Accra"), 110), (Some("Osa\u{1b}ka"), 50)]
    );
    assert!(rows.iter().all(|row| row.get("reads").is_none()));
    let shown = text(&super::told(&kept(), &span(), By::Site), &span(), false);
    assert!(
        shown.contains("(not available) ") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}
