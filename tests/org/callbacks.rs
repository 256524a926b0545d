//! Callbacks as their clients see them: the calls, every rule, and what comes of a booking.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{Bench, bench};
use crate::common::ground::faulty;

pub const PATH: &str = "/api/v2/callbacks";

/// A quiet organisation whose callbacks stay as they are booked.
pub fn options() -> Options {
    faulty(12, "direct", &["callback-ms=0"])
}

/// A booking on a queue that is always open, on a day that is far away.
pub fn booking(callback_id: &str) -> Value {
    json!({
        "callback_id": callback_id, "callback_number": "+14155550199",
        "time_slot_matrix": [{"start": "2030-06-15T14:00:00-04:00", "end": "2030-06-15T14:15:00-04:00"}],
        "channel_preferences": {"primary": "voice", "fallback": "sms", "allow_sms": true},
        "queue_id": "queue_night_us", "reason": "Technical support escalation", "concurrency_limit": 10,
    })
}

pub async fn book(bench: &Bench, token: &str, callback_id: &str) -> Value {
    let reply = bench.post(PATH, token, &booking(callback_id)).await;
    assert_eq!(reply.status(), 201);
    reply.json().await.unwrap()
}

#[tokio::test]
async fn a_callback_is_booked_read_moved_and_cancelled() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let made = book(&bench, &token, "cb_1").await;
    let asked = booking("cb_1");
    for field in [
        "callback_number",
        "queue_id",
        "reason",
        "callback_id",
        "time_slot_matrix",
    ] {
        assert_eq!(made[field], asked[field], "{field}");
    }
    assert_eq!(made["status"], "scheduled");
    assert_eq!(made["callback_time"], "2030-06-15T14:00:00-04:00");
    let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get_json(&one, &token).await, made);
    let list = bench.get_json(PATH, &token).await;
    assert!(list["entities"].as_array().unwrap().contains(&made));

    let later = json!([
        {"start": "2030-06-17T10:00:00-04:00", "end": "2030-06-17T10:15:00-04:00"},
        {"start": "2030-06-16T10:00:00-04:00", "end": "2030-06-16T10:15:00-04:00"},
    ]);
    let moved = bench
        .put(&one, &token, &json!({"time_slot_matrix": later}))
        .await;
    assert_eq!(moved.status(), 200);
    let moved: Value = moved.json().await.unwrap();
    assert_eq!(
        moved["callback_time"], "2030-06-16T10:00:00-04:00",
        "the earliest"
    );
    assert_eq!(moved["reason"], asked["reason"]);
    let past = json!({"time_slot_matrix": [{"start": "2020-06-16T10:00:00Z", "end": "2020-06-16T10:15:00Z"}]});
    assert_eq!(bench.put(&one, &token, &past).await.status(), 400);

    for again in ["once", "and again"] {
        let gone = bench.delete(&one, &token).await;
        assert_eq!(gone.status(), 204, "{again}");
    }
    assert_eq!(bench.get_json(&one, &token).await["status"], "cancelled");
    let late = bench
        .put(&one, &token, &json!({"time_slot_matrix": later}))
        .await;
    assert_eq!(late.status(), 409);
    for verb in ["GET", "PUT", "DELETE"] {
        let path = format!("{PATH}/none");
        let reply = match verb {
            "GET" => bench.get(&path, &token).await,
            "PUT" => {
                bench
                    .put(&path, &token, &json!({"time_slot_matrix": later}))
                    .await
            }
            _ => bench.delete(&path, &token).await,
        };
        assert_eq!(reply.status(), 404, "{verb}");
    }
}

#[tokio::test]
async fn what_is_under_way_or_over_is_not_cancelled() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    for (status, answer) in [
        ("dialing", 204),
        ("connected", 409),
        ("completed", 409),
        ("failed", 409),
    ] {
        let made = book(&bench, &token, status).await;
        let id = made["id"].as_str().unwrap();
        let put = bench
            .control_put(&format!("/_org/callbacks/{id}"), json!({"status": status}))
            .await;
        assert_eq!(put.status(), 200);
        let gone = bench.delete(&format!("{PATH}/{id}"), &token).await;
        assert_eq!(gone.status(), answer, "{status}");
    }
}

#[tokio::test]
async fn the_same_booking_again_is_the_same_callback() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let made = book(&bench, &token, "cb_1").await;
    let again = bench.post(PATH, &token, &booking("cb_1")).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.json::<Value>().await.unwrap(), made);
    let mut other = booking("cb_1");
    other["reason"] = json!("something else");
    let reply = bench.post(PATH, &token, &other).await;
    assert_eq!(reply.status(), 409);
    assert!(reply.text().await.unwrap().contains("callback_id"));
    let state = bench.control_get("/_org/callbacks").await;
    assert_eq!(state["counts"]["made"], 1, "one booking, one update");
}

