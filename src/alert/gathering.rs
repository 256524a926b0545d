//! Devices whose trouble settles, by condition and site: what a storm is seen by.

use std::collections::{BTreeMap, BTreeSet};

use super::Key;
use crate::model::alert::AlertKind;
use crate::text::Text;

/// A site; none is unknown.
pub type Site = Option<Text>;

/// Devices that have been reported and not been told of.
#[derive(Debug, Default)]
pub struct Gathering(BTreeMap<(AlertKind, Site), BTreeSet<Key>>);

impl Gathering {
    pub fn add(&mut self, key: &Key, site: &Site) {
        let place = (key.kind.clone(), site.clone());
        self.0.entry(place).or_default().insert(key.clone());
    }

    pub fn remove(&mut self, key: &Key, site: &Site) {
        let place = (key.kind.clone(), site.clone());
        if let Some(keys) = self.0.get_mut(&place) {
            keys.remove(key);
            if keys.is_empty() {
                self.0.remove(&place);
            }
        }
    }

    /// Takes all of one known site, if they are this many.
    pub fn take_site(
        &mut self,
        kind: &AlertKind,
        site: &Site,
        least: usize,
    ) -> Option<BTreeSet<Key>> {
        let place = (kind.clone(), site.clone());
        let enough = site.is_some() && self.0.get(&place).is_some_and(|keys| keys.len() >= least);
        enough.then(|| self.0.remove(&place))?
    }

    /// Takes all of a condition that no site has enough of, if together they are this many.
    pub fn take_rest(&mut self, kind: &AlertKind, least: usize) -> Option<BTreeSet<Key>> {
        let small = |(place, keys): &(&(AlertKind, Site), &BTreeSet<Key>)| {
            place.0 == *kind && (place.1.is_none() || keys.len() < least)
        };
        let total: usize = self
            .0
            .iter()
            .filter(small)
            .map(|(_, keys)| keys.len())
            .sum();
        if total < least {
            return None;
        }
        let places: Vec<_> = self
            .0
            .iter()
            .filter(small)
            .map(|(place, _)| place.clone())
            .collect();
        let taken = places.iter().filter_map(|place| self.0.remove(place));
        Some(taken.flatten().collect())
    }
}
