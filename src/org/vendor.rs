//! The vendor's status page (Statuspage): how the whole cloud does, for anyone and without a token.
//!
//! It is beside the organisation: no limit counts it, no fault but `cloud` touches it, and the record of requests has it not.

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::faults::CloudWord;
use super::operation::{Answer, ok};
use super::reply::Refusal;
use super::shared::Shared;

/// Where the page is.
pub(super) const PATH: &str = "/_status";

/// What of it is served.
const SUMMARY: &str = "/_status/api/v2/summary.json";

/// So long before the organisation began, what is wrong with the cloud had begun.
const BEFORE: SignedDuration = SignedDuration::from_mins(12);

/// Parts of the cloud, by region: the one that is ill is the first of the first.
const REGIONS: [(&str, [&str; 4]); 2] = [
    (
        "eu-central-1",
        ["Voice", "Routing", "Notification Service", "Login"],
    ),
    (
        "us-east-1",
        ["Voice", "Routing", "Notification Service", "Login"],
    ),
];

/// Whether a path is the page's.
pub(super) fn is_asked(path: &str) -> bool {
    path == SUMMARY
}

/// What the page says; by one fault it says nothing.
pub(super) fn answer(shared: &Shared) -> Answer {
    let cloud = shared.faults().cloud;
    if cloud == CloudWord::Silent {
        let message = "the status page is not available";
        let refusal = Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service.unavailable",
            message,
        );
        return Err(refusal.caused_by("cloud"));
    }
    ok(&summary(cloud, shared.began, Timestamp::now()))
}

fn summary(cloud: CloudWord, began: Timestamp, now: Timestamp) -> Value {
    let (status, indicator, description) = match cloud {
        CloudWord::Well | CloudWord::Silent => ("operational", "none", "All Systems Operational"),
        CloudWord::Maintenance => (
            "under_maintenance",
            "maintenance",
            "Service Under Maintenance",
        ),
        CloudWord::Degraded => ("degraded_performance", "minor", "Minor Service Outage"),
        CloudWord::Outage => ("major_outage", "critical", "Major Service Outage"),
    };
    let since = began.checked_sub(BEFORE).unwrap_or(began);
    let mut components = Vec::new();
    for (region, (name, parts)) in REGIONS.into_iter().enumerate() {
        let ill = |part: usize| (region, part) == (0, 0);
        let group = format!("g{region}");
        let of_group = if region == 0 { status } else { "operational" };
        components.push(json!({
            "id": group, "name": name, "status": of_group, "group": true, "group_id": null,
            "updated_at": since,
        }));
        components.extend(parts.into_iter().enumerate().map(|(part, name)| {
            json!({
                "id": format!("{group}p{part}"), "name": name, "group": false, "group_id": group,
                "status": if ill(part) { status } else { "operational" }, "updated_at": since,
            })
        }));
    }
    let incident = json!({
        "id": "i1", "name": "Calls take longer to connect", "status": "investigating", "impact": indicator,
        "created_at": since, "started_at": since, "updated_at": now,
        "shortlink": "https://stspg.io/i1", "components": [{"id": "g0p0", "name": "Voice"}],
    });
    let incidents = match cloud {
        CloudWord::Degraded | CloudWord::Outage => vec![incident],
        CloudWord::Well | CloudWord::Maintenance | CloudWord::Silent => Vec::new(),
    };
    json!({
        "page": {
            "id": "trunkline", "name": "Status of the embedded cloud",
            "url": "https://status.example", "time_zone": "Etc/UTC", "updated_at": now,
        },
        "status": {"indicator": indicator, "description": description},
        "components": components,
        "incidents": incidents,
        "scheduled_maintenances": [],
    })
}
