//! The types of integrations that there are, and what is configured of each.

use serde_json::{Value, json};

use super::super::page::{MOST, Page};
use super::super::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// The type that hands events to Amazon `EventBridge`.
pub(super) const EVENT_BRIDGE: &str = "amazon-eventbridge-source";

/// One type.
pub(super) struct IntegrationType {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    description: &'static str,
    category: &'static str,
}

/// The type that takes events from outside.
pub(super) const WEBHOOK: &str = "webhook";

const KINDS: [IntegrationType; 3] = [
    IntegrationType {
        id: EVENT_BRIDGE,
        name: "Amazon EventBridge Source",
        description: "Sends events of this organisation to an event bus of an AWS account.",
        category: "Data Sources",
    },
    IntegrationType {
        id: "custom-rest-actions",
        name: "Web Services Data Actions",
        description: "Calls web services from flows and scripts.",
        category: "Data Actions",
    },
    IntegrationType {
        id: WEBHOOK,
        name: "Inbound Webhook",
        description: "Takes events from outside and tells of each on its topic.",
        category: "Webhooks",
    },
];

/// A type that there is.
pub(super) fn find(id: &str) -> Result<&'static IntegrationType, Refusal> {
    let found = KINDS.iter().find(|kind| kind.id == id);
    found.ok_or_else(|| {
        let message = format!("The integration type {id} could not be found.");
        Refusal::not_found(message).param("typeId", id)
    })
}

impl IntegrationType {
    fn entity(&self) -> Value {
        let schema = format!("/api/v2/integrations/types/{}/configschemas", self.id);
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provider": "clientapps",
            "category": self.category,
            "configPropertiesSchemaUri": format!("{schema}/properties"),
            "configAdvancedSchemaUri": format!("{schema}/advanced"),
            "credentials": {},
            "nonInstallable": false,
            "userPermissions": [],
            "selfUri": format!("/api/v2/integrations/types/{}", self.id),
        })
    }
}

/// `GET integrations/types`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let shown: Vec<Value> = page.of_all(&KINDS).map(IntegrationType::entity).collect();
    page.answer(call, &shown, KINDS.len())
}

/// `GET integrations/types/{type}`.
pub(super) fn one(call: &Call<'_>) -> Answer {
    ok(&find(call.id(0))?.entity())
}

/// `GET integrations/types/{type}/configschemas/{config}`: what a configuration's properties may be.
pub(super) fn schema(call: &Call<'_>) -> Answer {
    let (kind, config) = (find(call.id(0))?, call.id(1));
    let properties = match (kind.id, config) {
        (EVENT_BRIDGE, "properties") => json!({
            "awsAccountId": {"type": "string", "title": "AWS account ID", "pattern": "^[0-9]{12}$"},
            "awsAccountRegion": {"type": "string", "title": "AWS account region"},
            "eventSourceSuffix": {"type": "string", "title": "Event source suffix", "maxLength": 64},
            "eventFilter": {"type": "array", "title": "Topic filtering", "items": {"type": "string"}},
        }),
        (_, "properties" | "advanced") => json!({}),
        _ => {
            let message = format!("A configuration has properties and advanced, not {config:?}.");
            return Err(Refusal::not_found(message));
        }
    };
    let required: Vec<&String> = properties
        .as_object()
        .map_or_else(Vec::new, |all| all.keys().collect());
    ok(&json!({
        "id": format!("{}-{config}", kind.id),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": kind.name,
        "description": kind.description,
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    }))
}
