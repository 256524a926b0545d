//! A WebSocket that speaks text: frames out, frames in, and the faults that befall them.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};

use super::faults::Faults;
use super::garbage;
use super::session::{End, SessionFaults};
use super::shared::Shared;
use super::upgrade::{self, Socket, WRITE_DEADLINE};

/// The close code for a stream that could not keep up; the client reads anew and opens another.
const TRY_AGAIN_LATER: u16 = 1013;

/// The most frames that are written before the socket is flushed and the other side is heard.
const BATCH: usize = 64;

/// What a socket is to do next.
#[derive(Clone, Debug)]
pub(super) enum Push {
    /// Send this text frame.
    Frame(Utf8Bytes),
    /// Close with this code.
    Close(u16),
    /// End the connection without a word.
    Cut,
}

/// Who speaks over a socket: it hears what the client says, and gives its place back when it is dropped.
pub(super) trait SocketHandler: Send {
    /// A message other than a close.
    fn hear(&mut self, message: Message);

    /// How likely a frame is lost on its way, and nobody notices.
    fn loses(&self, _: &Faults) -> f64 {
        0.0
    }

    /// What comes of time alone; by itself nothing does. It is asked anew whenever something else happened.
    fn speak(&mut self) -> impl Future<Output = Push> + Send {
        std::future::pending()
    }
}

/// One open WebSocket.
pub(super) struct TextSocket<S> {
    upgrade: OnUpgrade,
    pushes: mpsc::Receiver<Push>,
    faults: watch::Receiver<Faults>,
    shared: Arc<Shared>,
    handler: S,
}

impl<S: SocketHandler> TextSocket<S> {
    pub(super) fn new(
        shared: &Arc<Shared>,
        upgrade: OnUpgrade,
        pushes: mpsc::Receiver<Push>,
        handler: S,
    ) -> Self {
        Self {
            upgrade,
            pushes,
            faults: shared.watch_faults(),
            shared: Arc::clone(shared),
            handler,
        }
    }

    /// Runs until either side ends it.
    pub(super) async fn run(mut self) {
        let Some(mut socket) = upgrade::socket(&mut self.upgrade).await else {
            return;
        };
        let end = self.talk(&mut socket).await;
        end.carry_out(&mut socket).await;
    }

    async fn talk(&mut self, socket: &mut Socket) -> End {
        let mut course = SessionFaults::plan(&self.shared);
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
                    course.plan_cut(&self.shared);
                }
                end = course.over() => return end,
                heard = socket.next() => match heard {
                    Some(Ok(message)) if !message.is_close() => self.handler.hear(message),
                    _ => return End::Cut,
                },
                said = self.handler.speak() => {
                    batch.push(said);
                    if let Some(end) = self.send(socket, &mut batch).await {
                        return end;
                    }
                }
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
        let (garbage, loss) = {
            let faults = self.faults.borrow();
            (faults.ws_garbage, self.handler.loses(&faults))
        };
        let write = async {
            let mut end = None;
            for push in batch.drain(..) {
                let text = match push {
                    Push::Frame(text) => text,
                    Push::Close(code) => {
                        end = Some(End::Close(code));
                        break;
                    }
                    Push::Cut => {
                        end = Some(End::Cut);
                        break;
                    }
                };
                if self.shared.chance(loss) {
                    continue;
                }
                if self.shared.chance(garbage) {
                    socket
                        .feed(garbage::frame(self.shared.draw(), &text))
                        .await?;
                }
                socket.feed(Message::Text(text)).await?;
            }
            // What came before the end was said before it.
            socket.flush().await?;
            Ok::<_, WsError>(end)
        };
        match tokio::time::timeout(WRITE_DEADLINE, write).await {
            Ok(Ok(end)) => end,
            _ => Some(End::Cut),
        }
    }
}
