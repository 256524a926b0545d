//! The reads: how people's devices are (contract §3), and how the carriers are (§4). Who there is, both APIs read at one
//! path, and `platform/users.rs` answers.

use hyper::StatusCode;
use serde_json::json;

use super::carriers;
use super::reply::{self, Refusal, Reply};
use super::shared::Shared;
use super::state::Device;

/// `GET /api/v2/telephony/users/{id}/registrations`: every device of a user.
pub(super) fn registrations(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let world = shared.world();
    let person = world
        .find(id)
        .and_then(|index| world.people.get(index))
        .ok_or_else(|| no_user(id))?;
    let entities: Vec<_> = person
        .present()
        .map(|(_, device)| {
            json!({
                "userId": id, "device": {"id": device.id},
                "registered": device.registered, "activeCodecs": active_codecs(device),
            })
        })
        .collect();
    drop(world);
    Ok(reply::json(StatusCode::OK, &json!({"entities": entities})))
}

/// `GET /api/v2/telephony/providers/carriers`: all of them.
pub(super) fn carriers(shared: &Shared) -> Reply {
    let world = shared.world();
    let entities = carriers::entities(&world.carriers, &world.people);
    drop(world);
    reply::json(StatusCode::OK, &json!({"entities": entities}))
}

pub(super) fn no_user(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no user {id:?}"))
}

/// The one in use first, then what every endpoint falls back to.
fn active_codecs(device: &Device) -> Vec<&str> {
    const FALLBACK: &str = "PCMU";
    let mut codecs = vec![device.codec.as_str()];
    if device.codec != FALLBACK {
        codecs.push(FALLBACK);
    }
    codecs
}
