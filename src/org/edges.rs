//! The edges that WebRTC connections run on, and how much room each has.

use serde::Serialize;

/// Id, name, site, sessions it can carry, sessions it carries from the start. The first is the one of the contract's
/// example (§7), with room for whatever a test submits; one is full.
const EDGES: [(&str, &str, &str, u32, u32); 5] = [
    (
        "us-east-1-edge-7f3a",
        "US East 1",
        "Denver",
        10_000_000,
        41_200,
    ),
    (
        "eu-central-1-edge-21c8",
        "EU Central 1",
        "Frankfurt",
        60_000,
        18_350,
    ),
    ("eu-west-1-edge-5d02", "EU West 1", "Dublin", 24_000, 9_100),
    (
        "ap-northeast-3-edge-90be",
        "AP Northeast 3",
        "Osaka",
        24_000,
        20_400,
    ),
    ("af-west-1-edge-0b17", "AF West 1", "Accra", 4_000, 4_000),
];

/// One edge as it is now, and as the wire shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Edge {
    pub(super) id: &'static str,
    name: &'static str,
    site: &'static str,
    /// Sessions at once.
    capacity: u32,
    /// Sessions that connections have been promised.
    used: u32,
}

impl Edge {
    /// Promises sessions, or tells how many are left when there are not enough.
    pub(super) fn reserve(&mut self, sessions: u32) -> Result<(), u32> {
        let left = self.capacity.saturating_sub(self.used);
        if sessions > left {
            return Err(left);
        }
        self.used = self.used.saturating_add(sessions);
        Ok(())
    }

    /// Takes a promise back.
    pub(super) fn release(&mut self, sessions: u32) {
        self.used = self.used.saturating_sub(sessions);
    }
}

/// All of them.
pub(super) fn edges() -> Vec<Edge> {
    EDGES
        .iter()
        .map(|&(id, name, site, capacity, used)| Edge {
            id,
            name,
            site,
            capacity,
            used,
        })
        .collect()
}
