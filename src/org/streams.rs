//! The registration streams: one session each, on the connection that asked for it (contract §3).
//!
//! A token that expires does not end a stream that it opened; one that is revoked does, with 1008.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use tokio_tungstenite::tungstenite::Message;

use super::faults::Faults;
use super::operation::{Answer, Call, Operation, websocket};
use super::reply::Refusal;
use super::rest;
use super::shared::Shared;
use super::text_socket::{SocketHandler, TextSocket};
use super::upgrade::{self, Handoff};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    websocket("/ws/v2/telephony/users/{id}/registrations", &["websocket:read"], open),
];

/// The one subprotocol that is spoken.
const SUBPROTOCOL: &str = "v2";

/// Answers an upgrade with 101 and leaves the session in `handoff`.
fn open(call: &Call<'_>, handoff: &Handoff, mut request: Request<Incoming>) -> Answer {
    let (upgrade, reply) = upgrade::handshake(&mut request, Some(SUBPROTOCOL))?;
    let (shared, user, mut world) = (call.shared, call.id(0), call.shared.world());
    let person = world.find(user).ok_or_else(|| rest::no_user(user))?;
    let joined = world.hub.join(person, call.holder.id);
    let (id, pushes) = joined.ok_or_else(crowded)?;
    drop(world);
    let stream = RegistrationStream {
        shared: Arc::clone(shared),
        person,
        id,
    };
    handoff.put(TextSocket::new(shared, upgrade, pushes, stream).run());
    Ok(reply)
}

/// What an upgrade is told when there is no room for it.
pub(super) fn crowded() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too.many.streams",
        "too many streams are open",
    )
}

/// A place in the hub, given back when the session ends, whichever way it ends.
struct RegistrationStream {
    shared: Arc<Shared>,
    person: usize,
    id: u64,
}

impl SocketHandler for RegistrationStream {
    /// A watcher has nothing to say but control frames.
    fn hear(&mut self, _: Message) {}

    fn loses(&self, faults: &Faults) -> f64 {
        faults.stream_loss
    }
}

impl Drop for RegistrationStream {
    fn drop(&mut self) {
        self.shared.world().hub.leave(self.person, self.id);
    }
}
