//! What the console knows that a transfer may name: interactions, users, queues, and where others were sent before.

use std::collections::BTreeMap;

use crate::form::{Check, CheckVerdict, Completion};
use crate::model::interaction::Interaction;
use crate::model::transfer::{Destination, DestinationKind};
use crate::store::Store;
use crate::text::fit;

/// Users that are offered; whoever knows the id of another types it.
const USERS: usize = 500;

/// Destinations of earlier transfers that are offered.
const EARLIER: usize = 20;

/// Columns of an id or a name in a sentence.
const SHOWN: usize = 48;

/// What was known when the form was opened.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those of the list, and those that were read since for the form.
    interactions: BTreeMap<String, Interaction>,
    destinations: Vec<Completion>,
    kinds: &'static [DestinationKind],
}

impl Known {
    pub(super) fn of(store: &Store, kinds: &'static [DestinationKind]) -> Self {
        let table = &store.transfers;
        let interactions = table
            .interactions()
            .map(|one| (one.id.raw().to_owned(), one.clone()));
        let mut destinations: Vec<Completion> = Vec::new();
        let mut offer = |uri: String, note: String| {
            let fits = Destination::parse(&uri).is_ok_and(|to| kinds.contains(&to.kind()));
            if fits && !destinations.iter().any(|known| known.value == uri) {
                destinations.push(Completion::new(uri, note));
            }
        };
        for made in table.made().take(EARLIER) {
            offer(made.destination.uri().to_owned(), "used before".to_owned());
        }
        for row in store.queues.iter() {
            let uri = format!("{}{}", DestinationKind::Queue.prefix(), row.queue.id.raw());
            offer(uri, row.queue.name.fit(40).into_owned());
        }
        for one in table.interactions().filter(|one| !one.queue.is_empty()) {
            let uri = format!("{}{}", DestinationKind::Queue.prefix(), one.queue.raw());
            let note = if one.queue_name.is_empty() {
                "a queue that has interactions".to_owned()
            } else {
                one.queue_name.fit(40).into_owned()
            };
            offer(uri, note);
        }
        let mut last = None;
        let users = store.registrations.read_rows();
        for row in users.take(USERS) {
            let id = row.user_id();
            if last == Some(id) {
                continue;
            }
            last = Some(id);
            let uri = format!("{}{}", DestinationKind::User.prefix(), id.raw());
            offer(uri, row.user().to_string());
        }
        Self {
            interactions: interactions.collect(),
            destinations,
            kinds,
        }
    }

    /// An interaction with what is known of it, safe to show.
    pub(super) fn sentence(&self, id: &str) -> String {
        let shown = fit(id, SHOWN);
        match self.interactions.get(id) {
            Some(one) => format!("{shown} ({})", one.words()),
            None => shown.into_owned(),
        }
    }

    /// An interaction as it was last read.
    pub(super) fn interaction(&self, id: &str) -> Option<Interaction> {
        self.interactions.get(id).cloned()
    }

    /// Whom a transfer takes a call from, safe to show.
    pub(super) fn bearer(&self, id: &str) -> String {
        let bearer = self.interactions.get(id).and_then(Interaction::bearer);
        bearer.map_or("nobody".to_owned(), |who| {
            fit(who.called(), SHOWN).into_owned()
        })
    }

    /// An interaction was read for the form.
    pub(super) fn learn(&mut self, one: &Interaction) {
        self.interactions
            .insert(one.id.raw().to_owned(), one.clone());
    }

    /// What is known of an interaction that is to be moved.
    pub(super) fn check(&self, path: &str, id: &str) -> Check {
        match self.interactions.get(id) {
            Some(one) => Check::known(path, fit(id, SHOWN), CheckVerdict::Good, one.words()),
            None => Check::interaction(path, id),
        }
    }

    /// What is known of a destination, where anything is.
    pub(super) fn destination(&self, to: &Destination) -> Option<Check> {
        let known = self
            .destinations
            .iter()
            .find(|known| known.value == to.uri())?;
        let label = fit(to.uri(), SHOWN);
        let note = known.note.clone();
        Some(Check::known(
            "destination_uri",
            label,
            CheckVerdict::Good,
            note,
        ))
    }

    pub(super) fn interactions(&self) -> Vec<Completion> {
        let all = self.interactions.iter();
        all.map(|(id, one)| Completion::new(id.as_str(), one.words()))
            .collect()
    }

    pub(super) fn destinations(&self) -> Vec<Completion> {
        let kinds = self.kinds.iter();
        let kinds = kinds.map(|kind| Completion::new(kind.prefix(), format!("a {}", kind.word())));
        self.destinations.iter().cloned().chain(kinds).collect()
    }
}
