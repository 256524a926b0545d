//! `PagerDuty`, Events API v2: `trigger` and `resolve` with one `dedup_key`.
//!
//! Source: developer.pagerduty.com, "Events API v2" and "Send an Alert Event": `summary` has at most 1024 characters,
//! `dedup_key` at most 255.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::words::{facts, headline, plain, value};
use crate::alert::Notice;
use crate::text::fit;

/// Where events are sent when the profile does not say.
pub const ADDRESS: &str = "https://events.pagerduty.com/v2/enqueue";

/// Columns of a summary: no more than its characters.
const SUMMARY: usize = 1_024;

/// Characters of a key that tells one alert from another.
const KEY: usize = 255;

/// The body; it carries the key of the integration, and is never shown.
#[must_use]
pub fn body(profile: &str, notice: &Notice, routing_key: &SecretString) -> Value {
    let mut body = json!({
        "routing_key": routing_key.expose_secret(),
        "event_action": if notice.ended.is_some() { "resolve" } else { "trigger" },
        "dedup_key": key(profile, notice),
    });
    if notice.ended.is_some() {
        return body;
    }
    let (telling, told) = (&notice.telling, &notice.body);
    let mut details = serde_json::to_value(told).unwrap_or_default();
    for (name, fact) in facts(profile, notice) {
        details[name.to_lowercase()] = fact.into();
    }
    let mut payload = json!({
        "summary": fit(&headline(notice), SUMMARY),
        "source": plain(profile),
        "severity": telling.severity.word(),
        "timestamp": notice.began.timestamp().to_string(),
        "component": value(&telling.thing),
        "class": plain(&told.alert_type),
        "custom_details": details,
    });
    if let Some(site) = &telling.site {
        payload["group"] = value(site).into();
    }
    body["payload"] = payload;
    body["client"] = "trunkline".into();
    body
}

/// The same for the beginning and the end of an alert. The alert comes first: what is cut is the profile's name.
fn key(profile: &str, notice: &Notice) -> String {
    let key = format!("{}/{profile}", notice.alert);
    key.chars().take(KEY).collect()
}
