//! Webhooks as lists have them (contract §7, §10).

use std::fmt;

use serde::Deserialize;

use crate::cloud::Fault;
use crate::cloud::entities::{id, lenient};
use crate::cloud::pages;
use crate::model::WebhookId;
use crate::model::hook::HookUrl;
use crate::model::webhook::{Webhook, WebhookKind};
use crate::text::Text;

#[derive(Deserialize)]
struct Entity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    /// A callback's is called `url`.
    #[serde(alias = "url")]
    uri: String,
    #[serde(default, deserialize_with = "lenient")]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    events: Option<Vec<String>>,
}

/// Reads the webhooks of a kind, and what is wrong with those that cannot be read. The error is of the list as a whole.
pub fn webhooks(
    body: &[u8],
    kind: WebhookKind,
    call: &dyn fmt::Display,
) -> Result<(Vec<Webhook>, Vec<Fault>), String> {
    let page = pages::single(body, call, |entity: Entity| {
        Ok(Webhook {
            id: WebhookId(id(entity.id, "id")?),
            kind,
            name: Text::from(entity.name.unwrap_or_default()),
            address: HookUrl::elsewhere(entity.uri),
            enabled: entity.enabled,
            events: entity
                .events
                .unwrap_or_default()
                .into_iter()
                .map(Text::from)
                .collect(),
        })
    })?;
    Ok((page.entries, page.faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_and_what_has_no_address_is_a_fault() {
        let jobs = br#"{"entities":[{"id":"wh-1","name":"a","enabled":true,"type":"http","uri":"https://h/in","events":["async.job.failed"]},{"id":"wh-2"}]}"#;
        let (read, faults) = webhooks(jobs, WebhookKind::Jobs, &"GET").unwrap();
        assert_eq!((read.len(), faults.len()), (1, 1));
        assert_eq!(read[0].events[0].raw(), "async.job.failed");
        let calls = br#"{"entities":[{"id":"cw-1","name":"b","url":"https://h/in","content_type":"application/json"}]}"#;
        let (read, _) = webhooks(calls, WebhookKind::Callbacks, &"GET").unwrap();
        assert_eq!(read[0].address.expose(), "https://h/in");
        assert_eq!(read[0].enabled, None);
    }
}
