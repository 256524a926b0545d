//! Frames of one socket, taken as many at a time as there are.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{FutureExt, StreamExt};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

use crate::cloud::Socket;
use crate::text::Text;

/// Frames taken from one socket before the others have their turn.
const BATCH: usize = 256;

/// What one turn at a socket brought.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Text frames, in their order.
    pub frames: Vec<Utf8Bytes>,
    /// Frames of the wrong kind.
    pub binary: Vec<Bytes>,
    /// Why the socket is at its end, when it is. What came before still counts.
    pub ended: Option<Text>,
}

/// Waits for frames and takes those that are there; never when there is no socket. Dropping the future loses none.
pub(super) async fn take(socket: Option<&mut Socket>) -> Taken {
    match socket {
        Some(socket) => poll_fn(|cx| poll(socket, cx)).await,
        None => std::future::pending().await,
    }
}

fn poll(socket: &mut Socket, cx: &mut Context<'_>) -> Poll<Taken> {
    let mut taken = Taken::default();
    for turn in 0..BATCH {
        match socket.poll_next_unpin(cx) {
            Poll::Pending if turn == 0 => return Poll::Pending,
            Poll::Pending => break,
            Poll::Ready(Some(Ok(message))) => taken.sort(message),
            Poll::Ready(Some(Err(error))) => taken.ended = Some(Text::from(error.to_string())),
            Poll::Ready(None) => {
                taken.ended = Some("the other side closed the connection".into());
            }
        }
        if taken.ended.is_some() {
            // Turns the socket once more, so that the answer to a close frame leaves.
            let _ = socket.next().now_or_never();
            break;
        }
    }
    Poll::Ready(taken)
}

impl Taken {
    fn sort(&mut self, message: Message) {
        match message {
            Message::Text(text) => self.frames.push(text),
            Message::Binary(bytes) => self.binary.push(bytes),
            Message::Close(Some(frame)) => {
                let (code, reason) = (u16::from(frame.code), frame.reason);
                self.ended = Some(format!("closed with code {code}: {reason}").into());
            }
            Message::Close(None) => self.ended = Some("closed without a code".into()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
}
