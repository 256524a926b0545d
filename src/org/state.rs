//! The people, their devices and the carriers as they are now: the truth that reads, streams, topics and the control
//! surface all show. What happens to edges and to single phones is in `state/plant.rs`.
//!
//! A change and its frame happen under one lock, so that every stream sees changes in the order they were made.

mod plant;

use std::sync::Arc;

use compact_str::{CompactString, format_compact};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::carriers::{self, Carrier};
use super::duty::Duties;
use super::hub::{DeviceEvent, Hub};
use super::people::{self, Name};
use super::plant::Plant;
use super::platform::phones::{self, is_web_rtc};
use super::platform::topics::Topics;

/// The most devices of one user; the control surface may add up to it.
pub(super) const MAX_DEVICES: usize = 16;

/// A telephone or browser endpoint.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) id: CompactString,
    pub(super) codec: CompactString,
    pub(super) registered: bool,
    pub(super) since: Timestamp,
    /// Whether it was deleted; its place is never another's.
    pub(super) gone: bool,
}

/// A user; the id follows from the place in the table.
#[derive(Clone, Debug)]
pub(super) struct Person {
    name: Name,
    site: u8,
    pub(super) devices: Vec<Device>,
}

impl Person {
    /// The devices that were not deleted, each after its place.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, &Device)> {
        let devices = self.devices.iter().enumerate();
        devices.filter(|(_, device)| !device.gone)
    }

    pub(super) fn name(&self) -> String {
        self.name.full()
    }

    pub(super) fn site(&self) -> &'static str {
        people::SITES
            .get(usize::from(self.site))
            .copied()
            .unwrap_or("elsewhere")
    }

    pub(super) const fn site_number(&self) -> u8 {
        self.site
    }
}

/// Names one device of the table. Neither people nor devices ever leave it, so it stays good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DeviceKey {
    pub(super) person: usize,
    pub(super) device: usize,
}

/// Everyone, the carriers, and the streams that watch.
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) plant: Plant,
    pub(super) duties: Duties,
    pub(super) hub: Hub,
    pub(super) topics: Topics,
    /// Every device by its id, until one comes or goes.
    by_id: Option<Arc<[DeviceKey]>>,
    events: u64,
}

impl World {
    /// The same people for the same seed, about 98 % of their devices registered.
    pub(super) fn populate(users: u32, seed: u64, now: Timestamp) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut numbers = UniqueNumbers::new(users, &mut rng);
        let people: Vec<Person> = (0..users)
            .map(|_| draw_person(&mut numbers, now, &mut rng))
            .collect();
        let carriers = carriers::carriers();
        Self {
            duties: Duties::of(&people),
            people,
            plant: Plant::new(&carriers, now),
            carriers,
            hub: Hub::default(),
            topics: Topics::default(),
            by_id: None,
            events: 0,
        }
    }

    /// The user's place in the table, when there is such a user.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let digits = id
            .strip_prefix("u-")
            .filter(|digits| !digits.starts_with(['0', '+']))?;
        let index = digits.parse::<usize>().ok()?.checked_sub(1)?;
        (index < self.people.len()).then_some(index)
    }

    pub(super) fn device(&self, place: DeviceKey) -> Option<&Device> {
        let device = self.people.get(place.person)?.devices.get(place.device)?;
        (!device.gone).then_some(device)
    }

    /// How many changes and announcements there have been.
    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    /// Changes what is given of a device and tells its streams in one frame; says whether anything was new.
    pub(super) fn update(
        &mut self,
        place: DeviceKey,
        registered: Option<bool>,
        codec: Option<CompactString>,
        now: Timestamp,
    ) -> bool {
        let registered = registered.filter(|on| self.may_turn(place, *on));
        let Some(device) = self
            .people
            .get_mut(place.person)
            .and_then(|person| person.devices.get_mut(place.device))
            .filter(|device| !device.gone)
        else {
            return false;
        };
        let registered = registered.filter(|registered| *registered != device.registered);
        let codec = codec.filter(|codec| *codec != device.codec);
        let event = match (registered, &codec) {
            (Some(_), _) => DeviceEvent::Registration,
            (None, Some(_)) => DeviceEvent::Codec,
            (None, None) => return false,
        };
        if let Some(registered) = registered {
            device.registered = registered;
            device.since = now;
        }
        if let Some(codec) = codec {
            device.codec = codec;
        }
        let browser = is_web_rtc(device);
        if browser && registered == Some(true) {
            self.back_to_work(place.person, now);
        }
        self.publish(place, event);
        if browser && registered.is_some() {
            self.tell_connection(place.person);
            self.tell_routing(place.person, now);
        }
        true
    }

    /// Changes what is given of a device, or announces it when nothing is new: one frame in any case. Says whether
    /// anything was new.
    pub(super) fn tell(
        &mut self,
        place: DeviceKey,
        registered: Option<bool>,
        codec: Option<CompactString>,
        now: Timestamp,
    ) -> bool {
        let changed = self.update(place, registered, codec, now);
        if !changed {
            self.announce(place);
        }
        changed
    }

    /// Tells a device's streams how it is, without a change.
    pub(super) fn announce(&mut self, place: DeviceKey) {
        self.publish(place, DeviceEvent::Status);
    }

    /// Finds a user's device by its id, or adds it unregistered; none when the user has all they may.
    pub(super) fn place_device(
        &mut self,
        person: usize,
        id: &str,
        now: Timestamp,
    ) -> Option<DeviceKey> {
        let devices = &mut self.people.get_mut(person)?.devices;
        if let Some(device) = devices.iter().position(|device| device.id == id) {
            if std::mem::take(&mut devices[device].gone) {
                self.by_id = None;
            }
            return Some(DeviceKey { person, device });
        }
        if devices.len() >= MAX_DEVICES {
            return None;
        }
        devices.push(Device {
            id: id.into(),
            codec: "opus".into(),
            registered: false,
            since: now,
            gone: false,
        });
        let device = devices.len() - 1;
        self.by_id = None;
        Some(DeviceKey { person, device })
    }

    /// Adds a device to some user who has room: the one at `draw` (0 up to 1) of the table, or the next one after.
    pub(super) fn place_somewhere(
        &mut self,
        draw: f64,
        id: &str,
        now: Timestamp,
    ) -> Option<DeviceKey> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast saturates, and the remainder below brings it into the table"
        )]
        let first = (draw * self.people.len() as f64) as usize;
        let many = self.people.len();
        (0..many).find_map(|step| self.place_device((first + step) % many, id, now))
    }

    fn publish(&mut self, place: DeviceKey, event: DeviceEvent) {
        self.events += 1;
        let device = self
            .people
            .get(place.person)
            .and_then(|person| person.devices.get(place.device))
            .filter(|device| !device.gone);
        if let Some(device) = device {
            self.hub.publish(place.person, event, device);
        }
        if !matches!(event, DeviceEvent::Codec) {
            phones::tell(self, place);
        }
    }
}

