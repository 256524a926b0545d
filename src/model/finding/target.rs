//! What can be probed, and how a person writes it.

use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use url::{Host, Url};

use crate::text::{fit, is_plain};

/// The port of SIP over TLS (RFC 3261 §19.1.2), which is what a bare host means to a TLS probe (contract §4).
pub const SIPS_PORT: u16 = 5061;
/// The port of SIP over UDP and TCP (RFC 3261 §19.1.2).
pub const SIP_PORT: u16 = 5060;
/// The port of STUN and TURN (RFC 8489 §14).
pub const STUN_PORT: u16 = 3478;
/// The port of STUN and TURN over TLS (RFC 8489 §14).
pub const STUNS_PORT: u16 = 5349;

/// Columns of a mistaken target that an error repeats.
const SHOWN: usize = 80;

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// A TLS handshake.
    Tls,
    /// A STUN Binding.
    Stun,
    /// A TURN allocation.
    Turn,
    /// Name resolution.
    Dns,
    /// An HTTP health check.
    Http,
    /// A SIP OPTIONS request.
    Sip,
}

/// What carries STUN and TURN (contract §7), and SIP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// UDP, with retransmissions.
    #[default]
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP, verified.
    Tls,
}

/// One thing to probe; checked when it is made, so a probe need not doubt it and a screen may show it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    protocol: Protocol,
    transport: Transport,
    address: String,
    host: String,
    port: u16,
}

/// Why something cannot be probed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is no {protocol} target: {why}", fit(.given, SHOWN))]
pub struct TargetError {
    /// As it was written, without what may be a password.
    given: String,
    protocol: Protocol,
    why: String,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 6] = [
        Self::Tls,
        Self::Stun,
        Self::Turn,
        Self::Dns,
        Self::Http,
        Self::Sip,
    ];

    /// Its name in targets, on screen and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Stun => "stun",
            Self::Turn => "turn",
            Self::Dns => "dns",
            Self::Http => "http",
            Self::Sip => "sip",
        }
    }
}

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];

    /// Its name in `?transport=`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

impl Target {
    /// Checks an address as a person writes it: `host[:port]` for TLS, `host[:port][?transport=udp|tcp|tls]` for STUN,
    /// TURN and SIP, a domain name for DNS, a URL for HTTP. An IPv6 address with a port is `[addr]:port`.
    pub fn new(protocol: Protocol, address: &str) -> Result<Self, TargetError> {
        let read = match protocol {
            _ if !is_plain(address) => Err("it has characters that cannot be shown".to_owned()),
            Protocol::Tls => authority(address, SIPS_PORT).map(|at| (Transport::Tls, at)),
            Protocol::Stun | Protocol::Turn => relay(address),
            Protocol::Sip => proxy(address),
            Protocol::Dns => name(address).map(|host| (Transport::Udp, (host, 0))),
            Protocol::Http => http(address).map(|at| (Transport::Tcp, at)),
        };
        match read {
            Ok((transport, (host, port))) => Ok(Self {
                protocol,
                transport,
                address: address.to_owned(),
                host,
                port,
            }),
            Err(why) => Err(TargetError {
                given: without_credentials(address),
                protocol,
                why,
            }),
        }
    }

    /// Which probe it asks for.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// What carries it; means something for STUN and TURN only.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether two targets are at one place and come there the same way, whatever is asked there.
    #[must_use]
    pub fn is_at(&self, other: &Self) -> bool {
        let place = |target: &Self| (target.port, target.transport);
        self.host == other.host && place(self) == place(other)
    }

    /// Whether two targets are one server, whose users are the same whichever transport they come by.
    #[must_use]
    pub fn same_server(&self, other: &Self) -> bool {
        self.host == other.host && (self.port == other.port || self.transport != other.transport)
    }

    /// As it was written, without the protocol.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The host alone: a name in ASCII, or an IP address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A STUN or TURN server as payloads write it: the port spelt out, the transport where it is not UDP (contract §7).
    #[must_use]
    pub fn spelt_out(&self) -> String {
        let (host, port) = (&self.host, self.port);
        let address = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        match self.transport {
            Transport::Udp => address,
            transport => format!("{address}?transport={transport}"),
        }
    }

