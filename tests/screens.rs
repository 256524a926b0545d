//! What a person sees and presses: the whole screen, in sizes and themes, with its styles; and what keys do to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "screens/aim.rs"]
mod aim;
#[path = "screens/callbacks.rs"]
mod callbacks;
#[path = "screens/carriers.rs"]
mod carriers;
#[path = "screens/closeup.rs"]
mod closeup;
#[path = "screens/commands.rs"]
mod commands;
#[path = "common/all.rs"]
mod common;
#[path = "screens/contradictions.rs"]
mod contradictions;
#[path = "screens/conversations.rs"]
mod conversations;
#[path = "screens/details.rs"]
mod details;
#[path = "screens/forms.rs"]
mod forms;
#[path = "screens/jobs.rs"]
mod jobs;
#[path = "screens/ladder.rs"]
mod ladder;
#[path = "screens/lists.rs"]
mod lists;
#[path = "screens/messages.rs"]
mod messages;
#[path = "screens/named.rs"]
mod named;
#[path = "screens/numbers.rs"]
mod numbers;
#[path = "screens/panes.rs"]
mod panes;
#[path = "screens/platform.rs"]
mod platform;
#[path = "screens/quality.rs"]
mod quality;
#[path = "screens/remembered.rs"]
mod remembered;
#[path = "screens/sites.rs"]
mod sites;
#[path = "screens/stage.rs"]
mod stage;
#[path = "screens/transfers.rs"]
mod transfers;
#[path = "screens/vendor.rs"]
mod vendor;
#[path = "screens/views.rs"]
mod views;
#[path = "screens/webhooks.rs"]
mod webhooks;
#[path = "screens/why.rs"]
mod why;
#[path = "screens/wide.rs"]
mod wide;

use stage::{NOON, Stage};
use trunkline::effect::Effect;
use trunkline::model::UserId;
use trunkline::time::Millis;
use trunkline::vocabulary::news::{Link, News};
use trunkline::vocabulary::problem::{Problem, Trouble};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

#[test]
fn registrations_in_every_size_and_theme() {
    for theme in ["mono", "dark", "light"] {
        for size in SIZES {
            let mut stage = Stage::new(theme);
            stage.populate();
            insta::assert_snapshot!(
                format!("registrations_{theme}_{}x{}", size.0, size.1),
                stage.picture(size)
            );
        }
    }
}

#[test]
fn no_size_breaks_a_pane_or_what_lies_over_it() {
    for size in [
        (0, 0),
        (1, 1),
        (2, 500),
        (500, 2),
        (1, 60),
        (60, 1),
        (60, 15),
    ] {
        let mut stage = Stage::new("mono");
        stage.populate();
        for pane in 0..10 {
            stage.press(&[&pane.to_string()]);
            stage.text(size);
            for over in ["?", ":", "/", "Enter"] {
                stage.press(&[over]);
                stage.text(size);
                stage.press(&["Esc"]);
            }
        }
    }
}

#[test]
fn layers_over_the_registrations() {
    let keys: [(&str, &[&str]); 6] = [
        ("detail", &["Enter"]),
        ("filter_fault", &["/", "u", "s", "r", ":", "x"]),
        ("palette", &[":", "f", "r", "e"]),
        ("help", &["?"]),
        ("columns", &["v", "Down", " "]),
        ("messages", &[":", "m", "e", "s", "s", "Enter"]),
    ];
    for (name, keys) in keys {
        let mut stage = Stage::new("mono");
        stage.populate();
        stage.press(keys);
        insta::assert_snapshot!(format!("layer_{name}"), stage.text((80, 24)));
    }
}

#[test]
fn a_pane_with_nothing_in_it_says_why_and_what_to_do() {
    let mut stage = Stage::without_profile();
    assert!(stage.text((80, 24)).contains("trunkline demo"));

    let mut stage = Stage::new("mono");
    assert!(stage.text((80, 24)).contains("Signing in"));
    let problem = Problem {
        trouble: Trouble::Forbidden,
        text: "the scope telephony:users:read is missing".into(),
    };
    stage.feed(vec![News::Problem(problem)]);
    assert!(
        stage
            .text((80, 24))
            .contains("telephony:users:read is missing")
    );

    stage.populate();
    stage.press(&["/", "z", "z", "z", "z"]);
    assert!(
        stage
            .text((80, 24))
            .contains("The filter hides all 5 registrations")
    );
    stage.press(&["Esc"]);
    assert!(stage.text((80, 24)).contains("Ana Petrova"));
}

#[test]
fn remote_text_cannot_act_on_the_terminal() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["Enter"]);
    let shown = stage.text((120, 40));
    assert!(shown.contains("Eve\\u{1b}[2J\\u{202e}"), "{shown}");
    assert!(
        !shown.chars().any(|c| c.is_control() && c != '\n'),
        "no control reaches a cell"
    );
}

#[test]
fn the_most_urgent_row_is_first_and_the_cursor_follows_it_until_it_is_moved() {
    let mut stage = Stage::new("mono");
    stage.populate();
    assert!(
        stage.cursor_line().contains("Bob Osei"),
        "{}",
        stage.cursor_line()
    );
    stage.update("u-1", "webrtc-4711", false);
    assert!(
        stage.cursor_line().contains("Ana Petrova"),
        "what was lost last comes first"
    );
    stage.press(&["Down"]);
    assert!(stage.cursor_line().contains("Bob Osei"));
    stage.update("u-3", "softphone-1", false);
    assert!(
        stage.cursor_line().contains("Bob Osei"),
        "a moved cursor stays on its row"
    );
    stage.press(&["g"]);
    assert!(stage.cursor_line().contains("佐藤"));
}