#[tokio::test]
async fn an_answer_that_is_lost_can_be_asked_for_again() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    bench.fault("lose-answer", json!(1)).await;
    let call = bench.http.post(bench.url(PATH)).bearer_auth(&token);
    assert!(call.json(&booking("cb_1")).send().await.is_err());
    bench.fault("lose-answer", json!(0)).await;
    let list = bench.get_json(PATH, &token).await;
    let mut found = list["entities"].as_array().unwrap().iter();
    assert!(found.any(|one| one["callback_id"] == "cb_1"));
    assert_eq!(
        bench.post(PATH, &token, &booking("cb_1")).await.status(),
        200
    );
}

#[tokio::test]
async fn every_rule_is_a_400_that_names_its_field() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let slot = |start: &str, end: &str| json!([{"start": start, "end": end}]);
    let broken = [
        ("/callback_id", json!("")),
        ("/callback_id", Value::Null),
        ("/callback_number", json!("14155550199")),
        ("/callback_number", json!("+0415555019")),
        ("/callback_number", json!("+1415555019912345")),
        ("/callback_number", json!("+1 415 5550199")),
        ("/queue_id", json!("queue_none")),
        ("/concurrency_limit", json!(0)),
        ("/concurrency_limit", json!(51)),
        ("/concurrency_limit", json!(-1)),
        ("/concurrency_limit", json!("10")),
        ("/reason", json!("x".repeat(1001))),
        ("/channel_preferences/primary", json!("fax")),
        ("/channel_preferences/fallback", json!("voice")),
        ("/channel_preferences/allow_sms", json!("yes")),
        ("/time_slot_matrix", json!([])),
        (
            "/time_slot_matrix",
            slot("2020-06-15T14:00:00Z", "2020-06-15T14:15:00Z"),
        ),
        (
            "/time_slot_matrix",
            slot("2030-06-15T14:15:00Z", "2030-06-15T14:15:00Z"),
        ),
        (
            "/time_slot_matrix",
            slot("2030-06-15T14:15:00Z", "2030-06-15T14:00:00Z"),
        ),
        (
            "/time_slot_matrix",
            slot("2030-06-15T14:00:00", "2030-06-15T14:15:00"),
        ),
        (
            "/time_slot_matrix",
            slot("tomorrow", "2030-06-15T14:15:00Z"),
        ),
        (
            "/time_slot_matrix",
            json!([
                {"start": "2030-06-15T14:10:00Z", "end": "2030-06-15T14:25:00Z"},
                {"start": "2030-06-15T10:00:00-04:00", "end": "2030-06-15T10:15:00-04:00"},
            ]),
        ),
        ("/time_slot_matrix", json!("now")),
    ];
    for (pointer, value) in broken {
        let mut body = booking("cb_1");
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let reply = bench.post(PATH, &token, &body).await;
        assert_eq!(reply.status(), 400, "{pointer} {value}");
        let told = reply.json::<Value>().await.unwrap()["message"].to_string();
        let field = pointer.rsplit('/').next().unwrap();
        assert!(told.contains(field), "{pointer} {value}: {told}");
    }
    let mut body = booking("cb_1");
    body["channel_preferences"]["allow_sms"] = json!(false);
    let told = bench.post(PATH, &token, &body).await.text().await.unwrap();
    assert!(told.contains("sms needs allow_sms"), "{told}");
    let mut body = booking("cb_1");
    body["channel_preferences"] = json!({"primary": "chat"});
    body.as_object_mut().unwrap().remove("reason");
    assert_eq!(
        bench.post(PATH, &token, &body).await.status(),
        201,
        "what may be absent"
    );
}

#[tokio::test]
async fn reading_and_writing_need_their_scopes() {
    let bench = bench(options()).await;
    let read = bench.token_for("callback:read").await;
    let write = bench.token_for("callback:write").await;
    for (token, reads, writes) in [(&read, 200, 403), (&write, 403, 201)] {
        for path in [PATH, "/api/v2/queues", "/api/v2/queues/queue_12345"] {
            assert_eq!(bench.get(path, token).await.status(), reads, "{path}");
        }
        let made = bench.post(PATH, token, &booking("cb_1")).await;
        assert_eq!(made.status(), writes);
        let hooks = bench.post("/api/v2/webhooks", token, &json!({})).await;
        assert_eq!(hooks.status(), 403);
    }
}

