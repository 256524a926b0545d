//! One open socket: pings before frames, answers by id, and what is certain when it ends.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Error as WsError, Message, Utf8Bytes};

use super::answer::{Answer, Incoming, decode};
use super::session::{Command, Failure, Timing, Told, TransferReply, WriteQueue, unanswered};
use crate::cloud::supervisor::{Liveness, Silence};
use crate::cloud::{Socket, security};
use crate::text::Text;
use crate::vault;

/// Frames that may be without an answer at once; further ones wait.
const IN_FLIGHT: usize = 1_024;

/// Columns of a reason that the other side gives.
const SHOWN: usize = 160;

/// Bytes of an answer that are kept to be shown.
const KEPT: usize = 2_048;

/// How a socket came to its end.
#[derive(Debug)]
pub(super) enum Closed {
    /// Nothing was sent for a while, or nobody can send any more.
    Quiet,
    /// The other side said goodbye, with a code where it gave one.
    ByThem(Option<u16>, String),
    /// It is of no use any more.
    Broken(String),
}

impl Closed {
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::ByThem(code, _) => *code,
            Self::Quiet | Self::Broken(_) => None,
        }
    }

    pub(super) fn sentence(&self) -> Text {
        Text::from(match self {
            Self::Quiet => "the socket was closed because nothing was sent".to_owned(),
            Self::ByThem(code, reason) => {
                let code = code.map_or("without a code".to_owned(), |code| format!("with {code}"));
                let reason = crate::text::fit(reason, SHOWN);
                let reason = if reason.is_empty() {
                    reason
                } else {
                    format!(" ({reason})").into()
                };
                format!("the organisation closed the socket {code}{reason}")
            }
            Self::Broken(why) => format!("the socket was lost: {why}"),
        })
    }
}

/// A frame without an answer yet.
struct Pending {
    command: Command,
    sent: Instant,
    /// A rate limit that named no frame has come since: this may be the one that it meant.
    busy: Option<Text>,
}

/// An open socket.
pub(super) struct OpenSocket {
    socket: Box<Socket>,
    timing: Timing,
    security: Text,
    pending: HashMap<String, Pending>,
    silence: Silence,
    /// Pings sent; the number of the newest is its payload.
    pings: u64,
    /// The newest ping that was answered: when it was sent, and how long that took.
    proof: Option<(Instant, Duration)>,
    used: Instant,
}

enum Event {
    Frame(Option<Result<Message, WsError>>),
    Command(Option<Command>),
    Due,
}

impl OpenSocket {
    pub(super) fn new(socket: Box<Socket>, timing: Timing) -> Self {
        let now = Instant::now();
        Self {
            security: Text::from(security(&socket)),
            socket,
            timing,
            pending: HashMap::new(),
            silence: Silence::new(now),
            pings: 0,
            proof: None,
            used: now,
        }
    }

    /// Sends what waits and what comes, until the socket ends. What has not left by then stays in the queue. Says whether a ping
    /// was ever answered, too.
    pub(super) async fn run(mut self, queue: &mut WriteQueue) -> (Closed, bool) {
        let WriteQueue { commands, waiting } = queue;
        let end = loop {
            if let Err(end) = self.flush(waiting).await {
                break end;
            }
            let room = self.pending.len() + waiting.len() < IN_FLIGHT;
            let due = self.due(waiting.is_empty());
            let event = tokio::select! {
                biased;
                frame = self.socket.next() => Event::Frame(frame),
                command = commands.recv(), if room => Event::Command(command),
                () = sleep_until(due) => Event::Due,
            };
            let ended = match event {
                Event::Frame(frame) => self.hear(frame),
                Event::Command(Some(command)) => {
                    waiting.push_back(command);
                    None
                }
                Event::Command(None) => Some(Closed::Quiet),
                Event::Due => self.examine(waiting.is_empty()).await,
            };
            if let Some(end) = ended {
                break end;
            }
        };
        let live = self.proof.is_some();
        (self.finish(end).await, live)
    }

    /// Whoever has no answer yet learns what is certain.
    async fn finish(mut self, end: Closed) -> Closed {
        let alone = self.pending.len() == 1;
        for (_, pending) in self.pending.drain() {
            pending.command.finish(Err(unanswered(&end, alone)));
        }
        if matches!(end, Closed::Quiet) {
            // A farewell; whoever does not take it in time is left without.
            let _ = timeout(self.timing.pong, self.socket.as_mut().close(None)).await;
        }
        end
    }

    /// Sends what waits, when a ping was answered just now; asks for that otherwise.
    async fn flush(&mut self, waiting: &mut VecDeque<Command>) -> Result<(), Closed> {
        if waiting.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let fresh = self
            .proof
            .filter(|(sent, _)| now.saturating_duration_since(*sent) < self.timing.pong);
        let Some((_, ping)) = fresh else {
            return self.ping().await;
        };
        while let Some(command) = waiting.pop_front() {
            command.tell(Told::Linked {
                security: self.security.clone(),
                ping,
            });
            command.tell(Told::Sent);
            let frame = Message::Text(Utf8Bytes::from(command.frame.as_str()));
            let pending = Pending {
                sent: Instant::now(),
                busy: None,
                command,
            };
            // From here on it may have left, even if the write fails half-way.
            let id = pending.command.id.clone();
            if let Some(twin) = self.pending.insert(id, pending) {
                let why = "another frame with this id was sent".to_owned();
                twin.command.finish(Err(Failure::Broken(why.into())));
            }
            self.write(frame).await?;
            self.used = Instant::now();
        }
        Ok(())
    }

