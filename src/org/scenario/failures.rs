//! Edges that fail now and then, and with each the phones that it serves.
//!
//! Drawn from a stream of the seed of its own, so that the course of registrations is the same with and without it.

use std::time::Duration;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::seconds;
use crate::org::edges;
use crate::org::state::World;

/// The course of the edges' failures.
pub(super) struct Failures {
    rng: ChaCha8Rng,
    at: Duration,
    /// The edge that is away.
    away: Option<usize>,
}

impl Failures {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(9);
        // After the first outage of a site and the first trouble of a carrier, so that each is seen by itself.
        let at = seconds(&mut rng, 150.0, 210.0);
        let away = None;
        Self { rng, at, away }
    }

    /// When the next change is due, from the start.
    pub(super) const fn due(&self) -> Duration {
        self.at
    }

    /// Makes the next change happen: an edge fails for half a minute or so, and the next one minutes later.
    pub(super) fn step(&mut self, world: &mut World, now: Timestamp) {
        if let Some(edge) = self.away.take() {
            world.set_edge(edge, Some(true), None, now);
            self.at += seconds(&mut self.rng, 240.0, 480.0);
        } else {
            let edge = self.rng.random_range(0..edges::COUNT);
            world.set_edge(edge, Some(false), None, now);
            self.away = Some(edge);
            self.at += seconds(&mut self.rng, 20.0, 40.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_takes_its_phones_along_and_brings_them_back() {
        let mut world = World::populate(240, 3, Timestamp::now());
        let registered = |world: &World| {
            let all = world.places();
            all.filter(|place| world.device(*place).is_some_and(|device| device.registered))
                .count()
        };
        let (usual, mut failures) = (registered(&world), Failures::new(3));
        failures.step(&mut world, Timestamp::now());
        let edge = failures.away.unwrap();
        assert!(registered(&world) < usual && !world.plant.is_up(edge));
        failures.step(&mut world, Timestamp::now());
        assert_eq!(registered(&world), usual);
    }
}
