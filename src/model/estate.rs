//! The estate: carriers, their trunks and the edges they run on, put together from what several reads and topics say.
//!
//! The Platform API has no carrier. What people call one is a trunk base, set up once, with one trunk on each edge; the
//! parts are read apart and spoken of apart, and only together they say how a carrier does.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::carrier::{Carrier, Health};
use super::edge::{Edge, Load};
use super::trunk::{self, By, Heard, Seen, Traffic, Trunk};
use super::{CarrierId, EdgeId, TrunkId};
use crate::text::Text;
use crate::time::Millis;

/// Trunks kept; an organisation with more is told so. Two hundred edges with ten carriers each are as many.
pub const MOST_TRUNKS: usize = 2_000;

/// Edges kept.
pub const MOST_EDGES: usize = 1_000;

/// A carrier as it is set up: a trunk base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Names the carrier.
    pub id: CarrierId,
    /// As people know it.
    pub name: Text,
    /// Its record's state: `active`, `inactive`, `deleted`.
    pub state: Option<Text>,
}

/// A trunk with the base that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The base; none when the organisation does not say.
    pub base: Option<CarrierId>,
    /// The base's name, where the trunk gives it.
    pub base_name: Text,
    /// The trunk.
    pub trunk: Trunk,
}

/// Everything together.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    bases: BTreeMap<CarrierId, Base>,
    trunks: BTreeMap<TrunkId, Listed>,
    edges: BTreeMap<EdgeId, Edge>,
    /// Trunks, and edges, of the last read for which there was no room.
    refused: [usize; 2],
}

impl Estate {
    /// Takes in a whole read of the carriers and their trunks: what it does not name is gone. Calls that are known
    /// already stay, because they are counted apart.
    pub fn trunks_read(&mut self, bases: Vec<Base>, trunks: Vec<Listed>, heard: Heard) {
        let before = std::mem::take(&mut self.trunks);
        self.bases = bases
            .into_iter()
            .map(|base| (base.id.clone(), base))
            .collect();
        self.refused[0] = trunks.len().saturating_sub(MOST_TRUNKS);
        for mut listed in trunks.into_iter().take(MOST_TRUNKS) {
            let known = before.get(&listed.trunk.id);
            listed.trunk.traffic = listed.trunk.traffic.or(known.and_then(|k| k.trunk.traffic));
            listed.trunk.heard = heard;
            self.trunks.insert(listed.trunk.id.clone(), listed);
        }
    }

    /// A read did not name everything: what it left out and was known before may still be there.
    pub fn keep(&mut self, before: Self) {
        for (id, base) in before.bases {
            self.bases.entry(id).or_insert(base);
        }
        for (id, trunk) in before.trunks {
            self.trunks.entry(id).or_insert(trunk);
        }
        for (id, edge) in before.edges {
            self.edges.entry(id).or_insert(edge);
        }
    }

    /// Takes in a whole read of the edges: what it does not name is gone. How busy they were stays known.
    pub fn edges_read(&mut self, edges: Vec<Edge>, heard: Heard) {
        let before = std::mem::take(&mut self.edges);
        self.refused[1] = edges.len().saturating_sub(MOST_EDGES);
        for mut edge in edges.into_iter().take(MOST_EDGES) {
            edge.load = edge
                .load
                .or(before.get(&edge.id).and_then(|known| known.load));
            edge.heard = heard;
            self.edges.insert(edge.id.clone(), edge);
        }
    }

    /// Takes in what a topic says of a trunk; false when the trunk is not known.
    pub fn trunk_seen(&mut self, id: &TrunkId, seen: Seen, at: Millis) -> bool {
        let Some(listed) = self.trunks.get_mut(id) else {
            return false;
        };
        listed.trunk.signs.hear(seen);
        listed.trunk.heard.at = at;
        true
    }

    /// Takes in the calls of a trunk; false when the trunk is not known.
    pub fn counted(&mut self, id: &TrunkId, traffic: Traffic) -> bool {
        let listed = self.trunks.get_mut(id);
        listed
            .map(|listed| listed.trunk.traffic = Some(traffic))
            .is_some()
    }

