//! One user's stream: opened, followed, lost, opened again.

mod batch;
mod session;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use super::complaints::Topic;
use super::lock;
use super::shared::Shared;
use super::timing::jitter;
use crate::cloud::{Error, Socket};
use crate::model::UserId;
use crate::time::Clock;
use crate::vocabulary::news::News;
use crate::vocabulary::problem::Trouble;
use session::{Ended, Session};

/// Those who are woken by another's success spread over this time.
const RECOVERY_SPREAD: Duration = Duration::from_secs(1);

/// Keeps one user's stream until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, user: UserId, retry: Arc<Notify>) {
    let mut follower = Follower {
        shared: &shared,
        user: &user,
        retry: &retry,
        attempt: 0,
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
            opened = Box::pin(follower.open()) => match opened {
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

struct Follower<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    retry: &'a Notify,
    /// Attempts since the stream was last healthy.
    attempt: u32,
}

impl Follower<'_> {
    /// Opens the stream. Whoever has none within [`Timing::lend_after`](super::Timing::lend_after) is polled meanwhile; a queue of
    /// handshakes that moves is waited for.
    async fn open(&self) -> Result<Socket, Error> {
        let (shared, begun) = (self.shared, Instant::now());
        let patience = shared.timing.lend_after;
        let opening = async {
            // The semaphore is never closed; without a permit the handshake would only be less polite.
            let _permit = shared.handshakes.acquire().await;
            shared.opening.turn(shared.timing.stream_gap).await;
            shared.client.open_registrations(self.user).await
        };
        let too_long = async {
            let mut until = begun + patience;
            loop {
                tokio::time::sleep_until(until).await;
                match shared.tally.last_opened() {
                    Some(opened) if opened + patience > Instant::now() => until = opened + patience,
                    _ => break self.lend(),
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            opened = opening => opened,
            never = too_long => never,
        }
    }

    /// Follows an open stream to its end. Returns how long to wait before the next; none when paused.
    async fn follow(&mut self, socket: Socket) -> Option<Duration> {
        let opened = Instant::now();
        let mut session = Session::new(self.shared, self.user, socket);
        let ended = session.run().await;
        let (was_live, spoke) = session.close();
        if was_live || spoke {
            self.shared.mailbox.post(News::Gap {
                user: self.user.clone(),
            });
        }
        if was_live && opened.elapsed() >= self.shared.timing.healthy_after {
            self.attempt = 0;
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
        self.shared.complain(Topic::Stream, error);
        let wait = self.next_wait(true);
        if is_refusal(error) {
            return self.shared.timing.refused_for;
        }
        wait.max(error.retry_after().unwrap_or_default())
    }

    /// How long to wait before the next attempt. After a fruitless one the poller takes over, and after any when the wait is long.
    fn next_wait(&mut self, fruitless: bool) -> Duration {
        self.attempt = self.attempt.saturating_add(1);
        let wait = self.shared.timing.backoff(self.attempt);
        if fruitless || wait > self.shared.timing.lend_after {
            self.lend();
        }
        wait
    }

    fn lend(&self) {
        let fresh = self.shared.fresh();
        lock(&self.shared.roster).lend(self.user, Instant::now(), fresh);
        self.shared.tally.lent();
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
