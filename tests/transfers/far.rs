//! The far end of the transfer socket, played by a test.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use trunkline::cloud::direct::transfer::{Failure, Session, Timing, Told, TransferReply};

use crate::common::server::{Server, ServerSocket, answer, switch, token};

/// Short enough for a test, long enough for a busy machine.
pub const TIMING: Timing = Timing {
    pong: Duration::from_millis(800),
    answer: Duration::from_millis(400),
    keep: Duration::from_secs(20),
    idle: Duration::from_secs(120),
    retry: Duration::from_millis(40),
    jitter: Duration::from_millis(10),
};

/// An organisation that signs in and upgrades; who talks on the socket is the test.
pub async fn server() -> Arc<Server> {
    let server = Server::plain(|seen, before| match seen.path.as_str() {
        "/oauth/token" => token(before),
        "/api/v2/websocket" => switch(seen, None),
        _ => answer(404, "{}"),
    });
    Arc::new(server.await)
}

pub fn session(server: &Server, timing: Timing) -> Session {
    Session::new(server.client(), timing)
}

/// Sends a frame with that id.
pub async fn send(session: &Session, id: &str) -> Result<TransferReply, Failure> {
    session
        .send(id, &json!({ "id": id }).to_string(), |_| {})
        .await
}

/// Sends a frame, and says what was told on the way.
pub async fn send_told(session: &Session, id: &str) -> (Result<TransferReply, Failure>, Vec<Told>) {
    let mut told = Vec::new();
    let frame = json!({ "id": id }).to_string();
    let end = session.send(id, &frame, |news| told.push(news)).await;
    (end, told)
}

/// The ids of the next frames.
pub async fn take(socket: &mut ServerSocket, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    while ids.len() < count {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            let frame: Value = serde_json::from_str(&text).unwrap();
            ids.push(frame["id"].as_str().unwrap().to_owned());
        }
    }
    ids
}

pub async fn say(socket: &mut ServerSocket, answer: Value) {
    socket
        .send(Message::text(answer.to_string()))
        .await
        .unwrap();
}

pub async fn done(socket: &mut ServerSocket, id: &str) {
    say(
        socket,
        json!({"id": id, "status": "transfer_initiated", "codec": "opus"}),
    )
    .await;
}

pub async fn close(socket: &mut ServerSocket, code: u16) {
    let frame = CloseFrame {
        code: code.into(),
        reason: "enough".into(),
    };
    socket.close(Some(frame)).await.unwrap();
    // Until the other side has said goodbye as well.
    while let Some(Ok(_)) = socket.next().await {}
}
