//! What waits for a room. A flood of events is cut, and told as a gap of what was cut: nothing is lost silently.

use std::collections::VecDeque;
use std::sync::Mutex;

use hashbrown::{HashMap, HashSet};
use tokio::sync::Notify;

use super::{Heard, Topic};
use crate::feed::lock;

/// Events that wait at most; some 2 KiB each.
const EVENTS: usize = 8_192;

/// Lists of topics that wait at most before they are folded into what became of each topic in the end.
const LISTS: usize = 256;

/// A room's queue: the channels put in, the room takes out.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Heard>,
    events: usize,
    lists: usize,
    /// Topics of which events were cut since the room was last told.
    cut: HashSet<Topic>,
    /// Events that were cut, ever.
    dropped: u64,
}

impl Inbox {
    /// Puts in one piece of news.
    pub fn push(&self, heard: Heard) {
        lock(&self.queue).push(heard);
        self.arrived.notify_one();
    }

    /// Puts in several under one lock. Returns how many events had to be cut.
    pub fn push_all(&self, heard: impl Iterator<Item = Heard>) -> u64 {
        let mut queue = lock(&self.queue);
        let before = queue.dropped;
        heard.for_each(|heard| queue.push(heard));
        let cut = queue.dropped - before;
        drop(queue);
        self.arrived.notify_one();
        cut
    }

    /// Waits for news and takes at most `most` of it.
    pub async fn next(&self, most: usize) -> Vec<Heard> {
        loop {
            let taken = lock(&self.queue).take(most);
            if !taken.is_empty() {
                return taken;
            }
            // A permit is kept for whoever comes late, so nothing is missed in between.
            self.arrived.notified().await;
        }
    }
}

impl Queue {
    fn push(&mut self, heard: Heard) {
        match &heard {
            Heard::Event { topic, .. } => {
                if self.events >= EVENTS {
                    self.cut(topic.clone());
                    return;
                }
                self.events += 1;
            }
            // Whatever this says of a topic, it comes after what was cut, and the room acts on it.
            Heard::Live(topics) | Heard::Gap(topics) | Heard::Uncovered(topics) => {
                self.lists += 1;
                for topic in topics {
                    self.cut.remove(topic);
                }
            }
            Heard::Refused(topic, _) => {
                self.cut.remove(topic);
            }
        }
        self.waiting.push_back(heard);
        if self.lists > LISTS {
            self.fold();
        }
    }

    fn cut(&mut self, topic: Topic) {
        self.dropped = self.dropped.saturating_add(1);
        self.cut.insert(topic);
    }

    fn take(&mut self, most: usize) -> Vec<Heard> {
        let count = most.min(self.waiting.len());
        let mut taken: Vec<Heard> = self.waiting.drain(..count).collect();
        for heard in &taken {
            match heard {
                Heard::Event { .. } => self.events -= 1,
                Heard::Refused(..) => {}
                Heard::Live(_) | Heard::Gap(_) | Heard::Uncovered(_) => self.lists -= 1,
            }
        }
        if self.waiting.is_empty() && !self.cut.is_empty() {
            let cut: Vec<Topic> = std::mem::take(&mut self.cut).into_iter().collect();
            taken.extend([Heard::Gap(cut.clone()), Heard::Live(cut)]);
        }
        taken
    }

    /// Leaves of everything that waits only how it ended: a room that takes nothing for hours holds each topic once.
    fn fold(&mut self) {
        let mut ends: HashMap<Topic, LastTold> = HashMap::new();
        let mut refused = Vec::new();
        for heard in std::mem::take(&mut self.waiting) {
            let (topics, end) = match heard {
                Heard::Event { topic, .. } => {
                    self.cut(topic);
                    continue;
                }
                Heard::Refused(..) => {
                    refused.push(heard);
                    continue;
                }
                Heard::Live(topics) => (topics, LastTold::Live),
                Heard::Gap(topics) => (topics, LastTold::Gap),
                Heard::Uncovered(topics) => (topics, LastTold::Uncovered),
            };
            for topic in topics {
                self.cut.remove(&topic);
                ends.insert(topic, end);
            }
        }
        let ended = |wanted: LastTold| {
            let ended = ends.iter().filter(move |(_, end)| **end == wanted);
            ended.map(|(topic, _)| topic.clone()).collect::<Vec<_>>()
        };
        let lists = [
            Heard::Gap(ends.keys().cloned().collect()),
            Heard::Live(ended(LastTold::Live)),
            Heard::Uncovered(ended(LastTold::Uncovered)),
        ];
        (self.events, self.lists) = (0, lists.len());
        self.waiting = lists.into_iter().chain(refused).collect();
    }
}

/// How a topic stood last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastTold {
    Live,
    Gap,
    Uncovered,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(topic: &str) -> Heard {
        Heard::Event {
            topic: Topic::from(topic),
            body: bytes::Bytes::new(),
        }
    }

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| Topic::from(*name)).collect()
    }

    #[test]
    fn a_flood_is_cut_and_told_as_a_gap_when_the_rest_is_taken() {
        let mut queue = Queue::default();
        (0..EVENTS).for_each(|_| queue.push(event("a")));
        queue.push(event("b"));
        queue.push(event("b"));
        assert_eq!(queue.dropped, 2);
        assert_eq!(queue.take(EVENTS - 1).len(), EVENTS - 1);
        let told = queue.take(9);
        assert_eq!(
            told,
            [
                event("a"),
                Heard::Gap(topics(&["b"])),
                Heard::Live(topics(&["b"]))
            ]
        );
        assert!(queue.take(9).is_empty());
        queue.push(event("b"));
        assert_eq!(queue.take(9), [event("b")], "there is room again");
    }

    #[test]
    fn a_gap_after_the_cut_is_not_undone_by_it() {
        let mut queue = Queue::default();
        (0..=EVENTS).for_each(|_| queue.push(event("a")));
        queue.push(Heard::Gap(topics(&["a"])));
        let told = queue.take(usize::MAX);
        assert_eq!(told.last(), Some(&Heard::Gap(topics(&["a"]))));
    }

    #[test]
    fn a_room_that_takes_nothing_holds_each_topic_once() {
        let mut queue = Queue::default();
        for _ in 0..10_000 {
            queue.push(event("a"));
            queue.push(Heard::Gap(topics(&["a", "b", "c"])));
            queue.push(Heard::Live(topics(&["a", "b"])));
            queue.push(Heard::Uncovered(topics(&["c"])));
            queue.push(Heard::Live(topics(&["b"])));
        }
        assert!(queue.waiting.len() < 2 * LISTS, "{}", queue.waiting.len());
        queue.fold();
        let mut told = queue.take(usize::MAX);
        for heard in &mut told {
            if let Heard::Gap(topics) | Heard::Live(topics) = heard {
                topics.sort();
            }
        }
        assert_eq!(
            told,
            [
                Heard::Gap(topics(&["a", "b", "c"])),
                Heard::Live(topics(&["a", "b"])),
                Heard::Uncovered(topics(&["c"])),
            ]
        );
        assert!(queue.dropped > 0);
    }
}
