//! What an edge takes along: phones that are lost while their edge is away are told by its alert, and by none of their own.
//!
//! A phone whose trouble settles before its edge's waits for the edge. When the edge is back, those that are not have to settle again and
//! are told as what they then are.

use super::Key;
use super::engine::Engine;
use super::watch::Phase;
use crate::model::alert::{AlertBook, AlertId, AlertKind, Subject};
use crate::time::Millis;

impl Engine {
    /// Leaves a phone to its edge, where that is away; whether it is.
    pub(super) fn leave_to_edge(&mut self, book: &mut AlertBook, key: &Key, now: Millis) -> bool {
        let phone = self.watches.get(key);
        let Some(edge) = phone.and_then(|watch| watch.details.edge.clone()) else {
            return false;
        };
        let of_edge = Key {
            kind: AlertKind::EdgeOffline,
            subject: Subject::Edge(edge),
        };
        let edge = self.watches.get(&of_edge).filter(|watch| watch.bad);
        match edge.map(|watch| watch.phase) {
            Some(Phase::Told(id)) => self.take_along(book, id, key, now),
            Some(Phase::Settling(since)) => self.set_phase(key, Phase::Settling(since), now),
            Some(Phase::Quiet) | None => return false,
        }
        true
    }

    fn take_along(&mut self, book: &mut AlertBook, id: AlertId, key: &Key, now: Millis) {
        self.set_phase(key, Phase::Told(id), now);
        book.amend(id, |alert| alert.away = alert.away.saturating_add(1));
        self.changed.insert(id);
    }

    /// One that an edge's alert tells of is well: the edge itself ends it.
    pub(super) fn leave_edge(&mut self, book: &mut AlertBook, id: AlertId, key: &Key, now: Millis) {
        if matches!(key.subject, Subject::Edge(_)) {
            self.release(book, id, now);
        } else {
            self.changed.insert(id);
        }
    }
}
