//! One channel: how it is made, connected and lost, until it is gone. That it is kept up is the supervisor's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hashbrown::HashSet;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::fold::Fold;
use super::session::{ChannelSession, SessionEnd};
use super::{Hub, Topic, TopicState};
use crate::cloud::platform::channels::Channel;
use crate::cloud::supervisor::{Connection, Ended, NotOpened, Quiet, Reconnect, Rest, supervise};
use crate::cloud::{Error, Socket};
use crate::feed::complaints::ProblemKind;
use crate::feed::lock;
use crate::feed::shared::Shared;
use crate::time::Clock;

/// How long a channel lives from its last subscription, where the organisation does not say.
const LIFE: Duration = Duration::from_secs(24 * 3_600);

/// How often another application may take a channel before it is left to it.
const TAKEN_AT_MOST: u32 = 2;

/// What a channel's task is given: its number among the others, what is wanted of it, and who hears of its end.
pub(super) struct Assignment {
    pub number: u64,
    pub wants: watch::Receiver<Arc<[Fold]>>,
    /// The channel, for whoever compares it with those of others.
    pub holds: Arc<Mutex<Option<Channel>>>,
    pub losing: mpsc::UnboundedSender<Loss>,
}

/// A channel that is gone, and its task with it.
pub(super) struct Loss {
    pub channel: u64,
    pub how: LossCause,
}

/// How a channel was lost.
pub(super) enum LossCause {
    /// The organisation knows it no more.
    Gone,
    /// Another socket took the channel of this name, again and again.
    Taken(String),
}

/// A channel that is kept, and who wants what of it.
pub(super) struct NotificationChannel<'a> {
    pub shared: &'a Shared,
    pub hub: &'a Hub,
    pub wants: watch::Receiver<Arc<[Fold]>>,
}

/// What is kept of a channel from one socket to the next.
pub(super) struct ChannelState {
    /// What the organisation has subscribed the channel to, by the names of the entries.
    pub subscribed: HashSet<Topic>,
    /// How long the channel lives from its last subscription, and until when that is.
    pub life: Duration,
    pub until: Instant,
    channel: Option<Channel>,
    holds: Arc<Mutex<Option<Channel>>>,
    /// Whether the channel may be gone: its last socket brought nothing.
    doubted: bool,
    taken: u32,
}

/// Keeps one channel until it is gone, or the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, assignment: Assignment) {
    let hub = Arc::clone(&shared.channels.0);
    let connection = NotificationChannel {
        shared: &shared,
        hub: &hub,
        wants: assignment.wants,
    };
    let mut kept = ChannelState {
        subscribed: HashSet::new(),
        life: LIFE,
        until: Instant::now(),
        channel: None,
        holds: assignment.holds,
        doubted: false,
        taken: 0,
    };
    let how = supervise(&connection, &mut kept, shared.quiet()).await;
    kept.forget();
    connection.lend();
    // Whoever hears of it ends this task; without anybody nothing is wanted either.
    let channel = assignment.number;
    let _ = assignment.losing.send(Loss { channel, how });
}

impl ChannelState {
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
}

impl Connection for NotificationChannel<'_> {
    type Open = (Channel, Box<Socket>);
    type Kept = ChannelState;
    type GivenUp = LossCause;

    fn name(&self) -> String {
        "notification channel".to_owned()
    }

    fn reconnect(&self) -> Reconnect {
        self.shared.timing.reconnect()
    }

    /// A socket on the channel that there is, or on a new one.
    async fn open(&self, kept: &mut ChannelState) -> Result<Self::Open, NotOpened<LossCause>> {
        let client = &self.shared.client;
        if kept.until <= Instant::now() {
            // Nobody has taken it: it was not subscribed to for a day.
            kept.forget();
        }
        if std::mem::take(&mut kept.doubted)
            && let Some(channel) = &kept.channel
            && !client.platform()?.channel_lives(channel).await?
        {
            return Err(NotOpened::GivenUp(LossCause::Gone));
        }
        let (channel, _turn) = if let Some(channel) = &kept.channel {
            (channel.clone(), None)
        } else {
            let turn = self.hub.making.lock().await;
            let made = client.platform()?.make_channel().await?;
            kept.subscribed.clear();
            let left = made.expires().map(|at| at.since(Clock::Real.now()));
            kept.life = left.map_or(LIFE, |left| Duration::from_millis(left).min(LIFE));
            kept.renewed();
            kept.keep(Some(made.clone()));
            (made, Some(turn))
        };
        // The semaphore is never closed; without a permit the handshake would only be less polite.
        let _permit = self.shared.handshakes.acquire().await;
        match client.platform()?.open_channel(&channel).await {
            Ok(socket) => Ok((channel, Box::new(socket))),
            // 401 and 403 are of the proxy before the organisation: a channel's address is its only credential.
            Err(error) if matches!(error.status(), Some(404 | 410)) => {
                Err(NotOpened::GivenUp(LossCause::Gone))
            }
            Err(error) => {
                let status = error.status();
                if status.is_some_and(|status| (400..500).contains(&status)) {
                    kept.forget();
                }
                Err(error.into())
            }
        }
    }

    async fn refused(&self, _: &mut ChannelState, error: &Error) {
        self.shared.complain(ProblemKind::Stream, error);
    }

    async fn follow(
        &self,
        kept: &mut ChannelState,
        (channel, socket): (Channel, Box<Socket>),
        quiet: &mut Quiet,
    ) -> Ended<LossCause> {
        let mut session = ChannelSession::new(self, kept, &channel, socket);
        let end = session.run(quiet).await;
        let (heard, live) = (session.heard(), session.leave());
        kept.doubted = !heard;
        let why = match end {
            SessionEnd::Paused => return Ended::Paused,
            SessionEnd::Gone => return Ended::GivenUp(LossCause::Gone),
            SessionEnd::Lost(why) => why,
            SessionEnd::Revoked => {
                kept.forget();
                self.shared.say(ProblemKind::Stream, "The token was revoked. The console signs in again and makes new notification channels; rows are read again.");
                "the token was revoked".into()
            }
            // Another socket is not fought: it may be another console of the same client. Once it may be an own that was thought
            // to be dead.
            SessionEnd::Taken => {
                kept.taken += 1;
                if kept.taken >= TAKEN_AT_MOST {
                    return Ended::GivenUp(LossCause::Taken(channel.name()));
                }
                "another socket took it".into()
            }
        };
        Ended::Lost { why, live }
    }

    /// What this channel should carry is for the rooms to poll, until it does.
    fn lend(&self) {
        let wanted = Arc::clone(&self.wants.borrow());
        let topics = wanted.iter().flat_map(Fold::topics);
        self.hub.tell(topics, &TopicState::Uncovered);
        self.shared.tally.lent();
    }

    async fn rest(&self, rest: &Rest) {
        let _told = self.shared.tally.attempt(rest.at, rest.attempt);
        self.shared.recovery(rest.wait).await;
    }
}
