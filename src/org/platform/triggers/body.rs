//! A trigger as a client writes it, and every rule that it keeps.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TOPICS;
use super::matching::{self, Operand};
use crate::org::reply::Refusal;

/// The longest name and description, in characters.
const LONGEST_NAME: usize = 256;
const LONGEST_DESCRIPTION: usize = 512;

/// The least time to live, and how long a trigger may wait, in seconds.
const LEAST_TTL: i64 = 10;
const DELAYS: std::ops::RangeInclusive<i64> = 60..=900;

/// The most criteria of one trigger; the published document sets no limit, and time does.
const MOST_CRITERIA: usize = 20;

/// A trigger without its version (`CreateTriggerRequest`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct Body {
    pub(super) name: String,
    pub(super) topic_name: String,
    pub(super) target: TriggerTarget,
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) match_criteria: Vec<Criterion>,
    #[serde(
        rename = "eventTTLSeconds",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) event_ttl_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) delay_by_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

/// The same with the version that its writer has seen (`UpdateTriggerRequest`).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TriggerUpdate {
    pub(super) version: u64,
    #[serde(flatten)]
    pub(super) body: Body,
}

/// What it starts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TriggerTarget {
    #[serde(rename = "type")]
    kind: String,
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workflow_target_settings: Option<WorkflowSettings>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkflowSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_format: Option<String>,
}

/// One thing that an event has to be like (`MatchCriteria`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Criterion {
    pub(super) json_path: String,
    pub(super) operator: matching::Comparison,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) values: Option<Vec<Value>>,
}

impl TriggerTarget {
    /// A workflow that is handed the event's plain fields.
    pub(super) fn workflow(id: &str) -> Self {
        Self {
            kind: "Workflow".to_owned(),
            id: id.to_owned(),
            workflow_target_settings: Some(WorkflowSettings {
                data_format: Some("TopLevelPrimitives".to_owned()),
            }),
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.kind != "Workflow" {
            return Err(bad("target.type", "is Workflow"));
        }
        let settings = self.workflow_target_settings.as_ref();
        let format = settings.and_then(|settings| settings.data_format.as_deref());
        if format.is_some_and(|format| !["Json", "TopLevelPrimitives"].contains(&format)) {
            return Err(bad(
                "target.workflowTargetSettings.dataFormat",
                "is Json or TopLevelPrimitives",
            ));
        }
        if self.id.trim().is_empty() {
            return Err(bad("target.id", "is required"));
        }
        Ok(())
    }
}

impl Body {
    /// The first rule that is broken.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let length = |text: &str| text.chars().count();
        if !(1..=LONGEST_NAME).contains(&length(self.name.trim())) {
            return Err(bad("name", &format!("has 1 to {LONGEST_NAME} characters")));
        }
        if self.description.as_deref().map_or(0, length) > LONGEST_DESCRIPTION {
            return Err(bad(
                "description",
                &format!("has at most {LONGEST_DESCRIPTION} characters"),
            ));
        }
        if !TOPICS.contains(&self.topic_name.as_str()) {
            return Err(bad("topicName", "is none that triggers may be for"));
        }
        self.target.check()?;
        match (self.event_ttl_seconds, self.delay_by_seconds) {
            (Some(_), Some(_)) => {
                return Err(bad(
                    "delayBySeconds",
                    "cannot be set together with eventTTLSeconds",
                ));
            }
            (Some(ttl), _) if ttl < LEAST_TTL => {
                return Err(bad("eventTTLSeconds", &format!("is at least {LEAST_TTL}")));
            }
            (_, Some(delay)) if !DELAYS.contains(&delay) => {
                let (least, most) = (DELAYS.start(), DELAYS.end());
                return Err(bad("delayBySeconds", &format!("is {least} to {most}")));
            }
            _ => {}
        }
        if self.match_criteria.len() > MOST_CRITERIA {
            return Err(bad("matchCriteria", &format!("at most {MOST_CRITERIA}")));
        }
        self.match_criteria.iter().try_for_each(Criterion::check)
    }
}

impl Criterion {
    fn check(&self) -> Result<(), Refusal> {
        if let Err(why) = matching::path(&self.json_path) {
            return Err(bad(
                "matchCriteria.jsonPath",
                &format!("{:?}: {why}", self.json_path),
            ));
        }
        let told = match (self.operator.takes(), &self.value, &self.values) {
            (_, Some(_), Some(_)) => Err("has a value or values, not both"),
            (Operand::Truth, None | Some(Value::Bool(_)), None)
            | (Operand::Value | Operand::Either, Some(_), None)
            | (Operand::Values | Operand::Either, None, Some(_)) => Ok(()),
            (Operand::Count, Some(Value::Number(number)), None) if number.is_u64() => Ok(()),
            (Operand::Truth, ..) => Err("has a value of true or false, or none"),
            (Operand::Count, ..) => Err("needs a whole number as its value"),
            (Operand::Values, ..) => Err("needs values"),
            (Operand::Value | Operand::Either, ..) => Err("needs a value"),
        };
        told.map_err(|why| bad("matchCriteria", &format!("{:?} {why}", self.operator)))
    }
}

fn bad(field: &'static str, rule: &str) -> Refusal {
    let message = format!("{field}: {rule}");
    Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message).param("field", field)
}
