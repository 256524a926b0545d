//! What is told of which queues: by topics, by reads every so often, or by neither just now.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::platform::callbacks::topic;
use crate::feed::platform::channels::Topic;
use crate::model::QueueId;
use crate::model::callback::Stream;

/// Queues followed at most; as many as are kept.
const MOST: usize = 1_000;

/// How a queue's callbacks are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A topic has yet to carry them, or carries them no more.
    Pending,
    /// By their topic.
    Topic,
    /// By reads: no channel has room for the topic, or the organisation does not give it to us.
    Reads,
}

/// The queues and how each is followed.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    ways: BTreeMap<Topic, (QueueId, Way)>,
}

impl Coverage {
    /// Follows these queues from now on, and says the topics that are wanted for it.
    pub fn follow<'a>(&mut self, queues: impl Iterator<Item = &'a QueueId>) -> Vec<Topic> {
        let mut ways = BTreeMap::new();
        for queue in queues.take(MOST) {
            let topic = Topic::from(topic(queue));
            let way = self.ways.get(&topic).map_or(Way::Pending, |(_, way)| *way);
            ways.insert(topic, (queue.clone(), way));
        }
        self.ways = ways;
        self.ways.keys().cloned().collect()
    }

    /// Topics carry what happens from now on.
    pub fn live(&mut self, topics: &[Topic]) {
        self.turn(topics, Way::Topic);
    }

    /// Topics carry nothing for now.
    pub fn gap(&mut self, topics: &[Topic]) {
        self.turn(topics, Way::Pending);
    }

    /// Topics will carry nothing.
    pub fn without(&mut self, topics: &[Topic]) {
        self.turn(topics, Way::Reads);
    }

    fn turn(&mut self, topics: &[Topic], way: Way) {
        for topic in topics {
            if let Some((_, known)) = self.ways.get_mut(topic) {
                *known = way;
            }
        }
    }

    /// Whether anything is told by reads alone.
    pub fn polls(&self) -> bool {
        self.ways.is_empty() || self.ways.values().any(|(_, way)| *way == Way::Reads)
    }

    /// How that shows, once a read has filled the gap before it.
    pub fn stream(&self) -> Stream {
        let ways = || self.ways.values();
        if ways().any(|(_, way)| *way == Way::Pending) {
            return Stream::Connecting;
        }
        let read = ways().filter(|(_, way)| *way == Way::Reads);
        let read: BTreeSet<QueueId> = read.map(|(queue, _)| queue.clone()).collect();
        if read.len() == self.ways.len() {
            Stream::Polled(BTreeSet::new())
        } else if read.is_empty() {
            Stream::Live
        } else {
            Stream::Polled(read)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_topic_carries_is_polled_and_a_gap_is_neither() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.stream(), Stream::Polled(BTreeSet::new()));
        let queues = ["a", "b"].map(QueueId::from);
        let topics = coverage.follow(queues.iter());
        assert_eq!(
            topics[1].raw(),
            "v2.routing.queues.b.conversations.callbacks"
        );
        assert_eq!(coverage.stream(), Stream::Connecting);
        assert!(!coverage.polls());
        coverage.live(&topics);
        assert_eq!(coverage.stream(), Stream::Live);
        coverage.without(&topics[1..]);
        let polled = Stream::Polled(BTreeSet::from(["b".into()]));
        assert_eq!((coverage.stream(), coverage.polls()), (polled, true));
        coverage.gap(&topics[..1]);
        assert_eq!(coverage.stream(), Stream::Connecting);
        // What is followed already goes on as it is.
        let more = ["b", "c"].map(QueueId::from);
        coverage.follow(more.iter());
        coverage.live(&[
            "v2.routing.queues.c.conversations.callbacks".into(),
            "v2.x".into(),
        ]);
        assert_eq!(
            coverage.stream(),
            Stream::Polled(BTreeSet::from(["b".into()]))
        );
    }
}
