//! Notification channels: their calls, their sockets, and what is told over them.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Bench, Stream, bench, close_code, next_json, options};

const CHANNELS: &str = "/api/v2/notifications/channels";

/// A channel's id, and where its socket is.
async fn channel(bench: &Bench, token: &str) -> (String, String) {
    let answer = bench.post(CHANNELS, token, &json!({})).await;
    assert_eq!(answer.status(), 200);
    let channel: Value = answer.json().await.unwrap();
    let uri = channel["connectUri"].as_str().unwrap();
    let base = bench.org.base_url().replace("https:", "wss:");
    let path = uri.strip_prefix(&base).unwrap().to_owned();
    (channel["id"].as_str().unwrap().to_owned(), path)
}

fn subscriptions(id: &str) -> String {
    format!("{CHANNELS}/{id}/subscriptions")
}

async fn follow(bench: &Bench, token: &str, id: &str, topics: &[&str]) {
    let rows: Vec<Value> = topics.iter().map(|topic| json!({"id": topic})).collect();
    let answer = bench.put(&subscriptions(id), token, &json!(rows)).await;
    assert_eq!(answer.status(), 200);
}

async fn open(bench: &Bench, path: &str) -> Stream {
    bench.open_socket(path, None).await.unwrap()
}

async fn say(stream: &mut Stream, message: &Value) {
    let text = Message::Text(message.to_string().into());
    stream.send(text).await.unwrap();
}

#[tokio::test]
async fn a_change_of_a_phone_is_told_to_those_who_follow_it() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let device = bench.first_device().await;
    let topic = format!(
        "v2.telephony.providers.edges.phones.{}",
        device["deviceId"].as_str().unwrap()
    );
    let (id, path) = channel(&bench, &token).await;
    let mut socket = open(&bench, &path).await;
    follow(&bench, &token, &id, &[&topic]).await;
    let turned = bench.turn().await;
    let event = next_json(&mut socket).await;
    assert_eq!(
        (&event["topicName"], &event["version"]),
        (&json!(topic), &json!("2"))
    );
    assert!(event["metadata"]["CorrelationId"].is_string());
    let body = &event["eventBody"];
    assert_eq!(body["id"], device["deviceId"]);
    let line = &body["status"]["lineStatuses"][0];
    // Of a browser it is the edge that is told of.
    let browser = device["deviceId"].as_str().unwrap().starts_with("webrtc-");
    assert_eq!(line["reachable"] == turned["registered"], !browser);
    assert_eq!(line["reachableStateTime"] == turned["since"], !browser);

    // A phone that is not followed is not heard of: the next thing is the answer to a ping.
    follow(&bench, &token, &id, &[]).await;
    bench.turn().await;
    say(&mut socket, &json!({"message": "ping"})).await;
    let pong = next_json(&mut socket).await;
    assert_eq!(pong["topicName"], "channel.metadata");
    assert_eq!(pong["eventBody"]["message"], "pong");
}

#[tokio::test]
async fn subscriptions_are_replaced_added_listed_and_cleared() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, _) = channel(&bench, &token).await;
    let path = subscriptions(&id);
    let listed = async || {
        let list = bench.get_json(&path, &token).await;
        let rows = list["entities"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    follow(&bench, &token, &id, &["v2.users.u-1.station"]).await;
    let more = json!([{"id": "v2.users.u-2.station"}, {"id": "v2.users.u-1.station"}]);
    assert_eq!(bench.post(&path, &token, &more).await.status(), 200);
    assert_eq!(
        listed().await,
        ["v2.users.u-1.station", "v2.users.u-2.station"]
    );
    follow(&bench, &token, &id, &["v2.users.u-3.station"]).await;
    assert_eq!(listed().await, ["v2.users.u-3.station"]);
    assert_eq!(bench.delete(&path, &token).await.status(), 204);
    assert!(listed().await.is_empty());
}

#[tokio::test]
async fn a_topic_that_may_not_be_followed_is_refused_or_rejected_by_itself() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, _) = channel(&bench, &token).await;
    let path = subscriptions(&id);
    let withheld = json!({"withheld": ["telephony:plugin:all"]});
    bench.control_put("/_org/permissions", withheld).await;
    let topics = json!([
        {"id": "v2.users.u-1.station"}, {"id": "v2.nothing"},
        {"id": "v2.telephony.providers.edges.phones.x"},
    ]);
    let refused = bench.put(&path, &token, &topics).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["code"], "notification.invalid.topic");
    let lenient = bench
        .put(&format!("{path}?ignoreErrors=true"), &token, &topics)
        .await;
    assert_eq!(lenient.status(), 200);
    let rows: Value = lenient.json().await.unwrap();
    let states: Vec<_> = rows["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["state"])
        .collect();
    assert_eq!(states, ["Permitted", "Rejected", "Rejected"]);
    assert_eq!(
        rows["entities"][2]["missingPermissions"],
        json!(["telephony:plugin:all"])
    );
    assert!(rows["entities"][1]["rejectionReason"].is_string());
}

