//! How a connection is kept up: opened, followed, lost, rested after, and opened again.
//!
//! The streams of registrations, the notification channels, the stream of callbacks and the transfer socket differ in what they
//! say, and not in how they are kept. That part is [`supervise`], once for all of them and for whatever comes next: it counts
//! the attempts, waits between them, forgets them after a healthy time, honours what a refusal asks for, and says when others
//! should do the connection's work meanwhile. What is particular to one kind is its [`Connection`]: how it opens, how it is
//! followed to its end, who does its work, and when it is given up.
//!
//! ```text
//! open ──► follow ──► lost ──► rest ──► open …
//!   └─► refused ────────┘  └─► lend: nobody waits for what does not come
//! ```
//!
//! Whether the other side of an open one is still there is for [`Silence`] to say, and what a socket brings is taken by
//! [`frames`].

pub mod frames;
mod quiet;
mod silence;

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

pub use self::quiet::Quiet;
pub use self::silence::{Liveness, Silence};
use super::Error;
use crate::text::Text;
use crate::time::{Clock, Millis};

/// When a connection is tried again, and when others do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// The ceiling of the first wait; it doubles from there.
    pub least: Duration,
    /// The highest ceiling of a wait.
    pub most: Duration,
    /// A connection that was live this long starts again with the first wait.
    pub healthy_after: Duration,
    /// What is not open for this long is lent, whatever becomes of the attempt: an upgrade can hang as well as fail.
    pub lend_after: Duration,
    /// How long a connection that was refused for good is left alone.
    pub refused_for: Duration,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            least: Duration::from_secs(1),
            most: Duration::from_secs(30),
            healthy_after: Duration::from_secs(120),
            lend_after: Duration::from_secs(2),
            refused_for: Duration::from_secs(300),
        }
    }
}

impl Reconnect {
    /// The wait before attempt number `attempt`, counting from 1: anywhere below a ceiling that doubles, so that what was lost
    /// together does not come back together.
    #[must_use]
    pub fn wait(&self, attempt: u32) -> Duration {
        let doubled = 2u32.saturating_pow(attempt.saturating_sub(1));
        jitter(self.least.saturating_mul(doubled).min(self.most))
    }
}

