//! The binary stream of reservations: frames in every form, acknowledgements, redelivery, and faults.

use std::collections::BTreeMap;

use futures_util::SinkExt;
use rmp_serde::{decode, encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use trunkline::org::Options;

use crate::callbacks::{book, options};
use crate::client::{Bench, Stream, bench, close_code, next};

const PATH: &str = "/api/v2/callbacks/websocket";

/// The bytes of msgpack's `bin`.
#[derive(Debug, PartialEq, Eq)]
struct Bin(Vec<u8>);

impl Serialize for Bin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bin;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bin, E> {
                Ok(Bin(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Frame {
    r#type: i64,
    payload: Bin,
    timestamp: i64,
}

/// A client of the stream that puts messages together and takes frames out.
struct Reader {
    stream: Stream,
    bytes: Vec<u8>,
}

impl Reader {
    async fn open(bench: &Bench, token: &str) -> Self {
        Self {
            stream: bench.open_socket(PATH, Some(token)).await.unwrap(),
            bytes: Vec::new(),
        }
    }

    /// The bytes of the next frame; none when the length before them is no length, or the stream is over.
    async fn body(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(length) = self.bytes.first_chunk() {
                let length = u32::from_be_bytes(*length) as usize;
                if length > 1 << 20 {
                    return None;
                }
                if self.bytes.len() >= 4 + length {
                    let rest = self.bytes.split_off(4 + length);
                    let frame = std::mem::replace(&mut self.bytes, rest);
                    return Some(frame[4..].to_vec());
                }
            }
            match next(&mut self.stream).await? {
                Ok(Message::Binary(bytes)) => self.bytes.extend_from_slice(&bytes),
                Ok(other) => panic!("no binary message but {other:?}"),
                Err(_) => return None,
            }
        }
    }

    /// The next update, whatever was wrong before it.
    async fn update(&mut self) -> Value {
        loop {
            let body = self.body().await.expect("the stream is over");
            let frame: Result<Frame, decode::Error> = decode::from_slice(&body);
            let Ok(frame) = frame else { continue };
            assert_eq!(frame.r#type, 1);
            let Ok(update) = serde_json::from_slice::<Value>(&frame.payload.0) else {
                continue;
            };
            if update["correlation_id"].is_string() {
                return update;
            }
        }
    }

    async fn ack(&mut self, update: &Value) {
        let frame = ack(update["correlation_id"].as_str().unwrap());
        self.stream.send(Message::binary(frame)).await.unwrap();
    }
}

fn ack(correlation: &str) -> Vec<u8> {
    let payload = json!({"status": "ack", "correlation_id": correlation}).to_string();
    let frame = Frame {
        r#type: 2,
        payload: Bin(payload.into_bytes()),
        timestamp: 1_718_460_000_000,
    };
    let body = encode::to_vec_named(&frame).unwrap();
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], &body].concat()
}

async fn state(bench: &Bench) -> Value {
    bench.control_get("/_org/callbacks").await
}

/// Waits until the organisation has taken so many acknowledgements.
async fn acked(bench: &Bench, count: u64) -> Value {
    loop {
        let state = state(bench).await;
        if state["counts"]["acked"] == count {
            return state;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_update_carries_the_callback_and_is_settled_by_its_acknowledgement() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let mut reader = Reader::open(&bench, &token).await;
    let made = book(&bench, &token, "cb_1").await;
    let update = reader.update().await;
    for field in [
        "id",
        "status",
        "callback_number",
        "callback_time",
        "queue_id",
        "reason",
    ] {
        assert_eq!(update[field], made[field], "{field}");
    }
    assert_eq!(state(&bench).await["unacked"], 1);
    reader.ack(&update).await;
    let state = acked(&bench, 1).await;
    assert_eq!(state["unacked"], 0);
    assert_eq!(bench.control_get("/_org/state").await["sockets"], 1);
    let seen = &state["updates"][0];
    assert_eq!(seen["correlationId"], update["correlation_id"]);
    assert_eq!((&seen["sent"], &seen["acked"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_after_a_reconnect() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    book(&bench, &token, "before anybody listens").await;
    let mut reader = Reader::open(&bench, &token).await;
    book(&bench, &token, "cb_2").await;
    let (one, two) = (reader.update().await, reader.update().await);
    reader.ack(&two).await;
    acked(&bench, 1).await;
    drop(reader);
    let mut reader = Reader::open(&bench, &token).await;
    assert_eq!(reader.update().await, one, "the same, and that one alone");
    let three = book(&bench, &token, "cb_3").await;
    assert_eq!(reader.update().await["id"], three["id"]);
    let state = state(&bench).await;
    let sent: Vec<_> = state["updates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["sent"])
        .collect();
    assert_eq!(sent, [2, 1, 1]);
    assert_eq!(state["counts"]["repeated"], 1);
}

#[tokio::test]
async fn acknowledgements_come_in_any_pieces_and_nonsense_is_counted() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let mut reader = Reader::open(&bench, &token).await;
    let mut acks = Vec::new();
    for number in 0..4 {
        book(&bench, &token, &format!("cb_{number}")).await;
        let update = reader.update().await;
        acks.extend(ack(update["correlation_id"].as_str().unwrap()));
    }
    for piece in acks.chunks(7) {
        let piece = Message::binary(piece.to_vec());
        reader.stream.send(piece).await.unwrap();
    }
    acked(&bench, 4).await;
    let again = [ack("c-1"), ack("c-0-0")].concat();
    reader.stream.send(Message::binary(again)).await.unwrap();
    let nonsense = [&[0, 0, 0, 3][..], b"\xc1\xc1\xc1"].concat();
    reader.stream.send(Message::binary(nonsense)).await.unwrap();
    reader.stream.send(Message::text("ack")).await.unwrap();
    let too_long = 0x0010_0001_u32.to_be_bytes().to_vec();
    reader.stream.send(Message::binary(too_long)).await.unwrap();
    assert_eq!(close_code(&mut reader.stream).await, 1009);
    let state = state(&bench).await;
    assert_eq!(state["counts"]["acked"], 4);
    assert_eq!(state["counts"]["strayAcks"], 2);
    assert_eq!(state["counts"]["undecodable"], 3);
}

#[tokio::test]
async fn the_stream_needs_a_token_with_the_scope() {
    let bench = bench(options()).await;
    let other = bench.token_for("callback:write").await;
    for (token, status) in [
        (None, 401),
        (Some("stale"), 401),
        (Some(other.as_str()), 403),
    ] {
        match bench.open_socket(PATH, token).await {
            Err(WsError::Http(reply)) => assert_eq!(reply.status(), status),
            other => panic!("{status} expected, not {other:?}"),
        }
    }
    let token = bench.token_for("callback:read").await;
    let mut reader = Reader::open(&bench, &token).await;
    let closed = bench
        .control_post("/_org/tokens/revoke", json!({"token": token}))
        .await;
    assert_eq!(closed["closed"], 1);
    assert_eq!(close_code(&mut reader.stream).await, 1008);
    let token = bench.token_for("callback:read").await;
    let mut reader = Reader::open(&bench, &token).await;
    bench
        .control_post("/_org/streams/close", json!({"code": 1012}))
        .await;
    assert_eq!(close_code(&mut reader.stream).await, 1012);
}

#[tokio::test]
async fn faults_wrong_the_stream_and_the_updates_still_come() {
    let faults =
        "callback-ms=0,ws-garbage=0.5,callback-dup=0.3,callback-cuts=0.7,callback-variants=0.7";
    let bench = bench(Options {
        faults: faults.parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut reader = Reader::open(&bench, &token).await;
    let burst = json!({"callbacks": 20, "updates": 300, "perSecond": 3000});
    bench.control_post("/_org/callbacks/burst", burst).await;
    let mut seen = BTreeMap::new();
    while seen.len() < 300 {
        let update = reader.update().await;
        let correlation = update["correlation_id"].as_str().unwrap().to_owned();
        reader.ack(&update).await;
        *seen.entry(correlation).or_insert(0) += 1;
    }
    let state = acked(&bench, 300).await;
    let sent = state["updates"].as_array().unwrap().iter();
    let twice = sent.filter(|one| one["sent"] == 2).count();
    assert!((30..200).contains(&twice), "{twice} of 300 twice");
}

#[tokio::test]
async fn what_befalls_every_stream_befalls_this_one() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let made = book(&bench, &token, "cb_1").await;
    bench.fault("ws-close", json!(4001)).await;
    let mut reader = Reader::open(&bench, &token).await;
    assert_eq!(reader.update().await["id"], made["id"]);
    assert_eq!(close_code(&mut reader.stream).await, 4001);
    bench.fault("ws-close", json!(0)).await;
    let mut reader = Reader::open(&bench, &token).await;
    assert_eq!(reader.update().await["id"], made["id"]);
    bench.fault("ws-drop", json!(0.05)).await;
    match next(&mut reader.stream).await {
        Some(Err(_)) | None => {}
        other => panic!("cut without a word expected, not {other:?}"),
    }
    while bench.control_get("/_org/state").await["sockets"] != 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(state(&bench).await["updates"][0]["sent"], 2);
}

#[tokio::test]
async fn an_oversize_length_comes_when_asked_for() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    bench.fault("callback-oversize", json!(1)).await;
    let mut reader = Reader::open(&bench, &token).await;
    book(&bench, &token, "cb_1").await;
    assert_eq!(reader.body().await, None);
    bench.fault("callback-oversize", json!(0)).await;
    let mut reader = Reader::open(&bench, &token).await;
    assert_eq!(
        reader.update().await["status"],
        "scheduled",
        "it was not settled"
    );
}

#[tokio::test]
async fn a_burst_arrives_whole_and_ends_equal_to_the_book() {
    let bench = bench(Options {
        faults: "callback-ms=0,callback-cuts=1,callback-variants=0.5"
            .parse()
            .unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut reader = Reader::open(&bench, &token).await;
    let burst = json!({"callbacks": 100, "updates": 5000, "perSecond": 50_000});
    bench.control_post("/_org/callbacks/burst", burst).await;
    let mut statuses = BTreeMap::new();
    let mut acks = Vec::new();
    for _ in 0..5000 {
        let update = reader.update().await;
        acks.extend(ack(update["correlation_id"].as_str().unwrap()));
        statuses.insert(
            update["id"].as_str().unwrap().to_owned(),
            update["status"].clone(),
        );
    }
    for piece in acks.chunks(50_000) {
        let piece = Message::binary(piece.to_vec());
        reader.stream.send(piece).await.unwrap();
    }
    let state = acked(&bench, 5000).await;
    assert_eq!(
        (&state["unacked"], &state["counts"]["repeated"]),
        (&json!(0), &json!(0))
    );
    let book = bench.get_json("/api/v2/callbacks", &token).await;
    let mut moved = 0;
    for one in book["entities"].as_array().unwrap() {
        if let Some(status) = statuses.get(one["id"].as_str().unwrap()) {
            assert_eq!(one["status"], *status);
            moved += 1;
        }
    }
    assert_eq!(moved, 100);
    for nonsense in [
        json!({"callbacks": 0, "updates": 1, "perSecond": 1}),
        json!({"callbacks": 1, "updates": 1, "perSecond": 0}),
    ] {
        let refused = bench.control_post("/_org/callbacks/burst", nonsense).await;
        assert_eq!(refused["status"], 400);
    }
}
