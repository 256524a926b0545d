//! Microsoft Teams, a webhook of Workflows: a message with an Adaptive Card.
//!
//! Source: learn.microsoft.com, "Create incoming webhooks with Workflows" and "Send adaptive cards using an incoming
//! webhook"; adaptivecards.io, schema 1.4. Text stands in `RichTextBlock`s, whose runs are plain: Markdown in a name, a
//! link for example, stays what it is.

use serde_json::{Value, json};

use super::words::{facts, headline};
use crate::alert::Notice;
use crate::model::alert::Severity;

/// The body.
#[must_use]
pub fn body(profile: &str, notice: &Notice) -> Value {
    let colour = match (notice.ended, notice.telling.severity) {
        (Some(_), _) => "good",
        (None, Severity::Critical) => "attention",
        (None, Severity::Warning) => "warning",
        (None, Severity::Info) => "default",
    };
    let mut blocks = vec![block(&json!([{
        "type": "TextRun",
        "text": headline(notice),
        "weight": "bolder",
        "color": colour,
    }]))];
    blocks.extend(facts(profile, notice).into_iter().map(|(name, fact)| {
        block(&json!([
            {"type": "TextRun", "text": format!("{name}: "), "isSubtle": true},
            {"type": "TextRun", "text": fact},
        ]))
    }));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            },
        }],
    })
}

fn block(inlines: &Value) -> Value {
    json!({"type": "RichTextBlock", "inlines": inlines})
}
