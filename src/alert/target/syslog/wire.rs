//! How a message gets to a collector.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio_rustls::TlsConnector;

use super::{Carriage, Collector};

/// How long is waited for the word that nobody takes a datagram; it comes at once from this machine and from near ones.
const REFUSAL: Duration = Duration::from_millis(100);

/// How long is waited for the collector to close a connection, or to break it off.
const CLOSES: Duration = Duration::from_millis(500);

/// Sends one message.
pub async fn send(to: &Collector, message: &[u8]) -> io::Result<()> {
    let place = (to.host.as_str(), to.port);
    match &to.carriage {
        Carriage::Udp => datagram(place, message).await,
        Carriage::Tcp => counted(TcpStream::connect(place).await?, message).await,
        Carriage::Tls(config) => {
            let tcp = TcpStream::connect(place).await?;
            counted(secure(&to.host, Arc::clone(config), tcp).await?, message).await
        }
    }
}

async fn datagram(place: (&str, u16), message: &[u8]) -> io::Result<()> {
    let to = lookup_host(place).await?.next();
    let to = to.ok_or_else(|| io::Error::other("the name has no address"))?;
    let from: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(from).await?;
    socket.connect(to).await?;
    socket.send(message).await?;
    match tokio::time::timeout(REFUSAL, socket.recv(&mut [0; 1])).await {
        Ok(Err(error)) => Err(error),
        // A collector answers nothing; whatever else comes is none of ours.
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

/// Octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3): the length of the message, a space, the message.
async fn counted(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    message: &[u8],
) -> io::Result<()> {
    let mut frame = format!("{} ", message.len()).into_bytes();
    frame.extend_from_slice(message);
    stream.write_all(&frame).await?;
    stream.flush().await?;
    stream.shutdown().await?;
    // Only what breaks it off says that the message was not taken.
    let mut heard = [0; 64];
    let end = async {
        while stream.read(&mut heard).await? > 0 {}
        Ok::<(), io::Error>(())
    };
    match tokio::time::timeout(CLOSES, end).await {
        // Many close without a farewell.
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        Ok(ended) => ended,
        Err(_) => Ok(()),
    }
}

async fn secure(
    host: &str,
    config: Arc<ClientConfig>,
    tcp: TcpStream,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.trim_end_matches('.').to_owned());
    let name = name.map_err(io::Error::other)?;
    TlsConnector::from(config).connect(name, tcp).await
}
