//! The request, and as much of its answer as the probe tells (RFC 3261 §7, §25).

use std::fmt::Write as _;
use std::net::SocketAddr;

use uuid::Uuid;

use super::MOST_BYTES;
use crate::model::finding::{SipAnswer, Target, Transport};
use crate::text::Text;

/// Begins the branch of every request of this version of the protocol (§8.1.1.7).
const COOKIE: &str = "z9hG4bK";

/// Columns of what is told of one header.
const SHOWN: usize = 160;

/// One request.
pub(super) struct Options {
    uri: String,
    via: String,
    contact: String,
    call_id: String,
    tag: String,
}

impl Options {
    /// One that leaves from that socket. Nothing in it names this machine but the socket itself.
    pub(super) fn new(target: &Target, local: SocketAddr) -> Self {
        let id = || Uuid::new_v4().simple().to_string();
        let (scheme, transport) = match target.transport() {
            Transport::Udp => ("sip", "UDP"),
            Transport::Tcp => ("sip", "TCP"),
            Transport::Tls => ("sips", "TLS"),
        };
        let host = if target.host().contains(':') {
            format!("[{}]", target.host())
        } else {
            target.host().to_owned()
        };
        Self {
            uri: format!("{scheme}:{host}:{}", target.port()),
            via: format!("SIP/2.0/{transport} {local};branch={COOKIE}{};rport", id()),
            contact: format!("{scheme}:trunkline@{local}"),
            call_id: id(),
            tag: id(),
        }
    }

    /// As it is sent.
    pub(super) fn request(&self) -> String {
        let Self {
            uri,
            via,
            contact,
            call_id,
            tag,
        } = self;
        let mut text = format!("OPTIONS {uri} SIP/2.0\r\n");
        let from = format!("<{contact}>;tag={tag}");
        let (to, at) = (format!("<{uri}>"), format!("<{contact}>"));
        let agent = concat!("trunkline/", env!("CARGO_PKG_VERSION"));
        for (name, value) in [
            ("Via", via.as_str()),
            ("Max-Forwards", "70"),
            ("From", &from),
            ("To", &to),
            ("Call-ID", call_id),
            ("CSeq", "1 OPTIONS"),
            ("Contact", &at),
            ("Accept", "application/sdp"),
            ("User-Agent", agent),
            ("Content-Length", "0"),
        ] {
            // Writing to a string does not fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text + "\r\n"
    }
}

/// A response, as far as it is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SipResponse<'a> {
    pub(super) status: u16,
    reason: &'a str,
    call_id: Option<&'a str>,
    cseq: Option<&'a str>,
    server: Option<&'a str>,
    allow: Vec<&'a str>,
}

impl<'a> SipResponse<'a> {
    /// Reads one; none of what is no response. What is said twice counts once, but for what is a list.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let head = bytes.split_at_checked(head_of(bytes)?)?.0;
        let head = std::str::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let (version, rest) = lines.next()?.split_once(' ')?;
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let status: u16 = status.parse().ok()?;
        if !version.eq_ignore_ascii_case("SIP/2.0") || !(100..700).contains(&status) {
            return None;
        }
        let mut response = Self {
            status,
            reason: reason.trim(),
            call_id: None,
            cseq: None,
            server: None,
            allow: Vec::new(),
        };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let is = |long: &str, short: &str| {
                name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)
            };
            if is("Call-ID", "i") {
                response.call_id.get_or_insert(value);
            } else if is("CSeq", "") {
                response.cseq.get_or_insert(value);
            } else if is("Server", "") || (is("User-Agent", "") && response.server.is_none()) {
                response.server = Some(value);
            } else if is("Allow", "") {
                let methods = value.split(',').map(str::trim);
                response
                    .allow
                    .extend(methods.filter(|method| !method.is_empty()));
            }
        }
        Some(response)
    }

    /// Whether it is the answer to that request.
    pub(super) fn answers(&self, options: &Options) -> bool {
        let cseq = self
            .cseq
            .map(|cseq| cseq.split_ascii_whitespace().collect::<Vec<_>>());
        self.call_id == Some(options.call_id.as_str())
            && cseq.is_some_and(|cseq| cseq == ["1", "OPTIONS"])
    }

    /// What the probe tells of it.
    pub(super) fn told(
        &self,
        target: &Target,
        peer: SocketAddr,
        rtt_us: u64,
        requests: u32,
    ) -> SipAnswer {
        let text = |text: &str| Text::from(crate::text::fit(text, SHOWN));
        SipAnswer {
            peer,
            transport: target.transport(),
            status: self.status,
            reason: text(self.reason),
            server: self.server.filter(|server| !server.is_empty()).map(text),
            allow: text(&self.allow.join(", ")),
            rtt_us,
            requests,
        }
    }
}

