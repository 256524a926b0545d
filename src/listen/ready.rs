//! `/readyz`: whether what is shown can be relied on, by the profile's threshold.

use serde_json::{Value, json};

use super::ask::{Coverage, NotReady, Overview};
use super::reply::{Refusal, Reply, json as reply};

/// Answers with what is known and what is not; whoever may not read is told the word alone.
pub(super) fn answer(overview: &Overview, ready_at: f64, details: bool) -> Result<Reply, Refusal> {
    let coverage = &overview.coverage;
    match verdict(overview, ready_at) {
        Ok(()) if details => Ok(reply(&json!({
            "status": "ready",
            "coverage": shown(coverage, ready_at),
            "missing": missing(coverage),
        }))),
        Ok(()) => Ok(reply(&json!({ "status": "ready" }))),
        Err(why) if details => {
            let refusal = Refusal::unavailable(&why);
            let refusal = refusal.beside("coverage", shown(coverage, ready_at));
            Err(refusal.beside("missing", missing(coverage)))
        }
        Err(_) => Err(Refusal::unavailable(&"not ready")),
    }
}

/// Whether enough is sure.
pub(super) fn verdict(overview: &Overview, ready_at: f64) -> Result<(), NotReady> {
    overview.ready.clone()?;
    let coverage = &overview.coverage;
    if coverage.share() >= ready_at {
        return Ok(());
    }
    Err(NotReady::Coverage {
        sure: coverage.sure,
        stale: coverage.stale,
        unknown: coverage.unknown,
        awaited: coverage.awaited,
        percent: 100.0 * ready_at,
    })
}

fn shown(coverage: &Coverage, ready_at: f64) -> Value {
    json!({
        "share": coverage.share(),
        "readyAt": ready_at,
        "users": coverage.users,
        "awaited": coverage.awaited,
        "rows": { "sure": coverage.sure, "stale": coverage.stale, "unknown": coverage.unknown },
        "roundMs": coverage.round_ms,
    })
}

fn missing(coverage: &Coverage) -> Value {
    let one = |(what, why): &(&str, crate::text::Text)| json!({ "what": what, "why": why.raw() });
    coverage.missing.iter().map(one).collect()
}
