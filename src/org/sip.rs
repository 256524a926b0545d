//! The carriers' SIP proxies, as far as a TLS probe goes: they show their certificate, complete the handshake, and
//! close when the client does. They speak no SIP.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::accept;
use super::serve::HANDSHAKE;

/// The most connections of one proxy at once.
const MAX_CONNECTIONS: usize = 64;

/// How long a client may stay once it is connected.
const STAY: Duration = Duration::from_secs(10);

/// How much a client may say before the connection is closed, in bytes.
const MOST_SAID: u64 = 64 * 1024;

/// Accepts until it is dropped.
pub(super) async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    accept::each(listener, MAX_CONNECTIONS, |tcp, _| {
        connection(tcp, acceptor.clone())
    })
    .await;
}

async fn connection(tcp: TcpStream, acceptor: TlsAcceptor) {
    let Ok(Ok(mut tls)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(tcp)).await else {
        return;
    };
    let mut said = (&mut tls).take(MOST_SAID);
    // However it ends, the connection is closed next.
    let _ = tokio::time::timeout(STAY, tokio::io::copy(&mut said, &mut sink())).await;
    let _ = tokio::time::timeout(STAY, tls.shutdown()).await;
}
