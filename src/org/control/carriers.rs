//! `PUT /_org/carriers/{id}`: how a carrier is, told by hand.

use bytes::Bytes;
use compact_str::CompactString;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Answer, LONGEST, ok, parse};
use crate::org::carriers;
use crate::org::reply::Refusal;
use crate::org::shared::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CarrierChange {
    health: Option<CompactString>,
    status: Option<CompactString>,
}

/// Any spelling of health and status is taken, so that clients can be shown ones they do not know. The scenario goes
/// on, and may change the carrier again.
pub(super) fn put(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let change: CarrierChange = parse(body)?;
    let given = change.health.iter().chain(&change.status);
    if given
        .clone()
        .any(|word| word.is_empty() || word.len() > LONGEST)
    {
        return Err(Refusal::bad_request(format!(
            "a health and a status are 1 to {LONGEST} bytes"
        )));
    }
    let mut world = shared.world();
    let carrier = world.carriers.iter().position(|carrier| carrier.id == id);
    let number =
        carrier.ok_or_else(|| Refusal::not_found(format!("there is no carrier {id:?}")))?;
    if let Some(carrier) = world.carriers.get_mut(number) {
        carrier.health = change.health.unwrap_or_else(|| carrier.health.clone());
        carrier.status = change.status.unwrap_or_else(|| carrier.status.clone());
    }
    world.tell_carriers(Timestamp::now());
    let entities = carriers::entities(&world.carriers, &world.people);
    drop(world);
    ok(&entities.get(number))
}
