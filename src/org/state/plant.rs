//! What happens to edges and to single phones, and what that does to registrations.

use std::collections::HashSet;
use std::sync::Arc;

use compact_str::CompactString;
use jiff::Timestamp;

use super::{DeviceKey, World};
use crate::org::platform::{estate, metrics, phones, stations, trunks};

impl World {
    /// Every device that was not deleted.
    pub(in crate::org) fn places(&self) -> impl Iterator<Item = DeviceKey> {
        let people = self.people.iter().enumerate();
        people.flat_map(|(person, found)| {
            found
                .present()
                .map(move |(device, _)| DeviceKey { person, device })
        })
    }

    /// The same in the order of their ids.
    pub(in crate::org) fn places_by_id(&mut self) -> Arc<[DeviceKey]> {
        if let Some(known) = &self.by_id {
            return Arc::clone(known);
        }
        let id = |place: &DeviceKey| self.device(*place).map(|device| device.id.clone());
        let mut places: Vec<DeviceKey> = self.places().collect();
        places.sort_by_cached_key(id);
        let places: Arc<[DeviceKey]> = places.into();
        self.by_id = Some(Arc::clone(&places));
        places
    }

    /// The device of an id, when there is one; ids are unique but for what the control surface adds.
    pub(in crate::org) fn find_device(&self, id: &str) -> Option<DeviceKey> {
        let mut places = self.places();
        places.find(|place| self.device(*place).is_some_and(|device| device.id == id))
    }

    /// The site of a phone: its person's, when nobody said otherwise.
    pub(in crate::org) fn site_of(&self, place: DeviceKey) -> u8 {
        let set = self.plant.settings(place).and_then(|set| set.site);
        let person = self.people.get(place.person);
        set.unwrap_or_else(|| person.map_or(0, super::Person::site_number))
    }

    /// The edge that a phone registers with, by its place among all.
    pub(in crate::org) fn edge_of(&self, place: DeviceKey) -> usize {
        self.edges_of(place).0
    }

    /// Whether a device can turn so. One that wants to register waits while its edge is away.
    pub(super) fn may_turn(&mut self, place: DeviceKey, on: bool) -> bool {
        let edge = self.edge_of(place);
        if self.plant.is_up(edge) {
            return true;
        }
        if let Some(edge) = self.plant.edges.get_mut(edge) {
            if on {
                edge.waiting.insert(place);
            } else {
                edge.waiting.remove(&place);
            }
        }
        !on
    }

    /// Tells of the carriers whose health or status is not what was last told.
    pub(in crate::org) fn tell_carriers(&mut self, now: Timestamp) {
        let mut changed = Vec::new();
        let pairs = self.plant.carriers.iter_mut().zip(&self.carriers);
        for (number, (told, carrier)) in pairs.enumerate() {
            if (&told.health, &told.status) != (&carrier.health, &carrier.status) {
                told.health.clone_from(&carrier.health);
                told.status.clone_from(&carrier.status);
                told.since = now;
                changed.push(number);
            }
        }
        for number in changed {
            trunks::tell(self, Some(number), None);
        }
    }

    /// Lets an edge come or go. What is registered with it goes with it, and comes back with it.
    pub(in crate::org) fn set_edge(
        &mut self,
        number: usize,
        online: Option<bool>,
        in_service: Option<bool>,
        now: Timestamp,
    ) {
        let was = self.plant.is_up(number);
        let Some(edge) = self.plant.edges.get_mut(number) else {
            return;
        };
        if online.is_some_and(|online| online != edge.online) {
            edge.since = now;
        }
        edge.online = online.unwrap_or(edge.online);
        edge.in_service = in_service.unwrap_or(edge.in_service);
        estate::tell_edge(self, number);
        trunks::tell(self, None, Some(number));
        metrics::tell(self, number);
        match (was, self.plant.is_up(number)) {
            (true, false) => self.darken(number, now),
            (false, true) => self.relight(number, now),
            _ => {}
        }
    }

    fn darken(&mut self, number: usize, now: Timestamp) {
        let lit = |place: &DeviceKey| self.device(*place).is_some_and(|device| device.registered);
        let served = self.places().filter(|place| self.edge_of(*place) == number);
        let (lost, dark): (HashSet<DeviceKey>, HashSet<DeviceKey>) = served.partition(lit);
        for place in in_order(&lost) {
            self.update(place, Some(false), None, now);
        }
        // Whatever the browser does, its sign is the edge's.
        for place in in_order(&dark) {
            phones::tell(self, place);
        }
        if let Some(edge) = self.plant.edges.get_mut(number) {
            edge.waiting = lost;
        }
    }

    fn relight(&mut self, number: usize, now: Timestamp) {
        let Some(edge) = self.plant.edges.get_mut(number) else {
            return;
        };
        let waiting = std::mem::take(&mut edge.waiting);
        for place in in_order(&waiting) {
            self.update(place, Some(true), None, now);
        }
        let served = self.places().filter(|place| self.edge_of(*place) == number);
        let others: HashSet<DeviceKey> = served.filter(|place| !waiting.contains(place)).collect();
        for place in in_order(&others) {
            phones::tell(self, place);
            self.tell_connection(place.person);
        }
    }

    /// Deletes a device: it loses its registration, its streams are told, and no read shows it again.
    pub(in crate::org) fn delete_device(&mut self, place: DeviceKey, now: Timestamp) {
        self.update(place, Some(false), None, now);
        if let Some(user) = self.plant.forget(place) {
            stations::tell(self, user);
        }
        let person = self.people.get_mut(place.person);
        let device = person.and_then(|person| person.devices.get_mut(place.device));
        if let Some(device) = device {
            device.gone = true;
            self.by_id = None;
        }
    }

    /// The name that people call a phone by.
    pub(in crate::org) fn phone_name(&self, place: DeviceKey) -> CompactString {
        let set = self.plant.settings(place);
        set.and_then(|set| set.name.clone()).unwrap_or_else(|| {
            let name = self.people.get(place.person).map(super::Person::name);
            let device = self.device(place).map_or("", |device| device.id.as_str());
            CompactString::from(format!("{} {device}", name.unwrap_or_default()))
        })
    }
}

/// A set's places as the table has them, so that the same course of events is told in the same order.
fn in_order(places: &HashSet<DeviceKey>) -> Vec<DeviceKey> {
    let mut places: Vec<_> = places.iter().copied().collect();
    places.sort_unstable();
    places
}
