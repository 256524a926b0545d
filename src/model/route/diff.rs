//! How two bodies of one route differ, in terms of its fields and without telling a secret.

mod platform;
mod webhook;

use std::fmt;

use super::Route;
use crate::text::Text;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON path: `uris`, `headers.Content-Type`, `eventFilters.routing.queue.entered`.
    pub path: Text,
    /// What was there; none for what was added. Secret values are masked.
    pub before: Option<Text>,
    /// What is there now; none for what was taken away. Secret values are masked.
    pub after: Option<Text>,
}

impl fmt::Display for Change {
    /// `- path: before`, `+ path: after` or `~ path: before -> after`; safe to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "~ {}: {before} -> {after}", self.path),
            (Some(before), None) => write!(f, "- {}: {before}", self.path),
            (None, Some(after)) => write!(f, "+ {}: {after}", self.path),
            (None, None) => write!(f, "~ {}", self.path),
        }
    }
}

/// What turns `before` into `after`; nothing when they are the same route.
///
/// What an organisation may write its own way is compared as it is meant: names of headers without their case, topics
/// without their order.
#[must_use]
pub fn changes(before: &Route, after: &Route) -> Vec<Change> {
    let mut found = Changes::default();
    match (before, after) {
        (Route::Webhook(before), Route::Webhook(after)) => {
            webhook::compare(&mut found, before, after);
        }
        (Route::EventBridge(before), Route::EventBridge(after)) => {
            platform::eventbridge(&mut found, before, after);
        }
        (Route::Trigger(before), Route::Trigger(after)) => {
            platform::trigger(&mut found, before, after);
        }
        _ => {
            found.word("kind", before.kind().word(), after.kind().word());
            found.word("name", before.name(), after.name());
        }
    }
    found.0
}

/// Whether two bodies are the same route.
#[must_use]
pub fn same(a: &Route, b: &Route) -> bool {
    changes(a, b).is_empty()
}

type Keyed = Vec<(String, String)>;

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, path: &str, before: Option<&str>, after: Option<&str>) {
        self.0.push(Change {
            path: path.into(),
            before: before.map(Text::from),
            after: after.map(Text::from),
        });
    }

    fn word(&mut self, path: &str, before: &str, after: &str) {
        if before != after {
            self.add(path, Some(before), Some(after));
        }
    }

    fn maybe(&mut self, path: &str, before: Option<&str>, after: Option<&str>) {
        if before != after {
            self.add(path, before, after);
        }
    }

    /// Entries by key; the order of a list counts, and is said when it alone differs.
    fn list(&mut self, path: &str, before: Keyed, after: Keyed) {
        if before == after {
            return;
        }
        let known = self.0.len();
        let value = |list: &Keyed, key: &str| {
            let entry = list.iter().find(|(other, _)| other == key);
            entry.map(|(_, value)| value.clone())
        };
        let place = |key: &str, value: &str| {
            if key == value {
                path.to_owned()
            } else {
                format!("{path}.{key}")
            }
        };
        for (key, old) in &before {
            match value(&after, key) {
                None => self.add(&place(key, old), Some(old), None),
                Some(new) if new != *old => self.add(&place(key, old), Some(old), Some(&new)),
                Some(_) => {}
            }
        }
        for (key, new) in &after {
            if value(&before, key).is_none() {
                self.add(&place(key, new), None, Some(new));
            }
        }
        if self.0.len() == known {
            let keys = |list: Keyed| list.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
            let (before, after) = (keys(before).join(" "), keys(after).join(" "));
            self.add(path, Some(&before), Some(&after));
        }
    }
}