/// Anywhere from nothing to `most`.
#[must_use]
pub fn jitter(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

/// Why a connection did not open.
#[derive(Debug)]
pub enum NotOpened<G> {
    /// This time; it is tried again.
    Refused(Error),
    /// It never will.
    GivenUp(G),
}

impl<G> From<Error> for NotOpened<G> {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Why an open connection is over.
#[derive(Debug)]
pub enum Ended<G> {
    /// An operator asked for quiet.
    Paused,
    /// It is gone, or no longer of use, and is opened again.
    Lost {
        /// Why.
        why: Text,
        /// Whether it was of use while it lasted.
        live: bool,
    },
    /// It is not opened again.
    GivenUp(G),
}

/// The wait between two attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How long it is.
    pub wait: Duration,
    /// When it is over.
    pub at: Millis,
    /// The attempts since the connection was last healthy.
    pub attempt: u32,
    /// Why there is no connection.
    pub why: Text,
}

/// What is particular to one kind of connection. [`supervise`] calls one method at a time; only [`lend`](Self::lend) may come
/// while it opens.
pub trait Connection: Sync {
    /// An open one. Whoever keeps thousands puts it into a box: a future holds room for it at each of its stages.
    type Open: Send;
    /// What outlives one connection and is of use to the next.
    type Kept: Send;
    /// Why it is given up; `Infallible` where it never is.
    type GivenUp: Send;

    /// How the log calls it.
    fn name(&self) -> String;

    /// How patient it is.
    fn reconnect(&self) -> Reconnect;

    /// Opens it. Where it is not always wanted, this is also where it waits until it is.
    fn open(
        &self,
        kept: &mut Self::Kept,
    ) -> impl Future<Output = Result<Self::Open, NotOpened<Self::GivenUp>>> + Send;

    /// It did not open: whoever should know is told.
    fn refused(&self, kept: &mut Self::Kept, error: &Error) -> impl Future<Output = ()> + Send;

    /// Follows an open one to its end. The gap is told before this returns; at a wish for quiet it returns at once.
    fn follow(
        &self,
        kept: &mut Self::Kept,
        open: Self::Open,
        quiet: &mut Quiet,
    ) -> impl Future<Output = Ended<Self::GivenUp>> + Send;

    /// What it carries is for others to carry until it is open again: it takes long to open, brought nothing, or rests for long.
    fn lend(&self) {}

    /// When another of its kind was last opened: a queue of handshakes that moves is waited for before anything is lent.
    fn last_opened(&self) -> Option<Instant> {
        None
    }

    /// A rest begins: tells of it, and returns when the next attempt need not wait for its end.
    fn rest(&self, rest: &Rest) -> impl Future<Output = ()> + Send;

    /// An operator's quiet begins.
    fn paused(&self) {}
}

/// Keeps a connection up until it is given up; the task that does may be ended from outside at any time.
pub async fn supervise<C: Connection>(
    connection: &C,
    kept: &mut C::Kept,
    mut quiet: Quiet,
) -> C::GivenUp {
    let mut attempt = 0u32;
    loop {
        if quiet.is_wished() {
            connection.paused();
            attempt = 0;
            quiet.over().await;
        }
        let opened = tokio::select! {
            biased;
            () = quiet.wished() => continue,
            // In a box: a handshake needs many times the memory of a connection that is open.
            opened = Box::pin(open(connection, kept)) => opened,
        };
        let (why, live, asked) = match opened {
            Opened::Refused(why, asked) => (why, false, asked),
            Opened::GivenUp(why) => return why,
            Opened::Open(open) => {
                let begun = Instant::now();
                match connection.follow(kept, open, &mut quiet).await {
                    Ended::Paused => continue,
                    Ended::GivenUp(why) => return why,
                    Ended::Lost { why, live } => {
                        tracing::info!(connection = %connection.name(), %why, "lost");
                        if live && begun.elapsed() >= connection.reconnect().healthy_after {
                            attempt = 0;
                        }
                        (why, live, Duration::ZERO)
                    }
                }
            }
        };
        attempt = attempt.saturating_add(1);
        let wait = connection.reconnect().wait(attempt).max(asked);
        if !live || wait > connection.reconnect().lend_after {
            connection.lend();
        }
        let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let at = Clock::Real.now().plus(ms);
        let rest = Rest {
            wait,
            at,
            attempt,
            why,
        };
        tokio::select! {
            biased;
            () = quiet.wished() => {}
            () = connection.rest(&rest) => {}
            () = sleep(wait) => {}
        }
    }
}

enum Opened<O, G> {
    Open(O),
    /// Why not, and how long to wait at least.
    Refused(Text, Duration),
    GivenUp(G),
}

async fn open<C: Connection>(connection: &C, kept: &mut C::Kept) -> Opened<C::Open, C::GivenUp> {
    let opened = tokio::select! {
        biased;
        opened = connection.open(kept) => opened,
        never = lend_in_time(connection) => never,
    };
    match opened {
        Ok(open) => Opened::Open(open),
        Err(NotOpened::GivenUp(why)) => Opened::GivenUp(why),
        Err(NotOpened::Refused(error)) => {
            connection.refused(kept, &error).await;
            let asked = if error.refuses() {
                connection.reconnect().refused_for
            } else {
                error.retry_after().unwrap_or_default()
            };
            Opened::Refused(error.problem().text, asked)
        }
    }
}

/// Lends once opening takes too long; never done.
async fn lend_in_time<C: Connection, T>(connection: &C) -> T {
    let patience = connection.reconnect().lend_after;
    let mut until = Instant::now() + patience;
    loop {
        sleep_until(until).await;
        match connection.last_opened() {
            Some(last) if last + patience > Instant::now() => until = last + patience,
            _ => break connection.lend(),
        }
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests;
