//! A trigger as the organisation writes it.

use serde::Deserialize;
use serde_json::Value;

use crate::cloud::entities::id;
use crate::model::RouteId;
use crate::model::route::trigger::{Criterion, Target, WORKFLOW, WorkflowSettings};
use crate::model::route::{Known, Trigger};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TriggerEntity {
    id: String,
    name: Option<String>,
    topic_name: Option<String>,
    target: Option<TargetEntity>,
    version: Option<u64>,
    enabled: Option<bool>,
    match_criteria: Option<Vec<CriterionEntity>>,
    #[serde(rename = "eventTTLSeconds")]
    event_ttl_seconds: Option<i64>,
    delay_by_seconds: Option<i64>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetEntity {
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<String>,
    workflow_target_settings: Option<SettingsEntity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettingsEntity {
    data_format: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CriterionEntity {
    json_path: Option<String>,
    operator: Option<String>,
    value: Option<Value>,
    values: Option<Vec<Value>>,
}

impl TriggerEntity {
    /// The route that it is. The error is what is wrong with it.
    pub(super) fn known(self) -> Result<Known, String> {
        let trigger = Trigger {
            name: self.name.unwrap_or_default(),
            topic_name: self.topic_name.unwrap_or_default(),
            target: self.target.map_or_else(nothing, TargetEntity::target),
            enabled: self.enabled.unwrap_or(true),
            match_criteria: self
                .match_criteria
                .unwrap_or_default()
                .into_iter()
                .map(CriterionEntity::criterion)
                .collect(),
            event_ttl_seconds: self.event_ttl_seconds,
            delay_by_seconds: self.delay_by_seconds,
            description: self.description.unwrap_or_default(),
        };
        Ok(Known {
            version: self.version,
            ..Known::new(RouteId(id(self.id, "id")?), trigger)
        })
    }
}

fn nothing() -> Target {
    Target {
        kind: WORKFLOW.to_owned(),
        id: String::new(),
        workflow_target_settings: None,
    }
}

impl TargetEntity {
    fn target(self) -> Target {
        Target {
            kind: self.kind.unwrap_or_else(|| WORKFLOW.to_owned()),
            id: self.id.unwrap_or_default(),
            workflow_target_settings: self.workflow_target_settings.map(|settings| {
                WorkflowSettings {
                    data_format: settings.data_format,
                }
            }),
        }
    }
}

impl CriterionEntity {
    fn criterion(self) -> Criterion {
        Criterion {
            json_path: self.json_path.unwrap_or_default(),
            operator: self.operator.unwrap_or_default(),
            value: self.value,
            values: self.values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::Route;

    fn known(json: &str) -> Result<Known, String> {
        serde_json::from_str::<TriggerEntity>(json)
            .map_err(|error| error.to_string())?
            .known()
    }

    #[test]
    fn every_field_is_read_and_goes_back_as_it_came() {
        let json = r#"{"id":"t-1","name":"call-back","topicName":"v2.detail.events.conversation.{id}.acd.end","version":2,
            "target":{"type":"Workflow","id":"w-1","workflowTargetSettings":{"dataFormat":"Json"}},"enabled":false,
            "matchCriteria":[{"jsonPath":"mediaType","operator":"Equal","value":"VOICE"},{"jsonPath":"q","operator":"In","values":["a"]}],
            "eventTTLSeconds":60,"description":"d","selfUri":"/x"}"#;
        let known = known(json).unwrap();
        assert_eq!((known.version, known.enabled), (Some(2), Some(false)));
        assert_eq!(known.route.faults(), []);
        let put: Value =
            serde_json::from_str(known.updates(&known.route)[0].body.as_ref().unwrap()).unwrap();
        let mut came: Value = serde_json::from_str(json).unwrap();
        for gone in ["id", "selfUri"] {
            came.as_object_mut().unwrap().remove(gone);
        }
        assert_eq!(put, came);
    }

    #[test]
    fn what_is_missing_or_of_tomorrow_is_no_error_and_an_id_has_to_be_there() {
        let bare =
            known(r#"{"id":"t","target":{"type":"Email"},"matchCriteria":[{"operator":"Like"}]}"#)
                .unwrap();
        assert_eq!(bare.route.towards(), "email ");
        let Route::Trigger(trigger) = &bare.route else {
            panic!("{bare:?}")
        };
        assert_eq!(trigger.criteria(), " Like");
        assert!(known(r#"{"name":"t"}"#).is_err());
        assert!(known(r#"{"id":""}"#).is_err());
    }
}
