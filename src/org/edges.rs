//! The edges that are there for good: those that WebRTC connections of the direct API run on, and how much room each has.

/// How many there are.
pub(super) const COUNT: usize = 5;

/// The edge that serves each site, by its place below; the sites are those of `people`, in their order.
const SERVING: [usize; 8] = [1, 4, 0, 3, 0, 2, 3, 3];

/// The edge that takes over where another fails, by its place below.
const STANDING_IN: [usize; COUNT] = [2, 2, 1, 0, 1];

/// Id, name, site, sessions it can carry, sessions it carries from the start. The first is the one of the contract's
/// example (§7), with room for whatever a test submits; one is full.
const EDGES: [(&str, &str, &str, u32, u32); COUNT] = [
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

/// One edge, and the sessions it is promised to.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// The site where it stands.
    pub(super) site: &'static str,
    /// Sessions at once.
    pub(super) capacity: u32,
    /// Sessions that connections have been promised.
    pub(super) used: u32,
}

/// The edge that serves a site, by its place among all.
pub(super) fn serving(site: u8) -> usize {
    SERVING.get(usize::from(site)).copied().unwrap_or(0)
}

/// The edge that takes over for another, both by their places.
pub(super) fn standing_in(edge: usize) -> usize {
    STANDING_IN.get(edge).copied().unwrap_or(0)
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
