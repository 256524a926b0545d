//! What is told of and where to: `[profiles.NAME.alerts]` (contract §5).

mod targets;

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use toml::Value;
use url::Url;

pub use self::targets::{HttpTarget, SyslogCarriage, TargetPlace, TargetSettings, TargetWay};
use super::draft::plain;
use crate::config::endpoint;
use crate::config::reader::{self, Notes, Section, Typed};
use crate::kind::registrations::FIELDS;
use crate::kind::{self, Kind as _};
use crate::model::alert::Severity;
use crate::query::Query;
use crate::vault;

/// The settle time when the profile does not say (contract §5).
const SETTLE: Duration = Duration::from_secs(10);
/// Longer than this is no alert but an archive.
const LONGEST_SETTLE: u64 = 3_600;
/// Devices from which on a loss is one alert, when the profile does not say.
const FOLD_AT: u32 = 20;
/// Rules of one profile; each is asked about every row that changes.
const MOST_RULES: usize = 50;
/// Characters of a rule's name, and of its expression.
const LONGEST_NAME: usize = 64;
const LONGEST_RULE: usize = 1_024;

/// Names of the alerts that need no rule.
const TAKEN: [&str; 4] = [
    "edge_offline",
    "registration_failure",
    "carrier_degradation",
    "tls_cert_expiry",
];

/// What the profile says of alerts.
#[derive(Clone, Debug)]
pub struct Alerts {
    /// Where they are posted; none is nowhere.
    pub webhook: Option<WebhookAddress>,
    /// Where else they go.
    pub targets: Vec<TargetSettings>,
    /// How long a condition must hold before it is told.
    pub settle: Duration,
    /// From how many devices on a loss is one alert.
    pub fold_at: u32,
    /// Whether the terminal's bell rings at a new alert.
    pub bell: bool,
    /// Whether a new alert is a desktop notification of the terminal (OSC 9).
    pub osc9: bool,
    /// What is told of beside the contract's three conditions.
    pub rules: Vec<Rule>,
    /// From how many percent on of what all trunks can carry it is told that they are nearly full; none never.
    pub capacity: Option<u8>,
    /// The same of how calls sound, where the organisation tells.
    pub calls: Vec<CallRule>,
    /// How bad alerts are that pass a filter; the first that one passes counts.
    pub severity: Vec<Grade>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            webhook: None,
            targets: Vec::new(),
            settle: SETTLE,
            fold_at: FOLD_AT,
            bell: false,
            osc9: false,
            rules: Vec::new(),
            capacity: None,
            calls: Vec::new(),
            severity: Vec::new(),
        }
    }
}

impl Alerts {
    /// What is in force, as `config show` lists it; the webhook is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let webhook = self.webhook.as_ref();
        let mut shown: Vec<(&'static str, Value)> = webhook
            .map(|webhook| ("webhook", Value::from(format!("masked: {webhook}"))))
            .into_iter()
            .collect();
        let settle = i64::try_from(self.settle.as_secs()).unwrap_or(i64::MAX);
        shown.extend([
            ("settle_seconds", Value::from(settle)),
            ("fold_at", Value::from(i64::from(self.fold_at))),
            ("bell", Value::from(self.bell)),
            ("osc9", Value::from(self.osc9)),
        ]);
        if !self.rules.is_empty() {
            let rules = self.rules.iter().map(Rule::shown);
            shown.push(("rules", Value::from(rules.collect::<Vec<_>>())));
        }
        if let Some(percent) = self.capacity {
            shown.push(("capacity_percent", Value::from(i64::from(percent))));
        }
        if !self.calls.is_empty() {
            let calls = self.calls.iter().map(CallRule::shown);
            shown.push(("calls", Value::from(calls.collect::<Vec<_>>())));
        }
        if !self.severity.is_empty() {
            let grades = self.severity.iter();
            let grades = grades.map(|g| table([("when", &g.when), ("is", g.is.word())]));
            shown.push(("severity", Value::from(grades.collect::<Vec<_>>())));
        }
        if !self.targets.is_empty() {
            let targets = self.targets.iter().map(TargetSettings::shown);
            shown.push(("targets", Value::from(targets.collect::<Vec<_>>())));
        }
        shown
    }
}

