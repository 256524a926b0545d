//! Webhooks of the organisation, of both kinds: who is told of what, and whether their receivers can be reached; a handful of
//! rows.

use std::collections::BTreeMap;

use super::carriers::Reading;
use super::routes::{Destination, Destinations};
use crate::model::WebhookId;
use crate::model::hook::HookUrl;
use crate::model::route::Verdict;
use crate::model::webhook::Webhook;
use crate::text::Text;
use crate::time::Millis;

/// Every webhook, by its id.
#[derive(Debug, Default)]
pub struct Webhooks {
    rows: BTreeMap<WebhookId, Webhook>,
    /// Receivers, as they were last looked at.
    receivers: Destinations,
    reading: Reading,
    faults: Vec<Text>,
    /// Where this console's own listener accepts deliveries.
    own: Option<HookUrl>,
    generation: u64,
}

impl Webhooks {
    /// Everything that there is now, and what of it could not be read.
    pub fn read(&mut self, all: Vec<Webhook>, faults: Vec<Text>, now: Millis) {
        self.rows = all.into_iter().map(|one| (one.id.clone(), one)).collect();
        (self.faults, self.reading) = (faults, Reading::Read(now));
        self.settle();
    }

    /// They could not be read; what was known is stale.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.generation += 1;
    }

    /// One was registered from here; the next list may be minutes away.
    pub fn registered(&mut self, webhook: Webhook) {
        self.rows.insert(webhook.id.clone(), webhook);
        self.settle();
    }

    /// One is no more.
    pub fn removed(&mut self, id: &WebhookId) {
        self.rows.remove(id);
        self.settle();
    }

    /// Where this console's own listener accepts deliveries: nothing is looked at there.
    pub fn listening(&mut self, own: Option<HookUrl>) {
        self.own = own;
        self.settle();
    }

    /// A receiver begins to be looked at.
    pub fn checking(&mut self, uri: &str) {
        self.receivers.checking(uri);
        self.generation += 1;
    }

    /// A receiver was looked at; one that is no webhook's changes nothing.
    pub fn checked(&mut self, verdict: Verdict) {
        self.receivers.checked(verdict);
        self.generation += 1;
    }

    fn settle(&mut self) {
        let own = self.own.as_ref();
        let others = self.rows.values().map(|one| &one.address);
        let others = others.filter(|address| Some(*address) != own);
        self.receivers.keep(others.map(HookUrl::expose));
        self.generation += 1;
    }

    /// Every row.
    pub fn iter(&self) -> impl Iterator<Item = &Webhook> {
        self.rows.values()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &WebhookId) -> Option<&Webhook> {
        self.rows.get(id)
    }

    /// Whether it delivers to this console's own listener.
    #[must_use]
    pub fn is_own(&self, webhook: &Webhook) -> bool {
        self.own.as_ref() == Some(&webhook.address)
    }

    /// Whether another one delivers the same to the same place: everything comes twice.
    #[must_use]
    pub fn is_double(&self, webhook: &Webhook) -> bool {
        let same = |other: &&Webhook| {
            other.id != webhook.id && other.kind == webhook.kind && other.address == webhook.address
        };
        self.rows.values().any(|other| same(&other))
    }

    /// What is known of where it delivers; none of this console's own listener.
    #[must_use]
    pub fn receiver(&self, webhook: &Webhook) -> Option<&Destination> {
        self.receivers.get(webhook.address.expose())
    }

    /// Every receiver that is looked at, with what is known of it.
    pub fn receivers(&self) -> impl Iterator<Item = (&str, &Destination)> {
        self.receivers.iter()
    }

    /// How the last attempt to read them ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// A number that is different whenever a row is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::webhook::WebhookKind;

    fn webhook(id: &str, kind: WebhookKind, to: &str) -> Webhook {
        Webhook {
            id: id.into(),
            kind,
            name: id.into(),
            address: HookUrl::elsewhere(to.to_owned()),
            enabled: Some(true),
            events: Vec::new(),
        }
    }

    #[test]
    fn doubles_and_the_own_listener_are_known_and_only_others_are_looked_at() {
        let (own, other) = ("https://noc.example/hooks/x", "https://cal.example/in");
        let mut webhooks = Webhooks::default();
        webhooks.listening(Some(HookUrl::new(own.to_owned())));
        let all = vec![
            webhook("a", WebhookKind::Jobs, own),
            webhook("b", WebhookKind::Jobs, other),
            webhook("c", WebhookKind::Callbacks, other),
        ];
        webhooks.read(all, Vec::new(), Millis(1));
        let row = |webhooks: &Webhooks, id: &str| webhooks.get(&id.into()).unwrap().clone();
        assert!(webhooks.is_own(&row(&webhooks, "a")) && !webhooks.is_own(&row(&webhooks, "b")));
        let looked: Vec<&str> = webhooks.receivers().map(|(uri, _)| uri).collect();
        assert_eq!(looked, [other]);
        // Another kind is no double.
        assert!(!webhooks.is_double(&row(&webhooks, "b")));
        webhooks.registered(webhook("d", WebhookKind::Jobs, other));
        assert!(webhooks.is_double(&row(&webhooks, "b")));
        webhooks.removed(&"d".into());
        assert!(!webhooks.is_double(&row(&webhooks, "b")));
        webhooks.checked(Verdict::new(other, Millis(2)));
        let known = webhooks.receiver(&row(&webhooks, "c")).unwrap();
        assert_eq!(known.past().count(), 1);
    }

    #[test]
    fn what_cannot_be_read_stays_and_says_since_when() {
        let mut webhooks = Webhooks::default();
        webhooks.read(
            vec![webhook("a", WebhookKind::Jobs, "https://a/")],
            Vec::new(),
            Millis(1),
        );
        webhooks.read_failed("no scope".into(), Millis(5));
        webhooks.read_failed("no scope".into(), Millis(9));
        assert_eq!(webhooks.iter().count(), 1);
        let Reading::Failed { since, .. } = webhooks.reading() else {
            panic!("{:?}", webhooks.reading());
        };
        assert_eq!(*since, Millis(5));
    }
}
