//! Trunks: what a carrier is configured as (a trunk base), and how that fares on each edge.

mod state;

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use self::state::Trunk;
use super::access::TELEPHONY;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, estate, ok, operation, refer};
use crate::org::reply::Refusal;
use crate::org::state::World;

pub(super) use self::state::MOST_IDS;
pub(in crate::org) use self::state::{tell, tell_metrics};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/trunks", TELEPHONY, |call| {
        list(call, call.query.get("edge.id"))
    }),
    operation(Method::GET, "telephony/providers/edges/trunks/metrics", TELEPHONY, all_metrics),
    operation(Method::GET, "telephony/providers/edges/trunks/{trunkId}", TELEPHONY, |call| {
        let world = call.shared.world();
        ok(&find(&world, call.id(0))?.entity(&world))
    }),
    operation(Method::GET, "telephony/providers/edges/trunks/{trunkId}/metrics", TELEPHONY, |call| {
        let world = call.shared.world();
        ok(&find(&world, call.id(0))?.metrics(&world))
    }),
    operation(Method::GET, "telephony/providers/edges/{edgeId}/trunks", TELEPHONY, of_edge),
    operation(Method::GET, "telephony/providers/edges/trunkbasesettings", TELEPHONY, bases),
    operation(Method::GET, "telephony/providers/edges/trunkbasesettings/{trunkBaseSettingsId}", TELEPHONY, base),
    operation(Method::PUT, "telephony/providers/edges/trunkbasesettings/{trunkBaseSettingsId}", TELEPHONY, configure),
];

fn find(world: &World, id: &str) -> Result<Trunk, Refusal> {
    let found = Trunk::all(world).find(|trunk| trunk.id(world) == id);
    found.ok_or_else(|| Refusal::not_found(format!("Unable to find a trunk with the id {id}")))
}

fn list(call: &Call<'_>, edge: Option<&str>) -> Answer {
    let page = Page::of(call, MOST)?;
    let world = call.shared.world();
    let edge = edge.map(|id| estate::find_edge(&world, id)).transpose()?;
    let base = call.query.get("trunkBase.id");
    let kind = call.query.get("trunkType");
    let mut trunks: Vec<Trunk> = Trunk::all(&world)
        .filter(|trunk| edge.is_none_or(|edge| trunk.edge == edge))
        .filter(|trunk| base.is_none_or(|base| trunk.base_id(&world) == base))
        .filter(|trunk| kind.is_none_or(|kind| trunk.kind() == kind))
        .collect();
    trunks.sort_by_key(|trunk| trunk.id(&world));
    let entities: Vec<Value> = page
        .of_all(&trunks)
        .map(|trunk| trunk.entity(&world))
        .collect();
    page.answer(call, &entities, trunks.len())
}

fn of_edge(call: &Call<'_>) -> Answer {
    list(call, Some(call.id(0)))
}

/// The metrics of the trunks that are named, as a bare array; those that there are not are left out.
fn all_metrics(call: &Call<'_>) -> Answer {
    let ids = call.query.list("trunkIds");
    if ids.is_empty() || ids.len() > MOST_IDS {
        let message = format!("trunkIds names 1 to {MOST_IDS} trunks, not {}", ids.len());
        return Err(Refusal::bad_request(message));
    }
    let world = call.shared.world();
    let metrics: Vec<Value> = ids
        .iter()
        .filter_map(|id| find(&world, id).ok())
        .map(|trunk| trunk.metrics(&world))
        .collect();
    ok(&metrics)
}

