//! One open channel: its subscriptions, its events, its health, and the second socket when the first is about to close.

mod subscribe;
mod takeover;

use std::collections::HashSet as StdHashSet;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hashbrown::HashSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

use super::channel::{ChannelState, NotificationChannel};
use super::fold::Fold;
use super::frame::{self, Frame};
use super::recent::{Recent, Which};
use super::{Topic, TopicState};
use crate::cloud::platform::channels::{Channel, Subscribe, Subscribed, TOPICS};
use crate::cloud::supervisor::frames::{self, Brought};
use crate::cloud::supervisor::{Quiet, Silence};
use crate::cloud::{Error, Socket};
use crate::feed::beat;
use crate::feed::complaints::ProblemKind;
use crate::feed::received::Received;
use crate::feed::tally::LiveGuard;
use crate::feed::task::{done, until};
use crate::text::Text;

/// Why a session is over.
#[derive(Debug)]
pub(super) enum SessionEnd {
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

/// What became of a subscription, and what the channel is told to follow since where that was to be looked up.
type Answered = (Subscribed, Option<StdHashSet<String>>);

type Subscribing<'a> = BoxFuture<'a, Result<Answered, Error>>;

/// An open channel.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a sign of its own; no two make a state together"
)]
pub(super) struct ChannelSession<'s, 'a> {
    connection: &'s NotificationChannel<'a>,
    state: &'s mut ChannelState,
    channel: &'s Channel,
    socket: Box<Socket>,
    /// The socket that is about to close, until it has: what it still brings counts.
    old: Option<(Box<Socket>, Instant)>,
    /// The socket that is to take over.
    opening: Option<BoxFuture<'a, Result<Box<Socket>, Error>>>,
    reopen: Option<Instant>,
    /// Whether the organisation says that the second socket has the channel: the first may end then, and nothing is missed.
    yielded: bool,
    /// Whether the first socket has ended so.
    over: bool,
    /// What both sockets may bring, while there are two.
    recent: Option<Recent>,
    /// What is to be subscribed to, and every topic of it.
    entries: Vec<Fold>,
    wanted: HashSet<Topic>,
    /// Topics that were told as live.
    carried: HashSet<Topic>,
    /// The subscription under way, and what it asks for.
    subscribing: Option<(Subscribing<'a>, Subscribe, Vec<Fold>)>,
    /// Entries that are asked for in one call: fewer once one was refused for its size.
    most: usize,
    /// When a subscription that failed is tried again, and how often it has.
    retry: Option<Instant>,
    failures: u32,
    renew: Instant,
    silence: Silence,
    live: Option<LiveGuard<'a>>,
    heard: bool,
    was_live: bool,
    events: Vec<(Topic, Bytes)>,
}

enum Event {
    Paused,
    Wants,
    Subscribed(Result<Answered, Error>),
    Retry,
    Opened(Result<Box<Socket>, Error>),
    Reopen,
    Beat(Instant),
    Old(Brought),
    Frames(Brought),
}

impl<'s, 'a> ChannelSession<'s, 'a> {
    /// A session on an open socket of `channel`.
    pub fn new(
        connection: &'s NotificationChannel<'a>,
        state: &'s mut ChannelState,
        channel: &'s Channel,
        socket: Box<Socket>,
    ) -> Self {
        let left = state.until.saturating_duration_since(Instant::now());
        Self {
            connection,
            state,
            channel,
            socket,
            old: None,
            opening: None,
            reopen: None,
            yielded: false,
            over: false,
            recent: None,
            entries: Vec::new(),
            wanted: HashSet::new(),
            carried: HashSet::new(),
            subscribing: None,
            most: TOPICS,
            retry: None,
            failures: 0,
            renew: renewal(left),
            silence: Silence::new(Instant::now()),
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
        self.connection
            .hub
            .tell(self.carried.iter(), &TopicState::Gap);
        self.was_live
    }

    /// Follows the channel to the end of its last socket.
    pub async fn run(&mut self, quiet: &mut Quiet) -> SessionEnd {
        let shared = self.connection.shared;
        let mut beats = shared.tick.subscribe();
        let mut wants = self.connection.wants.clone();
        wants.mark_unchanged();
        self.take_wants();
        loop {
            let event = tokio::select! {
                biased;
                () = quiet.wished() => Event::Paused,
                Ok(()) = wants.changed() => Event::Wants,
                result = done(self.subscribing.as_mut().map(|(answer, ..)| answer)) => Event::Subscribed(result),
                () = until(self.retry) => Event::Retry,
                opened = done(self.opening.as_mut()) => Event::Opened(opened),
                () = until(self.reopen) => Event::Reopen,
                Ok(()) = beats.changed() => Event::Beat(*beats.borrow()),
                // Last, since a flood would leave nothing to those after it; the older socket's are the older events.
                brought = frames::take(self.old.as_mut().map(|(old, _)| &mut **old)) => Event::Old(brought),
                brought = frames::take(Some(&mut *self.socket).filter(|_| !self.over)) => Event::Frames(brought),
            };
            if let Some(ended) = self.handle(event) {
                return ended;
            }
        }
    }

    fn handle(&mut self, event: Event) -> Option<SessionEnd> {
        match event {
            Event::Paused => {
                frames::close_now(&mut self.socket);
                return Some(SessionEnd::Paused);
            }
            Event::Wants => self.take_wants(),
            Event::Subscribed(result) => return self.landed(result),
            Event::Retry => self.subscribe(),
            Event::Opened(result) => return self.take_over(result),
            Event::Reopen => self.open_second(),
            Event::Beat(since) => return self.look(since),
            Event::Old(brought) => {
                if brought.ended.is_some() {
                    self.old = None;
                }
                self.read(brought, true);
                if self.old.is_none() {
                    self.end_overlap();
                }
            }
            Event::Frames(brought) => {
                self.heard = true;
                self.silence.heard(Instant::now());
                return self.read(brought, false);
            }
        }
        None
    }

    /// Reads what a socket brought and hands the events on.
    fn read(&mut self, brought: Brought, old: bool) -> Option<SessionEnd> {
        let mut received = Received::default();
        let mut ended = None;
        for frame in brought.frames {
            if let Message::Text(text) = frame {
                ended = ended.or(self.understand(&text, old, &mut received));
            } else {
                received.frames += 1;
                received.puzzle("a binary frame".into(), frame.into_data());
            }
        }
        self.hand_on();
        let channel = self.channel;
        received.note(self.connection.shared, || {
            Text::from(format!("channel {}", channel.name()))
        });
        match brought.ended {
            Some(_) if !old && self.yielded => {
                self.over = true;
                ended
            }
            Some(reason) if !old => ended.or(Some(SessionEnd::Lost(reason))),
            _ => ended,
        }
    }

    fn hand_on(&mut self) {
        for (room, cut) in self.connection.hub.deliver(&mut self.events) {
            let text = format!(
                "{cut} events of {room} came faster than they could be taken; what they were of is read again."
            );
            self.connection.shared.say(ProblemKind::Stream, text);
        }
    }

    /// There is one socket again.
    fn end_overlap(&mut self) {
        if let Some(recent) = self.recent.take() {
            self.events.extend(recent.left());
            self.hand_on();
        }
    }

    fn understand(
        &mut self,
        text: &Utf8Bytes,
        old: bool,
        received: &mut Received,
    ) -> Option<SessionEnd> {
        let frame = frame::decode(text);
        // What only says that the channel lives is nothing that happened.
        received.frames += u64::from(frame != Frame::Beat);
        match frame {
            Frame::Event { topic, body } => match self.wanted.get(topic.as_ref()) {
                Some(topic) => {
                    let by = if old { Which::First } else { Which::Second };
                    let recent = self.recent.as_mut();
                    let is_new =
                        recent.is_none_or(|recent| recent.is_new(topic, &body, by, Instant::now()));
                    if is_new {
                        self.events.push((topic.clone(), body));
                    }
                }
                None => received.ignored += 1,
            },
            Frame::Beat => {}
            Frame::Other => received.ignored += 1,
            Frame::Undecodable(reason) => received.puzzle(reason, text.clone().into()),
            // What the old socket says of itself is known.
            Frame::Closing | Frame::Taken if old => {}
            Frame::Closing => self.open_second(),
            // Our own second socket takes the channel as another's would.
            Frame::Taken if self.opening.is_some() => self.yielded = true,
            Frame::Taken => return Some(SessionEnd::Taken),
            Frame::Revoked => return Some(SessionEnd::Revoked),
        }
        None
    }

    /// At every beat: is the other side there; a day that ends is begun anew.
    fn look(&mut self, since: Instant) -> Option<SessionEnd> {
        let (timing, now) = (&self.connection.shared.timing, Instant::now());
        if self.old.as_ref().is_some_and(|(_, until)| now >= *until) {
            self.old = None;
            self.end_overlap();
        }
        if now >= self.renew {
            self.renew_subscription();
        }
        let ping = || frames::send_now(&mut self.socket, Message::text(frame::PING));
        beat::look(&mut self.silence, since, timing, ping).map(SessionEnd::Lost)
    }
}

/// A moment well before a subscription ends, drawn so that channels that were made together are not renewed together.
fn renewal(lifetime: Duration) -> Instant {
    Instant::now() + lifetime.mul_f64(0.5 + fastrand::f64() / 4.0)
}
