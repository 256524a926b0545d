//! Where routes can lead: HTTPS endpoints on loopback, each good or bad in a way of its own, so that a pipeline has
//! something to verify and events have somewhere to go (contract §9).

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION};
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::carriers::Certificate;
use super::reply::{self, Refusal, Reply};
use super::route::read_body;
use super::serve::HANDSHAKE;
use super::shared::Shared;
use super::tls::Authority;
use super::{OrgError, accept, webhooks};

/// The most connections of one destination at once.
const MAX_CONNECTIONS: usize = 256;

/// How long the slow one takes: within a client's patience, and long enough to be noticed.
const SLOW: Duration = Duration::from_millis(1500);

/// How long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(75);

/// The fatal alert `protocol_version` in a TLS 1.1 record (RFC 4346 §7.2.2): what a server that speaks nothing newer
/// answers to a client that speaks nothing older.
const PROTOCOL_VERSION_ALERT: [u8; 7] = [0x15, 0x03, 0x02, 0x00, 0x02, 0x02, 0x46];

/// The name that no resolver knows (RFC 6761 §6.4).
const UNRESOLVABLE: &str = "https://bus.nowhere.invalid/in";

/// What a destination does with a request, or with a handshake before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DestinationBehaviour {
    Takes,
    TakesSlowly,
    Fails,
    Redirects,
    SpeaksOldTls,
}

/// The destinations that listen; a last one has only a name.
#[rustfmt::skip] // A table: one destination a line.
const DESTINATIONS: [(&str, DestinationBehaviour, Certificate, &str); 7] = [
    ("healthy", DestinationBehaviour::Takes, Certificate::Good, "takes everything"),
    ("slow", DestinationBehaviour::TakesSlowly, Certificate::Good, "takes everything after 1.5 s"),
    ("failing", DestinationBehaviour::Fails, Certificate::Good, "answers 500"),
    ("redirecting", DestinationBehaviour::Redirects, Certificate::Good, "answers 302, to the healthy one"),
    ("wrong-name", DestinationBehaviour::Takes, Certificate::WrongName, "has another host's certificate"),
    ("expired", DestinationBehaviour::Takes, Certificate::Expired, "has a certificate that has ended"),
    ("tls-1.1", DestinationBehaviour::SpeaksOldTls, Certificate::Good, "speaks TLS 1.1 and nothing newer"),
];

/// The name of the one that does not resolve.
const NAMELESS: &str = "unresolvable";

/// What there is to route to, one a line, for the help of the commands that start an organisation.
pub(super) fn help() -> String {
    let mut text = "Destinations for routes, at the addresses of the ready line:".to_owned();
    let listen = DESTINATIONS.iter().map(|(name, .., means)| (*name, *means));
    for (name, means) in listen.chain([(NAMELESS, "has a name that nobody resolves")]) {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {name:<15} {means}");
    }
    text
}