#[tokio::test]
async fn a_booking_comes_to_its_end_in_time_lapse() {
    for (fail, last) in [(0, "completed"), (1, "failed")] {
        let faults = format!("callback-ms=5,callback-fail={fail}");
        let bench = bench(Options {
            faults: faults.parse().unwrap(),
            ..options()
        })
        .await;
        let token = bench.token().await;
        let made = book(&bench, &token, "cb_1").await;
        let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
        while bench.get_json(&one, &token).await["status"] != last {
            tokio::task::yield_now().await;
        }
        let state = bench.control_get("/_org/callbacks").await;
        let updates = state["updates"].as_array().unwrap().iter();
        let stages: Vec<_> = updates.map(|update| &update["status"]).collect();
        assert_eq!(stages, ["scheduled", "dialing", "connected", last]);
    }
}

#[tokio::test]
async fn others_book_and_are_dialled_when_there_is_a_rate() {
    let bench = bench(Options {
        rate: 2000.0,
        faults: "callback-ms=5".parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let start = bench.get_json(PATH, &token).await;
    let entities = start["entities"].as_array().unwrap();
    assert!(entities.len() > 30, "some are there from the start");
    let soon = Timestamp::now() + SignedDuration::from_hours(24 * 5);
    for one in entities.iter().filter(|one| one["status"] == "scheduled") {
        let time: Timestamp = one["callback_time"].as_str().unwrap().parse().unwrap();
        assert!(time < soon);
    }
    loop {
        let state = bench.control_get("/_org/callbacks").await;
        let updates = state["updates"].as_array().unwrap().iter();
        let seen: Vec<_> = updates
            .filter_map(|update| update["status"].as_str())
            .collect();
        if ["scheduled", "completed"]
            .iter()
            .all(|stage| seen.contains(stage))
        {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn routes_carry_what_becomes_of_a_callback() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let destinations = bench.org.destinations().iter();
    let healthy = destinations.clone().find(|(name, _)| *name == "healthy");
    let mut route = crate::routes::route(&healthy.unwrap().1);
    route["eventFilters"] = json!([{"eventType": "callback.scheduled", "fields": ["callbackId"]}]);
    let reply = bench
        .post("/api/v2/outbound/integrations", &token, &route)
        .await;
    assert_eq!(reply.status(), 201);
    let made = book(&bench, &token, "cb_1").await;
    let came = loop {
        let came = bench.control_get("/_org/destinations").await["deliveries"].take();
        if let Some(first) = came.get(0) {
            break first["body"].clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(came["data"], json!({"callbackId": made["id"]}));
}

#[tokio::test]
async fn webhooks_are_told_of_every_change() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let sink = "/_org/webhooks/callbacks";
    let hook = json!({
        "name": "crm", "url": bench.url(sink), "content_type": "application/json", "enabled": true,
    });
    let reply = bench.post("/api/v2/webhooks", &token, &hook).await;
    assert_eq!(reply.status(), 201);
    let id = reply.json::<Value>().await.unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let list = bench.get_json("/api/v2/webhooks", &token).await;
    assert_eq!(list["entities"][0]["id"], id.as_str());
    let made = book(&bench, &token, "cb_1").await;
    let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
    bench.delete(&one, &token).await;
    let told = loop {
        let inbox = bench.control_get("/_org/webhooks").await;
        let came = inbox["webhooks"].as_array().unwrap().clone();
        if came.len() == 2 {
            break came;
        }
        tokio::task::yield_now().await;
    };
    let mut stages: Vec<_> = told
        .iter()
        .map(|one| one["body"]["status"].as_str().unwrap())
        .collect();
    stages.sort_unstable();
    assert_eq!(stages, ["cancelled", "scheduled"]);
    let body = &told[0]["body"];
    assert_eq!(
        (&told[0]["path"], &body["event"]),
        (&json!(sink), &json!("callback.updated"))
    );
    assert_eq!(
        (&body["id"], &body["queue_id"]),
        (&made["id"], &made["queue_id"])
    );
    assert!(body["correlation_id"].is_string() && body["timestamp"].is_string());

    let gone = bench
        .delete(&format!("/api/v2/webhooks/{id}"), &token)
        .await;
    assert_eq!(gone.status(), 204);
    for (field, value) in [
        ("name", json!("")),
        ("url", json!("https://crm.example.com/in")),
        ("url", json!("nonsense")),
        ("content_type", json!("text/xml")),
        ("enabled", json!("yes")),
    ] {
        let mut broken = hook.clone();
        broken[field] = value.clone();
        let reply = bench.post("/api/v2/webhooks", &token, &broken).await;
        assert_eq!(reply.status(), 400, "{field} {value}");
        assert!(
            reply.text().await.unwrap().contains(field),
            "{field} {value}"
        );
    }
}
