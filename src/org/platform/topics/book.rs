//! The notification channels: whose each is, what it follows, how long it lives, and the sockets it is heard on.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use compact_str::CompactString;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

use super::{combined, frame};
use crate::org::auth::{Holder, TokenId};
use crate::org::text_socket::Push;

/// The most topics of one channel.
pub(in crate::org) const MOST_TOPICS: usize = 1_000;

/// The close code of a socket whose channel is over, or another's.
const NORMAL: u16 = 1000;

/// The close code of a socket whose token was revoked.
const POLICY_VIOLATION: u16 = 1008;

/// How far a socket may fall behind, in frames. Past it the socket is ended rather than left with a hole.
const BACKLOG: usize = 4_096;

/// A socket of a channel.
struct ChannelSender {
    number: u64,
    pushes: mpsc::Sender<Push>,
    /// It was told that it will be closed, and another may join it.
    leaving: bool,
}

/// One channel.
struct Channel {
    id: CompactString,
    owner: Option<usize>,
    token: TokenId,
    expires: Instant,
    /// When it was last used, as a count of all uses.
    used: u64,
    /// As they were asked for; a combined one is one.
    topics: BTreeSet<CompactString>,
    outlets: Vec<ChannelSender>,
}

impl Channel {
    fn send(&mut self, frame: &Utf8Bytes) {
        self.outlets.retain(|outlet| {
            let push = Push::Frame(frame.clone());
            outlet.pushes.try_send(push).is_ok()
        });
    }

    /// Tells of itself, whether it follows that or not.
    fn announce(&mut self, what: &str, reason: &str, message: &str) {
        let topic = format!("v2.system.{what}.{}", self.id);
        let body = json!({
            "channelId": self.id, "systemTopicType": what, "reason": reason, "message": message,
        });
        self.send(&frame(&topic, &body));
    }

    /// Ends its sockets; what was said before is heard first.
    fn hang_up(&mut self, code: u16) -> usize {
        let open = self.outlets.len();
        for outlet in self.outlets.drain(..) {
            // A full queue ends the socket as well: its sender is dropped here.
            let _ = outlet.pushes.try_send(Push::Close(code));
        }
        open
    }
}

/// A channel as its owner sees it.
#[derive(Clone, Debug)]
pub(in crate::org) struct ChannelInfo {
    pub(in crate::org) id: CompactString,
    /// How long it lives from now on, unless it is subscribed to again.
    pub(in crate::org) left: Duration,
}

/// A place at a channel, and what is pushed to it.
pub(in crate::org) struct JoinedSocket {
    pub(in crate::org) number: u64,
    pub(in crate::org) queue: mpsc::Receiver<Push>,
}

/// A channel that is not, or not for whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) struct UnknownChannel;

/// What became of topics that a channel was to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) enum Subscribed {
    All,
    /// It would follow too many, and follows what it did.
    TooMany,
}

/// Every single topic that these stand for, once.
fn singles(topics: &BTreeSet<CompactString>) -> BTreeSet<CompactString> {
    topics
        .iter()
        .flat_map(|topic| combined::each(topic))
        .collect()
}

/// Every channel.
#[derive(Default)]
pub(in crate::org) struct ChannelBook {
    channels: HashMap<u64, Channel>,
    ids: HashMap<CompactString, u64>,
    followers: HashMap<CompactString, Vec<u64>>,
    /// Counts channels, sockets and uses; each is a number of its own.
    count: u64,
}

impl ChannelBook {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Makes a channel that lives for `life`. A person, or a client by itself, has at most `most`: the next one takes the place of
    /// the one that was used longest ago, of those without a socket when there are any.
    pub(in crate::org) fn open(
        &mut self,
        holder: Holder,
        most: usize,
        life: Duration,
        now: Instant,
    ) -> ChannelInfo {
        self.expire(now);
        while self.of(holder.person).count() >= most {
            let oldest = self.of(holder.person).min_by_key(|(_, channel)| {
                let heard = !channel.outlets.is_empty();
                (heard, channel.used)
            });
            let Some(oldest) = oldest.map(|(number, _)| *number) else {
                break;
            };
            self.remove(oldest, NORMAL);
        }
        let number = self.next();
        let id = CompactString::from(format!("streaming-{}-{}", number % 8, Uuid::new_v4()));
        let channel = Channel {
            id: id.clone(),
            owner: holder.person,
            token: holder.id,
            expires: now + life,
            used: number,
            topics: BTreeSet::new(),
            outlets: Vec::new(),
        };
        self.ids.insert(id.clone(), number);
        self.channels.insert(number, channel);
        ChannelInfo { id, left: life }
    }

