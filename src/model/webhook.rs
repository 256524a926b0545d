//! Webhooks of the organisation: who is notified of ends of jobs, and who of changes of callbacks (contract §7, §10).

use serde::Serialize;

use super::WebhookId;
use super::hook::HookUrl;
use crate::text::Text;

/// The events that a webhook for jobs asks for (contract §7).
pub const JOB_EVENTS: [&str; 2] = ["async.job.completed", "async.job.failed"];

/// What a webhook tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookKind {
    /// Ends of asynchronous jobs.
    Jobs,
    /// Changes of callback reservations.
    Callbacks,
}

impl WebhookKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Jobs, Self::Callbacks];

    /// The word on the command line and on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Callbacks => "callbacks",
        }
    }

    /// What a webhook of ours is called when nobody says otherwise.
    #[must_use]
    pub const fn default_name(self) -> &'static str {
        match self {
            Self::Jobs => "trunkline-jobs",
            Self::Callbacks => "trunkline-callbacks",
        }
    }

    /// What it tells, in a sentence's words.
    #[must_use]
    pub const fn tells(self) -> &'static str {
        match self {
            Self::Jobs => "every job that ends, whoever submitted it",
            Self::Callbacks => "every change of a callback",
        }
    }
}

/// One webhook as the organisation lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The organisation's id.
    pub id: WebhookId,
    /// What it tells of.
    pub kind: WebhookKind,
    /// What it is called.
    pub name: Text,
    /// Where it delivers.
    pub address: HookUrl,
    /// Whether it delivers at all; none where the organisation does not say.
    pub enabled: Option<bool>,
    /// The events that it asked for; none of a callback's, which has one kind.
    pub events: Vec<Text>,
}

/// A webhook to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// What it is to tell of.
    pub kind: WebhookKind,
    /// What it is to be called.
    pub name: String,
    /// Where it is to deliver.
    pub address: HookUrl,
    /// Whether that is this console's own listener: its address is a secret, and nothing is looked at from here.
    pub ours: bool,
}

impl NewWebhook {
    /// The same as one that there was, to be registered again; `ours` as it is known now.
    #[must_use]
    pub fn again(webhook: &Webhook, ours: bool) -> Self {
        Self {
            kind: webhook.kind,
            name: webhook.name.raw().to_owned(),
            address: webhook.address.clone(),
            ours,
        }
    }

    /// What the organisation lists of it under that id.
    #[must_use]
    pub fn listed(&self, id: WebhookId) -> Webhook {
        let events = match self.kind {
            WebhookKind::Jobs => JOB_EVENTS.as_slice(),
            WebhookKind::Callbacks => &[],
        };
        Webhook {
            id,
            kind: self.kind,
            name: self.name.as_str().into(),
            address: self.address.clone(),
            enabled: Some(true),
            events: events.iter().map(|event| Text::from(*event)).collect(),
        }
    }

    /// Those among `all` that deliver the same to the same place: each would come twice.
    pub fn doubles<'a>(&self, all: &'a [Webhook]) -> impl Iterator<Item = &'a Webhook> {
        let (kind, address) = (self.kind, self.address.clone());
        let same = move |one: &&Webhook| one.kind == kind && one.address == address;
        all.iter().filter(same)
    }

    /// Everything wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<super::payload::Fault> {
        let mut faults = Vec::new();
        let long = self.name.chars().count();
        if !(1..=128).contains(&long) {
            let message = format!("1 to 128 characters, not {long}");
            faults.push(super::payload::Fault::new("name", message));
        }
        let address = self.address.expose();
        match url::Url::parse(address) {
            Ok(url) if url.host_str().is_none() => {
                faults.push(super::payload::Fault::new("uri", "it names no host"));
            }
            Ok(url) if !self.ours && url.scheme() != "https" => {
                let message = "deliveries go over https only: write https://HOST/…";
                faults.push(super::payload::Fault::new("uri", message));
            }
            Ok(_) => {}
            Err(error) => {
                let message = format!("this is no address ({error}): write https://HOST/…");
                faults.push(super::payload::Fault::new("uri", message));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(address: &str, ours: bool) -> NewWebhook {
        NewWebhook {
            kind: WebhookKind::Jobs,
            name: "n".to_owned(),
            address: HookUrl::elsewhere(address.to_owned()),
            ours,
        }
    }

    #[test]
    fn only_this_console_is_told_without_tls() {
        assert!(
            new("https://calendar.example.com/in", false)
                .faults()
                .is_empty()
        );
        assert!(
            new("http://127.0.0.1:8080/hooks/x", true)
                .faults()
                .is_empty()
        );
        for wrong in ["http://calendar.example.com/in", "calendar", "", "data:x"] {
            assert_eq!(new(wrong, false).faults().len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_double_is_of_the_same_kind_and_place() {
        let listed = |kind| Webhook {
            id: "wh".into(),
            kind,
            name: "other".into(),
            address: HookUrl::elsewhere("https://a.example/in".to_owned()),
            enabled: Some(true),
            events: Vec::new(),
        };
        let all = WebhookKind::ALL.map(listed);
        let doubles = |new: &NewWebhook| new.doubles(&all).count();
        assert_eq!(doubles(&new("https://a.example/in", false)), 1);
        assert_eq!(doubles(&new("https://a.example/other", false)), 0);
    }
}
