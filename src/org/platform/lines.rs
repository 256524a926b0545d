//! Lines: every phone has one.

use serde_json::{Value, json};

use super::access::TELEPHONY;
use super::page::{MOST, Page};
use super::phones::whole_line;
use super::{Answer, Call, Method, Operation, bases, ok, operation};
use crate::org::reply::Refusal;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/lines", TELEPHONY, list),
    operation(Method::GET, "telephony/providers/edges/lines/template", TELEPHONY, template),
    operation(Method::GET, "telephony/providers/edges/lines/{lineId}", TELEPHONY, get),
];

fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let name = call.query.get("name");
    let mut world = call.shared.world();
    let all = world.places_by_id();
    let named = all
        .iter()
        .filter(|place| name.is_none_or(|name| world.phone_name(**place) == name));
    let places: Vec<_> = named.copied().collect();
    let entities: Vec<Value> = page
        .of_all(&places)
        .map(|place| whole_line(&world, *place))
        .collect();
    page.answer(call, &entities, places.len())
}

fn get(call: &Call<'_>) -> Answer {
    let id = call.id(0);
    let world = call.shared.world();
    let place = id.strip_prefix("ln-").and_then(|id| world.find_device(id));
    match place {
        Some(place) => ok(&whole_line(&world, place)),
        None => Err(Refusal::not_found(format!(
            "Unable to find a line with the id {id}"
        ))),
    }
}

/// What a new line begins with.
fn template(call: &Call<'_>) -> Answer {
    let base = call.query.get("lineBaseSettingsId").unwrap_or_default();
    let kind = bases::kind_of_line_base(base).ok_or_else(|| {
        Refusal::bad_request(format!("lineBaseSettingsId {base:?} is none there is"))
    })?;
    ok(&json!({
        "name": "", "lineBaseSettings": bases::line_base_ref(kind), "properties": bases::line_properties(kind),
    }))
}
