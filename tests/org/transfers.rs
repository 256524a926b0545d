//! The socket that moves interactions (contract §8).

use crate::client::{self, Bench, Stream, bench, next_json, options};
use crate::interactions::ALL;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use trunkline::org::Options;

pub const SOCKET: &str = "/api/v2/websocket";
pub const EXAMPLE: &str = "interaction-12345-abcde";

/// An organisation whose transfers are done at once.
pub async fn quick(faults: &str) -> Bench {
    client::quick(&["transfer-ms=1", faults]).await
}

pub async fn socket(bench: &Bench) -> Stream {
    let token = bench.token().await;
    bench
        .try_socket(SOCKET, Some(&token), None)
        .await
        .unwrap()
        .0
}

pub fn frame(id: &str, interaction: &str, to: &str, codec: &str) -> Value {
    json!({
        "type": "interaction.transfer", "id": id, "interaction_id": interaction, "destination_uri": to,
        "media_matrix": {"audio": {"codec": codec, "bandwidth_kbps": 64, "bit_depth": 16}},
        "timestamp": "2026-06-15T14:00:00Z", "triggers": {"codec_negotiation": true, "format_verification": true},
    })
}

pub async fn send(socket: &mut Stream, frame: &Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// Sends a frame and takes the next one for its answer.
pub async fn ask(socket: &mut Stream, frame: &Value) -> Value {
    send(socket, frame).await;
    let answer = next_json(socket).await;
    assert_eq!(answer["id"], frame["id"]);
    answer
}

pub async fn log(bench: &Bench) -> Vec<Value> {
    let log = bench.control_get("/_org/transfers").await;
    assert_eq!(log["dropped"], 0);
    log["transfers"].as_array().unwrap().clone()
}

/// The organisation's own record of one transfer, once it is settled.
pub async fn settled(bench: &Bench, id: &str) -> Value {
    loop {
        let log = log(bench).await;
        let entry = log.iter().find(|entry| entry["id"] == id);
        if let Some(entry) = entry.filter(|entry| entry["outcome"] != "pending") {
            return entry.clone();
        }
        tokio::task::yield_now().await;
    }
}

pub async fn interaction(bench: &Bench, id: &str) -> Value {
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
