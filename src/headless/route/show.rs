//! `route show`.

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use super::find;
use crate::cloud::Urgency;
use crate::flow::Kit;
use crate::headless::{Exit, out, print};
use crate::model::route::diff::{self, Change};
use crate::model::route::{Deployment, Known};
use crate::store::routes::{Drift, Routes};
use crate::text::safe;
use crate::time::Millis;

pub(super) async fn show(
    kit: &Kit,
    wanted: &str,
    json: bool,
    body_alone: bool,
) -> Result<u8, String> {
    let known = match find(kit, wanted).await {
        Ok(known) => known,
        Err(code) => return Ok(code),
    };
    if body_alone {
        // A file or another program is to deploy it; on a screen it stays.
        let on_screen = std::io::stdout().is_terminal();
        let body = if on_screen {
            known.route.masked()
        } else {
            known.route
        };
        let pretty = serde_json::to_string_pretty(&body).map_err(|e| e.to_string())?;
        // With the credentials in it, for what is to be sent again.
        out::write(&format!("{pretty}\n"))?;
        return Ok(Exit::Ok as u8);
    }
    let deliveries = kit
        .client
        .deliveries(&known.id, Urgency::Reread)
        .await
        .ok()
        .flatten();
    let deployments = deployments(kit).await?;
    let mut table = Routes::default();
    table.read(vec![known.clone()], Vec::new(), true, kit.clock.now());
    table.opened(deployments);
    let (drift, history) = match table.get(&known.id) {
        Some(row) => (row.drift.clone(), table.history(row).collect()),
        None => (Drift::NotOurs, Vec::new()),
    };
    let mut object = body(&known);
    object["drift"] = drift.word().into();
    if let Drift::Differs(changes) = &drift {
        object["differs"] = told(changes).into();
    }
    object["deliveries"] = match deliveries {
        Some(deliveries) => deliveries
            .iter()
            .map(|d| {
                json!({
                    "uri": d.uri, "delivered": d.delivered, "failed": d.failed, "lastStatus": d.last_status,
                    "lastAttempt": d.last_attempt.map(|at| at.to_string()),
                })
            })
            .collect(),
        None => Value::Null,
    };
    object["deployments"] = history.iter().map(|deployment| past(deployment)).collect();
    print(&if json {
        format!("{object}\n")
    } else {
        format!("{}\n", safe_json(&object))
    })?;
    Ok(Exit::Ok as u8)
}

/// Pretty-printed for a person: control characters are visible already, the rest is made so line by line.
fn safe_json(object: &Value) -> String {
    let pretty = format!("{object:#}");
    let lines: Vec<_> = pretty.lines().map(safe).collect();
    lines.join("\n")
}

/// A route with its id, and how an integration stands; secret values masked.
pub(super) fn body(known: &Known) -> Value {
    // Strings, lists and numbers that came from JSON cannot fail to become JSON.
    let mut object = serde_json::to_value(known.route.masked()).unwrap_or_default();
    object["id"] = known.id.raw().into();
    if let Some(enabled) = known.enabled {
        object["enabled"] = enabled.into();
    }
    if let Some(integration) = &known.integration {
        object["standing"] = integration.standing().word().into();
        object["intendedState"] = integration.intended.raw().into();
        object["reportedState"] = integration.reported.raw().into();
        object["detail"] = integration.detail.raw().into();
    }
    object
}

fn past(deployment: &Deployment) -> Value {
    let changes = match (&deployment.before, &deployment.after) {
        (Some(before), Some(after)) => told(&diff::changes(before, after)),
        _ => Vec::new(),
    };
    json!({
        "at": Millis::to_string(&deployment.at), "operator": deployment.operator, "deed": deployment.deed.word(),
        "state": deployment.state.word(), "why": deployment.why, "changes": changes,
    })
}

pub(super) fn told(changes: &[Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

pub(in crate::headless) async fn deployments(kit: &Kit) -> Result<Vec<Deployment>, String> {
    let place = kit.routes.deployments.clone();
    let loaded = tokio::task::spawn_blocking(move || place.load()).await;
    loaded
        .map_err(|e| e.to_string())?
        .map_err(|e| e.to_string())
}
