//! The reader of the socket: messages into frames, frames into updates, updates to the loop.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use futures_util::stream::SplitStream;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Error as SocketError, Message};

use super::session::Ended;
use super::{listed, tell};
use crate::cloud::direct::update;
use crate::cloud::{CallbackListing, Error, Socket, Urgency};
use crate::feed::frames::{Frame, Joiner, Kind};
use crate::feed::health::{Health, Verdict};
use crate::feed::shared::Shared;
use crate::model::CallbackId;
use crate::model::callback::{Stream, Update};
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::CallbackNews;

/// Messages taken at a time, so that a flood costs the loop one piece of news for many updates.
const BATCH: usize = 256;

/// Reservations noted during one read; past that the read is begun again, since it could no longer be told what is newer.
const MOST_SPOKEN: usize = 65_536;

type Read<'a> = BoxFuture<'a, Result<CallbackListing, Error>>;

pub(super) struct Reader<'a> {
    shared: &'a Shared,
    window: &'a Semaphore,
    pings: &'a Notify,
    joiner: Joiner,
    health: Health,
    read: Option<Read<'a>>,
    /// When a read that failed is tried again, and how often it has failed.
    retry: Option<Instant>,
    failures: u32,
    /// When the newest read began, and what the stream has spoken of since.
    began: Millis,
    spoken: HashSet<CallbackId>,
    updates: Vec<Update>,
}

enum Event {
    Read(Result<CallbackListing, Error>),
    Reread,
    Tick,
    Message(Option<Result<Message, SocketError>>),
}

impl<'a> Reader<'a> {
    pub fn new(shared: &'a Shared, window: &'a Semaphore, pings: &'a Notify) -> Self {
        Self {
            shared,
            window,
            pings,
            joiner: Joiner::default(),
            health: Health::default(),
            read: None,
            retry: None,
            failures: 0,
            began: Millis::default(),
            spoken: HashSet::new(),
            updates: Vec::new(),
        }
    }

