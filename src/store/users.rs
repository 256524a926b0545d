//! The users behind the rows: each kept once, whatever the number of their devices.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::intern::{NameId, Names};
use super::row::Believed;
use super::trail::EntryLink;
use crate::model::UserId;
use crate::model::registration::User;
use crate::text::Text;

/// No row, no user.
pub(super) const NONE: u32 = u32::MAX;

/// A user, with the head of the chain of their rows.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) id: UserId,
    pub(super) name: Text,
    pub(super) site: NameId,
    /// Named since the last `UsersComplete`.
    pub(super) listed: bool,
    heard: Heard,
    pub(super) first_row: u32,
    /// Newest entry of what became of the feed of this user.
    pub(super) coverage: EntryLink,
    /// Devices that were last said to be registered.
    registered: u32,
}

/// What was heard of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// Something in this run.
    Now,
    /// Nothing: an earlier run knew them.
    Remembered,
    /// The last read failed.
    Unread,
}

impl Owner {
    /// Whether the last read failed.
    pub(super) fn is_unread(&self) -> bool {
        self.heard == Heard::Unread
    }
}

/// A slab of users behind an index by id.
#[derive(Debug)]
pub(super) struct Users {
    slab: Vec<Option<Owner>>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    pub(super) sites: Names,
    /// Owners with a registered device.
    active: u32,
    /// Owners that are only remembered.
    remembered: usize,
    limit: usize,
    refused: u64,
    /// Something was told since the last whole list that is not known: nor is who was named in it.
    doubted: bool,
}

impl Users {
    /// No users yet, and never more than `limit`.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            slab: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            sites: Names::new(),
            active: 0,
            remembered: 0,
            limit: limit as usize,
            refused: 0,
            doubted: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Users of whom something was said in this run.
    pub(super) fn told(&self) -> usize {
        self.index.len().saturating_sub(self.remembered)
    }

