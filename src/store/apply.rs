//! What each kind of news does to the table; see [`crate::vocabulary::news::News`] for what it means.

mod phones;

use super::intern::NameId;
use super::row::{Believed, Field, Flags, KeptRow};
use super::stamp::Stamp;
use super::users::NONE;
use super::{Changes, Registrations, RowId};
use crate::model::registration::condition::Condition;
use crate::model::registration::{Device, State, UNNAMED, Update, User};
use crate::model::{DeviceId, UserId};
use crate::time::Millis;

/// What one source says of one device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) condition: Option<Condition>,
    /// Why it is so; 0 where that is not said.
    pub(super) reason: NameId,
    /// Whether an edge can reach the browser; none is not told, and leaves it.
    pub(super) reach: Option<bool>,
    /// Since when, where the organisation says; else it is news as of now.
    pub(super) since: Option<Millis>,
    /// None leaves the codec as it is; 0 makes it unknown.
    pub(super) codec: Option<NameId>,
    pub(super) live: bool,
    /// When a read asked for it; none is now.
    pub(super) asked: Option<Millis>,
}

impl Said {
    /// The last moment of which this is known: a stream carries on to now, a read tells of when it was asked.
    pub(super) fn is_of(&self, now: Millis) -> Millis {
        let asked = self.asked.filter(|_| !self.live);
        asked.map_or(now, |asked| asked.min(now))
    }
}

/// What one read of a user says.
#[derive(Clone, Debug)]
pub struct Read<'a> {
    /// Devices, as they are.
    pub devices: Vec<Device>,
    /// Devices that a stream spoke of meanwhile: they exist whatever the read says.
    pub spoken: &'a [DeviceId],
    /// Whether every entry could be read; else devices that are not named may still be there.
    pub whole: bool,
    /// Whether a stream carries on from here.
    pub live: bool,
    /// When it was asked for; none is now.
    pub asked: Option<Millis>,
}

impl Registrations {
    /// A page of users: new ones become known, known ones take their new name and site.
    pub fn users(&mut self, users: Vec<User>, now: Millis, changes: &mut Changes) {
        for user in users {
            let Some((renamed, was_at)) = self.users.list(user) else {
                continue;
            };
            let site = self.users.site(renamed);
            for row in self.rows_of(renamed) {
                self.move_row(row, (was_at, site));
                self.amend(row, now, changes, |_| {});
                changes.renamed.push(RowId(row));
            }
        }
    }

    /// The list of users is whole: those that it did not name are gone, with their rows.
    pub fn users_complete(&mut self, now: Millis, changes: &mut Changes) {
        let (unlisted, doubted) = self.users.unlisted();
        for user in unlisted {
            if doubted {
                // They may have been named where something is missing: the next list knows.
                self.gap_of(user, now, changes);
                continue;
            }
            for row in self.rows_of(user) {
                self.remove_row(row, changes);
            }
            self.users.remove(user);
        }
        self.metrics.registered(now, self.counts);
    }

    /// A read of one user: its devices are as it says, and those that it does not name are gone, unless the stream
    /// spoke of them meanwhile. Confirms what it names; nothing is stale after it but what only the stream could say.
    pub fn snapshot(
        &mut self,
        user: &UserId,
        devices: Vec<Device>,
        spoken: &[DeviceId],
        live: bool,
        now: Millis,
        changes: &mut Changes,
    ) {
        let read = Read {
            devices,
            spoken,
            whole: true,
            live,
            asked: None,
        };
        self.read(user, read, now, changes);
    }

    /// The same of a read that may not have been whole.
    pub fn read(&mut self, user: &UserId, read: Read<'_>, now: Millis, changes: &mut Changes) {
        let Read {
            devices,
            spoken,
            whole,
            live,
            asked,
        } = read;
        self.read_ended(now, true);
        let Some(user) = self.users.find_or_add(user) else {
            return;
        };
        self.users.read(user, true);
        let was_stale = self.rows_of(user).iter().any(|&row| self.is_stale(row));
        let mut named: Vec<u32> = Vec::with_capacity(devices.len() + spoken.len());
        named.extend(
            spoken
                .iter()
                .filter_map(|device| self.find_row(user, device)),
        );
        for device in devices {
            let said = Said {
                condition: Some(device.registered.into()),
                reason: 0,
                reach: None,
                since: None,
                codec: Some(self.codecs.id(device.codec.as_ref())),
                live,
                asked,
            };
            named.extend(self.hear(user, &device.id, said, now, changes));
        }
        if was_stale {
            self.cover(user, true, now);
        }
        if whole {
            self.keep_only(user, named, changes);
        } else {
            self.doubt(user, &named, now, changes);
        }
        self.metrics.registered(now, self.counts);
    }

