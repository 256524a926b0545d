//! The plant by hand: edges that come and go, and permissions that nobody holds.

use std::collections::BTreeSet;

use bytes::Bytes;
use compact_str::CompactString;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, ok, parse};
use crate::org::duty::{Connection, DutyChange};
use crate::org::reply::Refusal;
use crate::org::rest::no_user;
use crate::org::shared::Shared;
use crate::org::state::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EdgeChange {
    online_status: Option<Online>,
    in_service: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Online {
    Online,
    Offline,
}

/// `PUT /_org/edges/{id}`: lets an edge come or go, and with it the phones that it serves.
pub(super) fn put_edge(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let change: EdgeChange = parse(body)?;
    let online = change
        .online_status
        .map(|status| matches!(status, Online::Online));
    let mut world = shared.world();
    let number = world.plant.find_edge(id);
    let number = number.ok_or_else(|| Refusal::not_found(format!("there is no edge {id:?}")))?;
    world.set_edge(number, online, change.in_service, Timestamp::now());
    let edge = edge(&world, number);
    drop(world);
    ok(&edge)
}

/// Every edge, for the state that tests compare with.
pub(super) fn edges(world: &World) -> Vec<Value> {
    let numbers = world.plant.standing().map(|(number, _)| number);
    numbers.map(|number| edge(world, number)).collect()
}

fn edge(world: &World, number: usize) -> Value {
    let (id, _) = world.plant.named(number);
    let state = world.plant.edges.get(number);
    let online = state.is_some_and(|edge| edge.online);
    json!({
        "id": id,
        "onlineStatus": if online { "ONLINE" } else { "OFFLINE" },
        "inService": state.is_some_and(|edge| edge.in_service),
        "since": state.map(|edge| edge.since),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PersonChange {
    presence: Option<CompactString>,
    routing_status: Option<CompactString>,
    persistent_state: Option<CompactString>,
    error_info: Option<CompactString>,
}

/// `PUT /_org/users/{id}`: what is told of a person, who stays so until told otherwise.
pub(super) fn put_user(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let change: PersonChange = parse(body)?;
    let mut world = shared.world();
    let person = world.find(id).ok_or_else(|| no_user(id))?;
    let now = Timestamp::now();
    let connection = change.persistent_state.map(|state| Connection {
        state,
        error: change.error_info,
    });
    let change = DutyChange {
        presence: change.presence,
        routing: change.routing_status,
        connection,
    };
    world.change_duty(person, change, now);
    let connection = world.connection(person);
    let told = json!({
        "id": id,
        "presence": world.presence_entity(person),
        "routingStatus": world.routing_status(person, false, now),
        "persistentState": connection.state,
        "errorInfo": connection.error,
    });
    drop(world);
    ok(&told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permissions {
    withheld: BTreeSet<String>,
}

/// `PUT /_org/permissions`: which permissions nobody holds from now on.
pub(super) fn put_permissions(shared: &Shared, body: &Bytes) -> Answer {
    let Permissions { withheld } = parse(body)?;
    shared.withheld().clone_from(&withheld);
    ok(&json!({"withheld": withheld}))
}
