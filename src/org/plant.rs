//! The telephony plant as the Platform API knows it beyond the devices themselves: edges that are there or not, what was
//! set on single phones, and which station each person sits at.
//!
//! It is sparse: what nobody changed follows from the people and their devices.

use std::collections::{HashMap, HashSet};

use compact_str::CompactString;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::carriers;
use super::edges;
use super::media::Media;
use super::state::DeviceKey;

/// How long an edge stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    /// It is there from the start.
    ForGood,
    /// It is one of the cloud's own, which come and go.
    Media,
    /// It is no more; its place in the table may be another's next.
    Gone,
}

/// Whether an edge is reached, and what it is told to do.
#[derive(Clone, Debug)]
pub(super) struct EdgeState {
    pub(super) id: CompactString,
    pub(super) name: CompactString,
    /// The site where it stands.
    pub(super) site: &'static str,
    pub(super) stay: Stay,
    pub(super) online: bool,
    /// When that was last otherwise.
    pub(super) since: Timestamp,
    /// Whether it takes calls; an operator says so.
    pub(super) in_service: bool,
    /// Devices that register again when it is back.
    pub(super) waiting: HashSet<DeviceKey>,
}

/// What was set on one phone.
#[derive(Clone, Debug)]
pub(super) struct PhoneSettings {
    pub(super) name: Option<CompactString>,
    pub(super) site: Option<u8>,
    pub(super) properties: Map<String, Value>,
    pub(super) version: u64,
    /// When its station can be seen; a phone's station comes later than the phone.
    pub(super) station_at: Option<Instant>,
}

impl EdgeState {
    /// One that is there since `now`.
    pub(super) fn new(
        id: impl Into<CompactString>,
        name: impl Into<CompactString>,
        site: &'static str,
        now: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            site,
            stay: Stay::ForGood,
            online: true,
            since: now,
            in_service: true,
            waiting: HashSet::new(),
        }
    }
}

impl Default for PhoneSettings {
    fn default() -> Self {
        Self {
            name: None,
            site: None,
            properties: Map::new(),
            version: 1,
            station_at: None,
        }
    }
}

/// The stations of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stations {
    /// Where the person sits.
    pub(super) associated: Option<DeviceKey>,
    /// Where the person sits without choosing.
    pub(super) default: Option<DeviceKey>,
    /// Where the person sat before.
    pub(super) last: Option<DeviceKey>,
}

/// What was last told of a carrier, and where its calls go.
#[derive(Clone, Debug)]
pub(super) struct CarrierState {
    /// Where its SIP proxy answers, as `HOST:PORT`.
    pub(super) proxy: String,
    pub(super) health: CompactString,
    pub(super) status: CompactString,
    /// When either was last otherwise.
    pub(super) since: Timestamp,
    /// How often it was written, from 1.
    pub(super) version: u32,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Plant {
    pub(super) edges: Vec<EdgeState>,
    /// The cloud's own edges that serve, each by its place among all.
    pub(super) media: Media,
    /// In the order of the carriers themselves.
    pub(super) carriers: Vec<CarrierState>,
    settings: HashMap<DeviceKey, PhoneSettings>,
    stations: HashMap<usize, Stations>,
    /// Who sits at a station that is not their own.
    guests: HashMap<DeviceKey, usize>,
}

impl Plant {
    /// With every edge there since `now`, and every carrier as it is.
    pub(super) fn new(carriers: &[carriers::Carrier], now: Timestamp) -> Self {
        let edges = edges::edges().into_iter();
        let edges = edges.map(|edge| EdgeState::new(edge.id, edge.name, edge.site, now));
        Self {
            edges: edges.collect(),
            media: Media::default(),
            carriers: carriers
                .iter()
                .map(|carrier| CarrierState {
                    proxy: format!("{}.sip.example:5061", carrier.id),
                    health: carrier.health.clone(),
                    status: carrier.status.clone(),
                    since: now,
                    version: 1,
                })
                .collect(),
            settings: HashMap::new(),
            stations: HashMap::new(),
            guests: HashMap::new(),
        }
    }

    /// What was set on a phone, when anything was.
    pub(super) fn settings(&self, place: DeviceKey) -> Option<&PhoneSettings> {
        self.settings.get(&place)
    }