#[test]
fn frozen_rows_stay_as_they_are_while_ingest_goes_on() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.text((120, 30));
    stage.press(&["f"]);
    stage.update("u-1", "webrtc-4711", false);
    let frozen = stage.text((120, 30));
    assert!(frozen.contains("FROZEN"));
    let line = frozen
        .lines()
        .find(|line| line.contains("webrtc-4711"))
        .unwrap();
    assert!(line.contains("ok"), "{line}");
    stage.press(&["f"]);
    let thawed = stage.text((120, 30));
    let line = thawed
        .lines()
        .find(|line| line.contains("webrtc-4711"))
        .unwrap();
    assert!(line.contains("lost"), "{line}");
}

#[test]
fn a_gap_shows_stale_and_never_healthy() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.feed(vec![News::Gap {
        user: UserId::from("u-1"),
    }]);
    stage.pass(1_000);
    let shown = stage.text((120, 30));
    for line in shown.lines().filter(|line| line.contains("Ana Petrova")) {
        assert!(line.contains("stale") && !line.contains("ok"), "{line}");
    }
    assert!(shown.contains("stale 2"), "{shown}");
}

#[test]
fn keys_ask_for_what_they_should() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.take_effects();
    stage.press(&["r"]);
    assert_eq!(
        stage.take_effects(),
        [Effect::Reread(vec![UserId::from("u-2")])]
    );
    stage.press(&["y", "Enter"]);
    let copied = Effect::Copy {
        what: "device id",
        text: "poly-0017".into(),
    };
    assert_eq!(stage.take_effects(), [copied]);
    stage.press(&["x", "Enter"]);
    let [
        Effect::Export {
            ending: "csv",
            rows: 5,
            body,
            ..
        },
    ] = &stage.take_effects()[..]
    else {
        panic!("an export of every row");
    };
    assert!(body.starts_with("state,user,device,") && !body.contains('\x1b'));
    stage.press(&["Ctrl-z"]);
    assert_eq!(stage.take_effects(), [Effect::Suspend]);
    stage.press(&["q"]);
    assert_eq!(stage.app.ended(), Some(0));
}

#[test]
fn lost_updates_are_counted_and_asked_for_again() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.take_effects();
    stage.overflow("u-3", 7);
    assert_eq!(
        stage.take_effects(),
        [Effect::Reread(vec![UserId::from("u-3")])]
    );
    stage.pass(2_000);
    assert!(stage.text((120, 30)).contains("dropped 7"));
}

#[test]
fn escape_leaves_one_layer_at_a_time() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&[
        "/", "s", "t", "a", "t", "e", ":", "l", "o", "s", "t", "Enter", "Enter", "?",
    ]);
    assert!(stage.text((80, 24)).contains("help"));
    stage.press(&["Esc"]);
    assert!(stage.text((80, 24)).contains("timeline"));
    stage.press(&["Esc"]);
    let shown = stage.text((80, 24));
    assert!(
        !shown.contains("timeline") && shown.contains("/state:lost"),
        "{shown}"
    );
    stage.press(&["Esc"]);
    assert!(!stage.text((80, 24)).contains("/state:lost"));
    stage.press(&["Esc", "Esc"]);
    assert_eq!(stage.app.ended(), None, "escape never quits");
}

#[test]
fn a_quiet_console_asks_for_no_frame_until_the_minute_turns() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.text((80, 24));
    // The beat and the seconds of the clock run out within a few seconds of the last thing that moved.
    while stage
        .app
        .deadline()
        .is_some_and(|due| due < NOON.plus(30_000))
    {
        stage.pass_to(stage.app.deadline().unwrap());
        stage.text((80, 24));
    }
    let due = stage.app.deadline().expect("the minute will turn");
    assert_eq!(due.0 % 60_000, 0);
    stage.pass_to(Millis(due.0 - 1));
    assert!(!stage.app.dirty(), "nothing moved, nothing is drawn");
    stage.pass_to(due);
    assert!(stage.app.dirty());
}

#[test]
fn a_row_that_is_not_visible_costs_no_frame() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["/", "u", "s", "e", "r", ":", "a", "n", "a", "Enter"]);
    stage.pass(2_000);
    stage.text((80, 24));
    stage.update_codec("u-2", "poly-0017", "G722");
    assert!(
        !stage.app.dirty(),
        "what changed is filtered out, and the counts wait for the beat"
    );
    stage.update_codec("u-1", "webrtc-4711", "G722");
    assert!(stage.app.dirty());
}

#[test]
fn reconnecting_counts_down() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.link(Link::Reconnecting {
        at: stage.app.now().plus(5_000),
        attempt: 3,
    });
    stage.pass(1);
    assert!(
        stage
            .text((100, 24))
            .contains("reconnecting in 4 s (attempt 3)")
    );
    stage.pass(1_000);
    assert!(stage.app.dirty());
    assert!(
        stage
            .text((100, 24))
            .contains("reconnecting in 3 s (attempt 3)")
    );
}
