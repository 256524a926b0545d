//! The form of a WebRTC endpoint (contract §7).

use serde_json::Value;

use super::{Check, Completion, Field, Form, Kind, Plan, Rules, Spec, item};
use crate::config::Profile;
use crate::flow::{Order, provision::write};
use crate::model::payload::Fault;
use crate::model::provision::{CODECS, MOST_SERVERS, MOST_SESSIONS, Provision, server};

const fn whole(least: f64, most: f64, unit: &'static str) -> Kind {
    Kind::Number {
        least,
        most,
        whole: true,
        unit,
    }
}

static FIELDS: [Field; 11] = [
    Field::new("name", "Name", Kind::Text)
        .group("Endpoint")
        .help("What the endpoint is called, in 1 to 128 characters; no other endpoint of the organisation is."),
    Field::new("description", "Description", Kind::Text)
        .group("Endpoint")
        .help("What it is for."),
    Field::new("enabled", "Enabled", Kind::Toggle)
        .group("Endpoint")
        .help("Whether it takes calls as soon as it is made."),
    Field::new("edgeId", "Edge", Kind::Text)
        .group("Endpoint")
        .help("The edge that it is made on. The profile's edges are offered."),
    Field::new(
        "maxConcurrentSessions",
        "Sessions at most",
        whole(1.0, MOST_SESSIONS as f64, ""),
    )
    .group("Media")
    .help("Calls at the same time."),
    Field::new("codecPreferences", "Codecs", Kind::Order(&CODECS))
        .group("Media")
        .help("The most wanted first."),
    Field::new(
        "stunServers",
        "STUN servers",
        Kind::List {
            item: &item::STUN,
            most: MOST_SERVERS,
        },
    )
    .group("Servers")
    .help("Each is asked as soon as it is written, and again before the submit."),
    Field::new(
        "turnServers",
        "TURN servers",
        Kind::List {
            item: &item::TURN,
            most: MOST_SERVERS,
        },
    )
    .group("Servers")
    .help("Each is asked as soon as it is written, and again before the submit."),
    Field::new(
        "browserConstraints.minChromeVersion",
        "Oldest Chrome",
        whole(0.0, u32::MAX as f64, ""),
    )
    .group("Browsers")
    .help("By major version."),
    Field::new(
        "browserConstraints.minFirefoxVersion",
        "Oldest Firefox",
        whole(0.0, u32::MAX as f64, ""),
    )
    .group("Browsers")
    .help("By major version."),
    Field::new(
        "browserConstraints.allowDataChannels",
        "Data channels",
        Kind::Toggle,
    )
    .group("Browsers")
    .help("Whether data channels are let through."),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "provision",
    title: "provision a WebRTC endpoint",
    subject: "name",
    fields: &FIELDS,
};

/// What a profile knows of endpoints.
#[derive(Debug)]
struct Endpoint {
    edges: Vec<String>,
    /// An endpoint to start from, which lacks nothing but a name.
    draft: Provision,
}

/// The form, on a body or on what the profile suggests.
#[must_use]
pub fn open(profile: &Profile, body: Option<Value>) -> Form {
    let edges = profile.provisioning.edges.clone();
    let edge = edges.first().cloned().unwrap_or_default();
    let turn = profile.probes.turn.iter().map(|account| &account.server);
    let draft = Provision::draft(String::new(), edge, &profile.probes.stun, turn);
    // Text and numbers cannot fail to serialise.
    let body = body.or_else(|| serde_json::to_value(&draft).ok());
    let rules = Endpoint { edges, draft };
    Form::new(&SPEC, Box::new(rules), Vec::new(), body.unwrap_or_default())
}

fn read(body: &Value) -> Result<Provision, Vec<Fault>> {
    super::read(body, Provision::faults)
}

impl Rules for Endpoint {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        read(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let servers = |field: &str, turn: bool| {
            let listed = body.get(field).and_then(Value::as_array);
            let probe = |(n, text): (usize, &Value)| {
                let target = server(text.as_str()?, turn).ok()?;
                Some(Check::probe(super::path::index(field, n), target))
            };
            let listed = listed.into_iter().flatten().take(MOST_SERVERS).enumerate();
            listed.filter_map(probe).collect::<Vec<_>>()
        };
        let mut checks = servers("stunServers", false);
        checks.extend(servers("turnServers", true));
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let payload = read(body)?;
        let affects = vec![
            format!(
                "Makes the endpoint {} on the edge {}, for {} sessions.",
                payload.name, payload.edge_id, payload.max_concurrent_sessions
            ),
            format!(
                "{} before it is submitted; one that does not answer stops it.",
                asked(payload.stun_servers.len() + payload.turn_servers.len())
            ),
            "The organisation makes it in a job of its own, which is followed to its end."
                .to_owned(),
        ];
        Ok(Plan {
            writes: vec![write(&payload)?],
            before: None,
            affects,
            undo: "This cannot be undone from here: an endpoint that was made is removed in the organisation's administration.".to_owned(),
            confirm: None,
            order: Order::Provision {
                body: Box::new(payload),
                follow: true,
            },
        })
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        let (known, note) = match path.split('[').next() {
            Some("edgeId") => (&self.edges, "an edge of the profile"),
            Some("stunServers") => (&self.draft.stun_servers, "a STUN server of the profile"),
            Some("turnServers") => (&self.draft.turn_servers, "a TURN server of the profile"),
            _ => return Vec::new(),
        };
        known
            .iter()
            .map(|text| Completion::new(text.as_str(), note))
            .collect()
    }
}

fn asked(servers: usize) -> String {
    match servers {
        0 => "No server is asked".to_owned(),
        1 => "Its one server is asked".to_owned(),
        n => format!("Its {n} servers are asked"),
    }
}
