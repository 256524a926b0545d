//! The stream of callbacks (contract §10): followed without a gap, acknowledged once the loop has taken an update in.
//!
//! `run` keeps the one stream, as `stream` keeps those of registrations: open, read what there is, follow, and after a
//! loss again. Of every update the loop says in [`Taken`] whether it is in the table; only then does the session, which
//! alone writes to the socket, acknowledge it. What was not acknowledged the organisation delivers again after a
//! reconnect, so an update that is lost anywhere on the way comes back.
//!
//! Updates on their way to the loop are bounded by `WINDOW`: with so many not taken in, the socket is not read, and the
//! organisation has to wait. So nothing is dropped here, unlike updates of registrations, which a re-read makes up for.

mod queues;
mod reader;
mod session;
mod writer;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep};

pub(super) use self::queues::run as queues;
use self::session::{Ended, Session};
use super::shared::Shared;
use crate::cloud::{CallbackListing, Error};
use crate::model::CallbackId;
use crate::model::callback::Stream;
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::CallbackNews;
use crate::vocabulary::news::News;
use crate::vocabulary::news::Taken;

/// Updates that the loop has not taken in yet; at some 400 bytes each, 3 MiB.
const WINDOW: u32 = 8_192;

/// What the loop has taken in, on its way to the session. Bounded by the window: nobody acknowledges what was not delivered.
#[derive(Debug)]
pub(super) struct Acknowledge {
    to: mpsc::UnboundedSender<Vec<Text>>,
    window: Arc<Semaphore>,
}

/// The session's end of it.
#[derive(Debug)]
pub(super) struct Acknowledgements {
    from: mpsc::UnboundedReceiver<Vec<Text>>,
    window: Arc<Semaphore>,
}

/// Both ends.
pub(super) fn acknowledgements() -> (Acknowledge, Acknowledgements) {
    let (to, from) = mpsc::unbounded_channel();
    let window = Arc::new(Semaphore::new(WINDOW as usize));
    let acknowledge = Acknowledge {
        to,
        window: Arc::clone(&window),
    };
    (acknowledge, Acknowledgements { from, window })
}

impl Acknowledge {
    /// Hands over what was taken in, and lets as many further updates come.
    pub fn send(&self, taken: Taken) {
        self.window.add_permits(taken.count as usize);
        if !taken.correlations.is_empty() {
            // Without callbacks to follow nobody is there.
            let _ = self.to.send(taken.correlations);
        }
    }
}

/// Keeps the stream until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, mut acknowledgements: Acknowledgements) {
    let mut paused = shared.paused.subscribe();
    let mut attempt = 0;
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        tell(&shared, CallbackNews::Stream(Stream::Connecting));
        let opened = Instant::now();
        let ended = tokio::select! {
            biased;
            () = raised(&mut paused) => Ended::Paused,
            opened = shared.client.open_callbacks() => match opened {
                Ok(socket) => Session::new(&shared, &mut acknowledgements).run(socket).await,
                Err(error) => session::refused(&shared, &error).await,
            },
        };
        match ended {
            Ended::Paused => {
                tell(&shared, CallbackNews::Stream(Stream::Paused));
                attempt = 0;
            }
            Ended::Lost { why, wait } => {
                if opened.elapsed() >= shared.timing.healthy_after {
                    attempt = 0;
                }
                attempt += 1;
                let wait = shared.timing.backoff(attempt).max(wait);
                tracing::info!(%why, "callbacks stream lost");
                rest(&shared, &mut paused, wait, attempt, why).await;
            }
        }
    }
}

/// Waits for the next attempt: its time, a person who asks, or quiet.
async fn rest(
    shared: &Shared,
    paused: &mut watch::Receiver<bool>,
    wait: Duration,
    attempt: u32,
    why: Text,
) {
    let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let at = Clock::Real.now().plus(ms);
    tell(
        shared,
        CallbackNews::Stream(Stream::Waiting { at, attempt, why }),
    );
    tokio::select! {
        () = sleep(wait) => {}
        () = shared.callbacks.notified() => {}
        () = raised(paused) => {}
    }
}

/// Waits until the feeds are paused.
pub(super) async fn raised(paused: &mut watch::Receiver<bool>) {
    if paused.wait_for(|paused| *paused).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A read that worked.
pub(super) fn listed(
    listing: CallbackListing,
    spoken: HashSet<CallbackId>,
    began: Millis,
) -> CallbackNews {
    CallbackNews::Listed {
        callbacks: listing.callbacks,
        spoken,
        began,
        faults: listing.faults.into_iter().map(|fault| fault.0).collect(),
    }
}

pub(super) fn tell(shared: &Shared, told: CallbackNews) {
    shared.mailbox.post(News::Callbacks(Box::new(told)));
}

/// An organisation that has no callbacks, or does not show them to us, changes its mind rarely.
pub(super) fn patience(shared: &Shared, error: &Error) -> Duration {
    if error.lasting() {
        shared.timing.refused_for
    } else {
        error.retry_after().unwrap_or_default()
    }
}