    /// A read of a user whose stream is live, made in the sweep: as [`Self::read`], and what it corrects is counted as
    /// missed by the stream.
    pub fn swept(&mut self, user: &UserId, read: Read<'_>, now: Millis, changes: &mut Changes) {
        if let Some(number) = self.users.find(user) {
            for device in &read.devices {
                self.correct(number, device, now, changes);
            }
        }
        self.read(user, read, now, changes);
    }

    /// Corrects what the stream has missed of one device. Of a row that was not sure the stream had said nothing.
    fn correct(&mut self, user: u32, device: &Device, now: Millis, changes: &mut Changes) {
        let Some(row) = self.find_row(user, &device.id) else {
            self.counts.missed += u64::from(device.registered);
            return;
        };
        let codec = self.codecs.id(device.codec.as_ref());
        let sure = |slot: &&KeptRow| {
            slot.flags.has(Flags::LIVE) && matches!(slot.state(), State::Ok | State::Lost)
        };
        let Some(slot) = self.slots.get(row as usize).filter(sure) else {
            return;
        };
        let (from, to) = (slot.condition, Condition::from(device.registered));
        let spoken = (slot.codec, codec);
        let registration = Field::Registration {
            from,
            to,
            reason: 0,
            missed: true,
        };
        let other_codec = Field::Codec {
            from: spoken.0,
            to: codec,
            missed: true,
        };
        // A read names no codec where a stream may: that is no correction.
        let recoded = spoken.0 != spoken.1 && device.codec.is_some() && from == to;
        if from != to {
            self.set_condition(row, (to, 0), registration, (now, None), changes);
        } else if recoded {
            self.set_codec(row, codec, other_codec, now, changes);
        }
        self.counts.missed += u64::from(from != to || recoded);
    }

    /// One stream frame. What it leaves out stays as it was; a device never heard of appears.
    pub fn update(&mut self, update: Update, now: Millis, changes: &mut Changes) {
        self.metrics.event(now);
        let Some(user) = self.users.find_or_add(&update.user) else {
            return;
        };
        let said = Said {
            condition: update.registered.map(Condition::from),
            reason: 0,
            reach: None,
            since: None,
            codec: update.codec.map(|codec| self.codecs.id(Some(&codec))),
            live: true,
            asked: None,
        };
        let row = self.hear(user, &update.device, said, now, changes);
        if self
            .users
            .get(user)
            .is_some_and(super::users::Owner::is_unread)
        {
            self.supplant(user, row, changes);
        }
        if let Some(row) = row.filter(|_| !update.raw.is_empty()) {
            self.frames.push(row, &update.raw);
            if let Some(slot) = self.slots.get_mut(row as usize) {
                slot.flags.set(Flags::FRAME, true);
            }
        }
        self.metrics.registered(now, self.counts);
    }

    /// From now on nothing is sure of the devices of this user: what was known is stale.
    pub fn gap(&mut self, user: &UserId, now: Millis, changes: &mut Changes) {
        if let Some(user) = self.users.find(user) {
            self.gap_of(user, now, changes);
            self.metrics.registered(now, self.counts);
        }
    }

    fn gap_of(&mut self, user: u32, now: Millis, changes: &mut Changes) {
        let mut any = false;
        for row in self.rows_of(user) {
            if !self.is_stale(row) && !self.is_remembered(row) {
                any = true;
                self.amend(row, now, changes, |slot| {
                    slot.flags.set(Flags::STALE, true);
                    slot.flags.set(Flags::LIVE, false);
                });
            }
        }
        if any {
            self.cover(user, false, now);
        }
    }

    /// The same of everyone; nor is it known who was listed.
    pub(super) fn gap_of_all(&mut self, now: Millis, changes: &mut Changes) {
        for user in self.users.numbers() {
            if self.users.get(user).is_some() {
                self.gap_of(user, now, changes);
            }
        }
        self.users.doubt_lists();
        self.metrics.registered(now, self.counts);
    }