    /// Follows the stream to its end.
    pub async fn run(&mut self, mut stream: SplitStream<Socket>) -> Ended {
        let mut tick = self.shared.tick.subscribe();
        self.start_read();
        loop {
            let event = tokio::select! {
                biased;
                result = under_way(&mut self.read) => Event::Read(result),
                () = self.shared.callbacks.notified() => Event::Reread,
                () = due(self.retry) => Event::Reread,
                Ok(()) = tick.changed() => Event::Tick,
                // Last, since a flood would leave nothing to those before it.
                message = stream.next() => Event::Message(message),
            };
            let ended = match event {
                Event::Read(result) => {
                    self.landed(result);
                    None
                }
                Event::Reread => {
                    self.start_read();
                    None
                }
                Event::Tick => self.examine(),
                Event::Message(message) => {
                    let ended = self.take_batch(message, &mut stream);
                    self.deliver().await;
                    ended
                }
            };
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    fn start_read(&mut self) {
        self.retry = None;
        self.spoken.clear();
        self.began = Clock::Real.now();
        let shared = self.shared;
        let read = async move {
            shared.mailbox.room().await;
            shared.client.callbacks(Urgency::Reread).await
        };
        self.read = Some(read.boxed());
    }

    fn landed(&mut self, result: Result<CallbackListing, Error>) {
        self.read = None;
        match result {
            Ok(listing) => {
                self.failures = 0;
                let spoken = std::mem::take(&mut self.spoken);
                tell(self.shared, listed(listing, spoken, self.began));
                tell(self.shared, CallbackNews::Stream(Stream::Live));
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let wait = super::patience(self.shared, &error)
                    .max(self.shared.timing.backoff(self.failures));
                self.retry = Some(Instant::now() + wait);
                tell(self.shared, CallbackNews::ReadFailed(error.problem()));
            }
        }
    }

    /// At every tick: silence asks for a ping, and a ping without an answer is the end.
    fn examine(&mut self) -> Option<Ended> {
        let timing = &self.shared.timing;
        match self
            .health
            .examine(Instant::now(), timing.tick, timing.deadline)
        {
            Verdict::Fine => None,
            Verdict::Ping => {
                self.pings.notify_one();
                crate::feed::gather::pinged();
                None
            }
            Verdict::Dead => Some(Ended::lost("it went silent, and a ping was not answered")),
        }
    }

    /// Takes a message and those that are there behind it. What came before the end still counts.
    fn take_batch(
        &mut self,
        first: Option<Result<Message, SocketError>>,
        stream: &mut SplitStream<Socket>,
    ) -> Option<Ended> {
        self.health.heard();
        let mut next = Some(first);
        for _ in 0..BATCH {
            let message = next.take().or_else(|| stream.next().now_or_never())?;
            let ended = match message {
                Some(Ok(message)) => self.take(message),
                Some(Err(error)) => Some(Ended::lost(error.to_string())),
                None => Some(Ended::lost("the other side closed the connection")),
            };
            if ended.is_some() {
                return ended;
            }
        }
        None
    }

    fn take(&mut self, message: Message) -> Option<Ended> {
        match message {
            Message::Binary(bytes) => return self.cut(&bytes),
            Message::Text(text) => {
                self.puzzle(
                    "a text frame, where the contract has binary".into(),
                    text.as_bytes(),
                );
            }
            Message::Close(Some(frame)) => {
                let code = u16::from(frame.code);
                return Some(Ended::lost(format!(
                    "closed with code {code}: {}",
                    frame.reason
                )));
            }
            Message::Close(None) => return Some(Ended::lost("closed without a code")),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        None
    }

    fn cut(&mut self, bytes: &Bytes) -> Option<Ended> {
        self.joiner.push(bytes);
        loop {
            match self.joiner.cut() {
                Ok(Some(frame)) => self.frame(&frame),
                Ok(None) => return None,
                Err(error) => return Some(Ended::lost(error.to_string())),
            }
        }
    }

    fn frame(&mut self, bytes: &Bytes) {
        let read = Frame::read(bytes).and_then(|frame| match frame.kind {
            Kind::Update => update(&frame.payload, Millis(frame.timestamp)).map(Some),
            Kind::Acknowledgement | Kind::Other(_) => Ok(None),
        });
        match read {
            Ok(Some(update)) => {
                self.shared.tally.note(|notes| notes.received += 1);
                self.spoke(&update.callback.id);
                self.updates.push(update);
            }
            Ok(None) => self.shared.tally.note(|notes| {
                notes.received += 1;
                notes.ignored += 1;
            }),
            Err(reason) => self.puzzle(reason, bytes),
        }
    }

    fn spoke(&mut self, id: &CallbackId) {
        if self.read.is_none() || self.spoken.contains(id) {
            return;
        }
        if self.spoken.len() >= MOST_SPOKEN {
            return self.start_read();
        }
        self.spoken.insert(id.clone());
    }

    /// Counted, kept for inspection and not acknowledged: whoever sent it should hear of it again.
    fn puzzle(&mut self, reason: Text, frame: &[u8]) {
        self.shared.tally.note(|notes| {
            notes.received += 1;
            notes.undecodable += 1;
        });
        self.shared.keep_sample(&"callbacks".into(), reason, frame);
    }

    /// Hands the updates to the loop, as many at a time as the window lets through.
    async fn deliver(&mut self) {
        while !self.updates.is_empty() {
            let wanted = self.updates.len().min(BATCH);
            let wanted = u32::try_from(wanted).unwrap_or(1);
            let Ok(permit) = self.window.acquire_many(wanted).await else {
                return; // The semaphore is never closed.
            };
            permit.forget();
            let rest = self.updates.split_off(wanted as usize);
            let batch = std::mem::replace(&mut self.updates, rest);
            tell(self.shared, CallbackNews::Updates(batch));
        }
    }
}

/// The read under way; never when there is none.
async fn under_way(read: &mut Option<Read<'_>>) -> Result<CallbackListing, Error> {
    match read {
        Some(read) => read.await,
        None => std::future::pending().await,
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
