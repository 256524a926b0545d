//! The cloud's own edges: many, and short-lived, as an organisation without machines of its own is seen to have them.
//!
//! A browser is served by one of them, and another stands in. Each has one trunk. Now and then one is replaced (`edges-recycle`): its
//! successor is there first, what it served moves over, then it is switched off, is not reached any more, and is gone.

use std::sync::Arc;
use std::time::Duration;

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;
use uuid::Uuid;

use super::people::SITES;
use super::plant::{EdgeState, Plant, Stay};
use super::platform::phones::{self, is_web_rtc};
use super::platform::{estate, trunks};
use super::shared::Shared;
use super::state::{DeviceKey, World};

/// The most of them: what a client keeps of edges.
pub(super) const MOST: u32 = 900;

/// How long one that was replaced is there before it is not reached, and then before it is gone: at most, and this part of the time
/// between two.
const STAGE: Duration = Duration::from_secs(3);

/// The cloud's edges that serve.
#[derive(Debug, Default)]
pub(super) struct Media {
    /// Each by its place among all edges.
    serving: Vec<usize>,
    /// Draws ids.
    rng: Option<ChaCha8Rng>,
}

impl Media {
    /// The edge that serves a person's browser, and the one that stands in; none where the cloud has no edges of its own.
    pub(super) fn serving(&self, person: usize) -> Option<(usize, usize)> {
        let count = self.serving.len();
        let at = |place: usize| self.serving.get(place.checked_rem(count)?).copied();
        Some((at(person)?, at(person + 1)?))
    }
}

impl Plant {
    /// Adds so many of the cloud's edges, the same for the same seed.
    pub(super) fn add_media(&mut self, count: u32, seed: u64, now: Timestamp) {
        // Another stream of the seed than those that draw anything else.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(11);
        self.media.rng = Some(rng);
        for _ in 0..count {
            let number = self.bear(now);
            self.media.serving.push(number);
        }
    }

    /// A new edge; it takes the place of one that is gone, where there is one.
    fn bear(&mut self, now: Timestamp) -> usize {
        let bits: [u8; 16] = self.media.rng.as_mut().map_or([0; 16], RngExt::random);
        let id = uuid::Builder::from_random_bytes(bits).into_uuid();
        let name = format_compact!("cloud-media-i-0{}", &id.simple().to_string()[..16]);
        let edge = EdgeState {
            stay: Stay::Media,
            ..EdgeState::new(written(id), name, SITES[0], now)
        };
        let free = self.edges.iter().position(|edge| edge.stay == Stay::Gone);
        if let Some((place, kept)) = free.and_then(|n| Some((n, self.edges.get_mut(n)?))) {
            *kept = edge;
            return place;
        }
        self.edges.push(edge);
        self.edges.len() - 1
    }
}

fn written(id: Uuid) -> CompactString {
    format_compact!("{}", id.hyphenated())
}

impl World {
    /// Replaces the cloud's edge of that turn: the successor serves from now on, and the other takes no calls. Returns the other's
    /// place; none where there is nothing to replace, or it has failed.
    fn succeed(&mut self, turn: usize, now: Timestamp) -> Option<usize> {
        let slot = turn.checked_rem(self.plant.media.serving.len())?;
        let old = *self.plant.media.serving.get(slot)?;
        if !self.plant.is_up(old) {
            return None;
        }
        let new = self.plant.bear(now);
        *self.plant.media.serving.get_mut(slot)? = new;
        self.plant.edges.get_mut(old)?.in_service = false;
        let moved: Vec<DeviceKey> = self
            .places()
            .filter(|place| self.edge_of(*place) == new)
            .collect();
        for place in moved {
            phones::tell(self, place);
        }
        trunks::tell(self, None, Some(old));
        Some(old)
    }

    /// One that was replaced is not reached any more.
    fn depart(&mut self, number: usize, now: Timestamp) {
        if let Some(edge) = self.plant.edges.get_mut(number) {
            (edge.online, edge.since) = (false, now);
        }
        estate::tell_edge(self, number);
        trunks::tell(self, None, Some(number));
    }

    /// The edge that serves a device, and the one that stands in, both by their places: those of its site for a desk phone, and for a
    /// browser the cloud's own, where there are any.
    pub(in crate::org) fn edges_of(&self, place: DeviceKey) -> (usize, usize) {
        let browser = self.device(place).is_some_and(is_web_rtc);
        let media = self.plant.media.serving(place.person);
        media.filter(|_| browser).unwrap_or_else(|| {
            let own = super::edges::serving(self.site_of(place));
            (own, super::edges::standing_in(own))
        })
    }
}

/// Replaces the cloud's edges one after the other, at the pace that the faults have at the time.
pub(super) async fn play(shared: Arc<Shared>) {
    let mut faults = shared.watch_faults();
    let mut turn = 0;
    loop {
        let every = faults.borrow_and_update().edges_recycle;
        if every.is_zero() {
            if faults.changed().await.is_err() {
                return;
            }
            continue;
        }
        tokio::select! {
            () = sleep(every) => {}
            changed = faults.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        }
        let old = shared.world().succeed(turn, Timestamp::now());
        turn = turn.wrapping_add(1);
        let Some(old) = old else { continue };
        let (here, stage) = (Arc::clone(&shared), STAGE.min(every));
        // Where there is too much to do it stays as it is: switched off, and reached.
        let _ = shared.errands.begin(async move {
            sleep(stage).await;
            here.world().depart(old, Timestamp::now());
            sleep(stage).await;
            if let Some(edge) = here.world().plant.edges.get_mut(old) {
                edge.stay = Stay::Gone;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_serves_what_the_other_did_and_nobody_is_lost() {
        let now = Timestamp::now();
        let mut world = World::populate(60, 3, now);
        world.plant.add_media(4, 3, now);
        let browser = world
            .places()
            .find(|place| world.device(*place).is_some_and(is_web_rtc))
            .unwrap();
        let (own, second) = world.edges_of(browser);
        assert!(own != second && world.plant.edges[own].stay == Stay::Media);
        let turn = browser.person % 4;
        assert_eq!(world.succeed(turn, now), Some(own));
        let (new, _) = world.edges_of(browser);
        assert!(new != own && world.plant.is_up(new) && !world.plant.is_up(own));
        assert_eq!(world.plant.standing().count(), 5 + 4 + 1);
        world.depart(own, now);
        world.plant.edges[own].stay = Stay::Gone;
        assert_eq!(world.plant.standing().count(), 5 + 4);
        // The next that is born takes the place.
        assert_eq!(world.succeed(turn, now), Some(new));
        assert_eq!(world.edges_of(browser).0, own);
        world.set_edge(own, Some(false), None, now);
        assert_eq!(world.succeed(turn, now), None, "it has failed");
    }
}
