//! The reader of the socket: messages into frames, frames into updates, updates to the loop.

use std::collections::HashSet;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::SplitStream;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{listed, tell};
use crate::cloud::direct::update;
use crate::cloud::supervisor::Silence;
use crate::cloud::supervisor::frames::{self, Brought};
use crate::cloud::{CallbackListing, Error, Socket, Urgency};
use crate::feed::beat;
use crate::feed::frames::{Frame, FrameKind, Joiner};
use crate::feed::received::Received;
use crate::feed::shared::Shared;
use crate::feed::task::{done, until};
use crate::model::CallbackId;
use crate::model::callback::{Stream, Update};
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::CallbackNews;

/// Updates handed on at a time, so that a flood costs the loop one piece of news for many updates.
const BATCH: usize = 256;

/// Reservations noted during one read; past that the read is begun again, since it could no longer be told what is newer.
const MOST_SPOKEN: usize = 65_536;

type Read<'a> = BoxFuture<'a, Result<CallbackListing, Error>>;

pub(super) struct Reader<'a> {
    shared: &'a Shared,
    window: &'a Semaphore,
    pings: &'a Notify,
    joiner: Joiner,
    silence: Silence,
    live: bool,
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
    Beat,
    Brought(Brought),
}

impl<'a> Reader<'a> {
    pub fn new(shared: &'a Shared, window: &'a Semaphore, pings: &'a Notify) -> Self {
        Self {
            shared,
            window,
            pings,
            joiner: Joiner::default(),
            silence: Silence::new(Instant::now()),
            live: false,
            read: None,
            retry: None,
            failures: 0,
            began: Millis::default(),
            spoken: HashSet::new(),
            updates: Vec::new(),
        }
    }

    /// Whether what it follows was ever whole.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Follows the stream to its end, and says why it came to it.
    pub async fn run(&mut self, mut stream: SplitStream<Socket>) -> Text {
        let mut beats = self.shared.tick.subscribe();
        self.start_read();
        loop {
            let event = tokio::select! {
                biased;
                result = done(self.read.as_mut()) => Event::Read(result),
                () = self.shared.callbacks.notified() => Event::Reread,
                () = until(self.retry) => Event::Reread,
                Ok(()) = beats.changed() => Event::Beat,
                // Last, since a flood would leave nothing to those before it.
                brought = frames::take(Some(&mut stream)) => Event::Brought(brought),
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
                Event::Beat => {
                    let (since, timing) = (*beats.borrow(), &self.shared.timing);
                    beat::look(&mut self.silence, since, timing, || self.pings.notify_one())
                }
                Event::Brought(brought) => {
                    let ended = self.take(brought);
                    self.deliver().await;
                    ended
                }
            };
            if let Some(why) = ended {
                return why;
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
                self.live = true;
                let spoken = std::mem::take(&mut self.spoken);
                tell(self.shared, listed(listing, spoken, self.began));
                tell(self.shared, CallbackNews::Stream(Stream::Live));
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let wait = self.shared.timing.backoff(self.failures);
                self.retry = Some(Instant::now() + self.shared.patience(&error, wait));
                tell(self.shared, CallbackNews::ReadFailed(error.problem()));
            }
        }
    }

    /// Takes what the socket brought. What came before the end still counts.
    fn take(&mut self, brought: Brought) -> Option<Text> {
        self.silence.heard(Instant::now());
        let mut received = Received::default();
        let mut ended = None;
        for message in brought.frames {
            match message {
                Message::Binary(bytes) => ended = self.cut(&bytes, &mut received),
                other => {
                    received.frames += 1;
                    let reason = "a text frame, where the contract has binary".into();
                    received.puzzle(reason, other.into_data());
                }
            }
            if ended.is_some() {
                break;
            }
        }
        received.note(self.shared, || "callbacks".into());
        ended.or(brought.ended)
    }

    fn cut(&mut self, bytes: &Bytes, received: &mut Received) -> Option<Text> {
        self.joiner.push(bytes);
        loop {
            match self.joiner.cut() {
                Ok(Some(frame)) => self.frame(&frame, received),
                Ok(None) => return None,
                Err(error) => return Some(error.to_string().into()),
            }
        }
    }

    /// What cannot be understood is not acknowledged: whoever sent it should hear of it again.
    fn frame(&mut self, bytes: &Bytes, received: &mut Received) {
        received.frames += 1;
        let read = Frame::read(bytes).and_then(|frame| match frame.kind {
            FrameKind::Update => update(&frame.payload, Millis(frame.timestamp)).map(Some),
            FrameKind::Acknowledgement | FrameKind::Other(_) => Ok(None),
        });
        match read {
            Ok(Some(update)) => {
                self.spoke(&update.callback.id);
                self.updates.push(update);
            }
            Ok(None) => received.ignored += 1,
            Err(reason) => received.puzzle(reason, bytes.clone()),
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
