//! Stations: where people take their calls. A phone's line is one; who sits there can change.

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::access::{NOTHING, Needs, any};
use super::page::{MOST, Page};
use super::phones::{is_web_rtc, line_id};
use super::{Answer, Call, Method, Operation, empty, ok, operation, refer, users};
use crate::org::people::kind_of;
use crate::org::reply::Refusal;
use crate::org::state::{DeviceKey, World, user_id};

const ASSIGN: Needs = any(&["telephony:plugin:all", "telephony:phone:assign"]);
const DISASSOCIATE: Needs = any(&["telephony:station:disassociate"]);

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "stations", NOTHING, list),
    operation(Method::GET, "stations/{stationId}", NOTHING, get),
    operation(Method::DELETE, "stations/{stationId}/associateduser", DISASSOCIATE, disassociate),
    operation(Method::GET, "users/{userId}/station", any(&["telephony:otherStationAssociation:view"]), of_one),
    operation(Method::PUT, "users/{userId}/station/associatedstation/{stationId}", any(&["telephony:otherStationAssociation:edit"]), associate),
    operation(Method::DELETE, "users/{userId}/station/associatedstation", DISASSOCIATE, leave),
    operation(Method::PUT, "users/{userId}/station/defaultstation/{stationId}", ASSIGN, assign),
    operation(Method::DELETE, "users/{userId}/station/defaultstation", ASSIGN, unassign),
];

/// Tells a user's topic where they sit.
pub(in crate::org) fn tell(world: &World, person: usize) {
    let topic = format!("v2.users.{}.station", user_id(person));
    world.topics.publish(&topic, || {
        let place = world.plant.stations(person).associated;
        let station = place.and_then(|place| {
            let device = world.device(place)?;
            Some(json!({
                "id": id_of(&device.id), "name": world.phone_name(place),
                "associatedUser": {"id": user_id(person)},
            }))
        });
        json!({"associatedStation": station})
    });
}

fn id_of(device: &str) -> String {
    format!("st-{device}")
}

/// The phone behind a station that can be seen.
fn find(world: &World, id: &str) -> Result<DeviceKey, Refusal> {
    let place = id.strip_prefix("st-").and_then(|id| world.find_device(id));
    let seen = place.filter(|place| world.plant.has_station(*place, Instant::now()));
    seen.ok_or_else(|| Refusal::not_found(format!("Unable to find a station with the id {id}")))
}

/// A station; one whose phone is gone is null, and none is asked for.
fn station(world: &World, place: DeviceKey) -> Value {
    let Some(device) = world.device(place) else {
        return Value::Null;
    };
    let (id, (edge, second)) = (id_of(&device.id), world.edges_of(place));
    let user = world.plant.user_of(place);
    let mut station = json!({
        "id": id,
        "name": world.phone_name(place),
        "status": if user.is_some() { "ASSOCIATED" } else { "AVAILABLE" },
        "primaryEdge": refer::edge(world, edge),
        "secondaryEdge": refer::edge(world, second),
        "type": "inin_remote",
        "lineAppearanceId": line_id(device),
        "webRtcCallAppearances": 1,
        "selfUri": refer::uri("/api/v2/stations", &id),
    });
    if is_web_rtc(device) {
        station["type"] = json!("inin_webrtc_softphone");
        station["webRtcUserId"] = json!(user_id(place.person));
        station["webRtcPersistentEnabled"] = json!(true);
        station["webRtcForceTurn"] = json!(false);
        station["webRtcRequireMediaHelper"] = json!(false);
    } else {
        station["type"] = json!(format!("inin_{}", kind_of(&device.id)));
    }
    if let Some(user) = user {
        station["userId"] = json!(user_id(user));
    }
    station
}

fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let now = Instant::now();
    let mut world = call.shared.world();
    let all = world.places_by_id();
    let world = &*world;
    let (id, line) = (call.query.get("id"), call.query.get("lineAppearanceId"));
    let (user, name) = (call.query.get("webRtcUserId"), call.query.get("name"));
    let browser_of = |place: DeviceKey, user: &str| {
        let browser = world.device(place).is_some_and(is_web_rtc);
        browser && user_id(place.person) == user
    };
    let admits = |place: &DeviceKey| {
        world.device(*place).is_some_and(|device| {
            id.is_none_or(|id| id == id_of(&device.id))
                && line.is_none_or(|line| line == line_id(device))
                && user.is_none_or(|user| browser_of(*place, user))
                && name.is_none_or(|name| world.phone_name(*place) == name)
                && world.plant.has_station(*place, now)
        })
    };
    let places: Vec<DeviceKey> = all.iter().copied().filter(admits).collect();
    let entities: Vec<Value> = page
        .of_all(&places)
        .map(|place| station(world, *place))
        .collect();
    page.answer(call, &entities, places.len())
}

