//! Through a proxy: `CONNECT` (RFC 9110 §9.3.6) or SOCKS, by the HTTP library's own parts.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};
use hyper_util::rt::TokioIo;
use reqwest::header::CONTENT_TYPE;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;
use tower_service::Service;

use super::{Hop, Page, ProxyFault, Stream};
use crate::cause::below;
use crate::cloud::unreachable::Unreachable;
use crate::cloud::{tls, wire};

/// From the first packet to the proxy's word.
const DEADLINE: Duration = Duration::from_secs(7);

/// Bytes of a refusal that are read for its title.
const MOST_BODY: usize = 16 << 10;

/// A connection to `host` by the proxy.
pub(super) async fn open(hop: &Hop, host: &str, port: u16) -> Result<Stream, ProxyFault> {
    let through = async {
        match hop.url.scheme() {
            "socks4" | "socks4a" | "socks5" | "socks5h" => socks(hop, host, port).await,
            _ => connect(hop, host, port).await,
        }
    };
    match tokio::time::timeout(DEADLINE, through).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ProxyFault::TimedOut(DEADLINE)),
    }
}

async fn connect(hop: &Hop, host: &str, port: u16) -> Result<Stream, ProxyFault> {
    let tcp = super::straight(hop.host(), hop.port())
        .await
        .map_err(at_proxy)?;
    let stream = match hop.url.scheme() {
        "https" => secured(hop, tcp).await?,
        _ => Either::Left(tcp),
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(&error))?;
    let request = request(hop, host, port)?;
    let spoken = async {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| broken(&error))?;
        if !answer.status().is_success() {
            return Err(refused(answer).await);
        }
        hyper::upgrade::on(answer)
            .await
            .map_err(|error| broken(&error))
    };
    // The connection is driven here, not by a task: nothing of it may outlive a caller that gives up. Its end is no news of
    // its own: whoever waits for something of it is told.
    let driven = async {
        let _ended = connection.with_upgrades().await;
        std::future::pending::<()>().await;
    };
    let upgraded = tokio::select! {
        biased;
        spoken = spoken => spoken?,
        () = driven => return Err(closed()),
    };
    let parts = upgraded
        .downcast::<TokioIo<Stream>>()
        .map_err(|_| closed())?;
    // Whom the tunnel leads to waits to be spoken to; bytes before that are not its own.
    if parts.read_buf.is_empty() {
        return Ok(parts.io.into_inner());
    }
    Err(ProxyFault::Broken(
        "it sent more than its answer".to_owned(),
    ))
}

fn request(hop: &Hop, host: &str, port: u16) -> Result<Request<Empty<&'static [u8]>>, ProxyFault> {
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let target = format!("{host}:{port}");
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(&target)
        .header(HOST, &target)
        .header(USER_AGENT, wire::USER_AGENT);
    if let Some(basic) = &hop.basic {
        request = request.header(PROXY_AUTHORIZATION, basic);
    }
    request.body(Empty::new()).map_err(|error| broken(&error))
}

/// TLS with the proxy itself, by the machine's trust: it is the machine's proxy, not the organisation's host.
async fn secured(hop: &Hop, tcp: TcpStream) -> Result<Stream, ProxyFault> {
    let name = ServerName::try_from(hop.host().to_owned()).map_err(|error| broken(&error))?;
    let config = tokio::task::spawn_blocking(|| tls::config(Vec::new(), None)).await;
    let config = config
        .map_err(|error| broken(&error))?
        .map_err(|error| broken(&error))?;
    let secured = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    secured
        .map(|secured| Either::Right(Box::new(secured)))
        .map_err(|error| ProxyFault::Broken(Unreachable::from_chain(&error).told().sentence()))
}

/// What the proxy says in place of a tunnel.
async fn refused(answer: hyper::Response<hyper::body::Incoming>) -> ProxyFault {
    if answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return ProxyFault::Login;
    }
    let status = answer.status().as_u16();
    let content_type = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.map(ToOwned::to_owned);
    let body = Limited::new(answer.into_body(), MOST_BODY).collect().await;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    ProxyFault::Answered(Page::new(status, content_type.as_deref(), &body))
}

async fn socks(hop: &Hop, host: &str, port: u16) -> Result<Stream, ProxyFault> {
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let target = format!("https://{host}:{port}/")
        .parse()
        .map_err(|error| broken(&error))?;
    let proxy = format!("http://{hop}/")
        .parse()
        .map_err(|error| broken(&error))?;
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // The names that end in neither `a` nor `h` are looked up here (as curl has it).
    let here = matches!(hop.url.scheme(), "socks4" | "socks5");
    let stream = if hop.url.scheme().starts_with("socks4") {
        let mut socks = SocksV4::new(proxy, tcp).local_dns(here);
        socks.call(target).await.map_err(|error| at_socks(&error))?
    } else {
        let mut socks = SocksV5::new(proxy, tcp).local_dns(here);
        if let Some((user, password)) = hop.login.clone() {
            socks = socks.with_auth(user, password);
        }
        socks.call(target).await.map_err(|error| at_socks(&error))?
    };
    Ok(Either::Left(stream.into_inner()))
}

/// What kept the proxy itself from being reached.
fn at_proxy(cause: Unreachable) -> ProxyFault {
    match cause {
        Unreachable::Name { reason, .. } => ProxyFault::Name(reason),
        Unreachable::Refused => ProxyFault::Refused,
        Unreachable::TimedOut(after) => ProxyFault::TimedOut(after),
        Unreachable::Broken(words) => ProxyFault::Broken(words),
        other => ProxyFault::Broken(other.told().sentence()),
    }
}

fn at_socks(error: &(dyn StdError + 'static)) -> ProxyFault {
    let mut next = Some(error);
    while let Some(link) = next {
        // The library says so by a word of its own debug text, and by no type.
        if link.to_string().contains("Auth") {
            return ProxyFault::Login;
        }
        next = below(link);
    }
    at_proxy(Unreachable::from_chain(error))
}

fn broken(error: &(dyn StdError + 'static)) -> ProxyFault {
    match Unreachable::from_chain(error) {
        Unreachable::Broken(words) => ProxyFault::Broken(words),
        other => ProxyFault::Broken(other.told().sentence()),
    }
}

fn closed() -> ProxyFault {
    ProxyFault::Broken("it closed the connection".to_owned())
}
