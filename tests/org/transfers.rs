//! The socket that moves interactions (contract §8).

use std::collections::{HashMap, HashSet};

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use trunkline::org::Options;

use crate::client::{Bench, Stream, bench, close_code, next, next_json, options};
use crate::interactions::{ALL, begin};

const SOCKET: &str = "/api/v2/websocket";
const EXAMPLE: &str = "interaction-12345-abcde";

/// An organisation whose transfers are done at once.
async fn quick(faults: &str) -> Bench {
    bench(Options {
        faults: format!("transfer-ms=1,{faults}").parse().unwrap(),
        rate_limit: 0,
        ..options()
    })
    .await
}

async fn socket(bench: &Bench) -> Stream {
    let token = bench.token().await;
    bench
        .try_socket(SOCKET, Some(&token), None)
        .await
        .unwrap()
        .0
}

fn frame(id: &str, interaction: &str, to: &str, codec: &str) -> Value {
    json!({
        "type": "interaction.transfer", "id": id, "interaction_id": interaction, "destination_uri": to,
        "media_matrix": {"audio": {"codec": codec, "bandwidth_kbps": 64, "bit_depth": 16}},
        "timestamp": "2026-06-15T14:00:00Z", "triggers": {"codec_negotiation": true, "format_verification": true},
    })
}

async fn send(socket: &mut Stream, frame: &Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// Sends a frame and takes the next one for its answer.
async fn ask(socket: &mut Stream, frame: &Value) -> Value {
    send(socket, frame).await;
    let answer = next_json(socket).await;
    assert_eq!(answer["id"], frame["id"]);
    answer
}

async fn log(bench: &Bench) -> Vec<Value> {
    let log = bench.control_get("/_org/transfers").await;
    assert_eq!(log["dropped"], 0);
    log["transfers"].as_array().unwrap().clone()
}

/// The organisation's own record of one transfer, once it is settled.
async fn settled(bench: &Bench, id: &str) -> Value {
    loop {
        let log = log(bench).await;
        let entry = log.iter().find(|entry| entry["id"] == id);
        if let Some(entry) = entry.filter(|entry| entry["outcome"] != "pending") {
            return entry.clone();
        }
        tokio::task::yield_now().await;
    }
}

async fn interaction(bench: &Bench, id: &str) -> Value {
    let token = bench.token().await;
    bench.get_json(&format!("{ALL}/{id}"), &token).await
}

#[tokio::test]
async fn a_transfer_moves_the_interaction_and_settles_the_codec() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    for (number, (to, purpose, state)) in [
        ("genesys://user/agent-id-98765", "agent", "active"),
        ("genesys://queue/queue_7", "queue", "queued"),
        ("genesys://flow/flow-3", "flow", "active"),
        ("sip:ana@example.com", "external", "active"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("f-{number}");
        let answer = ask(&mut socket, &frame(&id, EXAMPLE, to, "OPUS")).await;
        assert_eq!(
            (&answer["status"], &answer["codec"]),
            (&json!("codec_negotiated"), &json!("opus"))
        );
        let moved = interaction(&bench, EXAMPLE).await;
        assert_eq!(
            (&moved["transferId"], &moved["state"]),
            (&json!(id), &json!(state))
        );
        let people = moved["participants"].as_array().unwrap();
        assert_eq!(people.len(), 2);
        assert_eq!(people[0]["purpose"], "customer");
        assert_eq!(
            (&people[1]["purpose"], &people[1]["address"]),
            (&json!(purpose), &json!(to))
        );
    }
    assert_eq!(interaction(&bench, EXAMPLE).await["queueId"], "queue_7");
    let entry = settled(&bench, "f-0").await;
    assert_eq!(
        (
            &entry["outcome"],
            &entry["settled"],
            &entry["received"],
            &entry["answered"]
        ),
        (&json!("transferred"), &json!("opus"), &json!(1), &json!(1))
    );
    assert_eq!(entry["interactionId"], EXAMPLE);
    assert!(entry["ms"].as_f64().unwrap() >= 1.0);
}

#[tokio::test]
async fn without_negotiation_a_transfer_is_initiated() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    let mut frame = frame("f", EXAMPLE, "genesys://user/a", "g722");
    frame["triggers"]["codec_negotiation"] = json!(false);
    let answer = ask(&mut socket, &frame).await;
    assert_eq!(
        (&answer["status"], &answer["codec"]),
        (&json!("transfer_initiated"), &json!("g722"))
    );
}