/// A destination's name and its URI.
pub(super) type NamedUri = (&'static str, String);

/// The destinations, bound and not serving yet.
pub(super) struct Destinations {
    bound: Vec<(TcpListener, TlsAcceptor, DestinationServer)>,
    named: Vec<NamedUri>,
}

#[derive(Clone, Copy)]
struct DestinationServer {
    name: &'static str,
    manner: DestinationBehaviour,
    /// Where the healthy one listens, for the one that redirects.
    healthy: SocketAddr,
}

impl Destinations {
    /// One listener each, on ports that were free.
    pub(super) async fn bind(ip: IpAddr, authority: &Authority) -> Result<Self, OrgError> {
        let address = SocketAddr::new(ip, 0);
        let failed = |source| OrgError::Listen { address, source };
        let (mut bound, mut named) = (Vec::new(), Vec::new());
        let mut healthy = None;
        for (name, manner, certificate, _) in DESTINATIONS {
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let place = listener.local_addr().map_err(failed)?;
            let acceptor = authority.server(&format!("{name} destination"), certificate)?;
            let destination = DestinationServer {
                name,
                manner,
                healthy: *healthy.get_or_insert(place),
            };
            named.push((name, format!("https://{place}/in")));
            bound.push((listener, acceptor, destination));
        }
        named.push((NAMELESS, UNRESOLVABLE.to_owned()));
        Ok(Self { bound, named })
    }

    /// All of them, the unresolvable one included.
    pub(super) fn named(&self) -> &[NamedUri] {
        &self.named
    }

    /// Serves in tasks of its own.
    pub(super) fn serve(self, shared: &Arc<Shared>, tasks: &mut JoinSet<()>) {
        for (listener, acceptor, destination) in self.bound {
            let shared = Arc::clone(shared);
            tasks.spawn(accept::each(listener, MAX_CONNECTIONS, move |tcp, _| {
                destination.connection(tcp, acceptor.clone(), Arc::clone(&shared))
            }));
        }
    }
}

impl DestinationServer {
    async fn connection(self, tcp: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
        if self.manner == DestinationBehaviour::SpeaksOldTls {
            // However it ends, the connection is closed next.
            let _ = tokio::time::timeout(HANDSHAKE, refuse_version(tcp)).await;
            return;
        }
        let Ok(Ok(tls)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(tcp)).await else {
            return;
        };
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(self.answer(&shared, request).await) }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .serve_connection(TokioIo::new(tls), service)
            .await;
        if let Err(error) = served {
            tracing::debug!(%error, "a connection to a destination ended early");
        }
    }

    /// Takes whatever is posted to any path, and answers in its manner. A GET is a health check and is not kept.
    async fn answer(self, shared: &Shared, request: Request<Incoming>) -> Reply {
        let at = Timestamp::now();
        let (head, body) = request.into_parts();
        let body = match read_body(body).await {
            Ok(body) => body,
            Err(refusal) => return refusal.into_reply(),
        };
        if self.manner == DestinationBehaviour::TakesSlowly {
            tokio::time::sleep(SLOW).await;
        }
        let reply = self.reply();
        if head.method == Method::POST {
            let path = format!("/{}{}", self.name, head.uri.path());
            let delivery = webhooks::delivery(at, path, &head.headers, &body, reply.status());
            shared.bus().push(delivery);
        }
        reply
    }

    fn reply(self) -> Reply {
        match self.manner {
            DestinationBehaviour::Takes
            | DestinationBehaviour::TakesSlowly
            | DestinationBehaviour::SpeaksOldTls => {
                reply::json(StatusCode::OK, &json!({"status": "ok"}))
            }
            DestinationBehaviour::Fails => Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal.server.error",
                "this destination always fails",
            )
            .into_reply(),
            DestinationBehaviour::Redirects => {
                let mut reply = reply::empty(StatusCode::FOUND);
                let healthy = format!("https://{}/in", self.healthy);
                if let Ok(location) = HeaderValue::try_from(healthy) {
                    reply.headers_mut().insert(LOCATION, location);
                }
                reply
            }
        }
    }
}

/// Hears the `ClientHello` out, so that the client sees an alert and not a reset.
async fn refuse_version(mut tcp: TcpStream) -> std::io::Result<()> {
    let mut header = [0; 5];
    tcp.read_exact(&mut header).await?;
    let length = u16::from_be_bytes([header[3], header[4]]);
    let mut hello = (&mut tcp).take(u64::from(length));
    tokio::io::copy(&mut hello, &mut tokio::io::sink()).await?;
    tcp.write_all(&PROTOCOL_VERSION_ALERT).await?;
    tcp.shutdown().await
}

/// `GET /_org/destinations`: where they are, and what was delivered to them.
pub(super) fn list(shared: &Shared) -> Reply {
    let bus = shared.bus();
    let (deliveries, dropped) = bus.parts();
    let destinations: serde_json::Map<_, _> = shared
        .destinations
        .iter()
        .map(|(name, uri)| ((*name).to_owned(), json!(uri)))
        .collect();
    let body = json!({"destinations": destinations, "deliveries": deliveries, "dropped": dropped});
    drop(bus);
    reply::json(StatusCode::OK, &body)
}