    /// Takes in what a topic says of an edge's connection; false when the edge is not known.
    pub fn edge_seen(&mut self, id: &EdgeId, online: Option<Text>, at: Millis) -> bool {
        let Some(edge) = self.edges.get_mut(id) else {
            return false;
        };
        edge.online = online.or(edge.online.take());
        edge.heard.at = at;
        true
    }

    /// Takes in a read of one edge; how it is kept up, and how busy it was, stays known.
    pub fn edge_read(&mut self, mut edge: Edge, at: Millis) {
        if let Some(known) = self.edges.get_mut(&edge.id) {
            edge.load = edge.load.or(known.load);
            edge.heard = Heard {
                at,
                by: known.heard.by,
            };
            *known = edge;
        }
    }

    /// An edge is no more, and what ran on it is not either.
    pub fn edge_gone(&mut self, id: &EdgeId) {
        self.edges.remove(id);
        self.trunks
            .retain(|_, listed| listed.trunk.edge.as_ref() != Some(id));
    }

    /// Takes in how busy an edge is; false when the edge is not known.
    pub fn measured(&mut self, id: &EdgeId, load: Load) -> bool {
        let edge = self.edges.get_mut(id);
        edge.map(|edge| edge.load = Some(load)).is_some()
    }

    /// Says how a trunk is kept up from now on.
    pub fn trunk_kept(&mut self, id: &TrunkId, by: By) {
        if let Some(listed) = self.trunks.get_mut(id) {
            listed.trunk.heard.by = by;
        }
    }

    /// Says how an edge is kept up from now on.
    pub fn edge_kept(&mut self, id: &EdgeId, by: By) {
        if let Some(edge) = self.edges.get_mut(id) {
            edge.heard.by = by;
        }
    }

    /// What fails with its edge, or is on one that is no more, is no fault of the carrier, as long as other edges tell of it; where none
    /// does, it is as its trunks are.
    fn health(&self, trunks: &[Trunk]) -> Health {
        let away = |trunk: &&Trunk| {
            let edge = trunk.edge.as_ref().map(|id| self.edges.get(id));
            let away = |edge: Option<&Edge>| {
                edge.map_or(!self.edges.is_empty(), |edge| edge.state().is_away())
            };
            edge.is_some_and(away)
        };
        match trunk::health(trunks.iter().filter(|trunk| !away(trunk))) {
            Health::Unknown => trunk::health(trunks),
            known => known,
        }
    }

    /// The edge that a trunk is on.
    #[must_use]
    pub fn edge_of(&self, trunk: &TrunkId) -> Option<&EdgeId> {
        self.trunks.get(trunk)?.trunk.edge.as_ref()
    }

    /// Every trunk's id.
    pub fn trunk_ids(&self) -> impl Iterator<Item = &TrunkId> {
        self.trunks.keys()
    }

    /// Every edge's id.
    pub fn edge_ids(&self) -> impl Iterator<Item = &EdgeId> {
        self.edges.keys()
    }

    /// Trunks and edges of the last reads for which there was no room.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.iter().sum()
    }

    /// The edges, by id.
    #[must_use]
    pub fn edges(&self) -> Vec<Edge> {
        self.edges.values().cloned().collect()
    }

    /// The carriers: each base with its trunks. A trunk whose base is not among those read still makes a carrier, by
    /// what the trunk says of it; one that names no base is a carrier of its own.
    #[must_use]
    pub fn carriers(&self) -> Vec<Carrier> {
        let mut carriers: BTreeMap<CarrierId, Carrier> = BTreeMap::new();
        for base in self.bases.values() {
            let carrier = Carrier::of_base(base.id.clone(), base.name.clone(), base.state.clone());
            carriers.insert(base.id.clone(), carrier);
        }
        for listed in self.trunks.values() {
            let own = || CarrierId(listed.trunk.id.0.clone());
            let id = listed.base.clone().unwrap_or_else(own);
            let name = match &listed.base {
                Some(_) => listed.base_name.clone(),
                None => listed.trunk.name.clone(),
            };
            let carrier = carriers
                .entry(id.clone())
                .or_insert_with(|| Carrier::of_base(id, name, None));
            carrier.trunks.push(listed.trunk.clone());
        }
        let mut carriers: Vec<Carrier> = carriers.into_values().collect();
        for carrier in &mut carriers {
            carrier.health = self.health(&carrier.trunks);
        }
        carriers
    }
}
