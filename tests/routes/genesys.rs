//! A scripted organisation of the Platform API: integrations and triggers in a list each, and whatever goes wrong with them.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use trunkline::model::api::Api;

use crate::common::server::{Answer, Seen, Server, answer, token};
use crate::rig::Rig;

pub const INTEGRATIONS: &str = "/api/v2/integrations";
pub const TRIGGERS: &str = "/api/v2/processautomation/triggers";

/// What the organisation has, and how it behaves.
#[derive(Default)]
pub struct State {
    pub integrations: Vec<Value>,
    pub triggers: Vec<Value>,
    /// What is reported once a state was intended.
    pub reports: Vec<&'static str>,
    /// What a trial says.
    pub trial: Value,
    made: usize,
}

/// Decides an answer before the organisation does, or after it has taken what was asked; none lets it be.
pub type Odd = fn(&Seen, usize) -> Option<Answer>;

/// Both sides.
pub struct Genesys {
    pub server: Server,
    pub rig: Rig,
    pub state: Arc<Mutex<State>>,
}

impl Genesys {
    pub async fn start(before: Odd, after: Odd) -> Self {
        let state = Arc::new(Mutex::new(State {
            reports: vec!["ACTIVATING", "ACTIVE"],
            trial: json!({"triggerMatches": true, "targetValidation": {"matches": true}}),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let server = Server::plain(move |seen, n| {
            if seen.path.starts_with("/oauth/token") {
                return token(n);
            }
            before(seen, n).unwrap_or_else(|| {
                let answer = shared.lock().unwrap().answer(seen);
                after(seen, n).unwrap_or(answer)
            })
        })
        .await;
        let url = format!("{}/", server.url()).parse().unwrap();
        let rig = Rig::with(|profile| {
            profile.base_url = url;
            profile.login_url = None;
            profile.api = Api::Platform;
        })
        .await;
        Self { server, rig, state }
    }

    /// What was sent that changes something, in order: `POST /api/v2/integrations {…}`.
    pub fn writes(&self) -> Vec<String> {
        let changes = |seen: &Seen| seen.verb != "GET" && !seen.path.contains("/oauth/");
        let seen = self.server.seen();
        let writes = seen.iter().filter(|seen| changes(seen));
        writes
            .map(|seen| format!("{} {} {}", seen.verb, seen.path, seen.body))
            .collect()
    }
}

/// Nothing odd.
pub fn as_usual(_: &Seen, _: usize) -> Option<Answer> {
    None
}

fn found(entity: Option<&Value>) -> Answer {
    match entity {
        Some(entity) => answer(200, &entity.to_string()),
        None => answer(404, r#"{"message":"nothing there","code":"not.found"}"#),
    }
}

impl State {
    fn answer(&mut self, seen: &Seen) -> Answer {
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        if let Some(rest) = path.strip_prefix(INTEGRATIONS) {
            let rest: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
            return self.integration(seen, &rest, query);
        }
        if let Some(rest) = path.strip_prefix(TRIGGERS) {
            let rest: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
            return self.trigger(seen, &rest, query);
        }
        answer(404, "")
    }

    fn integration(&mut self, seen: &Seen, rest: &[&str], query: &str) -> Answer {
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let id = rest.first().copied().unwrap_or_default().to_owned();
        let at = self.integrations.iter().position(|one| one["id"] == *id);
        match (seen.verb.as_str(), rest, at) {
            ("GET", [], _) => {
                assert!(query.contains("expand=config.current"), "{query}");
                let page = json!({"entities": self.integrations, "pageCount": 1, "pageNumber": 1, "total": self.integrations.len()});
                answer(200, &page.to_string())
            }
            ("POST", [], _) => {
                self.made += 1;
                let made = json!({
                    "id": format!("n-{}", self.made), "name": body["name"], "integrationType": body["integrationType"],
                    "intendedState": "DISABLED", "reportedState": {"code": "INACTIVE"},
                    "config": {"current": {"name": body["name"], "version": 1, "properties": {}, "advanced": {}, "notes": "",
                        "credentials": {}}},
                });
                self.integrations.push(made.clone());
                answer(200, &made.to_string())
            }
            ("GET", [_], Some(at)) => {
                let now = self.integrations[at].clone();
                if now["intendedState"] == "ENABLED" && self.reports.len() > 1 {
                    let next = self.reports.remove(0);
                    self.integrations[at]["reportedState"] = reported(next);
                } else if now["intendedState"] == "ENABLED" {
                    self.integrations[at]["reportedState"] = reported(self.reports[0]);
                }
                found(self.integrations.get(at))
            }
            ("PUT", [_, "config", "current"], Some(at)) => {
                let current = &mut self.integrations[at]["config"]["current"];
                if current["version"] != body["version"] {
                    return answer(409, r#"{"message":"version","code":"general.conflict"}"#);
                }
                let next = body["version"].as_u64().unwrap() + 1;
                *current = body;
                current["version"] = next.into();
                answer(200, &current.to_string())
            }
            ("PATCH", [_], Some(at)) => {
                self.integrations[at]["intendedState"] = body["intendedState"].clone();
                self.integrations[at]["reportedState"] = reported("DEACTIVATING");
                found(self.integrations.get(at))
            }
            ("DELETE", [_], Some(at)) => {
                let gone = self.integrations.remove(at);
                found(Some(&gone))
            }
            _ => found(None),
        }
    }

    fn trigger(&mut self, seen: &Seen, rest: &[&str], query: &str) -> Answer {
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let id = rest.first().copied().unwrap_or_default().to_owned();
        let at = self.triggers.iter().position(|one| one["id"] == *id);
        match (seen.verb.as_str(), rest, at) {
            ("GET", ["topics"], _) => answer(
                200,
                r#"{"entities":["v2.detail.events.conversation.{id}.acd.end"]}"#,
            ),
            ("GET", [], _) => self.page_of_triggers(query),
            ("POST", [], _) => {
                self.made += 1;
                let mut made = body;
                made["id"] = format!("t-{}", self.made).into();
                made["version"] = 1.into();
                self.triggers.push(made.clone());
                answer(200, &made.to_string())
            }
            ("POST", [_, "test"], Some(_)) => {
                assert!(body.is_string(), "an event is text within JSON: {body}");
                answer(200, &self.trial.to_string())
            }
            ("GET", [_], at) => found(at.and_then(|at| self.triggers.get(at))),
            ("PUT", [_], Some(at)) => {
                let there = &mut self.triggers[at];
                if there["version"] != body["version"] {
                    return answer(409, r#"{"message":"version","code":"general.conflict"}"#);
                }
                let (id, next) = (there["id"].clone(), body["version"].as_u64().unwrap() + 1);
                *there = body;
                (there["id"], there["version"]) = (id, next.into());
                answer(200, &there.to_string())
            }
            ("DELETE", [_], Some(at)) => {
                self.triggers.remove(at);
                answer(204, "")
            }
            _ => found(None),
        }
    }

    /// One trigger a page, so that cursors have something to do.
    fn page_of_triggers(&self, query: &str) -> Answer {
        let after = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("after="));
        let at: usize = after.map_or(0, |after| after.parse().unwrap());
        let mut page = json!({"entities": self.triggers.get(at).into_iter().collect::<Vec<_>>()});
        if at + 1 < self.triggers.len() {
            page["nextUri"] = format!("{TRIGGERS}?after={}", at + 1).into();
        }
        answer(200, &page.to_string())
    }
}

fn reported(code: &str) -> Value {
    let mut state = json!({"code": code, "lastUpdated": "2026-06-15T14:00:00.000Z"});
    if code == "ERROR" {
        state["detail"] = json!({"message": "the account is not known to AWS"});
    }
    state
}
