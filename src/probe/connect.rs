//! From a target to a connection, with a sentence for each way that it can fail.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Url;

use super::names::Names;
use super::trust::Trust;
use super::{Deadline, TooSlow};
use crate::cause::{Cause, Explanation, said};
use crate::cloud::unreachable::Unreachable;
use crate::cloud::way::Stream;
use crate::model::finding::Target;

/// The least time for one of several addresses: a SYN that was lost is sent again after a second.
const LEAST_TRY: Duration = Duration::from_millis(1200);

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoWay {
    Name { host: String, reason: String },
    Refused { peer: SocketAddr },
    Slow { at: String, slow: TooSlow },
    Proxy(Unreachable),
    Gone(io::Error),
    Io { peer: SocketAddr, source: io::Error },
}

impl fmt::Display for NoWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told().fmt(f)
    }
}

impl std::error::Error for NoWay {}

impl NoWay {
    /// The entry of the table that it is.
    pub(super) fn told(&self) -> Explanation {
        match self {
            Self::Name { host, reason } => Cause::NameWithoutAddress
                .told()
                .with("host", host)
                .with("said", reason),
            Self::Refused { peer } => Cause::PeerRefused.told().with("at", peer.to_string()),
            Self::Slow { at, slow } => Cause::ConnectingTooSlow
                .told()
                .with("at", at)
                .with("seconds", format!("{:.1}", slow.0.as_secs_f64())),
            Self::Proxy(cause) => cause.told(),
            Self::Gone(error) => Cause::ConnectionGone.told().with("said", said(error)),
            Self::Io { peer, source } => Cause::ConnectingFailed
                .told()
                .with("at", peer.to_string())
                .with("said", said(source)),
        }
    }

    /// An I/O error in the words of this module.
    pub(super) fn from_io(peer: SocketAddr, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::ConnectionRefused {
            return Self::Refused { peer };
        }
        Self::Io { peer, source }
    }
}

/// A connection by the proxy that a profile or the machine names for such a target, else straight; and its two ends, of
/// which the farther is the proxy's.
pub(super) async fn outward(
    target: &Target,
    trust: &Trust,
    until: Deadline,
) -> Result<(Stream, SocketAddr, SocketAddr), NoWay> {
    let at = format!("https://{}:{}/", bracketed(target.host()), target.port());
    let proxied = Url::parse(&at)
        .ok()
        .filter(|to| trust.way.hop(to).is_some());
    let stream = match proxied {
        Some(to) => {
            let reached = until.wait(trust.way.connect(&to)).await.map_err(|slow| {
                let at = "the proxy".to_owned();
                NoWay::Slow { at, slow }
            })?;
            reached.map_err(NoWay::Proxy)?
        }
        None => Stream::Left(tcp(target, &trust.names, until).await?),
    };
    let tcp = match &stream {
        Stream::Right(secured) => secured.get_ref().0,
        Stream::Left(tcp) => tcp,
    };
    let (local, peer) = (tcp.local_addr(), tcp.peer_addr());
    let (local, peer) = (local.map_err(NoWay::Gone)?, peer.map_err(NoWay::Gone)?);
    Ok((stream, local, peer))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// Connects to the first address that takes it. Each gets its share of the time, so that a dead IPv6 route does not
/// use up what IPv4 needs.
pub(super) async fn tcp(
    target: &Target,
    names: &Names,
    until: Deadline,
) -> Result<TcpStream, NoWay> {
    let found = names.of(target, until).await?;
    let mut last = None;
    for (i, peer) in found.iter().enumerate() {
        let left = until.at.saturating_duration_since(Instant::now());
        let others = u32::try_from(found.len().saturating_sub(i)).unwrap_or(1);
        let share = (left / others.max(1)).max(LEAST_TRY).min(left);
        match tokio::time::timeout(share, TcpStream::connect(peer)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Some(NoWay::from_io(*peer, error)),
            Err(_) => {
                last = Some(NoWay::Slow {
                    at: peer.to_string(),
                    slow: TooSlow(share),
                });
            }
        }
    }
    Err(last.unwrap_or_else(|| NoWay::Slow {
        at: target.host().to_owned(),
        slow: TooSlow(until.allowed),
    }))
}
