//! Alerting rules: kept as they are written. Nothing here judges them, so that none is ever in alarm.

use std::collections::BTreeMap;

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::all;
use super::page::{MOST, Page};
use super::sparse::moment;
use super::{Answer, Call, Method, Operation, empty, ok, operation};
use crate::org::reply::Refusal;

const VIEW: &[&str] = &["alerting:rule:view"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::POST, "alerting/alerts/query", all(&["alerting:alert:view"]), |call| {
        let asked: AlertingQuery = call.read()?;
        asked.page()?.answer(call, &[(); 0], 0)
    }),
    operation(Method::POST, "alerting/rules/query", all(VIEW), list),
    operation(Method::POST, "alerting/rules", all(&["alerting:rule:add"]), create),
    operation(Method::GET, "alerting/rules/{ruleId}", all(VIEW), |call| {
        let records = call.shared.records();
        ok(records.rules.0.get(call.id(0)).ok_or_else(|| unknown(call.id(0)))?)
    }),
    operation(Method::DELETE, "alerting/rules/{ruleId}", all(&["alerting:rule:delete"]), |call| {
        let gone = call.shared.records().rules.0.remove(call.id(0));
        gone.ok_or_else(|| unknown(call.id(0)))?;
        empty(StatusCode::NO_CONTENT)
    }),
];

/// The most rules that are kept.
const KEPT: usize = 500;

/// The types of rules, each with the word that asks for it.
const TYPES: [(&str, &str); 5] = [
    ("Conversation", "ConversationMetrics"),
    ("Presence", "UserPresence"),
    ("WorkforceManagement", "WorkforceManagement"),
    ("OperationalConsole", "OperationalConsole"),
    ("Anomaly", "Anomaly"),
];

/// What a client may write of a rule (`CommonRule`).
const FIELDS: [&str; 8] = [
    "name",
    "description",
    "enabled",
    "notifications",
    "sendExitingAlarmNotifications",
    "waitBetweenNotificationMs",
    "conditions",
    "type",
];

/// The rules by their ids.
#[derive(Default)]
pub(in crate::org) struct AlertingRules(BTreeMap<String, Value>);

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("There is no rule {id}.")).param("ruleId", id)
}

/// Which rules or alerts are wanted (`GetRulesQuery`, `GetAlertQuery`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AlertingQuery {
    rule_type: String,
    enabled_type: Option<String>,
    rule_name: Option<String>,
    name_search_type: Option<String>,
    page_number: Option<usize>,
    page_size: Option<usize>,
}

impl AlertingQuery {
    fn page(&self) -> Result<Page, Refusal> {
        let mut known = TYPES.iter().map(|(word, _)| *word).chain(["All"]);
        if known.any(|word| word == self.rule_type) {
            return Page::at(self.page_number, self.page_size, MOST);
        }
        let message = format!("ruleType {:?} is not known", self.rule_type);
        Err(Refusal::bad_request(message))
    }

    fn wants(&self, rule: &Value) -> bool {
        let mut types = TYPES.iter();
        let kind = types.find(|(word, _)| *word == self.rule_type);
        let enabled = match self.enabled_type.as_deref() {
            Some("Enabled") => Some(true),
            Some("Disabled") => Some(false),
            _ => None,
        };
        let name = rule["name"].as_str().unwrap_or_default();
        let exact = self.name_search_type.as_deref() == Some("Exact");
        kind.is_none_or(|(_, kind)| rule["type"] == *kind)
            && enabled.is_none_or(|enabled| rule["enabled"] == enabled)
            && self.rule_name.as_deref().is_none_or(|part| {
                if exact {
                    name == part
                } else {
                    name.contains(part)
                }
            })
    }
}

/// `POST alerting/rules/query`.
fn list(call: &Call<'_>) -> Answer {
    let asked: AlertingQuery = call.read()?;
    let page = asked.page()?;
    let records = call.shared.records();
    let found: Vec<&Value> = records
        .rules
        .0
        .values()
        .filter(|rule| asked.wants(rule))
        .collect();
    let shown: Vec<&&Value> = page.of_all(&found).collect();
    page.answer(call, &shown, found.len())
}

/// `POST alerting/rules`.
fn create(call: &Call<'_>) -> Answer {
    let mut asked: Map<String, Value> = call.read()?;
    asked.retain(|field, _| FIELDS.contains(&field.as_str()));
    let text = |field: &str| asked.get(field).and_then(Value::as_str).unwrap_or_default();
    let known = TYPES.iter().any(|(_, kind)| *kind == text("type"));
    if text("name").trim().is_empty() || !known {
        let message = "a rule has a name and a type that is known";
        return Err(Refusal::bad_request(message).coded("invalid.value"));
    }
    let (id, now) = (Uuid::new_v4().to_string(), moment(Timestamp::now()));
    asked.entry("enabled").or_insert(json!(true));
    let mut rule = Value::Object(asked);
    rule["id"] = json!(id);
    rule["inAlarm"] = json!(false);
    rule["version"] = json!(1);
    rule["dateCreated"] = json!(now);
    rule["dateLastModified"] = json!(now);
    rule["selfUri"] = json!(format!("/api/v2/alerting/rules/{id}"));
    let mut records = call.shared.records();
    if records.rules.0.len() >= KEPT {
        let message = format!("there are {KEPT} rules already");
        return Err(Refusal::bad_request(message));
    }
    records.rules.0.insert(id, rule.clone());
    ok(&rule)
}
