//! What befalls the carriers: one degrades within the first half minute and recovers, and now and then one is down.
//!
//! Drawn from a stream of the seed of its own, so that the course of registrations is the same with and without it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::seconds;
use crate::org::carriers::{Carrier, DEGRADED, DOWN, HEALTHY};

/// Something that was decided earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PlannedTrouble {
    Strikes,
    Ends { carrier: usize },
}

/// The course of the carriers' troubles.
pub(super) struct Troubles {
    rng: ChaCha8Rng,
    plans: BinaryHeap<Reverse<(Duration, PlannedTrouble)>>,
    struck: bool,
}

impl Troubles {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(2);
        // Early enough that a poll every 30 s has seen it within the first minute.
        let first = seconds(&mut rng, 10.0, 25.0);
        Self {
            rng,
            plans: BinaryHeap::from([Reverse((first, PlannedTrouble::Strikes))]),
            struck: false,
        }
    }

    /// When the next change is due, from the start.
    pub(super) fn due(&self) -> Duration {
        self.plans
            .peek()
            .map_or(Duration::MAX, |Reverse((at, _))| *at)
    }

    /// Makes the next change happen.
    pub(super) fn step(&mut self, carriers: &mut [Carrier]) {
        match self.plans.pop() {
            Some(Reverse((at, PlannedTrouble::Strikes))) => self.strike(at, carriers),
            Some(Reverse((_, PlannedTrouble::Ends { carrier }))) => set(carriers, carrier, HEALTHY),
            None => {}
        }
    }

    /// One healthy carrier degrades, or goes down, for one to two minutes; the next is struck two to four minutes on.
    /// The first trouble is a degradation of a carrier whose certificate holds, so that its alert tells of nothing else.
    fn strike(&mut self, at: Duration, carriers: &mut [Carrier]) {
        let first = !std::mem::replace(&mut self.struck, true);
        let choice: Vec<usize> = (0..)
            .zip(carriers.iter())
            .filter(|(_, carrier)| carrier.health == HEALTHY)
            .filter(|(_, carrier)| !first || carrier.certificate.holds())
            .map(|(number, _)| number)
            .collect();
        let drawn = self.rng.random_range(0..choice.len().max(1));
        let down = self.rng.random_ratio(1, 3) && !first;
        let lasts = seconds(&mut self.rng, 60.0, 120.0);
        let next = seconds(&mut self.rng, 120.0, 240.0);
        if let Some(carrier) = choice.get(drawn).copied() {
            set(carriers, carrier, if down { DOWN } else { DEGRADED });
            self.plans
                .push(Reverse((at + lasts, PlannedTrouble::Ends { carrier })));
        }
        self.plans
            .push(Reverse((at + next, PlannedTrouble::Strikes)));
    }
}

fn set(carriers: &mut [Carrier], number: usize, health: &str) {
    if let Some(carrier) = carriers.get_mut(number) {
        carrier.health = health.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::carriers;

    /// The health of every carrier at each full second.
    fn course(seed: u64, end: u64) -> Vec<Vec<String>> {
        let mut carriers = carriers::carriers();
        let mut troubles = Troubles::new(seed);
        let mut course = Vec::new();
        for second in 0..end {
            while troubles.due() <= Duration::from_secs(second) {
                troubles.step(&mut carriers);
            }
            let health = carriers.iter().map(|carrier| carrier.health.to_string());
            course.push(health.collect());
        }
        course
    }

    fn ever(course: &[Vec<String>], health: &str) -> bool {
        course.iter().flatten().any(|seen| seen == health)
    }

    #[test]
    fn one_degrades_in_the_first_half_minute_and_recovers() {
        for seed in 0..20 {
            let seen = course(seed, 130);
            assert!(!ever(&seen[..10], DEGRADED), "seed {seed}: quiet at first");
            assert!(ever(&seen[..30], DEGRADED), "seed {seed}");
            assert!(
                !ever(&seen, DOWN),
                "seed {seed}: the first is a degradation"
            );
            let first = (0..5)
                .find(|carrier| seen[29][*carrier] == DEGRADED)
                .unwrap();
            let later = course(seed, 150);
            let back = later.iter().skip(30).any(|at| at[first] == HEALTHY);
            assert!(back, "seed {seed}: recovered within two minutes");
        }
    }

    #[test]
    fn now_and_then_one_goes_down() {
        assert!((0..10).all(|seed| ever(&course(seed, 7200), DOWN)));
    }

    #[test]
    fn the_same_seed_is_the_same_course() {
        assert_eq!(course(3, 1000), course(3, 1000));
        assert_ne!(course(3, 1000), course(4, 1000));
    }
}