fn get(call: &Call<'_>) -> Answer {
    let world = call.shared.world();
    let place = find(&world, call.id(0))?;
    ok(&station(&world, place))
}

/// `GET /api/v2/users/{id}/station`.
fn of_one(call: &Call<'_>) -> Answer {
    let world = call.shared.world();
    let person = users::find(&world, call.id(0))?;
    ok(&of_user(&world, person))
}

/// The stations of a user; those that there are not are left out.
pub(super) fn of_user(world: &World, person: usize) -> Value {
    let seats = world.plant.stations(person);
    let mut stations = Map::new();
    for (name, place) in [
        ("associatedStation", seats.associated),
        ("effectiveStation", seats.associated.or(seats.default)),
        ("defaultStation", seats.default),
        ("lastAssociatedStation", seats.last),
    ] {
        if let Some(station) = place.and_then(|place| user_station(world, place)) {
            stations.insert(name.to_owned(), station);
        }
    }
    Value::Object(stations)
}

/// A station as a user's.
fn user_station(world: &World, place: DeviceKey) -> Option<Value> {
    let whole = world.device(place).map(|_| station(world, place))?;
    let mut station = json!({
        "id": whole["id"], "name": whole["name"], "type": whole["type"], "webRtcCallAppearances": 1,
    });
    if let Some(user) = world.plant.user_of(place) {
        station["associatedUser"] = json!({"id": user_id(user), "version": 1});
    }
    Some(station)
}

/// Seats a user at a station where nobody sits; a new phone registers then. Right after it is made, versions may not
/// agree yet.
fn associate(call: &Call<'_>) -> Answer {
    if call.shared.chance(call.shared.faults().station_conflict) {
        return Err(conflict(
            "The station was changed by another: version mismatch.",
        ));
    }
    let mut world = call.shared.world();
    let (person, place) = both(&world, call)?;
    match world.plant.user_of(place) {
        Some(user) if user != person => Err(conflict(
            "The station is associated with another user. Disassociate it first.",
        )),
        Some(_) => empty(StatusCode::ACCEPTED),
        None => {
            world.plant.seat(person, Some(place));
            tell(&world, person);
            if world.plant.is_new(place) {
                world.update(place, Some(true), None, Timestamp::now());
            }
            empty(StatusCode::ACCEPTED)
        }
    }
}

/// Says where a user sits without choosing.
fn assign(call: &Call<'_>) -> Answer {
    let mut world = call.shared.world();
    let (person, place) = both(&world, call)?;
    world.plant.set_default(person, Some(place));
    empty(StatusCode::ACCEPTED)
}

/// The user and the station of a call; a browser is its own user's and nobody else's.
fn both(world: &World, call: &Call<'_>) -> Result<(usize, DeviceKey), Refusal> {
    let person = users::find(world, call.id(0))?;
    let place = find(world, call.id(1))?;
    if world.device(place).is_some_and(is_web_rtc) && place.person != person {
        let message = "A WebRTC station can only be associated with its own user.";
        return Err(Refusal::bad_request(message));
    }
    Ok((person, place))
}

fn leave(call: &Call<'_>) -> Answer {
    let mut world = call.shared.world();
    let person = users::find(&world, call.id(0))?;
    unseat(&mut world, person);
    empty(StatusCode::ACCEPTED)
}

fn unassign(call: &Call<'_>) -> Answer {
    let mut world = call.shared.world();
    let person = users::find(&world, call.id(0))?;
    world.plant.set_default(person, None);
    empty(StatusCode::ACCEPTED)
}

/// `DELETE /api/v2/stations/{id}/associateduser`.
fn disassociate(call: &Call<'_>) -> Answer {
    let mut world = call.shared.world();
    let place = find(&world, call.id(0))?;
    if let Some(person) = world.plant.user_of(place) {
        unseat(&mut world, person);
    }
    empty(StatusCode::OK)
}

fn unseat(world: &mut World, person: usize) {
    if world.plant.stations(person).associated.is_some() {
        world.plant.seat(person, None);
        tell(world, person);
    }
}

fn conflict(message: &str) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "general.conflict", message)
}
