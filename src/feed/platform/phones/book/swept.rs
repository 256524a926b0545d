//! What a sweep says of phones that it does not name.

use std::collections::BTreeSet;

use bytes::Bytes;
use hashbrown::HashSet;
use tokio::time::Instant;

use super::{Book, Moment};
use crate::model::DeviceId;
use crate::model::registration::phone::Sighting;

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
    /// Takes in, a step at a time, a sweep that began at `begun`: `named` are all phones that the organisation has which are not well. Those
    /// that it does not name and that were well are so still, as far as their edges go; of the others only a read says how they are.
    pub fn swept(&mut self, named: &HashSet<DeviceId>, begun: Moment) -> SweepStep {
        let (mut step, now) = (SweepStep::default(), Instant::now());
        let mut settled = Vec::new();
        for (id, entry) in &mut self.phones {
            if entry.spoken > begun || entry.seen > begun || named.contains(id) {
                continue;
            }
            let well = entry.standing.served_by_own() == Some(true);
            let stale = entry.stale && !entry.browser;
            if entry.standing.served_by_own() == Some(false) {
                step.better.insert(entry.place.0);
            } else if well && (stale || entry.unsure.is_some_and(|since| begun > since)) {
                settled.push(id.clone());
                if settled.len() > STEP {
                    step.more = true;
                    break;
                }
            } else if well && !entry.browser {
                entry.checked = entry.checked.map(|_| now);
            }
        }
        for id in settled {
            let Some(user) = self.phones.get(&id).map(|entry| entry.user.clone()) else {
                continue;
            };
            let duty = self.persons.duty(&user);
            let told = self.amend(&id, |entry| {
                entry.confirm(begun, false);
                let fresh = entry.stale && !entry.browser;
                let sure = !entry.is_polled();
                (fresh || sure).then(|| entry.sighting(id.clone(), &duty, Bytes::new()))
            });
            step.sightings.extend(told.flatten());
        }
        step
    }
}
