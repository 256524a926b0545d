//! A STUN server on loopback: Binding requests over UDP and TCP, and nothing else (RFC 8489).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use stun_proto::types::attribute::{Attribute, XorMappedAddress};
use stun_proto::types::message::{
    BINDING, Message, MessageClass, MessageHeader, MessageWrite, MessageWriteExt, MessageWriteVec,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::accept;

/// The longest request that is read, in bytes; a Binding request is 20 and a few attributes.
const LONGEST: usize = 1500;

/// The most TCP connections at once.
const MAX_CONNECTIONS: usize = 64;

/// How long a TCP connection may take for its next request.
const IDLE: Duration = Duration::from_secs(10);

/// How often a free port is looked for that both transports can have.
const ATTEMPTS: u32 = 16;

/// Both transports on one port, as a `host:port` means them (RFC 8489 §8).
pub(super) struct Stun {
    udp: UdpSocket,
    tcp: TcpListener,
    address: SocketAddr,
}

impl Stun {
    /// Takes a port that is free for both.
    pub(super) async fn bind(ip: IpAddr) -> io::Result<Self> {
        let mut attempt = 1;
        loop {
            let tcp = TcpListener::bind((ip, 0)).await?;
            let address = tcp.local_addr()?;
            match UdpSocket::bind(address).await {
                Ok(udp) => return Ok(Self { udp, tcp, address }),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }

    /// Where it answers.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is dropped.
    pub(super) async fn serve(self) {
        tokio::join!(
            datagrams(self.udp),
            accept::each(self.tcp, MAX_CONNECTIONS, connection)
        );
    }
}

async fn datagrams(socket: UdpSocket) {
    // One byte more than the longest, which is no length of a message: a cut datagram does not pass for a whole one.
    let mut buffer = [0; LONGEST + 1];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, peer)) => {
                let request = buffer.get(..length).unwrap_or_default();
                if let Some(reply) = answer(request, peer) {
                    // A reply that is lost is asked for again: UDP, after all.
                    let _ = socket.send_to(&reply, peer).await;
                }
            }
            // An ICMP error of an earlier reply; the socket itself goes on.
            Err(error) => {
                tracing::debug!(%error, "the STUN server could not receive");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Requests in turn; anything that is not answered ends the connection, as the framing is lost with it.
async fn connection(mut tcp: TcpStream, peer: SocketAddr) {
    while let Ok(Ok(request)) = tokio::time::timeout(IDLE, next(&mut tcp)).await {
        let Some(reply) = answer(&request, peer) else {
            return;
        };
        let sent = tokio::time::timeout(IDLE, tcp.write_all(&reply)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// One message by its length field (RFC 8489 §6.2.2).
async fn next(tcp: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = vec![0; MessageHeader::LENGTH];
    tcp.read_exact(&mut message).await?;
    let header = MessageHeader::from_bytes(&message).map_err(io::Error::other)?;
    let length = MessageHeader::LENGTH + usize::from(header.data_length());
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    message.resize(length, 0);
    if let Some(rest) = message.get_mut(MessageHeader::LENGTH..) {
        tcp.read_exact(rest).await?;
    }
    Ok(message)
}

/// The success response that tells the peer its own address; none to anything but exactly one Binding request
/// without attributes that this server would have to understand (RFC 8489 §6.3.1).
fn answer(request: &[u8], peer: SocketAddr) -> Option<Vec<u8>> {
    let header = MessageHeader::from_bytes(request).ok()?;
    if request.len() != MessageHeader::LENGTH + usize::from(header.data_length()) {
        return None;
    }
    let request = Message::from_bytes(request).ok()?;
    let binding = request.has_method(BINDING) && request.has_class(MessageClass::Request);
    let mut attributes = request.iter_attributes();
    if !binding || attributes.any(|(_, attribute)| attribute.get_type().comprehension_required()) {
        return None;
    }
    let mut reply = Message::builder_success(&request, MessageWriteVec::new());
    let mapped = XorMappedAddress::new(peer, request.transaction_id());
    reply.add_attribute(&mapped).ok()?;
    reply.add_fingerprint().ok()?;
    Some(reply.finish())
}

#[cfg(test)]
mod tests {
    use stun_proto::types::attribute::{Software, Username};

    use super::*;

    const PEER: &str = "[2001:db8::7]:4711";

    fn request() -> MessageWriteVec {
        Message::builder_request(BINDING, MessageWriteVec::new())
    }

    fn answered(request: &[u8]) -> bool {
        answer(request, PEER.parse().unwrap()).is_some()
    }

    #[test]
    fn a_binding_request_learns_its_address() {
        let mut asked = request();
        asked
            .add_attribute(&Software::new("test").unwrap())
            .unwrap();
        asked.add_fingerprint().unwrap();
        let asked = asked.finish();
        let reply = answer(&asked, PEER.parse().unwrap()).unwrap();
        let reply = Message::from_bytes(&reply).unwrap();
        let asked = Message::from_bytes(&asked).unwrap();
        assert!(reply.has_class(MessageClass::Success) && reply.has_method(BINDING));
        assert_eq!(reply.transaction_id(), asked.transaction_id());
        let mapped = reply.attribute::<XorMappedAddress>().unwrap();
        assert_eq!(mapped.addr(reply.transaction_id()), PEER.parse().unwrap());
    }

    #[test]
    fn nothing_else_is_answered() {
        assert!(answered(&request().finish()));
        let mut strange = request();
        let name = Username::new("ana").unwrap();
        strange.add_attribute(&name).unwrap();
        let strange = strange.finish();
        let indication = Message::builder_indication(BINDING, MessageWriteVec::new()).finish();
        let mut longer = request().finish();
        longer.push(0);
        let mut torn = request().finish();
        torn.pop();
        let mut damaged = request();
        damaged.add_fingerprint().unwrap();
        let mut damaged = damaged.finish();
        if let Some(last) = damaged.last_mut() {
            *last ^= 1;
        }
        let reply = answer(&request().finish(), PEER.parse().unwrap()).unwrap();
        for wrong in [
            strange,
            indication,
            longer,
            torn,
            damaged,
            reply,
            Vec::new(),
            vec![0; 20],
            vec![0xff; LONGEST],
        ] {
            assert!(!answered(&wrong), "{wrong:02x?}");
        }
    }
}
