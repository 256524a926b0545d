//! What the feeds tell of phones. Unlike a user's devices on the direct API they come page by page, so a read says nothing of phones that it
//! does not name.

use super::Said;
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::{PhoneTraits, Sighting};
use crate::model::{DeviceId, UserId};
use crate::store::row::Flags;
use crate::store::{Changes, Registrations, RowId};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::PhoneNews;

impl Registrations {
    /// Takes in what became known of phones.
    pub fn phones(&mut self, told: PhoneNews, now: Millis, changes: &mut Changes) {
        match told {
            PhoneNews::Read(sightings) => {
                self.read_ended(now, true);
                for sighting in &sightings {
                    self.sight(sighting, now, changes);
                }
            }
            PhoneNews::Events(sightings) => {
                for sighting in &sightings {
                    self.metrics.event(now);
                    self.sight(sighting, now, changes);
                }
            }
            PhoneNews::Names(names) => {
                for (user, device, name) in names {
                    self.label(&user, device, name, now, changes);
                }
            }
            PhoneNews::Traits(told) => {
                for (user, device, traits) in told {
                    self.share_traits(&user, device, traits, now, changes);
                }
            }
            PhoneNews::Gap(phones) => self.phones_unsure(&phones, now, changes),
            PhoneNews::ReadFailed { phones, .. } => {
                self.read_ended(now, false);
                self.phones_unsure(&phones, now, changes);
            }
            PhoneNews::Gone(phones) => self.phones_gone(&phones, changes),
            PhoneNews::Whole => self.forget_remembered(changes),
        }
        self.metrics.registered(now, self.counts);
    }

    fn label(
        &mut self,
        user: &UserId,
        device: DeviceId,
        name: Text,
        now: Millis,
        changes: &mut Changes,
    ) {
        if self.labels.get(&device) == Some(&name) {
            return;
        }
        let row = self.find(user, &device);
        self.labels.insert(device, name);
        if let Some(RowId(row)) = row {
            self.amend(row, now, changes, |_| {});
            changes.renamed.push(RowId(row));
        }
    }

    fn share_traits(
        &mut self,
        user: &UserId,
        device: DeviceId,
        told: PhoneTraits,
        now: Millis,
        changes: &mut Changes,
    ) {
        let row = self.find(user, &device);
        let known = self.traits.entry(device).or_default();
        let traits = PhoneTraits {
            agent: told.agent.or_else(|| known.agent.clone()),
            network: told.network.or_else(|| known.network.clone()),
        };
        if *known == traits {
            return;
        }
        *known = traits;
        if let Some(RowId(row)) = row {
            self.amend(row, now, changes, |_| {});
        }
    }

    fn sight(&mut self, sighting: &Sighting, now: Millis, changes: &mut Changes) {
        let Some(user) = self.users.find_or_add(&sighting.user) else {
            return;
        };
        let said = Said {
            condition: Some(sighting.condition),
            reason: self.reasons.id(sighting.reason.as_ref()),
            reach: sighting.reach,
            since: sighting.since,
            codec: None,
            live: sighting.live,
            asked: sighting.asked,
        };
        let stale = self
            .find_row(user, &sighting.device)
            .is_some_and(|row| self.is_stale(row));
        let row = self.hear(user, &sighting.device, said, now, changes);
        if stale {
            self.cover(user, true, now);
        }
        match (row, &sighting.edge) {
            (Some(row), Some(edge)) => drop(self.serving.insert(row, edge.clone())),
            (Some(row), None) => drop(self.serving.remove(&row)),
            (None, _) => {}
        }
        if let Some(row) = row {
            self.set_obstacle(row, sighting.obstacle.as_ref(), now, changes);
        }
        let slot = row.and_then(|row| self.slots.get_mut(row as usize));
        if let Some((slot, reboots)) = slot.zip(sighting.reboots) {
            slot.flags.set(Flags::FIXED, !reboots);
        }
        if let Some(row) = row.filter(|_| !sighting.raw.is_empty()) {
            self.frames.push(row, &sighting.raw);
            if let Some(slot) = self.slots.get_mut(row as usize) {
                slot.flags.set(Flags::FRAME, true);
            }
        }
    }

    /// What keeps calls from whose phone it is; a row that is otherwise as it was has changed by it.
    pub(in crate::store) fn set_obstacle(
        &mut self,
        row: u32,
        obstacle: Option<&Obstacle>,
        now: Millis,
        changes: &mut Changes,
    ) {
        if self.obstacles.get(&row) == obstacle {
            return;
        }
        match obstacle {
            Some(obstacle) => drop(self.obstacles.insert(row, obstacle.clone())),
            None => drop(self.obstacles.remove(&row)),
        }
        self.amend(row, now, changes, |_| {});
    }

    fn phones_unsure(&mut self, phones: &[(UserId, DeviceId)], now: Millis, changes: &mut Changes) {
        for (user, device) in phones {
            let Some(user) = self.users.find(user) else {
                continue;
            };
            let Some(row) = self
                .find_row(user, device)
                .filter(|row| !self.is_stale(*row) && !self.is_remembered(*row))
            else {
                continue;
            };
            self.amend(row, now, changes, |slot| {
                slot.flags.set(Flags::STALE, true);
                slot.flags.set(Flags::LIVE, false);
            });
            self.cover(user, false, now);
        }
    }

    fn phones_gone(&mut self, phones: &[(UserId, DeviceId)], changes: &mut Changes) {
        for (user, device) in phones {
            let Some(user) = self.users.find(user) else {
                continue;
            };
            let gone = self.find_row(user, device);
            let mut others = self.rows_of(user);
            others.retain(|row| Some(*row) != gone);
            self.keep_only(user, others, changes);
            self.labels.remove(device);
            self.traits.remove(device);
        }
    }
}
