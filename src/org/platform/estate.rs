//! Edges, their groups, and the sites they serve.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{NOTHING, TELEPHONY, any};
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, busy, ok, operation, refer};
use crate::org::edges;
use crate::org::people::{self, SITES};
use crate::org::plant::EdgeState;
use crate::org::reply::Refusal;
use crate::org::state::World;

/// What runs on every edge.
pub(super) const SOFTWARE: &str = "1.0.0.12345";

const GROUP: (&str, &str) = ("edge-group-1", "Genesys Cloud Hybrid Media Group");

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    // The direct API has it, too (beyond contract §7); one answer is good for both.
    operation(Method::GET, "telephony/providers/edges", TELEPHONY.and_scopes(&["telephony:edge:read"]), list),
    operation(Method::GET, "telephony/providers/edges/{edgeId}", TELEPHONY, get),
    operation(Method::POST, "telephony/providers/edges/{edgeId}/statuscode", TELEPHONY, put_in_service),
    operation(Method::POST, "telephony/providers/edges/{edgeId}/reboot", TELEPHONY, reboot),
    operation(Method::GET, "telephony/providers/edges/edgegroups", TELEPHONY, groups),
    operation(Method::GET, "telephony/providers/edges/sites", NOTHING, sites),
    operation(Method::GET, "telephony/providers/edges/sites/{siteId}", any(&["telephony:plugin:all", "telephony:sites:view"]), get_site),
];

/// Tells an edge's topic whether it is reached.
pub(in crate::org) fn tell_edge(world: &World, number: usize) {
    let (id, _) = world.plant.named(number);
    let topic = format!("v2.telephony.providers.edges.{id}");
    world.topics.publish(
        &topic,
        || json!({"id": id, "onlineStatus": online(world, number)}),
    );
}

fn online(world: &World, number: usize) -> &'static str {
    let edge = world.plant.edges.get(number);
    if edge.is_some_and(|edge| edge.online) {
        "ONLINE"
    } else {
        "OFFLINE"
    }
}

/// The edge that a call names first, by its place among all.
pub(super) fn find(call: &Call<'_>) -> Result<usize, Refusal> {
    find_edge(&call.shared.world(), call.id(0))
}

/// The edge of an id, by its place among all.
pub(super) fn find_edge(world: &World, id: &str) -> Result<usize, Refusal> {
    let found = world.plant.find_edge(id);
    found.ok_or_else(|| Refusal::not_found(format!("Unable to find an edge with the id {id}")))
}

/// Where an edge is, out of the range that is kept for documentation (RFC 5737).
pub(super) fn address(number: usize) -> String {
    format!("198.51.100.{}", 10 + number % 240)
}

/// An edge, as the published document has it.
fn edge(world: &World, number: usize, state: &EdgeState, conversations: u32) -> Value {
    let in_service = state.in_service;
    let site = SITES.iter().position(|site| *site == state.site);
    let site = site.and_then(|site| u8::try_from(site).ok()).unwrap_or(0);
    json!({
        "id": state.id,
        "name": state.name,
        "division": refer::division(),
        "version": 1,
        "state": "active",
        "interfaces": [{
            "type": "DIAGNOSTIC", "name": "eth0", "ifName": "eth0", "ipAddress": address(number),
            "macAddress": format!("02:00:5e:10:{:02x}:{:02x}", number / 256, number % 256), "lineTypes": ["EXTERNAL"],
        }],
        "make": "Genesys", "model": "Cloud Media Edge", "softwareVersion": SOFTWARE,
        "statusCode": if in_service { "ACTIVE" } else { "INACTIVE" },
        "edgeGroup": group_stub(),
        "site": site_stub(site),
        "onlineStatus": online(world, number),
        "serialNumber": format!("cloud-media-i-{number:04}"),
        "physicalEdge": false,
        "managed": true,
        "edgeDeploymentType": "CDM",
        "callDrainingState": "NONE",
        "conversationCount": conversations,
        "offlineConfigCalled": false,
        "osName": "linux",
        "selfUri": refer::edge(world, number)["selfUri"],
    })
}

/// A site inside another entity: what its shape requires.
fn site_stub(number: u8) -> Value {
    let mut site = refer::site(number);
    site["location"] = location(number);
    site
}

fn location(number: u8) -> Value {
    let site = SITES.get(usize::from(number)).copied().unwrap_or_default();
    json!({"id": format!("location-{number}"), "name": site})
}

