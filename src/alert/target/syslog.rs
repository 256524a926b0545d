//! Syslog: one message an alert and one for its end (RFC 5424), over UDP (RFC 5426), TCP (RFC 6587, octet counting) or TLS
//! (RFC 5425).
//!
//! A collector does not say that it has taken a message: *sent* says that it was handed to the network, and over TCP and
//! TLS that the collector closed the connection without a fault, or said nothing against it for a while.

mod wire;

use std::sync::Arc;

use rustls::ClientConfig;

use super::words::headline;
use crate::alert::Notice;
use crate::alert::webhook::{Patience, silent, unreached};
use crate::model::alert::Severity;
use crate::text::{Text, safe};

/// Facilities by their words, with their numbers (RFC 5424 §6.2.1).
pub const FACILITIES: [(&str, u8); 10] = [
    ("user", 1),
    ("daemon", 3),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

/// The facility when the profile does not say: `local0`.
pub const FACILITY: u8 = 16;

/// The name of our structured data. 32473 is the number that is set aside for those who have none of their own (RFC 5612).
const SD_ID: &str = "trunkline@32473";

/// Bytes of a parameter and of the text, escapes counted: a message stays within 2048 bytes, which every collector should
/// take (RFC 5424 §6.1).
const PARAM: usize = 128;
const MESSAGE: usize = 480;

/// Bytes of a host name and of a message's kind (RFC 5424 §6).
const HOST: usize = 255;
const MSGID: usize = 32;

/// What carries messages.
#[derive(Clone, Debug)]
pub enum Carriage {
    /// A datagram each; a lost one is lost without a word.
    Udp,
    /// A connection each, in the clear.
    Tcp,
    /// A connection each, whose certificate is verified.
    Tls(Arc<ClientConfig>),
}

/// Where syslog goes.
#[derive(Clone, Debug)]
pub struct Collector {
    /// What carries it.
    pub carriage: Carriage,
    /// The collector's name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The number of the facility.
    pub facility: u8,
    /// What this machine is called.
    pub machine: String,
    /// How long an attempt may take.
    pub patience: Patience,
}

impl Collector {
    /// Sends once.
    pub(super) async fn send(&self, profile: &str, notice: &Notice) -> Result<(), Text> {
        let message = message(profile, notice, self.facility, &self.machine);
        let sent = wire::send(self, message.as_bytes());
        match tokio::time::timeout(self.patience.answer, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unreached(&self.host, &error)),
            Err(_) => Err(silent(&self.host, self.patience.answer)),
        }
    }
}

/// The message of a notice, without the framing of its carriage.
#[must_use]
pub fn message(profile: &str, notice: &Notice, facility: u8, machine: &str) -> String {
    let telling = &notice.telling;
    let level = match (notice.ended, telling.severity) {
        // Notice: a normal but significant condition.
        (Some(_), _) => 5,
        (None, Severity::Critical) => 2,
        (None, Severity::Warning) => 4,
        (None, Severity::Info) => 6,
    };
    let at = notice.ended.unwrap_or(notice.began).timestamp();
    let state = if notice.ended.is_some() {
        "resolved"
    } else {
        "raised"
    };
    let site = telling.site.as_ref().map_or("", Text::raw);
    let params = [
        ("alert", notice.alert.as_str()),
        ("state", state),
        ("severity", telling.severity.word()),
        ("profile", profile),
        ("type", &notice.body.alert_type),
        ("user", &notice.body.user_id),
        ("device", &notice.body.device_id),
        ("site", site),
        ("reason", telling.reason.raw()),
    ];
    let known = params.iter().filter(|(_, value)| !value.is_empty());
    let data: Vec<String> = known
        .map(|(name, value)| format!(" {name}=\"{}\"", param(value)))
        .collect();
    let data = data.concat();
    let text = cut(&headline(notice), MESSAGE, |c| c.to_string());
    // RFC 5424 §6.4: a text that is UTF-8 says so; ASCII needs no mark, which some collectors show.
    let mark = if text.is_ascii() { "" } else { "\u{feff}" };
    format!(
        "<{}>1 {at:.3} {} trunkline - {} [{SD_ID}{data}] {mark}{text}",
        u16::from(facility) * 8 + level,
        word(machine, HOST),
        word(&notice.body.alert_type, MSGID),
    )
}

/// A field of the header: printable ASCII without spaces, and `-` where there is nothing (RFC 5424 §6).
fn word(text: &str, most: usize) -> String {
    let printable = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    let word: String = text.chars().take(most).map(printable).collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}

/// The value of a parameter: `"`, `\` and `]` are escaped (RFC 5424 §6.3.3); line ends and controls are made visible first.
fn param(value: &str) -> String {
    cut(&safe(value), PARAM, |c| match c {
        '"' | '\\' | ']' => format!("\\{c}"),
        c => c.to_string(),
    })
}

/// A text of at most so many bytes, written character by character; a longer one ends in a mark.
fn cut(text: &str, most: usize, write: impl Fn(char) -> String) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let piece = write(c);
        if out.len() + piece.len() > most - "…".len() {
            return out + "…";
        }
        out.push_str(&piece);
    }
    out
}
