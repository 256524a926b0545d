//! Callbacks of the Platform API: read by a query, followed by the topics of their queues.
//!
//! The queues are read first, for their topics. Whenever topics become live, everything is read once more, because nothing
//! is stored for those who were away; what no topic carries is read every minute. The query does not tell everything of a
//! callback: the next ones due are read one by one for the rest, a few at a time.

mod coverage;
mod lately;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use self::coverage::Coverage;
use self::lately::{LAG, Lately};
use super::channels::{Heard, Hears, Rank, Wants};
use crate::cloud::platform::callbacks::event;
use crate::cloud::{CallbackListing, Error, QueueListing, Urgency};
use crate::feed::callbacks::{listed, tell};
use crate::feed::shared::Shared;
use crate::feed::task::done;
use crate::model::CallbackId;
use crate::model::callback::{Callback, Stream};
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::news::CallbackNews;

/// Between two reads of what no topic carries. A read is two requests or a few more.
const POLL: Duration = Duration::from_secs(60);

/// Between two reads of what topics carry: for what they should have told and did not.
const MAKE_SURE: Duration = Duration::from_secs(600);

/// Between two reads of the queues: who they are and when they are open changes rarely, and their room is not told here.
const QUEUES: Duration = Duration::from_secs(300);

/// Events taken at a time.
const BATCH: usize = 256;

/// Callbacks that are read one by one after each query.
const SINGLY: usize = 20;

/// Callbacks remembered as read one by one, so that none is read twice.
const REMEMBERED: usize = 10_000;

/// Follows callbacks until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>) {
    let (wants, inbox) = shared.channels.join("callbacks", Rank::Callbacks);
    let mut quiet = shared.quiet();
    let mut feed = CallbackFeed::new(&shared, wants);
    loop {
        if quiet.is_wished() {
            tell(&shared, CallbackNews::Stream(Stream::Paused));
            feed.rest();
            quiet.over().await;
        }
        tell(&shared, CallbackNews::Stream(Stream::Connecting));
        feed.start_queues(Urgency::Enumerate);
        feed.start_read(Urgency::Reread);
        tokio::select! {
            biased;
            () = quiet.wished() => {}
            () = feed.follow(&inbox) => {}
        }
    }
}

/// What is under way, and what is known of what is told.
struct CallbackFeed<'a> {
    shared: &'a Shared,
    wants: Wants,
    coverage: Coverage,
    lately: Lately,
    /// Whether a read has begun since topics became live.
    sure: bool,
    /// Read again once the read under way has landed: topics became live in between.
    again: bool,
    /// Whether topics have ceased to be live, and nothing has taken their place yet.
    gapped: bool,
    failures: u32,
    began: Instant,
    queues: Under<'a, Result<QueueListing, Error>>,
    read: Under<'a, Result<CallbackListing, Error>>,
    single: Under<'a, Vec<Callback>>,
    singly: HashSet<CallbackId>,
    next_queues: Instant,
    next_read: Instant,
}

/// Something under way; nothing is never done.
type Under<'a, T> = Option<BoxFuture<'a, T>>;

enum Event {
    Queues(Result<QueueListing, Error>),
    Read(Result<CallbackListing, Error>),
    Single(Vec<Callback>),
    WantQueues(Urgency),
    WantRead(Urgency),
    Heard(Vec<Heard>),
}

impl<'a> CallbackFeed<'a> {
    fn new(shared: &'a Shared, wants: Wants) -> Self {
        let now = Instant::now();
        Self {
            shared,
            wants,
            coverage: Coverage::default(),
            lately: Lately::default(),
            sure: false,
            again: false,
            gapped: false,
            failures: 0,
            began: now,
            queues: None,
            read: None,
            single: None,
            singly: HashSet::new(),
            next_queues: now + QUEUES,
            next_read: now + POLL,
        }
    }

    /// Lets go of what is under way.
    fn rest(&mut self) {
        (self.queues, self.read, self.single) = (None, None, None);
        (self.sure, self.again) = (false, false);
    }

    async fn follow(&mut self, inbox: &Hears) {
        loop {
            let (next_queues, next_read) = (self.next_queues, self.next_read);
            let event = tokio::select! {
                biased;
                queues = done(self.queues.as_mut()) => Event::Queues(queues),
                read = done(self.read.as_mut()) => Event::Read(read),
                single = done(self.single.as_mut()) => Event::Single(single),
                () = self.shared.queues.notified() => Event::WantQueues(Urgency::Reread),
                () = self.shared.callbacks.notified() => Event::WantRead(Urgency::Reread),
                () = sleep_until(next_queues) => Event::WantQueues(Urgency::Survey),
                () = sleep_until(next_read) => Event::WantRead(Urgency::Survey),
                // Last, since a flood would leave nothing to those before it.
                heard = inbox.next(BATCH) => Event::Heard(heard),
            };
            match event {
                Event::Queues(result) => self.queues_landed(result),
                Event::Read(result) => self.read_landed(result),
                Event::Single(read) => {
                    self.single = None;
                    tell(self.shared, CallbackNews::Completed(read));
                }
                Event::WantQueues(urgency) => self.start_queues(urgency),
                Event::WantRead(urgency) => self.start_read(urgency),
                Event::Heard(heard) => self.heard(heard).await,
            }
        }
    }

    fn start_queues(&mut self, urgency: Urgency) {
        self.next_queues = Instant::now() + QUEUES;
        let shared = self.shared;
        let read = async move {
            shared.mailbox.room().await;
            shared.client.queues(urgency).await
        };
        self.queues = Some(read.boxed());
    }

