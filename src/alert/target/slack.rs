//! Slack, incoming webhooks: a message as `text`.
//!
//! Source: api.slack.com, "Sending messages using incoming webhooks" and "Formatting text for app surfaces": `&`, `<` and
//! `>` are written as entities, and nothing else is. `mrkdwn` is off, so that a name cannot format, and links are not
//! unfolded.

use serde_json::{Value, json};

use super::words::{facts, headline};
use crate::alert::Notice;

/// The body.
#[must_use]
pub fn body(profile: &str, notice: &Notice) -> Value {
    let facts = facts(profile, notice).into_iter();
    let facts: Vec<String> = facts
        .map(|(name, fact)| format!("{name}: {fact}"))
        .collect();
    let text = format!("{}\n{}", headline(notice), facts.join("\n"));
    json!({
        "text": escaped(&text),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
