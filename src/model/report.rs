//! The health report: what was found of registrations, how the reads fare and what is wrong now, in the words of contract §6.

mod checks;

pub use self::checks::{Checks, Reads};

use serde::{Serialize, Serializer};

use crate::text::Text;
use crate::time::{self, Millis};

/// What the dashboard calls `report`; its JSON is contract §6 to the letter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// The moment it speaks of.
    #[serde(serialize_with = "time::rfc3339")]
    pub generated_at: Millis,
    /// Registrations looked at since the start: each device in each read, each event of a stream.
    pub total_checks: u64,
    /// Those found registered.
    pub success_count: u64,
    /// Their share as a percentage, 0..=100; 0 before the first, because JSON knows no "not yet".
    pub success_rate: f64,
    /// When one was last found not registered; `"none"` in JSON when none was.
    #[serde(serialize_with = "rfc3339_or_none")]
    pub last_failure_time: Option<Millis>,
    /// Looked at, and the organisation did not say whether it is registered: in none of the figures above.
    pub unknown_checks: u64,
    /// How the reads themselves went.
    pub reads: ReadReport,
    /// Users with at least one device that was last said to be registered.
    pub active_users: u32,
    /// Carriers whose health is `degraded` or `down`.
    pub degraded_carriers: u32,
}

/// How the reads of the organisation went since the start, each counted once whatever its retries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadReport {
    /// All of them.
    pub total: u64,
    /// Those that were answered and understood.
    pub ok: u64,
    /// Those that failed for good.
    pub failed: u64,
    /// The share that worked as a percentage, 0..=100; none before the first.
    pub success_rate: Option<f64>,
    /// When one last failed for good; `"none"` in JSON when none has.
    #[serde(serialize_with = "rfc3339_or_none")]
    pub last_failure_time: Option<Millis>,
}

impl ReadReport {
    /// The report of these reads.
    #[must_use]
    pub fn of(reads: Reads, last_failure_time: Option<Millis>) -> Self {
        Self {
            total: reads.total(),
            ok: reads.ok,
            failed: reads.failed,
            success_rate: reads.success_rate(),
            last_failure_time,
        }
    }
}

/// Registrations looked at within one window, and the reads in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportWindow {
    /// Registrations looked at.
    pub total_checks: u64,
    /// Those found registered.
    pub success_count: u64,
    /// Their share as a percentage, 0..=100; none where nothing was looked at.
    pub success_rate: Option<f64>,
    /// Reads in it.
    pub reads: u64,
    /// Those that failed for good.
    pub failed_reads: u64,
}

impl ReportWindow {
    /// What these counts come to.
    #[must_use]
    pub fn of(checks: Checks, reads: Reads) -> Self {
        Self {
            total_checks: checks.total(),
            success_count: checks.registered,
            success_rate: checks.success_rate(),
            reads: reads.total(),
            failed_reads: reads.failed,
        }
    }
}

/// Success over time: a rate since the start alone hides a bad hour behind a good month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Windows {
    /// The last 60 minutes.
    pub hour: ReportWindow,
    /// The last 24 hours.
    pub day: ReportWindow,
    /// Since the start of the process.
    pub since_start: ReportWindow,
}

/// How long reads took within the last hour, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ReadTimes {
    /// Half of the reads were faster.
    pub p50: f64,
    /// Nine of ten reads were faster.
    pub p90: f64,
    /// 99 of 100 reads were faster.
    pub p99: f64,
}

/// One carrier as the dashboard lists it (contract §6).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CarrierLine {
    /// Its id.
    pub provider_id: Text,
    /// Its name.
    pub name: Text,
    /// Its status as the organisation spells it: `active`.
    pub status: Text,
    /// `healthy`, `degraded`, `down` or `unknown` (contract §4).
    pub health: Text,
}

/// Everything that `trunkline report` tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FullReport {
    /// The report of the dashboard.
    #[serde(flatten)]
    pub health: HealthReport,
    /// Success over time.
    pub windows: Windows,
    /// How long reads took; none before the first.
    pub read_ms: Option<ReadTimes>,
    /// Every carrier.
    pub carriers: Vec<CarrierLine>,
}

#[expect(
    clippy::ref_option,
    reason = "serde calls it with a reference to the field"
)]
fn rfc3339_or_none<S: Serializer>(at: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.collect_str(at),
        None => to.serialize_str("none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_that_of_the_contract() {
        let report = HealthReport {
            generated_at: Millis(0),
            total_checks: 4,
            success_count: 3,
            success_rate: 75.0,
            last_failure_time: None,
            unknown_checks: 0,
            reads: ReadReport::default(),
            active_users: 2,
            degraded_carriers: 1,
        };
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(
            json,
            r#"{"generatedAt":"1970-01-01T00:00:00.000Z","totalChecks":4,"successCount":3,"successRate":75.0,"lastFailureTime":"none","unknownChecks":0,"reads":{"total":0,"ok":0,"failed":0,"successRate":null,"lastFailureTime":"none"},"activeUsers":2,"degradedCarriers":1}"#
        );
        let failed = HealthReport {
            last_failure_time: Some(Millis(1_000)),
            ..report
        };
        let json = serde_json::to_value(&failed).unwrap();
        assert_eq!(json["lastFailureTime"], "1970-01-01T00:00:01.000Z");
    }
}
