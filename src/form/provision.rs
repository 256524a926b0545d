//! The form of a WebRTC endpoint (contract §7).

use serde_json::Value;

use super::{Check, CheckVerdict, Completion, Field, FieldKind, Form, Plan, Rules, Spec, item};
use crate::config::Profile;
use crate::flow::Order;
use crate::model::finding::Target;
use crate::model::job::Phase;
use crate::model::payload::Fault;
use crate::model::provision::{
    CODECS, MOST_SERVERS, MOST_SESSIONS, Provision, Remark, Surroundings, server,
};
use crate::store::Store;

const fn whole(least: f64, most: f64, unit: &'static str) -> FieldKind {
    FieldKind::Number {
        least,
        most,
        whole: true,
        unit,
    }
}

static FIELDS: [Field; 11] = [
    Field::new("name", "Name", FieldKind::Text)
        .group("Endpoint")
        .help("What the endpoint is called, in 1 to 128 characters; no other endpoint of the organisation is."),
    Field::new("description", "Description", FieldKind::Text)
        .group("Endpoint")
        .help("What it is for."),
    Field::new("enabled", "Enabled", FieldKind::Toggle)
        .group("Endpoint")
        .help("Whether it takes calls as soon as it is made."),
    Field::new("edgeId", "Edge", FieldKind::Text)
        .group("Endpoint")
        .help("The edge that it is made on. The profile's edges are offered."),
    Field::new(
        "maxConcurrentSessions",
        "Sessions at most",
        whole(1.0, MOST_SESSIONS as f64, ""),
    )
    .group("Media")
    .help("Calls at the same time."),
    Field::new("codecPreferences", "Codecs", FieldKind::Order(&CODECS))
        .group("Media")
        .help("The most wanted first."),
    Field::new(
        "stunServers",
        "STUN servers",
        FieldKind::List {
            item: &item::STUN,
            most: MOST_SERVERS,
        },
    )
    .group("Servers")
    .help("Each is asked as soon as it is written, and again before the submit."),
    Field::new(
        "turnServers",
        "TURN servers",
        FieldKind::List {
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
        FieldKind::Toggle,
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
    /// Names that are taken, as far as this console has made them, and the jobs that did.
    names: Vec<(String, String)>,
    /// What the organisation tells; none before it has been asked.
    around: Option<Surroundings>,
    /// The servers that the profile has an account for: each is asked for a relay as well.
    accounts: Vec<Target>,
}

impl Endpoint {
    /// What can be said without asking anybody: whether jobs of this console have used the name, whether the codecs can speak.
    fn known(&self, body: &Value) -> Vec<Check> {
        let mut checks = Vec::new();
        let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some((_, job)) = self.names.iter().find(|(taken, _)| taken == name) {
            let told = format!(
                "{job} has made an endpoint of this name: a second one is refused while that is there"
            );
            checks.push(Check::known("name", "name", CheckVerdict::Warning, told));
        }
        let payload = serde_json::from_value::<Provision>(body.clone());
        match (&self.around, payload) {
            (None, _) => checks.push(Check::surroundings("edgeId", "edge and name")),
            (Some(around), Ok(payload)) => {
                let mine = |said: &Remark| said.path == "name" && !checks.is_empty();
                let said = around.said(&payload).into_iter().filter(|said| !mine(said));
                let said: Vec<Check> = said.map(told).collect();
                checks.extend(said);
            }
            (Some(_), Err(_)) => {}
        }
        if let Some(doubt) = read(body).ok().and_then(|payload| payload.doubt()) {
            let path = "codecPreferences";
            checks.push(Check::known(path, "codecs", CheckVerdict::Warning, doubt));
        }
        checks
    }
}

fn told(said: Remark) -> Check {
    let verdict = if said.bad {
        CheckVerdict::Bad
    } else {
        CheckVerdict::Good
    };
    let label = if said.path == "name" { "name" } else { "edge" };
    Check::known(said.path, label, verdict, said.sentence)
}

/// The names that jobs of this console have made endpoints of, and the jobs.
fn made(store: &Store) -> Vec<(String, String)> {
    let rows = store.jobs.newest_first();
    let done = rows.filter(|row| row.job.phase() == Phase::Completed && !row.job.name.is_empty());
    done.map(|row| {
        let job = row
            .job
            .id
            .as_ref()
            .map_or_else(|| "a job".to_owned(), ToString::to_string);
        (row.job.name.raw().to_owned(), job)
    })
    .collect()
}

/// The form, on a body or on what the profile suggests.
#[must_use]
pub fn open(profile: &Profile, store: &Store, body: Option<Value>) -> Form {
    let edges = profile.provisioning.edges.clone();
    let edge = edges.first().cloned().unwrap_or_default();
    let turn = profile.probes.turn.iter().map(|account| &account.server);
    let draft = Provision::draft(String::new(), edge, &profile.probes.stun, turn);
    // Text and numbers cannot fail to serialise.
    let body = body.or_else(|| serde_json::to_value(&draft).ok());
    let accounts = profile.probes.turn.iter();
    let rules = Endpoint {
        edges,
        draft,
        names: made(store),
        around: None,
        accounts: accounts.map(|account| account.server.clone()).collect(),
    };
    Form::new(&SPEC, Box::new(rules), Vec::new(), body.unwrap_or_default())
}

/// Reads an endpoint out of a file, and judges it as the form does.
pub fn judge(json: &str) -> Result<Provision, Vec<Fault>> {
    super::judge(&SPEC, json, Provision::faults)
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
                Some((super::path::index(field, n), target))
            };
            let listed = listed.into_iter().flatten().take(MOST_SERVERS).enumerate();
            listed.filter_map(probe).collect::<Vec<_>>()
        };
        let relay = |(path, target): &(String, Target)| {
            let account = self.accounts.iter().find(|held| held.is_at(target))?;
            let label = format!("{} with the account", account.address());
            Some(Check {
                label,
                ..Check::probe(path.clone(), account.clone())
            })
        };
        let (stun, turn) = (servers("stunServers", false), servers("turnServers", true));
        let relays: Vec<Check> = turn.iter().filter_map(relay).collect();
        let asked = stun.into_iter().chain(turn);
        let mut checks: Vec<Check> = asked
            .map(|(path, target)| Check::probe(path, target))
            .collect();
        checks.extend(relays);
        checks.extend(self.known(body));
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
        let order = Order::Provision {
            body: Box::new(payload),
            follow: true,
        };
        Plan::of(
            order,
            affects,
            "This cannot be undone from here: an endpoint that was made is removed in the organisation's administration.",
        )
    }

    fn surrounded(&mut self, by: &Surroundings) {
        self.around = Some(by.clone());
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        let (known, note) = match path.split('[').next() {
            Some("edgeId") => (&self.edges, "an edge of the profile"),
            Some("stunServers") => (&self.draft.stun_servers, "a STUN server of the profile"),
            Some("turnServers") => (&self.draft.turn_servers, "a TURN server of the profile"),
            _ => return Vec::new(),
        };
        let offered = known
            .iter()
            .map(|text| Completion::new(text.as_str(), note));
        let told = self.around.as_ref().filter(|_| path == "edgeId");
        let told = told.into_iter().flat_map(|around| &around.edges);
        let told = told
            .filter(|edge| !self.edges.iter().any(|known| known == edge.id.raw()))
            .map(|edge| Completion::new(edge.id.raw(), edge.name.fit(40)));
        offered.chain(told).collect()
    }
}

