//! The callbacks stream: updates out, acknowledgements in (contract §10).
//!
//! A session reads the log from its oldest unsettled update on, so one that falls behind is slow and never has a hole.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use hyper::Request;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::frame::{ACKNOWLEDGEMENT, CallbackFrame, FrameError, Inlet};
use super::outlet::Outlet;
use crate::org::faults::Faults;
use crate::org::operation::{Answer, Call};
use crate::org::session::{End, SessionFaults};
use crate::org::shared::Shared;
use crate::org::streams::crowded;
use crate::org::text_socket::Push;
use crate::org::upgrade::{self, Handoff, Socket, WRITE_DEADLINE};

/// The most updates in one batch.
const BATCH: usize = 256;

/// The close code for a frame that is too long (RFC 6455 §7.4.1).
const TOO_BIG: u16 = 1009;

/// The first of the seed's streams that sessions draw from, one each.
const FIRST_DICE: u64 = 1 << 32;

/// A place among the open sockets, given back when the session ends, whichever way it ends.
struct SocketGuard {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for SocketGuard {
    fn drop(&mut self) {
        self.shared.sockets().leave(self.number);
    }
}

/// Answers an upgrade with 101 and leaves the session in `handoff`.
pub(super) fn open(call: &Call<'_>, handoff: &Handoff, mut request: Request<Incoming>) -> Answer {
    let (upgrade, reply) = upgrade::handshake(&mut request, None)?;
    let shared = call.shared;
    let place = shared.sockets().join(call.holder.id).ok_or_else(crowded)?;
    let mut rng = ChaCha8Rng::seed_from_u64(shared.seed);
    rng.set_stream(FIRST_DICE.saturating_add(place.number));
    let session = CallbackStream {
        upgrade,
        pushes: place.queue,
        faults: shared.watch_faults(),
        news: shared.book().log.watch(),
        sent: 0,
        inlet: Inlet::default(),
        outlet: Outlet::new(rng),
        guard: SocketGuard {
            shared: Arc::clone(shared),
            number: place.number,
        },
    };
    handoff.put(session.run());
    Ok(reply)
}

/// One open stream.
struct CallbackStream {
    upgrade: OnUpgrade,
    pushes: mpsc::Receiver<Push>,
    faults: watch::Receiver<Faults>,
    news: watch::Receiver<u64>,
    /// Up to which update everything went out here.
    sent: u64,
    inlet: Inlet,
    outlet: Outlet,
    guard: SocketGuard,
}

impl CallbackStream {
    /// Runs until either side ends it.
    async fn run(mut self) {
        let Some(mut socket) = upgrade::socket(&mut self.upgrade).await else {
            return;
        };
        let end = self.talk(&mut socket).await;
        end.carry_out(&mut socket).await;
    }

    async fn talk(&mut self, socket: &mut Socket) -> End {
        let mut course = SessionFaults::plan(&self.guard.shared);
        self.news.mark_changed();
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
                    course.plan_cut(&self.guard.shared);
                }
                end = course.over() => return end,
                push = self.pushes.recv() => match push {
                    Some(Push::Close(code)) => return End::Close(code),
                    Some(Push::Cut) | None => return End::Cut,
                    // Updates are read from the log, and nobody pushes text here.
                    Some(Push::Frame(_)) => {}
                },
                heard = socket.next() => match heard {
                    Some(Ok(message)) if !message.is_close() => {
                        if let Some(end) = self.hear(&message) {
                            return end;
                        }
                    }
                    _ => return End::Cut,
                },
                changed = self.news.changed() => {
                    if changed.is_err() || !self.tell(socket).await {
                        return End::Cut;
                    }
                }
            }
        }
    }

    /// Settles what a message acknowledges; `Some` when the session ends with it.
    fn hear(&mut self, message: &Message) -> Option<End> {
        let Message::Binary(bytes) = message else {
            // Text has no meaning here; control frames are the socket's own affair.
            if message.is_text() {
                self.guard.shared.book().log.undecodable();
            }
            return None;
        };
        self.inlet.push(bytes);
        let mut book = self.guard.shared.book();
        while let Some(frame) = self.inlet.next() {
            match frame.as_ref().map(correlation) {
                Ok(Some(correlation)) => book.log.acknowledge(&correlation),
                Ok(None) | Err(FrameError::Frame) => book.log.undecodable(),
                Err(FrameError::Length) => {
                    book.log.undecodable();
                    return Some(End::Close(TOO_BIG));
                }
            }
        }
        None
    }

    /// Sends the next batch; false when nobody takes it.
    async fn tell(&mut self, socket: &mut Socket) -> bool {
        let faults = *self.faults.borrow();
        let (outlet, sent) = (&mut self.outlet, &mut self.sent);
        let batch = self
            .guard
            .shared
            .book()
            .log
            .take(sent, BATCH, || outlet.copies(&faults));
        if batch.len() == BATCH {
            // There may be more, and no news of it will come.
            self.news.mark_changed();
        }
        let messages = self.outlet.messages(&batch, &faults);
        let write = async {
            for message in messages {
                socket.feed(Message::Binary(message)).await?;
            }
            socket.flush().await?;
            Ok::<_, WsError>(())
        };
        matches!(
            tokio::time::timeout(WRITE_DEADLINE, write).await,
            Ok(Ok(()))
        )
    }
}

/// What an acknowledgement settles.
fn correlation(frame: &CallbackFrame) -> Option<String> {
    #[derive(Deserialize)]
    struct Acknowledgement {
        status: String,
        correlation_id: String,
    }
    if frame.r#type != u64::from(ACKNOWLEDGEMENT) {
        return None;
    }
    let payload: Acknowledgement = serde_json::from_slice(&frame.payload).ok()?;
    (payload.status == "ack").then_some(payload.correlation_id)
}
