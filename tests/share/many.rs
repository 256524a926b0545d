//! Many consoles and one reader: what the organisation sees of them, what they show, and what happens when it goes.

use serde_json::Value;

use super::common::ground::quiet;
use super::common::program::answer;
use super::common::screen::{drawn, lines};
use super::{Jump, rows, seen, stale, sure, until};
use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::record::{Record, RecordFolder};
use trunkline::time::Clock;

use super::common::screen::Cells;

/// The organisation's channels that are open.
async fn channels(jump: &Jump) -> Value {
    jump.ground.control.state().await["channels"].clone()
}

/// As many as a team that looks at one organisation from one machine.
const MANY: usize = 20;

fn operators(numbers: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    numbers.map(|number| format!("operator-{number}"))
}

#[tokio::test]
async fn twenty_consoles_cost_what_one_reader_does_and_show_what_is_so() {
    let jump = Jump::start(quiet(40, "direct")).await;
    let _reader = jump.reader();
    let mut consoles: Vec<_> = operators(0..MANY)
        .map(|operator| jump.console(&operator, false))
        .collect();
    let truth = jump.truth().await;
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    // A change that they all see.
    let state = jump.ground.control.state().await;
    let row = &state["registrations"][0];
    let text = |key: &str| row[key].as_str().unwrap();
    let turned = !row["registered"].as_bool().unwrap();
    let body = serde_json::json!({ "registered": turned });
    let (user, device) = (text("userId"), text("deviceId"));
    jump.ground.control.register(user, device, &body).await;
    let truth = jump.truth().await;
    until(&mut consoles, "the change is there", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    for console in &consoles {
        assert_eq!(stale(&console.app), 0, "{}", seen(&console.app));
    }
    one_reader(&jump, &mut consoles).await;
}

#[tokio::test]
async fn twenty_consoles_open_no_channel_where_there_are_channels() {
    let jump = Jump::start(quiet(40, "platform")).await;
    let _reader = jump.reader();
    let all = jump.truth().await.len();
    let mut consoles = vec![jump.console("ana", false)];
    until(&mut consoles, "the reader has read everyone", |_, app| {
        let status = app.status();
        app.store.registrations.rows().count() == all
            && stale(app) == 0
            && status.streams_live == status.streams_wanted
            && status.streams_live > 0
    })
    .await;
    let before = channels(&jump).await;
    consoles.extend(operators(1..MANY).map(|operator| jump.console(&operator, false)));
    until(&mut consoles, "everything is there", |_, app| {
        app.store.registrations.rows().count() == all && stale(app) == 0 && app.is_attached()
    })
    .await;
    let after = channels(&jump).await;
    for count in ["open", "sockets"] {
        assert_eq!(after[count], before[count], "{count}");
    }
    one_reader(&jump, &mut consoles).await;
}

/// Ten at a time, a hundred in all: none of them is seen by the organisation, and none stays with the reader.
#[tokio::test]
async fn a_hundred_consoles_attach_and_leave_and_the_organisation_sees_nothing_of_it() {
    let jump = Jump::start(quiet(40, "platform")).await;
    let _reader = jump.reader();
    let all = jump.truth().await.len();
    let whole = |app: &App| {
        app.store.registrations.rows().count() == all && stale(app) == 0 && app.is_attached()
    };
    let mut stays = vec![jump.console("stays", false)];
    until(&mut stays, "the reader has read everyone", |_, app| {
        let status = app.status();
        whole(app) && status.streams_live == status.streams_wanted && status.streams_live > 0
    })
    .await;
    let made = "/api/v2/notifications/channels";
    let before = (
        channels(&jump).await["open"].clone(),
        jump.ground.control.asked("POST", made).await,
    );
    for wave in 0..10 {
        let operators = operators(wave * 10..wave * 10 + 10);
        let consoles = operators.map(|operator| jump.console(&operator, false));
        let mut consoles: Vec<_> = consoles.collect();
        until(&mut consoles, "everything is there", |_, app| whole(app)).await;
    }
    let after = (
        channels(&jump).await["open"].clone(),
        jump.ground.control.asked("POST", made).await,
    );
    assert_eq!(after, before);
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 1);
    // Those that are gone are noticed where the next beat would have gone to them.
    let attached = async {
        while answer(&jump.ground.run(&["share", "status", "--json"]))["attached"] != 1 {
            tokio::task::yield_now().await;
        }
    };
    let waits = until(&mut stays, "it goes on", |_, _| false);
    tokio::select! {
        () = attached => {}
        () = waits => {}
    }
}