fn group_stub() -> Value {
    let (id, name) = GROUP;
    json!({
        "id": id, "name": name, "managed": true, "hybrid": true, "version": 1, "state": "active",
        "edgeTrunkBaseAssignment": {"family": 0}, "phoneTrunkBases": [],
        "selfUri": refer::edges_uri("edgegroups", id),
    })
}

fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let known = call.shared.jobs().edges().to_vec();
    let world = call.shared.world();
    let all = world.plant.standing().map(|(number, state)| {
        let known = known.get(number);
        let mut edge = edge(&world, number, state, used(known));
        // Beyond both contracts, for clients of the direct API, which has no other place for it.
        if let Some(known) = known {
            edge["capacity"] = json!(known.capacity);
            edge["used"] = json!(known.used);
        }
        edge
    });
    let asked = |name, value: &Value| call.query.get(name).is_none_or(|asked| value == asked);
    let mut all: Vec<Value> = all
        .filter(|edge| asked("name", &edge["name"]))
        .filter(|edge| asked("site.id", &edge["site"]["id"]))
        .filter(|edge| asked("edgeGroup.id", &edge["edgeGroup"]["id"]))
        .filter(|edge| {
            call.query
                .get("managed")
                .is_none_or(|managed| edge["managed"] == (managed == "true"))
        })
        .collect();
    if call.query.get("sortBy").is_some() {
        let by = call.query.get("sortBy").unwrap_or("name");
        all.sort_by_key(|edge| edge[by].to_string());
    }
    let entities: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &entities, all.len())
}

fn get(call: &Call<'_>) -> Answer {
    let known = call.shared.jobs().edges().to_vec();
    let world = call.shared.world();
    let number = find_edge(&world, call.id(0))?;
    match world.plant.edges.get(number) {
        Some(state) => ok(&edge(&world, number, state, used(known.get(number)))),
        None => Err(Refusal::not_found("there is no such edge")),
    }
}

/// Conversations on an edge; of the cloud's own nobody counts them.
fn used(known: Option<&edges::Edge>) -> u32 {
    known.map_or(0, |known| known.used)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceState {
    in_service: bool,
}

/// `POST …/{edgeId}/statuscode`: takes calls, or takes none.
fn put_in_service(call: &Call<'_>) -> Answer {
    let number = find(call)?;
    let asked: ServiceState = call.read()?;
    let now = Timestamp::now();
    let in_service = Some(asked.in_service);
    call.shared.world().set_edge(number, None, in_service, now);
    ok(&if asked.in_service {
        "ACTIVE"
    } else {
        "INACTIVE"
    })
}

/// `POST …/{edgeId}/reboot`: away, and back a moment later.
fn reboot(call: &Call<'_>) -> Answer {
    let number = find(call)?;
    let shared = Arc::clone(call.shared);
    let away = shared.faults().reboot_ms;
    let begun = call.shared.errands.begin(async move {
        let turn = |online| {
            let now = Timestamp::now();
            shared.world().set_edge(number, Some(online), None, now);
        };
        turn(false);
        tokio::time::sleep(away).await;
        turn(true);
    });
    if begun { ok(&"REBOOTING") } else { Err(busy()) }
}

fn groups(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let all = [group_stub()];
    let entities: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &entities, all.len())
}

fn site(world: &World, number: u8) -> Value {
    let edge = edges::serving(number);
    let mut site = site_stub(number);
    site["division"] = refer::division();
    site["version"] = json!(1);
    site["state"] = json!("active");
    site["managed"] = json!(false);
    site["mediaModel"] = json!("Cloud");
    site["coreSite"] = json!(false);
    site["primaryEdges"] = json!([refer::edge(world, edge)]);
    site["secondaryEdges"] = json!([refer::edge(world, edges::standing_in(edge))]);
    site
}

fn sites(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let name = call.query.get("name");
    let world = call.shared.world();
    let all: Vec<Value> = (0..)
        .zip(SITES)
        .filter(|(_, site)| name.is_none_or(|name| *site == name))
        .map(|(number, _)| site(&world, number))
        .collect();
    let entities: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &entities, all.len())
}

fn get_site(call: &Call<'_>) -> Answer {
    ok(&site(&call.shared.world(), find_site(call.id(0))?))
}

/// The site of an id.
pub(super) fn find_site(id: &str) -> Result<u8, Refusal> {
    people::find_site(id)
        .ok_or_else(|| Refusal::not_found(format!("Unable to find a site with the id {id}")))
}
