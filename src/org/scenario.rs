//! What happens by itself: devices that drop and come back, a few that flap, codecs that change, and now and then
//! a site that goes dark. Carriers have troubles of their own, and edges fail.
//!
//! The course of events is drawn from the seed alone, in time of its own; [`play`] lays that time on the clock. The
//! same seed gives the same course, whatever the machine does.

mod failures;
mod trouble;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;

use self::failures::Failures;
use self::trouble::Troubles;
use super::people;
use super::shared::Shared;
use super::state::{DeviceKey, World};

/// The most events that are applied at once; streams and reads get their turn between.
const BATCH: usize = 512;

/// When the clock runs further ahead than this, as after a suspend, the missed time is skipped, not made up for.
const FURTHEST_BEHIND: Duration = Duration::from_secs(2);

/// Plays the scenario for ever; `rate` events per second on average.
pub(super) async fn play(shared: Arc<Shared>, rate: f64, seed: u64) {
    let mut scenario = Scenario::new(&shared.world(), rate, seed);
    let mut origin = Instant::now();
    loop {
        tokio::time::sleep_until(origin + scenario.due()).await;
        let behind = origin.elapsed().saturating_sub(scenario.due());
        if behind > FURTHEST_BEHIND {
            origin += behind;
        }
        scenario.catch_up(&mut shared.world(), origin.elapsed());
        tokio::task::yield_now().await;
    }
}

/// Something that was decided earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PlannedOutage {
    OutageBegins,
    Darken { person: usize, device: usize },
    Relight { person: usize, device: usize },
}

/// The course of events.
pub(super) struct Scenario {
    rng: ChaCha8Rng,
    rate: f64,
    /// When the next event of the steady rate is due.
    steady: Duration,
    plans: BinaryHeap<Reverse<(Duration, PlannedOutage)>>,
    /// Devices that were dropped, longest first.
    lost: VecDeque<DeviceKey>,
    /// How many lost devices there are when all is normal.
    usual: usize,
    flappers: Vec<DeviceKey>,
    troubles: Troubles,
    failures: Failures,
}

impl Scenario {
    pub(super) fn new(world: &World, rate: f64, seed: u64) -> Self {
        // Another stream of the seed than the one that drew the people.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1);
        let lost = lost(world);
        let devices: usize = world.people.iter().map(|person| person.devices.len()).sum();
        let first_outage = seconds(&mut rng, 30.0, 75.0);
        let mut scenario = Self {
            rng,
            rate,
            steady: Duration::ZERO,
            plans: BinaryHeap::from([Reverse((first_outage, PlannedOutage::OutageBegins))]),
            lost,
            usual: devices / 50 + 1,
            flappers: Vec::new(),
            troubles: Troubles::new(seed),
            failures: Failures::new(seed),
        };
        scenario.flappers = (0..3 + devices / 400)
            .filter_map(|_| scenario.any(world))
            .collect();
        scenario.steady = scenario.gap();
        scenario
    }

    /// When the next event happens, from the start.
    pub(super) fn due(&self) -> Duration {
        let apart = self.troubles.due().min(self.failures.due());
        self.registrations_due().min(apart)
    }

    fn registrations_due(&self) -> Duration {
        self.plans
            .peek()
            .map_or(self.steady, |Reverse((at, _))| self.steady.min(*at))
    }

    /// Makes what is due by `passed` happen, as much as one batch takes.
    fn catch_up(&mut self, world: &mut World, passed: Duration) {
        let now = Timestamp::now();
        for _ in 0..BATCH {
            if self.due() > passed {
                break;
            }
            self.step(world, now);
        }
    }

    /// Makes the next event happen.
    pub(super) fn step(&mut self, world: &mut World, now: Timestamp) {
        if self.failures.due() < self.registrations_due().min(self.troubles.due()) {
            self.failures.step(world, now);
            return;
        }
        if self.troubles.due() < self.registrations_due() {
            self.troubles.step(&mut world.carriers);
            world.tell_carriers(now);
            return;
        }
        match self.plans.peek() {
            Some(Reverse((at, _))) if *at <= self.steady => {
                if let Some(Reverse((at, plan))) = self.plans.pop() {
                    self.carry_out(plan, at, world, now);
                }
            }
            _ => {
                self.happen(world, now);
                let gap = self.gap();
                self.steady += gap;
            }
        }
    }

    /// One event of the steady rate, always one frame. Most are no news, so that at the default rate a device drops once in half an
    /// hour and only the few that flap do so often enough to be called flapping.
    fn happen(&mut self, world: &mut World, now: Timestamp) {
        match self.rng.random_range(0..100) {
            0..8 => self.churn(world, now),
            8..13 => self.flap(world, now),
            13..40 => self.change_codec(world, now),
            _ => {
                if let Some(place) = self.any(world) {
                    world.announce(place);
                }
            }
        }
    }

    /// Keeps about the usual number lost: one comes back when there are more, one drops when there are fewer.
    fn churn(&mut self, world: &mut World, now: Timestamp) {
        if self.lost.len() >= self.usual {
            let back = self.rng.random_range(0..self.lost.len());
            if let Some(place) = self.lost.remove(back) {
                world.tell(place, Some(true), None, now);
            }
        } else if let Some(place) = self.any(world) {
            world.may_go_home(place, now);
            if world.tell(place, Some(false), None, now) {
                self.lost.push_back(place);
            }
        }
    }