fn asked(servers: usize) -> String {
    match servers {
        0 => "No server is asked".to_owned(),
        1 => "Its one server is asked".to_owned(),
        n => format!("Its {n} servers are asked"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "name": "edge-1", "description": "", "enabled": true, "edgeId": "e", "maxConcurrentSessions": 500,
            "codecPreferences": ["OPUS"], "stunServers": ["stun.example.com:3478"],
            "turnServers": ["turn.example.com:443?transport=tcp"],
            "browserConstraints": {"minChromeVersion": 90, "minFirefoxVersion": 88, "allowDataChannels": true},
        })
    }

    fn form(body: Value) -> Form {
        let rules = Endpoint {
            edges: vec!["e".into()],
            draft: judge(&self::body().to_string()).unwrap(),
            names: vec![("edge-7".into(), "job-7".into())],
            around: None,
            accounts: vec!["turn:turn.example.com:443?transport=tcp".parse().unwrap()],
        };
        Form::new(&SPEC, Box::new(rules), Vec::new(), body)
    }

    #[test]
    fn the_form_and_a_file_say_the_same() {
        let cases = [
            ("name", json!(""), "name: 1 to 128 characters, not 0"),
            (
                "edgeId",
                json!(""),
                "edgeId: name the edge that the endpoint is made on",
            ),
            (
                "maxConcurrentSessions",
                json!(0),
                "maxConcurrentSessions: 1 to 10000, not 0",
            ),
            (
                "maxConcurrentSessions",
                json!("x"),
                "maxConcurrentSessions: write a whole number from 1 to 10000",
            ),
            (
                "codecPreferences",
                json!([]),
                "codecPreferences: name at least one of",
            ),
            (
                "codecPreferences",
                json!(["opus"]),
                "codecPreferences[0]: \"opus\" is none of",
            ),
            (
                "codecPreferences",
                json!(["OPUS", "OPUS"]),
                "codecPreferences[1]: OPUS is there already",
            ),
            (
                "stunServers",
                json!(["s.example.com"]),
                "stunServers[0]: the port is missing",
            ),
            (
                "turnServers",
                json!(["t.example.com:1?transport=sctp"]),
                "turnServers[0]: write host:port",
            ),
            ("turnServers", json!("t"), "turnServers: write a JSON array"),
            ("enabled", json!(1), "enabled: write true or false"),
            (
                "browserConstraints.minChromeVersion",
                json!(1.5),
                "browserConstraints.minChromeVersion: write a whole",
            ),
        ];
        for (path, value, told) in cases {
            let mut body = body();
            crate::form::path::set(&mut body, path, value);
            let faults = judge(&body.to_string()).unwrap_err();
            assert!(faults[0].to_string().starts_with(told), "{faults:?}");
            assert_eq!(form(body).faults(), faults);
        }
    }

    #[test]
    fn a_name_that_is_taken_and_codecs_that_cannot_speak_are_warned_of() {
        let mut taken = body();
        taken["name"] = json!("edge-7");
        taken["codecPreferences"] = json!(["VP8"]);
        let form = form(taken);
        assert_eq!(form.faults(), []);
        let known = form
            .checks()
            .into_iter()
            .filter_map(|checked| match checked.check.ask {
                crate::form::Ask::Known(verdict, told) => Some((checked.check.path, verdict, told)),
                crate::form::Ask::World(_) => None,
            });
        let known: Vec<_> = known.collect();
        assert_eq!(known.len(), 2, "{known:?}");
        assert!(
            known[0].0 == "name" && known[0].2.contains("job-7"),
            "{known:?}"
        );
        assert!(known[1].0 == "codecPreferences" && known[1].1 == CheckVerdict::Warning);
    }

    #[test]
    fn a_relay_is_asked_for_with_the_profiles_account() {
        let form = form(body());
        let asked = form.checks().into_iter().filter(|checked| {
            checked.check.path == "turnServers[0]"
                && matches!(checked.check.ask, crate::form::Ask::World(_))
        });
        let labels: Vec<_> = asked.map(|checked| checked.check.label).collect();
        assert_eq!(labels.len(), 2, "a Binding and an Allocate: {labels:?}");
        assert!(labels[1].ends_with("with the account"), "{labels:?}");
    }

    #[test]
    fn what_the_organisation_tells_of_the_edge_and_the_name_is_a_check() {
        let mut form = form(body());
        assert_eq!(
            form.due().len(),
            4,
            "two servers, the account, the surroundings"
        );
        let edge = crate::model::provision::OfferedEdge {
            id: "e".into(),
            name: "US East".into(),
            room: Some(crate::model::provision::EdgeRoom {
                used: 0,
                capacity: 400,
            }),
        };
        form.surrounded(&Surroundings {
            edges: vec![edge],
            taken: vec![("edge-1".into(), "job-9".into())],
            unread: Vec::new(),
        });
        let told: Vec<_> = form
            .checks()
            .into_iter()
            .filter_map(|checked| match checked.check.ask {
                crate::form::Ask::Known(verdict, told) => Some((checked.check.path, verdict, told)),
                crate::form::Ask::World(_) => None,
            })
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].2.ends_with("500 are asked for") && told[0].1 == CheckVerdict::Bad);
        assert!(told[1].2.starts_with("job-9") && told[1].0 == "name");
    }

    #[test]
    fn a_file_hears_of_everything_at_once() {
        let faults = judge(r#"{"name": 5, "enabled": "yes", "edge": "e"}"#).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        for path in [
            "name",
            "enabled",
            "edgeId",
            "codecPreferences",
            "browserConstraints.allowDataChannels",
        ] {
            assert!(paths.contains(&path), "{paths:?}");
        }
        assert!(judge("{").is_err() && judge("[]").is_err() && judge("").is_err());
    }

    #[test]
    fn the_plan_is_the_contracts_request() {
        let plan = form(body()).plan().expect("nothing is wrong");
        let write = &plan.writes()[0];
        assert_eq!(
            write.path.join("/"),
            "api/v2/async-jobs/telephony/web-rtc/provision"
        );
        let sent: Value = serde_json::from_str(write.body.as_deref().unwrap()).unwrap();
        assert_eq!(sent, body());
        assert!(matches!(
            plan.order(),
            Order::Provision { follow: true, .. }
        ));
    }
}
