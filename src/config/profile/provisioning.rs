//! What a profile says of provisioning: the edges that endpoints are made on.

use toml::Value;

use super::alerts::{WebhookAddress, webhook};
use super::draft::plain;
use crate::config::reader::{Notes, Section};

/// No organisation has more edges than fit on a list that a person chooses from.
const MOST_EDGES: usize = 256;
const MAX_ID: usize = 128;

/// What is known of provisioning before the organisation is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provisioning {
    /// Ids of edges, the one to offer first at the front.
    pub edges: Vec<String>,
    /// Where ends of jobs are to be delivered, for the webhook that is registered for it: a monitoring platform. None is the
    /// console's own listener, where it is public.
    pub webhook: Option<WebhookAddress>,
}

impl Provisioning {
    /// What is in force, for `config show`.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let webhook = self.webhook.as_ref();
        let webhook = webhook.map(|hook| ("webhook", format!("masked: {hook}").into()));
        let edges = ("edges", self.edges.clone().into());
        webhook.into_iter().chain([edges]).collect()
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Provisioning {
    let read = Provisioning {
        edges: from
            .take_as("edges", notes, |ids: Vec<String>| edges(ids))
            .unwrap_or_default(),
        webhook: from.take_as("webhook", notes, |text: String| {
            webhook(&text, "ends of jobs")
        }),
    };
    from.finish(notes);
    read
}

fn edges(ids: Vec<String>) -> Result<Vec<String>, String> {
    if ids.len() > MOST_EDGES {
        return Err(format!("at most {MOST_EDGES} edges"));
    }
    for id in &ids {
        plain(id, MAX_ID)?;
    }
    Ok(ids)
}