    /// The port, the protocol's own when none was written; 0 for DNS, which asks a resolver and not the name.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Target {
    /// `tls:host:port` and the like, which [`FromStr`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.protocol, self.address)
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Protocol::ALL.into_iter().find_map(|protocol| {
            let address = text.strip_prefix(protocol.word())?.strip_prefix(':')?;
            // `http://host` is a URL and not the protocol `http` with the address `//host`.
            (!address.starts_with("//")).then_some((protocol, address))
        });
        let (protocol, address) = known.unwrap_or((Protocol::Http, text));
        Self::new(protocol, address)
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut target = to.serialize_struct("Target", 3)?;
        target.serialize_field("protocol", &self.protocol)?;
        target.serialize_field("transport", &self.transport)?;
        target.serialize_field("address", &self.address)?;
        target.end()
    }
}

/// What stands before an `@` may be a password, which belongs in no error.
fn without_credentials(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => address.to_owned(),
    }
}

type HostPort = (String, u16);

/// What stands before the `?`, and the transport after it.
fn carried(text: &str) -> Result<(&str, Option<Transport>), String> {
    let Some((address, query)) = text.split_once('?') else {
        return Ok((text, None));
    };
    let word = query.strip_prefix("transport=").unwrap_or_default();
    let known = Transport::ALL.into_iter().find(|t| t.word() == word);
    let known = known.ok_or("after the ? only transport=udp, tcp or tls may stand")?;
    Ok((address, Some(known)))
}

/// `host:port?transport=…` of a SIP server: without a transport TLS where the port is that of SIP over TLS, else UDP.
fn proxy(text: &str) -> Result<(Transport, HostPort), String> {
    let (address, transport) = carried(text)?;
    let port = match transport {
        Some(Transport::Tls) => SIPS_PORT,
        _ => SIP_PORT,
    };
    let (host, port) = authority(address, port)?;
    let usual = if port == SIPS_PORT {
        Transport::Tls
    } else {
        Transport::Udp
    };
    Ok((transport.unwrap_or(usual), (host, port)))
}

/// `host:port?transport=…`, as the contract writes TURN servers (§7).
fn relay(text: &str) -> Result<(Transport, HostPort), String> {
    let (address, transport) = carried(text)?;
    let transport = transport.unwrap_or_default();
    let port = match transport {
        Transport::Tls => STUNS_PORT,
        Transport::Udp | Transport::Tcp => STUN_PORT,
    };
    Ok((transport, authority(address, port)?))
}

fn authority(text: &str, default_port: u16) -> Result<HostPort, String> {
    // A bare IPv6 address has colons of its own.
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok((text.to_owned(), default_port));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => {
            let port = port.parse::<u16>().ok().filter(|port| *port > 0);
            (host, port.ok_or("the port is a number from 1 to 65535")?)
        }
        _ => (text, default_port),
    };
    Ok((self::host(host)?, port))
}

fn host(text: &str) -> Result<String, String> {
    let shape = "write host:port, or [address]:port for IPv6";
    match Host::parse(text).map_err(|error| format!("{error}; {shape}"))? {
        Host::Domain(name) => self::name(&name),
        Host::Ipv4(address) => Ok(address.to_string()),
        Host::Ipv6(address) => Ok(address.to_string()),
    }
}

/// A domain name within the limits of DNS (RFC 1035 §2.3.4).
fn name(text: &str) -> Result<String, String> {
    let name = url::Host::parse(text).map_err(|error| format!("{error}; write a domain name"))?;
    let Host::Domain(name) = name else {
        return Err("this is an address and not a name".to_owned());
    };
    let labels = name.strip_suffix('.').unwrap_or(&name);
    if labels.len() > 253 || labels.split('.').any(|l| l.is_empty() || l.len() > 63) {
        return Err("a name has parts of 1 to 63 characters, 253 in all".to_owned());
    }
    Ok(name)
}

fn http(text: &str) -> Result<HostPort, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write https://host/path"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a health check sends no credentials: take them out of the URL".to_owned());
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("it names no host".to_owned()),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err("use https; http is only for this machine".to_owned()),
        _ => return Err("use https".to_owned()),
    }
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_matches(['[', ']']).to_owned();
    Ok((host, url.port_or_known_default().unwrap_or(443)))
}

#[cfg(test)]
mod tests;
