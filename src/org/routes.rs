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

use std::borrow::Cow;

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use self::body::Body;
use super::events::catalogue;
use super::reply::{self, Refusal, Reply};
use super::resource::{Call, Rule, Verb};
use super::route::decode;
use super::rules;

const READ: &str = "integration:outbound:read";
const WRITE: &str = "integration:outbound:write";

/// What is served about routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Path<'a> {
    Integrations,
    Integration(Cow<'a, str>),
    Deliveries(Cow<'a, str>),
    EventTypes,
}

impl<'a> Path<'a> {
    /// By the parts of a path after `/api/v2`.
    pub(super) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["outbound", "integrations"] => Self::Integrations,
            ["outbound", "integrations", id] => Self::Integration(decode(id)?),
            ["outbound", "integrations", id, "deliveries"] => Self::Deliveries(decode(id)?),
            ["analytics", "events", "types"] => Self::EventTypes,
            _ => return None,
        })
    }

    /// The verbs each takes.
    pub(super) const fn rules(&self) -> &'static [Rule] {
        match self {
            Self::Integrations => &[(Verb::Get, READ), (Verb::Post, WRITE)],
            Self::Integration(_) => &[(Verb::Get, READ), (Verb::Put, WRITE), (Verb::Delete, WRITE)],
            Self::Deliveries(_) => &[(Verb::Get, READ)],
            Self::EventTypes => &[(Verb::Get, "analytics:events:read")],
        }
    }

    /// Answers a call whose verb, token and scope are in order.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (mut routes, by) = (call.shared.routes(), &call.shared.client.id);
        match (self, call.verb) {
            (Self::Integrations, Verb::Post) => {
                let body = Body::parse(&call.body)?;
                let route = routes.create(body, by, Timestamp::now())?;
                Ok(reply::json(StatusCode::CREATED, route))
            }
            (Self::Integrations, _) => {
                let body = json!({"entities": routes.all().collect::<Vec<_>>()});
                Ok(reply::json(StatusCode::OK, &body))
            }
            (Self::Integration(id), Verb::Put) => {
                let (body, seen) = (Body::parse(&call.body)?, version(&call.body)?);
                let route = routes.replace(id, body, seen, by, Timestamp::now())?;
                Ok(reply::json(StatusCode::OK, route))
            }
            (Self::Integration(id), Verb::Delete) => {
                routes.remove(id)?;
                Ok(reply::empty(StatusCode::NO_CONTENT))
            }
            (Self::Integration(id), _) => Ok(reply::json(StatusCode::OK, routes.get(id)?)),
            (Self::Deliveries(id), _) => {
                let body = json!({"entities": routes.deliveries(id)?});
                Ok(reply::json(StatusCode::OK, &body))
            }
            (Self::EventTypes, _) => {
                let body = json!({"entities": catalogue::TYPES});
                Ok(reply::json(StatusCode::OK, &body))
            }
        }
    }
}

/// The version that a writer says it has seen.
fn version(body: &[u8]) -> Result<Option<u64>, Refusal> {
    #[derive(Deserialize)]
    struct Seen {
        version: Option<u64>,
    }
    rules::read::<Seen>(body).map(|seen| seen.version)
}
