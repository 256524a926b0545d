//! What a connection is asked for with, and the rules of contract §7 for it.

use serde::Deserialize;

use crate::org::reply::Refusal;
use crate::org::rules::{Breaches, read};

/// The codecs that may be preferred, and those of them that a telephone speaks, as registrations spell them.
const CODECS: [(&str, Option<&str>); 8] = [
    ("OPUS", Some("opus")),
    ("G722", Some("G722")),
    ("PCMU", Some("PCMU")),
    ("PCMA", Some("PCMA")),
    ("G729", Some("G729")),
    ("VP8", None),
    ("VP9", None),
    ("H264", None),
];

const LONGEST_NAME: usize = 128;
const MOST_SESSIONS: i64 = 10_000;

/// The body of a submit. What the contract gives no rule for may be absent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provision {
    pub(super) name: String,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    #[serde(default, rename = "enabled")]
    _enabled: Option<bool>,
    pub(super) edge_id: String,
    max_concurrent_sessions: i64,
    codec_preferences: Vec<String>,
    #[serde(default)]
    stun_servers: Vec<String>,
    #[serde(default)]
    turn_servers: Vec<String>,
    browser_constraints: Option<Browser>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Browser {
    min_chrome_version: Option<i64>,
    min_firefox_version: Option<i64>,
    #[serde(rename = "allowDataChannels")]
    _allow_data_channels: Option<bool>,
}

impl Provision {
    /// Reads a body; a refusal names every field that breaks a rule.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let asked: Self = read(body)?;
        let mut breaches = Breaches::default();
        breaches.length("name", &asked.name, 1, LONGEST_NAME);
        breaches.check(!asked.edge_id.is_empty(), "edgeId", "not empty");
        let sessions = asked.max_concurrent_sessions;
        breaches.check(
            (1..=MOST_SESSIONS).contains(&sessions),
            "maxConcurrentSessions",
            format_args!("1 to {MOST_SESSIONS}, not {sessions}"),
        );
        asked.check_codecs(&mut breaches);
        asked.check_servers(&mut breaches);
        asked.check_browsers(&mut breaches);
        breaches.verdict()?;
        Ok(asked)
    }

    fn check_codecs(&self, breaches: &mut Breaches) {
        let codecs = &self.codec_preferences;
        breaches.check(!codecs.is_empty(), "codecPreferences", "at least one codec");
        for (at, codec) in codecs.iter().enumerate() {
            let field = format!("codecPreferences[{at}]");
            let known = CODECS.iter().any(|(known, _)| known == codec);
            let names = CODECS.map(|(known, _)| known).join(", ");
            breaches.check(known, &field, format_args!("one of {names}, not {codec:?}"));
            let first = !codecs[..at].contains(codec);
            breaches.check(first, &field, format_args!("{codec} is there already"));
        }
    }

    fn check_servers(&self, breaches: &mut Breaches) {
        for (at, server) in self.stun_servers.iter().enumerate() {
            let field = format!("stunServers[{at}]");
            breaches.check(is_place(server), field, RULE_STUN);
        }
        for (at, server) in self.turn_servers.iter().enumerate() {
            let (place, transport) = match server.split_once('?') {
                Some((place, query)) => (place, query.strip_prefix("transport=")),
                None => (server.as_str(), Some("udp")),
            };
            let holds = is_place(place) && matches!(transport, Some("udp" | "tcp" | "tls"));
            breaches.check(holds, format_args!("turnServers[{at}]"), RULE_TURN);
        }
    }

    fn check_browsers(&self, breaches: &mut Breaches) {
        let Some(browser) = &self.browser_constraints else {
            return;
        };
        for (field, version) in [
            ("minChromeVersion", browser.min_chrome_version),
            ("minFirefoxVersion", browser.min_firefox_version),
        ] {
            let holds = version.is_none_or(|version| version >= 0);
            let field = format_args!("browserConstraints.{field}").to_string();
            breaches.check(holds, field, "a version is not negative");
        }
    }

    /// Sessions at once; the rules have bounded them.
    pub(super) fn sessions(&self) -> u32 {
        u32::try_from(self.max_concurrent_sessions).unwrap_or_default()
    }

    /// What a telephone of this connection speaks first, as registrations spell it.
    pub(super) fn audio(&self) -> &'static str {
        let spoken = |codec: &String| CODECS.iter().find(|(known, _)| known == codec)?.1;
        self.codec_preferences
            .iter()
            .find_map(spoken)
            .unwrap_or("opus")
    }
}

const RULE_STUN: &str = "host:port, an IPv6 address as [addr]:port";
const RULE_TURN: &str = "host:port, with ?transport=udp, tcp or tls at most";

/// Whether a text is `host:port`; an IPv6 address stands in brackets.
fn is_place(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let good_port = digits && port.parse::<u16>().is_ok_and(|port| port > 0);
    let good_host = match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok()),
        None => is_name(host),
    };
    good_port && good_host
}

/// Whether a text is an IPv4 address or a host name (RFC 1123 §2.1).
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host.len() <= 253 && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for good in [
            "stun.example.com:19302",
            "127.0.0.1:3478",
            "[::1]:3478",
            "h:1",
        ] {
            assert!(is_place(good), "{good}");
        }
        for bad in [
            "stun.example.com",
            "h:0",
            "h:65536",
            "h:+1",
            "h:",
            ":1",
            "::1:3478",
            "[::1]",
            "[h]:1",
            "a b:1",
            "stun:h:1",
            "h:1?transport=tcp",
            "-h:1",
            "",
        ] {
            assert!(!is_place(bad), "{bad}");
        }
    }
}
