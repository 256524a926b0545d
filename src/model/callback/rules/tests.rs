use jiff::tz::TimeZone;

use super::*;
use crate::model::hours::{Calendar, Hours};
use crate::model::payload;

/// The contract's own example.
const EXAMPLE: &str = r#"{"callback_id":"cb_9f8e7d6c","callback_number":"+14155550199","time_slot_matrix":[{"start":"2030-06-14T14:00:00-04:00","end":"2030-06-14T14:15:00-04:00"}],"channel_preferences":{"primary":"voice","fallback":"sms","allow_sms":true},"queue_id":"queue_12345","reason":"Technical support escalation","concurrency_limit":10}"#;

fn example() -> Booking {
    payload::read(EXAMPLE).unwrap()
}

fn queue(booked: u32) -> Queue {
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    Queue {
        id: "queue_12345".into(),
        name: "Support".into(),
        zone_name: "America/New_York".into(),
        calendar: Some(Calendar::weekly(
            TimeZone::get("America/New_York").unwrap(),
            weekdays
                .map(|day| Hours::read(day, "08:00", "18:00").unwrap())
                .to_vec(),
            Vec::new(),
        )),
        most: Some(50),
        booked: Some(booked),
        mode: None,
        faults: Vec::new(),
    }
}

/// What is wrong after a change, as `path: message`.
fn wrong(change: impl FnOnce(&mut Booking)) -> Vec<String> {
    let mut booking = example();
    change(&mut booking);
    let queue = queue(12);
    let context = Context {
        now: Millis(1_750_000_000_000),
        queues: Some(&queue),
    };
    booking
        .faults(&context)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn one(change: impl FnOnce(&mut Booking)) -> String {
    let mut faults = wrong(change);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

fn slot(start: &str, end: &str) -> Slot {
    Slot {
        start: start.to_owned(),
        end: end.to_owned(),
    }
}

#[test]
fn the_contract_s_example_is_sound_and_is_written_as_it_was_read() {
    assert_eq!(wrong(|_| {}), [""; 0]);
    assert_eq!(serde_json::to_string(&example()).unwrap(), EXAMPLE);
}

#[test]
fn what_does_not_fit_the_shape_names_its_field() {
    let fault =
        |from: &str, to: &str| payload::read::<Booking>(&EXAMPLE.replace(from, to)).unwrap_err();
    let carrier = fault(r#""primary":"voice""#, r#""primary":"fax""#);
    assert_eq!(carrier.path, "channel_preferences.primary");
    assert!(
        carrier
            .message
            .contains("is not one of voice, sms, email, chat"),
        "{carrier}"
    );
    assert_eq!(fault(":10}", ":-1}").path, "concurrency_limit");
    let misspelt = fault("\"reason\"", "\"raeson\"").to_string();
    assert_eq!(
        misspelt,
        "raeson: there is no such field; did you mean \"reason\"?"
    );
}

#[test]
fn each_rule_has_its_words() {
    assert!(
        one(|b| b.callback_number = "4155550199".into())
            .starts_with("callback_number: write it as E.164")
    );
    assert!(one(|b| b.callback_id.clear()).starts_with("callback_id: it is empty"));
    assert_eq!(
        one(|b| b.concurrency_limit = 0),
        "concurrency_limit: 0 is not from 1 to 50"
    );
    assert_eq!(
        one(|b| b.concurrency_limit = 51),
        "concurrency_limit: 51 is not from 1 to 50"
    );
    assert!(
        one(|b| b.channel_preferences.fallback = Some(Channel::Voice))
            .contains("fallback is the primary")
    );
    assert!(
        one(|b| b.channel_preferences.allow_sms = false)
            .starts_with("channel_preferences.fallback: sms needs allow_sms")
    );
    assert!(one(|b| b.queue_id = "queue_x".into()).contains("there is no queue queue_x"));
    assert!(one(|b| b.time_slot_matrix.clear()).contains("at least one slot"));
    let many = vec![slot("x", "y"); 97];
    assert!(one(|b| b.time_slot_matrix = many).contains("96 are the most"));
}

#[test]
fn slots_are_in_the_future_in_order_apart_and_within_the_hours() {
    let with = |start: &str, end: &str| {
        let slot = slot(start, end);
        one(|b| b.time_slot_matrix = vec![slot])
    };
    assert!(
        with("2020-06-15T14:00:00Z", "2030-06-14T18:15:00Z")
            .contains("[0].start: it is not in the future")
    );
    assert!(
        with("2030-06-14T14:15:00-04:00", "2030-06-14T14:15:00-04:00")
            .contains("[0].end: the slot ends before")
    );
    assert!(
        with("2030-06-14T14:15:00", "2030-06-14T14:30:00Z")
            .contains("[0].start: \"2030-06-14T14:15:00\" is no time")
    );
    let sunday = with("2030-06-16T14:00:00-04:00", "2030-06-16T14:15:00-04:00");
    assert_eq!(
        sunday,
        "time_slot_matrix[0]: the queue is closed at 14:00 on Sun 16 Jun 2030 (EDT): it does not open on Sundays"
    );
    let overlap = one(|b| {
        b.time_slot_matrix = vec![
            slot("2030-06-14T15:00:00-04:00", "2030-06-14T15:30:00-04:00"),
            slot("2030-06-14T14:00:00-04:00", "2030-06-14T14:15:00-04:00"),
            slot("2030-06-14T19:15:00Z", "2030-06-14T19:45:00Z"),
        ];
    });
    assert_eq!(
        overlap,
        "time_slot_matrix[2]: it overlaps with time_slot_matrix[0]"
    );
    let touching = wrong(|b| {
        b.time_slot_matrix.push(slot(
            "2030-06-14T14:15:00-04:00",
            "2030-06-14T14:30:00-04:00",
        ));
    });
    assert_eq!(touching, [""; 0]);
}

#[test]
fn a_time_that_the_queue_s_clock_never_shows_is_refused_by_name() {
    let mut night = queue(0);
    let calendar = night.calendar.as_mut().unwrap();
    let hours = vec![Hours::read("sunday", "00:00", "24:00").unwrap()];
    *calendar = Calendar::weekly(calendar.zone.clone(), hours, Vec::new());
    let mut booking = example();
    booking.time_slot_matrix = vec![slot(
        "2031-03-09T02:30:00-05:00",
        "2031-03-09T03:45:00-04:00",
    )];
    let context = Context {
        now: Millis(0),
        queues: Some(&night),
    };
    let told: Vec<_> = booking
        .faults(&context)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "time_slot_matrix[0].start: 02:30 on Sun 09 Mar 2031 does not exist in America/New_York: the clock goes from 02:00 to 03:00 on that day; take 03:00 or later"
        ]
    );
    // The same moments under their right names are fine.
    booking.time_slot_matrix = vec![slot(
        "2031-03-09T03:30:00-04:00",
        "2031-03-09T03:45:00-04:00",
    )];
    assert_eq!(booking.faults(&context), []);
}

#[test]
fn a_full_queue_is_refused_with_its_room_and_an_unknown_one_is_not_judged() {
    let full = queue(50);
    let context = |queues| Context {
        now: Millis(0),
        queues,
    };
    let told = example().faults(&context(Some(&full as &dyn Queues)));
    assert_eq!(
        told,
        [Fault::new(
            "queue_id",
            "Support is full: 50 of 50 callbacks are booked"
        )]
    );
    assert_eq!(example().faults(&context(None)), []);
    let mut vague = queue(0);
    (vague.calendar, vague.booked) = (None, None);
    assert_eq!(example().faults(&context(Some(&vague))), []);
}

#[test]
fn a_subject_never_has_the_whole_number() {
    assert!(!example().subject().contains("5550199"));
}
