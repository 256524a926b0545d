//! What every WebSocket here begins and ends with: the handshake, the connection it takes over, and the close.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::reply::{self, Refusal, Reply};

/// The largest message a client may send.
const LARGEST_MESSAGE: usize = 64 * 1024;

/// How long a client may take to read what was sent.
pub(super) const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a client may take to answer a close.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// A WebSocket, from the organisation's side.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// What a connection is to do once HTTP is done with it.
type Session = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a request leaves the session that its connection is to run.
#[derive(Default)]
pub(super) struct Handoff(Mutex<Option<Session>>);

impl Handoff {
    pub(super) fn take(&self) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn put(&self, session: impl Future<Output = ()> + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(session));
    }
}

/// Checks the handshake (RFC 6455 §4.2.1) and makes the answer that takes it; the subprotocol is the one that must be
/// asked for, when there is one.
pub(super) fn handshake(
    request: &mut Request<Incoming>,
    subprotocol: Option<&'static str>,
) -> Result<(OnUpgrade, Reply), Refusal> {
    let accept = accept_key(request.headers(), subprotocol)?;
    let upgrade = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| {
            Refusal::bad_request("a WebSocket needs an HTTP/1.1 connection of its own")
        })?;
    let mut reply = reply::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = reply.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(subprotocol) = subprotocol {
        let subprotocol = HeaderValue::from_static(subprotocol);
        headers.insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    Ok((upgrade, reply))
}

fn accept_key(
    headers: &HeaderMap,
    subprotocol: Option<&'static str>,
) -> Result<HeaderValue, Refusal> {
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
    if let Some(subprotocol) = subprotocol
        && !has(SEC_WEBSOCKET_PROTOCOL, subprotocol)
    {
        return Err(Refusal::bad_request(format!(
            "this stream needs Sec-WebSocket-Protocol: {subprotocol}"
        )));
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .ok_or_else(|| Refusal::bad_request("Sec-WebSocket-Key is missing"))?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| Refusal::bad_request("Sec-WebSocket-Key is not a key"))
}

/// The socket on a connection that was upgraded; none when it went first.
pub(super) async fn socket(upgrade: &mut OnUpgrade) -> Option<Socket> {
    let upgraded = upgrade.await.ok()?;
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 4 * 1024;
    config.max_message_size = Some(LARGEST_MESSAGE);
    config.max_frame_size = Some(LARGEST_MESSAGE);
    let io = TokioIo::new(upgraded);
    Some(WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await)
}

/// Says goodbye and waits for the answer, but not for long.
pub(super) async fn close(socket: &mut Socket, code: u16) {
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

/// Waits until a moment that may never come.
pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
