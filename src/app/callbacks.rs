//! Callbacks in the loop: what the feed tells becomes rows, and what became a row is acknowledged.

use super::App;
use crate::export::calendar;
use crate::listen::{CallbackFigures, Reservations};
use crate::model::callback::{Status, Update};
use crate::time::Millis;

impl App {
    /// The webhook has told of a callback. The stream tells the same, before or after: whoever is second changes nothing.
    pub(super) fn callback_delivered(&mut self, update: Update) {
        let (now, changes) = (self.now, &mut self.changes);
        self.store.callbacks.update(update, now, changes);
        self.spread();
    }

    /// How callbacks do, for the listener.
    pub(super) fn callback_figures(&self) -> CallbackFigures {
        let callbacks = &self.store.callbacks;
        let count = |status| {
            let rows = callbacks.iter();
            rows.filter(|row| row.callback().status == status).count()
        };
        CallbackFigures {
            statuses: Status::ALL
                .map(|status| (status.word(), count(status)))
                .into(),
            figures: callbacks.figures().clone(),
            live: !callbacks.stale(),
        }
    }

    /// Every reservation, for a calendar.
    pub(super) fn reservations(&self, now: Millis) -> Reservations {
        let profile = self.profile.as_ref();
        Reservations {
            entries: calendar::entries(&self.store),
            profile: profile.map_or_else(String::new, |profile| profile.name.clone()),
            now,
        }
    }
}
