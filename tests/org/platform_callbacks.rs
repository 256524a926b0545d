//! Callbacks of the Platform API: the book of the direct one, by rules of its own.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Bench;
use crate::platform_conversations::{ask, post, quick, read};

const ALL: &str = "conversations/callbacks";

fn hence(hours: i64) -> String {
    format!(
        "{:.3}",
        Timestamp::now() + SignedDuration::from_hours(hours)
    )
}

fn body() -> Value {
    json!({
        "queueId": "queue_night_eu", "callbackNumbers": ["+4930231250", "+4930231251"],
        "callbackUserName": "Ana Petrova", "callbackScheduledTime": hence(30), "data": {"reason": "Invoice"},
    })
}

async fn booked(bench: &Bench, token: &str) -> String {
    let (status, answer) = post(bench, ALL, token, body()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["callbackIdentifiers"][0]["type"], "ACD");
    answer["conversation"]["id"].as_str().unwrap().to_owned()
}

async fn direct(bench: &Bench, id: &str, token: &str) -> Value {
    bench
        .get_json(&format!("/api/v2/callbacks/{id}"), token)
        .await
}

#[tokio::test]
async fn a_callback_booked_here_stands_in_the_same_book() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let id = booked(&bench, &token).await;
    let there = direct(&bench, &id, &token).await;
    assert_eq!(
        (
            &there["callback_number"],
            &there["queue_id"],
            &there["status"],
            &there["reason"]
        ),
        (
            &json!("+4930231250"),
            &json!("queue_night_eu"),
            &json!("scheduled"),
            &json!("Invoice")
        )
    );
    let whole = read(&bench, &format!("conversations/{id}"), &token).await;
    let session = &whole["participants"][0]["callbacks"][0];
    assert_eq!(session["state"], "scheduled");
    assert_eq!(
        session["callbackNumbers"],
        json!(["+4930231250", "+4930231251"])
    );
    assert_eq!(session["callbackUserName"], "Ana Petrova");
    let flat = read(&bench, &format!("{ALL}/{id}"), &token).await;
    assert_eq!(flat["participants"][0]["queue"]["id"], "queue_night_eu");
    assert_eq!(
        flat["participants"][0]["state"], "none",
        "reads have no word for scheduled"
    );
}

#[tokio::test]
async fn the_rules_have_codes() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    for (field, value, code) in [
        (
            "callbackNumbers",
            json!([]),
            "callback.error.missing.callback.numbers",
        ),
        ("queueId", Value::Null, "callback.error.missing.queue.id"),
        (
            "queueId",
            json!("none"),
            "conversations.error.queue.not.found",
        ),
        (
            "callbackScheduledTime",
            json!(hence(24 * 31)),
            "callback.error.scheduled.time.too.far.in.future",
        ),
        ("callbackScheduledTime", json!(hence(-2)), "invalid.date"),
        ("callbackScheduledTime", json!("soon"), "invalid.date"),
    ] {
        let mut asked = body();
        asked[field] = value;
        let (status, error) = post(&bench, ALL, &token, asked).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some(code)),
            "{field}"
        );
    }
    let mut odd = body();
    odd["callbackNumbers"] = json!(["twelve"]);
    assert_eq!(post(&bench, ALL, &token, odd.clone()).await.0, 200);
    odd["validateCallbackNumbers"] = json!(true);
    assert_eq!(
        post(&bench, ALL, &token, odd).await.1["code"],
        "invalid.value"
    );
    let mut routed = body();
    routed.as_object_mut().unwrap().remove("queueId");
    routed["routingData"] = json!({"queueId": "queue_12345"});
    assert_eq!(post(&bench, ALL, &token, routed).await.0, 200);
}

