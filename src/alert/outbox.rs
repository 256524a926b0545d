//! What is sent and when: the two POSTs of an alert, in their order; what operators decide about them.

use super::engine::Engine;
use super::{LedgerRecord, Mode, Orders, Parcel, PostOutcome};
use crate::kind::alerts::silenced_until;
use crate::model::alert::{Acknowledgement, Alert, AlertBook, AlertId, Leg, PostDelivery, Silence};
use crate::time::Millis;

impl Engine {
    /// What there is to do since the last call.
    pub fn take_orders(&mut self, book: &AlertBook) -> Orders {
        let mut orders = std::mem::take(&mut self.orders);
        let changed = std::mem::take(&mut self.changed);
        if self.settings.delivery == Mode::Elsewhere {
            // The ledger is the other console's.
            orders.save.clear();
            return orders;
        }
        let alerts = changed.iter().filter_map(|id| book.get(*id)).cloned();
        orders
            .save
            .extend(alerts.map(|alert| LedgerRecord::Alert(Box::new(alert))));
        orders
    }

    /// Takes in what became of a POST.
    pub fn told(
        &mut self,
        book: &mut AlertBook,
        id: AlertId,
        leg: Leg,
        outcome: PostOutcome,
        now: Millis,
    ) {
        let lasting = !matches!(outcome, PostOutcome::Retrying { .. });
        let failed = matches!(outcome, PostOutcome::Failed { .. });
        let delivery = match outcome {
            PostOutcome::Retrying { failed, why } => PostDelivery::Retrying { failed, why },
            PostOutcome::Sent => PostDelivery::Sent { at: now },
            PostOutcome::Failed { why } => PostDelivery::Undelivered { at: now, why },
        };
        book.amend(id, |alert| {
            if let Some(post) = alert.post_mut(leg) {
                post.delivery = delivery;
            }
        });
        if lasting {
            self.changed.insert(id);
        }
        if leg == Leg::Raise && !failed && lasting {
            self.pursue(book, id);
        }
    }

    /// Sends what could not be delivered again; false when there is nothing of the kind.
    pub fn retry(&mut self, book: &mut AlertBook, id: AlertId) -> bool {
        let Some(leg) = book.get(id).and_then(Alert::undelivered) else {
            return false;
        };
        book.amend(id, |alert| {
            if let Some(post) = alert.post_mut(leg) {
                post.delivery = PostDelivery::Queued;
            }
        });
        self.changed.insert(id);
        self.post(book, id, leg);
        true
    }

    /// Notes who has taken notice; false when there is no such alert or it is over.
    pub fn acknowledge(&mut self, book: &mut AlertBook, id: AlertId, ack: Acknowledgement) -> bool {
        if !book.get(id).is_some_and(Alert::is_open) {
            return false;
        }
        book.amend(id, |alert| alert.acknowledged = Some(ack));
        self.changed.insert(id);
        true
    }

    /// Takes an acknowledgement back; false when there is none on an alert that is open.
    pub fn unacknowledge(&mut self, book: &mut AlertBook, id: AlertId) -> bool {
        let held = |alert: &Alert| alert.is_open() && alert.acknowledged.is_some();
        if !book.get(id).is_some_and(held) {
            return false;
        }
        book.amend(id, |alert| alert.acknowledged = None);
        self.changed.insert(id);
        true
    }

    /// Ends a silence before its time; false when it is not in force.
    pub fn end_silence(&mut self, book: &mut AlertBook, silence: &Silence, now: Millis) -> bool {
        let known = book.silences().iter().find(|known| known.same(silence));
        let Some(mut ended) = known.cloned() else {
            return false;
        };
        ended.until = now;
        book.silence(ended.clone());
        self.orders
            .save
            .push(LedgerRecord::Silence(Box::new(ended)));
        self.lift(book, now);
        true
    }

    /// Puts a silence in force, over open alerts as well; false when there are too many.
    pub fn silence(&mut self, book: &mut AlertBook, silence: Silence, now: Millis) -> bool {
        if !book.silence(silence.clone()) {
            return false;
        }
        self.orders
            .save
            .push(LedgerRecord::Silence(Box::new(silence)));
        self.resilence(book, now);
        true
    }

    /// Ends silences that are over and tells what they held back and still holds.
    pub(super) fn lift(&mut self, book: &mut AlertBook, now: Millis) {
        if book.end_silences(now) {
            self.resilence(book, now);
        }
    }

    fn resilence(&mut self, book: &mut AlertBook, now: Millis) {
        let open = book.iter().filter(|alert| alert.is_open());
        let moved = open.filter_map(|alert| {
            let until = silenced_until(book, alert, now);
            (until != alert.silenced_until).then_some((alert.id, until))
        });
        for (id, until) in moved.collect::<Vec<_>>() {
            book.amend(id, |alert| alert.silenced_until = until);
            self.changed.insert(id);
            let held = book
                .get(id)
                .is_some_and(|a| a.raise.delivery == PostDelivery::Withheld);
            if held && until.is_none() {
                book.amend(id, |alert| alert.raise.delivery = PostDelivery::Queued);
                self.post(book, id, Leg::Raise);
            }
        }
    }

    /// Starts telling of a new alert.
    pub(super) fn dispatch(&mut self, book: &AlertBook, id: AlertId) {
        self.changed.insert(id);
        if book
            .get(id)
            .is_some_and(|alert| alert.raise.delivery == PostDelivery::Queued)
        {
            self.post(book, id, Leg::Raise);
        }
    }

    /// Sends the end of an alert once its beginning has arrived; an undelivered beginning is tried once more first.
    pub(super) fn pursue(&mut self, book: &mut AlertBook, id: AlertId) {
        let Some(alert) = book.get(id) else { return };
        let waiting = alert
            .resolve
            .as_ref()
            .is_some_and(|p| p.delivery == PostDelivery::Queued);
        match alert.raise.delivery {
            PostDelivery::Sent { .. } if waiting => self.post(book, id, Leg::Resolve),
            PostDelivery::Undelivered { .. } if waiting => {
                self.retry(book, id);
            }
            _ => {}
        }
    }

    pub(super) fn post(&mut self, book: &AlertBook, id: AlertId, leg: Leg) {
        let alert = book.get(id);
        self.orders
            .post
            .extend(alert.and_then(|alert| parcel(alert, leg)));
    }
}

fn parcel(alert: &Alert, leg: Leg) -> Option<Parcel> {
    Some(Parcel {
        id: alert.id,
        leg,
        key: alert.key(leg),
        body: alert.post(leg)?.body.clone(),
    })
}
