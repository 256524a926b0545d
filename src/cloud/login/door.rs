//! The door on this machine that the browser comes back through (RFC 8252 §7.3): loopback only, for one sign-in.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::returned::{self, Code, Denied};

/// Connections at once; browsers open a few ahead of time.
const MOST: usize = 8;

/// From a connection to its whole answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a request's head.
const LARGEST: usize = 16 << 10;

type Outcome = Result<Code, Denied>;

/// An open door.
pub(super) struct Door {
    listener: TcpListener,
    port: u16,
    visits: JoinSet<Option<Outcome>>,
}

impl Door {
    /// Opens it at this port, or at any for 0.
    pub(super) async fn open(port: u16) -> Result<Self, String> {
        let failed = |error: std::io::Error| {
            format!("nothing can listen on 127.0.0.1:{port} ({error}); another console may")
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(failed)?;
        Ok(Self {
            port: listener.local_addr().map_err(failed)?.port(),
            listener,
            visits: JoinSet::new(),
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Serves until a browser has come back with an answer to this sign-in; its page is written by then. Whoever comes with
    /// anything else is sent away, and the wait goes on.
    pub(super) async fn answered(&mut self, state: &str) -> Outcome {
        let state: Arc<str> = state.into();
        loop {
            tokio::select! {
                Some(visit) = self.visits.join_next() => {
                    if let Ok(Some(outcome)) = visit {
                        return outcome;
                    }
                }
                accepted = self.listener.accept(), if self.visits.len() < MOST => match accepted {
                    Ok((visitor, _)) => {
                        self.visits.spawn(receive(visitor, Arc::clone(&state)));
                    }
                    // Out of descriptors, most likely: the next try is not at once.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                },
            }
        }
    }
}

/// Serves one connection: one request.
async fn receive(visitor: TcpStream, state: Arc<str>) -> Option<Outcome> {
    let found: Arc<Mutex<Option<Outcome>>> = Arc::default();
    let keep = Arc::clone(&found);
    let service = service_fn(move |request: Request<Incoming>| {
        let (status, words, outcome) = answer(&request, &state);
        if outcome.is_some() {
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
        }
        async move { Ok::<_, Infallible>(page(status, words)) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LARGEST)
        .keep_alive(false)
        .serve_connection(TokioIo::new(visitor), service);
    // Whether the page could be written does not matter: the code counts.
    let _ = tokio::time::timeout(PATIENCE, serving).await;
    found.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn answer(request: &Request<Incoming>, state: &str) -> (StatusCode, &'static str, Option<Outcome>) {
    if request.uri().path() != "/" {
        return (StatusCode::NOT_FOUND, "Nothing is here.", None);
    }
    if request.method() != Method::GET {
        let words = "This only takes what a browser brings.";
        return (StatusCode::METHOD_NOT_ALLOWED, words, None);
    }
    match returned::read(request.uri().query().unwrap_or_default(), state) {
        Ok(code) => {
            let words = "You have signed in. Close this window and go back to trunkline, which takes it from here.";
            (StatusCode::OK, words, Some(Ok(code)))
        }
        Err(Denied::Refused(why)) => {
            let words = "The organisation refused the sign-in. trunkline says why.";
            (StatusCode::OK, words, Some(Err(Denied::Refused(why))))
        }
        Err(_) => {
            let words = "This is not the sign-in that trunkline waits for. Start it again there with :login.";
            (StatusCode::BAD_REQUEST, words, None)
        }
    }
}

/// A plain page, which nothing is loaded into and nothing of which is kept.
fn page(status: StatusCode, words: &str) -> Response<Full<Bytes>> {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>trunkline</title><p>{words}</p></html>\n"
    );
    let mut response = Response::new(Full::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
