//! Callbacks: found by a query, booked, moved, ended, and found again when the answer is lost.

mod follow;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};
use trunkline::cloud::{Client, Settings, Urgency};
use trunkline::flow::callback::platform::{EndedCallback, Reschedule};
use trunkline::flow::{Order, callback};
use trunkline::model::api::Api;
use trunkline::model::audit::LineStatus as OnRecord;
use trunkline::model::callback::{Appointment, BOOKED_AS, Move, REASON, Status};
use trunkline::model::flow::Outcome;
use trunkline::org::Options;
use trunkline::text::Text;

use super::rig::Rig;
use crate::common::ground::faulty;
use crate::common::program::answer;
use crate::common::ran::run;

const NUMBER: &str = "+14155550199";

/// An organisation whose callbacks stay as they are, with further faults.
fn quiet(faults: &[&str]) -> Options {
    let faults = [&["callback-ms=0"], faults].concat();
    faulty(3, "platform", &faults)
}

impl Rig {
    async fn carry_out(&self, order: callback::CallbackOrder) -> Outcome {
        let kit = self.ground.kit().await;
        run(&kit, Order::Callback(order)).await.outcome
    }

    /// The organisation's own book, by what it calls the reason.
    async fn booked(&self, reason: &str) -> Vec<Value> {
        let path = "/_org/callbacks?updates=0";
        let book = self.control.get(path).await;
        let all = book["callbacks"].as_array().unwrap().iter();
        all.filter(|one| one["reason"] == reason).cloned().collect()
    }
}

