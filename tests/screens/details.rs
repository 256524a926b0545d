//! Details: values stand whole on as many lines as they need, and what there is no room for is said.

use trunkline::app::event::{Done, Event};
use trunkline::model::DeviceId;
use trunkline::model::UserId;
use trunkline::model::registration::closeup::{Closeup, Side};
use trunkline::model::registration::{Device, User};
use trunkline::vocabulary::news::News;

use unicode_width::UnicodeWidthStr as _;

use super::stage::{NOON, Stage};

const SHORTENED: &str = "shortened here; :open-pager shows everything";

/// A value without a space, whose end differs from its middle.
fn long(name: &str) -> String {
    format!("{name}-{}-end-of-{name}", "x".repeat(150))
}

/// What the panel of the open detail says, as one line: values that are broken over lines are together again.
fn panel(screen: &str) -> String {
    // Below the rows, or beside them.
    let begins = |line: &str| line.find(" detail ─").map(|at| line[..at].width());
    let column = screen.lines().find_map(begins).unwrap();
    let lines = screen.lines().skip_while(|line| begins(line).is_none());
    let of_panel = lines.map(|line| {
        let cut = line
            .char_indices()
            .find(|(at, _)| line[..*at].width() >= column);
        cut.map_or("", |(at, _)| &line[at..]).trim()
    });
    of_panel.collect()
}

fn assert_whole(stage: &mut Stage, values: &[&str]) {
    let screen = stage.text((200, 60));
    let panel = panel(&screen);
    for value in values {
        assert!(panel.contains(value), "{value}\n{screen}");
    }
    assert!(!screen.contains(SHORTENED), "{screen}");
}

/// One person with one device, everything about it long.
fn person(stage: &mut Stage, user: &str, device: &str) {
    let id = UserId::from(user);
    stage.feed(vec![
        News::Users {
            users: vec![User {
                id: id.clone(),
                name: long("name").as_str().into(),
                site: Some(long("site").as_str().into()),
            }],
            total: Some(1),
        },
        News::UsersComplete,
        News::Snapshot {
            user: id,
            devices: vec![Device {
                id: DeviceId::from(device),
                registered: false,
                codec: Some(long("codec").as_str().into()),
            }],
            spoken: Vec::new(),
            whole: true,
            live: true,
            asked: None,
        },
    ]);
    stage.pass(1_500);
}

#[test]
fn a_registration_stands_whole_where_there_is_room_and_says_so_where_there_is_none() {
    let (user, device) = (long("user"), long("device"));
    let mut stage = Stage::new("mono");
    person(&mut stage, &user, &device);
    stage.update(&user, &device, true);
    stage.press(&["Enter"]);
    let values = ["name", "site", "codec", "user", "device"].map(long);
    assert_whole(&mut stage, &values.each_ref().map(String::as_str));
    let small = stage.text((80, 24));
    assert!(small.contains(SHORTENED), "{small}");
    // The pager has what the panel has no room for.
    stage.take_effects();
    stage.press(&["o"]);
    let paged = paged(&mut stage);
    for value in &values {
        assert!(paged.contains(value.as_str()), "{paged}");
    }
    assert!(paged.contains("last frame\n{}\n"), "{paged}");
}

fn paged(stage: &mut Stage) -> String {
    let effects = stage.take_effects().into_iter();
    let mut pages = effects.filter_map(|effect| match effect {
        trunkline::effect::Effect::Page(text) => Some(text),
        _ => None,
    });
    pages.next().expect("a page")
}

