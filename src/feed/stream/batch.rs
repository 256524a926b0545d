//! Frames of one socket, taken as many at a time as there are, so that a flood costs one lock for hundreds.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{FutureExt, StreamExt};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use super::resync::Resync;
use super::session::Ended;
use crate::cloud::Socket;
use crate::cloud::direct::{self, Decoded};
use crate::feed::shared::Shared;
use crate::model::UserId;
use crate::model::registration::Update;
use crate::text::Text;

/// Frames taken from one socket before the others have their turn.
const BATCH: usize = 256;
/// Frames of one batch that are kept for inspection; what is kept of all streams is bounded elsewhere.
const KEPT: usize = 4;

/// What one turn at the socket brought.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    user: &'a UserId,
    updates: Vec<Update>,
    kept: Vec<(Text, Bytes)>,
    received: u64,
    undecodable: u64,
    ignored: u64,
}

impl<'a> Batch<'a> {
    pub fn new(user: &'a UserId) -> Self {
        Self {
            user,
            updates: Vec::new(),
            kept: Vec::new(),
            received: 0,
            undecodable: 0,
            ignored: 0,
        }
    }

    /// Waits for frames and takes those that are there. Says when the stream has ended; what came before still counts.
    pub async fn fill(&mut self, socket: &mut Socket, resync: &mut Resync) -> Option<Ended> {
        poll_fn(|cx| self.poll(socket, resync, cx)).await
    }

    /// Hands on what was taken. Whether there was anything of the user's devices.
    pub fn deliver(&mut self, shared: &Shared) -> bool {
        if self.received > 0 {
            let (received, undecodable, ignored) = (self.received, self.undecodable, self.ignored);
            (self.received, self.undecodable, self.ignored) = (0, 0, 0);
            shared.tally.note(|notes| {
                notes.received += received;
                notes.undecodable += undecodable;
                notes.ignored += ignored;
            });
        }
        let spoke = !self.updates.is_empty();
        shared.mailbox.post_updates(&mut self.updates);
        for (reason, frame) in self.kept.drain(..) {
            shared.keep_sample(&self.user.0, reason, &frame);
        }
        spoke
    }

    fn poll(
        &mut self,
        socket: &mut Socket,
        resync: &mut Resync,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Ended>> {
        for taken in 0..BATCH {
            let ended = match socket.poll_next_unpin(cx) {
                Poll::Pending if taken == 0 => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(Some(Ok(message))) => self.take(message, resync),
                Poll::Ready(Some(Err(error))) => Some(Ended::Lost(broken(&error))),
                Poll::Ready(None) => {
                    Some(Ended::Lost("the other side closed the connection".into()))
                }
            };
            if ended.is_some() {
                // Turns the socket once more, so that the answer to a close frame leaves.
                let _ = socket.next().now_or_never();
                return Poll::Ready(ended);
            }
        }
        Poll::Ready(None)
    }

    fn take(&mut self, message: Message, resync: &mut Resync) -> Option<Ended> {
        match message {
            Message::Text(text) => return self.read(text, resync),
            Message::Binary(bytes) => {
                self.received += 1;
                self.puzzle("a binary frame, where the contract has text".into(), bytes);
            }
            Message::Close(Some(frame)) => {
                let said = format!(
                    "closed with code {}: {}",
                    u16::from(frame.code),
                    frame.reason
                );
                return Some(Ended::Lost(said.into()));
            }
            Message::Close(None) => return Some(Ended::Lost("closed without a code".into())),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        None
    }

    fn read(&mut self, text: Utf8Bytes, resync: &mut Resync) -> Option<Ended> {
        self.received += 1;
        match direct::decode(&text) {
            // Its gaps would not be noticed here, so news of another user is not taken from this stream.
            Decoded::Update(update) if update.user != *self.user => {
                self.puzzle(
                    "it speaks of another user than the stream does".into(),
                    text.into(),
                );
            }
            Decoded::Update(update) => {
                if resync.spoke(&update.device).is_err() {
                    return Some(Ended::Lost(
                        "it names more devices than one user can have".into(),
                    ));
                }
                self.updates.push(update);
            }
            Decoded::Other => self.ignored += 1,
            Decoded::Undecodable(reason) => self.puzzle(reason, text.into()),
        }
        None
    }

    fn puzzle(&mut self, reason: Text, frame: Bytes) {
        self.undecodable += 1;
        if self.kept.len() < KEPT {
            self.kept.push((reason, frame));
        }
    }
}

/// Why a socket failed, raw: a capacity error is the 1 MiB cap, a UTF-8 error a text frame that is none (RFC 6455).
fn broken(error: &Error) -> Text {
    Text::from(error.to_string())
}