fn appointment(reason: &str) -> Appointment {
    let ahead = SignedDuration::from_hours(24 * 3);
    let time = Timestamp::now().checked_add(ahead).unwrap();
    Appointment {
        queue_id: "queue_night_us".to_owned(),
        callback_numbers: vec![NUMBER.into()],
        callback_user_name: Some("Ana Petrova".to_owned()),
        callback_scheduled_time: Some(time.strftime("%Y-%m-%dT%H:%M:00.000Z").to_string()),
        validate_callback_numbers: true,
        data: [(REASON, reason), (BOOKED_AS, "cb_test")]
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .into(),
        ..Appointment::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_query_finds_is_what_the_organisation_has() {
    let rig = Rig::start(quiet(&[])).await;
    let book = rig.control.get("/_org/callbacks?updates=0").await;
    let theirs = book["callbacks"].as_array().unwrap().iter();
    let open = |one: &&Value| {
        !matches!(
            one["status"].as_str(),
            Some("completed" | "failed" | "cancelled")
        )
    };
    let mut theirs: Vec<(String, String)> = theirs
        .filter(open)
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            (text("id"), text("status"))
        })
        .collect();
    theirs.sort();
    assert!(!theirs.is_empty());
    let listing = rig.client.callbacks(Urgency::Reread).await.unwrap();
    assert_eq!(listing.faults, []);
    let ours = listing.callbacks.iter().filter(|one| !one.status.over());
    let mut ours: Vec<(String, String)> = ours
        .map(|one| (one.id.raw().to_owned(), one.status.word().to_owned()))
        .collect();
    ours.sort();
    assert_eq!(ours, theirs);

    let first = listing
        .callbacks
        .iter()
        .find(|one| !one.status.over())
        .unwrap();
    assert!(first.time.is_some() && first.began.is_some() && !first.number.is_empty());
    assert_eq!(first.reason, None, "analytics does not tell");
    let read = rig
        .client
        .callback(&first.id, Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&read.number, read.time, &read.queue),
        (&first.number, first.time, &first.queue)
    );
    assert!(read.reason.is_some());
    let gone = rig.client.callback(&"nobody".into(), Urgency::Reread).await;
    assert_eq!(gone.unwrap_err().status(), Some(404));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_booked_moved_and_ended() {
    let rig = Rig::start(quiet(&[])).await;
    let wanted = appointment("Router down");
    let order = callback::CallbackOrder::Appoint(Box::new(wanted.clone()));
    let outcome = rig.carry_out(order).await;
    assert!(
        matches!(&outcome, Outcome::Done(what) if what.raw().starts_with("booked as")),
        "{outcome}"
    );
    let booked = rig.booked("Router down").await;
    assert_eq!(booked.len(), 1);
    let id = booked[0]["id"].as_str().unwrap();

    let client = &rig.client;
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.status, Status::Scheduled);
    assert_eq!(read.booked_as.as_ref().map(Text::raw), Some("cb_test"));
    assert_eq!(read.caller.as_ref().map(Text::raw), Some("Ana Petrova"));
    assert_eq!(
        read.time.map(trunkline::time::Millis::timestamp),
        wanted.time()
    );

    let later = wanted
        .time()
        .unwrap()
        .checked_add(SignedDuration::from_hours(1))
        .unwrap();
    let moved = Reschedule {
        queue: "queue_night_us".into(),
        change: Move {
            conversation_id: id.to_owned(),
            agent_id: "u-2".to_owned(),
            callback_scheduled_time: later.to_string(),
        },
    };
    let outcome = rig
        .carry_out(callback::CallbackOrder::Move(Box::new(moved)))
        .await;
    assert!(
        matches!(&outcome, Outcome::Done(what) if what.raw().starts_with("moved")),
        "{outcome}"
    );
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.time.map(trunkline::time::Millis::timestamp),
        Some(later)
    );

    let ended = vec![EndedCallback::from(&read)];
    let outcome = rig.carry_out(callback::CallbackOrder::End(ended)).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.status, Status::Cancelled);
    let listing = client.callbacks(Urgency::Reread).await.unwrap();
    let over = listing.callbacks.iter().find(|one| one.id == read.id);
    assert_eq!(
        over.map(|one| one.status),
        Some(Status::Cancelled),
        "what just ended is told"
    );

    let kept = rig.ground.audit();
    let deeds: Vec<_> = kept
        .iter()
        .map(|line| (line.action.raw(), line.status))
        .collect();
    let pair = |deed| [(deed, OnRecord::Intent), (deed, OnRecord::Ok)];
    let all = ["callback.book", "callback.reschedule", "callback.cancel"].map(pair);
    assert_eq!(deeds, all.concat());
    assert!(!format!("{kept:?}").contains("5550199"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_whose_answer_was_lost_is_found_by_our_name_and_not_made_again() {
    let rig = Rig::start(quiet(&["lose-answer=1"])).await;
    let order = callback::CallbackOrder::Appoint(Box::new(appointment("Lost")));
    let outcome = rig.carry_out(order).await;
    let found =
        matches!(&outcome, Outcome::Done(what) if what.raw().contains("its answer was lost"));
    assert!(found, "{outcome}");
    assert_eq!(rig.booked("Lost").await.len(), 1);
    let path = "/api/v2/conversations/callbacks";
    assert_eq!(rig.control.asked("POST", path).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_books_lists_and_ends_callbacks_in_the_api_s_own_shape() {
    let rig = Rig::start(quiet(&[])).await;
    let body = json!(appointment("By script"));
    let file = &rig.ground.file("body.json", &body);
    let out = rig
        .ground
        .run(&["callback", "book", "-f", file, "--dry-run", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert_eq!(
        answer(&out)["request"]["body"],
        json!(appointment("By script"))
    );
    assert!(rig.booked("By script").await.is_empty());

    let out = rig
        .ground
        .run(&["callback", "book", "-f", file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let id = answer(&out)["id"].as_str().unwrap().to_owned();
    let filter = format!("id={id}");
    let out = rig
        .ground
        .run(&["callback", "list", "--json", "--where", &filter]);
    assert_eq!(answer(&out)[0]["status"], "scheduled", "{out:?}");
    assert!(!String::from_utf8_lossy(&out.stdout).contains(NUMBER));

    let out = rig
        .ground
        .run(&["callback", "cancel", &id, "--dry-run", "--json"]);
    let request = &answer(&out)["requests"][0];
    assert_eq!(request["body"]["state"], "disconnected", "{out:?}");
    assert!(request["body"]["startTime"].is_string() && request["body"]["participants"].is_array());
    let out = rig
        .ground
        .run(&["callback", "cancel", &id, "--yes", "--json"]);
    assert_eq!(answer(&out)["outcome"], "ok", "{out:?}");
    assert_eq!(rig.booked("By script").await[0]["status"], "cancelled");

    let rows = rig.ground.folder.path().join("rows.csv");
    let start = Timestamp::now()
        .checked_add(SignedDuration::from_hours(48))
        .unwrap();
    let table = format!(
        "callback_number,queue_id,start,reason,fallback\n{NUMBER},queue_night_us,{start},By table,\n{NUMBER},queue_night_us,{start},Odd,sms\n"
    );
    std::fs::write(&rows, table).unwrap();
    let rows = rows.to_str().unwrap();
    let out = rig.ground.run(&[
        "callback",
        "book",
        "--csv",
        rows,
        "--partial",
        "--yes",
        "--json",
    ]);
    assert_eq!(out.status.code(), Some(5), "{out:?}");
    let told = answer(&out).to_string();
    assert!(
        told.contains("fallback: the organisation's API has no such thing"),
        "{told}"
    );
    assert_eq!(rig.booked("By table").await.len(), 1);
    assert!(rig.booked("Odd").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_say_how_they_call_back_and_nothing_that_they_do_not_know() {
    let rig = Rig::start(quiet(&[])).await;
    let listing = rig.client.queues(Urgency::Reread).await.unwrap();
    assert_eq!(listing.faults, []);
    let night = listing
        .queues
        .iter()
        .find(|one| one.id.raw() == "queue_night_us");
    let night = night.unwrap();
    assert_eq!(night.mode.as_ref().map(Text::raw), Some("CustomerFirst"));
    assert_eq!((night.room(), &night.calendar), (None, &None));
    let one = rig.client.queue(&night.id, Urgency::Write).await.unwrap();
    assert_eq!(one, *night);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedule_groups_open_queues_as_the_queues_say_themselves() {
    let rig = Rig::start(quiet(&[])).await;
    let client = |api, hours: BTreeMap<String, String>| {
        Client::new(Settings {
            api,
            queue_hours: hours,
            ..rig.settings()
        })
        .unwrap()
    };
    let direct = client(Api::Direct, BTreeMap::new());
    let told = direct.queues(Urgency::Reread).await.unwrap().queues;
    let ids = told.iter().map(|queue| queue.id.raw().to_owned());
    let groups = ids.map(|id| (id.clone(), format!("sg-{id}")));
    let platform = client(Api::Platform, groups.collect());
    let reckoned = platform.queues(Urgency::Reread).await.unwrap();
    assert_eq!(reckoned.faults, []);
    for own in told {
        let other = reckoned.queues.iter().find(|one| one.id == own.id).unwrap();
        assert_eq!(other.faults, [], "{}", own.id);
        assert_eq!(other.zone_name, own.zone_name);
        let (own, other) = (own.calendar.unwrap(), other.calendar.clone().unwrap());
        let today = Timestamp::now().to_zoned(own.zone.clone()).date();
        for ahead in -20..60 {
            let date = today.saturating_add(ahead.days());
            assert!(other.knows(date));
            assert_eq!(other.open_on(date), own.open_on(date), "{date}");
            assert_eq!(
                other.holiday(date).is_some(),
                own.holiday(date).is_some(),
                "{date}"
            );
        }
    }
    let wrong = client(
        Api::Platform,
        [("Support".to_owned(), "Nowhere".to_owned())].into(),
    );
    let queues = wrong.queues(Urgency::Reread).await.unwrap().queues;
    let faulty = queues.iter().filter(|one| !one.faults.is_empty());
    for one in faulty {
        assert!(one.faults[0].raw().contains("Nowhere"), "{:?}", one.faults);
    }
}