impl Rule {
    fn shown(&self) -> Value {
        table([
            ("name", self.name.as_str()),
            ("when", &self.when),
            ("severity", self.severity.word()),
        ])
    }
}

fn table<const N: usize>(pairs: [(&str, &str); N]) -> Value {
    let pairs = pairs.map(|(key, text)| (key.to_owned(), Value::from(text)));
    Value::Table(pairs.into_iter().collect())
}

/// The address of a webhook. Its path and query often are its key, so only the host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookAddress(pub Url);

impl fmt::Display for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self
            .0
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        write!(
            f,
            "{}://{}{port}/…",
            self.0.scheme(),
            self.0.host_str().unwrap_or_default()
        )
    }
}

impl fmt::Debug for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({self})")
    }
}

/// A condition of devices in the filter grammar.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which is its `alertType`.
    pub name: String,
    /// The filter over registrations; it has been read once and found good.
    pub when: String,
    /// How bad it is: `critical`, `warning` (the default) or `info`.
    #[serde(default)]
    pub severity: Severity,
}

/// A condition of calls that have something in common: at least half of those that ended lately sound worse than a score.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRule {
    /// Its name, which is its `alertType`.
    pub name: String,
    /// The mean opinion score, 1 to 5.
    #[serde(default = "poor")]
    pub below: f64,
    /// What the calls have in common.
    #[serde(default)]
    pub by: CallsBy,
    /// How long ago the calls may have ended, in minutes.
    #[serde(default = "lately")]
    pub minutes: i64,
    /// Measured calls without which nothing is said.
    #[serde(default = "enough")]
    pub least: usize,
    /// How bad it is: `critical`, `warning` (the default) or `info`.
    #[serde(default)]
    pub severity: Severity,
}

// A score that is no number is refused when it is read.
impl Eq for CallRule {}

/// What calls have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallsBy {
    /// The carrier.
    #[default]
    Carrier,
    /// The site of their users.
    Site,
    /// The edge that carried them.
    Edge,
}

