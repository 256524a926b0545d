//! Somebody else who changes integrations and triggers, and tells nobody.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, json};

use super::table::DRIFTING;
use crate::org::platform::triggers::table::DRIFTING as DRIFTING_TRIGGER;
use crate::org::shared::Shared;

/// How often they do.
const EVERY: Duration = Duration::from_secs(45);

/// What they add to the topics, and take away again.
const TOPIC: &str = "v2.detail.events.conversation.{id}.user.start";

/// Changes one integration and one trigger every now and then, as long as there is one of them.
pub(in crate::org) async fn play(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let mut records = shared.records();
        let there = [
            change_topics(&mut records.integrations, Timestamp::now()),
            records.triggers.toggle(DRIFTING_TRIGGER),
        ];
        if there == [false, false] {
            return;
        }
    }
}

fn change_topics(integrations: &mut super::table::Integrations, now: Timestamp) -> bool {
    let Ok(drifting) = integrations.get_mut(DRIFTING) else {
        return false;
    };
    let topics = drifting.properties.get("eventFilter");
    let mut topics = topics
        .and_then(|all| all.as_array())
        .cloned()
        .unwrap_or_default();
    let before = topics.len();
    topics.retain(|topic| topic != TOPIC);
    if topics.len() == before {
        topics.push(json!(TOPIC));
    }
    drifting.meddle(
        Map::from_iter([("eventFilter".to_owned(), json!(topics))]),
        now,
    );
    true
}
