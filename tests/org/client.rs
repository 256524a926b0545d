//! A client of the organisation: reqwest for calls, tokio-tungstenite for streams.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Client, Method, Response};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};
use trunkline::org::{self, Options, Org};

use crate::common::control::{self, Control};
use crate::common::ground::{faulty, quiet};

pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Long enough that only a hang reaches it.
pub const HANG: Duration = Duration::from_secs(20);

/// A quiet organisation of a few people, with what `change` asks for.
pub fn options() -> Options {
    quiet(12, "direct")
}

/// A running organisation and a client that trusts it.
pub struct Bench {
    pub org: Org,
    pub http: Client,
    control: Control,
}

pub async fn bench(options: Options) -> Bench {
    let org = org::start(options).await.unwrap();
    let http = trusting(&org).build().unwrap();
    let control = Control::of(&org);
    Bench { org, http, control }
}

/// One that loses no time, with these faults, and whose requests are not counted.
pub async fn quick(faults: &[&str]) -> Bench {
    bench(faulty(12, "direct", faults)).await
}

/// A client builder that trusts the organisation's CA and nothing else.
pub fn trusting(org: &Org) -> reqwest::ClientBuilder {
    control::trusting(org.ca_pem()).timeout(HANG)
}

impl Bench {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.org.base_url())
    }

    /// A token by Basic, with everything.
    pub async fn token(&self) -> String {
        self.token_for("").await
    }

    pub async fn token_for(&self, scope: &str) -> String {
        let reply = self
            .sign_in(&[("grant_type", "client_credentials"), ("scope", scope)])
            .await;
        assert_eq!(reply.status(), 200);
        let body: Value = reply.json().await.unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn sign_in(&self, form: &[(&str, &str)]) -> Response {
        let secret = self.org.client_secret().expose_secret();
        let call = self
            .http
            .post(self.url("/oauth/token"))
            .basic_auth(self.org.client_id(), Some(secret));
        call.form(form).send().await.unwrap()
    }

    pub async fn get(&self, path: &str, token: &str) -> Response {
        self.http
            .get(self.url(path))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Response {
        let call = self.http.post(self.url(path)).bearer_auth(token);
        call.json(body).send().await.unwrap()
    }

    pub async fn put(&self, path: &str, token: &str, body: &Value) -> Response {
        let call = self.http.put(self.url(path)).bearer_auth(token);
        call.json(body).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str, token: &str) -> Response {
        let call = self.http.delete(self.url(path)).bearer_auth(token);
        call.send().await.unwrap()
    }

    pub async fn get_json(&self, path: &str, token: &str) -> Value {
        let reply = self.get(path, token).await;
        assert_eq!(reply.status(), 200, "{path}");
        reply.json().await.unwrap()
    }

    /// Reads until what is read is as wanted.
    pub async fn read_until(
        &self,
        path: &str,
        token: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let read = async {
            loop {
                let read = self.get_json(path, token).await;
                if wanted(&read) {
                    return read;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(HANG, read).await.expect(path)
    }

    pub async fn control_get(&self, path: &str) -> Value {
        self.control.get(path).await
    }

    pub async fn control_put(&self, path: &str, body: Value) -> Response {
        let call = self.control.call(Method::PUT, path);
        call.json(&body).send().await.unwrap()
    }

    pub async fn control_post(&self, path: &str, body: Value) -> Value {
        // A refusal has a body as well, which is what some look at.
        let call = self.control.call(Method::POST, path).json(&body);
        call.send().await.unwrap().json().await.unwrap()
    }

    pub async fn fault(&self, key: &str, value: Value) {
        let reply = self.control_put("/_org/faults", json!({key: value}));
        assert_eq!(reply.await.status(), 200);
    }

    /// The first user's first device.
    pub async fn first_device(&self) -> Value {
        self.control_get("/_org/state").await["registrations"][0].clone()
    }

    /// Turns the first device over, which sends one frame.
    pub async fn turn(&self) -> Value {
        let device = self.first_device().await;
        let path = format!(
            "/_org/users/u-1/registrations/{}",
            device["deviceId"].as_str().unwrap()
        );
        let registered = !device["registered"].as_bool().unwrap();
        let reply = self
            .control_put(&path, json!({"registered": registered}))
            .await;
        assert_eq!(reply.status(), 200);
        reply.json().await.unwrap()
    }

    pub async fn stream(&self, user: &str, token: &str) -> Stream {
        let (stream, reply) = self
            .try_stream(user, Some(token), Some("v2"))
            .await
            .unwrap();
        assert_eq!(reply.headers()["sec-websocket-protocol"], "v2");
        stream
    }

    pub async fn try_stream(
        &self,
        user: &str,
        token: Option<&str>,
        protocol: Option<&'static str>,
    ) -> Result<
        (
            Stream,
            tokio_tungstenite::tungstenite::handshake::client::Response,
        ),
        WsError,
    > {
        let path = format!("/ws/v2/telephony/users/{user}/registrations");
        self.try_socket(&path, token, protocol).await
    }

    pub async fn try_socket(
        &self,
        path: &str,
        token: Option<&str>,
        protocol: Option<&'static str>,
    ) -> Result<
        (
            Stream,
            tokio_tungstenite::tungstenite::handshake::client::Response,
        ),
        WsError,
    > {
        let url = self.url(path).replace("https:", "wss:");
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = token {
            request
                .headers_mut()
                .insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        if let Some(protocol) = protocol {
            request
                .headers_mut()
                .insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        }
        connect_async_tls_with_config(request, None, true, Some(self.connector())).await
    }

    /// A WebSocket at any path, without a subprotocol.
    pub async fn open_socket(&self, path: &str, token: Option<&str>) -> Result<Stream, WsError> {
        let url = self.url(path).replace("https:", "wss:");
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = token {
            let bearer = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", bearer);
        }
        let opened = connect_async_tls_with_config(request, None, true, Some(self.connector()));
        opened.await.map(|(stream, _)| stream)
    }

    fn connector(&self) -> Connector {
        Connector::Rustls(Arc::new(self.tls_config()))
    }

    fn tls_config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.org.ca_pem().as_bytes()).unwrap())
            .unwrap();
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    /// Where it listens, as `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.org.base_url().trim_start_matches("https://")
    }

    /// Sends these bytes over TLS and returns what comes back until the end, or an error's bytes so far.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let tcp = TcpStream::connect(self.address()).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(self.tls_config()));
        let mut tls = connector
            .connect("localhost".try_into().unwrap(), tcp)
            .await
            .unwrap();
        // The server may answer and close before it has read everything.
        let _ = tls.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(HANG, tls.read_to_end(&mut answer))
            .await
            .expect("the answer hangs");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// The next message, whatever it is; `None` when the stream is over.
pub async fn next(stream: &mut Stream) -> Option<Result<Message, WsError>> {
    tokio::time::timeout(HANG, stream.next())
        .await
        .expect("the stream hangs")
}

/// The next text frame as JSON.
pub async fn next_json(stream: &mut Stream) -> Value {
    match next(stream).await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("no text frame but {other:?}"),
    }
}

/// The code of the close frame that comes next.
pub async fn close_code(stream: &mut Stream) -> u16 {
    match next(stream).await {
        Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
        other => panic!("no close frame but {other:?}"),
    }
}
