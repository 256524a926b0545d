//! Callbacks through the whole console: the binary stream under load and under faults, a booking by keyboard.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trunkline::app::App;
use trunkline::model::callback::Status;
use trunkline::org::Options;

use crate::crew::{Crew, options};

/// Callbacks of the burst, and how often it moves one of them on.
const CALLBACKS: u64 = 400;
const UPDATES: u64 = 10_000;
const PER_SECOND: f64 = 5_000.0;

fn with(faults: &str) -> Options {
    Options {
        faults: faults.parse().unwrap(),
        rate_limit: 0,
        ..options(1)
    }
}

/// What the organisation says of every callback.
fn theirs(book: &Value) -> BTreeMap<String, String> {
    let all = book["callbacks"].as_array().unwrap().iter();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    all.map(|one| (text(one, "id"), text(one, "status")))
        .collect()
}

/// What the table shows.
fn ours(app: &App) -> BTreeMap<String, String> {
    let rows = app
        .store
        .callbacks
        .iter()
        .map(trunkline::store::callbacks::CallbackRow::callback);
    rows.map(|one| (one.id.raw().to_owned(), one.status.word().to_owned()))
        .collect()
}

/// The burst, to its end: every update has been settled.
async fn run_burst(crew: &mut Crew) -> Value {
    crew.until("a live stream", |app| !app.store.callbacks.stale())
        .await;
    let burst = json!({"callbacks": CALLBACKS, "updates": UPDATES, "perSecond": PER_SECOND});
    crew.org.post("/_org/callbacks/burst", &burst).await;
    crew.until("every update", |app| {
        app.store.callbacks.figures().processed >= UPDATES
    })
    .await;
    for _ in 0..400 {
        let book = crew.org.get("/_org/callbacks?updates=0").await;
        if book["unacked"] == 0 {
            return book;
        }
        crew.turn().await;
    }
    panic!(
        "acknowledgements are missing: {}",
        crew.org.get("/_org/callbacks?updates=0").await["counts"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_updates_a_second_cut_at_random_end_equal_and_all_acknowledged() {
    let mut crew = Crew::start(with("callback-ms=0,callback-cuts=1,callback-variants=0.5")).await;
    let book = run_burst(&mut crew).await;
    assert_eq!(ours(crew.app()), theirs(&book));
    let figures = crew.app().store.callbacks.figures();
    assert_eq!(figures.processed, UPDATES, "each exactly once");
    assert_eq!(crew.app().status().undecodable, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_garbage_and_lost_connections_change_nothing_of_that() {
    let faults = "callback-ms=0,callback-cuts=0.5,callback-dup=0.2,ws-garbage=0.05,ws-drop=700";
    let mut crew = Crew::start(with(faults)).await;
    let book = run_burst(&mut crew).await;
    assert_eq!(ours(crew.app()), theirs(&book));
    let figures = crew.app().store.callbacks.figures();
    assert_eq!(figures.processed, UPDATES, "each exactly once");
    assert!(figures.repeated > 0);
    assert!(crew.app().status().undecodable > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_booked_by_keyboard_and_followed_to_its_end() {
    let mut crew = Crew::start(with("callback-ms=400")).await;
    crew.until("a live stream", |app| !app.store.callbacks.stale())
        .await;
    crew.until("the queues", |app| !app.store.queues.is_empty())
        .await;
    crew.command("callbacks").await;
    crew.press(&["n"]).await;
    crew.type_in("+14155550199").await;
    crew.press(&["Tab"]).await;
    crew.type_in("Router down").await;
    crew.press(&["Tab", "Ctrl-s"]).await;
    crew.until_shown("Promises a callback to +14•••••••99")
        .await;
    crew.press(&["Enter"]).await;
    crew.until_shown("done: booked as").await;
    let ours = |app: &App| {
        let mut rows = app.store.callbacks.iter();
        let row = rows.find(|row| row.callback().about() == "Router down")?;
        let past = row.past().map(|told| told.status);
        Some((row.callback().status, past.collect::<Vec<_>>()))
    };
    crew.until("its end", |app| {
        ours(app).is_some_and(|(status, _)| status == Status::Completed)
    })
    .await;
    let (_, past) = ours(crew.app()).unwrap();
    let whole = [
        Status::Completed,
        Status::Connected,
        Status::Dialing,
        Status::Scheduled,
    ];
    assert_eq!(past, whole, "newest first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_others_fill_between_form_and_submit_is_refused_with_its_room() {
    let mut crew = Crew::start(with("callback-ms=0")).await;
    crew.until("the queues", |app| !app.store.queues.is_empty())
        .await;
    crew.command("callbacks").await;
    crew.press(&["n"]).await;
    crew.type_in("+14155550199").await;
    crew.press(&["Tab", "Ctrl-s"]).await;
    crew.until_shown("Promises a callback").await;
    for queue in [
        "queue_12345",
        "queue_sales_emea",
        "queue_island",
        "queue_night_us",
        "queue_night_eu",
    ] {
        let full = json!({"scheduledCallbacks": 9_999, "maxConcurrentCallbacks": 10});
        crew.org.put(&format!("/_org/queues/{queue}"), &full).await;
    }
    crew.press(&["Enter"]).await;
    crew.until_shown("refused: queue_id: ").await;
    assert!(
        crew.screen().contains("is full: 9999 of 10 callbacks"),
        "{}",
        crew.screen()
    );
    let posts = crew.org.requests().await;
    let posted =
        |request: &&Value| request["verb"] == "POST" && request["path"] == "/api/v2/callbacks";
    assert_eq!(posts.iter().filter(posted).count(), 0, "nothing was sent");
    // The form is there again as it was sent, with what was said at its field.
    crew.press(&["e"]).await;
    let screen = crew.screen();
    let said = screen.lines().find(|line| line.contains("! refused:"));
    let below = screen.lines().skip_while(|line| !line.contains("Queue"));
    assert!(
        said.is_some_and(|line| line.contains("is full")),
        "{screen}"
    );
    assert!(
        below.take(3).any(|line| line.contains("! refused:")),
        "{screen}"
    );
    assert!(screen.contains("+14155550199"), "{screen}");
    crew.press(&["Ctrl-s"]).await;
    crew.until_shown("Promises a callback").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undo_is_about_the_last_write_which_it_names() {
    let mut crew = Crew::start(with("callback-ms=0")).await;
    crew.until("a live stream", |app| !app.store.callbacks.stale())
        .await;
    crew.until("the queues", |app| !app.store.queues.is_empty())
        .await;
    crew.press(&["u"]).await;
    crew.until_shown("nothing has been sent in this run").await;
    crew.command("callbacks").await;
    crew.press(&["n"]).await;
    crew.type_in("+14155550199").await;
    crew.press(&["Tab"]).await;
    crew.type_in("Router down").await;
    crew.press(&["Tab", "Ctrl-s"]).await;
    crew.until_shown("Promises a callback").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("done: booked as").await;
    crew.until("the new row", |app| {
        let mut rows = app.store.callbacks.iter();
        rows.any(|row| row.callback().about() == "Router down")
    })
    .await;
    crew.press(&["Esc"]).await;
    let line = |crew: &Crew| {
        let screen = crew.screen();
        let line = screen.lines().find(|line| line.starts_with('▌'));
        line.unwrap_or_default().to_owned()
    };
    assert!(line(&crew).contains("Router down"), "{}", crew.screen());
    // From wherever: it is about the write, not about a row.
    crew.command("sites").await;
    crew.command("undo").await;
    let list = crew.screen();
    assert!(
        list.contains("callback book") && list.contains("can be undone"),
        "{list}"
    );
    crew.press(&["Esc", "u"]).await;
    let review = crew.screen();
    assert!(review.contains("Undoes: callback book"), "{review}");
    assert!(
        review.contains("Cancels the callback to +14•••••••99"),
        "{review}"
    );
    assert!(review.contains("Router down"), "{review}");
    crew.type_in("cancel").await;
    crew.press(&["Enter"]).await;
    crew.until("the end of it", |app| {
        let mut rows = app.store.callbacks.iter();
        rows.any(|row| row.callback().status == Status::Cancelled)
    })
    .await;
}
