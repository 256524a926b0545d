//! One channel: made, connected, lost, connected again, and made anew when it is gone.

use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashSet;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::session::{Ended, Session};
use super::{Hub, Standing, Topic};
use crate::cloud::platform::channels::Channel;
use crate::cloud::{Error, Socket};
use crate::feed::complaints;
use crate::feed::lock;
use crate::feed::news::{Problem, Trouble};
use crate::feed::shared::Shared;
use crate::feed::timing::jitter;
use crate::time::Clock;

/// After this many attempts that led to nothing the topics are told as uncovered, so that they are polled.
const LEND_AFTER: u32 = 3;

/// How often another application may take a channel before it is left to it.
const TAKEN_AT_MOST: u32 = 2;

/// Those who are woken by another's success spread over this time.
const RECOVERY_SPREAD: Duration = Duration::from_secs(1);

/// What is kept of a channel from one socket to the next.
pub(super) struct Line<'a> {
    pub shared: &'a Shared,
    pub hub: &'a Hub,
    pub wants: watch::Receiver<Arc<[Topic]>>,
    /// What the organisation has subscribed the channel to.
    pub subscribed: HashSet<Topic>,
    channel: Option<Channel>,
    /// Whether the channel may be gone: its last socket brought nothing.
    doubted: bool,
    /// Attempts since a socket was last healthy.
    attempt: u32,
    /// Attempts in a row that carried nothing.
    fruitless: u32,
    taken: u32,
}

/// Keeps one channel until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, wants: watch::Receiver<Arc<[Topic]>>) {
    let hub = Arc::clone(&shared.channels.0);
    let mut paused = shared.paused.subscribe();
    let mut line = Line {
        shared: &shared,
        hub: &hub,
        wants,
        subscribed: HashSet::new(),
        channel: None,
        doubted: false,
        attempt: 0,
        fruitless: 0,
        taken: 0,
    };
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        let opened = tokio::select! {
            biased;
            () = raised(&mut paused) => continue,
            opened = line.open() => opened,
        };
        let wait = match opened {
            Ok((channel, socket)) => line.follow(&channel, socket).await,
            Err(error) => Some(line.refused(&error)),
        };
        if let Some(wait) = wait {
            tokio::select! {
                () = raised(&mut paused) => {}
                () = line.rest(wait) => {}
            }
        }
    }
}

/// Waits until the feeds are paused.
pub(super) async fn raised(paused: &mut watch::Receiver<bool>) {
    if paused.wait_for(|paused| *paused).await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Line<'_> {
    /// A socket on the channel that there is, or on a new one.
    async fn open(&mut self) -> Result<(Channel, Socket), Error> {
        let client = &self.shared.client;
        if std::mem::take(&mut self.doubted)
            && let Some(channel) = &self.channel
            && !client.channel_lives(channel).await?
        {
            self.forget();
        }
        let channel = if let Some(channel) = &self.channel {
            channel.clone()
        } else {
            let made = client.make_channel().await?;
            self.subscribed.clear();
            self.taken = 0;
            self.channel = Some(made.clone());
            made
        };
        // The semaphore is never closed; without a permit the handshake would only be less polite.
        let _permit = self.shared.handshakes.acquire().await;
        let opened = client.open_channel(&channel).await;
        if let Err(error) = &opened
            && error
                .status()
                .is_some_and(|status| (400..500).contains(&status))
        {
            self.forget();
        }
        Ok((channel, opened?))
    }

    /// The next attempt begins with a new channel.
    fn forget(&mut self) {
        self.channel = None;
        self.subscribed.clear();
    }

    /// Follows a socket to its end. Returns how long to wait before the next; none when paused.
    async fn follow(&mut self, channel: &Channel, socket: Socket) -> Option<Duration> {
        let opened = Instant::now();
        let mut session = Session::new(self, channel, socket);
        let ended = session.run().await;
        let (heard, carried) = (session.heard(), session.leave());
        self.doubted = !heard;
        if carried {
            self.fruitless = 0;
        }
        if opened.elapsed() >= self.shared.timing.backoff_most {
            self.attempt = 0;
        }
        match ended {
            Ended::Paused => return None,
            Ended::Lost(reason) => {
                tracing::info!(channel = channel.name(), %reason, "channel lost");
            }
            Ended::Gone => self.forget(),
            Ended::Revoked => {
                self.forget();
                self.say("The token was revoked. The console signs in anew and makes new notification channels; rows are read again.");
            }
            Ended::Taken => self.was_taken(channel),
        }
        Some(self.next_wait(!carried))
    }

    /// Another application connected to our channel. That is not fought over: it may be another console of the same client.
    fn was_taken(&mut self, channel: &Channel) {
        self.taken += 1;
        if self.taken >= TAKEN_AT_MOST {
            let name = channel.name();
            self.say(&format!("Another connection took the notification channel {name} twice. It is left to it, and a new one is made; check what else uses this OAuth client."));
            self.forget();
        }
    }

    /// Tells a person, once in a while.
    pub(super) fn say(&self, text: &str) {
        let problem = Problem {
            trouble: Trouble::Partial,
            text: text.into(),
        };
        lock(&self.shared.complaints).note(complaints::Topic::Stream, problem);
        self.shared.tally.changed.notify_one();
    }

    /// A channel or a socket that was not had. Returns how long to wait before the next attempt.
    fn refused(&mut self, error: &Error) -> Duration {
        let refused = error.trouble() == Trouble::Forbidden;
        self.shared.complain(complaints::Topic::Stream, error);
        let wait = self.next_wait(true);
        if refused {
            self.lend();
            return self.shared.timing.refused_for;
        }
        wait.max(error.retry_after().unwrap_or_default())
    }

    fn next_wait(&mut self, fruitless: bool) -> Duration {
        self.attempt = self.attempt.saturating_add(1);
        if fruitless {
            self.fruitless = self.fruitless.saturating_add(1);
            if self.fruitless >= LEND_AFTER {
                self.lend();
            }
        }
        self.shared.timing.backoff(self.attempt)
    }

    /// What this channel should carry is for the rooms to poll, until it does.
    fn lend(&self) {
        let wanted = Arc::clone(&self.wants.borrow());
        self.hub.tell(wanted.iter(), &Standing::Uncovered);
    }

    /// Waits for the next attempt: its time, or another channel's success.
    async fn rest(&self, wait: Duration) {
        let ahead = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let at = Clock::Real.now().plus(ahead);
        let _told = self.shared.tally.attempt(at, self.attempt);
        tokio::select! {
            () = sleep(wait) => {}
            () = self.shared.recovered.notified() => sleep(jitter(RECOVERY_SPREAD.min(wait))).await,
        }
    }
}
