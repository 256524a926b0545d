//! What a sweep says of phones that it does not name.

use std::collections::BTreeSet;

use hashbrown::HashSet;
use tokio::time::Instant;

use super::{Book, Moment, Part, Telling};
use crate::model::registration::phone::Sighting;
use crate::model::{DeviceId, UserId};

/// Phones that one step of a sweep makes sure; what is told at once is bounded.
const STEP: usize = 1_000;

/// What a step came to.
#[derive(Debug, Default)]
pub(in crate::feed::platform::phones) struct SweepStep {
    /// Phones that are sure now, or not stale any more.
    pub sightings: Vec<Sighting>,
    /// Pages with phones that were not well, and of which nothing of the kind is said any more.
    pub better: BTreeSet<u32>,
    /// Whether there is more to take in.
    pub more: bool,
}

impl Book {
    /// Takes in, a step at a time, a sweep that began at `begun`: `named` are all phones that the organisation has which are not well by
    /// their word. Those that it does not name and that were well are so still, as far as their edges go, as long as no phone was seen that
    /// is well by its word alone; of the others only a read says how they are.
    pub fn swept(
        &mut self,
        named: &HashSet<DeviceId>,
        (begun, asked): (Moment, Instant),
    ) -> SweepStep {
        let mut step = SweepStep::default();
        let mut settled = Vec::new();
        for (id, entry) in &mut self.phones {
            if entry.spoken > begun || entry.seen > begun || named.contains(id) {
                continue;
            }
            let well = entry.standing.served_by_own() == Some(true);
            let stale = entry.is_stale() && !entry.browser;
            if entry.standing.served_by_own() == Some(false) {
                step.better.insert(entry.place.0);
            } else if self.words_lie {
                // What it does not name may be lost all the same.
            } else if well && (stale || entry.unsure.is_some_and(|since| begun > since)) {
                settled.push(id.clone());
                if settled.len() > STEP {
                    step.more = true;
                    break;
                }
            } else if well && !entry.browser {
                entry.checked = entry.checked.max(entry.checked.map(|_| asked));
                entry.silent = true;
            }
        }
        for id in settled {
            let Some(user) = self.phones.get(&id).map(|entry| entry.user.clone()) else {
                continue;
            };
            let duty = self.persons.duty(&user);
            let told = self.amend(&id, |entry| {
                let stale = entry.is_stale();
                entry.confirm(begun, false);
                let told = entry.sighting(id.clone(), &duty, Telling::read(Part::Edges, asked));
                entry.silent = true;
                told.filter(|told| stale || told.live)
            });
            step.sightings.extend(told.flatten());
        }
        step
    }

    /// A phone was seen that its edge calls well and does not reach: those that only the silence of sweeps has made sure are so no more.
    pub(super) fn distrust_words(&mut self) {
        if std::mem::replace(&mut self.words_lie, true) {
            return;
        }
        let now = self.moment();
        let silent = self.phones.iter().filter(|(_, entry)| entry.silent);
        let silent: Vec<_> = silent.map(|(id, _)| id.clone()).collect();
        for id in silent {
            let user = self.amend(&id, |entry| {
                (entry.silent, entry.stale.edges, entry.checked) = (false, true, None);
                entry.unsure = entry.carried().then_some(now);
                entry.user.clone()
            });
            self.doubted.extend(user.map(|user| (user, id)));
        }
    }

    /// Phones that sweeps had made sure, of which it has turned out that sweeps cannot.
    pub fn take_doubted(&mut self) -> Vec<(UserId, DeviceId)> {
        std::mem::take(&mut self.doubted)
    }
}
