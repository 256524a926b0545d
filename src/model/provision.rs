//! A WebRTC endpoint to provision (contract §7): its payload and every rule of it.

mod surroundings;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::finding::{Protocol, Target, Transport};
use super::payload::Fault;

pub use self::surroundings::{EdgeRoom, OfferedEdge, Remark, Surroundings};

/// Codecs that an endpoint may be given (contract §7).
pub const CODECS: [&str; 8] = ["OPUS", "G722", "PCMU", "PCMA", "G729", "VP8", "VP9", "H264"];
/// Those of them that carry speech: an endpoint without any is silent.
pub const AUDIO: [&str; 5] = ["OPUS", "G722", "PCMU", "PCMA", "G729"];
/// Most sessions of one endpoint (contract §7).
pub const MOST_SESSIONS: u32 = 10_000;
/// Characters of a name (contract §7).
pub const LONGEST_NAME: usize = 128;
/// Servers of one kind that are probed before a submit; an endpoint needs two or three.
pub const MOST_SERVERS: usize = 32;

/// The body of a provisioning request, in the order of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provision {
    /// What it is called; no other endpoint of the organisation is.
    pub name: String,
    /// What it is for; one that is absent is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it takes calls at once.
    pub enabled: bool,
    /// The edge that it is made on.
    pub edge_id: String,
    /// Calls at the same time, at most.
    pub max_concurrent_sessions: u32,
    /// Codecs, the most wanted first.
    pub codec_preferences: Vec<String>,
    /// STUN servers, `host:port`.
    pub stun_servers: Vec<String>,
    /// TURN servers, `host:port[?transport=udp|tcp|tls]`.
    pub turn_servers: Vec<String>,
    /// What a browser must be.
    pub browser_constraints: BrowserConstraints,
}

/// What a browser must be to use the endpoint. The map is open: keys that are not known here are sent as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BrowserConstraints {
    /// The oldest Chrome, by major version.
    pub min_chrome_version: u32,
    /// The oldest Firefox, by major version.
    pub min_firefox_version: u32,
    /// Whether data channels are let through.
    pub allow_data_channels: bool,
    /// Everything else that is asked of a browser.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl Provision {
    /// An endpoint to start from: of these servers those that its rules allow, and every value that can be known.
    #[must_use]
    pub fn draft<'a>(
        name: String,
        edge: String,
        stun: impl IntoIterator<Item = &'a Target>,
        turn: impl IntoIterator<Item = &'a Target>,
    ) -> Self {
        let written = |turn: bool| {
            move |target: &Target| {
                let text = target.spelt_out();
                server(&text, turn).is_ok().then_some(text)
            }
        };
        Self {
            name,
            description: Some(String::new()),
            enabled: true,
            edge_id: edge,
            max_concurrent_sessions: 500,
            codec_preferences: ["OPUS", "G722", "PCMU", "PCMA"].map(str::to_owned).to_vec(),
            stun_servers: stun.into_iter().filter_map(written(false)).collect(),
            turn_servers: turn.into_iter().filter_map(written(true)).collect(),
            browser_constraints: BrowserConstraints {
                min_chrome_version: 90,
                min_firefox_version: 88,
                allow_data_channels: true,
                others: BTreeMap::new(),
            },
        }
    }

    /// Everything that breaks a rule of the contract, field by field.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let characters = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&characters) {
            let message = format!("1 to {LONGEST_NAME} characters, not {characters}");
            faults.push(Fault::new("name", message));
        }
        if self.edge_id.is_empty() {
            let message = "name the edge that the endpoint is made on";
            faults.push(Fault::new("edgeId", message));
        }
        let sessions = self.max_concurrent_sessions;
        if !(1..=MOST_SESSIONS).contains(&sessions) {
            let message = format!("1 to {MOST_SESSIONS}, not {sessions}");
            faults.push(Fault::new("maxConcurrentSessions", message));
        }
        self.codecs(&mut faults);
        servers("stunServers", &self.stun_servers, false, &mut faults);
        servers("turnServers", &self.turn_servers, true, &mut faults);
        faults
    }

    /// What breaks no rule and is hardly meant: a set of codecs without any for speech (contract §7).
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        let speaks = self
            .codec_preferences
            .iter()
            .any(|codec| AUDIO.contains(&codec.as_str()));
        (!speaks && !self.codec_preferences.is_empty()).then(|| {
            format!(
                "no codec for speech among them: an endpoint needs one of {}",
                AUDIO.join(", ")
            )
        })
    }

    fn codecs(&self, faults: &mut Vec<Fault>) {
        if self.codec_preferences.is_empty() {
            let message = format!("name at least one of {}", CODECS.join(", "));
            faults.push(Fault::new("codecPreferences", message));
        }
        let mut seen = BTreeSet::new();
        for (n, codec) in self.codec_preferences.iter().enumerate() {
            let message = if !CODECS.contains(&codec.as_str()) {
                format!("{codec:?} is none of {}", CODECS.join(", "))
            } else if !seen.insert(codec) {
                format!("{codec} is there already; each codec has one place in the order")
            } else {
                continue;
            };
            faults.push(Fault::new(format!("codecPreferences[{n}]"), message));
        }
    }

    /// Every server with the STUN Binding request that proves it: the probes that must succeed before the submit.
    pub fn probes(&self) -> impl Iterator<Item = (String, Target)> {
        let named = |field: &'static str, servers: &[String], turn| {
            let probe = move |(n, text): (usize, &String)| {
                Some((format!("{field}[{n}]"), server(text, turn).ok()?))
            };
            let probes: Vec<_> = servers.iter().enumerate().filter_map(probe).collect();
            probes
        };
        let stun = named("stunServers", &self.stun_servers, false);
        stun.into_iter()
            .chain(named("turnServers", &self.turn_servers, true))
    }
}