    fn of(&self, owner: Option<usize>) -> impl Iterator<Item = (&u64, &Channel)> {
        let all = self.channels.iter();
        all.filter(move |(_, channel)| channel.owner == owner)
    }

    /// The channels of a person, or of a client by itself, oldest first; those that one token opened, or all.
    pub(in crate::org) fn list(
        &mut self,
        holder: Holder,
        all: bool,
        now: Instant,
    ) -> Vec<ChannelInfo> {
        self.expire(now);
        let mut own: Vec<_> = self
            .of(holder.person)
            .filter(|(_, channel)| all || channel.token == holder.id)
            .collect();
        own.sort_by_key(|(number, _)| **number);
        let seen = own.into_iter().map(|(_, channel)| ChannelInfo {
            id: channel.id.clone(),
            left: channel.expires.saturating_duration_since(now),
        });
        seen.collect()
    }

    fn find(
        &mut self,
        id: &str,
        owner: Option<usize>,
        now: Instant,
    ) -> Result<&mut Channel, UnknownChannel> {
        self.expire(now);
        let used = self.next();
        let number = self.ids.get(id).ok_or(UnknownChannel)?;
        let channel = self.channels.get_mut(number).ok_or(UnknownChannel)?;
        if channel.owner != owner {
            return Err(UnknownChannel);
        }
        channel.used = used;
        Ok(channel)
    }

    /// Whether there is such a channel, of this owner.
    pub(in crate::org) fn is_open(&mut self, id: &str, owner: Option<usize>, now: Instant) -> bool {
        self.find(id, owner, now).is_ok()
    }

    /// What a channel follows, in order.
    pub(in crate::org) fn topics(
        &mut self,
        id: &str,
        owner: Option<usize>,
        now: Instant,
    ) -> Result<Vec<CompactString>, UnknownChannel> {
        let channel = self.find(id, owner, now)?;
        Ok(channel.topics.iter().cloned().collect())
    }

    /// Lets a channel follow `topics`, beside what it does or instead of it, and live for `life` from now on.
    pub(in crate::org) fn subscribe(
        &mut self,
        (id, owner): (&str, Option<usize>),
        topics: BTreeSet<CompactString>,
        replace: bool,
        (life, now): (Duration, Instant),
    ) -> Result<Subscribed, UnknownChannel> {
        let channel = self.find(id, owner, now)?;
        let mut wanted = topics;
        if !replace {
            wanted.extend(channel.topics.iter().cloned());
        }
        if wanted.len() > MOST_TOPICS {
            return Ok(Subscribed::TooMany);
        }
        channel.expires = now + life;
        let before = std::mem::replace(&mut channel.topics, wanted.clone());
        let number = self.ids.get(id).copied().ok_or(UnknownChannel)?;
        let (before, wanted) = (singles(&before), singles(&wanted));
        for topic in before.difference(&wanted) {
            self.unfollow(topic, number);
        }
        for topic in wanted.difference(&before) {
            let followers = self.followers.entry(topic.clone()).or_default();
            followers.push(number);
        }
        Ok(Subscribed::All)
    }

    fn unfollow(&mut self, topic: &str, number: u64) {
        if let Some(followers) = self.followers.get_mut(topic) {
            followers.retain(|follower| *follower != number);
            if followers.is_empty() {
                self.followers.remove(topic);
            }
        }
    }

    /// Whether any channel follows a topic.
    pub(super) fn is_followed(&self, topic: &str) -> bool {
        self.followers.contains_key(topic)
    }

    /// Sends a frame to the channels that follow a topic.
    pub(super) fn tell(&mut self, topic: &str, frame: &Utf8Bytes) {
        for number in self.followers.get(topic).into_iter().flatten() {
            if let Some(channel) = self.channels.get_mut(number) {
                channel.send(frame);
            }
        }
    }

