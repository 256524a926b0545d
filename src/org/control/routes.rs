//! The other writer of routes, and events on demand.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Answer, ok, parse};
use crate::org::events::{self, catalogue::Event};
use crate::org::reply::Refusal;
use crate::org::routes::body::Body;
use crate::org::shared::Shared;

/// Who a change through here is said to be by.
const ANOTHER: &str = "another-writer";

/// `PUT /_org/routes/{id}`: writes the fields given over those of the route, as somebody else would through the API.
pub(super) fn put(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let changes: Map<String, Value> = parse(body)?;
    let mut routes = shared.routes();
    let route = routes.get(id)?;
    let mut merged = serde_json::to_value(&route.body)
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    if let Some(merged) = merged.as_object_mut() {
        merged.extend(changes);
    }
    let body = Body::parse(merged.to_string().as_bytes())?;
    let route = routes.replace(id, body, None, ANOTHER, Timestamp::now())?;
    ok(route)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewEvent {
    event_type: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

/// `POST /_org/events`: makes an event happen now, of any type, and says how many destinations it goes to.
pub(super) fn happen(shared: &Arc<Shared>, body: &Bytes) -> Answer {
    let happening: NewEvent = parse(body)?;
    let event = Event {
        id: Uuid::new_v4(),
        at: Timestamp::now(),
        kind: happening.event_type,
        fields: happening.fields,
    };
    let sent = events::dispatch(shared, &event);
    let body = json!({"id": event.id.to_string(), "sent": sent});
    ok(&body)
}