/// Where the head of a message ends, the empty line included.
fn head_of(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

/// The length of the message at the front, once all of it is there; the error is why there will be none.
pub(super) fn framed(begun: &[u8]) -> Result<Option<usize>, String> {
    let Some(head) = head_of(begun) else {
        if begun.len() > MOST_BYTES {
            return Err(format!(
                "{} bytes came without the end of a head",
                begun.len()
            ));
        }
        return Ok(None);
    };
    let text = begun
        .get(..head)
        .and_then(|head| std::str::from_utf8(head).ok());
    let lines = text.ok_or("a head that is no text")?.lines();
    let mut named = lines.filter_map(|line| line.split_once(':'));
    let length = named.find(|(name, _)| {
        let name = name.trim();
        name.eq_ignore_ascii_case("Content-Length") || name.eq_ignore_ascii_case("l")
    });
    // A stream needs one (§20.14); an answer without it has no body that could be told from the next message.
    let body: usize = match length {
        Some((_, length)) => length
            .trim()
            .parse()
            .map_err(|_| "a length that is no number".to_owned())?,
        None => 0,
    };
    let whole = head.saturating_add(body);
    if whole > MOST_BYTES {
        return Err(format!("a message of {whole} bytes"));
    }
    Ok((begun.len() >= whole).then_some(whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::finding::Protocol;

    fn options(address: &str) -> Options {
        let target = Target::new(Protocol::Sip, address).unwrap();
        Options::new(&target, "192.0.2.1:5080".parse().unwrap())
    }

    #[test]
    fn a_request_has_what_every_request_needs() {
        let request = options("sip.example.com").request();
        assert!(
            request.starts_with("OPTIONS sip:sip.example.com:5060 SIP/2.0\r\n"),
            "{request}"
        );
        for header in [
            "Via: SIP/2.0/UDP 192.0.2.1:5080;branch=z9hG4bK",
            "Max-Forwards: 70",
            "CSeq: 1 OPTIONS",
            "Content-Length: 0\r\n\r\n",
        ] {
            assert!(request.contains(header), "{header}: {request}");
        }
        let secure = options("[2001:db8::1]:5061").request();
        assert!(
            secure.starts_with("OPTIONS sips:[2001:db8::1]:5061 "),
            "{secure}"
        );
        assert!(secure.contains("SIP/2.0/TLS"), "{secure}");
    }

    #[test]
    fn an_answer_is_read_and_another_s_is_not_taken_for_it() {
        let options = options("sip.example.com");
        let answer = format!(
            "SIP/2.0 200 OK\r\ni: {}\r\nCSeq: 1  OPTIONS\r\nServer: kamailio (5.6)\r\nAllow: INVITE, ACK\r\nAllow: BYE\r\nl: 2\r\n\r\nxy",
            options.call_id
        );
        assert_eq!(framed(answer.as_bytes()), Ok(Some(answer.len())));
        assert_eq!(framed(&answer.as_bytes()[..answer.len() - 1]), Ok(None));
        let read = SipResponse::read(answer.as_bytes()).unwrap();
        assert!(read.answers(&options));
        let target = Target::new(Protocol::Sip, "sip.example.com").unwrap();
        let told = read.told(&target, "192.0.2.9:5060".parse().unwrap(), 1_500, 2);
        assert_eq!((told.status, told.allow.raw()), (200, "INVITE, ACK, BYE"));
        assert_eq!(told.server, Some("kamailio (5.6)".into()));
        let other = answer.replace(&options.call_id, "another");
        assert!(
            !SipResponse::read(other.as_bytes())
                .unwrap()
                .answers(&options)
        );
        assert_eq!(SipResponse::read(b"HTTP/1.1 200 OK\r\n\r\n"), None);
        assert!(framed(b"SIP/2.0 200 OK\r\nContent-Length: 99999\r\n\r\n").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_framed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(Some(length)) = framed(&bytes) {
                prop_assert!(length <= bytes.len());
                let _ = SipResponse::read(&bytes[..length]);
            }
            let _ = SipResponse::read(&bytes);
        }
    }
}
