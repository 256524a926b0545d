//! Connections: accept, bound in number, time and size, and HTTP/1.1 on each.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use super::places::{Busy, Places};
use super::route::{self, Hall};

/// Connections at once.
pub(super) const MOST_CONNECTIONS: usize = 256;

/// How long a client may take for the head of its next request, the wait between two included.
const HEAD: Duration = Duration::from_secs(10);

/// How long a client may take none of its answer.
const STALL: Duration = Duration::from_secs(30);

/// The most bytes of a request's head.
const MAX_HEAD: usize = 16 * 1024;

/// The most header fields of a request.
const MAX_FIELDS: usize = 64;

/// The answer when every place is taken; the client has not been heard, so that it is the same for all.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n";

/// Accepts until it is told to stop, then lets what is under way end. Aborting it ends every connection at once.
pub(super) async fn accept(tcp: TcpListener, hall: Arc<Hall>, mut stop: watch::Receiver<bool>) {
    let mut places = Places::new(MOST_CONNECTIONS);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = tcp.accept() => accepted,
        };
        let client = match accepted {
            Ok((client, _)) => client,
            Err(error) => {
                // Out of descriptors, most likely: others must end first.
                tracing::warn!(%error, "the listener could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        if !places.make_room(hall.tally()) {
            let _ = client.try_write(FULL);
            continue;
        }
        let Ok(at) = client.local_addr() else {
            continue;
        };
        let busy = Arc::new(Busy::default());
        let serving = serve(
            client,
            at,
            Arc::clone(&hall),
            Arc::clone(&busy),
            stop.clone(),
        );
        places.take(busy, connections.spawn(serving), hall.tally());
    }
    // From here on the address is free again.
    drop(tcp);
    while connections.join_next().await.is_some() {}
}

async fn serve(
    client: TcpStream,
    at: SocketAddr,
    hall: Arc<Hall>,
    busy: Arc<Busy>,
    mut stop: watch::Receiver<bool>,
) {
    let _ = client.set_nodelay(true);
    let mut client = TimeoutStream::new(client);
    client.set_write_timeout(Some(STALL));
    let service = service_fn(move |request| {
        let (hall, busy) = (Arc::clone(&hall), Arc::clone(&busy));
        async move {
            let _busy = busy.mark();
            Ok::<_, Infallible>(route::answer(&hall, at, request).await)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .serve_connection(TokioIo::new(Box::pin(client)), service);
    let mut connection = std::pin::pin!(connection);
    let stopped = async {
        // What it returns is a lock, which must not be held across the wait below.
        drop(stop.wait_for(|stop| *stop).await);
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the listener ended early");
    }
}