    /// Adds a socket to a channel, whoever opens it: its address is the credential. One that is there already is told so
    /// and ended, unless it is about to leave.
    pub(in crate::org) fn join(
        &mut self,
        id: &str,
        alone: bool,
        now: Instant,
    ) -> Result<JoinedSocket, UnknownChannel> {
        self.expire(now);
        let number = self.next();
        let key = self.ids.get(id).ok_or(UnknownChannel)?;
        let channel = self.channels.get_mut(key).ok_or(UnknownChannel)?;
        channel.used = number;
        if channel
            .outlets
            .iter()
            .any(|outlet| alone || !outlet.leaving)
        {
            let message = "another socket opened this channel";
            channel.announce(
                "no_longer_subscribed",
                "another_channel_subscribed",
                message,
            );
            channel.hang_up(NORMAL);
        }
        let (pushes, queue) = mpsc::channel(BACKLOG);
        channel.outlets.push(ChannelSender {
            number,
            pushes,
            leaving: false,
        });
        Ok(JoinedSocket { number, queue })
    }

    /// Takes a socket out.
    pub(in crate::org) fn leave(&mut self, id: &str, socket: u64) {
        if let Some(channel) = self.by_id(id) {
            channel.outlets.retain(|outlet| outlet.number != socket);
        }
    }

    /// Notes that a socket is about to be closed.
    pub(in crate::org) fn leaving(&mut self, id: &str, socket: u64) {
        if let Some(channel) = self.by_id(id) {
            let mut outlets = channel.outlets.iter_mut();
            if let Some(outlet) = outlets.find(|outlet| outlet.number == socket) {
                outlet.leaving = true;
            }
        }
    }

    /// Sends a frame to one socket of a channel.
    pub(in crate::org) fn answer(&mut self, id: &str, socket: u64, frame: Utf8Bytes) {
        if let Some(channel) = self.by_id(id) {
            let mut outlets = channel.outlets.iter();
            if let Some(outlet) = outlets.find(|outlet| outlet.number == socket) {
                // One whose queue is full is ended by the next event.
                let _ = outlet.pushes.try_send(Push::Frame(frame));
            }
        }
    }

    fn by_id(&mut self, id: &str) -> Option<&mut Channel> {
        let number = self.ids.get(id)?;
        self.channels.get_mut(number)
    }

    /// When a channel ends unless it is subscribed to again.
    pub(in crate::org) fn expires(&mut self, id: &str, now: Instant) -> Option<Instant> {
        self.expire(now);
        self.by_id(id).map(|channel| channel.expires)
    }

    /// Whose channel it is; the socket knows its id alone.
    pub(in crate::org) fn owner(&mut self, id: &str) -> Result<Option<usize>, UnknownChannel> {
        self.by_id(id)
            .map(|channel| channel.owner)
            .ok_or(UnknownChannel)
    }

    /// Closes the sockets whose channel's token `chosen` picks, with this code, and says how many.
    pub(in crate::org) fn close(&mut self, code: u16, chosen: impl Fn(TokenId) -> bool) -> usize {
        let mut closed = 0;
        for channel in self.channels.values_mut() {
            if chosen(channel.token) {
                closed += channel.hang_up(code);
            }
        }
        closed
    }

    /// Ends the channels of tokens that were revoked; each is told so first. Says how many sockets that closed.
    pub(in crate::org) fn revoke(&mut self, revoked: impl Fn(TokenId) -> bool) -> usize {
        let mut ended = Vec::new();
        for (number, channel) in &mut self.channels {
            if revoked(channel.token) {
                let message = "the token of this channel was revoked";
                channel.announce("token_revoked", "user_tokens_revoked", message);
                ended.push(*number);
            }
        }
        let closed = ended
            .into_iter()
            .map(|number| self.remove(number, POLICY_VIOLATION));
        closed.sum()
    }

    /// How many channels there are, their topics, and their open sockets.
    pub(in crate::org) fn sizes(&self) -> (usize, usize, usize) {
        let all = self.channels.values();
        all.fold((0, 0, 0), |(channels, topics, sockets), channel| {
            let topics = topics + channel.topics.len();
            (channels + 1, topics, sockets + channel.outlets.len())
        })
    }

    fn expire(&mut self, now: Instant) {
        let over =
            |(number, channel): (&u64, &Channel)| (channel.expires <= now).then_some(*number);
        let ended: Vec<u64> = self.channels.iter().filter_map(over).collect();
        for number in ended {
            self.remove(number, NORMAL);
        }
    }

    /// Forgets a channel and ends its sockets; says how many.
    fn remove(&mut self, number: u64, code: u16) -> usize {
        let Some(mut channel) = self.channels.remove(&number) else {
            return 0;
        };
        self.ids.remove(&channel.id);
        for topic in &singles(&channel.topics) {
            self.unfollow(topic, number);
        }
        channel.hang_up(code)
    }
}
