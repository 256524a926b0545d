//! Who matters, and whose topics go first.

use tokio::time::Instant;

use super::{Book, Entry, is_recent, topics};
use crate::cloud::platform::duty;
use crate::feed::platform::channels::Topic;
use crate::model::UserId;
use crate::model::registration::condition::Worth;

/// The rank of a phone that is like all others.
const ORDINARY: u8 = 3;

impl Book {
    /// From now on these persons matter, and no others. Of whom nothing is known yet, that is kept in mind.
    pub fn attend(&mut self, users: Vec<UserId>, now: Instant) {
        self.attended.retain(|_, at| is_recent(*at, now));
        self.attended
            .extend(users.into_iter().map(|user| (user, now)));
        self.told = Some(now);
    }

    /// Whether a phone matters that is polled although others have topics.
    pub fn matter_without_topic(&self, now: Instant) -> bool {
        let mut uncovered = self.phones.values().filter(|entry| !entry.covered());
        self.numbers().covered > 0 && uncovered.any(|entry| self.keeps_topic(entry, now))
    }

    /// Whether a topic of this phone goes before others. Whoever was looked at stays so for a while: a look back would cost a
    /// read and a change of a channel each time.
    fn keeps_topic(&self, entry: &Entry, now: Instant) -> bool {
        self.rank(entry, now) < ORDINARY
    }

    /// Whose topics go first: the lost, then those whom somebody looks at, has marked or is alerted of, then those that changed lately.
    fn rank(&self, entry: &Entry, now: Instant) -> u8 {
        let attended = self.attended.get(&entry.user);
        if entry.worth == Worth::Lost {
            0
        } else if attended.is_some_and(|at| is_recent(*at, now)) {
            1
        } else if entry.matters(now) {
            2
        } else {
            ORDINARY
        }
    }

    /// The topics of all phones, twice, each time those of phones that matter first and then in the order of the list. Where each
    /// takes a place of its own, first the one of each phone that tells what no read does or as much as a read, then the others;
    /// where those of a person take one place together, phone by phone: one that is told of in part is polled all the same.
    pub fn topics(&self, now: Instant) -> (Vec<Topic>, Vec<Topic>) {
        let mut order: Vec<_> = self.phones.iter().collect();
        order.sort_by_cached_key(|(_, entry)| (self.rank(entry, now), entry.place));
        let (mut first, mut then) = (Vec::with_capacity(order.len()), Vec::new());
        let mut together = Vec::with_capacity(order.len());
        for (id, entry) in order {
            if !entry.browser {
                let own = topics::phone(id.raw());
                together.push(own.clone());
                first.push(own);
                continue;
            }
            let own = duty::TOPICS.map(|word| topics::person(&entry.user, word));
            let own: Vec<_> = own.into_iter().chain([topics::phone(id.raw())]).collect();
            together.extend_from_slice(&own);
            let mut own = own.into_iter();
            first.extend(own.next());
            let others = own;
            if self.keeps_topic(entry, now) {
                first.extend(others);
            } else {
                then.extend(others);
            }
        }
        first.append(&mut then);
        (first, together)
    }
}
