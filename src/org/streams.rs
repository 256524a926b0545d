//! The registration streams: the upgrade, and the session that follows on the same connection (contract §3).
//!
//! A token that expires does not end a stream that it opened; one that is revoked does, with 1008.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::auth::TokenId;
use super::faults::Faults;
use super::hub::Push;
use super::reply::{self, Refusal, Reply};
use super::shared::Shared;
use super::{garbage, rest};

/// The one subprotocol that is spoken.
const SUBPROTOCOL: &str = "v2";

/// The close code for a stream that could not keep up; the client reads anew and opens another.
const TRY_AGAIN_LATER: u16 = 1013;

/// The largest message a client may send; it has nothing to say but control frames.
const LARGEST_MESSAGE: usize = 64 * 1024;

/// How long a client may take to read what was sent, and to answer a close.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// The most frames that are written before the socket is flushed and the other side is heard.
const BATCH: usize = 64;

/// Where a request leaves the session that its connection is to run once HTTP is done with it.
#[derive(Default)]
pub(super) struct Handoff(Mutex<Option<Session>>);

impl Handoff {
    pub(super) fn take(&self) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, session: Session) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }
}

/// Answers an upgrade with 101 and leaves the session in `handoff`.
pub(super) fn open(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    token: TokenId,
    user: &str,
    mut request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let accept = accept_key(request.headers())?;
    let upgrade = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| {
            Refusal::bad_request("a WebSocket needs an HTTP/1.1 connection of its own")
        })?;
    let mut world = shared.world();
    let person = world.find(user).ok_or_else(|| rest::no_user(user))?;
    let (id, pushes) = world.hub.join(person, token).ok_or_else(|| {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too.many.streams",
            "too many streams are open",
        )
    })?;
    drop(world);
    let seat = Seat {
        shared: Arc::clone(shared),
        person,
        id,
    };
    handoff.put(Session {
        upgrade,
        pushes,
        faults: shared.watch_faults(),
        seat,
    });

    let mut reply = reply::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = reply.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok(reply)
}

/// Checks the handshake (RFC 6455 §4.2.1) and answers its key.
fn accept_key(headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
    let has = |name: HeaderName, wanted: &str| {
        let values = headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    if !has(UPGRADE, "websocket") || !has(CONNECTION, "upgrade") {
        return Err(Refusal::bad_request(
            "this path is a WebSocket: send Connection: Upgrade and Upgrade: websocket",
        ));
    }
    if !has(SEC_WEBSOCKET_VERSION, "13") {
        return Err(Refusal::bad_request(
            "only Sec-WebSocket-Version 13 is spoken",
        ));
    }
    if !has(SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        return Err(Refusal::bad_request(
            "this stream needs Sec-WebSocket-Protocol: v2",
        ));
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .ok_or_else(|| Refusal::bad_request("Sec-WebSocket-Key is missing"))?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| Refusal::bad_request("Sec-WebSocket-Key is not a key"))
}

/// A place in the hub, given back when the session ends, whichever way it ends.
struct Seat {
    shared: Arc<Shared>,
    person: usize,
    id: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.world().hub.leave(self.person, self.id);
    }
}

/// One open stream.
pub(super) struct Session {
    upgrade: OnUpgrade,
    pushes: mpsc::Receiver<Push>,
    faults: watch::Receiver<Faults>,
    seat: Seat,
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How a session ends.
enum End {
    /// The other side is gone, or is to be: nothing more is said.
    Cut,
    /// With a close frame.
    Close(u16),
    /// Half-open: the connection stays, and nothing ever comes again.
    Silence,
}

impl Session {
    /// Runs until either side ends it.
    pub(super) async fn run(mut self) {
        let Ok(upgraded) = (&mut self.upgrade).await else {
            return;
        };
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = 4 * 1024;
        config.max_message_size = Some(LARGEST_MESSAGE);
        config.max_frame_size = Some(LARGEST_MESSAGE);
        let mut socket =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config))
                .await;
        match self.talk(&mut socket).await {
            End::Cut => {}
            End::Close(code) => close(&mut socket, code).await,
            End::Silence => swallow(&mut socket).await,
        }
    }

    async fn talk(&mut self, socket: &mut Socket) -> End {
        let (close_code, close_at) = self.planned_close();
        let mut cut_at = self.planned_cut();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            if self.faults.borrow().ws_silent {
                return End::Silence;
            }
            tokio::select! {
                biased;
                changed = self.faults.changed() => {
                    if changed.is_err() {
                        return End::Cut;
                    }
                    cut_at = self.planned_cut();
                }
                () = until(cut_at) => return End::Cut,
                () = until(close_at) => return End::Close(close_code),
                heard = socket.next() => match heard {
                    Some(Ok(message)) if !message.is_close() => {}
                    _ => return End::Cut,
                },
                count = self.pushes.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return End::Close(TRY_AGAIN_LATER);
                    }
                    if let Some(end) = self.send(socket, &mut batch).await {
                        return end;
                    }
                }
            }
        }
    }

    /// Writes a batch; `Some` when the session ends with it.
    async fn send(&self, socket: &mut Socket, batch: &mut Vec<Push>) -> Option<End> {
        let garbage = self.faults.borrow().ws_garbage;
        let write = async {
            for push in batch.drain(..) {
                let text = match push {
                    Push::Frame(text) => text,
                    Push::Close(code) => return Ok(Some(End::Close(code))),
                };
                if self.seat.shared.chance(garbage) {
                    socket
                        .feed(garbage::frame(self.seat.shared.draw(), &text))
                        .await?;
                }
                socket.feed(Message::Text(text)).await?;
            }
            socket.flush().await?;
            Ok::<_, WsError>(None)
        };
        match tokio::time::timeout(WRITE_DEADLINE, write).await {
            Ok(Ok(end)) => end,
            _ => Some(End::Cut),
        }
    }

    /// When a stream that opens now is closed by `ws-close`, and with which code.
    fn planned_close(&self) -> (u16, Option<Instant>) {
        let code = self.faults.borrow().ws_close;
        let wait =
            Duration::from_millis(50) + Duration::from_secs(1).mul_f64(self.seat.shared.draw());
        (code, (code != 0).then(|| Instant::now() + wait))
    }

    /// When `ws-drop` cuts this stream: times are exponential, so they may be drawn anew at any moment.
    fn planned_cut(&self) -> Option<Instant> {
        let mean = self.faults.borrow().ws_drop;
        let factor = -(1.0 - self.seat.shared.draw()).ln();
        (!mean.is_zero()).then(|| Instant::now() + mean.mul_f64(factor))
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Says goodbye and waits for the answer, but not for long.
async fn close(socket: &mut Socket, code: u16) {
    let frame = CloseFrame {
        code: CloseCode::from(code),
        reason: "closed by the organisation".into(),
    };
    let goodbye = async {
        if socket.close(Some(frame)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    let _ = tokio::time::timeout(CLOSE_DEADLINE, goodbye).await;
}

/// Reads bytes below the WebSocket, so that no ping is answered, until the other side gives up.
async fn swallow(socket: &mut Socket) {
    let mut bytes = [0; 1024];
    while socket
        .get_mut()
        .read(&mut bytes)
        .await
        .is_ok_and(|count| count > 0)
    {}
}