#[tokio::test]
async fn it_is_rescheduled_and_let_go() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let id = booked(&bench, &token).await;
    let at = hence(50);
    let patch = json!({"conversationId": id, "agentId": "u-2", "callbackScheduledTime": at, "queueId": "queue_night_us"});
    let (status, answer) = ask(&bench, Method::PATCH, ALL, &token, Some(&patch)).await;
    assert_eq!((status, &answer["conversation"]["id"]), (200, &json!(id)));
    let there = direct(&bench, &id, &token).await;
    let time: Timestamp = there["callback_time"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        time.as_second(),
        at.parse::<Timestamp>().unwrap().as_second()
    );
    assert_eq!(there["queue_id"], "queue_night_us");

    let place = format!("{ALL}/{id}");
    let gone = json!({"state": "disconnected"});
    let (status, ended) = ask(&bench, Method::PATCH, &place, &token, Some(&gone)).await;
    assert_eq!((status, ended["endTime"].is_string()), (200, true));
    assert_eq!(direct(&bench, &id, &token).await["status"], "cancelled");
    let (status, error) = ask(&bench, Method::PATCH, ALL, &token, Some(&patch)).await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("bad.request")),
        "it is over"
    );
    let unknown = json!({"conversationId": "none", "agentId": "u-2"});
    assert_eq!(
        ask(&bench, Method::PATCH, ALL, &token, Some(&unknown))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn one_that_is_dialled_has_an_agent_and_can_be_handed_on() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let id = booked(&bench, &token).await;
    let stage = async |status: &str| {
        let path = format!("/_org/callbacks/{id}");
        let set = bench.control_put(&path, json!({"status": status})).await;
        assert_eq!(set.status(), 200);
        read(&bench, &format!("{ALL}/{id}"), &token).await["participants"].clone()
    };
    let dialling = stage("dialing").await;
    assert_eq!(
        (&dialling[0]["disconnectType"], &dialling[1]["state"]),
        (&json!("transfer"), &json!("dialing"))
    );
    let agent = dialling[1]["id"].as_str().unwrap().to_owned();
    let replace = format!("{ALL}/{id}/participants/{agent}/replace");
    let (status, error) = post(&bench, &replace, &token, json!({"userId": "u-3"})).await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("conversations.error.transfer.not.connected"))
    );
    assert_eq!(stage("connected").await[1]["state"], "connected");
    assert_eq!(
        post(&bench, &replace, &token, json!({"userId": "u-3"}))
            .await
            .0,
        202
    );
    let over = stage("completed").await;
    assert_eq!(
        (&over[1]["user"]["id"], &over[1]["disconnectType"]),
        (&json!("u-3"), &json!("endpoint"))
    );
    let participant = format!("{ALL}/{id}/participants/{agent}");
    let gone = json!({"state": "disconnected"});
    let (status, error) = ask(&bench, Method::PATCH, &participant, &token, Some(&gone)).await;
    assert_eq!(
        (status, &error["code"]),
        (
            400,
            &json!("conversation.error.participant.no.active.conversations")
        )
    );
}

#[tokio::test]
async fn many_at_once() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let (one, two) = (booked(&bench, &token).await, booked(&bench, &token).await);
    let patches = json!({"patchCallbackRequests": [
        {"conversationId": one, "agentId": "u-1", "callbackScheduledTime": hence(60)},
        {"conversationId": "none", "agentId": "u-1"},
    ]});
    let (status, answer) = post(&bench, &format!("{ALL}/bulk/update"), &token, patches).await;
    assert_eq!(
        (status, &answer["errorCount"], &answer["errorIndexes"]),
        (200, &json!(1), &json!([1]))
    );
    assert_eq!(
        answer["results"][0]["entity"]["conversation"]["id"],
        json!(one)
    );
    let all = json!({"callbackDisconnectIdentifiers": [
        {"conversationId": one, "callbackId": "x"}, {"conversationId": two, "callbackId": "y"}, {"conversationId": "none", "callbackId": "z"},
    ]});
    assert_eq!(
        post(&bench, &format!("{ALL}/bulk/disconnect"), &token, all)
            .await
            .0,
        202
    );
    for id in [one, two] {
        assert_eq!(direct(&bench, &id, &token).await["status"], "cancelled");
    }
}
