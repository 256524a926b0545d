//! From a target to a connection, with a sentence for each way that it can fail.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Url;

use super::{Deadline, TooSlow};
use crate::cloud::names;
use crate::cloud::unreachable::Unreachable;
use crate::cloud::way::{Stream, Way};
use crate::model::finding::Target;
use crate::text::fit;

/// Columns of a library's words that a reason repeats.
pub(super) const SHOWN: usize = 160;

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 8;

/// The least time for one of several addresses: a SYN that was lost is sent again after a second.
const LEAST_TRY: Duration = Duration::from_millis(1200);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoWay {
    #[error(
        "the name {} has no address ({}). Check its spelling and this machine's DNS.",
        fit(host, SHOWN),
        fit(reason, SHOWN)
    )]
    Name { host: String, reason: String },
    #[error("{peer} refused the connection: nothing listens there, or a firewall rejects it.")]
    Refused { peer: SocketAddr },
    #[error("connecting to {at}: {slow}. Check the address, the route and the firewalls between.")]
    Slow { at: String, slow: TooSlow },
    #[error("{0}")]
    Proxy(Unreachable),
    #[error("the connection is gone again ({0}).")]
    Gone(io::Error),
    #[error("connecting to {peer} failed ({}). Check the network.", fit(&.source.to_string(), SHOWN))]
    Io { peer: SocketAddr, source: io::Error },
}

impl NoWay {
    /// An I/O error in the words of this module.
    pub(super) fn from_io(peer: SocketAddr, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::ConnectionRefused {
            return Self::Refused { peer };
        }
        Self::Io { peer, source }
    }
}

/// The addresses of a target, never none. The operator's machine decides what a name means, as for everything else
/// that runs on it.
pub(super) async fn addresses(target: &Target, until: Deadline) -> Result<Vec<SocketAddr>, NoWay> {
    if let Ok(address) = target.host().parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port())]);
    }
    let found = until
        .wait(names::lookup(target.host(), target.port()))
        .await
        .map_err(|slow| NoWay::Slow {
            at: format!("the name {}", target.host()),
            slow,
        })?;
    let mut found = found.map_err(|error| NoWay::Name {
        host: error.host,
        reason: error.source.to_string(),
    })?;
    found.truncate(MOST_ADDRESSES);
    Ok(found)
}

/// A connection by the proxy that a profile or the machine names for such a target, else straight; and its two ends, of
/// which the farther is the proxy's.
pub(super) async fn outward(
    target: &Target,
    way: &Way,
    until: Deadline,
) -> Result<(Stream, SocketAddr, SocketAddr), NoWay> {
    let at = format!("https://{}:{}/", bracketed(target.host()), target.port());
    let proxied = Url::parse(&at).ok().filter(|to| way.hop(to).is_some());
    let stream = match proxied {
        Some(to) => {
            let reached = until.wait(way.connect(&to)).await.map_err(|slow| {
                let at = "the proxy".to_owned();
                NoWay::Slow { at, slow }
            })?;
            reached.map_err(NoWay::Proxy)?
        }
        None => Stream::Plain(tcp(target, until).await?),
    };
    let tcp = match &stream {
        Stream::Rustls(secured) => secured.get_ref().0,
        Stream::Plain(tcp) => tcp,
        _ => return Err(NoWay::Gone(io::ErrorKind::Unsupported.into())),
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
pub(super) async fn tcp(target: &Target, until: Deadline) -> Result<TcpStream, NoWay> {
    let found = addresses(target, until).await?;
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
