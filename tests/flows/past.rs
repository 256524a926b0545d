//! Going back in the console: step by step, by the clock, played; and nothing leaves from there.

use std::time::Duration;

use ratatui::style::Modifier;
use serde_json::{Value, json};
use trunkline::app::App;
use trunkline::config::Keymap;
use trunkline::flow::Order;
use trunkline::flow::callback::CallbackOrder;
use trunkline::kind::registrations::Registrations;
use trunkline::model::callback::{Booking, Slot};
use trunkline::model::flow::Outcome;
use trunkline::model::registration::State;
use trunkline::org::Options;
use trunkline::record::{Record, RecordFolder, turns};
use trunkline::time::Millis;
use trunkline::vocabulary::action::Action;
use trunkline::vocabulary::command::TITLES;

use crate::common::ran;
use crate::common::screen::drawn;
use crate::crew::{Crew, options};

/// A change of state as the commands list it.
type Change = (Millis, String, Option<String>, Option<String>);

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

fn folder(crew: &Crew) -> RecordFolder {
    RecordFolder::of(&crew.state_dir(), "org")
}

/// A live console that has recorded so many changes of one device.
async fn recorded(changes: usize) -> (Crew, String, String) {
    let mut crew = Crew::recording(options(4)).await;
    crew.until_live().await;
    let (user, device) = crew.first_device().await;
    for n in 0..changes {
        turn(&mut crew, &user, &device, n % 2 == 1).await;
    }
    until_recorded(&mut crew).await;
    (crew, user, device)
}

async fn turn(crew: &mut Crew, user: &str, device: &str, registered: bool) {
    let body = json!({ "registered": registered });
    crew.org.register(user, device, &body).await;
    let wanted = if registered { State::Ok } else { State::Lost };
    crew.until("the change", |app| {
        let table = &app.store.registrations;
        let row = table.find(&user.into(), &device.into());
        row.and_then(|row| table.row(row))
            .is_some_and(|row| row.state() == wanted)
    })
    .await;
}

/// Runs until what happened by now is on disk.
async fn until_recorded(crew: &mut Crew) {
    let (happened, folder) = (crew.app().now(), folder(crew));
    let written = |folder: &RecordFolder| {
        let record = Record::open(folder.clone());
        let reel = record.and_then(|mut record| record.reel(now()));
        reel.is_ok_and(|reel| reel.until >= happened)
    };
    while !written(&folder) {
        let _ = tokio::time::timeout(Duration::from_millis(100), crew.turn()).await;
    }
}

