//! The table itself: finding, adding, changing and removing rows, with every count kept up in one place.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use super::flaps::{FLAPPING_OVER, Flaps, PassedWindow};
use super::frames::Frames;
use super::intern::{NameId, Names};
use super::metrics::{Figures, Metrics};
use super::row::{Believed, Field, Flags, KeptRow};
use super::sites::{Part, Sites};
use super::stamp::Stamp;
use super::trail::Trail;
use super::users::{NONE, Users};
use super::{
    Change, Changes, Counts, Dropped, Limits, Registrations, Row, RowId, Transition, What,
};
use crate::model::registration::condition::Condition;
use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;

impl Registrations {
    /// An empty table that remembers as much as `limits` says.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            users: Users::new(limits.rows),
            codecs: Names::new(),
            reasons: Names::new(),
            why: HashMap::new(),
            serving: HashMap::new(),
            obstacles: HashMap::new(),
            flaps: Flaps::new(limits.flaps),
            history: Trail::new(limits.history),
            coverage: Trail::new(limits.history),
            frames: Frames::default(),
            labels: HashMap::new(),
            traits: HashMap::new(),
            counts: Counts::default(),
            sites: Sites::default(),
            troubled: HashSet::new(),
            metrics: Metrics::default(),
            hourly: None,
            limit: limits.rows as usize,
            refused: 0,
            recalled: None,
        }
    }

    /// The row of that number, while it exists.
    #[must_use]
    pub fn row(&self, RowId(number): RowId) -> Option<Row<'_>> {
        let slot = self.slots.get(number as usize)?;
        let owner = self.users.get(slot.user)?;
        Some(Row {
            table: self,
            slot,
            owner,
            number,
        })
    }

    /// The row of that device.
    #[must_use]
    pub fn find(&self, user: &UserId, device: &DeviceId) -> Option<RowId> {
        self.find_row(self.users.find(user)?, device).map(RowId)
    }

    /// Every row, in the order of their numbers.
    pub fn rows(&self) -> impl Iterator<Item = (RowId, Row<'_>)> {
        (0..)
            .map(RowId)
            .take(self.slots.len())
            .filter_map(|id| Some((id, self.row(id)?)))
    }

    /// Rows of whose people it is known that calls do not find them, in no order.
    pub fn obstructed(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.obstacles.keys();
        rows.filter_map(|row| self.row(RowId(*row)))
    }

    /// Every row of which something was said in this run, in the order of their numbers.
    pub fn read_rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.rows().map(|(_, row)| row);
        rows.filter(|row| !row.remembered())
    }

    /// The rows of a user.
    pub fn of_user(&self, user: &UserId) -> impl Iterator<Item = Row<'_>> {
        let user = self.users.find(user);
        let rows = user.map(|user| self.rows_of(user)).unwrap_or_default();
        rows.into_iter().filter_map(|row| self.row(RowId(row)))
    }

    /// At most `most` rows from that number on, in the order of their numbers, and the number to go on from: a long
    /// table is read in pages, so that nobody has to hold it still.
    pub fn page(&self, from: RowId, most: usize) -> (Vec<Row<'_>>, Option<RowId>) {
        let end = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let mut numbers = from.0..end;
        let rows = numbers
            .by_ref()
            .filter_map(|number| self.row(RowId(number)));
        let rows = rows.take(most).collect();
        let next = numbers.next().map(RowId);
        (rows, next)
    }

    /// A number that is different whenever something shown of the row is different, the moment of the last check
    /// aside. A row that is gone and its successor under the same number differ as well.
    #[must_use]
    pub fn generation(&self, row: RowId) -> u32 {
        self.slots
            .get(row.0 as usize)
            .map_or(0, |slot| slot.generation)
    }

    /// What happened to a device and to the feed of its user, newest first, as far as it is still kept.
    pub fn timeline(&self, row: RowId) -> impl Iterator<Item = Change<'_>> {
        let row = self.row(row);
        let own = row.map(|row| self.history.walk(row.number, row.slot.trail));
        let feed = row.map(|row| self.coverage.walk(row.slot.user, row.owner.coverage));
        let mut own = own.into_iter().flatten().peekable();
        let mut feed = feed.into_iter().flatten().peekable();
        std::iter::from_fn(move || {
            let feed_first = match (own.peek(), feed.peek()) {
                (Some((changed, _)), Some((heard, _))) => heard > changed,
                (own, _) => own.is_none(),
            };
            if feed_first {
                let &(at, fresh) = feed.next()?;
                let what = if fresh { What::Fresh } else { What::Stale };
                return Some(Change {
                    at: at.into(),
                    what,
                });
            }
            let &(at, field) = own.next()?;
            let what = self.what(field);
            Some(Change {
                at: at.into(),
                what,
            })
        })
    }

    /// Totals, kept up as rows change.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let users = u32::try_from(self.users.told()).unwrap_or(u32::MAX);
        Counts {
            users,
            active_users: self.users.active(),
            ..self.counts
        }
    }

    /// Who could not be read when it was tried last: the id, and the name where one is known.
    pub fn unread(&self) -> impl Iterator<Item = (&UserId, &Text)> {
        self.users.unread().map(|owner| (&owner.id, &owner.name))
    }

    /// Rows that were last said to be lost, also in an earlier run, and rows that flap; in no order.
    pub fn troubled(&self) -> impl Iterator<Item = RowId> {
        self.troubled.iter().copied().map(RowId)
    }

    fn note_trouble(&mut self, row: u32) {
        let troubled = |slot: &KeptRow| slot.believed() == Believed::Lost || slot.flapping();
        if self.slots.get(row as usize).is_some_and(troubled) {
            self.troubled.insert(row);
        } else if !self.troubled.is_empty() {
            self.troubled.remove(&row);
        }
    }

    /// Success of the reads, registered share and events over time.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Half of the reads take at most so long now, in milliseconds.
    pub fn reads_take(&mut self, now: Millis, ms: u32) {
        self.metrics.latency(now, ms);
    }

    /// Knows from here on what was recorded for the charts, where nothing is known here.
    pub fn recall_figures(&mut self, recorded: &[(Millis, Figures)], now: Millis) {
        self.metrics.recall(recorded, now);
    }

    /// What made room for something newer or did not fit.
    #[must_use]
    pub fn dropped(&self) -> Dropped {
        Dropped {
            history: self.history.evicted() + self.coverage.evicted(),
            flaps: self.flaps.forgotten(),
            rows: self.refused + self.users.refused(),
            names: self.codecs.refused() + self.reasons.refused() + self.users.sites.refused(),
        }
    }

    /// Lets changes that are old enough leave the flap counts. To be called at [`Self::next_deadline`].
    pub fn tick(&mut self, now: Millis, changes: &mut Changes) {
        while let Some((row, window)) = self.flaps.leave(now) {
            match window {
                PassedWindow::Hour => self.amend(row, now, changes, |slot| {
                    slot.flaps = slot.flaps.saturating_sub(1);
                }),
                PassedWindow::Recent => self.calm(row, now, changes),
            }
            // A number is used again only when no window speaks of it any more.
            let slot = self.slots.get(row as usize);
            if slot.is_some_and(|slot| slot.is_vacant() && slot.flaps == 0) {
                self.free.push(row);
            }
        }
    }

    /// A change left the five minutes. That shows only when the row was flapping and is no longer.
    fn calm(&mut self, row: u32, now: Millis, changes: &mut Changes) {
        let calm = |slot: &mut KeptRow| slot.recent = slot.recent.saturating_sub(1);
        match self.slots.get_mut(row as usize) {
            Some(slot) if slot.recent != FLAPPING_OVER + 1 => calm(slot),
            _ => self.amend(row, now, changes, calm),
        }
    }

    /// When [`Self::tick`] has something to do; none while it has not.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        self.flaps.next_deadline()
    }

    pub(super) fn what(&self, field: Field) -> What<'_> {
        match field {
            Field::Appeared => What::Appeared,
            Field::Remembered { was } => What::Remembered { was },
            Field::Registration {
                from,
                to,
                reason,
                missed,
            } => What::Registration {
                from,
                to,
                reason: self.reasons.name(reason),
                missed,
            },
            Field::Codec { from, to, missed } => What::Codec {
                missed,
                from: self.codecs.name(from),
                to: self.codecs.name(to),
            },
        }
    }

    /// Why a row is as it is; 0 where that was not said.
    pub(super) fn why(&self, row: u32) -> NameId {
        self.why.get(&row).copied().unwrap_or_default()
    }

    /// A row is as it is for that reason; 0 is none.
    pub(super) fn set_why(&mut self, row: u32, reason: NameId) {
        if reason == 0 {
            self.why.remove(&row);
        } else {
            self.why.insert(row, reason);
        }
    }

    pub(super) fn find_row(&self, user: u32, device: &DeviceId) -> Option<u32> {
        self.find_hashed(self.hasher.hash_one((user, device)), user, device)
    }

    pub(super) fn find_hashed(&self, hash: u64, user: u32, device: &DeviceId) -> Option<u32> {
        let is = |&row: &u32| {
            let slot = self.slots.get(row as usize);
            slot.is_some_and(|slot| slot.user == user && slot.device == *device)
        };
        self.index.find(hash, is).copied()
    }

    /// Changes a row, and keeps the counts, the generation and the buffer of changes true to it.
    pub(super) fn amend(
        &mut self,
        row: u32,
        now: Millis,
        changes: &mut Changes,
        edit: impl FnOnce(&mut KeptRow),
    ) {
        let Some(slot) = self.slots.get_mut(row as usize) else {
            return;
        };
        if slot.is_vacant() {
            edit(slot);
            return;
        }
        let (from, flapping, believed) = (slot.state(), slot.flapping(), slot.told());
        let part = Part::of(slot);
        edit(slot);
        slot.generation = slot.generation.wrapping_add(1);
        let to = slot.state();
        self.counts.take(from, flapping);
        self.counts.add(to, slot.flapping());
        self.users.believe(slot.user, believed, slot.told());
        let site = self.users.site(slot.user);
        self.sites.change(site, part, Part::of(slot));
        changes.touched.push(RowId(row));
        if from != to {
            changes.transitions.push(Transition {
                row: RowId(row),
                from: Some(from),
                to,
                at: now,
            });
        }
        self.note_trouble(row);
    }

    /// A new row of a user, at the head of the chain of their rows, while there is room.
    pub(super) fn add_row(
        &mut self,
        user: u32,
        device: DeviceId,
        condition: Condition,
        now: Millis,
        changes: &mut Changes,
    ) -> Option<u32> {
        self.add_slot(
            user,
            device,
            (condition, Field::Appeared, Flags::default()),
            now,
            changes,
        )
    }

    /// A new row that begins with what is believed of it, for that reason.
    pub(super) fn add_slot(
        &mut self,
        user: u32,
        device: DeviceId,
        (condition, last, flags): (Condition, Field, Flags),
        now: Millis,
        changes: &mut Changes,
    ) -> Option<u32> {
        let at = Stamp::from(now);
        let hash = self.hasher.hash_one((user, &device));
        let row = KeptRow {
            device,
            user,
            condition,
            since: at,
            changed: at,
            checked: at,
            last,
            flags,
            ..KeptRow::vacant()
        };
        self.insert(hash, row, now, changes)
    }

    /// The same of a row that is known whole, under the hash of its user and its device.
    pub(super) fn insert(
        &mut self,
        hash: u64,
        new: KeptRow,
        now: Millis,
        changes: &mut Changes,
    ) -> Option<u32> {
        if self.index.len() >= self.limit {
            self.refused = self.refused.saturating_add(1);
            return None;
        }
        let row = self.free.pop().unwrap_or_else(|| {
            self.slots.push(KeptRow::vacant());
            u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
        });
        let user = new.user;
        let next = match self.users.get_mut(user) {
            Some(owner) => std::mem::replace(&mut owner.first_row, row),
            None => NONE,
        };
        if let Some(slot) = self.slots.get_mut(row as usize) {
            *slot = KeptRow {
                next,
                generation: slot.generation.wrapping_add(1),
                trail: self.history.push(row, 0, (new.changed, new.last)),
                ..new
            };
            self.counts.add(slot.state(), false);
            self.users.believe(user, Believed::Unknown, slot.told());
            self.sites.add(self.users.site(user), Part::of(slot));
            changes.touched.push(RowId(row));
            changes.transitions.push(Transition {
                row: RowId(row),
                from: None,
                to: slot.state(),
                at: now,
            });
        }
        self.note_trouble(row);
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.index
            .insert_unique(hash, row, |&other| hash_of(other, slots, hasher));
        Some(row)
    }

    /// Makes room for so many more rows.
    pub(super) fn reserve(&mut self, more: usize) {
        let more = more.min(self.limit.saturating_sub(self.index.len()));
        self.slots.reserve(more);
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.index.reserve(more, |&row| hash_of(row, slots, hasher));
    }

    /// Forgets a row that is no longer in the chain of its user.
    pub(super) fn remove_row(&mut self, row: u32, changes: &mut Changes) {
        let Some(slot) = self.slots.get_mut(row as usize) else {
            return;
        };
        let hash = self.hasher.hash_one((slot.user, &slot.device));
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == row) {
            entry.remove();
        }
        self.why.remove(&row);
        self.serving.remove(&row);
        self.obstacles.remove(&row);
        self.counts.take(slot.state(), slot.flapping());
        self.users
            .believe(slot.user, slot.told(), Believed::Unknown);
        self.sites.take(self.users.site(slot.user), Part::of(slot));
        *slot = KeptRow {
            generation: slot.generation.wrapping_add(1),
            flaps: slot.flaps,
            recent: slot.recent,
            ..KeptRow::vacant()
        };
        if slot.flaps == 0 {
            self.free.push(row);
        }
        changes.removed.push(RowId(row));
        self.note_trouble(row);
    }
}

fn hash_of(row: u32, slots: &[KeptRow], hasher: &DefaultHashBuilder) -> u64 {
    let slot = slots.get(row as usize);
    slot.map_or(0, |slot| hasher.hash_one((slot.user, &slot.device)))
}