#[test]
fn a_frame_has_the_lines_that_the_timeline_leaves_free() {
    let mut stage = Stage::new("mono");
    person(&mut stage, "u-1", "d-1");
    let frame = format!(r#"{{"filler":"{}","last":true}}"#, "y".repeat(400));
    let update = |registered| {
        News::Update(trunkline::model::registration::Update {
            user: "u-1".into(),
            device: "d-1".into(),
            registered: Some(registered),
            codec: None,
            raw: bytes::Bytes::from(frame.clone()),
        })
    };
    stage.feed(vec![update(true)]);
    stage.press(&["Enter"]);
    assert_whole(&mut stage, &[&frame]);
    for turn in 0..40 {
        stage.pass(1_000);
        stage.feed(vec![update(turn % 2 == 0)]);
    }
    let screen = stage.text((120, 40));
    assert!(
        screen.contains("lost -> registered") && screen.contains(SHORTENED),
        "{screen}"
    );
    assert!(
        panel(&screen).contains(r#"last frame {"filler":"#),
        "{screen}"
    );
}

#[test]
fn a_value_beyond_all_bounds_is_cut_where_cells_are_and_a_cut_is_said() {
    let mut stage = Stage::new("mono");
    person(&mut stage, "u-1", &"d".repeat(5_000));
    stage.press(&["Enter"]);
    let screen = stage.text((200, 60));
    assert!(panel(&screen).contains("d… (5,000 bytes)"), "{screen}");
    assert!(screen.contains(SHORTENED), "{screen}");
}

#[test]
fn what_is_under_way_is_not_taken_for_a_value_that_was_cut() {
    let mut stage = super::platform::stage();
    person(&mut stage, "u-1", "d-1");
    stage.press(&["Enter"]);
    stage.pass(300);
    let screen = stage.text((200, 60));
    assert!(
        screen.contains("reading the phone and its station …"),
        "{screen}"
    );
    assert!(!screen.contains(SHORTENED), "{screen}");
}

#[test]
fn a_phone_s_closeup_stands_whole() {
    let mut stage = super::platform::stage();
    person(&mut stage, "u-1", "d-1");
    stage.press(&["Enter"]);
    stage.pass(300);
    let close = Closeup {
        primary: Some(Side {
            edge: Some(long("edge").as_str().into()),
            fault: Some(long("fault").as_str().into()),
            ..Side::default()
        }),
        agent: Some(long("agent").as_str().into()),
        ..Closeup::default()
    };
    stage.happen(Event::Done(Done::Closeup(
        "d-1".into(),
        Box::new(Ok(Some(close))),
    )));
    let values = ["edge", "fault", "agent"].map(long);
    assert_whole(&mut stage, &values.each_ref().map(String::as_str));
}

#[test]
fn a_carrier_an_interaction_and_a_callback_stand_whole() {
    let carrier = trunkline::model::carrier::Carrier {
        id: long("id").as_str().into(),
        name: long("carrier").as_str().into(),
        status: Some(long("status").as_str().into()),
        health: trunkline::model::carrier::Health::Down,
        affected: None,
        trunks: Vec::new(),
    };
    let mut stage = Stage::new("mono");
    stage.feed(vec![News::Carriers {
        carriers: vec![carrier],
        faults: Vec::new(),
    }]);
    stage.pass(1_500);
    stage.press(&["2", "Enter"]);
    let values = ["id", "carrier", "status"].map(long);
    assert_whole(&mut stage, &values.each_ref().map(String::as_str));

    let body = serde_json::json!({
        "id": long("interaction"), "state": "active", "mediaType": "voice", "queueId": "q-1",
        "participants": [{"purpose": "customer", "name": long("caller"), "address": "tel:+14155550199"}],
    });
    let listed = trunkline::cloud::InteractionListing {
        interactions: vec![
            trunkline::cloud::direct::interaction(body.to_string().as_bytes()).unwrap(),
        ],
        ..trunkline::cloud::InteractionListing::default()
    };
    stage.press(&["Esc", "3", "Enter"]);
    stage.happen(Event::Done(Done::Interactions(Box::new(Ok(listed)))));
    let values = ["interaction", "caller"].map(long);
    assert_whole(&mut stage, &values.each_ref().map(String::as_str));

    let callback = trunkline::model::callback::Callback {
        time: Some(NOON.plus(60_000)),
        reason: Some(long("reason").as_str().into()),
        ..trunkline::model::callback::Callback::bare(
            long("callback").as_str().into(),
            trunkline::model::callback::Status::Scheduled,
        )
    };
    let told = trunkline::vocabulary::news::CallbackNews::Listed {
        callbacks: vec![callback],
        spoken: std::collections::HashSet::new(),
        began: NOON,
        faults: Vec::new(),
    };
    stage.feed(vec![News::Callbacks(Box::new(told))]);
    stage.press(&["Esc", "5", "Enter"]);
    let values = ["reason", "callback"].map(long);
    assert_whole(&mut stage, &values.each_ref().map(String::as_str));
}

#[test]
fn the_course_of_a_transfer_stands_whole_where_all_of_it_fits_and_else_its_end_line_by_line() {
    let mut stage = super::transfers::populated();
    let frame = format!(
        r#"{{"type":"interaction.transfer","note":"{}"}}"#,
        "z".repeat(300)
    );
    super::transfers::sent(&mut stage, 3, &frame);
    // The one that is not over stands first in the lower half.
    stage.press(&["G", "k", "k", "k", "Enter"]);
    assert_whole(&mut stage, &[&frame, "reading the interaction"]);
    let small = stage.text((80, 24));
    assert!(
        small.contains("earlier lines; o opens all of them"),
        "{small}"
    );
    assert!(small.contains(SHORTENED), "{small}");
}
