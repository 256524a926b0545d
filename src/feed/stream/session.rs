//! One open socket: its frames and its health, until it is lost. The reader reads its user.

use futures_util::{FutureExt, SinkExt};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::batch::Batch;
use super::raised;
use crate::cloud::Socket;
use crate::feed::health::{Health, Verdict};
use crate::feed::lock;
use crate::feed::resync::Link;
use crate::feed::shared::Shared;
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
    socket: Socket,
    health: Health,
    batch: Batch<'a>,
    open: Open<'a>,
}

enum Event {
    Paused,
    Tick,
    Frames(Option<Ended>),
}

impl<'a> Session<'a> {
    pub fn new(shared: &'a Shared, user: &'a UserId, socket: Socket) -> Self {
        Self {
            shared,
            socket,
            health: Health::default(),
            batch: Batch::new(user),
            open: Open::of(shared, user),
        }
    }

    /// Ends it. Says whether its rows were live, and whether it had said anything.
    pub fn close(self) -> (bool, bool) {
        self.open.end()
    }

    /// Follows the socket to its end.
    pub async fn run(&mut self) -> Ended {
        let mut paused = self.shared.paused.subscribe();
        let mut tick = self.shared.tick.subscribe();
        loop {
            let event = tokio::select! {
                biased;
                () = raised(&mut paused) => Event::Paused,
                Ok(()) = tick.changed() => Event::Tick,
                // Last, since a flood would leave nothing to those before it.
                ended = self.batch.fill(&mut self.socket) => Event::Frames(ended),
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
                Some(Ended::Paused)
            }
            Event::Tick => self.examine(),
            Event::Frames(ended) => {
                self.health.heard();
                ended.or(self.batch.deliver(self.shared, &self.open.link))
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

/// The stream is open for as long as this lives, however its task ends.
struct Open<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    link: Link,
}

impl<'a> Open<'a> {
    fn of(shared: &'a Shared, user: &'a UserId) -> Self {
        let (link, now) = (Link::default(), Instant::now());
        shared.tally.opened(now);
        let fresh = shared.fresh();
        lock(&shared.roster).opened(user, Link::clone(&link), now, fresh);
        shared.polls.notify_one();
        Self { shared, user, link }
    }

    fn end(&self) -> (bool, bool) {
        let (was_live, heard) = lock(&self.link).close();
        if was_live {
            self.shared.tally.fell();
        }
        lock(&self.shared.roster).lost(self.user, &self.link);
        (was_live, heard)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
