//! Many callbacks in one call.

use serde::Deserialize;
use serde_json::{Value, json};

use super::change::PatchCallback;
use super::{accepted, disconnect, view};
use crate::org::platform::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// The most callbacks of one call; the published document sets no limit, and memory does.
const MOST: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkDisconnect {
    callback_disconnect_identifiers: Vec<DisconnectIdentifier>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DisconnectIdentifier {
    conversation_id: String,
}

/// `POST conversations/callbacks/bulk/disconnect`: those that are known are let go; nobody is told of the others.
pub(super) fn disconnect_all(call: &Call<'_>) -> Answer {
    let asked: BulkDisconnect = call.read()?;
    check_count(asked.callback_disconnect_identifiers.len())?;
    for one in &asked.callback_disconnect_identifiers {
        // The answer is 202 whatever becomes of each.
        let _ = disconnect(call, &one.conversation_id);
    }
    Ok(accepted())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkUpdate {
    patch_callback_requests: Vec<PatchCallback>,
}

/// `POST conversations/callbacks/bulk/update`: each on its own, and which of them failed.
pub(super) fn update(call: &Call<'_>) -> Answer {
    let asked: BulkUpdate = call.read()?;
    check_count(asked.patch_callback_requests.len())?;
    let (mut results, mut failed) = (Vec::<Value>::new(), Vec::new());
    for (index, patch) in asked.patch_callback_requests.iter().enumerate() {
        results.push(match patch.apply(call) {
            Ok(()) => json!({"entity": view::booked(&patch.conversation_id)}),
            Err(refusal) => {
                failed.push(index);
                json!({"error": {"code": refusal.code(), "message": refusal.message()}})
            }
        });
    }
    ok(&json!({"results": results, "errorCount": failed.len(), "errorIndexes": failed}))
}

fn check_count(count: usize) -> Result<(), Refusal> {
    if count <= MOST {
        return Ok(());
    }
    let message = format!("at most {MOST} callbacks in one call, not {count}");
    Err(Refusal::bad_request(message))
}
