//! `trunkline callback` as a script uses it, and a booking whose answer does not come.

use serde_json::json;
use trunkline::flow::{Order, callback};
use trunkline::model::audit::LineStatus;
use trunkline::model::callback::{Booking, Channels, Slot};
use trunkline::model::flow::Outcome;

use crate::common::program::answer;
use crate::common::ran::run;
use crate::rig::Rig;

const NUMBER: &str = "+14155550199";

/// A booking on a queue that is always open, on a day that is far away.
pub fn booking(id: &str) -> Booking {
    Booking {
        callback_id: id.to_owned(),
        callback_number: NUMBER.into(),
        time_slot_matrix: vec![Slot {
            start: "2030-06-14T14:00:00-04:00".to_owned(),
            end: "2030-06-14T14:15:00-04:00".to_owned(),
        }],
        channel_preferences: Channels::default(),
        queue_id: "queue_night_us".to_owned(),
        reason: "Router down".to_owned(),
        concurrency_limit: 1,
    }
}

async fn start() -> Rig {
    Rig::with(&["callback-ms=0"]).await
}

/// Bookings that the organisation was asked for, whatever it answered.
async fn posts(rig: &Rig) -> usize {
    rig.control.asked("POST", "/api/v2/callbacks").await
}

/// Reservations that the organisation has under names of ours.
pub async fn booked(rig: &Rig, ours: &str) -> usize {
    let book = rig.control.get("/_org/callbacks?updates=0").await;
    let all = book["callbacks"].as_array().unwrap().iter();
    all.filter(|one| {
        one["callback_id"]
            .as_str()
            .is_some_and(|id| id.starts_with(ours))
    })
    .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_booked_listed_and_taken_back_and_no_number_is_told() {
    let rig = start().await;
    let file = rig.file("body.json", &json!(booking("cb_test1")));
    let out = rig.run(&["callback", "book", "-f", &file, "--dry-run", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert_eq!(answer(&out)["request"]["body"], json!(booking("cb_test1")));
    assert_eq!(posts(&rig).await, 0);

    let out = rig.run(&["callback", "book", "-f", &file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let id = answer(&out)["id"].as_str().unwrap().to_owned();
    let filter = format!("id={id}");
    let out = rig.run(&["callback", "list", "--json", "--where", &filter]);
    let listed = answer(&out);
    assert_eq!(listed[0]["status"], "scheduled");
    assert_eq!(listed[0]["slot"], "2030-06-14T18:00:00.000Z");
    let table = rig.run(&["callback", "list", "--where", &filter]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.contains("14 Jun 2030 14:00 EDT"),
        "by the queue's clock: {table}"
    );
    assert!(!String::from_utf8_lossy(&out.stdout).contains(NUMBER));
    let calendar = rig.run(&["callback", "calendar"]);
    let calendar = String::from_utf8(calendar.stdout).unwrap();
    assert!(calendar.contains("DTSTART:20300614T180000Z"), "{calendar}");
    assert!(!calendar.contains(NUMBER));

    let out = rig.run(&["callback", "cancel", &id, "--yes", "--json"]);
    assert_eq!(
        (out.status.code(), &answer(&out)["outcome"]),
        (Some(0), &json!("ok"))
    );
    let out = rig.run(&["callback", "list", "--csv", "--where", &filter]);
    let out = String::from_utf8(out.stdout).unwrap();
    assert!(
        out.lines().nth(1).unwrap().starts_with("cancelled,"),
        "{out}"
    );

    let audit = rig.audit();
    let told: Vec<_> = audit
        .iter()
        .map(|line| (line.action.raw(), line.status))
        .collect();
    let pair = |action| [(action, LineStatus::Intent), (action, LineStatus::Ok)];
    assert_eq!(
        told,
        [pair("callback.book"), pair("callback.cancel")].concat()
    );
    assert!(!format!("{audit:?}").contains("5550199"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_a_rule_is_refused_with_its_field_and_nothing_is_sent() {
    let rig = start().await;
    for (change, field, word) in [
        (
            json!({"callback_number": "4155550199"}),
            "callback_number",
            "E.164",
        ),
        (
            json!({"concurrency_limit": 51}),
            "concurrency_limit",
            "1 to 50",
        ),
        (json!({"queue_id": "queue_x"}), "queue_id", "no queue"),
        (
            json!({"queue_id": "queue_billing_apac"}),
            "queue_id",
            "full: 10 of 10",
        ),
        (
            json!({"time_slot_matrix": [{"start": "2031-03-09T02:30:00-05:00", "end": "2031-03-09T03:45:00-04:00"}]}),
            "time_slot_matrix[0].start",
            "does not exist in America/New_York",
        ),
    ] {
        let mut body = json!(booking("cb_bad"));
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let out = rig.run(&[
            "callback",
            "book",
            "-f",
            &rig.file("bad.json", &body),
            "--yes",
        ]);
        let told = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{told}");
        assert!(
            told.contains(&format!("{field}: ")) && told.contains(word),
            "{told}"
        );
    }
    assert_eq!(posts(&rig).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_callbacks_names_its_bad_rows_and_books_the_others_only_when_told() {
    let rig = start().await;
    let file = rig.folder.path().join("many.csv");
    let rows = "callback_number,queue_id,start,end,callback_id,reason\n\
        +14155550101,queue_night_us,2030-06-14 14:00,2030-06-14 14:15,cb_csv1,by the queue's clock\n\
        4155550102,queue_night_us,2030-06-14 14:00,2030-06-14 14:15,cb_csv2,no plus\n\
        +14155550103,queue_night_us,2030-11-03 01:30,2030-11-03 02:15,cb_csv3,a time that comes twice\n\
        +14155550104,queue_12345,2030-06-16T14:00:00-04:00,2030-06-16T14:15:00-04:00,cb_csv4,a Sunday\n\
        '+14155550105,queue_night_eu,2030-06-14T14:00:00Z,2030-06-14T14:15:00Z,cb_csv5,with an offset\n\
        +14155550106,queue_night_eu\n";
    std::fs::write(&file, rows).unwrap();
    let file = file.to_str().unwrap();
    let out = rig.run(&["callback", "book", "--csv", file, "--yes"]);
    let told = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{told}");
    for word in [
        "line 3: callback_number",
        "line 4: start: the clock",
        "line 5: time_slot_matrix[0]: the queue is closed",
        "line 7: ",
        "4 of 6 rows are bad",
    ] {
        assert!(told.contains(word), "{word:?} is not in\n{told}");
    }
    assert_eq!((posts(&rig).await, booked(&rig, "cb_csv").await), (0, 0));

    let out = rig.run(&[
        "callback",
        "book",
        "--csv",
        file,
        "--partial",
        "--dry-run",
        "--json",
    ]);
    let told = answer(&out);
    let shown = told["rows"].as_array().unwrap().iter();
    let bodies: Vec<_> = shown
        .filter_map(|row| row["request"]["body"]["callback_id"].as_str())
        .collect();
    assert_eq!(bodies, ["cb_csv1", "cb_csv5"], "{told}");
    assert_eq!((posts(&rig).await, booked(&rig, "cb_csv").await), (0, 0));

    let out = rig.run(&[
        "callback",
        "book",
        "--csv",
        file,
        "--partial",
        "--yes",
        "--json",
    ]);
    assert_eq!(out.status.code(), Some(5), "{out:?}");
    let told = answer(&out);
    let ok = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == "ok");
    let lines: Vec<_> = ok.map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 6]);
    assert_eq!((posts(&rig).await, booked(&rig, "cb_csv").await), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_whose_answer_was_lost_is_found_by_its_name_and_not_sent_again() {
    let rig = Rig::with(&["callback-ms=0", "lose-answer=1"]).await;
    let kit = rig.kit().await;
    let order = callback::CallbackOrder::Book(Box::new(booking("cb_lost")));
    let outcome = run(&kit, Order::Callback(order)).await.outcome;
    let found =
        matches!(&outcome, Outcome::Done(what) if what.raw().contains("its answer was lost"));
    assert!(found, "{outcome}");
    assert_eq!((posts(&rig).await, booked(&rig, "cb_lost").await), (1, 1));
    let audit = rig.audit();
    let told: Vec<_> = audit.iter().map(|line| (&line.id, line.status)).collect();
    let id = told[0].0;
    let known = [LineStatus::Intent, LineStatus::Unknown, LineStatus::Ok];
    assert_eq!(told, known.map(|status| (id, status)));
    assert!(audit[2].extra.contains_key("reservationId"));
}