    /// What is set on a phone, to be changed.
    pub(super) fn settings_mut(&mut self, place: DeviceKey) -> &mut PhoneSettings {
        self.settings.entry(place).or_default()
    }

    /// Whether a phone's station can be seen.
    pub(super) fn has_station(&self, place: DeviceKey, now: Instant) -> bool {
        let at = self.settings(place).and_then(|set| set.station_at);
        at.is_none_or(|at| at <= now)
    }

    /// Whether a phone was made by somebody, and was not there from the start.
    pub(super) fn is_new(&self, place: DeviceKey) -> bool {
        let set = self.settings(place);
        set.is_some_and(|set| set.station_at.is_some())
    }

    /// Id and name of the edge at a place; empty where there is none.
    pub(super) fn named(&self, edge: usize) -> (&str, &str) {
        let edge = self.edges.get(edge);
        edge.map_or(("", ""), |edge| (edge.id.as_str(), edge.name.as_str()))
    }

    /// The edges that there are, each after its place.
    pub(super) fn standing(&self) -> impl Iterator<Item = (usize, &EdgeState)> {
        let edges = self.edges.iter().enumerate();
        edges.filter(|(_, edge)| edge.stay != Stay::Gone)
    }

    /// The place of an edge.
    pub(super) fn find_edge(&self, id: &str) -> Option<usize> {
        let mut edges = self.standing();
        edges
            .find(|(_, edge)| edge.id == id)
            .map(|(number, _)| number)
    }

    /// Whether an edge, by its number, is reached and takes calls.
    pub(super) fn is_up(&self, edge: usize) -> bool {
        let edge = self.edges.get(edge);
        edge.is_some_and(|edge| edge.online && edge.in_service)
    }

    /// Where a person sits: at the first of their own devices when nobody said otherwise.
    pub(super) fn stations(&self, person: usize) -> Stations {
        let first = Some(DeviceKey { person, device: 0 });
        let own = Stations {
            associated: first,
            default: first,
            last: None,
        };
        self.stations.get(&person).copied().unwrap_or(own)
    }

    /// Who sits at a station.
    pub(super) fn user_of(&self, place: DeviceKey) -> Option<usize> {
        let guest = self.guests.get(&place).copied();
        guest.or_else(|| {
            let own = self.stations(place.person).associated == Some(place);
            own.then_some(place.person)
        })
    }

    /// Seats a person at a station, or at none.
    pub(super) fn seat(&mut self, person: usize, at: Option<DeviceKey>) {
        let mut stations = self.stations(person);
        if let Some(left) = stations.associated.take() {
            self.guests.remove(&left);
            stations.last = Some(left);
        }
        stations.associated = at;
        if let Some(place) = at.filter(|place| place.person != person) {
            self.guests.insert(place, person);
        }
        self.stations.insert(person, stations);
    }

    /// Says where a person sits without choosing.
    pub(super) fn set_default(&mut self, person: usize, at: Option<DeviceKey>) {
        let mut stations = self.stations(person);
        stations.default = at;
        self.stations.insert(person, stations);
    }

    /// Forgets a phone: whoever sat at its station sits at none. Tells who that was.
    pub(super) fn forget(&mut self, place: DeviceKey) -> Option<usize> {
        self.settings.remove(&place);
        let user = self.user_of(place);
        if let Some(user) = user {
            self.seat(user, None);
        }
        for edge in &mut self.edges {
            edge.waiting.remove(&place);
        }
        user
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: DeviceKey = DeviceKey {
        person: 3,
        device: 0,
    };

    #[test]
    fn people_sit_at_their_own_station_until_somebody_says_otherwise() {
        let mut plant = Plant::new(&[], Timestamp::now());
        assert_eq!(plant.user_of(OWN), Some(3));
        plant.seat(3, None);
        assert_eq!(
            (plant.user_of(OWN), plant.stations(3).last),
            (None, Some(OWN))
        );
        plant.seat(4, Some(OWN));
        assert_eq!(plant.user_of(OWN), Some(4));
        assert_eq!(plant.forget(OWN), Some(4));
        assert_eq!(plant.stations(4).associated, None);
    }
}
