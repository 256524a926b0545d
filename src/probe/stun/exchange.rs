//! Requests and their answers over one socket: `stun-proto` holds the transactions and their retransmissions, this moves
//! its bytes.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use stun_proto::Instant as StunInstant;
use stun_proto::agent::{StunAgent, StunAgentPollRet};
use stun_proto::types::TransportType;
use stun_proto::types::message::{Message, MessageHeader};
use tokio::net::UdpSocket;

use super::failed::Failed;
use super::stream::Stream;
use crate::model::finding::{Target, Transport};
use crate::probe::connect::{self, NoWay};
use crate::probe::trust::Trust;
use crate::probe::{Deadline, tls};

/// Retransmissions of RFC 8489 §6.2.1: RTO, Rc, and Rm × RTO.
const RTO: Duration = Duration::from_millis(500);
const RC: u32 = 7;
const LAST: Duration = Duration::from_secs(8);

/// A whole message; the largest answer of a server is a few hundred bytes.
pub(super) const MOST_BYTES: usize = 4096;

/// Packets that are not the answer before the server counts as talking nonsense.
const MOST_STRAYS: u32 = 64;

enum Link {
    Udp(UdpSocket),
    Stream(Stream),
}

/// A server's answer.
pub(in crate::probe) struct StunReply {
    bytes: Vec<u8>,
    /// From the last request to the answer.
    pub(in crate::probe) rtt: Duration,
}

impl StunReply {
    pub(in crate::probe) fn message(&self) -> Result<Message<'_>, Failed> {
        Ok(Message::from_bytes(&self.bytes)?)
    }
}

/// An open socket to a server, and the requests that are under way.
pub(in crate::probe) struct Exchange {
    link: Link,
    agent: StunAgent,
    /// Where the library's time begins.
    base: Instant,
    peer: SocketAddr,
    local: SocketAddr,
    /// Further addresses of the same name, the next one last.
    others: Vec<SocketAddr>,
    requests: u32,
}

impl Exchange {
    /// Opens a socket by the target's transport.
    pub(in crate::probe) async fn open(
        target: &Target,
        trust: &Trust,
        until: Deadline,
    ) -> Result<Self, Failed> {
        match target.transport() {
            Transport::Udp => {
                let mut others = trust.names.of(target, until).await?;
                others.reverse();
                Self::datagrams(others).await
            }
            Transport::Tcp => {
                let (stream, local, peer) = connect::outward(target, trust, until).await?;
                Ok(Self::new(Link::Stream(Stream::new(stream)), local, peer))
            }
            Transport::Tls => secure(target, trust, until).await,
        }
    }

    fn new(link: Link, local: SocketAddr, peer: SocketAddr) -> Self {
        let transport = match link {
            Link::Udp(_) => TransportType::Udp,
            Link::Stream(_) => TransportType::Tcp,
        };
        let agent = StunAgent::builder(transport, local)
            .remote_addr(peer)
            .request_retransmits(RTO, Duration::MAX, RC, LAST)
            .build();
        Self {
            link,
            agent,
            base: Instant::now(),
            peer,
            local,
            others: Vec::new(),
            requests: 0,
        }
    }

    /// A socket that hears one address alone: the last of the list that this machine has a route to. A machine without
    /// IPv6 finds out here.
    async fn datagrams(mut others: Vec<SocketAddr>) -> Result<Self, Failed> {
        let mut last = None;
        while let Some(peer) = others.pop() {
            match open(peer).await {
                Ok((socket, local)) => {
                    let fresh = Self::new(Link::Udp(socket), local, peer);
                    return Ok(Self { others, ..fresh });
                }
                Err(error) => last = Some(NoWay::from_io(peer, error)),
            }
        }
        Err(last.map_or_else(|| Failed::setup("the name has no address"), Into::into))
    }

    /// The server.
    pub(in crate::probe) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Our end, as this machine sees it.
    pub(in crate::probe) const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Requests sent so far, retransmissions included.
    pub(in crate::probe) const fn requests(&self) -> u32 {
        self.requests
    }

