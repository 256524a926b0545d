//! The edges of the organisation, and since when each is how it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Changes;
use crate::model::EdgeId;
use crate::model::edge::{Edge, EdgeState};
use crate::model::trunk::By;
use crate::text::Text;
use crate::time::Millis;

/// One edge and since when it is in its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeRow {
    /// What is known of it.
    pub edge: Edge,
    /// Since when its state is what it is, as far as this console has seen.
    pub since: Millis,
}

/// An edge that was lost, or is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeTurn {
    /// As people call it.
    pub name: Text,
    /// The state before.
    pub from: EdgeState,
    /// The state since.
    pub to: EdgeState,
}

/// Every edge, by id. How many there can be, whoever reads them sees to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Edges {
    rows: BTreeMap<EdgeId, EdgeRow>,
    refused: usize,
}

impl Edges {
    /// Takes in all edges there are: one that is not among them is gone. `refused` are trunks and edges for which there was
    /// no room. Tells of those that were lost or are back.
    pub fn listed(
        &mut self,
        edges: Vec<Edge>,
        refused: usize,
        now: Millis,
        changes: &mut Changes,
    ) -> Vec<EdgeTurn> {
        let mut before = std::mem::take(&mut self.rows);
        let mut turns = Vec::new();
        let mut shown = before.len() != edges.len() || self.refused != refused;
        for edge in edges {
            let known = before.remove(&edge.id);
            shown |= known.as_ref().is_none_or(|known| known.edge != edge);
            let was = known.as_ref().map(|known| known.edge.state());
            let is = edge.state();
            let sure = |edge: &Edge| edge.heard.by != By::Gap;
            if known
                .as_ref()
                .map(|known| (known.edge.state(), sure(&known.edge)))
                != Some((is, sure(&edge)))
            {
                changes.edges.push(edge.id.clone());
            }
            let since = match &known {
                Some(known) if was == Some(is) => known.since,
                _ => now,
            };
            let lost = |state: EdgeState| state == EdgeState::Offline;
            if let Some(from) = was.filter(|was| lost(*was) != lost(is)) {
                turns.push(EdgeTurn {
                    name: edge.title().clone(),
                    from,
                    to: is,
                });
            }
            self.rows.insert(edge.id.clone(), EdgeRow { edge, since });
        }
        changes.edges.extend(before.into_keys());
        self.refused = refused;
        changes.carriers_shown |= shown;
        turns
    }

    /// Nothing is sure of any of them until the next list.
    pub fn unsure(&mut self, changes: &mut Changes) {
        for row in self.rows.values_mut() {
            row.edge.heard.by = By::Gap;
        }
        changes.edges.extend(self.rows.keys().cloned());
        changes.carriers_shown |= !self.rows.is_empty();
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &EdgeId) -> Option<&EdgeRow> {
        self.rows.get(id)
    }

    /// The id of each.
    pub fn ids(&self) -> impl Iterator<Item = &EdgeId> {
        self.rows.keys()
    }

    /// All of them, what wants attention first.
    #[must_use]
    pub fn worst_first(&self) -> Vec<&EdgeRow> {
        let mut rows: Vec<&EdgeRow> = self.rows.values().collect();
        rows.sort_by_key(|row| (row.edge.state(), row.edge.title()));
        rows
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many want attention.
    #[must_use]
    pub fn suffering(&self) -> usize {
        let rows = self.rows.values();
        rows.filter(|row| row.edge.state().suffers()).count()
    }

    /// Trunks and edges for which there was no room.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(id: &str, online: &str) -> Edge {
        Edge {
            online: Some(online.into()),
            ..Edge::unknown(id.into())
        }
    }

    #[test]
    fn an_edge_that_goes_is_told_once_and_stands_first() {
        let (mut edges, mut changes) = (Edges::default(), Changes::default());
        let mut hear = |edges: &mut Edges, list, at| {
            changes.clear();
            let turns = edges.listed(list, 0, Millis(at), &mut changes);
            (turns, changes.carriers_shown)
        };
        let well = vec![edge("a", "ONLINE"), edge("b", "ONLINE")];
        assert_eq!(hear(&mut edges, well.clone(), 1), (vec![], true));
        assert_eq!(hear(&mut edges, well.clone(), 2), (vec![], false));
        let ill = vec![edge("a", "ONLINE"), edge("b", "OFFLINE")];
        let (turns, _) = hear(&mut edges, ill.clone(), 3);
        assert_eq!((turns.len(), turns[0].to), (1, EdgeState::Offline));
        assert_eq!(hear(&mut edges, ill, 4), (vec![], false));
        let worst = edges.worst_first();
        assert_eq!((worst[0].edge.id.raw(), worst[0].since), ("b", Millis(3)));
        assert_eq!(edges.suffering(), 1);
        let (turns, _) = hear(&mut edges, well, 5);
        assert_eq!(turns[0].from, EdgeState::Offline);
        let mut switched = vec![edge("a", "ONLINE"), edge("b", "OFFLINE")];
        switched[1].status = Some("INACTIVE".into());
        assert_eq!(hear(&mut edges, switched, 5).0, [], "nobody misses it");
        let (_, shown) = hear(&mut edges, Vec::new(), 6);
        assert!(shown && edges.is_empty());
    }
}
