//! Connections: accept, bound in number, time and size, and HTTP/1.1 on each.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use super::denials::{LATE, Late};
use super::pass::Peer;
use super::places::{Busy, Connections};
use super::route::{self, Hall};
use super::socket::Door;

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

/// Where clients come in; at least one of the two.
#[derive(Debug)]
pub(super) struct Doors {
    /// By TCP.
    pub(super) tcp: Option<TcpListener>,
    /// By the Unix socket.
    pub(super) socket: Option<Door>,
}

/// A client that came in.
#[derive(Debug)]
enum Client {
    Net(TcpStream),
    Local(UnixStream),
}

impl Doors {
    async fn accept(&self) -> io::Result<(Client, Peer)> {
        let by_tcp = async {
            let (client, from) = waits(self.tcp.as_ref()).await.accept().await?;
            let at = client.local_addr()?;
            Ok((Client::Net(client), Peer::Net { at, from }))
        };
        let by_socket = async {
            let (client, peer) = waits(self.socket.as_ref()).await.accept().await?;
            Ok((Client::Local(client), peer))
        };
        tokio::select! {
            client = by_tcp => client,
            client = by_socket => client,
        }
    }
}

/// What is there; where nothing is, nothing ever comes.
async fn waits<T>(door: Option<&T>) -> &T {
    match door {
        Some(door) => door,
        None => std::future::pending().await,
    }
}

/// Accepts until it is told to stop, then lets what is under way end. Aborting it ends every connection at once.
pub(super) async fn accept(doors: Doors, hall: Arc<Hall>, mut stop: watch::Receiver<bool>) {
    let mut places = Connections::new(MOST_CONNECTIONS);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = doors.accept() => accepted,
        };
        let (client, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely: others must end first.
                tracing::warn!(%error, "the listener could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        if !places.make_room(hall.tally()) {
            let _ = match client {
                Client::Net(client) => client.try_write(FULL),
                Client::Local(client) => client.try_write(FULL),
            };
            continue;
        }
        let busy = Arc::new(Busy::default());
        let task = {
            let (hall, busy, stop) = (Arc::clone(&hall), Arc::clone(&busy), stop.clone());
            match client {
                Client::Net(client) => {
                    let _ = client.set_nodelay(true);
                    connections.spawn(serve(client, peer, hall, busy, stop))
                }
                Client::Local(client) => connections.spawn(serve(client, peer, hall, busy, stop)),
            }
        };
        places.take(busy, task, hall.tally());
    }
    // From here on the address is free again.
    drop(doors);
    while connections.join_next().await.is_some() {}
}

async fn serve(
    client: impl AsyncRead + AsyncWrite,
    peer: Peer,
    hall: Arc<Hall>,
    busy: Arc<Busy>,
    mut stop: watch::Receiver<bool>,
) {
    let mut client = TimeoutStream::new(client);
    client.set_write_timeout(Some(STALL));
    let peer = Arc::new(peer);
    let service = service_fn(move |request| {
        let (hall, busy, peer) = (Arc::clone(&hall), Arc::clone(&busy), Arc::clone(&peer));
        async move {
            let reply = {
                let _busy = busy.mark();
                route::answer(&hall, &peer, request).await
            };
            if reply.extensions().get::<Late>().is_some() {
                // Whoever waits here is idle, and makes room for others.
                tokio::time::sleep(LATE).await;
            }
            Ok::<_, Infallible>(reply)
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
