//! The registration streams: one session each, on the connection that asked for it (contract §3).
//!
//! A token that expires does not end a stream that it opened; one that is revoked does, with 1008.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, StatusCode};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::auth::TokenId;
use super::faults::Faults;
use super::hub::Push;
use super::reply::{Refusal, Reply};
use super::session::{Course, End};
use super::shared::Shared;
use super::upgrade::{self, Handoff, Socket, WRITE_DEADLINE};
use super::{garbage, rest};

/// The one subprotocol that is spoken.
const SUBPROTOCOL: &str = "v2";

/// The close code for a stream that could not keep up; the client reads anew and opens another.
const TRY_AGAIN_LATER: u16 = 1013;

/// The most frames that are written before the socket is flushed and the other side is heard.
const BATCH: usize = 64;

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
    let (id, pushes) = world.hub.join(person, token).ok_or_else(|| {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too.many.streams",
            "too many streams are open",
        )
    })?;
    drop(world);
    let seat = Seat {
        shared: Arc::clone(shared),
        person,
        id,
    };
    let session = Session {
        upgrade,
        pushes,
        faults: shared.watch_faults(),
        seat,
    };
    handoff.put(session.run());
    Ok(reply)
}

/// A place in the hub, given back when the session ends, whichever way it ends.
struct Seat {
    shared: Arc<Shared>,
    person: usize,
    id: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.world().hub.leave(self.person, self.id);
    }
}

/// One open stream.
struct Session {
    upgrade: OnUpgrade,
    pushes: mpsc::Receiver<Push>,
    faults: watch::Receiver<Faults>,
    seat: Seat,
}

impl Session {
    /// Runs until either side ends it.
    async fn run(mut self) {
        let Some(mut socket) = upgrade::socket(&mut self.upgrade).await else {
            return;
        };
        let end = self.talk(&mut socket).await;
        end.carry_out(&mut socket).await;
    }

    async fn talk(&mut self, socket: &mut Socket) -> End {
        let mut course = Course::plan(&self.seat.shared);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            if self.faults.borrow().ws_silent {
                return End::Silence;
            }
            tokio::select! {
                biased;
                changed = self.faults.changed() => {
                    if changed.is_err() {
                        return End::Cut;
                    }
                    course.plan_cut(&self.seat.shared);
                }
                end = course.over() => return end,
                heard = socket.next() => match heard {
                    Some(Ok(message)) if !message.is_close() => {}
                    _ => return End::Cut,
                },
                count = self.pushes.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return End::Close(TRY_AGAIN_LATER);
                    }
                    if let Some(end) = self.send(socket, &mut batch).await {
                        return end;
                    }
                }
            }
        }
    }

    /// Writes a batch; `Some` when the session ends with it.
    async fn send(&self, socket: &mut Socket, batch: &mut Vec<Push>) -> Option<End> {
        let garbage = self.faults.borrow().ws_garbage;
        let write = async {
            for push in batch.drain(..) {
                let text = match push {
                    Push::Frame(text) => text,
                    Push::Close(code) => return Ok(Some(End::Close(code))),
                };
                if self.seat.shared.chance(garbage) {
                    socket
                        .feed(garbage::frame(self.seat.shared.draw(), &text))
                        .await?;
                }
                socket.feed(Message::Text(text)).await?;
            }
            socket.flush().await?;
            Ok::<_, WsError>(None)
        };
        match tokio::time::timeout(WRITE_DEADLINE, write).await {
            Ok(Ok(end)) => end,
            _ => Some(End::Cut),
        }
    }
}
