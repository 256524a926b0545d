//! The reads: how people's devices are (contract §3), and how the carriers are (§4). Who there is, both APIs read at one
//! path, and `platform/users.rs` answers.

use hyper::Method;
use serde_json::json;

use super::access::scopes;
use super::carriers::entities;
use super::operation::{Answer, Call, Operation, ok, operation};
use super::reply::Refusal;
use super::state::Device;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/users/{id}/registrations", scopes(&["telephony:users:read"]), registrations),
    operation(Method::GET, "telephony/providers/carriers", scopes(&["telephony:providers:read"]), carriers),
];

/// `GET /api/v2/telephony/users/{id}/registrations`: every device of a user.
fn registrations(call: &Call<'_>) -> Answer {
    let (id, world) = (call.id(0), call.shared.world());
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
    ok(&json!({"entities": entities}))
}

/// `GET /api/v2/telephony/providers/carriers`: all of them.
fn carriers(call: &Call<'_>) -> Answer {
    let world = call.shared.world();
    ok(&json!({"entities": entities(&world.carriers, &world.people)}))
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
