//! Rows of an earlier run: taken in before anything is read, told apart until it is, and handed out for the next run.

use super::apply::Said;
use super::row::{Believed, Field, Flags, KeptRow};
use super::stamp::Stamp;
use super::{Changes, Registrations};
use crate::model::registration::condition::Condition;
use crate::model::registration::memory::{RememberedPerson, Was};
use crate::model::registration::{State, User};
use crate::time::Millis;

impl Registrations {
    /// Takes in what an earlier run knew. It counts as remembered and nothing else until something is said of it, and says
    /// nothing of what is known already.
    pub fn recall(&mut self, people: Vec<RememberedPerson>, changes: &mut Changes) {
        for RememberedPerson {
            id,
            name,
            site,
            devices,
        } in people
        {
            let Some(user) = self.users.recall(User { id, name, site }) else {
                continue;
            };
            for was in devices {
                if self.find_row(user, &was.id).is_none() {
                    self.recall_row(user, was, changes);
                }
            }
        }
    }

    /// The oldest and the newest moment at which an earlier run knew what it handed on; none where it handed on nothing.
    #[must_use]
    pub fn recalled(&self) -> Option<(Millis, Millis)> {
        self.recalled
    }

    fn recall_row(&mut self, user: u32, was: Was, changes: &mut Changes) {
        let condition = Condition::from(was.registered);
        let believed = condition.worth();
        let mut flags = Flags::default();
        flags.set(Flags::REMEMBERED, true);
        let (oldest, newest) = self.recalled.unwrap_or((was.as_of, was.as_of));
        self.recalled = Some((oldest.min(was.as_of), newest.max(was.as_of)));
        let start = (condition, Field::Remembered { was: believed }, flags);
        let codec = self.codecs.id(was.codec.as_ref());
        if let Some(label) = was.label {
            self.labels.insert(was.id.clone(), label);
        }
        let row = self.add_slot(user, was.id, start, was.as_of, changes);
        if let Some(slot) = row.and_then(|row| self.slots.get_mut(row as usize)) {
            (slot.codec, slot.checked) = (codec, was.checked.into());
        }
    }

    /// Everything that there is has been named: what is still only remembered is gone.
    pub fn forget_remembered(&mut self, changes: &mut Changes) {
        if self.counts.of(State::Remembered) == 0 {
            return;
        }
        for user in self.users.numbers() {
            let rows = self.rows_of(user);
            let (gone, kept): (Vec<u32>, _) =
                rows.into_iter().partition(|row| self.is_remembered(*row));
            for row in &gone {
                if let Some(slot) = self.slots.get(*row as usize) {
                    self.labels.remove(&slot.device);
                    self.traits.remove(&slot.device);
                }
            }
            if !gone.is_empty() {
                self.keep_only(user, kept, changes);
            }
        }
    }

    /// What is known for a next run to remember: users from that number on until they have `most` rows, and the number to go
    /// on from. Whoever has no device is left out: there is nothing to show of them.
    #[must_use]
    pub fn memory(
        &self,
        from: u32,
        most: usize,
        now: Millis,
    ) -> (Vec<RememberedPerson>, Option<u32>) {
        let (mut people, mut rows) = (Vec::new(), 0);
        let mut numbers = self.users.numbers().skip(from as usize);
        for user in numbers.by_ref() {
            let Some(owner) = self.users.get(user) else {
                continue;
            };
            let devices: Vec<Was> = self
                .rows_of(user)
                .into_iter()
                .rev()
                .filter_map(|row| Some(self.was(self.slots.get(row as usize)?, now)))
                .collect();
            rows += devices.len();
            if !devices.is_empty() {
                people.push(RememberedPerson {
                    id: owner.id.clone(),
                    name: owner.name.clone(),
                    site: self.users.sites.name(owner.site).cloned(),
                    devices,
                });
            }
            if rows >= most {
                break;
            }
        }
        (people, numbers.next())
    }

    fn was(&self, slot: &KeptRow, now: Millis) -> Was {
        let kept_up = slot.flags.has(Flags::LIVE) && !slot.flags.has(Flags::STALE);
        let as_of = if slot.flags.has(Flags::REMEMBERED) {
            slot.since.into()
        } else if kept_up {
            now
        } else {
            slot.checked.into()
        };
        Was {
            id: slot.device.clone(),
            label: self.labels.get(&slot.device).cloned(),
            registered: match slot.believed() {
                // That somebody was at home then says nothing of now.
                Believed::Unknown | Believed::OffDuty => None,
                Believed::Registered => Some(true),
                Believed::Lost => Some(false),
            },
            codec: self.codecs.name(slot.codec).cloned(),
            as_of,
            checked: slot.checked.into(),
        }
    }

    /// The first word of this run on a row that was only remembered: it is as if new, and where it differs from what was
    /// remembered, that is what changed. When it did is not known, so no flap is counted and nothing is dated back.
    pub(super) fn replace(&mut self, row: u32, said: Said, now: Millis, changes: &mut Changes) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        let (from, to) = (slot.condition, said.condition.unwrap_or_default());
        let field = match (from, to) {
            (Condition::Unknown, _) | (_, Condition::Unknown) => Field::Appeared,
            (from, to) if from.worth() == to.worth() => Field::Appeared,
            (from, to) => Field::Registration {
                from,
                to,
                reason: said.reason,
                missed: false,
            },
        };
        let at = Stamp::from(now);
        let trail = self.history.push(row, slot.trail, (at, field));
        self.set_why(row, said.reason);
        self.amend(row, now, changes, |slot| {
            slot.flags = Flags::default();
            slot.flags.set(Flags::LIVE, said.live);
            slot.condition = to;
            slot.set_reach(said.reach);
            slot.codec = said.codec.unwrap_or(0);
            slot.since = said.since.map_or(at, Stamp::from);
            (slot.changed, slot.checked) = (at, said.is_of(now).into());
            (slot.last, slot.trail) = (field, trail);
        });
    }

    pub(super) fn is_remembered(&self, row: u32) -> bool {
        let slot = self.slots.get(row as usize);
        slot.is_some_and(|slot| slot.flags.has(Flags::REMEMBERED))
    }
}
