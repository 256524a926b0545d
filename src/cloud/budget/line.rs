//! Who waits for a slot, in which order.
//!
//! It is as long as there are tasks that want something, and those are bounded where they are started.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;

use super::Urgency;

/// Everyone who waits, ordered by urgency and then by arrival.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeMap<(Urgency, u64), Arc<Notify>>,
    arrivals: u64,
}

/// One place in the line.
#[derive(Debug)]
pub(super) struct Place {
    key: (Urgency, u64),
    call: Arc<Notify>,
}

impl Place {
    /// Waits until somebody thinks that it may be this one's turn.
    pub(super) async fn called(&mut self) {
        self.call.notified().await;
    }
}

impl Line {
    pub(super) fn join(&mut self, urgency: Urgency) -> Place {
        let place = Place {
            key: (urgency, self.arrivals),
            call: Arc::default(),
        };
        self.arrivals = self.arrivals.wrapping_add(1);
        self.waiting.insert(place.key, Arc::clone(&place.call));
        place
    }

    pub(super) fn leave(&mut self, place: &Place) {
        self.waiting.remove(&place.key);
    }

    pub(super) fn is_first(&self, place: &Place) -> bool {
        self.waiting
            .first_key_value()
            .is_some_and(|(key, _)| *key == place.key)
    }

    /// Has the first in line look again.
    pub(super) fn call_first(&self) {
        if let Some((_, call)) = self.waiting.first_key_value() {
            call.notify_one();
        }
    }
}
