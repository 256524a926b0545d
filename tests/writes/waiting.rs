//! A booking that the organisation takes no more of for now: it waits on disk, through a restart, and is booked once.

use std::time::Duration;

use serde_json::json;
use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::cloud::Urgency;
use trunkline::environment::Environment;
use trunkline::flow::Order;
use trunkline::flow::callback::CallbackOrder;
use trunkline::listen;
use trunkline::model::flow::Outcome;
use trunkline::time::Millis;

use crate::callbacks::{booked, booking};
use crate::common::program::answer;
use crate::common::ran::run;
use crate::common::screen::Cells;
use crate::rig::Rig;

/// A console until nothing waits any more.
async fn console(rig: &Rig, until: impl Fn(&App) -> bool) {
    let app = App::new(rig.load());
    let runner = Runner::new(app, Cells::dark(), Environment::default(), listen::nobody());
    let mut runner = runner.keeping(rig.state_dir());
    let run = tokio::time::timeout(Duration::from_secs(60), runner.run(until)).await;
    run.expect("the bookings that waited").unwrap();
    runner.performer.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_that_is_turned_away_waits_through_a_restart_and_is_booked_once() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let kit = rig.kit().await;
    // The sign-in is done before the organisation has had enough.
    kit.client.callbacks(Urgency::Reread).await.unwrap();
    rig.control.fault(&json!({ "http-429": 1 })).await;
    let body = booking("cb_wait");
    let order = Order::Callback(CallbackOrder::Book(Box::new(body.clone())));
    let outcome = run(&kit, order).await.outcome;
    let waits = matches!(&outcome, Outcome::Refused(why) if why.raw().contains("waits on disk"));
    assert!(waits, "{outcome}");
    let listed = rig.run(&["callback", "waiting", "--json"]);
    assert_eq!(answer(&listed)[0]["callbackId"], "cb_wait", "{listed:?}");
    assert!(!String::from_utf8_lossy(&listed.stdout).contains("5550199"));
    assert_eq!(booked(&rig, "cb_wait").await, 0);
    rig.control.fault(&json!({ "http-429": 0 })).await;
    // As if it had been turned away long ago.
    kit.waiting.put(&body, Millis(0)).unwrap();
    drop(kit);
    for _ in 0..2 {
        console(&rig, |app| {
            let live = !app.store.callbacks.stale();
            let (count, next) = app.store.callbacks.waiting();
            let flows = app
                .store
                .flows
                .newest_first()
                .all(|flow| flow.end.is_some());
            live && count == 0 && next.is_none() && flows
        })
        .await;
        if booked(&rig, "cb_wait").await == 0 {
            // The first look was before it was counted.
            console(&rig, |app| app.store.callbacks.figures().bookings_sent == 1).await;
        }
    }
    assert_eq!(booked(&rig, "cb_wait").await, 1);
    let told = rig.audit();
    let sent = told
        .iter()
        .filter(|line| line.status.word() == "ok" && line.action.raw() == "callback.book");
    assert_eq!(sent.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_a_booking_but_for_its_number_and_an_absent_id_is_made() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let out = rig.run(&["callback", "book", "--template"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let mut body = answer(&out);
    body["callback_number"] = json!("+14155550123");
    body.as_object_mut().unwrap().remove("callback_id");
    let file = rig.file("body.json", &body);
    let out = rig.run(&["callback", "book", "-f", &file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert!(booked(&rig, "cb_").await >= 1);
}
