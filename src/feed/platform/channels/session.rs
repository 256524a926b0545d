//! One open channel: its subscriptions, its events, its health, and the second socket when the first is about to close.

mod subscribe;
mod takeover;

use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, SinkExt};
use hashbrown::HashSet;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

use super::frame::{self, Frame};
use super::line::{Line, raised};
use super::recent::Recent;
use super::socket::{self, Taken};
use super::{Standing, Topic};
use crate::cloud::platform::channels::{Channel, Subscribe, Subscribed};
use crate::cloud::{Error, Socket};
use crate::feed::health::{Health, Verdict};
use crate::feed::tally::LiveGuard;
use crate::text::Text;

/// Undecodable frames of one turn that are kept for inspection.
const KEPT: usize = 4;

/// Why a session is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// An operator asked for quiet.
    Paused,
    /// The connection is gone; the channel and its subscriptions are not.
    Lost(Text),
    /// The organisation knows the channel no more.
    Gone,
    /// Another socket took the channel.
    Taken,
    /// The token is revoked, and the channel with it.
    Revoked,
}

type Subscribing<'a> = BoxFuture<'a, Result<Subscribed, Error>>;

/// An open channel.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a sign of its own; no two make a state together"
)]
pub(super) struct Session<'s, 'a> {
    line: &'s mut Line<'a>,
    channel: &'s Channel,
    socket: Socket,
    /// The socket that is about to close, until it has: what it still brings counts.
    old: Option<(Socket, Instant)>,
    /// The socket that is to take over.
    opening: Option<BoxFuture<'a, Result<Socket, Error>>>,
    reopen: Option<Instant>,
    /// Whether the organisation says that the second socket has the channel: the first may end then, and nothing is missed.
    yielded: bool,
    /// Whether the first socket has ended so.
    over: bool,
    /// What both sockets may bring, while there are two.
    recent: Option<Recent>,
    wanted: HashSet<Topic>,
    /// Topics that were told as live.
    carried: HashSet<Topic>,
    /// The subscription under way, and what it asks for.
    subscribing: Option<(Subscribing<'a>, Subscribe, Vec<Topic>)>,
    /// When a subscription that failed is tried again, and how often it has.
    retry: Option<Instant>,
    failures: u32,
    renew: Instant,
    health: Health,
    live: Option<LiveGuard<'a>>,
    heard: bool,
    was_live: bool,
    events: Vec<(Topic, Bytes)>,
}

enum Event {
    Paused,
    Wants,
    Subscribed(Result<Subscribed, Error>),
    Retry,
    Opened(Box<Result<Socket, Error>>),
    Reopen,
    Tick,
    Old(Taken),
    Frames(Taken),
}

impl<'s, 'a> Session<'s, 'a> {
    /// A session on an open socket of `channel`.
    pub fn new(line: &'s mut Line<'a>, channel: &'s Channel, socket: Socket) -> Self {
        let left = line.until.saturating_duration_since(Instant::now());
        Self {
            line,
            channel,
            socket,
            old: None,
            opening: None,
            reopen: None,
            yielded: false,
            over: false,
            recent: None,
            wanted: HashSet::new(),
            carried: HashSet::new(),
            subscribing: None,
            retry: None,
            failures: 0,
            renew: renewal(left),
            health: Health::default(),
            live: None,
            heard: false,
            was_live: false,
            events: Vec::new(),
        }
    }

    /// Whether anything at all was heard.
    pub fn heard(&self) -> bool {
        self.heard
    }

    /// Tells the gap. Says whether there was anything to lose.
    pub fn leave(self) -> bool {
        self.line.hub.tell(self.carried.iter(), &Standing::Gap);
        self.was_live
    }

