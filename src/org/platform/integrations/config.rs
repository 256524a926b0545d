//! The configuration of an integration, the rules it keeps, and what AWS has against it.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::kinds::EVENT_BRIDGE;
use super::table::Integration;
use crate::org::reply::Refusal;

/// The regions that an event bus may be in.
const REGIONS: [&str; 14] = [
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "eu-central-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
];

/// What accounts that nobody has begin with.
const NOBODYS: &str = "0000";

/// The most topics of one filter, and the longest texts.
const MOST_TOPICS: usize = 500;
const LONGEST: usize = 2_000;

/// A configuration as a client writes it (`IntegrationConfiguration`): every part is required.
#[derive(Debug, Deserialize)]
pub(super) struct Configuration {
    pub(super) name: String,
    pub(super) version: u64,
    pub(super) properties: Map<String, Value>,
    pub(super) advanced: Value,
    pub(super) notes: String,
    pub(super) credentials: Map<String, Value>,
}

impl Configuration {
    /// The rules that hold before anything is written, and the version.
    pub(super) fn check(&self, present: &Integration) -> Result<(), Refusal> {
        if self.name.trim().is_empty() || self.name.len().max(self.notes.len()) > LONGEST {
            return Err(bad(
                "name",
                &format!("1 to {LONGEST} bytes, and notes no more"),
            ));
        }
        if present.kind == EVENT_BRIDGE {
            check_properties(&self.properties)?;
        }
        if self.version != present.version {
            let (sent, now) = (self.version, present.version);
            let message =
                format!("The version {sent} of the configuration is not the present one, {now}.");
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "general.conflict",
                message,
            ));
        }
        Ok(())
    }
}

fn check_properties(properties: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |name: &'static str| match properties.get(name) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= LONGEST => Ok(text),
        _ => Err(bad(name, "is required, and a text")),
    };
    let account = text("awsAccountId")?;
    if account.len() != 12 || !account.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(bad("awsAccountId", "has twelve digits"));
    }
    text("awsAccountRegion")?;
    let suffix = text("eventSourceSuffix")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if suffix.len() > 64 || !suffix.bytes().all(plain) {
        return Err(bad("eventSourceSuffix", "is up to 64 of A-Z a-z 0-9 - _ ."));
    }
    let topics = properties.get("eventFilter").and_then(Value::as_array);
    let topics = topics.filter(|topics| (1..=MOST_TOPICS).contains(&topics.len()));
    let topics =
        topics.ok_or_else(|| bad("eventFilter", &format!("is 1 to {MOST_TOPICS} topics")))?;
    let topic = |topic: &Value| topic.as_str().is_some_and(|topic| topic.starts_with("v2."));
    match topics.iter().find(|one| !topic(one)) {
        Some(odd) => Err(bad("eventFilter", &format!("{odd} is no topic"))),
        None => Ok(()),
    }
}

/// Why events cannot be sent with these properties, when that is so: a code and a sentence.
pub(super) fn trouble(properties: &Map<String, Value>) -> Option<(&'static str, String)> {
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let (Some(account), Some(region)) = (text("awsAccountId"), text("awsAccountRegion")) else {
        let message = "The configuration is incomplete.".to_owned();
        return Some(("configuration.incomplete", message));
    };
    if account.starts_with(NOBODYS) {
        let message = format!(
            "The AWS account {account} does not exist or does not take partner event sources."
        );
        return Some(("aws.account.invalid", message));
    }
    if !REGIONS.contains(&region) {
        let message = format!("{region} is no AWS region with partner event sources.");
        return Some(("aws.region.invalid", message));
    }
    None
}

/// An empty configuration, as an integration begins with.
pub(super) fn empty() -> (Map<String, Value>, Value) {
    (Map::new(), json!({}))
}

fn bad(field: &'static str, rule: &str) -> Refusal {
    let message = format!("{field}: {rule}");
    Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message).param("field", field)
}
