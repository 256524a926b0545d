//! A route of the Platform API that starts an Architect workflow: a process-automation trigger.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::eventbridge::yes;

/// The only type of target there is (Platform API, `TriggerTarget.type`).
pub const WORKFLOW: &str = "Workflow";

/// How a workflow is handed an event (Platform API, `WorkflowTargetSettings.dataFormat`).
pub const FORMATS: [&str; 2] = ["TopLevelPrimitives", "Json"];

/// The seconds that a trigger can wait before it starts its target (Platform API).
pub const DELAYS: std::ops::RangeInclusive<i64> = 60..=900;

/// The fewest seconds that an event can be meant to be good for (Platform API).
pub const LEAST_TTL: i64 = 10;

/// Characters of a description (Platform API).
pub const LONGEST_DESCRIPTION: usize = 512;

/// What an organisation's triggers may start together, for whoever makes one more: an event over a limit starts nothing
/// and nobody is warned.
pub const LIMITS: &str = "All triggers of the organisation start at most 6,000 workflows a minute and 36,000 an hour, and one workflow takes \
at most 80 % of that minute; what is over starts nothing.";

/// Which events start which workflow; the very body of the Platform API's `CreateTriggerRequest`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    /// What people call it.
    pub name: String,
    /// The topic whose events it looks at; it cannot be changed afterwards.
    pub topic_name: String,
    /// What it starts.
    pub target: Target,
    /// Whether it is in use.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What an event has to be like, all of it; none lets every event of the topic through.
    #[serde(default)]
    pub match_criteria: Vec<Criterion>,
    /// After how many seconds an event is too old to start anything; none never.
    #[serde(
        rename = "eventTTLSeconds",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub event_ttl_seconds: Option<i64>,
    /// How many seconds it waits before it starts its target; none does not wait. Never beside a time to live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_by_seconds: Option<i64>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What a trigger starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// Always [`WORKFLOW`].
    #[serde(rename = "type", default = "workflow")]
    pub kind: String,
    /// The workflow's id.
    pub id: String,
    /// How it is handed the event; the organisation's own choice without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_target_settings: Option<WorkflowSettings>,
}

/// How a workflow is handed an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkflowSettings {
    /// One of [`FORMATS`]; the organisation's own choice without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_format: Option<String>,
}

/// One thing that an event has to be like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// Where in the event, in Goessner's notation.
    pub json_path: String,
    /// One of [`OPERATORS`].
    pub operator: String,
    /// What it is compared with; never beside `values`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What it is compared with, where that is several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// What an operator compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One `value`.
    One,
    /// A list, `values`: whether an event's value is one of them, or has all of them, cannot be asked of one alone.
    Several,
    /// Either: whether an event's list holds this one, or these.
    Either,
}

/// How an event is compared (Platform API, `MatchCriteria.operator`). The published document has a `value` of any kind and
/// a list of `values` beside every operator; which of them one takes follows from what it asks.
pub const OPERATORS: [(&str, Takes); 12] = [
    ("Equal", Takes::One),
    ("NotEqual", Takes::One),
    ("GreaterThan", Takes::One),
    ("GreaterThanOrEqual", Takes::One),
    ("LessThan", Takes::One),
    ("LessThanOrEqual", Takes::One),
    ("In", Takes::Several),
    ("NotIn", Takes::Several),
    ("Contains", Takes::Either),
    ("All", Takes::Several),
    ("Exists", Takes::One),
    ("Size", Takes::One),
];

fn workflow() -> String {
    WORKFLOW.to_owned()
}

impl Criterion {
    /// The comparison as a line: `mediaType Equal "VOICE"`.
    #[must_use]
    pub fn line(&self) -> String {
        let what = match (&self.values, &self.value) {
            (Some(values), _) => Value::from(values.clone()).to_string(),
            (None, Some(value)) => value.to_string(),
            (None, None) => String::new(),
        };
        let line = format!("{} {} {what}", self.json_path, self.operator);
        line.trim_end().to_owned()
    }
}

impl Trigger {
    /// What it starts, in a person's words.
    #[must_use]
    pub fn towards(&self) -> String {
        format!("{} {}", self.target.kind.to_lowercase(), self.target.id)
    }

    /// Its criteria as one line; all of a topic's events without any.
    #[must_use]
    pub fn criteria(&self) -> String {
        let lines: Vec<String> = self.match_criteria.iter().map(Criterion::line).collect();
        if lines.is_empty() {
            return "every event".to_owned();
        }
        lines.join(" and ")
    }
}
