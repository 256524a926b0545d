//! What people read of an alert in every kind of target: safe to show, and never without end.

use crate::alert::Notice;
use crate::text::{Text, fit};

/// Columns of one value; a name or a reason is shorter.
const VALUE: usize = 200;

/// A value, visible and short.
pub fn value(text: &Text) -> String {
    text.fit(VALUE).into_owned()
}

/// The same of what is no [`Text`].
pub fn plain(text: &str) -> String {
    fit(text, VALUE).into_owned()
}

/// What has happened, to what, and where.
pub fn headline(notice: &Notice) -> String {
    let telling = &notice.telling;
    let over = if notice.ended.is_some() {
        "Resolved: "
    } else {
        ""
    };
    let place = telling
        .site
        .as_ref()
        .map_or_else(String::new, |site| format!(", {}", value(site)));
    format!(
        "{over}{}: {}{place}",
        value(&telling.title),
        value(&telling.thing)
    )
}

/// Everything else that is known, a pair each, in the order in which people ask.
pub fn facts(profile: &str, notice: &Notice) -> Vec<(&'static str, String)> {
    let telling = &notice.telling;
    let mut facts = vec![
        ("Severity", telling.severity.word().to_owned()),
        ("Since", notice.began.timestamp().to_string()),
    ];
    if let Some(ended) = notice.ended {
        facts.push(("Until", ended.timestamp().to_string()));
    }
    if !telling.reason.is_empty() {
        facts.push(("Reason", value(&telling.reason)));
    }
    facts.push(("Profile", plain(profile)));
    facts
}
