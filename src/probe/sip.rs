//! The SIP probe: one OPTIONS request (RFC 3261 §11) over UDP, TCP or TLS.
//!
//! Any final answer proves that somebody speaks SIP there. 2xx is as it should be; a refusal says that the server is there and does not
//! serve us; from 500 on it says that it cannot serve anybody.

mod message;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use self::message::{Options, SipResponse, framed};
use super::connect::{self, NoWay};
use super::stun::failed::Failed;
use super::trust::Trust;
use super::{Deadline, micros, tls};
use crate::cause::Cause;
use crate::cloud::way::Stream;
use crate::model::finding::{ProbeOutcome, SipAnswer, Target, Transport};

/// The first wait for an answer over UDP, doubled up to the longest (RFC 3261 §17.1.2.2: T1 and T2).
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

/// Bytes of an answer; one of OPTIONS may bring a session description.
pub(super) const MOST_BYTES: usize = 16_384;

/// Packets that are not the answer before the server counts as talking nonsense.
const MOST_STRAYS: u32 = 64;

/// Asks a target what it can do.
pub(super) async fn probe(target: &Target, trust: &Trust, until: Deadline) -> ProbeOutcome {
    let asked = match target.transport() {
        Transport::Udp => datagrams(target, trust, until).await,
        Transport::Tcp => stream(target, trust, until).await,
        Transport::Tls => secure(target, trust, until).await,
    };
    match asked {
        Ok(answer) => ProbeOutcome::Sip(answer),
        Err(failed) => failed.outcome("SIP", target),
    }
}

fn nonsense(why: impl Into<String>) -> Failed {
    Failed::Answered(Cause::SipNonsense.told().with("said", why))
}

/// Over UDP: the first address of the name that this machine has a route to and that does not refuse.
async fn datagrams(target: &Target, trust: &Trust, until: Deadline) -> Result<SipAnswer, Failed> {
    let mut last = None;
    for peer in trust.names.of(target, until).await? {
        match datagram(target, peer, until).await {
            Err(Failed::NoWay(no_way)) => last = Some(no_way),
            ended => return ended,
        }
    }
    Err(last.map_or_else(|| Failed::setup("the name has no address"), Into::into))
}

async fn datagram(target: &Target, peer: SocketAddr, until: Deadline) -> Result<SipAnswer, Failed> {
    let gone = |error| NoWay::from_io(peer, error);
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await.map_err(gone)?;
    socket.connect(peer).await.map_err(gone)?;
    let local = socket.local_addr().map_err(gone)?;
    let options = Options::new(target, local);
    let request = options.request();
    let (mut wait, mut requests, mut strays) = (T1, 0, 0);
    let mut bytes = vec![0; MOST_BYTES];
    let mut sent = Instant::now();
    let mut again = sent;
    loop {
        if requests == 0 || Instant::now() >= again {
            sent = Instant::now();
            again = sent + wait;
            wait = (wait * 2).min(T2);
            socket.send(request.as_bytes()).await.map_err(gone)?;
            requests += 1;
        }
        match tokio::time::timeout_at(until.at.min(again), socket.recv(&mut bytes)).await {
            Ok(received) => {
                let length = received.map_err(gone)?;
                let read = bytes.get(..length).and_then(SipResponse::read);
                let answer = read.filter(|answer| answer.answers(&options));
                match answer {
                    // It has heard us, and the answer is on its way (§17.1.2.2).
                    Some(answer) if answer.status < 200 => {
                        wait = T2;
                        again = Instant::now() + wait;
                    }
                    Some(answer) => {
                        return Ok(answer.told(target, peer, micros(sent.elapsed()), requests));
                    }
                    None => strays += 1,
                }
                if strays >= MOST_STRAYS {
                    let why = format!("{strays} packets came and none was the answer");
                    return Err(nonsense(why));
                }
            }
            Err(_) if Instant::now() >= until.at => {
                return Err(Failed::silent(peer, requests, until.allowed));
            }
            Err(_) => {}
        }
    }
}

async fn stream(target: &Target, trust: &Trust, until: Deadline) -> Result<SipAnswer, Failed> {
    let stream = connect::tcp(target, &trust.names, until).await?;
    let (local, peer) = ends(&stream)?;
    exchange(stream, target, (local, peer), until).await
}

async fn secure(target: &Target, trust: &Trust, until: Deadline) -> Result<SipAnswer, Failed> {
    let config = trust.config().await.map_err(Failed::Setup)?;
    let stream = connect::tcp(target, &trust.names, until).await?;
    let (local, peer) = ends(&stream)?;
    let shaken = until
        .wait(tls::secure(target, config, Stream::Left(stream)))
        .await;
    let stream = shaken
        .map_err(|slow| Failed::Before(tls::stalled(peer, slow)))?
        .map_err(|error| Failed::Answered(tls::broken_handshake(target, &error)))?;
    exchange(stream, target, (local, peer), until).await
}

fn ends(stream: &tokio::net::TcpStream) -> Result<(SocketAddr, SocketAddr), Failed> {
    let (local, peer) = (stream.local_addr(), stream.peer_addr());
    Ok((local.map_err(NoWay::Gone)?, peer.map_err(NoWay::Gone)?))
}

/// Over a stream the request is sent once, and the answer is framed by its length (§18.3).
async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    target: &Target,
    (local, peer): (SocketAddr, SocketAddr),
    until: Deadline,
) -> Result<SipAnswer, Failed> {
    let options = Options::new(target, local);
    let broke = |error: io::Error| Failed::broke(peer, &error);
    let silent = |_| Failed::silent(peer, 1, until.allowed);
    let sent = Instant::now();
    let request = options.request();
    let ask = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await
    };
    until.wait(ask).await.map_err(silent)?.map_err(broke)?;
    let mut begun = BytesMut::new();
    let mut strays = 0;
    loop {
        while let Some(length) = framed(&begun).map_err(nonsense)? {
            let bytes = begun.split_to(length);
            let read = SipResponse::read(&bytes);
            match read.filter(|answer| answer.answers(&options)) {
                Some(answer) if answer.status >= 200 => {
                    return Ok(answer.told(target, peer, micros(sent.elapsed()), 1));
                }
                Some(_) => {}
                None => strays += 1,
            }
            if strays >= MOST_STRAYS {
                return Err(nonsense(format!(
                    "{strays} messages came and none was the answer"
                )));
            }
        }
        let read = until
            .wait(stream.read_buf(&mut begun))
            .await
            .map_err(silent)?;
        if read.map_err(broke)? == 0 {
            return Err(broke(io::ErrorKind::UnexpectedEof.into()));
        }
    }
}