    /// Follows the channel to the end of its last socket.
    pub async fn run(&mut self) -> Ended {
        let shared = self.line.shared;
        let (mut paused, mut tick) = (shared.paused.subscribe(), shared.tick.subscribe());
        let mut wants = self.line.wants.clone();
        self.take_wants();
        loop {
            let event = tokio::select! {
                biased;
                () = raised(&mut paused) => Event::Paused,
                Ok(()) = wants.changed() => Event::Wants,
                result = subscribed(&mut self.subscribing) => Event::Subscribed(result),
                () = due(self.retry) => Event::Retry,
                opened = takeover::opened(&mut self.opening) => Event::Opened(Box::new(opened)),
                () = due(self.reopen) => Event::Reopen,
                Ok(()) = tick.changed() => Event::Tick,
                // Last, since a flood would leave nothing to those after it; the older socket's are the older events.
                taken = socket::take(self.old.as_mut().map(|(old, _)| old)) => Event::Old(taken),
                taken = socket::take(Some(&mut self.socket).filter(|_| !self.over)) => Event::Frames(taken),
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
            Event::Wants => self.take_wants(),
            Event::Subscribed(result) => return self.landed(result),
            Event::Retry => self.subscribe(),
            Event::Opened(result) => return self.take_over(*result),
            Event::Reopen => self.open_second(),
            Event::Tick => return self.examine(),
            Event::Old(taken) => {
                if taken.ended.is_some() {
                    self.old = None;
                }
                self.read(taken, true);
                if self.old.is_none() {
                    self.recent = None;
                }
            }
            Event::Frames(taken) => {
                self.heard = true;
                self.health.heard();
                return self.read(taken, false);
            }
        }
        None
    }

    /// Reads what a socket brought and hands the events on.
    fn read(&mut self, mut taken: Taken, old: bool) -> Option<Ended> {
        let mut turn = Turn {
            received: taken.binary.len() as u64,
            ..Turn::default()
        };
        let mut ended = None;
        for frame in &taken.frames {
            ended = ended.or(self.understand(frame, old, &mut turn));
        }
        let binary = taken.binary.drain(..);
        turn.puzzles
            .extend(binary.map(|bytes| ("a binary frame".into(), bytes)));
        for (room, cut) in self.line.hub.deliver(&mut self.events) {
            let text = format!(
                "{cut} events of {room} came faster than they could be taken; what they were of is read again."
            );
            self.line.say(&text);
        }
        self.tell(turn);
        match taken.ended {
            Some(_) if !old && self.yielded => {
                self.over = true;
                ended
            }
            Some(reason) if !old => ended.or(Some(Ended::Lost(reason))),
            _ => ended,
        }
    }

    fn understand(&mut self, text: &Utf8Bytes, old: bool, turn: &mut Turn) -> Option<Ended> {
        let frame = frame::decode(text);
        // What only says that the channel lives is nothing that happened.
        turn.received += u64::from(frame != Frame::Beat);
        match frame {
            Frame::Event { topic, body } => match self.wanted.get(topic.as_ref()) {
                Some(topic) => {
                    let recent = self.recent.as_mut();
                    if recent.is_none_or(|recent| recent.is_new(topic.raw(), &body)) {
                        self.events.push((topic.clone(), body));
                    }
                }
                None => turn.ignored += 1,
            },
            Frame::Beat => {}
            Frame::Other => turn.ignored += 1,
            Frame::Undecodable(reason) => turn.puzzles.push((reason, text.clone().into())),
            // What the old socket says of itself is known.
            Frame::Closing | Frame::Taken if old => {}
            Frame::Closing => self.open_second(),
            // Our own second socket takes the channel as another's would.
            Frame::Taken if self.opening.is_some() => self.yielded = true,
            Frame::Taken => return Some(Ended::Taken),
            Frame::Revoked => return Some(Ended::Revoked),
        }
        None
    }

    fn tell(&self, turn: Turn) {
        if turn.received == 0 {
            return;
        }
        let shared = self.line.shared;
        shared.tally.note(|notes| {
            notes.received += turn.received;
            notes.undecodable += turn.puzzles.len() as u64;
            notes.ignored += turn.ignored;
        });
        let stream = Text::from(format!("channel {}", self.channel.name()));
        for (reason, frame) in turn.puzzles.into_iter().take(KEPT) {
            shared.keep_sample(&stream, reason, &frame);
        }
    }

    /// At every tick: silence asks for a ping, and a ping without an answer is the end; a day that ends is begun anew.
    fn examine(&mut self) -> Option<Ended> {
        let (timing, now) = (&self.line.shared.timing, Instant::now());
        if self.old.as_ref().is_some_and(|(_, until)| now >= *until) {
            (self.old, self.recent) = (None, None);
        }
        if now >= self.renew {
            self.renew_subscription();
        }
        match self.health.examine(now, timing.tick, timing.deadline) {
            Verdict::Fine => None,
            Verdict::Ping => {
                // Queued, and sent as far as the socket takes it: a write that blocks must not keep us from noticing.
                let _ = self.socket.send(Message::text(frame::PING)).now_or_never();
                crate::feed::gather::pinged();
                None
            }
            Verdict::Dead => Some(Ended::Lost(
                "it went silent, and a ping was not answered".into(),
            )),
        }
    }
}

/// What one turn at a socket came to, beside its events.
#[derive(Default)]
struct Turn {
    received: u64,
    ignored: u64,
    puzzles: Vec<(Text, Bytes)>,
}

/// A moment well before a subscription ends, drawn so that channels that were made together are not renewed together.
fn renewal(lifetime: Duration) -> Instant {
    Instant::now() + lifetime.mul_f64(0.5 + fastrand::f64() / 4.0)
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The answer to the subscription under way; never when there is none.
async fn subscribed(
    subscribing: &mut Option<(Subscribing<'_>, Subscribe, Vec<Topic>)>,
) -> Result<Subscribed, Error> {
    match subscribing {
        Some((answer, ..)) => answer.await,
        None => std::future::pending().await,
    }
}
