//! The bounded queue between the feeds and the application.
//!
//! Frames may come faster than the application takes them. The queue then merges updates of one device rather than
//! growing, and when even that is not enough it drops updates, says how many, and turns what it dropped into a gap
//! that a re-read closes: nothing is lost silently. What is not an update is never dropped, and bounded all the same:
//! a reader waits for [`Mailbox::room`] before it asks for more, so beyond the capacity there is at most one answer
//! for each read in flight, one gap for each stream, one overflow mark for each user and two status reports.

mod queue;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::lock;
use crate::model::UserId;
use crate::model::registration::Update;
use crate::vocabulary::news::News;
use queue::Queue;

/// News that waits at most; at some 250 bytes each, 16 MiB.
pub const CAPACITY: usize = 65_536;

/// News on its way to the application: many post, one drains.
#[derive(Debug)]
pub struct Mailbox {
    queue: Mutex<Queue>,
    arrived: Notify,
    vacated: Notify,
}

/// What one [`Mailbox::drain`] left behind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Whether there is more to take.
    pub more: bool,
    /// Users of whom updates were dropped. Their gap is among the news taken; a re-read must follow.
    pub overflowed: Vec<UserId>,
}

/// What became of everything posted: `posted = delivered + waiting + coalesced + dropped`, gaps made here aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxCounters {
    /// News handed in.
    pub posted: u64,
    /// Updates merged into an earlier one of the same device, and status reports replaced by a newer one.
    pub coalesced: u64,
    /// Updates and undecodable samples for which there was no room.
    pub dropped: u64,
}

impl Mailbox {
    /// A mailbox for `capacity` news; [`CAPACITY`] outside tests. Above a sixteenth of it updates are merged.
    #[must_use]
    pub fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::new(Queue::new(capacity)),
            arrived: Notify::new(),
            vacated: Notify::new(),
        })
    }

    /// Hands in one piece of news.
    pub fn post(&self, news: News) {
        self.with(|queue| queue.post(news));
    }

    /// Hands in a batch of updates under one lock, and leaves the vector empty for the next.
    pub fn post_updates(&self, updates: &mut Vec<Update>) {
        if !updates.is_empty() {
            self.with(|queue| updates.drain(..).for_each(|update| queue.update(update)));
        }
    }

    /// Waits until there is something to take.
    pub async fn ready(&self) {
        while lock(&self.queue).is_empty() {
            self.arrived.notified().await;
        }
    }

    /// Waits until there is room for an answer. To be awaited before every read, since answers are never dropped.
    pub async fn room(&self) {
        loop {
            let vacated = self.vacated.notified();
            let mut vacated = std::pin::pin!(vacated);
            // Listen first, then look: a drain in between must not be missed.
            vacated.as_mut().enable();
            if self.has_room() {
                return;
            }
            vacated.await;
        }
    }

    /// Whether there is room for an answer.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !lock(&self.queue).is_full()
    }

    /// Takes at most `max` news in order.
    pub fn drain(&self, max: usize, into: &mut Vec<News>) -> Drained {
        let mut queue = lock(&self.queue);
        let was_full = queue.is_full();
        let drained = queue.drain(max, into);
        let has_room = !queue.is_full();
        drop(queue);
        if was_full && has_room {
            self.vacated.notify_waiters();
        }
        drained
    }

    /// What became of everything posted so far.
    #[must_use]
    pub fn counters(&self) -> MailboxCounters {
        lock(&self.queue).counters()
    }

    fn with(&self, post: impl FnOnce(&mut Queue)) {
        let mut queue = lock(&self.queue);
        let was_empty = queue.is_empty();
        post(&mut queue);
        let arrived = was_empty && !queue.is_empty();
        drop(queue);
        if arrived {
            self.arrived.notify_one();
        }
    }
}
