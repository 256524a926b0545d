//! Where hand-overs are posted: `[profiles.NAME.handover]`.

use toml::Value;

use super::alerts::{WebhookAddress, webhook};
use crate::config::reader::{Notes, Section};

/// What the profile says of hand-overs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandoverSettings {
    /// Where `--post` and `:handover post` send one; none is nowhere.
    pub post: Option<WebhookAddress>,
}

impl HandoverSettings {
    /// What is in force, for `config show`; the address is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let post = self.post.as_ref();
        let post = post.map(|hook| ("post", format!("masked: {hook}").into()));
        post.into_iter().collect()
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> HandoverSettings {
    let read = HandoverSettings {
        post: from.take_as("post", notes, |text: String| webhook(&text, "hand-overs")),
    };
    from.finish(notes);
    read
}
