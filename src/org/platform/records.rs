//! What the Platform API alone keeps: integrations, triggers, operational events, and the emergencies that are declared.

use jiff::Timestamp;

use super::hours::Emergencies;
use super::integrations::table::Integrations;
use super::operations::Log;
use super::topics::Topics;
use super::triggers::table::Triggers;

/// All of it, under one lock.
pub(in crate::org) struct Records {
    pub(in crate::org) integrations: Integrations,
    pub(in crate::org) triggers: Triggers,
    pub(in crate::org) operations: Log,
    pub(in crate::org) emergencies: Emergencies,
}

impl Records {
    /// What there is from the start.
    pub(in crate::org) fn seeded(topics: Topics, now: Timestamp) -> Self {
        Self {
            integrations: Integrations::seeded(now),
            triggers: Triggers::seeded(),
            operations: Log::new(topics),
            emergencies: Emergencies::default(),
        }
    }
}
