//! One message of a call: as it is on the wire (RFC 3261 §7), and as a search shows it (`HomerRecord`).

use std::fmt::Write as _;
use std::rc::Rc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::platform::sparse::{moment, sparse};
use crate::org::platform::way::hash;

/// Begins every branch (RFC 3261 §8.1.1.7).
const COOKIE: &str = "z9hG4bK";

/// One of the two that a dialog is between.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) alias: String,
    pub(super) ip: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) agent: &'static str,
}

impl Party {
    /// The same one under another address.
    pub(super) fn called(self, uri: &str) -> Self {
        let bare = uri.split_once(':').map_or(uri, |(_, bare)| bare);
        let (user, host) = match bare.split_once('@') {
            Some((user, host)) => (user, host.to_owned()),
            None => (bare, self.host),
        };
        Self {
            user: user.to_owned(),
            host,
            ..self
        }
    }

    fn uri(&self) -> String {
        format!("sip:{}@{}", self.user, self.host)
    }

    fn socket(&self) -> String {
        format!("{}:{}", self.ip, self.port)
    }
}

/// What all messages of a leg have in common.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    pub(super) conversation: String,
    pub(super) participant: String,
    pub(super) call_id: String,
    /// Of the caller and of the callee.
    pub(super) tags: [String; 2],
    /// The caller and the callee.
    pub(super) parties: [Party; 2],
    pub(super) transport: &'static str,
    /// The codec that is agreed on.
    pub(super) codec: &'static str,
    pub(super) draw: u64,
}

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) dialog: Rc<Dialog>,
    pub(super) at: Timestamp,
    /// Empty for a request.
    pub(super) status: &'static str,
    pub(super) reason: &'static str,
    /// What is asked, or what is answered.
    pub(super) method: &'static str,
    /// The number of that request.
    pub(super) number: u32,
    /// Whether the caller says it.
    pub(super) by_caller: bool,
    /// Whether the callee is known by a tag.
    pub(super) tagged: bool,
    /// Whether it is a transaction of its own.
    pub(super) apart: bool,
    /// Its place among those of its leg.
    pub(super) place: usize,
}

impl Message {
    fn is_request(&self) -> bool {
        self.status.is_empty()
    }

    /// Who says it, and to whom.
    fn ends(&self) -> [&Party; 2] {
        let [caller, target] = &self.dialog.parties;
        if self.by_caller {
            [caller, target]
        } else {
            [target, caller]
        }
    }

    /// Whether the request, whose message or answer this is, was the caller's.
    fn asked_by_caller(&self) -> bool {
        self.by_caller == self.is_request()
    }

    /// Who the request was from and for, each with the tag.
    fn named(&self) -> [(&Party, &str); 2] {
        let ([caller, target], [mine, theirs]) = (&self.dialog.parties, &self.dialog.tags);
        if self.asked_by_caller() {
            let tag = if self.tagged { theirs.as_str() } else { "" };
            [(caller, mine), (target, tag)]
        } else {
            [(target, theirs), (caller, mine)]
        }
    }

    fn branch(&self) -> String {
        let sort = match self.method {
            // A CANCEL has the branch of what it cancels (RFC 3261 §9.1).
            "CANCEL" => "INVITE",
            "ACK" if !self.apart => "INVITE",
            other => other,
        };
        format!(
            "{COOKIE}{:016x}",
            hash(&format!("{} {sort}", self.dialog.draw))
        )
    }

    fn via(&self) -> String {
        let [(asker, _), _] = self.named();
        let (transport, socket) = (self.dialog.transport, asker.socket());
        format!(
            "SIP/2.0/{transport} {socket};branch={};rport",
            self.branch()
        )
    }

    fn cseq(&self) -> String {
        format!("{} {}", self.number, self.method)
    }

    /// Media are described by the INVITE and by the answer that takes it.
    fn media(&self) -> Option<String> {
        let described = self.method == "INVITE" && matches!(self.status, "" | "200");
        described.then(|| {
            let [by, _] = self.ends();
            let draw = self.dialog.draw;
            let port = 16_384 + (draw >> 20) % 8_000 * 2 + u64::from(self.by_caller) * 2;
            let (numbers, maps): (&str, &[&str]) = match (self.is_request(), self.dialog.codec) {
                (true, _) => ("96 8 0 101", &["96 opus/48000/2", "8 PCMA/8000", "0 PCMU/8000"]),
                (_, "opus") => ("96 101", &["96 opus/48000/2"]),
                _ => ("8 101", &["8 PCMA/8000"]),
            };
            let mut text = format!(
                "v=0\r\no=- {} 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {numbers}\r\n",
                draw % 1_000_000_007,
                ip = by.ip,
            );
            for map in maps {
                // Writing to a string does not fail.
                let _ = write!(text, "a=rtpmap:{map}\r\n");
            }
            text + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
        })
    }

