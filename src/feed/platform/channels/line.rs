//! One channel: made, connected, lost, and connected again, until it is gone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hashbrown::HashSet;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::session::{Ended, Session};
use super::{Hub, Standing, Topic};
use crate::cloud::platform::channels::Channel;
use crate::cloud::{Error, Socket};
use crate::feed::complaints;
use crate::feed::lock;
use crate::feed::shared::Shared;
use crate::feed::timing::jitter;
use crate::time::Clock;
use crate::vocabulary::problem::{Problem, Trouble};

/// How long a channel lives from its last subscription, where the organisation does not say.
const LIFE: Duration = Duration::from_secs(24 * 3_600);

/// How often another application may take a channel before it is left to it.
const TAKEN_AT_MOST: u32 = 2;

/// Those who are woken by another's success spread over this time.
const RECOVERY_SPREAD: Duration = Duration::from_secs(1);

/// Where a line stands among the others.
pub(super) struct Place {
    pub number: u64,
    pub wants: watch::Receiver<Arc<[Topic]>>,
    /// The channel, for whoever compares it with those of others.
    pub holds: Arc<Mutex<Option<Channel>>>,
    pub losing: mpsc::UnboundedSender<Loss>,
}

/// A channel that is gone, and its line with it.
pub(super) struct Loss {
    pub line: u64,
    pub how: How,
}

/// How a channel was lost.
pub(super) enum How {
    /// The organisation knows it no more.
    Gone,
    /// Another socket took the channel of this name, again and again.
    Taken(String),
}

/// What is kept of a channel from one socket to the next.
pub(super) struct Line<'a> {
    pub shared: &'a Shared,
    pub hub: &'a Hub,
    pub wants: watch::Receiver<Arc<[Topic]>>,
    /// What the organisation has subscribed the channel to.
    pub subscribed: HashSet<Topic>,
    /// How long the channel lives from its last subscription, and until when that is.
    pub life: Duration,
    pub until: Instant,
    channel: Option<Channel>,
    holds: Arc<Mutex<Option<Channel>>>,
    /// Whether the channel may be gone: its last socket brought nothing.
    doubted: bool,
    /// Attempts since a socket was last healthy.
    attempt: u32,
    taken: u32,
}

/// What is next once a socket has ended, or was not had.
enum Next {
    /// Another attempt, once nobody asks for quiet.
    Again,
    Wait(Duration),
    Lost(How),
}

/// Why there is no socket.
enum Miss {
    /// The channel is gone.
    Gone,
    Failed(Error),
}