    /// A read failed for good: as after a gap, and counted. Somebody of whom nothing is known has one row that says so.
    pub fn read_failed(&mut self, user: &UserId, now: Millis, changes: &mut Changes) {
        self.read_ended(now, false);
        self.gap(user, now, changes);
        let Some(user) = self.users.find_or_add(user) else {
            return;
        };
        self.users.read(user, false);
        if self.rows_of(user).is_empty() {
            let unnamed = DeviceId::from(UNNAMED);
            self.add_row(user, unnamed, Condition::Unknown, now, changes);
            self.metrics.registered(now, self.counts);
        }
    }

    /// A device speaks: the row that stood for all of a user's has done so.
    fn supplant(&mut self, user: u32, spoken: Option<u32>, changes: &mut Changes) {
        let unnamed = self.find_row(user, &DeviceId::from(UNNAMED));
        if unnamed.is_some() && spoken.is_some() && spoken != unnamed {
            let mut others = self.rows_of(user);
            others.retain(|row| Some(*row) != unnamed);
            self.keep_only(user, others, changes);
        }
    }

    /// Rows that a read did not name because some of it could not be read are not sure; the one that stood for all of them
    /// has done so.
    fn doubt(&mut self, user: u32, named: &[u32], now: Millis, changes: &mut Changes) {
        let unnamed = self.find_row(user, &DeviceId::from(UNNAMED));
        let mut kept = self.rows_of(user);
        if !named.is_empty() {
            kept.retain(|row| named.contains(row) || Some(*row) != unnamed);
        }
        for row in kept.iter().filter(|row| !named.contains(row)) {
            self.amend(*row, now, changes, |slot| {
                slot.flags.set(Flags::STALE, true);
                slot.flags.set(Flags::LIVE, false);
            });
        }
        self.keep_only(user, kept, changes);
    }

    /// Takes in what was said of a device, field by field. Returns its row, unless there was no room for a new one.
    fn hear(
        &mut self,
        user: u32,
        device: &DeviceId,
        said: Said,
        now: Millis,
        changes: &mut Changes,
    ) -> Option<u32> {
        if let Some(found) = said.condition {
            self.looked(user, found.worth(), now);
        }
        let known = self.find_row(user, device);
        if let Some(row) = known.filter(|row| self.is_remembered(*row)) {
            self.replace(row, said, now, changes);
            return Some(row);
        }
        let Some(row) = known else {
            let row = self.add_row(
                user,
                device.clone(),
                said.condition.unwrap_or_default(),
                now,
                changes,
            )?;
            if let Some(slot) = self.slots.get_mut(row as usize) {
                slot.codec = said.codec.unwrap_or(0);
                slot.flags.set(Flags::LIVE, said.live);
                slot.set_reach(said.reach);
                slot.since = said.since.map_or(slot.since, Stamp::from);
                slot.checked = said.is_of(now).into();
            }
            self.set_why(row, said.reason);
            self.date_row(row);
            return Some(row);
        };
        let (from, old_codec) = self
            .slots
            .get(row as usize)
            .map_or((Condition::Unknown, 0), |slot| (slot.condition, slot.codec));
        if let Some(to) = said.condition {
            let field = Field::Registration {
                from,
                to,
                reason: said.reason,
                missed: false,
            };
            self.set_condition(row, (to, said.reason), field, (now, said.since), changes);
            self.set_since(row, said.since, now, changes);
        }
        self.set_reach(row, said.reach, now, changes);
        if let Some(to) = said.codec {
            let field = Field::Codec {
                from: old_codec,
                to,
                missed: false,
            };
            self.set_codec(row, to, field, now, changes);
        }
        self.confirm(row, &said, now, changes);
        Some(row)
    }

    /// A change of a row that a still has known of: it counts as flaps do, and nothing else changes.
    pub(super) fn recall_flap(&mut self, row: u32, at: Millis, changes: &mut Changes) {
        self.flaps.recall(row, at);
        self.amend(row, at, changes, |slot| {
            slot.flaps = slot.flaps.saturating_add(1);
            slot.recent = slot.recent.saturating_add(1);
        });
    }

