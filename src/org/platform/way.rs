//! Which way a call goes, and how well: by which carrier, which edge, and whether it is one of those that suffer.
//!
//! Drawn from the id of the conversation, so that the same call always went the same way.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::org::carriers::DEGRADED;
use crate::org::edges;
use crate::org::interactions::legs::Leg;
use crate::org::interactions::{AGENT, Interaction};
use crate::org::state::{DeviceKey, World};

/// The carrier whose calls sound bad, where they do.
const CARRIER: usize = 0;

/// How many of a degraded carrier's calls come to anybody's notice, in a hundred.
const NOTICED: f64 = 0.8;

/// Since when a carrier's calls sound bad, and how many of them.
pub(super) type Bad = Option<(Timestamp, f64)>;

/// The way of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// What everything about it is drawn from.
    pub(super) draw: u64,
    /// The carrier, by its place among all of so many.
    pub(super) carrier: usize,
    /// The edge, by its place among those that are there for good.
    pub(super) edge: usize,
}

impl Way {
    pub(super) fn of(call: &Interaction, carriers: usize) -> Self {
        let draw = hash(&call.id);
        Self {
            draw,
            carrier: pick(draw, carriers),
            edge: pick(draw >> 8, edges::COUNT),
        }
    }

    /// Whether it is one of the calls that sound bad.
    pub(super) fn is_bad(self, call: &Interaction, bad: Bad) -> bool {
        let since = bad.filter(|(since, _)| self.carrier == CARRIER && call.started >= *since);
        since.is_some_and(|(_, share)| self.among(share))
    }

    /// Whether its carrier had trouble with it: it was degraded by then, and is so now; or its calls sound bad.
    pub(super) fn suffers(self, call: &Interaction, world: &World, bad: Bad) -> bool {
        let told = world.plant.carriers.get(self.carrier);
        let degraded = world
            .carriers
            .get(self.carrier)
            .is_some_and(|carrier| carrier.health == DEGRADED)
            && told.is_some_and(|told| call.started >= told.since);
        self.is_bad(call, bad) || degraded && self.among(NOTICED)
    }

    fn among(self, share: f64) -> bool {
        let luck = u32::try_from((self.draw >> 16) % 100).unwrap_or(0);
        f64::from(luck) < share * 100.0
    }
}

/// The person whose leg it is, by the place in the table.
pub(super) fn person(leg: &Leg) -> Option<usize> {
    let number = leg.who.id.strip_prefix("u-");
    let number = number.filter(|_| leg.who.purpose == AGENT)?;
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// The edge that serves somebody's first telephone.
pub(super) fn edge_of(world: &World, person: usize) -> usize {
    world.edge_of(DeviceKey { person, device: 0 })
}

/// The same number for the same text.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn pick(draw: u64, many: usize) -> usize {
    let many = u64::try_from(many.max(1)).unwrap_or(1);
    usize::try_from(draw % many).unwrap_or(0)
}
