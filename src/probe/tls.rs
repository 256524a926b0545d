//! The TLS probe: a full handshake with verification, and what the peer showed in it even when it is refused.

mod certificate;
mod reason;
mod witness;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::witness::Witness;
use super::connect::{self, NoWay};
use super::trust::Trust;
use super::{Deadline, TooSlow};
use crate::cause::{Cause, Explanation};
use crate::cloud::tls::{self, Asked};
use crate::model::finding::{ProbeOutcome, Target, Tls, TlsVerdict};
use crate::time::Millis;

/// Certificates of a chain that are kept; real chains have two or three.
const MOST_CERTIFICATES: usize = 8;

/// How long a server that asked for a client certificate has to refuse: in TLS 1.3 it does so after the handshake, a round
/// trip later (RFC 8446 §4.4.2.4).
const REFUSES_WITHIN: Duration = Duration::from_secs(1);

/// Shakes hands with a target.
pub(super) async fn probe(
    target: &Target,
    trust: &Trust,
    expiring_days: u16,
    now: Millis,
    until: Deadline,
) -> ProbeOutcome {
    let mut found = Tls {
        verdict: TlsVerdict::Unreachable,
        reason: String::new().into(),
        peer: None,
        version: None,
        cipher: None,
        days_left: None,
        chain: Vec::new(),
        chain_dropped: 0,
    };
    let (verdict, reason) = match shake(target, trust, until, &mut found, now).await {
        Ok(asked) => {
            let shown = trust.identity.is_some();
            let (verdict, said) = reason::accepted(target, &found, expiring_days, now);
            (verdict, said + reason::asked(asked, shown))
        }
        Err(stop) => reason::refused(target, &stop),
    };
    found.verdict = verdict;
    found.reason = reason.into();
    ProbeOutcome::Tls(Box::new(found))
}

/// What ended a handshake.
#[derive(Debug)]
enum Stop {
    NoWay(NoWay),
    Setup(String),
    Slow(SocketAddr, TooSlow),
    Handshake(Explanation),
}

async fn shake(
    target: &Target,
    trust: &Trust,
    until: Deadline,
    found: &mut Tls,
    now: Millis,
) -> Result<bool, Stop> {
    let witness = Arc::new(Witness::new(trust.verifier().await.map_err(Stop::Setup)?));
    let asked = Asked::new(trust.identity.clone());
    let config = tls::config_with(Arc::clone(&witness) as _, Arc::clone(&asked))
        .map_err(|e| Stop::Setup(e.to_string()))?;
    let stream = connect::tcp(target, &trust.names, until)
        .await
        .map_err(Stop::NoWay)?;
    let peer = stream
        .peer_addr()
        .map_err(|error| Stop::Setup(error.to_string()))?;
    found.peer = Some(peer);
    let shaken = until.wait(secure(target, config, stream)).await;

    let shown = witness.shown();
    found.chain_dropped = shown.len().saturating_sub(MOST_CERTIFICATES);
    let kept = shown.iter().take(MOST_CERTIFICATES);
    found.chain = kept.filter_map(|der| certificate::read(der)).collect();
    found.days_left = found.leaf().map(|leaf| leaf.days_left(now));

    let refused = |error: &std::io::Error| {
        let told = tls::told_io(error, asked.by().as_ref());
        Stop::Handshake(reason::at(target, told))
    };
    let mut stream = shaken
        .map_err(|slow| Stop::Slow(peer, slow))?
        .map_err(|error| refused(&error))?;
    let (_, session) = stream.get_ref();
    found.version = session
        .protocol_version()
        .map(|version| reason::version(version).into());
    found.cipher = session
        .negotiated_cipher_suite()
        .and_then(|suite| suite.suite().as_str())
        // rustls marks the suites of TLS 1.3 in its own way.
        .map(|name| name.replacen("TLS13_", "TLS_", 1).into());
    if asked.by().is_none() {
        return Ok(false);
    }
    // Silence, or the beginning of a conversation, is consent.
    let mut first = [0];
    let heard = tokio::time::timeout(REFUSES_WITHIN, stream.read(&mut first));
    match until.wait(heard).await {
        Ok(Ok(Ok(0))) => Err(refused(&std::io::ErrorKind::UnexpectedEof.into())),
        Ok(Ok(Err(error))) => Err(refused(&error)),
        _ => Ok(true),
    }
}

/// A client's handshake over a connection; the name or address of the target is what must be certified.
pub(super) async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
    target: &Target,
    config: ClientConfig,
    stream: S,
) -> std::io::Result<TlsStream<S>> {
    let name = ServerName::try_from(target.host().trim_end_matches('.').to_owned())
        .map_err(std::io::Error::other)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// What a TLS error inside another probe means, and whether anybody was there.
pub(super) fn broken(target: &Target, error: &rustls::Error) -> (TlsVerdict, String) {
    let told = reason::at(target, tls::told(error, None));
    (reason::verdict(told.cause()), told.to_string())
}

/// A handshake that failed inside another probe.
pub(super) fn broken_handshake(target: &Target, error: &std::io::Error) -> Explanation {
    reason::at(target, tls::told_io(error, None))
}

/// One that did not end.
pub(super) fn stalled(peer: SocketAddr, slow: TooSlow) -> Explanation {
    Cause::TlsStalled
        .told()
        .with("at", peer.to_string())
        .with("seconds", format!("{:.1}", slow.0.as_secs_f64()))
}
