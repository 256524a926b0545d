//! Which schedule group opens which queue: `[profiles.NAME.callbacks.hours]`. The Platform API ties neither to the other.

use std::collections::BTreeMap;

use toml::Value;

use super::alerts::{WebhookAddress, webhook};
use super::draft::plain;
use crate::config::reader::{Notes, Section};

/// As many queues as are kept.
const MOST: usize = 1_000;
const LONGEST: usize = 256;

/// Schedule groups of queues; each is named by its id or by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueHours {
    /// The group of each queue.
    pub groups: BTreeMap<String, String>,
    /// Where changes of reservations are to be delivered, for the webhook that is registered for it: a calendar. None is the
    /// console's own listener, where it is public.
    pub webhook: Option<WebhookAddress>,
}

impl QueueHours {
    /// What is in force, for `config show`.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let groups = self.groups.iter();
        let groups: toml::Table = groups
            .map(|(queue, group)| (queue.clone(), group.as_str().into()))
            .collect();
        let webhook = self.webhook.as_ref();
        let webhook = webhook.map(|hook| ("webhook", format!("masked: {hook}").into()));
        webhook
            .into_iter()
            .chain([("hours", groups.into())])
            .collect()
    }
}

/// Reads the table.
pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> QueueHours {
    let read = QueueHours {
        groups: from.take_as("hours", notes, groups).unwrap_or_default(),
        webhook: from.take_as("webhook", notes, |text: String| {
            webhook(&text, "changes of callbacks")
        }),
    };
    from.finish(notes);
    read
}

fn groups(groups: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    if groups.len() > MOST {
        return Err(format!("at most {MOST} queues"));
    }
    for name in groups.iter().flat_map(|(queue, group)| [queue, group]) {
        plain(name, LONGEST)?;
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_can_be_shown() {
        let of = |group: &str| groups(BTreeMap::from([("Support".into(), group.into())]));
        assert_eq!(of("Office hours").unwrap()["Support"], "Office hours");
        assert!(of("").is_err() && of("a\u{1b}").is_err());
        let many = (0..=MOST).map(|n| (n.to_string(), "g".to_owned()));
        assert!(groups(many.collect()).unwrap_err().contains("at most"));
    }
}