    fn flap(&mut self, world: &mut World, now: Timestamp) {
        if self.flappers.is_empty() {
            return;
        }
        let place = self.flappers[self.rng.random_range(0..self.flappers.len())];
        let registered = world.device(place).map(|device| !device.registered);
        world.tell(place, registered, None, now);
    }

    fn change_codec(&mut self, world: &mut World, now: Timestamp) {
        let codec = people::draw_codec(&mut self.rng);
        if let Some(place) = self.any(world) {
            let talks = world.device(place).is_some_and(|device| device.registered);
            world.tell(place, None, talks.then(|| codec.into()), now);
        }
    }

    fn carry_out(&mut self, plan: PlannedOutage, at: Duration, world: &mut World, now: Timestamp) {
        match plan {
            PlannedOutage::OutageBegins => {
                self.plan_outage(world, at);
                let next = at + seconds(&mut self.rng, 120.0, 300.0);
                self.plans
                    .push(Reverse((next, PlannedOutage::OutageBegins)));
            }
            PlannedOutage::Darken { person, device } => {
                world.update(DeviceKey { person, device }, Some(false), None, now);
            }
            PlannedOutage::Relight { person, device } => {
                world.update(DeviceKey { person, device }, Some(true), None, now);
            }
        }
    }

    /// Most devices of one site lose their registration within seconds, and return 20 to 40 s later. A site of
    /// thousands goes dark more slowly, at 2,000 devices a second.
    fn plan_outage(&mut self, world: &World, at: Duration) {
        let site = people::draw_site(&mut self.rng);
        let places: Vec<DeviceKey> = places(world)
            .filter(|place| world.people[place.person].site_number() == site)
            .collect();
        let onset = (places.len() as f64 / 2000.0).max(3.0);
        let length = seconds(&mut self.rng, 20.0, 40.0);
        for DeviceKey { person, device } in places {
            if self.rng.random_ratio(17, 20) {
                let dark = at + seconds(&mut self.rng, 0.0, onset);
                let light = dark + length + seconds(&mut self.rng, 0.0, 5.0);
                self.plans
                    .push(Reverse((dark, PlannedOutage::Darken { person, device })));
                self.plans
                    .push(Reverse((light, PlannedOutage::Relight { person, device })));
            }
        }
    }

    fn any(&mut self, world: &World) -> Option<DeviceKey> {
        let person = self.rng.random_range(0..world.people.len().max(1));
        let devices = world.people.get(person)?.devices.len();
        let device = self.rng.random_range(0..devices.max(1));
        Some(DeviceKey { person, device })
    }

    /// The time to the next event: exponential, as independent events come.
    fn gap(&mut self) -> Duration {
        let factor = -(1.0 - self.rng.random::<f64>()).ln();
        Duration::try_from_secs_f64(factor / self.rate).unwrap_or(Duration::from_secs(24 * 60 * 60))
    }
}

fn places(world: &World) -> impl Iterator<Item = DeviceKey> {
    let people = world.people.iter().enumerate();
    people.flat_map(|(person, found)| {
        (0..found.devices.len()).map(move |device| DeviceKey { person, device })
    })
}

fn lost(world: &World) -> VecDeque<DeviceKey> {
    places(world)
        .filter(|place| {
            world
                .device(*place)
                .is_some_and(|device| !device.registered)
        })
        .collect()
}

fn seconds(rng: &mut ChaCha8Rng, from: f64, to: f64) -> Duration {
    Duration::from_secs_f64(rng.random_range(from..to))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Devices that are registered, and events so far.
    fn counts(world: &World) -> (usize, u64) {
        let registered = places(world)
            .filter(|place| world.device(*place).is_some_and(|device| device.registered));
        (registered.count(), world.events())
    }

    /// Plays up to `end` seconds and counts at each full one.
    fn course(seed: u64, rate: f64, end: u64) -> Vec<(usize, u64)> {
        let mut world = World::populate(240, seed, Timestamp::now());
        let mut scenario = Scenario::new(&world, rate, seed);
        let mut counted = Vec::new();
        for second in 0..end {
            while scenario.due() < Duration::from_secs(second) {
                scenario.step(&mut world, Timestamp::now());
            }
            counted.push(counts(&world));
        }
        counted
    }

    #[test]
    fn the_same_seed_is_the_same_course() {
        assert_eq!(course(4, 20.0, 200), course(4, 20.0, 200));
        assert_ne!(course(4, 20.0, 20), course(5, 20.0, 20));
    }

    #[test]
    fn a_site_goes_dark_within_ninety_seconds_and_returns() {
        for seed in 0..8 {
            let seen: Vec<usize> = course(seed, 6.0, 130)
                .into_iter()
                .map(|(registered, _)| registered)
                .collect();
            let (usual, lowest) = (
                seen[0],
                seen[30..90].iter().min().copied().unwrap_or_default(),
            );
            assert!(
                lowest * 100 < usual * 95,
                "seed {seed}: {lowest} of {usual} at the lowest"
            );
            assert!(
                seen[25] * 100 > usual * 95,
                "seed {seed}: quiet before the outage"
            );
            assert!(
                seen[125] * 100 > usual * 95,
                "seed {seed}: all back after it"
            );
        }
    }

    #[test]
    fn the_rate_is_kept() {
        let (_, events) = course(1, 1000.0, 21)[20];
        assert!((19_000..21_000).contains(&events), "{events} in 20 s");
    }
}
