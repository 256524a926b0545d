//! The WebSocket of a notification channel: heartbeats, pings, subscriptions, and the word that it will be closed.

use std::sync::Arc;

use compact_str::CompactString;
use hyper::upgrade::OnUpgrade;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::channels;
use super::topics::{UnknownChannel, frame};
use crate::org::shared::Shared;
use crate::org::text_socket::{Push, SocketHandler, TextSocket};
use crate::org::upgrade::Handoff;

/// The topic of what a channel says of itself.
const METADATA: &str = "channel.metadata";

/// The close code of a socket that was told to leave and stayed (RFC 6455 §7.4.1, "going away").
const GOING_AWAY: u16 = 1001;

/// Leaves the session of a channel's socket in `handoff`.
pub(super) fn open(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    id: &str,
    upgrade: OnUpgrade,
) -> Result<(), UnknownChannel> {
    let now = Instant::now();
    let alone = shared.chance(shared.faults().ws_takeover);
    let place = shared.topics.book().join(id, alone, now)?;
    let socket = ChannelSocket {
        shared: Arc::clone(shared),
        channel: id.into(),
        number: place.number,
        opened: now,
        beaten: now,
        told: None,
    };
    handoff.put(TextSocket::new(shared, upgrade, place.queue, socket).run());
    Ok(())
}

/// A place at a channel, given back when the session ends, whichever way it ends.
struct ChannelSocket {
    shared: Arc<Shared>,
    channel: CompactString,
    number: u64,
    opened: Instant,
    /// When the last heartbeat went out.
    beaten: Instant,
    /// When it was told that it will be closed.
    told: Option<Instant>,
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientMessage {
    message: CompactString,
    #[serde(default)]
    topics: Vec<CompactString>,
    correlation_id: Option<Value>,
}

/// What time brings next.
#[derive(Clone, Copy)]
enum TimerEvent {
    Heartbeat,
    Closing,
    Close,
    /// The channel may be over.
    Expiry,
}

impl ChannelSocket {
    /// What is due next, and when; none when nothing ever is.
    fn next(&self) -> Option<(Instant, TimerEvent)> {
        let faults = self.shared.faults();
        let beat = faults.ws_heartbeat;
        let beat = (!beat.is_zero()).then(|| (self.beaten + beat, TimerEvent::Heartbeat));
        let leave = match self.told {
            Some(told) => Some((told + faults.ws_grace, TimerEvent::Close)),
            None if faults.ws_closing.is_zero() => None,
            None => Some((self.opened + faults.ws_closing, TimerEvent::Closing)),
        };
        let now = Instant::now();
        let over = self.shared.topics.book().expires(&self.channel, now);
        let over = over.map(|at| (at, TimerEvent::Expiry));
        let all = [beat, leave, over].into_iter().flatten();
        all.min_by_key(|(at, _)| *at)
    }

    fn answer(&self, text: String) {
        let mut book = self.shared.topics.book();
        book.answer(&self.channel, self.number, text.into());
    }
}

impl SocketHandler for ChannelSocket {
    fn hear(&mut self, message: Message) {
        let Message::Text(text) = message else {
            return;
        };
        let Ok(said) = serde_json::from_str::<ClientMessage>(&text) else {
            let told = json!({"result": "400", "status": "error", "message": "not understood"});
            return self.answer(told.to_string());
        };
        match said.message.as_str() {
            "ping" => self.answer(frame(METADATA, &json!({"message": "pong"})).to_string()),
            "subscribe" => {
                let mut told = channels::subscribe_over(&self.shared, &self.channel, &said.topics);
                if let Some(id) = said.correlation_id {
                    told.insert("correlationId".to_owned(), id);
                }
                self.answer(Value::Object(told).to_string());
            }
            _ => {
                let told = json!({"result": "400", "status": "error", "message": "not understood"});
                self.answer(told.to_string());
            }
        }
    }

    async fn speak(&mut self) -> Push {
        loop {
            let Some((at, due)) = self.next() else {
                return std::future::pending().await;
            };
            tokio::time::sleep_until(at).await;
            match due {
                TimerEvent::Heartbeat => {
                    self.beaten = Instant::now();
                    let body = json!({"message": "WebSocket Heartbeat"});
                    return Push::Frame(frame(METADATA, &body));
                }
                TimerEvent::Closing => {
                    self.told = Some(Instant::now());
                    let mut book = self.shared.topics.book();
                    book.leaving(&self.channel, self.number);
                    let body =
                        json!({"message": "This socket will be closed soon. Connect again."});
                    return Push::Frame(frame("v2.system.socket_closing", &body));
                }
                TimerEvent::Close => return Push::Close(GOING_AWAY),
                // Asking for the next thing ends a channel that is over, and its sockets hear of it.
                TimerEvent::Expiry => {}
            }
        }
    }
}

impl Drop for ChannelSocket {
    fn drop(&mut self) {
        let mut book = self.shared.topics.book();
        book.leave(&self.channel, self.number);
    }
}
