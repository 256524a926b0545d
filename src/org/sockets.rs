//! The open sockets that belong to a client and not to a user: who may be pushed to, and closed.

use std::collections::HashMap;

use tokio::sync::mpsc;

use super::auth::TokenId;
use super::text_socket::Push;

/// The most such sockets at once.
const MOST: usize = 1_000;

/// How far a client may fall behind, in frames.
const BACKLOG: usize = 4_096;

struct SocketSender {
    token: TokenId,
    pushes: mpsc::Sender<Push>,
}

/// All that are open, by a number of their own.
#[derive(Default)]
pub(super) struct Sockets {
    open: HashMap<u64, SocketSender>,
    opened: u64,
}

/// A place among them: its number, and both ends of what is pushed to it.
pub(super) struct OpenSocket {
    pub(super) number: u64,
    pub(super) pushes: mpsc::Sender<Push>,
    pub(super) queue: mpsc::Receiver<Push>,
}

impl Sockets {
    /// Adds a socket; its number takes it out again. None when there are too many.
    pub(super) fn join(&mut self, token: TokenId) -> Option<OpenSocket> {
        if self.open.len() >= MOST {
            return None;
        }
        let (pushes, queue) = mpsc::channel(BACKLOG);
        self.opened += 1;
        let outlet = SocketSender {
            token,
            pushes: pushes.clone(),
        };
        self.open.insert(self.opened, outlet);
        Some(OpenSocket {
            number: self.opened,
            pushes,
            queue,
        })
    }

    /// Takes a socket out.
    pub(super) fn leave(&mut self, number: u64) {
        self.open.remove(&number);
    }

    /// How many are open.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// Closes those whose token `chosen` picks, with this code, and says how many.
    pub(super) fn close(&mut self, code: u16, chosen: impl Fn(TokenId) -> bool) -> usize {
        let mut closed = 0;
        self.open.retain(|_, outlet| {
            let close = chosen(outlet.token);
            if close {
                closed += 1;
                // One whose queue is full does not read, and the deadline of writes ends it.
                let _ = outlet.pushes.try_send(Push::Close(code));
            }
            !close
        });
        closed
    }
}
