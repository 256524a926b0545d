//! Queues as their clients see them: hours in their zones, across clock changes, and room.

use serde_json::{Value, json};

use crate::callbacks::{PATH, book, booking, options};
use crate::client::bench;

#[tokio::test]
async fn slots_lie_within_the_hours_of_the_queue_in_its_zone() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let slots = [
        (
            "queue_12345",
            "2030-06-15T14:00:00-04:00",
            "2030-06-15T14:15:00-04:00",
            201,
        ),
        (
            "queue_12345",
            "2030-06-14T12:00:00Z",
            "2030-06-14T12:15:00Z",
            201,
        ),
        (
            "queue_12345",
            "2030-06-14T11:59:00Z",
            "2030-06-14T12:15:00Z",
            400,
        ),
        (
            "queue_12345",
            "2030-06-16T14:00:00-04:00",
            "2030-06-16T14:15:00-04:00",
            400,
        ),
        (
            "queue_sales_emea",
            "2027-01-01T10:00:00+01:00",
            "2027-01-01T10:15:00+01:00",
            400,
        ),
        (
            "queue_sales_emea",
            "2030-06-14T12:15:00+02:00",
            "2030-06-14T13:45:00+02:00",
            400,
        ),
        (
            "queue_sales_emea",
            "2030-06-14T13:30:00+02:00",
            "2030-06-14T13:45:00+02:00",
            201,
        ),
        // The night that has an hour twice, and the one that lacks one: Lord Howe's are half an hour.
        (
            "queue_night_us",
            "2030-11-03T01:45:00-04:00",
            "2030-11-03T01:15:00-05:00",
            201,
        ),
        (
            "queue_night_eu",
            "2031-03-30T01:45:00+01:00",
            "2031-03-30T03:15:00+02:00",
            201,
        ),
        (
            "queue_island",
            "2030-10-06T01:45:00+10:30",
            "2030-10-06T02:45:00+11:00",
            201,
        ),
        (
            "queue_island",
            "2031-04-06T01:50:00+11:00",
            "2031-04-06T01:35:00+10:30",
            201,
        ),
    ];
    for (number, (queue, start, end, status)) in slots.into_iter().enumerate() {
        let mut body = booking(&format!("cb_{number}"));
        body["queue_id"] = json!(queue);
        body["time_slot_matrix"] = json!([{"start": start, "end": end}]);
        let reply = bench.post(PATH, &token, &body).await;
        assert_eq!(reply.status(), status, "{queue} {start}");
        if status == 400 {
            let told = reply.text().await.unwrap();
            assert!(
                told.contains("time_slot_matrix[0]") && told.contains(queue),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn queues_tell_their_hours_and_their_room() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let list = bench.get_json("/api/v2/queues", &token).await;
    let queues = list["entities"].as_array().unwrap();
    let zones: Vec<_> = queues
        .iter()
        .map(|queue| queue["timeZone"].as_str().unwrap())
        .collect();
    for zone in [
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
    ] {
        assert!(zones.contains(&zone), "{zone}");
    }
    for queue in queues {
        let path = format!("/api/v2/queues/{}", queue["id"].as_str().unwrap());
        assert_eq!(bench.get_json(&path, &token).await, *queue);
    }
    let support = bench.get_json("/api/v2/queues/queue_12345", &token).await;
    let monday = json!({"day": "monday", "open": "08:00", "close": "18:00"});
    assert_eq!(support["operatingHours"][0], monday);
    let sales = bench
        .get_json("/api/v2/queues/queue_sales_emea", &token)
        .await;
    assert_eq!(sales["holidays"][0], "2026-12-25");
    assert_eq!(bench.get("/api/v2/queues/none", &token).await.status(), 404);
}

#[tokio::test]
async fn a_full_queue_takes_nobody_until_there_is_room() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let room = |queue: Value| {
        let number = |field: &str| queue[field].as_u64().unwrap();
        (
            number("scheduledCallbacks"),
            number("maxConcurrentCallbacks"),
        )
    };
    let path = "/api/v2/queues/queue_night_us";
    let (before, most) = room(bench.get_json(path, &token).await);
    let made = book(&bench, &token, "cb_1").await;
    assert_eq!(room(bench.get_json(path, &token).await), (before + 1, most));
    let full = bench
        .control_put(
            "/_org/queues/queue_night_us",
            json!({"scheduledCallbacks": most}),
        )
        .await;
    assert_eq!(room(full.json().await.unwrap()), (most, most));
    let reply = bench.post(PATH, &token, &booking("cb_2")).await;
    assert_eq!(reply.status(), 409);
    let told = reply.json::<Value>().await.unwrap();
    assert_eq!(told["code"], "queue.full");
    assert!(
        told["message"].as_str().unwrap().contains("30 of 30"),
        "{told}"
    );
    let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.delete(&one, &token).await.status(), 204);
    book(&bench, &token, "cb_2").await;
    let wider = json!({"maxConcurrentCallbacks": most + 1});
    bench
        .control_put("/_org/queues/queue_night_us", wider)
        .await;
    book(&bench, &token, "cb_3").await;
    let (now, _) = room(
        bench
            .get_json("/api/v2/queues/queue_billing_apac", &token)
            .await,
    );
    assert_eq!(now, 10, "one is full from the start");
    let nobody = bench.control_put("/_org/queues/none", json!({})).await;
    assert_eq!(nobody.status(), 404);
}