impl From<Error> for Miss {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Keeps one channel until it is gone, or the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, place: Place) {
    let hub = Arc::clone(&shared.channels.0);
    let mut paused = shared.paused.subscribe();
    let mut line = Line {
        shared: &shared,
        hub: &hub,
        wants: place.wants,
        subscribed: HashSet::new(),
        life: LIFE,
        until: Instant::now(),
        channel: None,
        holds: place.holds,
        doubted: false,
        attempt: 0,
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
        let next = match opened {
            Ok((channel, socket)) => line.follow(&channel, socket).await,
            Err(Miss::Gone) => Next::Lost(How::Gone),
            Err(Miss::Failed(error)) => Next::Wait(line.refused(&error)),
        };
        match next {
            Next::Again => {}
            Next::Wait(wait) => tokio::select! {
                () = raised(&mut paused) => {}
                () = line.rest(wait) => {}
            },
            Next::Lost(how) => {
                line.forget();
                line.lend();
                // Whoever hears of it ends this task; without anybody nothing is wanted either.
                let line = place.number;
                let _ = place.losing.send(Loss { line, how });
                return;
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
    /// A socket on the channel that there is, or on a new one. What has none within [`Timing::lend_after`](crate::feed::Timing) is
    /// polled meanwhile.
    async fn open(&mut self) -> Result<(Channel, Socket), Miss> {
        let (hub, shared, wants) = (self.hub, self.shared, self.wants.clone());
        let too_long = async {
            sleep(shared.timing.lend_after).await;
            lend(shared, hub, &wants);
            std::future::pending().await
        };
        tokio::select! {
            opened = self.connect() => opened,
            never = too_long => never,
        }
    }

    async fn connect(&mut self) -> Result<(Channel, Socket), Miss> {
        let client = &self.shared.client;
        if self.until <= Instant::now() {
            // Nobody has taken it: it was not subscribed to for a day.
            self.forget();
        }
        if std::mem::take(&mut self.doubted)
            && let Some(channel) = &self.channel
            && !client.channel_lives(channel).await?
        {
            return Err(Miss::Gone);
        }
        let (channel, _turn) = if let Some(channel) = &self.channel {
            (channel.clone(), None)
        } else {
            let turn = self.hub.making.lock().await;
            let made = client.make_channel().await?;
            self.subscribed.clear();
            let left = made.expires().map(|at| at.since(Clock::Real.now()));
            self.life = left.map_or(LIFE, |left| Duration::from_millis(left).min(LIFE));
            self.renewed();
            self.keep(Some(made.clone()));
            (made, Some(turn))
        };
        // The semaphore is never closed; without a permit the handshake would only be less polite.
        let _permit = self.shared.handshakes.acquire().await;
        match client.open_channel(&channel).await {
            Ok(socket) => Ok((channel, socket)),
            // 401 and 403 are of the proxy before the organisation: a channel's address is its only credential.
            Err(error) if matches!(error.status(), Some(404 | 410)) => Err(Miss::Gone),
            Err(error) => {
                if error
                    .status()
                    .is_some_and(|status| (400..500).contains(&status))
                {
                    self.forget();
                }
                Err(error.into())
            }
        }
    }

    /// The channel was subscribed to: its day begins anew.
    pub fn renewed(&mut self) {
        self.until = Instant::now() + self.life;
    }

    /// The next attempt begins with a new channel.
    fn forget(&mut self) {
        self.keep(None);
        self.subscribed.clear();
    }

    fn keep(&mut self, channel: Option<Channel>) {
        (*lock(&self.holds)).clone_from(&channel);
        self.channel = channel;
    }

    /// Follows a socket to its end.
    async fn follow(&mut self, channel: &Channel, socket: Socket) -> Next {
        let opened = Instant::now();
        let mut session = Session::new(self, channel, socket);
        let ended = session.run().await;
        let (heard, carried) = (session.heard(), session.leave());
        self.doubted = !heard;
        if opened.elapsed() >= self.shared.timing.backoff_most {
            self.attempt = 0;
        }
        match ended {
            Ended::Paused => return Next::Again,
            Ended::Lost(reason) => {
                tracing::info!(channel = channel.name(), %reason, "channel lost");
            }
            Ended::Gone => return Next::Lost(How::Gone),
            Ended::Revoked => {
                self.forget();
                self.say("The token was revoked. The console signs in anew and makes new notification channels; rows are read again.");
            }
            // Another socket is not fought: it may be another console of the same client. Once it may be an own that was thought
            // to be dead.
            Ended::Taken => {
                self.taken += 1;
                if self.taken >= TAKEN_AT_MOST {
                    return Next::Lost(How::Taken(channel.name()));
                }
            }
        }
        Next::Wait(self.next_wait(!carried))
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
        self.shared.complain(complaints::Topic::Stream, error);
        let wait = self.next_wait(true);
        if error.trouble() == Trouble::Forbidden {
            return self.shared.timing.refused_for;
        }
        wait.max(error.retry_after().unwrap_or_default())
    }

    /// How long to wait before the next attempt. After a fruitless one the rooms poll, and after any when the wait is long.
    fn next_wait(&mut self, fruitless: bool) -> Duration {
        self.attempt = self.attempt.saturating_add(1);
        let wait = self.shared.timing.backoff(self.attempt);
        if fruitless || wait > self.shared.timing.lend_after {
            self.lend();
        }
        wait
    }

    fn lend(&self) {
        lend(self.shared, self.hub, &self.wants);
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

/// What this channel should carry is for the rooms to poll, until it does.
fn lend(shared: &Shared, hub: &Hub, wants: &watch::Receiver<Arc<[Topic]>>) {
    let wanted = Arc::clone(&wants.borrow());
    hub.tell(wanted.iter(), &Standing::Uncovered);
    shared.tally.lent();
}
