//! Phones: the devices of the direct API, with their status, their lines and whose they are.

mod entity;
mod filter;
mod write;

use self::entity::PhoneFields;
pub(in crate::org) use self::entity::is_web_rtc;
pub(super) use self::entity::{line_id, whole_line};
use self::filter::PhoneFilter;
use super::access::TELEPHONY;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::reply::Refusal;
use crate::org::state::{DeviceKey, World};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/phones", TELEPHONY, list),
    operation(Method::GET, "telephony/providers/edges/phones/{phoneId}", TELEPHONY, get),
    operation(Method::POST, "telephony/providers/edges/phones", TELEPHONY, write::create),
    operation(Method::PUT, "telephony/providers/edges/phones/{phoneId}", TELEPHONY, write::change),
    operation(Method::DELETE, "telephony/providers/edges/phones/{phoneId}", TELEPHONY, write::delete),
    operation(Method::GET, "telephony/providers/edges/phones/template", TELEPHONY, write::template),
    operation(Method::POST, "telephony/providers/edges/phones/reboot", TELEPHONY, write::reboot_several),
    operation(Method::POST, "telephony/providers/edges/phones/{phoneId}/reboot", TELEPHONY, write::reboot),
];

/// How far a list reaches that is filtered, or sorted by anything but ids.
const CEILING: usize = 10_000;

/// Tells a phone's topic how it is.
pub(in crate::org) fn tell(world: &World, place: DeviceKey) {
    if let Some(device) = world.device(place) {
        let topic = format!("v2.telephony.providers.edges.phones.{}", device.id);
        world.topics.publish(&topic, || entity::event(world, place));
    }
}

fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let filter = PhoneFilter::of(&call.query)?;
    let wanted = PhoneFields::of(&call.query);
    let sort = call.query.get("sortBy").unwrap_or("name");
    let bounded = sort != "id" || !filter.is_empty();
    if bounded && page.skip().saturating_add(page.size()) > CEILING {
        return Err(Refusal::bad_request(format!(
            "A list that is filtered, or sorted by anything but id, ends at {CEILING} results: use sortBy=id without filters."
        )));
    }
    let mut world = call.shared.world();
    let all = world.places_by_id();
    let world = &*world;
    let mut places: Vec<DeviceKey> = all.iter().copied().collect();
    places.retain(|place| filter.admits(world, *place));
    filter::sort(&mut places, world, sort)?;
    let order = call.query.get("sortOrder").unwrap_or("ASC");
    if order.to_ascii_lowercase().starts_with("desc") {
        places.reverse();
    }
    let entities: Vec<_> = page
        .of_all(&places)
        .map(|place| entity::phone(world, *place, wanted))
        .collect();
    page.answer(call, &entities, places.len())
}

fn get(call: &Call<'_>) -> Answer {
    let world = call.shared.world();
    let place = find(&world, call.id(0))?;
    ok(&entity::phone(&world, place, PhoneFields::ALL))
}

/// The phone of an id.
fn find(world: &World, id: &str) -> Result<DeviceKey, Refusal> {
    world
        .find_device(id)
        .ok_or_else(|| Refusal::not_found(format!("Unable to find a phone with the id {id}")))
}
