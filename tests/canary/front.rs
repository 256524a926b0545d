//! A front that repeats every credential it has been sent, in every form, wherever an answer has room: messages, codes,
//! names, ids of requests, headers, frames of sockets and the words that close them.

use std::convert::Infallible;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

/// What the client is called; it stands before its secret in HTTP's Basic.
pub const CLIENT: &str = "noc-client";

/// A credential as it is, and as a URL, JSON, base64 and Basic write it.
pub fn forms(secret: &str) -> Vec<String> {
    let json = Value::from(secret).to_string();
    vec![
        secret.to_owned(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        json.trim_matches('"').to_owned(),
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
        BASE64_STANDARD.encode(format!("{CLIENT}:{secret}")),
    ]
}

/// Starts it, on the runtime that is entered; the address.
pub async fn start(shared: &[&str], token: &'static str, refresh: &'static str) -> String {
    let words: Vec<String> = shared.iter().flat_map(|secret| forms(secret)).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let front = Arc::new(Front {
        address: address.clone(),
        words,
        token,
        refresh,
    });
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let front = Arc::clone(&front);
            tokio::spawn(async move {
                let service = service_fn(|request| {
                    let front = Arc::clone(&front);
                    async move { front.answer(request).await }
                });
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection_with_upgrades(TokioIo::new(tcp), service)
                    .await;
            });
        }
    });
    address
}

struct Front {
    address: String,
    words: Vec<String>,
    token: &'static str,
    refresh: &'static str,
}

impl Front {
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        if request.headers().contains_key("sec-websocket-key") {
            return Ok(self.upgrade(request));
        }
        let (head, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let sent = String::from_utf8_lossy(&body).into_owned();
        let authorization = head.headers.get("authorization");
        let authorization = authorization.map_or("", |value| value.to_str().unwrap());
        let echo = format!(
            "you sent {authorization} and {sent}; {}",
            self.words.join(" | ")
        );
        let (status, answer) = self.choose(head.uri.path(), head.method.as_str(), &sent, &echo);
        let mut answered = Response::new(Full::from(answer.to_string()));
        *answered.status_mut() = status.try_into().unwrap();
        for name in ["x-request", "retry-after", "location", "www-authenticate"] {
            let value = format!("{authorization} {}", self.words[0]);
            answered.headers_mut().insert(name, value.parse().unwrap());
        }
        Ok(answered)
    }

    /// A socket that repeats them in frames of every feed, in one that is none, and in the reason it is closed for.
    fn upgrade(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let of = |name: &str| request.headers().get(name).cloned();
        let accept = derive_accept_key(of("sec-websocket-key").unwrap().as_bytes());
        let authorization = of("authorization").unwrap_or_else(|| "none".parse().unwrap());
        let echo = format!(
            "you sent {} to {}; {}",
            authorization.to_str().unwrap(),
            request.uri(),
            self.words.join(" | ")
        );
        let reason = format!("bad token {}", self.token);
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = hyper::StatusCode::SWITCHING_PROTOCOLS;
        let head = answer.headers_mut();
        for (name, value) in [
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
            ("sec-websocket-accept", &accept),
        ] {
            head.insert(name, value.parse().unwrap());
        }
        if let Some(protocol) = of("sec-websocket-protocol") {
            head.insert("sec-websocket-protocol", protocol);
        }
        tokio::spawn(async move {
            let Ok(io) = hyper::upgrade::on(request).await else {
                return;
            };
            let mut socket =
                WebSocketStream::from_raw_socket(TokioIo::new(io), Role::Server, None).await;
            for frame in frames(&echo) {
                let _ = socket.send(frame).await;
            }
            let code = CloseCode::Policy;
            let close = CloseFrame {
                code,
                reason: reason.into(),
            };
            let _ = socket.close(Some(close)).await;
            while socket.next().await.is_some() {}
        });
        answer
    }

    fn choose(&self, path: &str, verb: &str, sent: &str, echo: &str) -> (u16, Value) {
        let user = json!({"id": "u-1", "name": echo, "state": "active", "site": echo});
        let list = |entity: Value| json!({"entities": [entity], "total": 1, "pageCount": 1, "pageNumber": 1});
        match path {
            "/oauth/token" if sent.contains("authorization_code") => (
                400,
                json!({"error": "invalid_grant", "error_description": echo, "description": echo}),
            ),
            "/oauth/token" => (
                200,
                json!({"access_token": self.token, "refresh_token": self.refresh, "token_type": "bearer", "expires_in": 7200}),
            ),
            "/api/v2/notifications/channels" if verb == "POST" => (
                200,
                json!({"id": "ch-1", "connectUri": format!("ws{}/socket", self.address.trim_start_matches("http")), "expires": echo}),
            ),
            "/api/v2/telephony/providers/edges/phones" if verb == "GET" => (
                200,
                list(
                    json!({"id": "p-1", "name": echo, "site": {"id": "s-1", "name": echo}, "webRtcUser": {"id": "u-1", "name": echo},
                    "lines": [{"id": "l-1", "name": echo}], "status": {"id": "p-1", "operationalStatus": echo}}),
                ),
            ),
            "/api/v2/users" if verb == "GET" => (200, list(user)),
            "/api/v2/users/u-1" => (200, user),
            "/api/v2/telephony/users/u-1/registrations" => (
                200,
                list(
                    json!({"userId": "u-1", "device": {"id": "d-1", "name": echo}, "registered": true, "activeCodecs": [echo]}),
                ),
            ),
            "/api/v2/telephony/providers/carriers" => (
                200,
                list(
                    json!({"id": "c-1", "name": echo, "status": echo, "health": echo, "transport": echo}),
                ),
            ),
            "/api/v2/outbound/integrations" if verb == "GET" => {
                (200, json!({"entities": [route(echo)]}))
            }
            "/api/v2/outbound/integrations/r-1" if verb == "GET" => (200, route(echo)),
            _ if verb == "GET" && path.len().is_multiple_of(2) => (200, json!([echo, 7])),
            _ => (
                403,
                json!({"message": echo, "code": "missing.permissions", "contextId": echo, "status": 403,
                    "messageParams": {"permissions": echo}}),
            ),
        }
    }
}

/// What a socket says: registrations, a topic's event, and what nobody can read.
fn frames(echo: &str) -> Vec<Message> {
    let phone = |device: &str| json!({"userId": "u-1", "deviceId": device, "registered": true, "codec": echo});
    let texts = [
        json!({"eventType": "registration", "payload": phone("d-1")}).to_string(),
        json!({"eventType": "registration", "payload": phone(echo)}).to_string(),
        json!({"eventType": echo, "payload": echo}).to_string(),
        json!({"topicName": echo, "eventBody": {"message": echo}}).to_string(),
        json!({"topicName": "channel.metadata", "eventBody": {"message": echo}}).to_string(),
        echo.to_owned(),
    ];
    let binary = Message::binary(echo.as_bytes().to_vec());
    texts
        .into_iter()
        .map(Message::text)
        .chain([binary])
        .collect()
}

/// A route as an organisation tells it: with the headers that it sends.
fn route(echo: &str) -> Value {
    json!({"id": "r-1", "name": echo, "type": "webhook", "uri": format!("https://127.0.0.1:9/in?key={}", super::ROUTE_QUERY),
        "uris": [], "eventFilters": [{"eventType": echo, "fields": [echo]}],
        "headers": {"Authorization": format!("Bearer {}", super::ROUTE_HEADER), "X-Api-Key": super::ROUTE_KEY}})
}