    /// Asks whether the other side is there, unless it is being asked.
    async fn ping(&mut self) -> Result<(), Closed> {
        if self.silence.asked().is_some() {
            return Ok(());
        }
        self.silence.ask(Instant::now());
        self.send_ping().await
    }

    async fn send_ping(&mut self) -> Result<(), Closed> {
        self.pings = self.pings.wrapping_add(1);
        let payload = Bytes::copy_from_slice(&self.pings.to_be_bytes());
        self.write(Message::Ping(payload)).await
    }

    /// Writes, within the time that a ping has: a peer that takes nothing is as good as gone.
    async fn write(&mut self, message: Message) -> Result<(), Closed> {
        match timeout(self.timing.pong, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Closed::Broken(error.to_string())),
            Err(_) => Err(Closed::Broken("it takes no more data".to_owned())),
        }
    }

    fn hear(&mut self, frame: Option<Result<Message, WsError>>) -> Option<Closed> {
        self.silence.spoken(Instant::now());
        match frame {
            Some(Ok(Message::Text(text))) => self.read(&text),
            Some(Ok(Message::Pong(payload))) => self.pong(&payload),
            Some(Ok(Message::Close(farewell))) => return Some(closed(farewell)),
            // The library answers pings; anything else is none of the contract's.
            Some(Ok(_)) => {}
            Some(Err(error)) => return Some(Closed::Broken(error.to_string())),
            None => return Some(Closed::Broken("the connection ended".to_owned())),
        }
        None
    }

    fn pong(&mut self, payload: &[u8]) {
        if let Some(sent) = self.silence.asked()
            && payload == self.pings.to_be_bytes()
        {
            self.silence.heard(Instant::now());
            self.proof = Some((sent, sent.elapsed()));
        }
    }

    fn read(&mut self, text: &str) {
        match decode(text) {
            Incoming::Answer(id, answer) => self.answered(&id, answer, text),
            Incoming::Busy(why) => self.busy(&why, text),
            Incoming::Unusable(why) => tracing::warn!(%why, "a frame on the transfer socket"),
        }
    }

    fn answered(&mut self, id: &str, answer: Answer, text: &str) {
        let Some(pending) = self.pending.remove(id) else {
            let id = crate::text::fit(id, 64);
            tracing::info!(%id, "an answer that nobody waits for (any more)");
            return;
        };
        let reply = TransferReply {
            answer,
            text: kept(text),
            took: pending.sent.elapsed(),
        };
        pending.command.finish(Ok(reply));
    }

    /// A rate limit that names no frame: with one in flight it is clear which; with several each may be meant, and none is sure.
    fn busy(&mut self, why: &Text, text: &str) {
        if self.pending.len() == 1 {
            for (_, pending) in self.pending.drain() {
                let reply = TransferReply {
                    answer: Answer::RateLimited(why.clone()),
                    text: kept(text),
                    took: pending.sent.elapsed(),
                };
                pending.command.finish(Ok(reply));
            }
            return;
        }
        for pending in self.pending.values_mut() {
            pending.busy.get_or_insert_with(|| why.clone());
        }
    }

    /// When something is due even if nothing comes.
    fn due(&self, idle: bool) -> Instant {
        let look = self.silence.due(self.timing.keep, self.timing.pong);
        let oldest = self.pending.values().map(|pending| pending.sent).min();
        let answer = oldest.map(|sent| sent + self.timing.answer);
        let quiet = (idle && self.pending.is_empty()).then(|| self.used + self.timing.idle);
        [answer, quiet]
            .into_iter()
            .flatten()
            .fold(look, Instant::min)
    }

    async fn examine(&mut self, idle: bool) -> Option<Closed> {
        let now = Instant::now();
        self.expire(now);
        let Timing {
            keep,
            pong,
            idle: patience,
            ..
        } = self.timing;
        let verdict = self.silence.look(now, keep, pong);
        if verdict == Liveness::Dead {
            let seconds = pong.as_secs_f32();
            let why = format!("a ping was not answered within {seconds} s");
            return Some(Closed::Broken(why));
        }
        if idle && self.pending.is_empty() && now >= self.used + patience {
            return Some(Closed::Quiet);
        }
        if verdict == Liveness::Ask {
            return self.send_ping().await.err();
        }
        None
    }

    /// Frames whose time for an answer is over.
    fn expire(&mut self, now: Instant) {
        let answer = self.timing.answer;
        let late = self
            .pending
            .extract_if(|_, pending| now >= pending.sent + answer);
        for (_, pending) in late {
            pending.command.finish(Err(match pending.busy {
                Some(why) => Failure::TurnedAway { why, alone: false },
                None => Failure::TimedOut(answer),
            }));
        }
    }
}

fn closed(farewell: Option<CloseFrame>) -> Closed {
    match farewell {
        Some(farewell) => {
            let reason = vault::scrub(&farewell.reason).into_owned();
            Closed::ByThem(Some(farewell.code.into()), reason)
        }
        None => Closed::ByThem(None, String::new()),
    }
}

/// As much of a frame as is worth keeping.
fn kept(text: &str) -> Text {
    let text = vault::scrub(text);
    let mut end = text.len().min(KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Text::from(text.get(..end).unwrap_or_default())
}
