//! Event routes: where the organisation sends which events (contract §9; Platform API: integrations and triggers).
//!
//! A route is a payload like any other: what a form builds, what `-f` reads and what `POST /resolve` takes is this one
//! type, and [`Route::faults`] is the one place that knows its rules.

pub mod address;
pub mod deployment;
pub mod diff;
pub mod eventbridge;
pub mod header;
pub mod integration;
pub mod kind;
pub mod known;
pub mod look;
mod read;
pub mod retry;
mod rules;
pub mod trial;
pub mod trigger;
pub mod verdict;
mod webhook;
mod writes;

use crate::vault::{self, Key};

pub use self::deployment::{Deed, Deployment, DeploymentState};
pub use self::eventbridge::EventBridge;
pub use self::integration::{Integration, IntegrationStanding};
pub use self::kind::Kind;
pub use self::known::{Delivery, EventType, Known};
pub use self::read::{read, read_file};
pub use self::retry::RetryPolicy;
pub use self::trial::Trial;
pub use self::trigger::Trigger;
pub use self::verdict::{Check, Stage, Verdict};
pub use self::webhook::{EventFilter, MOST_URIS, WEBHOOK, Webhook};
pub use self::writes::{INTEGRATIONS, TRIGGERS, WEBHOOKS};
use super::RouteId;
use super::payload::Fault;

/// A route of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// To HTTPS destinations.
    Webhook(Webhook),
    /// To a bus of Amazon `EventBridge`.
    EventBridge(EventBridge),
    /// To a workflow.
    Trigger(Trigger),
}

impl From<Webhook> for Route {
    fn from(webhook: Webhook) -> Self {
        Self::Webhook(webhook)
    }
}

impl From<EventBridge> for Route {
    fn from(bridge: EventBridge) -> Self {
        Self::EventBridge(bridge)
    }
}

impl From<Trigger> for Route {
    fn from(trigger: Trigger) -> Self {
        Self::Trigger(trigger)
    }
}

impl Route {
    /// Every rule of its kind that it breaks, each at its field.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        rules::faults(self)
    }

    /// What of it an existing route cannot become, each at its field.
    #[must_use]
    pub fn faults_after(&self, before: &Self) -> Vec<Fault> {
        rules::faults_after(before, self)
    }

    /// Which kind it is of.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Webhook(_) => Kind::Webhook,
            Self::EventBridge(_) => Kind::EventBridge,
            Self::Trigger(_) => Kind::Trigger,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Webhook(route) => &route.name,
            Self::EventBridge(route) => &route.name,
            Self::Trigger(route) => &route.name,
        }
    }

    /// The addresses that events go to and a probe can look at, the first one first. Only webhooks have any: the others
    /// hand events over inside of somebody's cloud.
    #[must_use]
    pub fn destinations(&self) -> Vec<&str> {
        match self {
            Self::Webhook(route) => route.destinations().collect(),
            Self::EventBridge(_) | Self::Trigger(_) => Vec::new(),
        }
    }

    /// The events that it carries: types of events, or topics.
    #[must_use]
    pub fn events(&self) -> Vec<&str> {
        match self {
            Self::Webhook(route) => {
                let filters = route.event_filters.iter();
                filters.map(|filter| filter.event_type.as_str()).collect()
            }
            Self::EventBridge(route) => route.event_filter.iter().map(String::as_str).collect(),
            Self::Trigger(route) => vec![route.topic_name.as_str()],
        }
    }

    /// Where events go first, in a person's words.
    #[must_use]
    pub fn towards(&self) -> String {
        match self {
            Self::Webhook(route) => address::shown(&route.uri).into_owned(),
            Self::EventBridge(route) => route.towards(),
            Self::Trigger(route) => route.towards(),
        }
    }

    /// Whether it is to be in use, where its body says so.
    #[must_use]
    pub const fn enabled(&self) -> Option<bool> {
        match self {
            Self::Webhook(_) => None,
            Self::EventBridge(route) => Some(route.enabled),
            Self::Trigger(route) => Some(route.enabled),
        }
    }

    /// The body as a file has it.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, lists and numbers that came from JSON cannot fail to become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Has the credentials that it sends scrubbed wherever they come back.
    pub fn keep_credentials(&self) {
        let Self::Webhook(route) = self else { return };
        for (name, value) in &route.headers {
            if header::is_secret(name) {
                vault::keep_named(name, value);
            }
        }
        route.destinations().for_each(address::keep);
    }

    /// The body as a record keeps it: keyed hashes in place of what may not be shown.
    #[must_use]
    pub fn hashed(&self, key: &Key) -> Self {
        let mut kept = self.clone();
        if let Self::Webhook(route) = &mut kept {
            for (name, value) in &mut route.headers {
                if header::is_secret(name) {
                    *value = key.hash(value);
                }
            }
            for uri in route.uris_mut() {
                *uri = address::hashed(uri, key);
            }
        }
        kept
    }

    /// The body with its credentials again, out of a route that has the same ones; what else is missing is named, as paths.
    pub fn restored(&self, from: Option<&Self>) -> Result<Self, Vec<String>> {
        let Self::Webhook(route) = self else {
            return Ok(self.clone());
        };
        let from = from.and_then(|from| match from {
            Self::Webhook(from) => Some(from),
            _ => None,
        });
        route.restored(from).map(Self::Webhook)
    }

    /// The same, with values that may be secrets masked.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut shown = self.clone();
        if let Self::Webhook(route) = &mut shown {
            for (name, value) in &mut route.headers {
                *value = header::shown(name, value).to_owned();
            }
            for uri in route.uris_mut() {
                *uri = address::shown(uri).into_owned();
            }
        }
        shown
    }
}

/// Which route a payload is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The route of that name when there is one, else a new one: what a file or `POST /resolve` means.
    ByName,
    /// A new one; that there is one of the name already is a conflict.
    New,
    /// This one.
    Existing(RouteId),
}