    fn start_read(&mut self, urgency: Urgency) {
        (self.sure, self.again) = (true, false);
        self.began = Instant::now();
        self.next_read = self.began + MAKE_SURE;
        let shared = self.shared;
        let read = async move {
            shared.mailbox.room().await;
            shared.client.callbacks(urgency).await
        };
        self.read = Some(read.boxed());
    }

    fn queues_landed(&mut self, result: Result<QueueListing, Error>) {
        self.queues = None;
        match result {
            Ok(listing) => {
                let topics = self
                    .coverage
                    .follow(listing.queues.iter().map(|queue| &queue.id));
                self.wants.set(topics);
                let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
                let queues = listing.queues;
                tell(self.shared, CallbackNews::Queues { queues, faults });
                self.tell_stream();
            }
            Err(error) => {
                let wait = self.shared.patience(&error, POLL);
                self.next_queues = Instant::now() + wait;
                tell(self.shared, CallbackNews::QueuesFailed(error.problem()));
                self.tell_stream();
            }
        }
    }

    fn read_landed(&mut self, result: Result<CallbackListing, Error>) {
        self.read = None;
        let now = Instant::now();
        match result {
            Ok(listing) => {
                self.failures = 0;
                if self.coverage.polls() {
                    self.next_read = now + POLL;
                }
                self.complete(&listing.callbacks);
                let spoken = self.lately.before(self.began);
                // What was learnt within the lag, the index may not know: it is not gone.
                let age = self.began.elapsed().saturating_add(LAG).as_millis();
                let age = i64::try_from(age).unwrap_or(i64::MAX);
                let began = Clock::Real.now().plus(age.saturating_neg());
                tell(self.shared, listed(listing, spoken, began));
                if self.again {
                    return self.start_read(Urgency::Reread);
                }
                self.tell_stream();
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let wait = self.shared.timing.backoff(self.failures);
                self.next_read = now + self.shared.patience(&error, wait);
                self.sure = false;
                tell(self.shared, CallbackNews::ReadFailed(error.problem()));
            }
        }
    }

    /// How what is shown comes about: only once a read that began after the topics were live has landed.
    fn tell_stream(&self) {
        let stream = if self.sure && self.read.is_none() {
            self.coverage.stream()
        } else {
            Stream::Connecting
        };
        tell(self.shared, CallbackNews::Stream(stream));
    }

    /// Reads the next callbacks due one by one, for what the query leaves out; each once.
    fn complete(&mut self, callbacks: &[Callback]) {
        if self.single.is_some() || self.singly.len() >= REMEMBERED {
            return;
        }
        let lacks = |one: &&Callback| {
            one.reason.is_none() && !one.status.over() && !self.singly.contains(&one.id)
        };
        let mut lacking: Vec<&Callback> = callbacks.iter().filter(lacks).collect();
        lacking.sort_by_key(|one| (one.time.is_none(), one.time));
        let ids: Vec<CallbackId> = lacking
            .iter()
            .take(SINGLY)
            .map(|one| one.id.clone())
            .collect();
        if ids.is_empty() {
            return;
        }
        self.singly.extend(ids.iter().cloned());
        let shared = self.shared;
        let read = async move {
            let mut read = Vec::with_capacity(ids.len());
            for id in ids {
                match shared.client.callback(&id, Urgency::Poll).await {
                    Ok(callback) => read.extend(callback),
                    // One that has ended meanwhile may be gone.
                    Err(error) => tracing::debug!(%error, "a callback could not be read"),
                }
            }
            read
        };
        self.single = Some(read.boxed());
    }

    async fn heard(&mut self, heard: Vec<Heard>) {
        self.shared.mailbox.room().await;
        let mut callbacks = Vec::new();
        let mut turned = false;
        for heard in heard {
            match heard {
                Heard::Event { body, .. } => callbacks.extend(self.event(&body)),
                Heard::Live(topics) => {
                    self.coverage.live(&topics);
                    self.again |= self.read.is_some();
                    (self.sure, turned, self.gapped) = (false, true, false);
                }
                Heard::Gap(topics) => {
                    self.coverage.gap(&topics);
                    (turned, self.gapped) = (true, true);
                }
                Heard::Uncovered(topics) => {
                    self.coverage.without(&topics);
                    // Whatever was missed is read now, and from here on every minute.
                    self.sure &= !std::mem::take(&mut self.gapped);
                    turned = true;
                }
                Heard::Refused(topic, why) => {
                    tracing::info!(%topic, %why, "a topic of callbacks is refused");
                    self.coverage.without(&[topic]);
                    turned = true;
                }
            }
        }
        if !callbacks.is_empty() {
            tell(self.shared, CallbackNews::Heard(callbacks));
        }
        if !turned {
            return;
        }
        if !self.sure && self.read.is_none() {
            self.start_read(Urgency::Reread);
        }
        if self.coverage.polls() {
            self.next_read = self.next_read.min(Instant::now() + POLL);
        }
        self.tell_stream();
    }

    fn event(&mut self, body: &[u8]) -> Option<Callback> {
        self.shared.tally.note(|notes| notes.received += 1);
        match event(body) {
            Ok(callback) => {
                self.again |= !self.lately.note(&callback.id, Instant::now());
                Some(callback)
            }
            Err(reason) => {
                self.shared.tally.note(|notes| notes.undecodable += 1);
                let reason = Text::from(reason);
                self.shared.keep_sample(&"callbacks".into(), reason, body);
                None
            }
        }
    }
}
