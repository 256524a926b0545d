//! Callbacks: the table, the detail, the day of a queue, numbers masked and not.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::flow;
use trunkline::model::callback::{Callback, Channel, Status, Stream, Update};
use trunkline::model::flow::FlowId;
use trunkline::model::hours::{Calendar, Holiday, Hours};
use trunkline::model::phone::Phone;
use trunkline::model::queue::Queue;
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;
use trunkline::vocabulary::news::{CallbackNews, Taken};

use super::stage::{NOON, Stage};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn queue() -> Queue {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    Queue {
        id: "q-1".into(),
        name: "Support".into(),
        zone_name: "America/New_York".into(),
        calendar: Some(Calendar::weekly(
            TimeZone::get("America/New_York").unwrap(),
            days.map(|day| Hours::read(day, "08:00", "18:00").unwrap())
                .to_vec(),
            vec![Holiday {
                date: jiff::civil::date(2026, 6, 16),
                name: "Founders".into(),
            }],
        )),
        most: Some(10),
        booked: Some(9),
        mode: None,
        faults: Vec::new(),
    }
}

fn callback(id: &str, number: &str, ahead: i64, status: Status) -> Callback {
    Callback {
        number: Phone::from(number),
        time: Some(NOON.plus(ahead)),
        queue: "q-1".into(),
        reason: Some("Router\x1b[2J down".into()),
        channel: Some(Channel::Voice),
        ..Callback::bare(id.into(), status)
    }
}

fn told(stage: &mut Stage, told: CallbackNews) {
    stage.feed(vec![News::Callbacks(Box::new(told))]);
}

/// One in half an hour, one that is late, one that has failed; the first has an update that was acknowledged.
pub fn populated() -> Stage {
    let mut stage = Stage::new("mono");
    stage.populate();
    told(
        &mut stage,
        CallbackNews::Queues {
            queues: vec![queue()],
            faults: Vec::new(),
        },
    );
    let first = callback("cb-1", "+14155550199", 30 * MINUTE, Status::Scheduled);
    let listed = vec![
        first.clone(),
        callback("cb-2", "+493012345678", -5 * MINUTE, Status::Scheduled),
        callback("cb-3", "+61255501234", -60 * MINUTE, Status::Failed),
    ];
    told(
        &mut stage,
        CallbackNews::Listed {
            callbacks: listed,
            spoken: HashSet::new(),
            began: NOON,
            faults: Vec::new(),
        },
    );
    told(&mut stage, CallbackNews::Stream(Stream::Live));
    let update = Update {
        callback: first,
        correlation: "c-1".into(),
        sent: NOON,
    };
    told(&mut stage, CallbackNews::Updates(vec![update]));
    let taken = Taken {
        count: 1,
        correlations: vec!["c-1".into()],
    };
    assert!(
        stage.take_effects().contains(&Effect::Acknowledge(taken)),
        "applied, then acknowledged"
    );
    told(&mut stage, CallbackNews::Acknowledged(vec!["c-1".into()]));
    stage.type_in(":callbacks");
    stage.press(&["Enter"]);
    stage
}

#[test]
fn a_reservation_shows_by_the_queue_s_clock_and_by_one_s_own_and_its_number_is_masked() {
    let mut stage = populated();
    let screen = stage.text((120, 30));
    let line = |word: &str| {
        screen
            .lines()
            .find(|line| line.contains(word))
            .unwrap()
            .to_owned()
    };
    let first = line("+14•••••••99");
    for word in ["scheduled", "Support", "15 Jun 10:33 EDT", "14:33", "voice"] {
        assert!(first.contains(word), "{word:?} is not in {first:?}");
    }
    assert!(line("+49••••••••78").contains("min late"));
    assert!(
        screen.contains("failed 1") && !screen.contains("5550199"),
        "{screen}"
    );
    assert!(screen.contains("Router\\u{1b}[2J"), "{screen}");
}

#[test]
fn the_detail_tells_each_update_with_its_acknowledgement_and_the_queue_s_room() {
    let mut stage = populated();
    stage.press(&["Down", "Enter"]);
    let screen = stage.text((120, 40));
    for word in [
        "c-1",
        "acknowledged after",
        "9/10 booked",
        "America/New_York",
        "08:00–18:00",
    ] {
        assert!(screen.contains(word), "{word:?} is not in\n{screen}");
    }
}

#[test]
fn a_lost_stream_makes_what_is_to_come_stale_and_never_looks_healthy() {
    let mut stage = populated();
    let why = "the other side closed the connection".into();
    told(
        &mut stage,
        CallbackNews::Stream(Stream::Waiting {
            at: NOON.plus(9_000),
            attempt: 1,
            why,
        }),
    );
    let screen = stage.text((120, 30));
    assert!(
        screen.contains("stale: no stream, attempt 1 failed"),
        "{screen}"
    );
    assert!(!screen.contains(" scheduled  "), "{screen}");
    assert_eq!(
        screen.matches("  stale").count(),
        2,
        "what has failed is over, and stays so: {screen}"
    );
}