    /// Sends a request until its answer comes; where an address refuses it, to the next one of the name.
    pub(in crate::probe) async fn ask(
        &mut self,
        request: Vec<u8>,
        until: Deadline,
    ) -> Result<StunReply, Failed> {
        loop {
            let ended = self.ask_peer(&request, until).await;
            if self.others.is_empty() || !matches!(ended, Err(Failed::NoWay(_))) {
                return ended;
            }
            let requests = self.requests;
            let next = Self::datagrams(std::mem::take(&mut self.others)).await?;
            *self = Self { requests, ..next };
        }
    }

    /// Sends a request to the peer, again as often as the library says.
    async fn ask_peer(&mut self, request: &[u8], until: Deadline) -> Result<StunReply, Failed> {
        let id = MessageHeader::from_bytes(request)?.transaction_id();
        let now = self.now();
        let first = self.agent.send_request(request, self.peer, now)?;
        let first = first.data.to_vec();
        let mut sent = self.send(&first, until).await?;
        let mut strays = 0;
        loop {
            let wake = match self.agent.poll(self.now()) {
                StunAgentPollRet::WaitUntil(at) => at.to_std(self.base).into(),
                _ => return Err(self.silent(until)),
            };
            let wait = tokio::time::timeout_at(until.at.min(wake), self.link.receive());
            match wait.await {
                Ok(received) => {
                    let bytes = received.map_err(|error| self.broke(&error))?;
                    let rtt = sent.elapsed();
                    let answer = Message::from_bytes(&bytes).is_ok_and(|m| {
                        m.is_response() && m.transaction_id() == id && self.settle(&m)
                    });
                    if answer {
                        return Ok(StunReply { bytes, rtt });
                    }
                    strays += 1;
                    if strays >= MOST_STRAYS {
                        let why = format!("{strays} packets came and none was the answer");
                        return Err(Failed::nonsense(why));
                    }
                }
                Err(_) if until.at <= tokio::time::Instant::now() => return Err(self.silent(until)),
                Err(_) => {
                    let now = self.now();
                    if let Some(again) = self.agent.poll_transmit(now).map(|t| t.data.to_vec()) {
                        sent = self.send(&again, until).await?;
                    }
                }
            }
        }
    }

    fn settle(&mut self, answer: &Message<'_>) -> bool {
        let now = self.now();
        self.agent
            .handle_stun_message_with_time(answer, self.peer, now)
    }

    async fn send(&mut self, bytes: &[u8], until: Deadline) -> Result<Instant, Failed> {
        let at = Instant::now();
        let sent = until.wait(self.link.send(bytes)).await;
        sent.map_err(|_| self.silent(until))?
            .map_err(|error| self.broke(&error))?;
        self.requests += 1;
        Ok(at)
    }

    fn now(&self) -> StunInstant {
        StunInstant::from_std(self.base)
    }

    fn silent(&self, until: Deadline) -> Failed {
        Failed::silent(self.peer, self.requests, until.allowed)
    }

    fn broke(&self, source: &io::Error) -> Failed {
        match source.kind() {
            // An ICMP answer to our datagram.
            io::ErrorKind::ConnectionRefused => NoWay::Refused { peer: self.peer }.into(),
            io::ErrorKind::InvalidData => Failed::nonsense(source.to_string()),
            _ => Failed::broke(self.peer, source),
        }
    }
}

impl Link {
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.send(bytes).await.map(drop),
            Self::Stream(stream) => stream.send(bytes).await,
        }
    }

    /// The next packet or message; cancelling it loses nothing.
    async fn receive(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Udp(socket) => {
                let mut bytes = vec![0; MOST_BYTES];
                let length = socket.recv(&mut bytes).await?;
                bytes.truncate(length);
                Ok(bytes)
            }
            Self::Stream(stream) => stream.receive().await,
        }
    }
}

async fn open(peer: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(peer).await?;
    let local = socket.local_addr()?;
    Ok((socket, local))
}

async fn secure(target: &Target, trust: &Trust, until: Deadline) -> Result<Exchange, Failed> {
    let config = trust.config().await.map_err(Failed::Setup)?;
    let (stream, local, peer) = connect::outward(target, trust, until).await?;
    let shaken = until.wait(tls::secure(target, config, stream)).await;
    let stream = shaken
        .map_err(|slow| Failed::Before(tls::stalled(peer, slow)))?
        .map_err(|error| Failed::Answered(tls::broken_handshake(target, &error)))?;
    let link = Link::Stream(Stream::new(stream));
    Ok(Exchange::new(link, local, peer))
}
