//! One transfer socket for a profile: opened when there is something to send, kept while it is used, closed after a while of
//! quiet (contract §8).
//!
//! Many transfers share it. Whoever sends hears of every stage and gets the one [`TransferReply`] that carries the frame's id, or a
//! [`Failure`] that says what is certain: whether the frame left, whether it was turned away.

use std::collections::VecDeque;
use std::future::ready;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Answer;
use super::socket::{Closed, OpenSocket};
use crate::cloud::supervisor::{Connection, Ended, NotOpened, Quiet, Reconnect, Rest, supervise};
use crate::cloud::{Client, Error, Socket};
use crate::text::Text;

/// Frames that may wait for the socket; whoever comes after waits at the door.
const WAITING: usize = 256;

/// Times that a frame which has not left is taken over to a new socket. A connection that is found dead by its ping costs
/// one; a server that closes each time should not be asked for ever.
const TAKEN_OVER: u8 = 2;

/// The close code of an organisation that has had enough (contract §2).
const POLICY: u16 = 1008;

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A ping must be answered within this before a frame is sent (contract §8).
    pub pong: Duration,
    /// A frame must be answered within this (contract §8).
    pub answer: Duration,
    /// Between two pings while nothing is said, so that nothing on the way forgets the connection.
    pub keep: Duration,
    /// The socket is closed after this much time without a transfer: an idle console wakes nobody.
    pub idle: Duration,
    /// The wait before a frame that was turned away is sent again: once this much, then twice, then three times (contract §2).
    pub retry: Duration,
    /// The most that is added to that wait, by chance.
    pub jitter: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            pong: Duration::from_secs(3),
            answer: Duration::from_secs(10),
            keep: Duration::from_secs(20),
            idle: Duration::from_secs(120),
            retry: Duration::from_secs(1),
            jitter: Duration::from_millis(500),
        }
    }
}

/// What whoever sends hears on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The socket is open and has answered a ping.
    Linked {
        /// The TLS version and the cipher suite.
        security: Text,
        /// How long the last ping took.
        ping: Duration,
    },
    /// The frame is on its way: from here on it may have been taken.
    Sent,
}

/// The answer to a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferReply {
    /// What it says.
    pub answer: Answer,
    /// The frame as it came.
    pub text: Text,
    /// From sending to the answer.
    pub took: Duration,
}

/// Why there is no answer. What is certain is in the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No byte of the frame left this machine.
    #[error("{why}")]
    NotSent {
        /// Why not.
        why: Text,
        /// Whether the organisation asked for quiet (close 1008, 429): then later is better than never.
        busy: bool,
    },
    /// The frame left, and the organisation closed with 1008, or spoke of a rate limit, instead of answering it.
    #[error("{why}")]
    TurnedAway {
        /// What it said.
        why: Text,
        /// Whether no other frame was without an answer: then it was this one that was turned away, else it may have been
        /// taken and lost its answer with the socket.
        alone: bool,
    },
    /// The frame left, and the connection ended before an answer.
    #[error("{0}")]
    Broken(Text),
    /// The frame left, and there was no answer in time.
    #[error("no answer came within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
}

/// A frame on its way through the session.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) id: String,
    pub(super) frame: String,
    pub(super) told: mpsc::UnboundedSender<Told>,
    pub(super) end: oneshot::Sender<Result<TransferReply, Failure>>,
    taken_over: u8,
}

/// The session of a profile. Clones share the socket.
#[derive(Clone, Debug)]
pub struct Session {
    commands: mpsc::Sender<Command>,
    timing: Timing,
}

impl Session {
    /// A session that opens its socket when it is first needed. Needs a Tokio runtime.
    #[must_use]
    pub fn new(client: Client, timing: Timing) -> Self {
        let (send, commands) = mpsc::channel(WAITING);
        let mut queue = WriteQueue {
            commands,
            waiting: VecDeque::new(),
        };
        let transfers = Transfers { client, timing };
        tokio::spawn(async move { supervise(&transfers, &mut queue, Quiet::never()).await });
        Self {
            commands: send,
            timing,
        }
    }

