//! What the Platform API alone keeps: integrations, triggers, operational events, the emergencies that are declared,
//! alerting rules, who was put into queues, and questions that are answered later.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::alerting::AlertingRules;
use super::hours::Emergencies;
use super::integrations::table::Integrations;
use super::later::StoredQueries;
use super::operations::OperationalLog;
use super::topics::Topics;
use super::triggers::table::Triggers;

/// All of it, under one lock.
pub(in crate::org) struct Records {
    pub(in crate::org) integrations: Integrations,
    pub(in crate::org) triggers: Triggers,
    pub(in crate::org) operations: OperationalLog,
    pub(in crate::org) emergencies: Emergencies,
    pub(super) rules: AlertingRules,
    pub(super) later: StoredQueries,
    /// What each edge last found out about the network, by what it was to find out: its id and the text.
    pub(super) diagnostics: BTreeMap<(usize, String), (String, String)>,
    /// Who was put into a queue, or taken out of it, by the queue's id.
    pub(super) members: BTreeMap<(String, usize), bool>,
}

impl Records {
    /// What there is from the start.
    pub(in crate::org) fn seeded(topics: Topics, now: Timestamp) -> Self {
        Self {
            integrations: Integrations::seeded(now),
            triggers: Triggers::seeded(),
            operations: OperationalLog::new(topics),
            emergencies: Emergencies::default(),
            rules: AlertingRules::default(),
            later: StoredQueries::default(),
            diagnostics: BTreeMap::new(),
            members: BTreeMap::new(),
        }
    }
}