#[test]
fn the_day_shows_hours_bars_room_and_what_is_special_about_it() {
    let mut stage = populated();
    stage.press(&["D"]);
    let today = stage.text((120, 30));
    for word in [
        "Mon 15 Jun 2026",
        "9/10 booked",
        "08  ",
        "most 1 at 09:",
        "Support",
        "10:33",
    ] {
        assert!(today.contains(word), "{word:?} is not in\n{today}");
    }
    stage.press(&["l"]);
    let tomorrow = stage.text((120, 30));
    assert!(
        tomorrow.contains("Tue 16 Jun 2026") && tomorrow.contains("closed: Founders"),
        "{tomorrow}"
    );
    assert!(
        tomorrow.contains("Support: closed, and nothing is booked"),
        "{tomorrow}"
    );
    for size in [(80, 24), (40, 16), (60, 15), (300, 90)] {
        stage.text(size);
    }
}

#[test]
fn whole_numbers_show_once_it_is_on_record_and_for_a_minute() {
    let mut stage = populated();
    stage.type_in(":unmask");
    stage.press(&["Enter"]);
    let asked = stage
        .take_effects()
        .into_iter()
        .any(|effect| matches!(effect, Effect::Flow(..)));
    assert!(
        asked && !stage.text((120, 30)).contains("5550199"),
        "nothing shows before the record"
    );
    let until = NOON.plus(DAY);
    let news = flow::FlowNews::Unmasked { until };
    stage.happen(Event::Done(Done::Flow(FlowId(1), Box::new(news))));
    let screen = stage.text((120, 30));
    assert!(
        screen.contains("+14155550199") && screen.contains("numbers unmasked"),
        "{screen}"
    );
    stage.pass_to(Millis(until.0));
    assert!(!stage.text((120, 30)).contains("5550199"));
}

#[test]
fn more_than_one_is_taken_back_by_typing_how_many() {
    let mut stage = populated();
    stage.text((120, 30));
    stage.type_in("  ");
    stage.press(&["c"]);
    let screen = stage.text((120, 30));
    assert!(
        screen.contains("Cancels the callback to +14•••••••99: queue Support"),
        "{screen}"
    );
    assert!(
        screen.contains("Cancels the callback to +49••••••••78: queue Support"),
        "{screen}"
    );
    assert!(screen.contains("DELETE"), "{screen}");
    stage.press(&["Enter"]);
    let sent = stage
        .take_effects()
        .into_iter()
        .any(|effect| matches!(effect, Effect::Flow(..)));
    assert!(!sent, "the number has not been typed");
}

fn is_sent(stage: &mut Stage) -> bool {
    let effects = stage.take_effects();
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Flow(..)))
}

#[test]
fn one_is_cancelled_by_a_typed_word_after_all_that_it_is_was_said() {
    let mut stage = populated();
    stage.text((120, 30));
    stage.press(&["/"]);
    stage.type_in("number:99");
    stage.press(&["Enter", "c"]);
    let screen = stage.text((120, 30));
    for word in [
        "Cancels the callback to +14•••••••99: queue Support, slot ",
        "reason Router",
        "cb-1",
        "Type cancel to confirm",
    ] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
    stage.press(&["Enter"]);
    assert!(!is_sent(&mut stage), "nothing has been typed");
    stage.type_in("cancel");
    stage.press(&["Enter"]);
    assert!(is_sent(&mut stage));
}

#[test]
fn the_cursor_is_on_a_callback_that_was_booked_here() {
    let mut stage = populated();
    assert!(!stage.cursor_line().contains("+33"));
    let booked = callback("cb-9", "+33155501234", 90 * MINUTE, Status::Scheduled);
    let news = flow::FlowNews::Callback(Box::new(booked));
    stage.happen(Event::Done(Done::Flow(FlowId(1), Box::new(news))));
    let row = stage.cursor_line();
    assert!(row.contains("+33"), "{row}");
}

#[test]
fn an_empty_table_says_why() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.type_in(":callbacks");
    stage.press(&["Enter"]);
    assert!(stage.text((80, 24)).contains("reading the callbacks"));
    told(
        &mut stage,
        CallbackNews::Listed {
            callbacks: Vec::new(),
            spoken: HashSet::new(),
            began: NOON,
            faults: Vec::new(),
        },
    );
    assert!(
        stage
            .text((80, 24))
            .contains("No callback is booked. n books one")
    );
    let mut stage = Stage::without_profile();
    stage.type_in(":callbacks");
    stage.press(&["Enter"]);
    assert!(stage.text((80, 24)).contains("trunkline config init"));
}
