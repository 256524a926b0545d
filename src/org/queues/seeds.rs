//! The queues that there are: several zones, one closed on weekends, one full, one with holidays, some open at night,
//! so that clock changes can be booked across.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Hours, Queue};

/// Days from the first to the last, and what a queue has on each of them, in hours and minutes.
type Week = &'static [(Weekday, Weekday, [i8; 2], [i8; 2])];

/// A queue before its zone is looked up.
struct QueueSeed {
    id: &'static str,
    name: &'static str,
    zone: &'static str,
    week: Week,
    holidays: &'static [Date],
    most: u32,
    others: u32,
}

/// Every minute but the last of the day, which the contract's `close` cannot name.
const ALWAYS: Week = &[(Weekday::Monday, Weekday::Sunday, [0, 0], [23, 59])];

const SEEDS: [QueueSeed; 6] = [
    QueueSeed {
        id: "queue_12345",
        name: "Support",
        zone: "America/New_York",
        week: &[
            (Weekday::Monday, Weekday::Friday, [8, 0], [18, 0]),
            (Weekday::Saturday, Weekday::Saturday, [9, 0], [17, 0]),
        ],
        holidays: &[],
        most: 50,
        others: 0,
    },
    QueueSeed {
        id: "queue_sales_emea",
        name: "Sales EMEA",
        zone: "Europe/Berlin",
        week: &[
            (Weekday::Monday, Weekday::Friday, [9, 0], [12, 30]),
            (Weekday::Monday, Weekday::Friday, [13, 30], [17, 30]),
        ],
        holidays: &[
            Date::constant(2026, 12, 25),
            Date::constant(2027, 1, 1),
            Date::constant(2027, 12, 24),
        ],
        most: 20,
        others: 3,
    },
    QueueSeed {
        id: "queue_billing_apac",
        name: "Billing APAC",
        zone: "Asia/Kolkata",
        week: &[(Weekday::Monday, Weekday::Saturday, [9, 30], [18, 30])],
        holidays: &[Date::constant(2027, 1, 26)],
        most: 10,
        others: 10,
    },
    QueueSeed {
        id: "queue_island",
        name: "Island Services",
        zone: "Australia/Lord_Howe",
        week: ALWAYS,
        holidays: &[],
        most: 12,
        others: 1,
    },
    QueueSeed {
        id: "queue_night_us",
        name: "Night Desk US",
        zone: "America/New_York",
        week: ALWAYS,
        holidays: &[],
        most: 30,
        others: 2,
    },
    QueueSeed {
        id: "queue_night_eu",
        name: "Night Desk EU",
        zone: "Europe/Berlin",
        week: ALWAYS,
        holidays: &[],
        most: 30,
        others: 0,
    },
];

/// All of them.
pub(in crate::org) fn queues() -> Vec<Queue> {
    SEEDS.iter().filter_map(queue).collect()
}

/// A queue's name, or its id where there is none such.
pub(in crate::org) fn name_of(id: &str) -> &str {
    let seed = SEEDS.iter().find(|seed| seed.id == id);
    seed.map_or(id, |seed| seed.name)
}

/// None only when the time zone database lacks the zone; it is built in, and a test asks for each.
fn queue(seed: &QueueSeed) -> Option<Queue> {
    Some(Queue {
        id: seed.id.into(),
        name: seed.name,
        zone: TimeZone::get(seed.zone).ok()?,
        hours: hours(seed.week),
        holidays: seed.holidays.to_vec(),
        most: seed.most,
        others: seed.others,
    })
}

/// The hours of each day, Monday first.
fn hours(week: Week) -> Vec<Hours> {
    let days = Weekday::Monday.cycle_forward().take(7);
    days.flat_map(|day| {
        let number = move |day: Weekday| day.to_monday_zero_offset();
        let of_day = move |&&(first, last, ..): &&(Weekday, Weekday, _, _)| {
            (number(first)..=number(last)).contains(&number(day))
        };
        week.iter()
            .filter(of_day)
            .map(move |&(_, _, open, close)| Hours {
                day,
                open: Time::constant(open[0], open[1], 0, 0),
                close: Time::constant(close[0], close[1], 0, 0),
            })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_a_queue_with_its_hours_in_order() {
        let queues = queues();
        assert_eq!(queues.len(), SEEDS.len());
        for queue in queues {
            assert!(!queue.hours.is_empty());
            let key = |hours: &Hours| (hours.day.to_monday_zero_offset(), hours.open);
            assert!(queue.hours.is_sorted_by_key(key), "{}", queue.id);
        }
    }
}
