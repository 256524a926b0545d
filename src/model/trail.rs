//! What became of one thing over the recorded days.

use super::{CarrierId, DeviceId, EdgeId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// Whose past is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailOf {
    /// That of a device of a user.
    Registration(UserId, DeviceId),
    /// That of a carrier.
    Carrier(CarrierId),
    /// That of an edge.
    Edge(EdgeId),
}

/// A change of its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailStep {
    /// When it became known.
    pub at: Millis,
    /// What it was; none where nothing was known of it.
    pub from: Option<Text>,
    /// What it was from then on; none where nothing was known of it any more.
    pub to: Option<Text>,
}

/// What the record says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedTrail {
    /// Whose it is.
    pub of: TrailOf,
    /// Its changes, the newest first.
    pub steps: Vec<TrailStep>,
    /// The record has been read back to this moment; none while nothing has been.
    pub back_to: Option<Millis>,
    /// Whether it is still read.
    pub reading: bool,
}