    /// `since` is the organisation's own time of it, which is better than when we heard of it.
    fn set_condition(
        &mut self,
        row: u32,
        (to, reason): (Condition, NameId),
        field: Field,
        (now, since): (Millis, Option<Millis>),
        changes: &mut Changes,
    ) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        let from = slot.condition;
        if (from, self.why(row)) == (to, reason) {
            return;
        }
        let at = Stamp::from(now);
        // Whoever goes home or comes to work does not flap, and neither does who telephones.
        let turn = |from, to| from == Believed::Registered && to == Believed::Lost;
        let (was, is) = (from.worth(), to.worth());
        let flap = (turn(was, is) || turn(is, was)) && slot.flaps < u16::MAX;
        let trail = self.history.push(row, slot.trail, (at, field));
        if flap {
            self.flaps.push(row, now);
        }
        self.set_why(row, reason);
        self.amend(row, now, changes, |slot| {
            slot.condition = to;
            // The organisation has just said so: that is as sure as it gets.
            slot.flags.set(Flags::STALE, false);
            slot.since = since.map_or(at, Stamp::from);
            slot.changed = at;
            slot.last = field;
            slot.trail = trail;
            slot.flaps += u16::from(flap);
            slot.recent = slot.recent.saturating_add(u16::from(flap));
        });
        self.tick(now, changes);
    }

    fn set_reach(&mut self, row: u32, reach: Option<bool>, now: Millis, changes: &mut Changes) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        if reach.is_some() && reach != slot.reach() {
            self.amend(row, now, changes, |slot| slot.set_reach(reach));
        }
    }

    /// The same of a registration that is as it was: it may have been another one meanwhile.
    fn set_since(&mut self, row: u32, since: Option<Millis>, now: Millis, changes: &mut Changes) {
        let known = self.slots.get(row as usize).map(|slot| slot.since);
        let told = since.map(Stamp::from).filter(|told| Some(*told) != known);
        if let Some(told) = told {
            self.amend(row, now, changes, |slot| slot.since = told);
        }
    }

    fn set_codec(
        &mut self,
        row: u32,
        to: NameId,
        field: Field,
        now: Millis,
        changes: &mut Changes,
    ) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        if slot.codec == to {
            return;
        }
        let at = Stamp::from(now);
        let trail = self.history.push(row, slot.trail, (at, field));
        self.amend(row, now, changes, |slot| {
            slot.codec = to;
            slot.changed = at;
            slot.last = field;
            slot.trail = trail;
        });
    }

    /// Notes that a device was spoken of. Its registration is sure again only when that was what was said; of one that a
    /// stream does not keep up, anything else that is said makes it neither live nor newer.
    fn confirm(&mut self, row: u32, said: &Said, now: Millis, changes: &mut Changes) {
        let Some(slot) = self.slots.get_mut(row as usize) else {
            return;
        };
        let sure = said.condition.is_some();
        let live = said.live && (sure || slot.flags.has(Flags::LIVE));
        let checked = sure || live;
        if checked {
            slot.checked = said.is_of(now).into();
        }
        let fresh = sure && slot.flags.has(Flags::STALE);
        if fresh || slot.flags.has(Flags::LIVE) != live {
            self.amend(row, now, changes, |slot| {
                slot.flags.set(Flags::LIVE, live);
                if fresh {
                    slot.flags.set(Flags::STALE, false);
                }
            });
        } else if checked {
            changes.confirmed.push(RowId(row));
        }
    }

    /// Notes a gap or its end in the timeline of a user.
    pub(super) fn cover(&mut self, user: u32, fresh: bool, now: Millis) {
        if let Some(owner) = self.users.get_mut(user) {
            owner.coverage = self
                .coverage
                .push(user, owner.coverage, (now.into(), fresh));
        }
    }

    /// Removes the rows of a user that are not in `named`; the others stay in the order in which they are chained.
    pub(super) fn keep_only(&mut self, user: u32, mut named: Vec<u32>, changes: &mut Changes) {
        named.sort_unstable();
        let mut first = NONE;
        for row in self.rows_of(user).into_iter().rev() {
            if named.binary_search(&row).is_err() {
                self.remove_row(row, changes);
            } else if let Some(slot) = self.slots.get_mut(row as usize) {
                slot.next = std::mem::replace(&mut first, row);
            }
        }
        if let Some(owner) = self.users.get_mut(user) {
            owner.first_row = first;
        }
    }

    pub(super) fn rows_of(&self, user: u32) -> Vec<u32> {
        self.chain(user).collect()
    }

    pub(super) fn chain(&self, user: u32) -> impl Iterator<Item = u32> {
        let first = self.users.get(user).map_or(NONE, |owner| owner.first_row);
        let next = |&row: &u32| {
            let next = self.slots.get(row as usize)?.next;
            (next != NONE).then_some(next)
        };
        std::iter::successors((first != NONE).then_some(first), next)
    }

    pub(super) fn is_stale(&self, row: u32) -> bool {
        let slot = self.slots.get(row as usize);
        slot.is_some_and(|slot| slot.flags.has(Flags::STALE))
    }
}
