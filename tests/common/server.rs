//! A scripted organisation: HTTPS or plain HTTP, HTTP/2 or 1.1, answers chosen by the test, every request remembered.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use trunkline::cloud::{Client, Settings};

use super::ground::bare;

pub type Answer = Response<Full<Bytes>>;
pub type ServerSocket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub verb: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Clone)]
struct Silence;

/// What a test decides: the answer to the n-th request of its path (from 0).
type Script = dyn Fn(&Seen, usize) -> Answer + Send + Sync;

pub struct Server {
    pub port: u16,
    tls: bool,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

struct State {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    connections: Mutex<usize>,
    sockets: Mutex<Vec<tokio::sync::oneshot::Sender<ServerSocket>>>,
}

impl Server {
    /// Plain HTTP on loopback.
    pub async fn plain(script: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(None, script).await
    }

    /// The same, which grants every token that it is asked for.
    pub async fn granting(script: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::plain(move |seen, before| match seen.path.as_str() {
            "/oauth/token" => token(before),
            _ => script(seen, before),
        })
        .await
    }

    pub async fn start(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            script: Box::new(script),
            seen: Mutex::default(),
            connections: Mutex::default(),
            sockets: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let secure = tls.is_some();
        tasks.spawn(accept(listener, tls, Arc::clone(&state)));
        Self {
            port,
            tls: secure,
            state,
            _tasks: tasks,
        }
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> Client {
        Client::new(settings(&self.url())).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub fn count(&self, path: &str) -> usize {
        self.seen()
            .iter()
            .filter(|seen| seen.path.starts_with(path))
            .count()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// The server's end of the next stream that is accepted.
    pub fn next_socket(&self) -> tokio::sync::oneshot::Receiver<ServerSocket> {
        let (give, take) = tokio::sync::oneshot::channel();
        self.state.sockets.lock().unwrap().push(give);
        take
    }
}

/// The settings of a client that signs in there by a secret of the tests' own.
pub fn settings(base_url: &str) -> Settings {
    bare(base_url, "noc", SecretString::from("canary-secret"))
}

pub fn answer(status: u16, body: &str) -> Answer {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    Response::builder().status(status).body(body).unwrap()
}

pub fn answer_with(status: u16, header: (&'static str, &str), body: &str) -> Answer {
    let mut answer = answer(status, body);
    answer
        .headers_mut()
        .insert(header.0, header.1.parse().unwrap());
    answer
}

/// No answer at all, however long one waits for it.
pub fn silence() -> Answer {
    let mut answer = answer(200, "");
    answer.extensions_mut().insert(Silence);
    answer
}

/// A token that names how many there were before it.
pub fn token(number: usize) -> Answer {
    answer(
        200,
        &format!(
            r#"{{"access_token":"canary-token-{number}","token_type":"Bearer","expires_in":7200}}"#
        ),
    )
}

/// The contract's answer to an upgrade.
pub fn switch(seen: &Seen, protocol: Option<&str>) -> Answer {
    let mut answer = answer_with(101, ("upgrade", "websocket"), "");
    let key = derive_accept_key(seen.header("sec-websocket-key").as_bytes());
    let headers = answer.headers_mut();
    headers.insert("connection", "Upgrade".parse().unwrap());
    headers.insert("sec-websocket-accept", key.parse().unwrap());
    if let Some(protocol) = protocol {
        headers.insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    answer
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let (tcp, _) = listener.accept().await.unwrap();
        *state.connections.lock().unwrap() += 1;
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        connections.spawn(async move {
            match tls {
                None => serve::<TcpStream>(tcp, state).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(tcp).await {
                        serve(stream, state).await;
                    }
                }
            }
        });
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, state: Arc<State>) {
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(handle(request, &state).await) }
    });
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection_with_upgrades(TokioIo::new(stream), service)
        .await;
}

async fn handle(mut request: Request<Incoming>, state: &State) -> Answer {
    let upgrade = hyper::upgrade::on(&mut request);
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let seen = Seen {
        verb: head.method.to_string(),
        path: head.uri.path_and_query().unwrap().to_string(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let before = {
        let mut all = state.seen.lock().unwrap();
        let before = all
            .iter()
            .filter(|earlier| earlier.path == seen.path)
            .count();
        all.push(seen.clone());
        before
    };
    let answer = (state.script)(&seen, before);
    if answer.extensions().get::<Silence>().is_some() {
        return std::future::pending().await;
    }
    if answer.status() == 101 {
        let waiting = state.sockets.lock().unwrap().pop();
        tokio::spawn(async move {
            let io = TokioIo::new(upgrade.await.unwrap());
            let socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
            if let Some(waiting) = waiting {
                let _ = waiting.send(socket);
            }
        });
    }
    answer
}
