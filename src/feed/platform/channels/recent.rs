//! Events heard twice: while one socket takes a channel over from another, both may bring the same one.
//!
//! What an event says may come again: a browser that is connected, fails and is connected says the same twice, and the second time is
//! news. So an event is heard twice only where *the other* socket brought one like it that was not matched yet, a moment ago.
//! What the first socket brought before the second was there matches nothing, and may be taken for what the second brings:
//! whatever happened, the second one's last word on each topic holds once the first is gone.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::time::Duration;

use hashbrown::{DefaultHashBuilder, HashMap};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Bytes;

use super::Topic;

/// How much later one socket may bring what the other one has brought.
const LATER: Duration = Duration::from_secs(3);

/// Kinds of events remembered; an overlap lasts seconds.
const REMEMBERED: usize = 4_096;

/// Which of the two sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The one that is about to close.
    First,
    /// The one that takes over, and before that the only one.
    Second,
}

/// The events of an overlap, as hashes.
#[derive(Debug, Default)]
pub(super) struct Recent {
    hasher: DefaultHashBuilder,
    /// By event, when which socket brought it and the other one did not.
    alone: HashMap<u64, VecDeque<(Instant, Which)>>,
    /// More kinds than this are looked through for those that are over: twice as many as were left last time.
    room: usize,
    /// What was handed on last of each topic.
    told: HashMap<Topic, u64>,
    /// What the second socket brought last of each topic.
    last: HashMap<Topic, (u64, Bytes)>,
}

impl Recent {
    /// Whether this event is new; it is remembered.
    pub fn is_new(&mut self, topic: &Topic, body: &Bytes, by: Which, now: Instant) -> bool {
        let hash = self.hasher.hash_one((topic, body));
        if by == Which::Second {
            self.last.insert(topic.clone(), (hash, body.clone()));
        }
        let alone = self.alone.entry(hash).or_default();
        alone.retain(|(at, _)| now.duration_since(*at) <= LATER);
        if let Some((_, other)) = alone.front()
            && *other != by
        {
            alone.pop_front();
            return false;
        }
        alone.push_back((now, by));
        self.told.insert(topic.clone(), hash);
        if self.alone.len() > self.room.max(REMEMBERED) {
            let fresh = |(at, _): &(Instant, Which)| now.duration_since(*at) <= LATER;
            self.alone
                .retain(|_, alone| alone.back().is_some_and(fresh));
            self.room = self.alone.len() * 2;
        }
        true
    }

    /// What was the only socket until now is the first one, and another the second.
    pub fn turn(&mut self) {
        for alone in self.alone.values_mut() {
            alone.retain(|(_, by)| *by == Which::Second);
            for (_, by) in alone {
                *by = Which::First;
            }
        }
        self.last.clear();
    }

    /// The first socket is gone: events of the second that were taken for its, and say something else than what was handed on last.
    pub fn left(self) -> impl Iterator<Item = (Topic, Bytes)> {
        let Self { told, last, .. } = self;
        last.into_iter().filter_map(move |(topic, (hash, body))| {
            let is_told = told.get(&topic) == Some(&hash);
            (!is_told).then_some((topic, body))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Bytes = Bytes::from_static(b"up");
    const DOWN: Bytes = Bytes::from_static(b"down");

    fn topic() -> Topic {
        "v2.users.u-1.persistentconnection".into()
    }

    #[test]
    fn what_both_bring_is_new_once_and_what_one_says_again_is_new_again() {
        let (mut recent, topic, now) = (Recent::default(), topic(), Instant::now());
        let mut new = |body, by| recent.is_new(&topic, &body, by, now);
        for body in [UP, DOWN, UP] {
            assert!(new(body.clone(), Which::First));
            assert!(!new(body, Which::Second));
        }
        // Or all of one before the other.
        for body in [DOWN, UP, DOWN] {
            assert!(new(body, Which::Second));
        }
        for body in [DOWN, UP, DOWN] {
            assert!(!new(body, Which::First));
        }
        assert_eq!(recent.left().next(), None);
    }

    #[test]
    fn while_there_is_one_socket_everything_is_new() {
        let (mut recent, topic, now) = (Recent::default(), topic(), Instant::now());
        for body in [UP, DOWN, UP, UP] {
            assert!(recent.is_new(&topic, &body, Which::Second, now));
        }
    }

    /// The first says nothing any more once the second is there.
    #[test]
    fn the_last_word_of_the_second_holds() {
        let (mut recent, topic, now) = (Recent::default(), topic(), Instant::now());
        assert!(recent.is_new(&topic, &UP, Which::Second, now));
        assert!(recent.is_new(&topic, &DOWN, Which::Second, now));
        recent.turn();
        // News, and taken for what the first has brought.
        assert!(!recent.is_new(&topic, &UP, Which::Second, now));
        let left: Vec<(Topic, Bytes)> = recent.left().collect();
        assert_eq!(left, [(topic, UP)]);
    }

    #[test]
    fn what_comes_again_later_is_new() {
        let (mut recent, topic, now) = (Recent::default(), topic(), Instant::now());
        assert!(recent.is_new(&topic, &UP, Which::First, now));
        let later = now + LATER + Duration::from_millis(1);
        assert!(recent.is_new(&topic, &UP, Which::Second, later));
    }
}
