//! A route of the Platform API that hands events to Amazon `EventBridge`: an integration of the type [`TYPE`].
//!
//! The organisation keeps it in three parts (the integration, its configuration, its intended state); people think of it as
//! one thing, so a file and a form have one body.

use serde::{Deserialize, Serialize};

/// The type of the integration (Platform API, `IntegrationType.id`).
pub const TYPE: &str = "amazon-eventbridge-source";

/// For how many days the organisation queues and retries an event that the bus does not take; nobody can set it.
pub const RETRIED_DAYS: u8 = 4;

/// What one sends to which bus. Fields that nobody knows are refused and not dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventBridge {
    /// What people call it; the organisation allows several of one name, the console does not make a second.
    pub name: String,
    /// The twelve digits of the AWS account that owns the bus.
    pub aws_account_id: String,
    /// The AWS region of the bus, such as `eu-west-1`.
    pub aws_account_region: String,
    /// The end of the event source's name, by which the bus is told from others of this organisation.
    pub event_source_suffix: String,
    /// The topics whose events are sent, such as `v2.detail.events.conversation.{id}.acd.end`.
    pub event_filter: Vec<String>,
    /// Whether it is to run (`intendedState`).
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What its makers want others to know.
    #[serde(default)]
    pub notes: String,
}

pub(super) const fn yes() -> bool {
    true
}

impl EventBridge {
    /// Where the events arrive, in the words of AWS.
    #[must_use]
    pub fn towards(&self) -> String {
        let Self {
            aws_account_id,
            aws_account_region,
            event_source_suffix,
            ..
        } = self;
        format!("aws {aws_account_id} {aws_account_region} /{event_source_suffix}")
    }
}
