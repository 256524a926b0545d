//! Transfers that meet silence, limits, closed sockets and floods.

use std::collections::{HashMap, HashSet};

use crate::client::{close_code, next, next_json};
use crate::interactions::begin;
use crate::transfers::{
    EXAMPLE, SOCKET, ask, frame, interaction, log, quick, send, settled, socket,
};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

#[tokio::test]
async fn some_destinations_say_nothing() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    for (to, outcome, moved) in [
        (
            "genesys://user/silent-1",
            "transferred",
            json!("genesys://user/silent-1"),
        ),
        (
            "genesys://user/deaf-1",
            "ignored",
            json!("genesys://user/silent-1"),
        ),
    ] {
        send(&mut socket, &frame(to, EXAMPLE, to, "opus")).await;
        let entry = settled(&bench, to).await;
        assert_eq!(
            (&entry["outcome"], &entry["answered"]),
            (&json!(outcome), &json!(0))
        );
        assert_eq!(interaction(&bench, EXAMPLE).await["transferId"], moved);
    }
    // Nothing was said before the next answer.
    ask(
        &mut socket,
        &frame("f", EXAMPLE, "genesys://user/a", "opus"),
    )
    .await;
}

#[tokio::test]
async fn a_rate_limit_and_a_close_turn_away_twice() {
    let bench = quick("").await;
    let mut limited = socket(&bench).await;
    let to = "genesys://user/rate-limited-1";
    let statuses = ["rate_limited", "rate_limited", "codec_negotiated"];
    for status in statuses {
        let answer = ask(&mut limited, &frame("f-1", EXAMPLE, to, "opus")).await;
        assert_eq!(answer["status"], status);
    }
    let entry = settled(&bench, "f-1").await;
    assert_eq!(
        (&entry["turnedAway"], &entry["received"]),
        (&json!(2), &json!(3))
    );

    for attempt in ["f-2", "f-3"] {
        let mut socket = socket(&bench).await;
        let frame = frame(attempt, EXAMPLE, "genesys://user/close-1", "opus");
        send(&mut socket, &frame).await;
        assert_eq!(close_code(&mut socket).await, 1008);
        assert_eq!(settled(&bench, attempt).await["outcome"], "turned-away");
    }
    let last = frame("f-4", EXAMPLE, "genesys://user/close-1", "opus");
    assert_eq!(ask(&mut limited, &last).await["status"], "codec_negotiated");
}

#[tokio::test]
async fn a_connection_is_cut_after_the_transfer_is_done() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    send(
        &mut socket,
        &frame("f-1", EXAMPLE, "genesys://user/cut-1", "opus"),
    )
    .await;
    match next(&mut socket).await {
        Some(Err(_)) | None => {}
        other => panic!("cut without a word expected, not {other:?}"),
    }
    assert_eq!(interaction(&bench, EXAMPLE).await["transferId"], "f-1");
}

#[tokio::test]
async fn slow_ones_take_longer_and_late_ones_longest() {
    let bench = quick("transfer-ms=20").await;
    let mut socket = socket(&bench).await;
    for (id, to) in [("late", "late-1"), ("slow", "slow-1"), ("usual", "a")] {
        let to = format!("genesys://user/{to}");
        send(&mut socket, &frame(id, EXAMPLE, &to, "opus")).await;
    }
    for id in ["usual", "slow", "late"] {
        assert_eq!(next_json(&mut socket).await["id"], id);
    }
}

#[tokio::test]
async fn each_fault_is_what_it_says() {
    let bench = quick("").await;
    let user = "genesys://user/a";
    for (fault, status) in [
        ("transfer-reject", "rejected"),
        ("transfer-unsupported", "codec_unsupported"),
        ("transfer-limit", "rate_limited"),
    ] {
        let mut socket = socket(&bench).await;
        bench.fault(fault, json!(1)).await;
        let answer = ask(&mut socket, &frame(fault, EXAMPLE, user, "opus")).await;
        assert_eq!(answer["status"], status);
        bench.fault(fault, json!(0)).await;
    }
    for (fault, outcome) in [
        ("transfer-silent", "transferred"),
        ("transfer-deaf", "ignored"),
    ] {
        let mut socket = socket(&bench).await;
        bench.fault(fault, json!(1)).await;
        send(&mut socket, &frame(fault, EXAMPLE, user, "opus")).await;
        let entry = settled(&bench, fault).await;
        assert_eq!(
            (&entry["outcome"], &entry["answered"]),
            (&json!(outcome), &json!(0))
        );
        bench.fault(fault, json!(0)).await;
    }
    let mut closed = socket(&bench).await;
    bench.fault("transfer-close", json!(1)).await;
    send(&mut closed, &frame("f-close", EXAMPLE, user, "opus")).await;
    assert_eq!(close_code(&mut closed).await, 1008);
    bench.fault("transfer-close", json!(0)).await;
    bench.fault("transfer-cut", json!(1)).await;
    let mut cut = socket(&bench).await;
    send(&mut cut, &frame("f-cut", EXAMPLE, user, "opus")).await;
    assert!(matches!(next(&mut cut).await, Some(Err(_)) | None));
    assert_eq!(settled(&bench, "f-cut").await["outcome"], "transferred");
}

