//! The triggers that there are.

use std::collections::BTreeMap;

use compact_str::CompactString;
use hyper::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::{Body, TriggerTarget};
use crate::org::reply::Refusal;

/// The most triggers of one organisation.
const MOST: usize = 1_000;

/// The workflows that there are and that are published.
const WORKFLOWS: [&str; 3] = ["wf-crm-sync", "wf-missed-calls", "wf-noc-alert"];

/// The trigger that somebody keeps switching.
pub(in crate::org) const DRIFTING: &str = "tr-missed-calls";

/// One trigger.
#[derive(Clone, Debug)]
pub(in crate::org) struct Trigger {
    pub(super) id: CompactString,
    pub(super) body: Body,
    version: u64,
}

impl Trigger {
    /// As the API shows it.
    pub(in crate::org) fn entity(&self) -> Value {
        let mut entity = json!(self.body);
        entity["id"] = json!(self.id);
        entity["version"] = json!(self.version);
        entity["selfUri"] = json!(self.uri());
        entity
    }

    /// As its tests name it.
    pub(super) fn brief(&self) -> Value {
        let Body { name, enabled, .. } = &self.body;
        json!({"id": self.id, "name": name, "enabled": enabled, "selfUri": self.uri()})
    }

    fn uri(&self) -> String {
        format!("/api/v2/processautomation/triggers/{}", self.id)
    }

    /// Whether what it starts is there.
    pub(super) fn is_startable(&self) -> bool {
        WORKFLOWS.contains(&self.body.target.id.as_str())
    }
}

/// Every trigger by its id.
#[derive(Debug, Default)]
pub(in crate::org) struct Triggers(BTreeMap<CompactString, Trigger>);

impl Triggers {
    /// Those that there are from the start; what the last one starts is not there.
    pub(in crate::org) fn seeded() -> Self {
        let seeds = SEEDS
            .into_iter()
            .filter_map(|(id, name, workflow, topic, criteria)| {
                let body = Body {
                    name: name.to_owned(),
                    topic_name: topic.to_owned(),
                    target: TriggerTarget::workflow(workflow),
                    enabled: true,
                    match_criteria: serde_json::from_str(criteria).ok()?,
                    event_ttl_seconds: None,
                    delay_by_seconds: None,
                    description: None,
                };
                let id = CompactString::from(id);
                let trigger = Trigger {
                    id: id.clone(),
                    body,
                    version: 1,
                };
                Some((id, trigger))
            });
        Self(seeds.collect())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Trigger> {
        self.0.values()
    }

    pub(in crate::org) fn get(&self, id: &str) -> Result<&Trigger, Refusal> {
        self.0.get(id).ok_or_else(|| unknown(id))
    }

    pub(super) fn create(&mut self, body: Body) -> Result<&Trigger, Refusal> {
        if self.0.len() >= MOST {
            let message = format!("An organisation holds at most {MOST} triggers.");
            return Err(conflict(message));
        }
        let id = CompactString::from(Uuid::new_v4().to_string());
        let trigger = Trigger {
            id: id.clone(),
            body,
            version: 1,
        };
        Ok(self.0.entry(id).or_insert(trigger))
    }

    pub(super) fn replace(
        &mut self,
        id: &str,
        version: u64,
        body: Body,
    ) -> Result<&Trigger, Refusal> {
        let trigger = self.0.get_mut(id).ok_or_else(|| unknown(id))?;
        if version != trigger.version {
            let present = trigger.version;
            let message = format!("The version {version} is not the present one, {present}.");
            return Err(conflict(message));
        }
        if body.topic_name != trigger.body.topic_name {
            let message = "topicName: cannot be changed";
            let refusal = Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message);
            return Err(refusal.param("field", "topicName"));
        }
        trigger.body = body;
        trigger.version = trigger.version.saturating_add(1);
        Ok(trigger)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        self.0.remove(id).map(|_| ()).ok_or_else(|| unknown(id))
    }

    /// Switches one on or off, as somebody else would; false when it is not there.
    pub(in crate::org) fn toggle(&mut self, id: &str) -> bool {
        let Some(trigger) = self.0.get_mut(id) else {
            return false;
        };
        trigger.body.enabled = !trigger.body.enabled;
        trigger.version = trigger.version.saturating_add(1);
        true
    }

    /// Writes fields over those of a trigger, as somebody else would.
    pub(in crate::org) fn meddle(
        &mut self,
        id: &str,
        fields: Map<String, Value>,
    ) -> Result<&Trigger, Refusal> {
        let present = self.get(id)?;
        let (version, mut merged) = (present.version, json!(present.body));
        if let Some(merged) = merged.as_object_mut() {
            merged.extend(fields);
        }
        let body: Body = serde_json::from_value(merged)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        body.check()?;
        self.replace(id, version, body)
    }
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("The trigger {id} could not be found.")).param("triggerId", id)
}

fn conflict(message: String) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "general.conflict", message)
}

/// An id, a name, the workflow, the topic, and the criteria as JSON.
type TriggerSeed = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const SEEDS: [TriggerSeed; 4] = [
    (
        "tr-crm-sync",
        "CRM sync",
        "wf-crm-sync",
        "v2.detail.events.conversation.{id}.customer.end",
        r#"[{"jsonPath":"mediaType","operator":"Equal","value":"VOICE"}]"#,
    ),
    (
        DRIFTING,
        "Missed calls",
        "wf-missed-calls",
        "v2.detail.events.conversation.{id}.acd.end",
        r#"[{"jsonPath":"acdOutcome","operator":"In","values":["ABANDON","FLOW_OUT"]}]"#,
    ),
    (
        "tr-noc-alert",
        "NOC alert",
        "wf-noc-alert",
        "v2.operations.events.{id}",
        "[]",
    ),
    (
        "tr-old-survey",
        "Old survey",
        "wf-survey-2019",
        "v2.detail.events.conversation.{id}.user.end",
        r#"[{"jsonPath":"disconnectType","operator":"NotIn","values":["ERROR"]}]"#,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_a_trigger_that_keeps_the_rules() {
        let triggers = Triggers::seeded();
        assert_eq!(triggers.all().count(), SEEDS.len());
        assert!(triggers.all().all(|one| one.body.check().is_ok()));
        let startable = triggers.all().filter(|one| one.is_startable());
        assert_eq!(startable.count(), SEEDS.len() - 1);
    }
}