impl CallsBy {
    const WORDS: [&'static str; 3] = ["carrier", "site", "edge"];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

const fn poor() -> f64 {
    crate::model::quality::POOR
}

const fn lately() -> i64 {
    10
}

const fn enough() -> usize {
    3
}

impl CallRule {
    fn shown(&self) -> Value {
        let below = self.below.to_string();
        let (minutes, least) = (self.minutes.to_string(), self.least.to_string());
        table([
            ("name", self.name.as_str()),
            ("below", &below),
            ("by", self.by.word()),
            ("minutes", &minutes),
            ("least", &least),
            ("severity", self.severity.word()),
        ])
    }
}

impl Typed for CallRule {
    fn schema() -> serde_json::Value {
        reader::table_of([
            ("name", json!({"type": "string"}), true),
            (
                "below",
                json!({"type": "number", "minimum": 1, "maximum": 5}),
                false,
            ),
            ("by", json!({"enum": CallsBy::WORDS}), false),
            (
                "minutes",
                json!({"type": "integer", "minimum": 1, "maximum": 60}),
                false,
            ),
            (
                "least",
                json!({"type": "integer", "minimum": 1, "maximum": 1000}),
                false,
            ),
            ("severity", json!({"enum": Severity::WORDS}), false),
        ])
    }
}

/// How bad alerts are that pass a filter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// The filter over alerts; it has been read once and found good.
    pub when: String,
    /// How bad they are.
    pub is: Severity,
}

impl Grade {
    /// For who makes the alerts.
    #[must_use]
    pub fn pair(&self) -> (String, Severity) {
        (self.when.clone(), self.is)
    }
}

impl Typed for Grade {
    fn schema() -> serde_json::Value {
        reader::table_of([
            ("when", json!({"type": "string"}), true),
            ("is", json!({"enum": Severity::WORDS}), true),
        ])
    }
}

impl Typed for Rule {
    fn schema() -> serde_json::Value {
        reader::table_of([
            ("name", json!({"type": "string"}), true),
            ("when", json!({"type": "string"}), true),
            ("severity", json!({"enum": Severity::WORDS}), false),
        ])
    }
}

/// Reads the table.
pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Alerts {
    let default = Alerts::default();
    let folder = notes.beside("");
    let read = Alerts {
        webhook: from.take_as("webhook", notes, |text: String| webhook(&text, "alerts")),
        targets: from
            .take_as("targets", notes, |written: Vec<targets::WrittenTarget>| {
                targets::read(written, &folder)
            })
            .unwrap_or_default(),
        settle: from
            .take_as("settle_seconds", notes, settle)
            .unwrap_or(default.settle),
        fold_at: from
            .take_as("fold_at", notes, |devices: u32| {
                let message = "at least 2: one device is no storm";
                (devices >= 2)
                    .then_some(devices)
                    .ok_or_else(|| message.to_owned())
            })
            .unwrap_or(default.fold_at),
        bell: from.take("bell", notes).unwrap_or(default.bell),
        osc9: from.take("osc9", notes).unwrap_or(default.osc9),
        rules: from.take_as("rules", notes, rules).unwrap_or_default(),
        capacity: from.take_as("capacity_percent", notes, |percent: u8| {
            let message = "a share from 1 to 100 percent";
            (1..=100)
                .contains(&percent)
                .then_some(percent)
                .ok_or_else(|| message.to_owned())
        }),
        calls: from.take_as("calls", notes, call_rules).unwrap_or_default(),
        severity: from.take_as("severity", notes, grades).unwrap_or_default(),
    };
    from.finish(notes);
    read
}

/// Reads an address that `what` is posted to.
pub(super) fn webhook(text: &str, what: &str) -> Result<WebhookAddress, String> {
    let url = endpoint::address(text, what)?;
    if url.fragment().is_some() {
        return Err("an address to post to has no fragment (#): leave it out".to_owned());
    }
    vault::keep_webhook(&url);
    Ok(WebhookAddress(url))
}

fn settle(seconds: u64) -> Result<Duration, String> {
    if seconds > LONGEST_SETTLE {
        return Err(format!(
            "{seconds} is too long: at most {LONGEST_SETTLE} seconds"
        ));
    }
    Ok(Duration::from_secs(seconds))
}

fn rules(rules: Vec<Rule>) -> Result<Vec<Rule>, String> {
    if rules.len() > MOST_RULES {
        return Err(format!("at most {MOST_RULES} rules"));
    }
    for (n, rule) in rules.iter().enumerate() {
        let fault = |message: String| format!("rule {}: {message}", n + 1);
        plain(&rule.name, LONGEST_NAME).map_err(|m| fault(format!("name: {m}")))?;
        plain(&rule.when, LONGEST_RULE).map_err(|m| fault(format!("when: {m}")))?;
        let twice = rules.iter().take(n).any(|other| other.name == rule.name);
        if twice || TAKEN.contains(&rule.name.as_str()) {
            return Err(fault(format!("the name {:?} is taken", rule.name)));
        }
        let query = Query::parse(&rule.when, FIELDS);
        query.map_err(|e| fault(format!("when, column {}: {}", e.column + 1, e.sentence)))?;
    }
    Ok(rules)
}

fn call_rules(rules: Vec<CallRule>) -> Result<Vec<CallRule>, String> {
    if rules.len() > MOST_RULES {
        return Err(format!("at most {MOST_RULES} of them"));
    }
    for (n, rule) in rules.iter().enumerate() {
        let fault = |message: String| format!("calls {}: {message}", n + 1);
        plain(&rule.name, LONGEST_NAME).map_err(|m| fault(format!("name: {m}")))?;
        let twice = rules.iter().take(n).any(|other| other.name == rule.name);
        if twice || TAKEN.contains(&rule.name.as_str()) {
            return Err(fault(format!("the name {:?} is taken", rule.name)));
        }
        let ranges = [
            (
                (1.0..=5.0).contains(&rule.below),
                "below: a MOS is from 1 to 5",
            ),
            (
                (1..=60).contains(&rule.minutes),
                "minutes: 1 to 60, for calls are read an hour back",
            ),
            ((1..=1_000).contains(&rule.least), "least: 1 to 1000 calls"),
        ];
        if let Some((_, why)) = ranges.iter().find(|(fits, _)| !fits) {
            return Err(fault((*why).to_owned()));
        }
    }
    Ok(rules)
}

fn grades(grades: Vec<Grade>) -> Result<Vec<Grade>, String> {
    if grades.len() > MOST_RULES {
        return Err(format!("at most {MOST_RULES} of them"));
    }
    for (n, grade) in grades.iter().enumerate() {
        let fault = |message: String| format!("severity {}: {message}", n + 1);
        plain(&grade.when, LONGEST_RULE).map_err(|m| fault(format!("when: {m}")))?;
        let query = Query::parse(&grade.when, kind::alerts::Alerts::FIELDS);
        query.map_err(|e| fault(format!("when, column {}: {}", e.column + 1, e.sentence)))?;
    }
    Ok(grades)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, when: &str) -> Rule {
        Rule {
            name: name.to_owned(),
            when: when.to_owned(),
            severity: Severity::default(),
        }
    }