fn servers(field: &str, servers: &[String], turn: bool, faults: &mut Vec<Fault>) {
    if servers.len() > MOST_SERVERS {
        let message = format!("at most {MOST_SERVERS} servers, not {}", servers.len());
        faults.push(Fault::new(field, message));
    }
    for (n, text) in servers.iter().enumerate() {
        if let Err(message) = server(text, turn) {
            faults.push(Fault::new(format!("{field}[{n}]"), message));
        }
    }
}

/// A server as the contract writes it, with the probe that proves it. The port must be written: an endpoint has no default.
pub fn server(text: &str, turn: bool) -> Result<Target, String> {
    let shape = if turn {
        "host:port, [address]:port for IPv6, with ?transport=udp, tcp or tls if need be"
    } else {
        "host:port, or [address]:port for IPv6"
    };
    let Ok(target) = Target::new(Protocol::Stun, text) else {
        return Err(format!("write {shape}"));
    };
    let address = text.split('?').next().unwrap_or_default();
    if !turn && (address.len() != text.len() || target.transport() != Transport::Udp) {
        return Err("a STUN server has no transport: write host:port".to_owned());
    }
    if !address.ends_with(&format!(":{}", target.port())) || address == target.host() {
        return Err(format!("the port is missing: write {shape}"));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::payload::read;

    fn example() -> Provision {
        let body = r#"{"name":"production-webrtc-edge-01","description":"d","enabled":true,"edgeId":"us-east-1-edge-7f3a",
            "maxConcurrentSessions":500,"codecPreferences":["OPUS","G722","PCMU","PCMA"],
            "stunServers":["stun.example.com:19302"],"turnServers":["turn.example.com:443?transport=tcp"],
            "browserConstraints":{"minChromeVersion":90,"minFirefoxVersion":88,"allowDataChannels":true}}"#;
        read(body).unwrap()
    }

    #[test]
    fn the_map_for_browsers_is_open_and_a_description_may_be_absent() {
        let body = r#"{"name":"n","enabled":true,"edgeId":"e","maxConcurrentSessions":5,"codecPreferences":["VP8"],
            "stunServers":[],"turnServers":[],
            "browserConstraints":{"minChromeVersion":90,"minFirefoxVersion":88,"allowDataChannels":true,"minSafariVersion":17}}"#;
        let read: Provision = read(body).unwrap();
        let sent = serde_json::to_string(&read).unwrap();
        assert!(
            sent.contains(r#""minSafariVersion":17"#) && !sent.contains("description"),
            "{sent}"
        );
        assert!(read.doubt().unwrap().contains("speech") && example().doubt().is_none());
    }

    #[test]
    fn the_contracts_example_breaks_no_rule_and_keeps_its_order() {
        assert_eq!(example().faults(), []);
        let body = serde_json::to_string(&example()).unwrap();
        let order = [
            "name",
            "description",
            "enabled",
            "edgeId",
            "maxConcurrentSessions",
        ];
        let places = order.map(|key| body.find(&format!("\"{key}\"")).unwrap());
        assert!(places.is_sorted(), "{body}");
    }

    #[test]
    fn every_rule_has_its_message_at_its_field() {
        type Change = fn(&mut Provision);
        let cases: &[(Change, &str, &str)] = &[
            (|p| p.name.clear(), "name", "1 to 128 characters, not 0"),
            (
                |p| p.name = "é".repeat(129),
                "name",
                "1 to 128 characters, not 129",
            ),
            (|p| p.edge_id.clear(), "edgeId", "name the edge"),
            (
                |p| p.max_concurrent_sessions = 0,
                "maxConcurrentSessions",
                "1 to 10000, not 0",
            ),
            (
                |p| p.max_concurrent_sessions = 10_001,
                "maxConcurrentSessions",
                "1 to 10000, not 10001",
            ),
            (
                |p| p.codec_preferences.clear(),
                "codecPreferences",
                "at least one of OPUS",
            ),
            (
                |p| p.codec_preferences[2] = "opus".into(),
                "codecPreferences[2]",
                "\"opus\" is none of OPUS",
            ),
            (
                |p| p.codec_preferences[3] = "OPUS".into(),
                "codecPreferences[3]",
                "is there already",
            ),
            (
                |p| p.stun_servers[0] = "stun.example.com".into(),
                "stunServers[0]",
                "the port is missing",
            ),
            (
                |p| p.stun_servers[0] = "a b:1".into(),
                "stunServers[0]",
                "write host:port",
            ),
            (
                |p| p.stun_servers[0] = "s.example.com:1?transport=tcp".into(),
                "stunServers[0]",
                "has no transport",
            ),
            (
                |p| p.stun_servers[0] = "stun.example.com:0".into(),
                "stunServers[0]",
                "write host:port",
            ),
            (
                |p| p.turn_servers.push("::1".into()),
                "turnServers[1]",
                "the port is missing",
            ),
            (
                |p| p.turn_servers[0] = "turn.example.com:443?transport=sctp".into(),
                "turnServers[0]",
                "?transport=udp, tcp or tls",
            ),
            (
                |p| p.stun_servers = vec!["s.example.com:1".into(); 33],
                "stunServers",
                "at most 32 servers, not 33",
            ),
        ];
        for (change, path, message) in cases {
            let mut payload = example();
            change(&mut payload);
            let faults = payload.faults();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!(faults[0].path, *path);
            assert!(faults[0].message.contains(message), "{}", faults[0]);
        }
    }

    #[test]
    fn servers_at_the_edge_of_the_rule_are_taken() {
        let mut payload = example();
        payload.name = "é".repeat(128);
        payload.max_concurrent_sessions = 10_000;
        payload.stun_servers = vec!["[2001:db8::1]:3478".into(), "192.0.2.1:65535".into()];
        payload.turn_servers = ["", "?transport=udp", "?transport=tcp", "?transport=tls"]
            .map(|transport| format!("turn.example.com:3478{transport}"))
            .to_vec();
        assert_eq!(payload.faults(), []);
        let probes: Vec<_> = payload.probes().collect();
        assert_eq!(probes.len(), 6);
        assert_eq!(probes[5].0, "turnServers[3]");
        assert_eq!(probes[5].1.transport(), Transport::Tls);
        payload.turn_servers.clear();
        payload.stun_servers.clear();
        assert_eq!(payload.faults(), []);
    }

    #[test]
    fn a_wrong_type_a_missing_and_an_unknown_field_are_named() {
        let text = serde_json::to_string(&example()).unwrap();
        for (from, to, path, message) in [
            ("500", "\"500\"", "maxConcurrentSessions", "a whole number"),
            ("500", "-1", "maxConcurrentSessions", "-1 is out of range"),
            ("\"enabled\":true,", "", "enabled", "missing. Add it."),
            (
                "90",
                "90.5",
                "browserConstraints.minChromeVersion",
                "is the number 90.5",
            ),
            ("\"edgeId\"", "\"edge\"", "edge", "did you mean \"edgeId\"?"),
        ] {
            let fault = read::<Provision>(&text.replacen(from, to, 1)).unwrap_err();
            assert_eq!(fault.path, path, "{fault}");
            assert!(fault.message.contains(message), "{fault}");
        }
    }
}
