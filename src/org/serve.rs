//! Connections: handshake, HTTP/1.1 or HTTP/2, and the WebSocket that may follow on the same one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::shared::Shared;
use super::upgrade::Handoff;
use super::{accept, route};

/// The most connections at once; the next ones wait to be accepted.
const MAX_CONNECTIONS: usize = 24_000;

/// How long a client may take for its TLS handshake, here and at the SIP proxies.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a connection may take for the head of its next request, the wait between two included.
const IDLE: Duration = Duration::from_secs(75);

/// The most bytes of a request's head.
const MAX_HEAD: usize = 32 * 1024;

/// Accepts until it is dropped, and takes every connection with it when it is.
pub(super) async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    accept::each(listener, MAX_CONNECTIONS, |tcp, _| {
        connection(tcp, acceptor.clone(), Arc::clone(&shared))
    })
    .await;
}

async fn connection(tcp: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    // Frames are small and somebody is looking at them.
    let _ = tcp.set_nodelay(true);
    let Ok(Ok(tls)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(tcp)).await else {
        return;
    };
    let handoff = Arc::new(Handoff::default());
    let service = service_fn({
        let handoff = Arc::clone(&handoff);
        move |request| {
            let (shared, handoff) = (Arc::clone(&shared), Arc::clone(&handoff));
            async move { route::answer(&shared, &handoff, request).await }
        }
    });
    let served = http(StreamTasks::default())
        .serve_connection_with_upgrades(TokioIo::new(tls), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(error, "a connection to the organisation ended early");
    }
    if let Some(session) = handoff.take() {
        session.await;
    }
}

fn http(nursery: StreamTasks) -> auto::Builder<StreamTasks> {
    let mut builder = auto::Builder::new(nursery);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(IDLE)
        .max_concurrent_streams(256)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
    builder
}

/// Runs the HTTP/2 streams of one connection, and ends them with it.
#[derive(Clone, Default)]
struct StreamTasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for StreamTasks {
    fn execute(&self, stream: F) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while streams.try_join_next().is_some() {}
        streams.spawn(stream);
    }
}
