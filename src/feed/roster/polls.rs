//! Whose read is next: those that someone waits for first, then round and round.

use tokio::time::{Duration, Instant};

use super::{Person, Roster, Standing, Watch};
use crate::cloud::Urgency;
use crate::model::UserId;

impl Roster {
    /// Whether this user is read by the poller now.
    pub fn is_polled(&mut self, id: &UserId) -> bool {
        self.person(id).is_some_and(|person| person.is_polled())
    }

    /// How many users a round of polls visits.
    pub fn visited(&self) -> usize {
        self.polled + self.lent
    }

    /// Asks for a read of this user soon, by its stream or by the poller.
    pub fn reread(&mut self, id: &UserId) {
        let Some(person) = self.person(id) else {
            return;
        };
        if let Watch::Streamed {
            stream: Some(stream),
            ..
        } = &person.watch
        {
            stream.reread.notify_one();
        }
        if person.is_polled() {
            self.queue_read(id);
        }
    }

    /// Asks for a read of everyone.
    pub fn reread_all(&mut self) {
        for place in 0..self.people.len() {
            let Some(id) = self.people.get(place).map(|person| person.id.clone()) else {
                break;
            };
            self.reread(&id);
        }
    }

    /// Asks for a read of everyone whom the poller reads.
    pub fn reread_polled(&mut self) {
        for place in 0..self.people.len() {
            let Some(person) = self.people.get(place).filter(|person| person.is_polled()) else {
                continue;
            };
            let id = person.id.clone();
            self.queue_read(&id);
        }
    }

    /// At most `count` of those whom the poller reads, beginning at place `from`, which moves on.
    pub fn polled_from(&self, from: &mut usize, count: usize) -> Vec<UserId> {
        let mut found = Vec::new();
        while found.len() < count
            && let Some(person) = self.people.get(*from)
        {
            *from += 1;
            if person.is_polled() {
                found.push(person.id.clone());
            }
        }
        found
    }

    /// Lets the poller read a user whose stream does not come up: now, or in its turn when it was read less than `fresh` ago.
    pub fn lend(&mut self, id: &UserId, now: Instant, fresh: Duration) {
        if let Some(Person {
            watch: Watch::Streamed { lent, .. },
            refreshed,
            ..
        }) = self.person(id)
            && !std::mem::replace(lent, true)
        {
            let known = refreshed.is_some_and(|at| now.duration_since(at) < fresh);
            self.lent += 1;
            if !known {
                self.queue_read(id);
            }
        }
    }

    /// Takes a lent user back: from here on what a poll says is older than the stream.
    pub fn reclaim(&mut self, id: &UserId) {
        if let Some(Person {
            watch: Watch::Streamed { lent, .. },
            ..
        }) = self.person(id)
            && std::mem::replace(lent, false)
        {
            self.lent = self.lent.saturating_sub(1);
        }
    }

    /// The next user whom someone waits for, and how urgently; with `first_reads` those too who were never read.
    pub fn next_due(&mut self, first_reads: bool) -> Option<(UserId, Urgency)> {
        let again = self.next_of(false).map(|id| (id, Urgency::Reread));
        if again.is_some() || !first_reads {
            return again;
        }
        self.next_of(true).map(|id| (id, Urgency::Enumerate))
    }

    /// Whether someone waits to be read for the first time.
    pub fn awaits_first_reads(&self) -> bool {
        !self.first.is_empty()
    }

    /// Streams that are neither live nor given up for now, when so many are live.
    pub fn streams_to_come(&self, live: u32) -> u32 {
        let wanted = u32::try_from(self.streams.saturating_sub(self.lent)).unwrap_or(u32::MAX);
        wanted.saturating_sub(live)
    }

    /// The next user of the round.
    pub fn next_polled(&mut self) -> Option<UserId> {
        for _ in 0..self.people.len() {
            self.cursor = if self.cursor < self.people.len() {
                self.cursor
            } else {
                0
            };
            let person = self.people.get(self.cursor)?;
            self.cursor += 1;
            if person.is_polled() && !person.due {
                return Some(person.id.clone());
            }
        }
        None
    }

    pub(super) fn queue_read(&mut self, id: &UserId) {
        if let Some(person) = self.person(id)
            && !std::mem::replace(&mut person.due, true)
        {
            let first = person.standing == Standing::Awaited;
            let queue = if first {
                &mut self.first
            } else {
                &mut self.again
            };
            queue.push_back(id.clone());
        }
    }

    fn next_of(&mut self, first: bool) -> Option<UserId> {
        loop {
            let queue = if first {
                &mut self.first
            } else {
                &mut self.again
            };
            let id = queue.pop_front()?;
            if queue.is_empty() {
                queue.shrink_to_fit();
            }
            if let Some(person) = self.person(&id) {
                person.due = false;
                if person.is_polled() {
                    return Some(id);
                }
            }
        }
    }
}

impl Person {
    pub(super) fn is_polled(&self) -> bool {
        matches!(
            self.watch,
            Watch::Polled | Watch::Streamed { lent: true, .. }
        )
    }
}