    fn uri(&self) -> String {
        let [_, (to, _)] = self.named();
        to.uri()
    }

    /// The headers in their order.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let address = |(party, tag): (&Party, &str)| match tag {
            "" => format!("<{}>", party.uri()),
            tag => format!("<{}>;tag={tag}", party.uri()),
        };
        let [from, to] = self.named().map(address);
        let [by, _] = self.ends();
        let media = self.media();
        let mut headers = vec![("Via", self.via())];
        if self.is_request() {
            headers.push(("Max-Forwards", "70".to_owned()));
        }
        headers.extend([
            ("From", from),
            ("To", to),
            ("Call-ID", self.dialog.call_id.clone()),
            ("CSeq", self.cseq()),
        ]);
        if self.method == "INVITE" && matches!(self.status, "" | "180" | "200") {
            headers.push(("Contact", format!("<sip:{}@{}>", by.user, by.socket())));
        }
        match self.status {
            "503" => headers.push(("Retry-After", "5".to_owned())),
            "" if self.method == "CANCEL" => {
                headers.push((
                    "Reason",
                    "SIP;cause=487;text=\"ORIGINATOR_CANCEL\"".to_owned(),
                ));
            }
            _ => {}
        }
        let agent = if self.is_request() {
            "User-Agent"
        } else {
            "Server"
        };
        headers.push((agent, by.agent.to_owned()));
        if media.is_some() {
            headers.push(("Content-Type", "application/sdp".to_owned()));
        }
        let length = media.map_or(0, |media| media.len());
        headers.push(("Content-Length", length.to_string()));
        headers
    }

    /// The message itself (RFC 3261 §7).
    pub(super) fn text(&self) -> String {
        let mut text = if self.is_request() {
            format!("{} {} SIP/2.0\r\n", self.method, self.uri())
        } else {
            format!("SIP/2.0 {} {}\r\n", self.status, self.reason)
        };
        for (name, value) in self.headers() {
            text.extend([name, ": ", &value, "\r\n"]);
        }
        text + "\r\n" + &self.media().unwrap_or_default()
    }

    /// The addresses and ports of who sends it and of whom it is for.
    pub(super) fn sockets(&self) -> [(&str, u16); 2] {
        self.ends().map(|end| (end.ip.as_str(), end.port))
    }

    /// As a search shows it (`HomerRecord`).
    pub(super) fn record(&self) -> Value {
        let ([by, to], [(from, tag), (whom, their)]) = (self.ends(), self.named());
        let method = if self.is_request() {
            self.method
        } else {
            self.status
        };
        let ruri = self.is_request().then(|| self.uri());
        let udp = self.dialog.transport == "UDP";
        let tag_of = |tag: &str| (!tag.is_empty()).then(|| tag.to_owned());
        sparse(json!({
            "id": format!("{}-{:08x}-{}", self.dialog.participant, self.dialog.draw >> 32, self.place),
            "date": moment(self.at),
            "milliTs": self.at.as_millisecond().to_string(), "microTs": self.at.as_microsecond().to_string(),
            "method": method, "replyReason": self.reason,
            "ruriUser": ruri.is_some().then_some(&whom.user), "ruriDomain": ruri.is_some().then_some(&whom.host), "ruri": ruri,
            "fromUser": from.user, "fromDomain": from.host, "fromTag": tag, "toUser": whom.user, "toDomain": whom.host,
            "toTag": tag_of(their), "contactUser": by.user, "contactIp": by.ip, "contactPort": by.port.to_string(),
            "callid": self.dialog.call_id, "via1": self.via(), "via1Branch": self.branch(), "cseq": self.cseq(),
            "contentType": self.media().map(|_| "application/sdp"), "userAgent": by.agent,
            "sourceIp": by.ip, "sourcePort": by.port.to_string(), "sourceAlias": by.alias,
            "destinationIp": to.ip, "destinationPort": to.port.to_string(), "destinationAlias": to.alias,
            "proto": if udp { "17" } else { "6" }, "family": "2", "node": "edge-capture", "msg": self.text(),
            "conversationId": self.dialog.conversation, "participantId": self.dialog.participant,
        }))
    }
}
