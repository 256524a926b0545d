//! Opening a WebSocket over the same trust, token and error kinds as REST.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL, USER_AGENT};
use rustls::ClientConfig;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::call::Call;
use super::error::Error;
use super::unreachable::Unreachable;
use super::way::{Stream, Way};
use super::wire;

/// An open socket; what it carries is for [`super::direct`].
pub type Socket = WebSocketStream<MaybeTlsStream<Stream>>;

/// How an open socket is secured: the TLS version and the cipher suite, as rustls names them (contract §8).
///
/// Only what verified against the profile's trust is ever open, so there is nothing more to tell.
#[must_use]
pub fn security(socket: &Socket) -> String {
    let MaybeTlsStream::Rustls(tls) = socket.get_ref() else {
        return "no TLS, on this machine".to_owned();
    };
    let connection = tls.get_ref().1;
    let version = connection
        .protocol_version()
        .and_then(|v| v.as_str().map(str::to_owned));
    let cipher = connection
        .negotiated_cipher_suite()
        .and_then(|s| s.suite().as_str().map(str::to_owned));
    let known = |name: Option<String>| name.unwrap_or_else(|| "unknown".to_owned());
    format!(
        "{} {}",
        known(version).replace("TLSv1_", "TLS 1."),
        known(cipher)
    )
}

/// From name look-up to the end of the handshake.
const DEADLINE: Duration = Duration::from_secs(10);

/// The largest frame and the largest message: a mebibyte, and the length that stands before one on the callbacks stream.
const LARGEST: usize = (1 << 20) + 4;

/// What a socket is for, and so how much it holds ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// One of thousands, with a small frame now and then. The library allocates the buffer for each stream for good; a
    /// larger frame gets room of its own for as long as it is there.
    Light,
    /// One of a few, that carries much. From 4 to 128 KiB the size made no measurable difference to a stream at full rate.
    Heavy,
}

impl Load {
    const fn buffer(self) -> usize {
        match self {
            Self::Light => 1 << 10,
            // One TLS record.
            Self::Heavy => 16 << 10,
        }
    }
}

/// Connects, upgrades and checks that the server speaks `protocol`, where there is one, within a deadline.
pub async fn open(
    call: &Call,
    authorization: Option<HeaderValue>,
    protocol: Option<&'static str>,
    load: Load,
    (tls, way): (Arc<ClientConfig>, &Way),
) -> Result<Socket, Error> {
    // Boxed: what opening takes is not kept for as long as the socket is open.
    let opening = Box::pin(handshake(call, authorization, protocol, load, (tls, way)));
    match tokio::time::timeout(DEADLINE, opening).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::unreachable(call, Unreachable::TimedOut(DEADLINE))),
    }
}

async fn handshake(
    call: &Call,
    authorization: Option<HeaderValue>,
    protocol: Option<&'static str>,
    load: Load,
    (tls, way): (Arc<ClientConfig>, &Way),
) -> Result<Socket, Error> {
    let request = request(call, authorization, protocol)?;
    let reached = way.connect(&call.url).await;
    let stream = reached.map_err(|cause| Error::unreachable(call, cause))?;
    let limits = WebSocketConfig::default()
        .max_frame_size(Some(LARGEST))
        .max_message_size(Some(LARGEST))
        .read_buffer_size(load.buffer())
        .write_buffer_size(0)
        .max_write_buffer_size(Load::Heavy.buffer());
    // The library checks that the protocol is echoed.
    client_async_tls_with_config(request, stream, Some(limits), Some(Connector::Rustls(tls)))
        .await
        .map(|(socket, _)| socket)
        .map_err(|error| refused(call, protocol, error))
}

fn request(
    call: &Call,
    authorization: Option<HeaderValue>,
    protocol: Option<&'static str>,
) -> Result<Request, Error> {
    let mut request = call
        .url
        .as_str()
        .into_client_request()
        .map_err(|_| Error::not_sendable(call.to_string(), &"no URL to connect to"))?;
    let agent = HeaderValue::from_static(wire::USER_AGENT);
    request.headers_mut().insert(USER_AGENT, agent);
    if let Some(authorization) = authorization {
        request.headers_mut().insert(AUTHORIZATION, authorization);
    }
    if let Some(protocol) = protocol {
        let protocol = HeaderValue::from_static(protocol);
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    Ok(request)
}

fn refused(call: &Call, protocol: Option<&str>, error: WsError) -> Error {
    match error {
        WsError::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let refusal = wire::refusal(response.status(), response.headers(), body);
            Error::refused(call, refusal)
        }
        WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => Error::answer(
            call,
            format!(
                "the upgrade was accepted without the sub-protocol {}, so its frames would mean something else",
                protocol.unwrap_or("that was asked for")
            ),
        ),
        WsError::Protocol(error @ ProtocolError::HandshakeIncomplete) => {
            Error::unreachable(call, Unreachable::from_chain(&error))
        }
        WsError::Protocol(_) | WsError::HttpFormat(_) | WsError::Capacity(_) => {
            Error::answer(call, error.to_string())
        }
        _ => Error::unreachable(call, Unreachable::from_chain(&error)),
    }
}
