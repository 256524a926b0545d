//! What happens to interactions by themselves: they begin, are answered, end, or are given up on.
//!
//! Drawn from a stream of the seed of its own, and laid on the clock by [`play`], as the course of registrations is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;

use super::{InteractionState, Interactions};
use crate::org::shared::Shared;

/// The mean time between two that begin; with the time each lasts it keeps about twenty under way.
const BEGINS_EVERY: f64 = 16.0;

/// How long somebody waits for an agent, and talks to one, in seconds.
const WAIT: (f64, f64) = (10.0, 60.0);
const TALK: (f64, f64) = (90.0, 480.0);

/// Plays for ever.
pub(in crate::org) async fn play(shared: Arc<Shared>, seed: u64) {
    let mut course = InteractionScenario::new(&shared.interactions(), seed);
    let origin = Instant::now();
    loop {
        tokio::time::sleep_until(origin + course.due()).await;
        course.step(&mut shared.interactions(), Timestamp::now());
    }
}

/// Something that was decided earlier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PlannedStep {
    Begins,
    IsAnswered(CompactString),
    Ends(CompactString),
}

struct InteractionScenario {
    rng: ChaCha8Rng,
    plans: BinaryHeap<Reverse<(Duration, PlannedStep)>>,
}

impl InteractionScenario {
    /// Plans the end of what is under way; the first one, which is the contract's example, never ends by itself.
    fn new(interactions: &Interactions, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(8);
        let mut course = Self {
            rng,
            plans: BinaryHeap::new(),
        };
        course.plan(Duration::ZERO, (1.0, BEGINS_EVERY), PlannedStep::Begins);
        for one in interactions.live().iter().skip(1) {
            let id = one.id.clone();
            match one.state {
                InteractionState::Queued => {
                    course.plan(Duration::ZERO, WAIT, PlannedStep::IsAnswered(id));
                }
                _ => course.plan(Duration::ZERO, TALK, PlannedStep::Ends(id)),
            }
        }
        course
    }

    /// When the next thing happens, from the start.
    fn due(&self) -> Duration {
        self.plans
            .peek()
            .map_or(Duration::MAX, |Reverse((at, _))| *at)
    }

    fn plan(&mut self, from: Duration, (least, most): (f64, f64), plan: PlannedStep) {
        let wait = Duration::from_secs_f64(self.rng.random_range(least..most));
        self.plans.push(Reverse((from + wait, plan)));
    }

    /// Makes the next thing happen.
    fn step(&mut self, interactions: &mut Interactions, now: Timestamp) {
        let Some(Reverse((at, plan))) = self.plans.pop() else {
            return;
        };
        match plan {
            PlannedStep::Begins => {
                if let Some(id) = interactions.add(InteractionState::Queued, now) {
                    self.plan(at, WAIT, PlannedStep::IsAnswered(id));
                }
                self.plan(at, (1.0, 2.0 * BEGINS_EVERY), PlannedStep::Begins);
            }
            PlannedStep::IsAnswered(id) => self.answer(at, id, interactions, now),
            PlannedStep::Ends(id) => {
                interactions.change(&id, now, |one, _| {
                    one.state = match one.state {
                        // It was moved to a queue meanwhile, and nobody answered there.
                        InteractionState::Queued => InteractionState::Abandoned,
                        _ => InteractionState::Completed,
                    };
                });
            }
        }
    }

    /// One in ten gives up first; one that was moved meanwhile is answered where it went.
    fn answer(
        &mut self,
        at: Duration,
        id: CompactString,
        interactions: &mut Interactions,
        now: Timestamp,
    ) {
        let gives_up = self.rng.random_ratio(1, 10);
        let known = interactions.change(&id, now, |one, cast| {
            if one.state != InteractionState::Queued {
                return;
            }
            if gives_up {
                one.state = InteractionState::Abandoned;
            } else {
                one.state = InteractionState::Active;
                one.participants.push(cast.agent());
            }
        });
        if known {
            self.plan(at, TALK, PlannedStep::Ends(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::state::World;

    /// How many are active and queued at each full minute, and all ids at the end.
    fn played(seed: u64, minutes: u64) -> (Vec<(usize, usize)>, Vec<CompactString>) {
        let world = World::populate(240, seed, Timestamp::now());
        let mut interactions = Interactions::populate(&world.people, seed, Timestamp::now());
        let mut course = InteractionScenario::new(&interactions, seed);
        let mut counts = Vec::new();
        for minute in 0..minutes {
            while course.due() <= Duration::from_secs(60 * minute) {
                course.step(&mut interactions, Timestamp::now());
            }
            let live = interactions.live();
            let active = live
                .iter()
                .filter(|one| one.state == InteractionState::Active);
            let active = active.count();
            counts.push((active, live.len() - active));
        }
        (
            counts,
            interactions.all().map(|one| one.id.clone()).collect(),
        )
    }

    #[test]
    fn the_same_seed_is_the_same_course() {
        assert_eq!(played(1, 20), played(1, 20));
        assert_ne!(played(1, 20).1, played(2, 20).1);
    }

    #[test]
    fn there_is_always_something_to_move_and_never_a_crowd() {
        for seed in 0..4 {
            let (counts, ids) = played(seed, 240);
            for (active, queued) in counts {
                assert!((4..=40).contains(&active), "{active} active");
                assert!(queued <= 12, "{queued} queued");
            }
            assert_eq!(ids[0], "interaction-12345-abcde");
            let unique: std::collections::HashSet<_> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len());
        }
    }
}