/// Its own, since the reader may be another user's, whose record it cannot read.
#[tokio::test]
async fn a_console_that_is_attached_has_a_past_that_begins_with_what_the_reader_knew() {
    let jump = Jump::start(quiet(30, "direct")).await;
    let _reader = jump.reader();
    let state_dir = jump.ground.folder.path().join("ana");
    let mut consoles = vec![jump.console("ana", false).recording(&state_dir)];
    let before = jump.truth().await;
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&before)
    })
    .await;
    let then = Clock::Real.now();
    let ((user, device), is) = before.iter().next().unwrap();
    let body = serde_json::json!({ "registered": !is });
    jump.ground.control.register(user, device, &body).await;
    let after = jump.truth().await;
    until(&mut consoles, "the change is there", |_, app| {
        rows(app).as_ref() == Some(&after)
    })
    .await;
    let now = Clock::Real.now();
    let profile = consoles[0].app.profile().unwrap().name.clone();
    consoles[0].close();
    let mut record = Record::open(RecordFolder::of(&state_dir, &profile)).unwrap();
    for (at, truth) in [(then, before), (now, after)] {
        let look = record.look(at).unwrap();
        assert_eq!(look.damage, Vec::<String>::new());
        assert_eq!(sure(&look.store), Some(truth));
    }
}

/// Whoever asks the organisation for anything has a token of its own: there is one, so all was asked by the reader.
async fn one_reader(jump: &Jump, consoles: &mut [Runner<Cells>]) {
    until(consoles, "all are counted", |_, app| app.is_attached()).await;
    let status = answer(&jump.ground.run(&["share", "status", "--json"]));
    assert_eq!(status["attached"], MANY, "{status}");
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 1);
    let shown = lines(&drawn(&mut consoles[0].app, (140, 40)));
    assert!(shown[0].contains("shared by "), "{}", shown[0]);
}

#[tokio::test]
async fn a_reader_that_is_killed_leaves_stale_rows_and_one_console_takes_over() {
    let jump = Jump::start(quiet(30, "direct")).await;
    let mut reader = jump.reader();
    let mut consoles = vec![
        jump.console("ana", false),
        jump.console("ben", false),
        jump.console("cleo", false),
    ];
    let truth = jump.truth().await;
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    reader.kill();
    until(&mut consoles, "every row is stale", |_, app| {
        stale(app) == truth.len()
    })
    .await;
    for console in &mut consoles {
        let shown = lines(&drawn(&mut console.app, (140, 40)));
        assert!(shown[0].contains("× no word of "), "{}", shown[0]);
        assert!(!shown[0].contains("offline"), "{}", shown[0]);
    }
    let mut late = vec![jump.console("dan", false)];
    until(&mut late, "it is noticed", |_, app| {
        app.broken_link().is_some()
    })
    .await;
    let shown = lines(&drawn(&mut late[0].app, (140, 40))).join("\n");
    assert!(shown.contains("Nothing could be read yet"), "{shown}");
    assert!(shown.contains("it is gone"), "{shown}");
    // Nobody falls back to the organisation by himself.
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 1);
    drop(consoles);
    let mut consoles: Vec<_> = ["ana", "ben", "cleo"]
        .iter()
        .map(|operator| jump.console(operator, true))
        .collect();
    until(&mut consoles, "one has taken over", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    let attached = consoles.iter().filter(|console| console.app.is_attached());
    assert_eq!(attached.count(), 2, "one of three reads");
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 2);
}

#[tokio::test]
async fn consoles_that_are_attached_go_on_when_one_of_them_takes_over() {
    let jump = Jump::start(quiet(30, "direct")).await;
    let mut reader = jump.reader();
    let mut consoles: Vec<_> = ["ana", "ben", "cleo"]
        .iter()
        .map(|operator| jump.console(operator, true))
        .collect();
    let truth = jump.truth().await;
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&truth) && app.is_attached()
    })
    .await;
    reader.kill();
    until(&mut consoles, "it was noticed", |_, app| stale(app) > 0).await;
    let state = jump.ground.control.state().await;
    let row = &state["registrations"][0];
    let (user, device) = (
        row["userId"].as_str().unwrap(),
        row["deviceId"].as_str().unwrap(),
    );
    let turned = !row["registered"].as_bool().unwrap();
    let body = serde_json::json!({ "registered": turned });
    jump.ground.control.register(user, device, &body).await;
    let truth = jump.truth().await;
    until(
        &mut consoles,
        "what changed meanwhile is there",
        |_, app| rows(app).as_ref() == Some(&truth),
    )
    .await;
    let attached = consoles.iter().filter(|console| console.app.is_attached());
    assert_eq!(attached.count(), 2, "one of three reads");
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 2);
}