/// The trunk base of a carrier.
fn entity(world: &World, number: Option<usize>) -> Value {
    let trunk = Trunk {
        carrier: number,
        edge: 0,
    };
    let (id, name) = (trunk.base_id(world), trunk.base_name(world));
    let kind = trunk.kind();
    json!({
        "id": id, "name": name, "division": refer::division(), "version": version(world, number), "state": "active",
        "trunkMetabase": {"id": format!("{}_sip.json", kind.to_ascii_lowercase()), "name": "Generic SIP"},
        "trunkType": kind, "managed": false,
        "properties": {
            "trunk_enabled": {"value": {"instance": trunk.in_service(world)}},
            "trunk_protocol": {"value": {"instance": "SIP"}},
            "trunk_transport": {"value": {"instance": "TLS"}},
        },
        "selfUri": refer::edges_uri("trunkbasesettings", id),
    })
}

fn version(world: &World, number: Option<usize>) -> u32 {
    let told = number.and_then(|number| world.plant.carriers.get(number));
    told.map_or(1, |told| told.version)
}

fn all_bases(world: &World) -> Vec<Value> {
    let carriers = (0..world.carriers.len()).map(Some);
    let all = carriers.chain([None]);
    all.map(|number| entity(world, number)).collect()
}

fn bases(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let all = all_bases(&call.shared.world());
    let name = call.query.get("name");
    let all: Vec<Value> = all
        .into_iter()
        .filter(|base| name.is_none_or(|name| base["name"] == name))
        .collect();
    let entities: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &entities, all.len())
}

fn base(call: &Call<'_>) -> Answer {
    let id = call.id(0);
    let all = all_bases(&call.shared.world());
    match all.iter().find(|base| base["id"] == id) {
        Some(base) => ok(base),
        None => Err(unknown_base(id)),
    }
}

/// A trunk base as it is written (`TrunkBase`), as far as it can be changed here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrunkBaseRequest {
    name: Option<String>,
    trunk_type: Option<String>,
    trunk_metabase: Option<Value>,
    version: Option<u32>,
    #[serde(default)]
    properties: Value,
}

/// `PUT …/trunkbasesettings/{id}`, with the version that was read: whether a carrier's trunks are in service. Everything
/// else of a carrier is its own.
fn configure(call: &Call<'_>) -> Answer {
    let asked: TrunkBaseRequest = call.read()?;
    let mut world = call.shared.world();
    let bases = (0..world.carriers.len()).map(Some).chain([None]);
    let known = bases.map(|number| (number, entity(&world, number)));
    let found = known.into_iter().find(|(_, base)| base["id"] == call.id(0));
    let (number, was) = found.ok_or_else(|| unknown_base(call.id(0)))?;
    let bad = |code, message: &str| Err(Refusal::bad_request(message).coded(code));
    let (Some(name), Some(kind), Some(_)) = (asked.name, asked.trunk_type, asked.trunk_metabase)
    else {
        return bad(
            "required.field.missing",
            "A required field is missing a value.",
        );
    };
    if was["name"] != name || was["trunkType"] != kind {
        return bad(
            "validation.error",
            "The name and the type of a carrier's trunk stay.",
        );
    }
    let version = version(&world, number);
    if asked.version.is_some_and(|asked| asked != version) {
        let message = format!("The trunk base has version {version}.");
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "general.conflict",
            message,
        ));
    }
    let on = asked.properties.pointer("/trunk_enabled/value/instance");
    let on = on
        .and_then(Value::as_bool)
        .unwrap_or(was["properties"]["trunk_enabled"]["value"]["instance"] == true);
    match number {
        Some(number) => {
            let world = &mut *world;
            if let (Some(carrier), Some(told)) = (
                world.carriers.get_mut(number),
                world.plant.carriers.get_mut(number),
            ) {
                told.version = told.version.saturating_add(1);
                carrier.status = if on { "active" } else { "inactive" }.into();
            }
            world.tell_carriers(Timestamp::now());
        }
        None if on => {}
        None => {
            return bad(
                "validation.error",
                "The phones' own trunk stays in service.",
            );
        }
    }
    ok(&entity(&world, number))
}

fn unknown_base(id: &str) -> Refusal {
    Refusal::not_found(format!(
        "Unable to find trunk base settings with the id {id}"
    ))
}
