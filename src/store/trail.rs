//! What happened, in one bounded ring, with each owner's entries linked newest to oldest.
//!
//! One ring for all rows costs the same whether one row changes or all do; a ring per row would cost a million rows
//! that never change.

/// Names an entry; 0 is "none". Wraps after 2³² entries, which the checks in [`Trail::walk`] allow for.
pub(super) type EntryLink = u32;

/// A ring of `T`, each belonging to an owner.
#[derive(Debug)]
pub(super) struct Trail<T> {
    ring: Vec<Entry<T>>,
    capacity: usize,
    newest: EntryLink,
    evicted: u64,
}

#[derive(Debug)]
struct Entry<T> {
    owner: u32,
    older: EntryLink,
    value: T,
}

impl<T> Trail<T> {
    /// A ring that keeps `capacity` entries, rounded up to a power of two so that links can wrap.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            ring: Vec::new(),
            capacity: capacity.clamp(1, 1 << 24).next_power_of_two() as usize,
            newest: 0,
            evicted: 0,
        }
    }

    /// Appends; `older` is the owner's newest link so far. Returns the owner's newest link from now on.
    pub(super) fn push(&mut self, owner: u32, older: EntryLink, value: T) -> EntryLink {
        self.newest = self.newest.checked_add(1).unwrap_or(1);
        let entry = Entry {
            owner,
            older,
            value,
        };
        let place = self.place(self.newest);
        match self.ring.get_mut(place) {
            Some(old) => {
                *old = entry;
                self.evicted = self.evicted.saturating_add(1);
            }
            None => self.ring.push(entry),
        }
        self.newest
    }

    /// The entries of an owner, newest first, as far as they are still kept.
    pub(super) fn walk(&self, owner: u32, head: EntryLink) -> impl Iterator<Item = &T> {
        let mut at = self.entry(owner, head).map(|entry| (head, entry));
        std::iter::from_fn(move || {
            let (link, entry) = at?;
            // After a wrap an old link can name a newer entry: only ever go back in time.
            at = self
                .entry(owner, entry.older)
                .filter(|_| self.age(entry.older) > self.age(link))
                .map(|older| (entry.older, older));
            Some(&entry.value)
        })
    }

    /// How many entries made room for newer ones.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    fn entry(&self, owner: u32, link: EntryLink) -> Option<&Entry<T>> {
        if link == 0 || self.age(link) as usize >= self.ring.len() {
            return None;
        }
        self.ring
            .get(self.place(link))
            .filter(|entry| entry.owner == owner)
    }

    fn age(&self, link: EntryLink) -> u32 {
        self.newest.wrapping_sub(link)
    }

    fn place(&self, link: EntryLink) -> usize {
        link.wrapping_sub(1) as usize & (self.capacity - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_owner_sees_its_own_entries_newest_first_until_they_are_evicted() {
        let mut trail = Trail::new(4);
        let mut heads = [0; 2];
        for n in 0..6 {
            let owner = n % 2;
            heads[owner] = trail.push(u32::try_from(owner).unwrap(), heads[owner], n);
        }
        let of = |owner: usize| -> Vec<usize> {
            let id = u32::try_from(owner).unwrap();
            trail.walk(id, heads[owner]).copied().collect()
        };
        assert_eq!(of(0), [4, 2]);
        assert_eq!(of(1), [5, 3]);
        assert_eq!(trail.evicted(), 2);
    }

    #[test]
    fn links_wrap_without_loops_or_foreign_entries() {
        let mut trail = Trail::new(4);
        trail.newest = u32::MAX - 2;
        let mut head = 0;
        for n in 0..8 {
            head = trail.push(7, head, n);
        }
        assert_eq!(
            trail.walk(7, head).copied().collect::<Vec<_>>(),
            [7, 6, 5, 4]
        );
        assert_eq!(trail.walk(8, head).count(), 0);
        assert_eq!(trail.walk(7, 0).count(), 0);
    }
}
