//! Alertmanager, API v2: `POST /api/v2/alerts`, a list of `postableAlert`.
//!
//! Source: `api/v2/openapi.yaml` of github.com/prometheus/alertmanager; `prometheus.io/docs/alerting/latest/alerts_api/`.
//! An alert there is its labels: they are the same in the beginning and in the end, and name the very alert, so that a late
//! end ends no other. One without `endsAt` would be taken for over after some minutes (`resolve_timeout`); an alert of the
//! console holds until its end is told, also while the console is not there. What is there is in memory alone, so clients
//! are expected to say again what holds; [`holds`] is that.

use serde_json::{Value, json};

use super::words::{facts, headline, plain, value};
use crate::alert::Notice;

/// How long an alert holds there when its end is never told, in milliseconds: a year.
const HOLDS_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

/// Alerts in one request that says what holds.
pub const AT_ONCE: usize = 200;

/// The path below the address of an Alertmanager.
pub const PATH: &str = "api/v2/alerts";

/// The body that says again what holds.
#[must_use]
pub fn holds(profile: &str, notices: &[Notice]) -> Value {
    notices
        .iter()
        .map(|notice| alert(profile, notice))
        .collect()
}

/// The body.
#[must_use]
pub fn body(profile: &str, notice: &Notice) -> Value {
    json!([alert(profile, notice)])
}

fn alert(profile: &str, notice: &Notice) -> Value {
    let (telling, told) = (&notice.telling, &notice.body);
    let mut labels = json!({
        "alertname": plain(&told.alert_type),
        "severity": telling.severity.word(),
        "profile": plain(profile),
        "user": plain(&told.user_id),
        "device": plain(&told.device_id),
        "alert_id": notice.alert,
    });
    if let Some(site) = &telling.site {
        labels["site"] = value(site).into();
    }
    // What the labels say already is left out.
    let said = ["Severity", "Profile", "Since", "Until"];
    let more = facts(profile, notice).into_iter();
    let more = more.filter(|(name, _)| !said.contains(name));
    let description: Vec<String> = more.map(|(name, fact)| format!("{name}: {fact}")).collect();
    let mut annotations = json!({"summary": headline(notice)});
    if !description.is_empty() {
        annotations["description"] = description.join("\n").into();
    }
    let holds = notice.began.plus(HOLDS_MS);
    // Alertmanager refuses an end before the beginning, which a clock that went back would make.
    let ends = notice.ended.map_or(holds, |end| end.max(notice.began));
    json!({
        "labels": labels,
        "annotations": annotations,
        "startsAt": notice.began.timestamp().to_string(),
        "endsAt": ends.timestamp().to_string(),
    })
}