/// The id of the user at a place in the table.
pub(super) fn user_id(person: usize) -> CompactString {
    format_compact!("u-{}", person.saturating_add(1))
}

/// Unique numbers that do not look counted: multiples of a prime, modulo a power of ten, never repeat.
struct UniqueNumbers {
    next: u64,
    modulus: u64,
}

impl UniqueNumbers {
    const STEP: u64 = 7919;

    fn new(users: u32, rng: &mut ChaCha8Rng) -> Self {
        let mut modulus = 10_000;
        while modulus < u64::from(users) * 4 {
            modulus *= 10;
        }
        Self {
            next: rng.random_range(0..modulus),
            modulus,
        }
    }

    fn draw(&mut self) -> u64 {
        self.next = (self.next + Self::STEP) % self.modulus;
        self.next
    }
}

fn draw_person(numbers: &mut UniqueNumbers, now: Timestamp, rng: &mut ChaCha8Rng) -> Person {
    let site = people::draw_site(rng);
    let name = Name::draw(site, rng);
    let count = match rng.random_range(0..10) {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let devices = (0..count).map(|nth| {
        let registered = rng.random_ratio(98, 100);
        let longest = if registered { 8 * 3600 } else { 600 };
        let age = SignedDuration::from_secs(rng.random_range(5..longest));
        Device {
            id: format_compact!("{}-{:04}", people::draw_kind(nth, rng), numbers.draw()),
            codec: people::draw_codec(rng).into(),
            registered,
            since: now.checked_sub(age).unwrap_or(now),
            gone: false,
        }
    });
    Person {
        name,
        site,
        devices: devices.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_large_organisation_has_unique_devices_and_is_nearly_all_registered() {
        let world = World::populate(20_000, 9, Timestamp::now());
        let devices: Vec<&Device> = world
            .people
            .iter()
            .flat_map(|person| &person.devices)
            .collect();
        let numbers: HashSet<&str> = devices
            .iter()
            .filter_map(|device| device.id.split('-').nth(1))
            .collect();
        assert_eq!(numbers.len(), devices.len());
        let registered = devices.iter().filter(|device| device.registered).count();
        assert!(registered * 100 > devices.len() * 97 && registered < devices.len());
        assert!(
            world
                .people
                .iter()
                .all(|person| (1..=3).contains(&person.devices.len()))
        );
    }

    #[test]
    fn only_canonical_ids_name_a_user() {
        let world = World::populate(12, 1, Timestamp::now());
        assert_eq!(world.find("u-1"), Some(0));
        assert_eq!(world.find("u-12"), Some(11));
        for id in [
            "u-0",
            "u-13",
            "u-01",
            "u-+1",
            "u-",
            "1",
            "u-99999999999999999999",
        ] {
            assert_eq!(world.find(id), None, "{id}");
        }
    }

    #[test]
    fn an_unchanged_device_makes_no_event() {
        let mut world = World::populate(1, 1, Timestamp::now());
        let place = DeviceKey {
            person: 0,
            device: 0,
        };
        let registered = world.device(place).unwrap().registered;
        assert!(!world.update(place, Some(registered), None, Timestamp::now()));
        assert!(world.update(place, Some(!registered), None, Timestamp::now()));
        assert_eq!(world.events(), 1);
    }

    #[test]
    fn devices_of_a_user_are_bounded() {
        let mut world = World::populate(1, 1, Timestamp::now());
        let now = Timestamp::now();
        let placed = (0..100)
            .filter_map(|n| world.place_device(0, &format!("x-{n}"), now))
            .count();
        assert!(placed < MAX_DEVICES);
        assert_eq!(world.people[0].devices.len(), MAX_DEVICES);
    }
}
