//! The registration streams: one session each, on the connection that asked for it (contract §3).
//!
//! A token that expires does not end a stream that it opened; one that is revoked does, with 1008.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use tokio_tungstenite::tungstenite::Message;

use super::auth::TokenId;
use super::faults::Faults;
use super::line::{self, Line};
use super::reply::{Refusal, Reply};
use super::rest;
use super::shared::Shared;
use super::upgrade::{self, Handoff};

/// The one subprotocol that is spoken.
const SUBPROTOCOL: &str = "v2";

/// Answers an upgrade with 101 and leaves the session in `handoff`.
pub(super) fn open(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    token: TokenId,
    user: &str,
    mut request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let (upgrade, reply) = upgrade::handshake(&mut request, Some(SUBPROTOCOL))?;
    let mut world = shared.world();
    let person = world.find(user).ok_or_else(|| rest::no_user(user))?;
    let (id, pushes) = world.hub.join(person, token).ok_or_else(crowded)?;
    drop(world);
    let seat = Seat {
        shared: Arc::clone(shared),
        person,
        id,
    };
    handoff.put(Line::new(shared, upgrade, pushes, seat).run());
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
struct Seat {
    shared: Arc<Shared>,
    person: usize,
    id: u64,
}

impl line::Seat for Seat {
    /// A watcher has nothing to say but control frames.
    fn hear(&mut self, _: Message) {}

    fn loses(&self, faults: &Faults) -> f64 {
        faults.stream_loss
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.world().hub.leave(self.person, self.id);
    }
}