#[tokio::test]
async fn five_hundred_at_once_are_answered_out_of_order_and_as_the_log_says() {
    let bench = quick("transfer-shuffle=1,transfer-reject=0.1,transfer-unsupported=0.1").await;
    let mut socket = socket(&bench).await;
    let ids = begin(&bench, 500).await;
    for id in &ids {
        let frame = frame(&format!("f-{id}"), id, "genesys://user/a", "opus");
        socket.feed(Message::text(frame.to_string())).await.unwrap();
    }
    socket.flush().await.unwrap();
    let mut answers = Vec::new();
    while answers.len() < ids.len() {
        let answer = next_json(&mut socket).await;
        let id = answer["id"].as_str().unwrap().to_owned();
        answers.push((id, answer["status"].as_str().unwrap().to_owned()));
    }
    let order: Vec<_> = answers
        .iter()
        .map(|(id, _)| id.trim_start_matches("f-"))
        .collect();
    assert_ne!(order, ids);
    let told: HashMap<_, _> = answers.into_iter().collect();
    assert_eq!(told.len(), ids.len());
    let log = log(&bench).await;
    for entry in &log {
        let status = told[entry["id"].as_str().unwrap()].as_str();
        let outcome = match status {
            "codec_negotiated" => "transferred",
            "codec_unsupported" => "unsupported",
            status => status,
        };
        assert_eq!(entry["outcome"], outcome);
    }
    let outcomes: HashSet<_> = log.iter().map(|entry| entry["outcome"].as_str()).collect();
    assert_eq!(outcomes.len(), 3);
}

#[tokio::test]
async fn the_socket_needs_its_scopes_and_answers_pings() {
    let bench = quick("").await;
    let token = bench.token().await;
    for (scope, missing) in [
        ("interaction:transfer interaction:view", "websocket:use"),
        ("websocket:use interaction:view", "interaction:transfer"),
    ] {
        let narrow = bench.token_for(scope).await;
        match bench.try_socket(SOCKET, Some(&narrow), None).await {
            Err(WsError::Http(reply)) => {
                assert_eq!(reply.status(), 403);
                let body = String::from_utf8_lossy(reply.body().as_ref().unwrap()).into_owned();
                assert!(body.contains(missing), "{body}");
            }
            other => panic!("403 expected, not {other:?}"),
        }
    }
    match bench.try_socket(SOCKET, None, None).await {
        Err(WsError::Http(reply)) => assert_eq!(reply.status(), 401),
        other => panic!("401 expected, not {other:?}"),
    }
    assert_eq!(bench.get(SOCKET, &token).await.status(), 400);
    let mut socket = socket(&bench).await;
    socket.send(Message::Ping("well?".into())).await.unwrap();
    assert_eq!(
        next(&mut socket).await.unwrap().unwrap(),
        Message::Pong("well?".into())
    );
    assert_eq!(bench.control_get("/_org/state").await["sockets"], 1);
}

#[tokio::test]
async fn sockets_are_closed_by_hand_with_their_token_and_by_faults() {
    let bench = quick("").await;
    let token = bench.token().await;
    let open = || bench.try_socket(SOCKET, Some(&token), None);
    let mut one = open().await.unwrap().0;
    let closed = bench
        .control_post("/_org/streams/close", json!({"code": 1012}))
        .await;
    assert_eq!(closed["closed"], 1);
    assert_eq!(close_code(&mut one).await, 1012);
    let mut two = open().await.unwrap().0;
    let revoked = bench
        .control_post("/_org/tokens/revoke", json!({"token": token}))
        .await;
    assert_eq!(revoked["closed"], 1);
    assert_eq!(close_code(&mut two).await, 1008);
    bench.fault("ws-close", json!(1008)).await;
    let mut three = socket(&bench).await;
    assert_eq!(close_code(&mut three).await, 1008);
}

#[tokio::test]
async fn media_servers_are_told_at_a_sink_of_their_own() {
    let bench = quick("").await;
    let told = json!({"interaction_id": EXAMPLE, "status": "transferred", "latency_ms": 42});
    let url = bench.org.media_callback();
    for status in [200, 503] {
        if status != 200 {
            bench.fault("media-status", json!(status)).await;
        }
        let reply = bench.http.post(&url).json(&told).send().await.unwrap();
        assert_eq!(reply.status(), status);
    }
    let list = bench.control_get("/_org/media-callbacks").await;
    let list = list["callbacks"].as_array().unwrap();
    let brief: Vec<_> = list
        .iter()
        .map(|one| (&one["body"], &one["status"]))
        .collect();
    assert_eq!(brief, [(&told, &json!(200)), (&told, &json!(503))]);
    let webhooks = bench.control_get("/_org/webhooks").await;
    assert_eq!(webhooks["webhooks"], json!([]));
    let ready: Value = serde_json::from_str(&bench.org.ready_line()).unwrap();
    assert_eq!(ready["media_callback"], json!(url));
}