#[tokio::test]
async fn a_channel_follows_a_thousand_topics_and_no_more() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, _) = channel(&bench, &token).await;
    let path = subscriptions(&id);
    let topics = |count: usize| {
        let row = |n| json!({"id": format!("v2.telephony.providers.edges.phones.p{n}")});
        json!((0..count).map(row).collect::<Vec<_>>())
    };
    assert_eq!(bench.put(&path, &token, &topics(1_000)).await.status(), 200);
    let large = bench.put(&path, &token, &topics(1_001)).await;
    assert_eq!(large.status(), 413, "no call carries more than a channel");
    let one = json!([{"id": "v2.users.u-1.station"}]);
    let refused = bench.post(&path, &token, &one).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(
        body["code"],
        "notification.subscription.too.many.subscriptions"
    );
    let state = bench.control_get("/_org/state").await;
    assert_eq!(
        state["channels"],
        json!({"open": 1, "topics": 1_000, "sockets": 0})
    );
}

#[tokio::test]
async fn the_twenty_first_channel_takes_the_place_of_one_that_nobody_hears() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (oldest, path) = channel(&bench, &token).await;
    let _socket = open(&bench, &path).await;
    let (second, _) = channel(&bench, &token).await;
    for _ in 2..21 {
        channel(&bench, &token).await;
    }
    let head = async |id: &str| {
        let call = bench.http.head(bench.url(&format!("{CHANNELS}/{id}")));
        call.bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!((head(&oldest).await, head(&second).await), (200, 404));
    let open = bench.get_json(CHANNELS, &token).await;
    assert_eq!(open["entities"].as_array().unwrap().len(), 20);
    // Another token of the same client sees them when it asks for the client's.
    let other = bench.token().await;
    let own = bench.get_json(CHANNELS, &other).await;
    assert!(own["entities"].as_array().unwrap().is_empty());
    let all = bench
        .get_json(&format!("{CHANNELS}?includechannels=oauthclient"), &other)
        .await;
    assert_eq!(all["entities"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn a_second_socket_takes_the_channel() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let mut first = open(&bench, &path).await;
    let mut second = open(&bench, &path).await;
    let told = next_json(&mut first).await;
    assert_eq!(
        told["topicName"],
        format!("v2.system.no_longer_subscribed.{id}")
    );
    assert_eq!(told["eventBody"]["channelId"], id);
    assert_eq!(told["eventBody"]["reason"], "another_channel_subscribed");
    assert_eq!(close_code(&mut first).await, 1000);
    say(&mut second, &json!({"message": "ping"})).await;
    assert_eq!(next_json(&mut second).await["eventBody"]["message"], "pong");
}

#[tokio::test]
async fn a_socket_that_is_to_be_closed_says_so_and_another_may_join_first() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let mut first = open(&bench, &path).await;
    follow(&bench, &token, &id, &["v2.users.u-1.station"]).await;
    bench.fault("ws-closing", json!(0.001)).await;
    assert_eq!(
        next_json(&mut first).await["topicName"],
        "v2.system.socket_closing"
    );
    bench.fault("ws-closing", json!(0)).await;
    let mut second = open(&bench, &path).await;
    bench
        .delete("/api/v2/users/u-1/station/associatedstation", &token)
        .await;
    for socket in [&mut first, &mut second] {
        let event = next_json(socket).await;
        assert_eq!(event["topicName"], "v2.users.u-1.station");
        assert!(event["eventBody"]["associatedStation"].is_null());
    }
    bench.fault("ws-grace", json!(0)).await;
    assert_eq!(close_code(&mut first).await, 1001);
    say(&mut second, &json!({"message": "ping"})).await;
    assert_eq!(next_json(&mut second).await["eventBody"]["message"], "pong");
}

#[tokio::test]
async fn sockets_beat_and_subscribe() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let mut socket = open(&bench, &path).await;
    let topics = json!(["v2.users.u-1.station"]);
    let asked = json!({"message": "subscribe", "topics": topics, "correlationId": "c-1"});
    say(&mut socket, &asked).await;
    let told = next_json(&mut socket).await;
    assert_eq!(
        told,
        json!({"result": "200", "status": "subscribed", "correlationId": "c-1"})
    );
    let list = bench.get_json(&subscriptions(&id), &token).await;
    assert_eq!(list["entities"][0]["id"], topics[0]);
    say(
        &mut socket,
        &json!({"message": "subscribe", "topics": ["x"]}),
    )
    .await;
    assert_eq!(next_json(&mut socket).await["result"], "400");
    bench.fault("ws-heartbeat", json!(0.01)).await;
    let beat = next_json(&mut socket).await;
    assert_eq!(beat["topicName"], "channel.metadata");
    assert_eq!(beat["eventBody"]["message"], "WebSocket Heartbeat");
}

