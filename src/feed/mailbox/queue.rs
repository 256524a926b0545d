//! The mailbox without its lock: one FIFO and an index of the updates in it that may still be merged into.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use super::{Drained, MailboxCounters};
use crate::model::UserId;
use crate::model::registration::Update;
use crate::vocabulary::news::{News, Status};

/// Slots that stay allocated when the queue has run empty; a burst's memory is given back.
const KEPT_SLOTS: usize = 4_096;

#[derive(Debug)]
enum Item {
    News(News),
    /// Updates of this user were dropped from here on.
    Overflow(UserId),
}

#[derive(Debug)]
struct QueuedItem {
    item: Item,
    /// The hash under which `index` knows this slot, when it does.
    hash: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Queue {
    slots: VecDeque<QueuedItem>,
    /// The sequence number of the first slot; slots are named by sequence so that taking does not rename them.
    first: u64,
    /// Updates after the last barrier, by hash of (user, device): sequence numbers of their slots.
    index: HashTable<u64>,
    hasher: DefaultHashBuilder,
    capacity: usize,
    /// Updates are merged only in a queue longer than this, so that a calm feed keeps every transition.
    merge_above: usize,
    overflowed: HashSet<UserId>,
    status_waits: bool,
    newer_status: Option<Status>,
    counters: MailboxCounters,
}

impl Queue {
    pub fn new(capacity: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            first: 0,
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            capacity: capacity.max(1),
            merge_above: capacity / 16,
            overflowed: HashSet::new(),
            status_waits: false,
            newer_status: None,
            counters: MailboxCounters::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.slots.len() >= self.capacity
    }

    pub fn counters(&self) -> MailboxCounters {
        self.counters
    }

    pub fn post(&mut self, news: News) {
        match news {
            News::Update(update) => return self.update(update),
            News::Status(status) => self.status(status),
            News::Undecodable { .. } if self.is_full() => self.counters.dropped += 1,
            News::Snapshot { .. } | News::Swept { .. } | News::Gap { .. } => {
                // A later update must not slip in front of what it came after.
                self.index.clear();
                self.push(Item::News(news), None);
            }
            other => self.push(Item::News(other), None),
        }
        self.counters.posted += 1;
    }

    pub fn update(&mut self, update: Update) {
        self.counters.posted += 1;
        if self.slots.len() <= self.merge_above && !self.is_full() {
            // What is queued now is not known to the index: a later update merged into an earlier one would pass it.
            self.index.clear();
            return self.push(Item::News(News::Update(update)), None);
        }
        let hash = self
            .hasher
            .hash_one((update.user.raw(), update.device.raw()));
        if let Some(earlier) = self.earlier(hash, &update) {
            merge(earlier, update);
            self.counters.coalesced += 1;
        } else if self.is_full() {
            self.overflow(update.user);
        } else {
            self.remember(hash);
            self.push(Item::News(News::Update(update)), Some(hash));
        }
    }

    pub fn drain(&mut self, max: usize, into: &mut Vec<News>) -> Drained {
        let mut drained = Drained::default();
        let count = max.min(self.slots.len());
        into.reserve(count);
        for _ in 0..count {
            let Some(slot) = self.slots.pop_front() else {
                break;
            };
            self.forget(slot.hash);
            self.first += 1;
            match slot.item {
                Item::News(news) => {
                    self.status_waits &= !matches!(news, News::Status(_));
                    into.push(news);
                }
                Item::Overflow(user) => {
                    self.overflowed.remove(&user);
                    drained.overflowed.push(user.clone());
                    into.push(News::Gap { user });
                }
            }
        }
        self.tidy();
        drained.more = !self.is_empty();
        drained
    }

    /// A status says how far the feeds are, so it may not overtake the news it speaks of: it takes its place in the
    /// queue, and while it waits there only the newest of those that follow is kept.
    fn status(&mut self, status: Status) {
        if !self.status_waits {
            self.status_waits = true;
            self.push(Item::News(News::Status(status)), None);
        } else if self.newer_status.replace(status).is_some() {
            self.counters.coalesced += 1;
        }
    }

    fn overflow(&mut self, user: UserId) {
        self.counters.dropped += 1;
        if self.overflowed.insert(user.clone()) {
            self.push(Item::Overflow(user), None);
        }
    }

    fn push(&mut self, item: Item, hash: Option<u64>) {
        self.slots.push_back(QueuedItem { item, hash });
    }

    /// The update of the same device that waits after the last barrier.
    fn earlier(&mut self, hash: u64, update: &Update) -> Option<&mut Update> {
        let (slots, first) = (&mut self.slots, self.first);
        let seq = *self.index.find(hash, |&seq| {
            matches!(
                slots.get(place(seq, first)),
                Some(QueuedItem { item: Item::News(News::Update(earlier)), .. })
                    if earlier.device == update.device && earlier.user == update.user
            )
        })?;
        match slots.get_mut(place(seq, first)) {
            Some(QueuedItem {
                item: Item::News(News::Update(earlier)),
                ..
            }) => Some(earlier),
            _ => None,
        }
    }

    /// Notes the slot that is about to be pushed.
    fn remember(&mut self, hash: u64) {
        let (slots, first) = (&self.slots, self.first);
        let seq = first + slots.len() as u64;
        self.index.insert_unique(hash, seq, |&seq| {
            slots
                .get(place(seq, first))
                .and_then(|slot| slot.hash)
                .unwrap_or_default()
        });
    }

    /// Drops the first slot, just taken, from the index.
    fn forget(&mut self, hash: Option<u64>) {
        let first = self.first;
        if let Some(hash) = hash
            && let Ok(entry) = self.index.find_entry(hash, |&seq| seq == first)
        {
            entry.remove();
        }
    }

    fn tidy(&mut self) {
        if !self.status_waits
            && let Some(status) = self.newer_status.take()
        {
            self.status(status);
        }
        if self.slots.is_empty() && self.slots.capacity() > KEPT_SLOTS {
            self.slots.shrink_to(KEPT_SLOTS);
            self.index = HashTable::new();
            self.overflowed.shrink_to_fit();
        }
    }
}

/// Where a sequence number lies in the queue now; past the end when it is no longer there.
fn place(seq: u64, first: u64) -> usize {
    seq.checked_sub(first)
        .and_then(|place| usize::try_from(place).ok())
        .unwrap_or(usize::MAX)
}

/// Field by field the newer value counts; a field that the newer frame leaves out stays.
fn merge(earlier: &mut Update, newer: Update) {
    earlier.registered = newer.registered.or(earlier.registered);
    if newer.codec.is_some() {
        earlier.codec = newer.codec;
    }
    earlier.raw = newer.raw;
}