fn changes(crew: &Crew, until: Millis) -> Vec<Change> {
    let mut record = Record::open(folder(crew)).unwrap();
    let reel = record.reel(until).unwrap();
    let mut all = Vec::new();
    turns::<Registrations>(reel, until, None, |turn, _| {
        all.push((turn.at, turn.who, turn.from, turn.to));
    });
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_steps_back_are_a_hundred_changes_each_the_one_before() {
    let (mut crew, user, device) = recorded(102).await;
    let until = now();
    let mut wanted = changes(&crew, until);
    wanted.reverse();
    assert!(wanted.len() > 102);
    for (n, (at, who, from, to)) in wanted.iter().take(100).enumerate() {
        crew.press(&["<"]).await;
        let said = format!(
            "{}: {} -> {}",
            who,
            from.as_deref().unwrap(),
            to.as_deref().unwrap()
        );
        let said = format!("{} {said}", at.timestamp().strftime("%H:%M:%S%.3f"));
        let told = |app: &App| app.said().any(|last| last == said);
        crew.until("the change before", |app| {
            app.shown_at() == *at && told(app)
        })
        .await;
        let table = &crew.app().shown().registrations;
        let row = table
            .find(&user.as_str().into(), &device.as_str().into())
            .unwrap();
        let state = table.row(row).unwrap().state().word();
        assert_eq!(Some(state), to.as_deref(), "step {n}");
    }
    // And forward again.
    for (at, ..) in wanted[95..99].iter().rev() {
        crew.press(&[">"]).await;
        crew.until("the change after", |app| app.shown_at() == *at)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_stands_on_every_frame_and_the_present_goes_on_behind_it() {
    let (mut crew, user, device) = recorded(2).await;
    let before = crew.app().now();
    let at = changes(&crew, before).last().unwrap().0;
    crew.command(&format!("at {at}")).await;
    crew.until("the past", App::is_past).await;
    assert_eq!(crew.app().shown_at(), at);
    let words = format!(" PAST {} UTC paused ", at.timestamp().strftime("%H:%M:%S"));
    for size in [(120, 40), (80, 24), (60, 15)] {
        let buf = drawn(crew.app_mut(), size);
        let line: String = (0..size.0).map(|x| buf[(x, 0)].symbol()).collect();
        let found = line
            .find(&words)
            .unwrap_or_else(|| panic!("{words}: {line}"));
        let start = u16::try_from(line[..found].chars().count()).unwrap();
        let look = buf[(start + 1, 0)].modifier;
        assert_eq!(
            look,
            Modifier::BOLD | Modifier::REVERSED | Modifier::UNDERLINED
        );
    }
    // What happens now is taken in, and does not show.
    turn(&mut crew, &user, &device, false).await;
    turn(&mut crew, &user, &device, true).await;
    turn(&mut crew, &user, &device, false).await;
    let shown = |crew: &Crew| {
        let table = &crew.app().shown().registrations;
        let row = table
            .find(&user.as_str().into(), &device.as_str().into())
            .unwrap();
        table.row(row).unwrap().state()
    };
    assert_eq!((shown(&crew), crew.app().shown_at()), (State::Ok, at));
    crew.press(&["{"]).await;
    crew.until("a minute back, or why not", |app| {
        app.shown_at() < at || app.said().any(|said| said.contains("Nothing was recorded"))
    })
    .await;
    until_recorded(&mut crew).await;
    // Played, it comes to where it is now again.
    crew.press(&["+", "+", " "]).await;
    crew.until("something happen", |app| app.shown_at() > at.plus(500))
        .await;
    crew.press(&[" "]).await;
    let stands = crew.app().shown_at();
    assert!(crew.screen().contains("paused"), "{}", crew.screen());
    crew.press(&["j"]).await;
    assert_eq!(crew.app().shown_at(), stands);
    crew.press(&["Esc", "Esc", "Esc"]).await;
    assert!(!crew.app().is_past());
    assert_eq!(shown(&crew), State::Lost);
    assert!(!crew.screen().contains("PAST"), "{}", crew.screen());
    crew.press(&["}"]).await;
    crew.command("at 2001-01-01").await;
    crew.until_shown("Nothing was recorded at").await;
    crew.command("at tomorrow").await;
    crew.until_shown("is no time").await;
}

/// A full disk, or a folder that cannot be made, stops the recording and nothing else, and every frame says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recorded_is_said_in_the_header_and_the_console_goes_on() {
    let mut crew = Crew::unable_to_record(options(3)).await;
    crew.until_live().await;
    crew.until_shown("not recorded").await;
    let (user, device) = crew.first_device().await;
    turn(&mut crew, &user, &device, false).await;
    for size in [(120, 40), (80, 24)] {
        let buf = drawn(crew.app_mut(), size);
        let line: String = (0..size.0).map(|x| buf[(x, 0)].symbol()).collect();
        assert!(line.contains("not recorded"), "{line}");
    }
}

/// What an earlier run recorded is in the charts of the next one from its first frame, and in the detail of a row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charts_and_details_begin_with_what_was_recorded() {
    let (crew, _, device) = recorded(3).await;
    let all = changes(&crew, now());
    let turned: Vec<&Change> = all.iter().filter(|turn| turn.2.is_some()).collect();
    assert_eq!(turned.len(), 3);
    let mut crew = crew.again();
    let lost = |app: &App| {
        let metrics = app.store.registrations.metrics();
        metrics
            .recent(720, app.now())
            .any(|figures| figures.lost > 0)
    };
    crew.until("what was recorded", lost).await;
    crew.until_live().await;
    crew.command("pulse").await;
    for span in ["15 min ago", "1 h", "8 h ago", "24 h ago"] {
        let shown =
            crew.screen().contains(span) || (span == "1 h" && crew.screen().contains("60 min ago"));
        assert!(shown, "{span}: {}", crew.screen());
        crew.press(&["Z"]).await;
    }
    crew.command("chart 8h").await;
    crew.until_shown("8 h ago").await;
    crew.command("chart 9h").await;
    crew.until_shown("15m, 1h, 8h or 24h").await;
    crew.press(&["Esc", "Esc"]).await;
    crew.command(&format!("registrations deviceId:{device}"))
        .await;
    crew.press(&["Enter"]).await;
    crew.until("its past", |app| {
        app.shown()
            .trail
            .as_ref()
            .is_some_and(|trail| !trail.reading)
    })
    .await;
    let trail = crew.app().shown().trail.clone().unwrap();
    let own: Vec<_> = turned
        .iter()
        .filter(|turn| turn.1.contains(&device))
        .collect();
    let found: Vec<Millis> = trail.steps.iter().map(|step| step.at).collect();
    for (at, ..) in own {
        assert!(found.contains(at), "{at}: {trail:?}");
    }
    crew.until_shown("recorded since").await;
}

/// Requests by which something would be changed, beyond those that sign in and keep streams.
async fn writes(crew: &Crew) -> Vec<Value> {
    let mut seen = crew.org.requests().await;
    seen.retain(|seen| {
        let path = seen["path"].as_str().unwrap();
        let ours = path.starts_with("/_org") || path.contains("/oauth/");
        let channels = path.contains("/notifications/");
        seen["verb"] != "GET" && !ours && !channels
    });
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_past_no_write_of_any_pane_leaves() {
    // Something happens all the time: the loop turns.
    let mut crew = Crew::recording(Options {
        rate: 50.0,
        ..options(4)
    })
    .await;
    crew.until_live().await;
    until_recorded(&mut crew).await;
    assert!(
        !crew.app().profile().unwrap().read_only,
        "a profile that may write"
    );
    let before = writes(&crew).await.len();
    crew.press(&["<"]).await;
    crew.until("the past", App::is_past).await;
    let keymap = Keymap::default();
    let writing = Action::ALL.iter().filter(|action| action.writes());
    let keys: Vec<String> = writing
        .flat_map(|action| keymap.keys(*action))
        .map(ToString::to_string)
        .collect();
    assert!(keys.len() > 10);
    for title in TITLES {
        crew.command(&title.to_lowercase()).await;
        for key in &keys {
            crew.press(&[key]).await;
            // An alert of the present may have been told since.
            let refused = |app: &App| {
                app.said()
                    .take(4)
                    .any(|said| said.contains("nothing is sent from it"))
            };
            assert!(
                refused(crew.app()),
                "{title} {key}: {:?}",
                crew.app().said().next()
            );
            // Nothing has opened that could be sent from.
            assert!(
                crew.app().is_past() && !crew.app().has_layers(),
                "{title} {key}"
            );
        }
    }
    assert_eq!(writes(&crew).await.len(), before);
}

/// The gate of the flows does so on its own, whoever has ordered them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gate_refuses_what_is_begun_in_the_past() {
    let crew = Crew::recording(options(2)).await;
    let mut kit = crew.kit().await;
    kit.gate = Some("the screen shows the past".into());
    let booking = Booking {
        callback_id: "cb_past".to_owned(),
        callback_number: "+14155550134".into(),
        time_slot_matrix: vec![Slot {
            start: "2030-06-14T14:00:00-04:00".to_owned(),
            end: "2030-06-14T14:15:00-04:00".to_owned(),
        }],
        queue_id: "queue_night_us".to_owned(),
        reason: "Router down".to_owned(),
        concurrency_limit: 1,
        ..Booking::default()
    };
    let order = || Order::Callback(CallbackOrder::Book(Box::new(booking.clone())));
    let outcome = ran::run(&kit, order()).await.outcome;
    let why = matches!(&outcome, Outcome::Refused(why) if why.raw().contains("shows the past"));
    assert!(why, "{outcome}");
    assert_eq!(writes(&crew).await, Vec::<Value>::new());
    kit.gate = None;
    ran::run(&kit, order()).await;
    assert_eq!(writes(&crew).await.len(), 1);
}