#[tokio::test]
async fn a_codec_that_is_not_there_is_told_with_those_that_are() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    for (to, codec, supported) in [
        ("genesys://user/opus-only-1", "g722", json!(["opus"])),
        ("genesys://user/g722-1", "opus", json!(["g722"])),
        ("genesys://user/unsupported-1", "opus", json!(["amr-wb"])),
        ("tel:+14155550100", "opus", json!(["pcmu", "pcma"])),
        (
            "genesys://user/a",
            "speex",
            json!(["opus", "g722", "pcmu", "pcma"]),
        ),
    ] {
        let id = format!("{to} {codec}");
        let answer = ask(&mut socket, &frame(&id, EXAMPLE, to, codec)).await;
        assert_eq!(
            (&answer["status"], &answer["supported"]),
            (&json!("codec_unsupported"), &supported)
        );
        assert_eq!(settled(&bench, &id).await["outcome"], "unsupported");
    }
    assert!(interaction(&bench, EXAMPLE).await["transferId"].is_null());
    // The same id may be tried again, for nothing came of it.
    let again = frame("tel:+14155550100 opus", EXAMPLE, "tel:+14155550100", "pcmu");
    assert_eq!(ask(&mut socket, &again).await["status"], "codec_negotiated");
}

#[tokio::test]
async fn what_cannot_be_done_is_rejected_with_its_reason() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    let all = bench.control_get("/_org/interactions").await;
    let over = all["interactions"].as_array().unwrap().iter();
    let over = over
        .clone()
        .find(|one| one["state"] == "completed")
        .unwrap();
    let over = over["id"].as_str().unwrap();
    let mut filmed = frame("f-video", EXAMPLE, "tel:+14155550100", "pcmu");
    filmed["media_matrix"]["video"] = json!({"codec": "h264", "resolution": "1280x720", "fps": 30});
    let mut odd = frame("f-odd", EXAMPLE, "genesys://user/a", "opus");
    odd["media_matrix"]["audio"]["bandwidth_kbps"] = json!("64");
    let user = "genesys://user/a";
    for (frame, status, told) in [
        (
            frame("f-1", "nobody", user, "opus"),
            "interaction_not_found",
            "nobody",
        ),
        (
            frame("f-2", over, user, "opus"),
            "interaction_ended",
            "completed",
        ),
        (
            frame("f-3", EXAMPLE, "mailto:x@y", "opus"),
            "invalid_destination",
            "mailto:x@y",
        ),
        (
            frame("f-4", EXAMPLE, "genesys://user/reject-1", "opus"),
            "rejected",
            "reject-1",
        ),
        (filmed, "video_unsupported", "h264"),
        (odd, "invalid_request", "media_matrix.audio.bandwidth_kbps"),
    ] {
        let answer = ask(&mut socket, &frame).await;
        assert_eq!(answer["status"], status);
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.contains(told), "{reason}");
    }
    for nonsense in ["", "[1]", "{\"id\":3}", "no json"] {
        socket.send(Message::text(nonsense)).await.unwrap();
        let answer = next_json(&mut socket).await;
        assert_eq!(
            (&answer["id"], &answer["status"]),
            (&Value::Null, &json!("invalid_request"))
        );
    }
    socket.send(Message::binary(vec![0xff; 9])).await.unwrap();
    let last = frame("f-5", EXAMPLE, user, "opus");
    assert_eq!(ask(&mut socket, &last).await["status"], "codec_negotiated");
}

#[tokio::test]
async fn a_frame_that_comes_twice_is_done_once_and_answered_twice() {
    let bench = quick("").await;
    let mut socket = socket(&bench).await;
    let first = frame("f-1", EXAMPLE, "genesys://user/a", "opus");
    let answer = ask(&mut socket, &first).await;
    ask(
        &mut socket,
        &frame("f-2", EXAMPLE, "genesys://user/b", "opus"),
    )
    .await;
    assert_eq!(ask(&mut socket, &first).await, answer);
    assert_eq!(interaction(&bench, EXAMPLE).await["transferId"], "f-2");
    let entry = settled(&bench, "f-1").await;
    assert_eq!(
        (&entry["received"], &entry["answered"]),
        (&json!(2), &json!(2))
    );
}

#[tokio::test]
async fn a_frame_that_comes_again_on_another_socket_is_answered_there() {
    let bench = bench(Options {
        faults: "transfer-ms=300".parse().unwrap(),
        ..options()
    })
    .await;
    let mut first = socket(&bench).await;
    let frame = frame("f-1", EXAMPLE, "genesys://user/a", "opus");
    send(&mut first, &frame).await;
    while log(&bench).await.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(first);
    let mut second = socket(&bench).await;
    assert_eq!(ask(&mut second, &frame).await["status"], "codec_negotiated");
    assert_eq!(settled(&bench, "f-1").await["received"], 2);
}

#[tokio::test]
async fn a_transfer_is_carried_out_though_its_socket_is_gone() {
    let bench = quick("transfer-ms=100").await;
    let mut socket = socket(&bench).await;
    send(
        &mut socket,
        &frame("f-1", EXAMPLE, "genesys://user/a", "opus"),
    )
    .await;
    while log(&bench).await.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(socket);
    assert_eq!(settled(&bench, "f-1").await["outcome"], "transferred");
    assert_eq!(interaction(&bench, EXAMPLE).await["transferId"], "f-1");
}

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
