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

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use self::body::Body;
use super::events::catalogue;
use super::reply::{self, Refusal, Reply};
use super::route::{decode, pass, read_body};
use super::shared::Shared;

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
    pub(super) fn of(segments: &[&'a str]) -> Option<Self> {
        match segments {
            ["api", "v2", "outbound", "integrations"] => Some(Self::Integrations),
            ["api", "v2", "outbound", "integrations", id] => decode(id).map(Self::Integration),
            ["api", "v2", "outbound", "integrations", id, "deliveries"] => {
                decode(id).map(Self::Deliveries)
            }
            ["api", "v2", "analytics", "events", "types"] => Some(Self::EventTypes),
            _ => None,
        }
    }
}

/// Answers one call.
pub(super) async fn answer(
    shared: &Shared,
    path: &Path<'_>,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let verb = request.method().clone();
    let scope = match path {
        Path::EventTypes => "analytics:events:read",
        _ if verb == Method::GET => READ,
        _ => WRITE,
    };
    pass(shared, request.headers(), scope)?;
    match (path, verb) {
        (Path::Integrations, Method::GET) => {
            let routes = shared.routes();
            let body = json!({"entities": routes.all().collect::<Vec<_>>()});
            drop(routes);
            Ok(reply::json(StatusCode::OK, &body))
        }
        (Path::Integrations, Method::POST) => {
            let body = Body::parse(&read_body(request.into_body()).await?)?;
            let mut routes = shared.routes();
            let route = routes.create(body, &shared.client.id, Timestamp::now())?;
            Ok(reply::json(StatusCode::CREATED, route))
        }
        (Path::Integrations, verb) => Err(Refusal::method(&verb, "GET, POST")),
        (Path::Integration(id), Method::GET) => {
            Ok(reply::json(StatusCode::OK, shared.routes().get(id)?))
        }
        (Path::Integration(id), Method::PUT) => {
            let bytes = read_body(request.into_body()).await?;
            let body = Body::parse(&bytes)?;
            let mut routes = shared.routes();
            let (by, now) = (&shared.client.id, Timestamp::now());
            let route = routes.replace(id, body, version(&bytes)?, by, now)?;
            Ok(reply::json(StatusCode::OK, route))
        }
        (Path::Integration(id), Method::DELETE) => {
            shared.routes().remove(id)?;
            Ok(reply::empty(StatusCode::NO_CONTENT))
        }
        (Path::Integration(_), verb) => Err(Refusal::method(&verb, "GET, PUT, DELETE")),
        (Path::Deliveries(id), Method::GET) => {
            let routes = shared.routes();
            let body = json!({"entities": routes.deliveries(id)?});
            drop(routes);
            Ok(reply::json(StatusCode::OK, &body))
        }
        (Path::EventTypes, Method::GET) => {
            let body = json!({"entities": catalogue::TYPES});
            Ok(reply::json(StatusCode::OK, &body))
        }
        (Path::Deliveries(_) | Path::EventTypes, verb) => Err(Refusal::method(&verb, "GET")),
    }
}

/// The version that a writer says it has seen.
fn version(bytes: &[u8]) -> Result<Option<u64>, Refusal> {
    #[derive(Deserialize)]
    struct Seen {
        version: Option<u64>,
    }
    serde_json::from_slice::<Seen>(bytes)
        .map(|seen| seen.version)
        .map_err(|error| Refusal::bad_request(format!("version: {error}")))
}
