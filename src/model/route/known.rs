//! What the organisation tells of routes: each as it is, what came of its deliveries, and which events there are.

use super::{Integration, Kind, Route};
use crate::model::RouteId;
use crate::text::Text;
use crate::time::Millis;

/// A route of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its id.
    pub id: RouteId,
    /// Its body as it is there; it may break rules that came after it.
    pub route: Route,
    /// Whether it is in use, where the organisation says so (beyond the contract).
    pub enabled: Option<bool>,
    /// Its number among the bodies of this route, where the organisation counts them (beyond the contract): a `PUT` that
    /// names it is refused when another one came before it.
    pub version: Option<u64>,
    /// What else there is to an integration; none of the other kinds.
    pub integration: Option<Box<Integration>>,
}

impl Known {
    /// A route of which nothing more is told than its body.
    #[must_use]
    pub fn new(id: impl Into<RouteId>, route: impl Into<Route>) -> Self {
        let route = route.into();
        Self {
            id: id.into(),
            enabled: route.enabled(),
            route,
            version: None,
            integration: None,
        }
    }

    /// Whether it is an integration that was made and not configured yet.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        matches!(&self.route, Route::EventBridge(bridge)
            if bridge.aws_account_id.is_empty() && bridge.event_filter.is_empty())
    }

    /// Whether its organisation's own word of it calls for a look; a route without one never does.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        let integration = self.integration.as_ref();
        integration.is_some_and(|integration| integration.standing().is_trouble())
    }
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
    /// The fields that it has; empty where the organisation does not tell.
    pub fields: Vec<Text>,
    /// Which kind of route can carry it.
    pub carried_by: Kind,
}