    #[test]
    fn a_webhook_may_have_a_query_and_is_never_shown_whole() {
        let hook = webhook("https://hooks.example.com/canary?key=canary", "alerts").unwrap();
        assert_eq!(hook.to_string(), "https://hooks.example.com/…");
        assert!(!format!("{hook:?}").contains("canary"));
        assert!(
            webhook("http://hooks.example.com/x", "alerts")
                .unwrap_err()
                .contains("https")
        );
        assert!(webhook("http://127.0.0.1:9/x", "alerts").is_ok());
    }

    #[test]
    fn a_rule_over_calls_has_its_usual_values_and_their_ranges() {
        let read = |text: &str| toml::from_str::<CallRule>(text);
        let rule = read("name = \"poor\"").unwrap();
        assert_eq!(
            (rule.below, rule.by.word(), rule.minutes),
            (3.5, "carrier", 10)
        );
        let fault = |text: &str| call_rules(vec![read(text).unwrap()]).unwrap_err();
        assert!(fault("name = \"a\"\nbelow = 7.0").contains("from 1 to 5"));
        assert!(fault("name = \"a\"\nminutes = 90").contains("an hour"));
        assert!(fault("name = \"tls_cert_expiry\"").contains("taken"));
        assert!(read("name = \"a\"\nby = \"user\"").is_err());
    }

    #[test]
    fn a_rule_that_cannot_be_read_says_where() {
        let fault =
            rules(vec![rule("pcmu", "codec:PCMU"), rule("slow", "flaps>many")]).unwrap_err();
        assert!(fault.starts_with("rule 2: when, column"), "{fault}");
        assert!(rules(vec![rule("tls_cert_expiry", "codec:PCMU")]).is_err());
        assert!(rules(vec![rule("a", "x"), rule("a", "y")]).is_err());
        let grade = |when: &str| Grade {
            when: when.to_owned(),
            is: Severity::Info,
        };
        assert!(grades(vec![grade("site:lab kind:registration_failure")]).is_ok());
        let fault = grades(vec![grade("state:ok")]).unwrap_err();
        assert!(fault.starts_with("severity 1: when, column"), "{fault}");
    }
}
