//! What a socket brings, as many frames at a time as there are, so that a flood costs one turn for hundreds; and what is said
//! to it without waiting.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{FutureExt, SinkExt, Stream, StreamExt};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::cloud::Socket;
use crate::text::Text;

/// Frames taken from one socket before the others have their turn.
const BATCH: usize = 256;

/// What one turn at a socket brought.
#[derive(Debug, Default)]
pub struct Brought {
    /// Text and binary frames, in their order.
    pub frames: Vec<Message>,
    /// Why the socket is at its end, when it is. What came before still counts.
    pub ended: Option<Text>,
}

/// Waits for frames and takes those that are there; never done when there is no socket. Dropping the future loses none.
pub async fn take<S>(socket: Option<&mut S>) -> Brought
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
{
    match socket {
        Some(socket) => poll_fn(|cx| poll(socket, cx)).await,
        None => std::future::pending().await,
    }
}

fn poll<S>(socket: &mut S, cx: &mut Context<'_>) -> Poll<Brought>
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
{
    let mut brought = Brought::default();
    for turn in 0..BATCH {
        match socket.poll_next_unpin(cx) {
            Poll::Pending if turn == 0 => return Poll::Pending,
            Poll::Pending => break,
            Poll::Ready(Some(Ok(message))) => brought.sort(message),
            // A capacity error is the 1 MiB cap, a UTF-8 error a text frame that is none (RFC 6455).
            Poll::Ready(Some(Err(error))) => brought.ended = Some(Text::from(error.to_string())),
            Poll::Ready(None) => {
                brought.ended = Some("the other side closed the connection".into());
            }
        }
        if brought.ended.is_some() {
            // Turns the socket once more, so that the answer to a close frame leaves.
            let _ = socket.next().now_or_never();
            break;
        }
    }
    Poll::Ready(brought)
}

impl Brought {
    fn sort(&mut self, message: Message) {
        match message {
            Message::Text(_) | Message::Binary(_) => self.frames.push(message),
            Message::Close(Some(frame)) => {
                let (code, reason) = (u16::from(frame.code), frame.reason);
                self.ended = Some(format!("closed with code {code}: {reason}").into());
            }
            Message::Close(None) => self.ended = Some("closed without a code".into()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
}

/// Queued, and sent as far as the socket takes it: a write that blocks must not keep anybody from noticing that it does.
pub fn send_now(socket: &mut Socket, message: Message) {
    let _ = socket.send(message).now_or_never();
}

/// A farewell if it can be said at once; the socket is dropped either way.
pub fn close_now(socket: &mut Socket) {
    let _ = socket.close(None).now_or_never();
}