    pub(super) fn get(&self, user: u32) -> Option<&Owner> {
        self.slab.get(user as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, user: u32) -> Option<&mut Owner> {
        self.slab.get_mut(user as usize)?.as_mut()
    }

    /// Where a user is; 0 where that is not known.
    pub(super) fn site(&self, user: u32) -> NameId {
        self.get(user).map_or(0, |owner| owner.site)
    }

    pub(super) fn find(&self, id: &UserId) -> Option<u32> {
        self.find_hashed(self.hasher.hash_one(id), id)
    }

    fn find_hashed(&self, hash: u64, id: &UserId) -> Option<u32> {
        let is = |&user: &u32| self.get(user).is_some_and(|owner| owner.id == *id);
        self.index.find(hash, is).copied()
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        let more = more.min(self.limit.saturating_sub(self.len()));
        self.slab.reserve(more);
        let (slab, hasher) = (&self.slab, &self.hasher);
        self.index
            .reserve(more, |&user| hash_of(user, slab, hasher));
    }

    /// How often a user had to be left out because there are too many.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// The user of that id; one never heard of becomes known, without a name or a site, while there is room.
    pub(super) fn find_or_add(&mut self, id: &UserId) -> Option<u32> {
        self.find_or_new(id).map(|(user, _)| user)
    }

    /// The same, and whether nobody knew of them until now.
    pub(super) fn find_or_new(&mut self, id: &UserId) -> Option<(u32, bool)> {
        let hash = self.hasher.hash_one(id);
        if let Some(user) = self.find_hashed(hash, id) {
            self.heard(user);
            return Some((user, false));
        }
        if self.len() >= self.limit {
            self.refused = self.refused.saturating_add(1);
            return None;
        }
        let owner = Owner {
            id: id.clone(),
            name: Text::default(),
            site: 0,
            listed: !self.doubted,
            heard: Heard::Now,
            first_row: NONE,
            coverage: 0,
            registered: 0,
        };
        Some((self.add(hash, owner), true))
    }

    /// A user as an earlier run knew them, where nothing is known yet; until the organisation lists them, the next whole list
    /// forgets them.
    pub(super) fn recall(&mut self, user: User) -> Option<u32> {
        if let Some(known) = self.find(&user.id) {
            return Some(known);
        }
        let number = self.list_new(user)?;
        let owner = self.get_mut(number)?;
        (owner.listed, owner.heard) = (false, Heard::Remembered);
        self.remembered += 1;
        Some(number)
    }

    fn list_new(&mut self, user: User) -> Option<u32> {
        let id = user.id.clone();
        self.list(user);
        self.find(&id)
    }

    /// Something was said of this user in this run.
    fn heard(&mut self, user: u32) {
        let Some(owner) = self.slab.get_mut(user as usize).and_then(Option::as_mut) else {
            return;
        };
        if owner.heard == Heard::Remembered {
            owner.heard = Heard::Now;
            self.remembered -= 1;
        }
    }

    /// The numbers of users, as far as there are any.
    pub(super) fn numbers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.slab.len()).unwrap_or(NONE)
    }

    /// Notes whether the last read of a user worked.
    pub(super) fn read(&mut self, user: u32, worked: bool) {
        if let Some(owner) = self.get_mut(user) {
            owner.heard = if worked { Heard::Now } else { Heard::Unread };
        }
    }

    /// Users whose last read failed.
    pub(super) fn unread(&self) -> impl Iterator<Item = &Owner> {
        let all = self.slab.iter().flatten();
        all.filter(|owner| owner.is_unread())
    }

    /// How many users have a device that was last said to be registered.
    pub(super) fn active(&self) -> u32 {
        self.active
    }

    /// A device of this user went from one belief to another; what does not exist is [`Believed::Unknown`].
    pub(super) fn believe(&mut self, user: u32, from: Believed, to: Believed) {
        let registered = |believed| u32::from(believed == Believed::Registered);
        let Some(owner) = self.slab.get_mut(user as usize).and_then(Option::as_mut) else {
            return;
        };
        let was = owner.registered > 0;
        owner.registered = (owner.registered + registered(to)).saturating_sub(registered(from));
        let is = owner.registered > 0;
        self.active = (self.active + u32::from(is)).saturating_sub(u32::from(was));
    }

    /// Takes in what the organisation says of a user. Returns the user, and the site where it was, when it was known under
    /// another name or site.
    pub(super) fn list(&mut self, user: User) -> Option<(u32, NameId)> {
        let site = self.sites.id(user.site.as_ref());
        let number = self.find_or_add(&user.id)?;
        let owner = self.get_mut(number)?;
        owner.listed = true;
        let renamed = owner.name != user.name || owner.site != site;
        owner.name = user.name;
        let was_at = std::mem::replace(&mut owner.site, site);
        renamed.then_some((number, was_at))
    }

    /// From now on it is not known who was named since the last whole list: whoever is not named until the next may be gone.
    pub(super) fn doubt_lists(&mut self) {
        self.doubted = true;
        for owner in self.slab.iter_mut().flatten() {
            owner.listed = false;
        }
    }

    /// Everything is known again, and of each whether they were named.
    pub(super) fn know_lists(&mut self) {
        self.doubted = false;
    }

    /// The users that nobody named since the last call, and whether that is all that is known of it; the next round starts.
    pub(super) fn unlisted(&mut self) -> (Vec<u32>, bool) {
        let mut gone = Vec::new();
        for (number, owner) in (0..).zip(&mut self.slab) {
            match owner {
                Some(owner) if owner.listed => owner.listed = false,
                Some(_) => gone.push(number),
                None => {}
            }
        }
        (gone, std::mem::take(&mut self.doubted))
    }

    /// Forgets a user, whose rows the caller has removed.
    pub(super) fn remove(&mut self, user: u32) {
        let Some(owner) = self.slab.get_mut(user as usize).and_then(Option::take) else {
            return;
        };
        self.remembered -= usize::from(owner.heard == Heard::Remembered);
        let hash = self.hasher.hash_one(&owner.id);
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == user) {
            entry.remove();
        }
        self.free.push(user);
    }

    fn add(&mut self, hash: u64, owner: Owner) -> u32 {
        let user = self.free.pop().unwrap_or_else(|| {
            self.slab.push(None);
            u32::try_from(self.slab.len() - 1).unwrap_or(NONE)
        });
        if let Some(place) = self.slab.get_mut(user as usize) {
            *place = Some(owner);
        }
        let (slab, hasher) = (&self.slab, &self.hasher);
        self.index
            .insert_unique(hash, user, |&other| hash_of(other, slab, hasher));
        user
    }
}

fn hash_of(user: u32, slab: &[Option<Owner>], hasher: &DefaultHashBuilder) -> u64 {
    let owner = slab.get(user as usize).and_then(Option::as_ref);
    owner.map_or(0, |owner| hasher.hash_one(&owner.id))
}
