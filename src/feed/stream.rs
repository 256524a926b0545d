//! One user's stream: opened, followed, lost, opened again.

mod batch;
mod session;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use super::complaints::Topic;
use super::lock;
use super::news::{News, Trouble};
use super::shared::Shared;
use super::timing::jitter;
use crate::cloud::{Error, Socket};
use crate::model::UserId;
use crate::time::Clock;
use session::{Ended, Session};

/// After this many attempts without a stream the poller takes over; at once when nothing is known of the user.
const LEND_AFTER: u32 = 3;
/// Those who are woken by another's success spread over this time.
const RECOVERY_SPREAD: Duration = Duration::from_secs(1);

/// Keeps one user's stream until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, user: UserId, retry: Arc<Notify>) {
    let mut follower = Follower {
        shared: &shared,
        user: &user,
        retry: &retry,
        attempt: 0,
        fruitless: 0,
    };
    let mut paused = shared.paused.subscribe();
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        let wait = tokio::select! {
            biased;
            () = raised(&mut paused) => continue,
            // In a box: a handshake needs many times the memory of a stream that is open.
            opened = Box::pin(open(&shared, &user)) => match opened {
                Ok(socket) => follower.follow(socket).await,
                Err(error) => Some(follower.refused(&error)),
            },
        };
        if let Some(wait) = wait {
            tokio::select! {
                () = raised(&mut paused) => {}
                () = follower.rest(wait) => {}
            }
        }
    }
}

/// Waits until the feeds are paused.
async fn raised(paused: &mut watch::Receiver<bool>) {
    if paused.wait_for(|paused| *paused).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn open(shared: &Shared, user: &UserId) -> Result<Socket, Error> {
    // The semaphore is never closed; without a permit the handshake would only be less polite.
    let _permit = shared.handshakes.acquire().await;
    shared.opening.turn(shared.timing.stream_gap).await;
    shared.client.open_registrations(user).await
}

struct Follower<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    retry: &'a Notify,
    /// Attempts since the stream was last healthy.
    attempt: u32,
    /// Attempts in a row that led to no live stream.
    fruitless: u32,
}

impl Follower<'_> {
    /// Follows an open stream to its end. Returns how long to wait before the next; none when paused.
    async fn follow(&mut self, socket: Socket) -> Option<Duration> {
        let opened = Instant::now();
        let mut session = Session::new(self.shared, self.user, socket);
        let ended = session.run().await;
        let (was_live, heard) = session.close();
        if was_live || heard {
            self.shared.mailbox.post(News::Gap {
                user: self.user.clone(),
            });
        }
        if was_live {
            self.fruitless = 0;
            if opened.elapsed() >= self.shared.timing.healthy_after {
                self.attempt = 0;
            }
        }
        match ended {
            Ended::Paused => None,
            Ended::Lost(reason) => {
                tracing::info!(user = %self.user, %reason, "stream lost");
                Some(self.next_wait(!was_live))
            }
        }
    }

    /// A stream that did not open. Returns how long to wait before the next attempt.
    fn refused(&mut self, error: &Error) -> Duration {
        let refused = is_refusal(error);
        self.shared.complain(Topic::Stream, error);
        self.shared.tally.refused(refused);
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
            let awaited = lock(&self.shared.roster).is_awaited(self.user);
            if awaited || self.fruitless >= LEND_AFTER {
                self.lend();
            }
        }
        self.shared.timing.backoff(self.attempt)
    }

    fn lend(&self) {
        lock(&self.shared.roster).lend(self.user);
        self.shared.polls.notify_one();
    }

    /// Waits for the next attempt: its time, another stream's success, or a person who asks.
    async fn rest(&self, wait: Duration) {
        let at = Clock::Real
            .now()
            .plus(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let _told = self.shared.tally.attempt(at, self.attempt);
        tokio::select! {
            () = sleep(wait) => {}
            () = self.retry.notified() => {}
            () = self.shared.recovered.notified() => sleep(jitter(RECOVERY_SPREAD.min(wait))).await,
        }
    }
}

/// Whether asking again soon is pointless: the organisation answered, and it was no.
fn is_refusal(error: &Error) -> bool {
    error.trouble() == Trouble::Forbidden
        || matches!(error.status(), Some(status @ 400..=499) if !matches!(status, 401 | 408 | 429))
}
