//! Routes: where events go (contract §9).
//!
//! | call | scope | what |
//! |---|---|---|
//! | `GET /api/v2/outbound/integrations` | `integration:outbound:read` | `{"entities":[route]}` |
//! | `POST /api/v2/outbound/integrations` | `integration:outbound:write` | 201 the route with its `id`, 400 for each broken rule |
//! | `GET /api/v2/outbound/integrations/{id}` | `…:read` | the route, 404 |
//! | `PUT /api/v2/outbound/integrations/{id}` | `…:write` | 200 the route; 409 when the body names a `version` that is not the present one |
//! | `DELETE /api/v2/outbound/integrations/{id}` | `…:write` | 204, 404 |
//! | `GET /api/v2/outbound/integrations/{id}/deliveries` | `…:read` | `{"entities":[{"uri","delivered","failed","lastStatus"?,"lastAttempt"?,…}]}` |
//! | `GET /api/v2/analytics/events/types` | `analytics:events:read` | `{"entities":[{"eventType","fields"}]}` |
//!
//! Beyond the contract a route carries `enabled`, `version`, `dateCreated`, `dateModified` and `modifiedBy`. A PUT
//! without a `version` overwrites whatever is there, as the contract has it; one with a version takes part in the race.

pub(super) mod body;
pub(super) mod seeds;
pub(super) mod table;

use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use self::body::Body;
use super::access::scopes;
use super::events::catalogue;
use super::operation::{Answer, Call, Operation, created, empty, ok, operation};
use super::reply::Refusal;
use super::rules;

const READ: &[&str] = &["integration:outbound:read"];
const WRITE: &[&str] = &["integration:outbound:write"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "outbound/integrations", scopes(READ), list),
    operation(Method::POST, "outbound/integrations", scopes(WRITE), create),
    operation(Method::GET, "outbound/integrations/{id}", scopes(READ), |call| ok(call.shared.routes().get(call.id(0))?)),
    operation(Method::PUT, "outbound/integrations/{id}", scopes(WRITE), replace),
    operation(Method::DELETE, "outbound/integrations/{id}", scopes(WRITE), remove),
    operation(Method::GET, "outbound/integrations/{id}/deliveries", scopes(READ), deliveries),
    operation(Method::GET, "analytics/events/types", scopes(&["analytics:events:read"]), |_| ok(&json!({"entities": catalogue::TYPES}))),
];

fn list(call: &Call<'_>) -> Answer {
    let routes = call.shared.routes();
    ok(&json!({"entities": routes.all().collect::<Vec<_>>()}))
}

fn create(call: &Call<'_>) -> Answer {
    let (body, by) = (Body::parse(&call.body)?, &call.shared.client.id);
    created(call.shared.routes().create(body, by, Timestamp::now())?)
}

fn replace(call: &Call<'_>) -> Answer {
    let (body, seen) = (Body::parse(&call.body)?, version(&call.body)?);
    let (mut routes, by) = (call.shared.routes(), &call.shared.client.id);
    ok(routes.replace(call.id(0), body, seen, by, Timestamp::now())?)
}

fn remove(call: &Call<'_>) -> Answer {
    call.shared.routes().remove(call.id(0))?;
    empty(StatusCode::NO_CONTENT)
}

fn deliveries(call: &Call<'_>) -> Answer {
    ok(&json!({"entities": call.shared.routes().deliveries(call.id(0))?}))
}

/// The version that a writer says it has seen.
fn version(body: &[u8]) -> Result<Option<u64>, Refusal> {
    #[derive(Deserialize)]
    struct SeenVersion {
        version: Option<u64>,
    }
    rules::read::<SeenVersion>(body).map(|seen| seen.version)
}
