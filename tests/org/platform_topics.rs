//! What channels hear of conversations, callbacks and operational events (Platform API).

use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Bench, Stream, next};
use crate::interactions::ALL;
use crate::platform_conversations::{EXAMPLE, ask, call, live, post, quick, read};

/// A channel that follows these topics, and its socket.
async fn channel(bench: &Bench, token: &str, topics: &[&str]) -> Stream {
    let (status, made) = post(bench, "notifications/channels", token, json!({})).await;
    assert_eq!(status, 200, "{made}");
    let path = format!(
        "notifications/channels/{}/subscriptions",
        made["id"].as_str().unwrap()
    );
    let body: Vec<Value> = topics.iter().map(|topic| json!({"id": topic})).collect();
    let (status, rows) = ask(bench, Method::PUT, &path, token, Some(&json!(body))).await;
    assert_eq!(status, 200, "{rows}");
    let uri = made["connectUri"].as_str().unwrap();
    let path = uri.split_once("://").unwrap().1.split_once('/').unwrap().1;
    bench.open_socket(&format!("/{path}"), None).await.unwrap()
}

/// The next event of a topic.
async fn event(socket: &mut Stream, topic: &str) -> Value {
    loop {
        match next(socket).await {
            Some(Ok(Message::Text(text))) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["topicName"] == topic {
                    return frame["eventBody"].clone();
                }
            }
            Some(Ok(_)) => {}
            other => panic!("no event of {topic} but {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_transfer_is_heard_by_the_queue_and_by_both_people() {
    let bench = quick("").await;
    let token = bench.token().await;
    let before = call(&bench, EXAMPLE, &token).await;
    let agent = live(&before, "agent")[0];
    let old = format!(
        "v2.users.{}.conversations.calls",
        agent["user"]["id"].as_str().unwrap()
    );
    let direct = bench.get_json(&format!("{ALL}/{EXAMPLE}"), &token).await;
    let queue = format!(
        "v2.routing.queues.{}.conversations.calls",
        direct["queueId"].as_str().unwrap()
    );
    let new = "v2.users.u-7.conversations.calls";
    let topics = [old.as_str(), &queue, new];
    let mut socket = channel(&bench, &token, &topics).await;
    let path = format!(
        "conversations/{EXAMPLE}/participants/{}/replace",
        agent["id"].as_str().unwrap()
    );
    assert_eq!(
        post(&bench, &path, &token, json!({"userId": "u-7"}))
            .await
            .0,
        202
    );
    let ringing = event(&mut socket, new).await;
    assert_eq!(ringing["id"], EXAMPLE);
    let rings = live(&ringing, "agent");
    assert_eq!((rings.len(), &rings[1]["state"]), (2, &json!("alerting")));
    let over = event(&mut socket, new).await;
    assert_eq!(live(&over, "agent")[0]["user"]["id"], "u-7");
    assert_eq!(live(&over, "agent")[0]["state"], "connected");
    let mut told = over;
    let mut whole = call(&bench, EXAMPLE, &token).await;
    for side in [&mut told, &mut whole] {
        for one in side["participants"].as_array_mut().unwrap() {
            for reference in ["user", "queue"] {
                if let Some(reference) = one.get_mut(reference).and_then(Value::as_object_mut) {
                    reference.remove("selfUri");
                }
            }
        }
        side.as_object_mut().unwrap().remove("selfUri");
    }
    assert_eq!(told, whole, "topics and reads tell the same");
}

#[tokio::test]
async fn conversations_of_any_media_are_heard_whole() {
    let bench = quick("").await;
    let token = bench.token().await;
    let begun = bench
        .control_post("/_org/interactions", json!({"count": 1, "userId": "u-3"}))
        .await;
    let id = begun["ids"][0].as_str().unwrap();
    let path = format!("/_org/interactions/{id}");
    bench.control_put(&path, json!({"mediaType": "chat"})).await;
    let topic = "v2.users.u-3.conversations";
    let mut socket = channel(&bench, &token, &[topic]).await;
    bench
        .control_put(&path, json!({"state": "completed"}))
        .await;
    let told = event(&mut socket, topic).await;
    assert_eq!(told["id"], id);
    let customer = &told["participants"][0];
    assert_eq!(customer["chats"][0]["disconnectType"], "endpoint");
    assert!(customer["endTime"].is_string());
}

#[tokio::test]
async fn callbacks_are_heard_by_their_queue() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let topic = "v2.routing.queues.queue_night_eu.conversations.callbacks";
    let mut socket = channel(&bench, &token, &[topic]).await;
    let at = format!(
        "{:.3}",
        jiff::Timestamp::now() + jiff::SignedDuration::from_hours(5)
    );
    let body = json!({"queueId": "queue_night_eu", "callbackNumbers": ["+4930231250"], "callbackScheduledTime": at});
    let (_, made) = post(&bench, "conversations/callbacks", &token, body).await;
    let told = event(&mut socket, topic).await;
    assert_eq!(told["id"], made["conversation"]["id"]);
    let part = &told["participants"][0];
    assert_eq!(
        (&part["state"], &part["queue"]["id"]),
        (&json!("scheduled"), &json!("queue_night_eu"))
    );
    let time: jiff::Timestamp = part["callbackScheduledTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        time.as_second(),
        at.parse::<jiff::Timestamp>().unwrap().as_second()
    );
    let id = told["id"].as_str().unwrap();
    assert_eq!(
        bench
            .delete(&format!("/api/v2/callbacks/{id}"), &token)
            .await
            .status(),
        204
    );
    let gone = event(&mut socket, topic).await;
    assert_eq!(
        gone["participants"][0]["disconnectType"], "client",
        "by the direct API"
    );
}

#[tokio::test]
async fn operational_events_are_heard_by_their_definition() {
    let bench = quick("").await;
    let token = bench.token().await;
    let definitions = read(&bench, "usage/events/definitions", &token).await;
    let all = definitions["entities"].as_array().unwrap().iter();
    let topics: Vec<String> = all
        .map(|one| format!("v2.operations.events.{}", one["id"].as_str().unwrap()))
        .collect();
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let mut socket = channel(&bench, &token, &topics).await;
    let off = json!({"intendedState": "DISABLED"});
    let (status, _) = ask(
        &bench,
        Method::PATCH,
        "integrations/ebs-queue-events",
        &token,
        Some(&off),
    )
    .await;
    assert_eq!(status, 200);
    let told = event(
        &mut socket,
        "v2.operations.events.opev-integration-switched",
    )
    .await;
    assert_eq!(
        (
            &told["entityId"],
            &told["previousValue"],
            &told["currentValue"]
        ),
        (
            &json!("ebs-queue-events"),
            &json!("ENABLED"),
            &json!("DISABLED")
        )
    );
    assert!(told["timestamp"].is_i64());
}

#[tokio::test]
async fn whose_browser_goes_and_who_has_something_to_do_is_told() {
    let bench = quick("").await;
    let token = bench.token().await;
    let state = bench.control_get("/_org/state").await;
    let all = state["registrations"].as_array().unwrap();
    let browser = |device: &&Value| {
        let id = device["deviceId"].as_str().unwrap();
        id.starts_with("webrtc-") && device["registered"] == true
    };
    let device = all.iter().find(browser).unwrap();
    let (user, id) = (
        device["userId"].as_str().unwrap(),
        device["deviceId"].as_str().unwrap(),
    );
    // Whoever has something to do already hears of nothing more.
    while let Some(busy) = read(&bench, "interactions", &token).await["entities"]
        .as_array()
        .and_then(|all| all.first().cloned())
    {
        let path = format!("conversations/{}/disconnect", busy["id"].as_str().unwrap());
        assert_eq!(post(&bench, &path, &token, json!({})).await.0, 200);
    }
    let (connection, routing) = (
        format!("v2.users.{user}.persistentconnection"),
        format!("v2.users.{user}.routingStatus"),
    );
    let presence = format!("v2.users.{user}.presence");
    let mut socket = channel(&bench, &token, &[&connection, &routing, &presence]).await;
    // Their browser fails, calls find nobody, and it is back.
    for (on, word) in [(false, "FAILED"), (true, "PERSISTED")] {
        let path = format!("/_org/users/{user}/registrations/{id}");
        let turned = bench.control_put(&path, json!({"registered": on})).await;
        assert_eq!(turned.status(), 200);
        let told = event(&mut socket, &connection).await;
        assert_eq!(told["persistentState"], word);
        assert_eq!(told["errorInfo"]["text"].is_string(), !on);
        let told = event(&mut socket, &routing).await;
        let found = if on { "IDLE" } else { "NOT_RESPONDING" };
        assert_eq!(told["routingStatus"]["status"], found);
    }
    let asked = json!({"count": 1, "userId": user});
    let begin = async || {
        bench
            .control_post("/_org/interactions", asked.clone())
            .await["ids"][0]
            .clone()
    };
    let end = async |call: &Value| {
        let path = format!("conversations/{}/disconnect", call.as_str().unwrap());
        assert_eq!(post(&bench, &path, &token, json!({})).await.0, 200);
    };
    let one = begin().await;
    let other = begin().await;
    end(&one).await;
    end(&other).await;
    for word in ["INTERACTING", "IDLE"] {
        let told = event(&mut socket, &routing).await;
        assert_eq!(
            told["routingStatus"]["status"], word,
            "once, whatever else there is"
        );
    }
}

#[tokio::test]
async fn folded_topics_are_refused_and_not_swallowed() {
    let bench = quick("").await;
    let token = bench.token().await;
    let (_, made) = post(&bench, "notifications/channels", &token, json!({})).await;
    let path = format!(
        "notifications/channels/{}/subscriptions",
        made["id"].as_str().unwrap()
    );
    let folded = json!([{"id": "v2.telephony.providers.edges.phones?a&b"}]);
    let (status, error) = post(&bench, &path, &token, folded.clone()).await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("notification.invalid.topic"))
    );
    let lenient = format!("{path}?ignoreErrors=true");
    let (status, rows) = post(&bench, &lenient, &token, folded).await;
    assert_eq!(
        (status, &rows["entities"][0]["state"]),
        (200, &json!("Rejected"))
    );
}