    /// How long things may take here.
    #[must_use]
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Sends one frame; `told` hears how it gets on. `id` is the one in the frame, by which its answer is known.
    pub async fn send(
        &self,
        id: &str,
        frame: &str,
        mut told: impl FnMut(Told),
    ) -> Result<TransferReply, Failure> {
        let gone = || Failure::NotSent {
            why: "the console is ending".into(),
            busy: false,
        };
        let (tell, mut hear) = mpsc::unbounded_channel();
        let (end, answer) = oneshot::channel();
        let command = Command {
            id: id.to_owned(),
            frame: frame.to_owned(),
            told: tell,
            end,
            taken_over: 0,
        };
        self.commands.send(command).await.map_err(|_| gone())?;
        let mut left = false;
        while let Some(news) = hear.recv().await {
            left |= news == Told::Sent;
            told(news);
        }
        // Its sender went with the command, so the end is there, or the session was torn down with the process.
        answer.await.unwrap_or_else(|_| {
            Err(if left {
                Failure::Broken("the console is ending".into())
            } else {
                gone()
            })
        })
    }
}

impl Command {
    pub(super) fn tell(&self, news: Told) {
        // Nobody listens any more when a transfer was given up; its frame goes its way all the same.
        let _ = self.told.send(news);
    }

    pub(super) fn finish(self, end: Result<TransferReply, Failure>) {
        let _ = self.end.send(end);
    }

    fn not_sent(self, why: &Text, busy: bool) {
        let why = why.clone();
        self.finish(Err(Failure::NotSent { why, busy }));
    }
}

/// Frames that have not left.
pub(super) struct WriteQueue {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) waiting: VecDeque<Command>,
}

/// The one socket.
struct Transfers {
    client: Client,
    timing: Timing,
}

impl Connection for Transfers {
    type Open = Box<Socket>;
    type Kept = WriteQueue;
    /// Nobody can send any more.
    type GivenUp = ();

    fn name(&self) -> String {
        "transfer socket".to_owned()
    }

    fn reconnect(&self) -> Reconnect {
        Reconnect::default()
    }

    /// Opens once there is something to send.
    async fn open(&self, queue: &mut WriteQueue) -> Result<Box<Socket>, NotOpened<()>> {
        if queue.waiting.is_empty() {
            let first = queue.commands.recv().await;
            queue
                .waiting
                .push_back(first.ok_or(NotOpened::GivenUp(()))?);
        }
        Ok(Box::new(self.client.open_transfers().await?))
    }

    async fn refused(&self, queue: &mut WriteQueue, error: &Error) {
        // Whoever waits at the door would only be refused as well.
        while let Ok(command) = queue.commands.try_recv() {
            queue.waiting.push_back(command);
        }
        let why = Text::from(error.to_string());
        for command in queue.waiting.drain(..) {
            command.not_sent(&why, error.status() == Some(429));
        }
    }

    async fn follow(
        &self,
        queue: &mut WriteQueue,
        socket: Box<Socket>,
        _: &mut Quiet,
    ) -> Ended<()> {
        let open = OpenSocket::new(socket, self.timing);
        let (closed, live) = open.run(queue).await;
        take_over(&mut queue.waiting, &closed);
        let why = closed.sentence();
        Ended::Lost { why, live }
    }

    /// There is none: whoever sends waits for an answer, and it is theirs to say when it is sent again (contract §2).
    fn rest(&self, _: &Rest) -> impl Future<Output = ()> + Send {
        ready(())
    }
}

/// What becomes of frames that had not left when the socket ended: certainly nobody has seen them.
fn take_over(waiting: &mut VecDeque<Command>, closed: &Closed) {
    let busy = closed.code() == Some(POLICY);
    let why = closed.sentence();
    for mut command in std::mem::take(waiting) {
        command.taken_over += 1;
        if busy || command.taken_over > TAKEN_OVER {
            command.not_sent(&why, busy);
        } else {
            waiting.push_back(command);
        }
    }
}

/// What a frame without an answer has come to when its socket ended; `alone` when it was the only one.
pub(super) fn unanswered(closed: &Closed, alone: bool) -> Failure {
    match closed.code() {
        Some(POLICY) => Failure::TurnedAway {
            why: closed.sentence(),
            alone,
        },
        _ => Failure::Broken(closed.sentence()),
    }
}
