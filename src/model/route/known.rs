//! What the organisation tells of routes: each as it is, what came of its deliveries, and which events there are.

use crate::model::RouteId;
use crate::text::Text;
use crate::time::Millis;

use super::Route;

/// A route of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its id.
    pub id: RouteId,
    /// Its body as it is there; it may break rules that came after it.
    pub route: Route,
    /// Whether it is in use, where the organisation says so (beyond the contract).
    pub enabled: Option<bool>,
}

/// How events went to one destination of a route; counts since the organisation began to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The destination.
    pub uri: Text,
    /// Events that it took.
    pub delivered: u64,
    /// Events that were given up on.
    pub failed: u64,
    /// The HTTP status of the last attempt; none when nobody answered, or nothing was sent yet.
    pub last_status: Option<u16>,
    /// When the last attempt was.
    pub last_attempt: Option<Millis>,
}

/// A kind of event that routes can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its name, such as `routing.queue.entered`.
    pub name: Text,
    /// The fields that it has.
    pub fields: Vec<Text>,
}
