//! The calls about interactions.

use hyper::Method;
use serde_json::json;

use crate::org::access::scopes;
use crate::org::operation::{Answer, Call, Operation, ok, operation};
use crate::org::reply::Refusal;

const VIEW: &[&str] = &["interaction:view"];

/// The operations of this room.
pub(in crate::org) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "interactions", scopes(VIEW), list),
    operation(Method::GET, "interactions/{id}", scopes(VIEW), one),
];

fn list(call: &Call<'_>) -> Answer {
    ok(&json!({"entities": call.shared.interactions().live()}))
}

fn one(call: &Call<'_>) -> Answer {
    let (id, interactions) = (call.id(0), call.shared.interactions());
    let found = interactions.get(id);
    ok(found.ok_or_else(|| Refusal::not_found(format!("there is no interaction {id:?}")))?)
}
