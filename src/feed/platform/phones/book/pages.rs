//! Which pages of the list are to be read, and why.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::{Duration, Instant};

use super::{Book, Entry, Moment};
use crate::model::{DeviceId, UserId};

impl Book {
    /// Pages that are to be read out of turn, with the moment that a read has to begin after: those with a phone that is not sure
    /// and was last read longer than `fresh` ago. What was polled meanwhile is confirmed in its turn.
    /// Without `people`, what only a read of a person makes sure is left out.
    pub fn unsure_pages(
        &self,
        now: Instant,
        fresh: Duration,
        people: bool,
    ) -> BTreeMap<u32, Moment> {
        let old = |entry: &&Entry| {
            let checked = entry.checked.filter(|_| !entry.is_stale());
            checked.is_none_or(|at| now.duration_since(at) >= fresh)
        };
        self.pages(people, |entry| entry.carried() && old(&entry))
    }

    /// Pages with a phone that no topic has kept sure before, and that one is to: a read makes it live. `people` is as above.
    pub fn unproven_pages(&self, people: bool) -> BTreeMap<u32, Moment> {
        self.pages(people, |entry| entry.carried() && !entry.proven)
    }

    /// Pages with a phone whose topics are on channels, or about to be, and are not all live yet.
    pub fn awaited_pages(&self) -> BTreeSet<u32> {
        let awaited = self.phones.values();
        let awaited = awaited.filter(|entry| entry.covered() && !entry.carried());
        awaited.map(|entry| entry.place.0).collect()
    }

    /// Pages with a phone that is not sure and that no topic carries.
    pub fn stale_pages(&self) -> BTreeSet<u32> {
        let stale = self.phones.values();
        let stale = stale.filter(|entry| entry.is_stale() && !entry.covered());
        stale.map(|entry| entry.place.0).collect()
    }

    /// Pages with a phone that matters: attended to, lost, or changed lately.
    pub fn pages_that_matter(&self, now: Instant) -> BTreeSet<u32> {
        let attended = |entry: &Entry| {
            self.told.is_some() && self.attended.get(&entry.user).copied() == self.told
        };
        let matters = |entry: &&Entry| attended(entry) || entry.matters(now);
        let pages = self.phones.values().filter(matters);
        pages.map(|entry| entry.place.0).collect()
    }

    fn pages(&self, people: bool, chosen: impl Fn(&Entry) -> bool) -> BTreeMap<u32, Moment> {
        let mut pages = BTreeMap::new();
        for entry in self.phones.values().filter(|entry| chosen(entry)) {
            let doubt = if people { entry.doubt() } else { entry.unsure };
            if let Some(since) = doubt {
                let latest = pages.entry(entry.place.0).or_insert(since);
                *latest = since.max(*latest);
            }
        }
        pages
    }

    /// Pages on which a phone is that no topic keeps sure.
    pub fn polled_pages(&self) -> BTreeSet<u32> {
        let polled = self.phones.values().filter(|entry| entry.is_polled());
        polled.map(|entry| entry.place.0).collect()
    }

    /// Phones on these pages that no read has named which began at `since` or later: moved to another page, or gone.
    pub fn astray(&self, pages: &BTreeSet<u32>, since: Moment) -> Vec<DeviceId> {
        let astray = self
            .phones
            .iter()
            .filter(|(_, entry)| entry.seen < since && pages.contains(&entry.place.0));
        astray.map(|(id, _)| id.clone()).collect()
    }

    /// A page could not be read: its phones whose rows no topic keeps sure are not sure.
    pub fn missed(&mut self, page: u32) -> Vec<(UserId, DeviceId)> {
        let phones = self.phones.iter_mut();
        let polled = phones.filter(|(_, entry)| entry.place.0 == page && entry.is_polled());
        let missed = polled.map(|(id, entry)| {
            entry.go_stale();
            (entry.user.clone(), id.clone())
        });
        missed.collect()
    }

    /// Phones that no topic carries and whose last read is older than `age`; each is named once until it is read again.
    pub fn outdated(&mut self, now: Instant, age: Duration) -> Vec<(UserId, DeviceId)> {
        let old = |entry: &Entry| {
            let checked = entry.checked.filter(|_| entry.is_polled());
            checked.is_some_and(|at| now.duration_since(at) > age)
        };
        let outdated = self.phones.iter_mut().filter(|(_, entry)| old(entry));
        let told = outdated.map(|(id, entry)| {
            entry.checked = None;
            entry.go_stale();
            (entry.user.clone(), id.clone())
        });
        told.collect()
    }
}