#[tokio::test]
async fn a_revoked_token_ends_its_channels_and_an_old_channel_ends_by_itself() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let mut socket = open(&bench, &path).await;
    bench.delete("/api/v2/tokens/me", &token).await;
    let told = next_json(&mut socket).await;
    assert_eq!(told["topicName"], format!("v2.system.token_revoked.{id}"));
    assert_eq!(told["eventBody"]["reason"], "user_tokens_revoked");
    assert_eq!(close_code(&mut socket).await, 1008);

    let token = bench.token().await;
    bench.fault("channel-ttl", json!(1)).await;
    let (id, path) = channel(&bench, &token).await;
    let mut socket = open(&bench, &path).await;
    assert_eq!(close_code(&mut socket).await, 1000);
    let call = bench.http.head(bench.url(&format!("{CHANNELS}/{id}")));
    assert_eq!(call.bearer_auth(&token).send().await.unwrap().status(), 404);
    assert!(bench.open_socket(&path, None).await.is_err());
}

#[tokio::test]
async fn the_address_of_a_channel_is_kept_nowhere() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let _socket = open(&bench, &path).await;
    let requests = bench.control_get("/_org/requests").await;
    let opened = requests["requests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|call| call["status"] == 101);
    assert_eq!(opened.unwrap()["path"], "/channels/***");
    assert!(!requests.to_string().contains(&format!("/channels/{id}\"")));
}

#[tokio::test]
async fn every_topic_says_what_it_needs() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let path = "/api/v2/notifications/availabletopics";
    let plain = bench.get_json(path, &token).await;
    let topics = plain["entities"].as_array().unwrap();
    let phones = "v2.telephony.providers.edges.phones.{id}";
    assert!(topics.iter().any(|topic| *topic == json!({"id": phones})));
    let more = bench
        .get_json(
            &format!("{path}?expand=transports,requiresPermissions"),
            &token,
        )
        .await;
    let topics = more["entities"].as_array().unwrap();
    let topic = topics.iter().find(|topic| topic["id"] == phones).unwrap();
    assert_eq!(
        topic["requiresPermissions"],
        json!(["telephony:plugin:all"])
    );
    assert_eq!(topic["transports"], json!(["All"]));
}

/// The states of what a channel is asked to follow, and then what it follows.
async fn followed(bench: &Bench, topics: &[&str]) -> (Vec<String>, usize) {
    let token = bench.token().await;
    let (id, _) = channel(bench, &token).await;
    let path = subscriptions(&id);
    let body: Vec<Value> = topics.iter().map(|topic| json!({"id": topic})).collect();
    let lenient = format!("{path}?ignoreErrors=true");
    let answer = bench.put(&lenient, &token, &json!(body)).await;
    assert_eq!(answer.status(), 200);
    let rows: Value = answer.json().await.unwrap();
    let rows = rows["entities"].as_array().unwrap();
    let states = rows
        .iter()
        .map(|row| row["state"].as_str().unwrap().to_owned());
    let listed = bench.get_json(&path, &token).await;
    (
        states.collect(),
        listed["entities"].as_array().unwrap().len(),
    )
}

#[tokio::test]
async fn a_combined_topic_is_one_and_is_heard_under_the_names_of_each() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (id, path) = channel(&bench, &token).await;
    let topics = json!([
        {"id": "v2.users.u-1?presence&routingStatus"}, {"id": "v2.users.u-1.presence"},
    ]);
    let answer = bench.put(&subscriptions(&id), &token, &topics).await;
    assert_eq!(answer.status(), 200);
    let state = bench.control_get("/_org/state").await;
    assert_eq!(state["channels"]["topics"], 2);
    let mut socket = open(&bench, &path).await;
    for presence in ["AVAILABLE", "OFFLINE"] {
        let body = json!({"presence": presence});
        bench.control_put("/_org/users/u-1", body).await;
    }
    let mut heard = 0;
    while heard < 2 {
        let frame = next_json(&mut socket).await;
        heard += usize::from(frame["topicName"] == "v2.users.u-1.presence");
        assert!(!frame["topicName"].as_str().unwrap().contains('?'));
    }
}

#[tokio::test]
async fn a_combined_topic_is_served_refused_or_swallowed() {
    let topics = ["v2.users.u-1?presence&station", "v2.users.u-2.presence"];
    for (how, states, listed) in [
        ("serve", ["Permitted", "Permitted"], 2),
        ("refuse", ["Rejected", "Permitted"], 1),
        ("swallow", ["Permitted", "Permitted"], 1),
    ] {
        let mut options = options();
        options.faults = format!("combined={how}").parse().unwrap();
        let bench = bench(options).await;
        let (told, count) = followed(&bench, &topics).await;
        assert_eq!(
            (told, count),
            (states.map(str::to_owned).to_vec(), listed),
            "{how}"
        );
    }
}
