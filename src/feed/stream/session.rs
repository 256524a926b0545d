//! One open socket: its frames, its health and its re-reads, until it is lost.

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, SinkExt};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::batch::Batch;

use super::raised;
use super::resync::Resync;
use crate::cloud::{Error, Listing, Socket, Urgency};
use crate::feed::health::{Health, Verdict};
use crate::feed::lock;
use crate::feed::shared::Shared;
use crate::feed::tally::LiveGuard;
use crate::model::UserId;
use crate::text::Text;

/// Why a session is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// An operator asked for quiet.
    Paused,
    /// The connection is gone, or no longer of use.
    Lost(Text),
}

/// An open stream.
pub(super) struct Session<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    socket: Socket,
    resync: Resync,
    read: Option<BoxFuture<'a, Result<Listing, Error>>>,
    /// When a read that failed is tried again, and how often it has failed.
    retry: Option<Instant>,
    failures: u32,
    health: Health,
    live: Option<LiveGuard<'a>>,
    was_live: bool,
    spoke: bool,
    batch: Batch<'a>,
}

enum Event {
    Paused,
    Read(Result<Listing, Error>),
    Reread,
    Tick,
    Frames(Option<Ended>),
}

impl<'a> Session<'a> {
    pub fn new(shared: &'a Shared, user: &'a UserId, socket: Socket) -> Self {
        Self {
            shared,
            user,
            socket,
            resync: Resync::default(),
            read: None,
            retry: None,
            failures: 0,
            health: Health::default(),
            live: None,
            was_live: false,
            spoke: false,
            batch: Batch::new(user),
        }
    }

    /// Whether this session has said that its user's rows are live.
    pub fn was_live(&self) -> bool {
        self.was_live
    }

    /// Whether it has told anything of its user's devices.
    pub fn spoke(&self) -> bool {
        self.spoke
    }

    /// Follows the socket to its end.
    pub async fn run(&mut self, reread: &Notify) -> Ended {
        let mut paused = self.shared.paused.subscribe();
        let mut tick = self.shared.tick.subscribe();
        self.shared.tally.opened(Instant::now());
        self.begin();
        loop {
            let event = tokio::select! {
                biased;
                () = raised(&mut paused) => Event::Paused,
                result = under_way(&mut self.read) => Event::Read(result),
                () = reread.notified() => Event::Reread,
                () = due(self.retry) => Event::Reread,
                Ok(()) = tick.changed() => Event::Tick,
                // Last, since a flood would leave nothing to those after it.
                ended = self.batch.fill(&mut self.socket, &mut self.resync) => Event::Frames(ended),
            };
            if let Some(ended) = self.handle(event) {
                return ended;
            }
        }
    }

    fn handle(&mut self, event: Event) -> Option<Ended> {
        match event {
            Event::Paused => {
                // A farewell if it can be said at once; the socket is dropped either way.
                let _ = self.socket.close(None).now_or_never();
                return Some(Ended::Paused);
            }
            Event::Read(result) => self.landed(result),
            Event::Reread => {
                if self.resync.wanted() {
                    self.start_read();
                }
            }
            Event::Tick => return self.examine(),
            Event::Frames(ended) => {
                self.health.heard();
                self.spoke |= self.batch.deliver(self.shared);
                return ended;
            }
        }
        None
    }

    /// Reads at once, or when the last read is no longer fresh: those who come back together were polled meanwhile, and are not
    /// read again all at once.
    fn begin(&mut self) {
        let fresh = self.shared.fresh();
        let read_at = {
            let mut roster = lock(&self.shared.roster);
            roster.reclaim(self.user);
            roster.read_at(self.user)
        };
        match read_at.map(|at| at + fresh) {
            Some(due) if due > Instant::now() => self.retry = Some(due),
            _ => self.start_read(),
        }
    }

    fn start_read(&mut self) {
        self.retry = None;
        self.resync.begin();
        let (shared, user) = (self.shared, self.user);
        self.read = Some(shared.read(user, Urgency::Resync).boxed());
    }

    fn landed(&mut self, result: Result<Listing, Error>) {
        self.read = None;
        match result {
            Ok(listing) => {
                self.failures = 0;
                self.shared.read_worked(self.user, &listing.faults);
                self.shared
                    .mailbox
                    .post(self.resync.land(self.user, listing.devices));
                self.go_live();
            }
            Err(error) => {
                self.live = None;
                self.resync.fail();
                self.failures = self.failures.saturating_add(1);
                self.retry = Some(Instant::now() + self.shared.timing.backoff(self.failures));
                self.shared.read_failed(self.user, &error);
            }
        }
        if self.resync.again() {
            self.start_read();
        }
    }

    fn go_live(&mut self) {
        self.was_live = true;
        if self.live.is_none() {
            let (guard, first) = self.shared.tally.live();
            self.live = Some(guard);
            // The budget that was kept for this read is free for others.
            self.shared.polls.notify_one();
            if first {
                self.shared.recover();
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
                // Queued, and sent as far as the socket takes it: a write that blocks must not keep us from noticing.
                let _ = self.socket.send(Message::Ping(Bytes::new())).now_or_never();
                crate::feed::gather::pinged();
                None
            }
            Verdict::Dead => Some(Ended::Lost(
                "it went silent, and a ping was not answered".into(),
            )),
        }
    }
}

/// The read under way; never when there is none.
async fn under_way(
    read: &mut Option<BoxFuture<'_, Result<Listing, Error>>>,
) -> Result<Listing, Error> {
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
