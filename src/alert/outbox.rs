//! What is sent and when: the two POSTs of an alert, in their order, to the webhook and to each target apart; what operators
//! decide about them.

use super::engine::Engine;
use super::{LedgerRecord, Mode, Notice, Orders, Parcel, PostOutcome};
use crate::kind::alerts::{passes, silenced_until};
use crate::model::alert::{
    Acknowledgement, Alert, AlertBook, AlertId, Leg, PostDelivery, Silence, TargetPosts, Telling,
};
use crate::text::Text;
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

    /// Takes in what became of a POST; without a target, of one to the webhook.
    pub fn told(
        &mut self,
        book: &mut AlertBook,
        (id, leg, target): (AlertId, Leg, Option<&Text>),
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
            if let Some(known) = alert.delivery_mut(target, leg) {
                *known = delivery;
            }
        });
        if lasting {
            self.changed.insert(id);
        }
        if leg == Leg::Raise && !failed && lasting {
            self.pursue_to(book, id, target);
        }
    }

    /// Sends what could not be delivered again, to everyone whom it did not reach; false when there is nothing of the kind.
    pub fn retry(&mut self, book: &mut AlertBook, id: AlertId) -> bool {
        let mut any = false;
        for target in told_to(book, id) {
            any |= self.retry_to(book, id, target.as_ref());
        }
        any
    }

    fn retry_to(&mut self, book: &mut AlertBook, id: AlertId, target: Option<&Text>) -> bool {
        let undelivered = |alert: &Alert| alert.undelivered_to(target);
        let Some(leg) = book.get(id).and_then(undelivered) else {
            return false;
        };
        self.queue(book, id, (target, leg));
        true
    }

    fn queue(&mut self, book: &mut AlertBook, id: AlertId, (target, leg): (Option<&Text>, Leg)) {
        book.amend(id, |alert| {
            if let Some(delivery) = alert.delivery_mut(target, leg) {
                *delivery = PostDelivery::Queued;
            }
        });
        self.changed.insert(id);
        self.post(book, id, (target, leg));
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
            if until.is_some() {
                continue;
            }
            for target in told_to(book, id) {
                let raise = |alert: &Alert| alert.delivery(target.as_ref(), Leg::Raise).cloned();
                if book.get(id).and_then(raise) == Some(PostDelivery::Withheld) {
                    self.queue(book, id, (target.as_ref(), Leg::Raise));
                }
            }
        }
    }

    /// Starts telling the webhook of a new alert.
    pub(super) fn dispatch(&mut self, book: &AlertBook, id: AlertId) {
        self.changed.insert(id);
        if book
            .get(id)
            .is_some_and(|alert| alert.raise.delivery == PostDelivery::Queued)
        {
            self.post(book, id, (None, Leg::Raise));
        }
    }

    /// Starts telling the targets whose filter an alert passes: when it begins, and when what is known of it has become
    /// something else, for a degraded carrier that is down may be for others than it was.
    pub(super) fn address(&mut self, book: &mut AlertBook, id: AlertId, now: Millis) {
        let Some(alert) = book.get(id).filter(|alert| alert.is_open()) else {
            return;
        };
        let new = self.addressees.iter().filter(|one| {
            let passed = |filter: &String| passes(filter, alert, now);
            alert.target(&one.name).is_none() && one.when.as_ref().is_none_or(passed)
        });
        let new: Vec<Text> = new.map(|one| one.name.clone()).collect();
        if new.is_empty() {
            return;
        }
        let telling = Telling::of(alert);
        let raise = match (self.settings.delivery, alert.silenced_until) {
            (Mode::Elsewhere, _) => PostDelivery::Elsewhere,
            (Mode::Here | Mode::Nowhere, Some(_)) => PostDelivery::Withheld,
            (Mode::Here | Mode::Nowhere, None) => PostDelivery::Queued,
        };
        for name in new {
            let posts = TargetPosts {
                name: name.clone(),
                telling: telling.clone(),
                raise: raise.clone(),
                resolve: None,
            };
            book.amend(id, |alert| alert.targets.push(posts));
            if raise == PostDelivery::Queued {
                self.post(book, id, (Some(&name), Leg::Raise));
            }
        }
        self.changed.insert(id);
    }

    /// Sends the end of an alert to everyone whom its beginning has reached; an undelivered beginning is tried once more first.
    pub(super) fn pursue(&mut self, book: &mut AlertBook, id: AlertId) {
        for target in told_to(book, id) {
            self.pursue_to(book, id, target.as_ref());
        }
    }

    pub(super) fn pursue_to(&mut self, book: &mut AlertBook, id: AlertId, target: Option<&Text>) {
        let Some(alert) = book.get(id) else { return };
        let waiting = alert.delivery(target, Leg::Resolve) == Some(&PostDelivery::Queued);
        match alert.delivery(target, Leg::Raise) {
            Some(PostDelivery::Sent { .. }) if waiting => {
                self.post(book, id, (target, Leg::Resolve));
            }
            Some(PostDelivery::Undelivered { .. }) if waiting => {
                self.retry_to(book, id, target);
            }
            _ => {}
        }
    }

    pub(super) fn post(
        &mut self,
        book: &AlertBook,
        id: AlertId,
        (target, leg): (Option<&Text>, Leg),
    ) {
        let alert = book.get(id);
        self.orders
            .post
            .extend(alert.and_then(|alert| parcel(alert, target, leg)));
    }
}

/// Everyone who is told of an alert; the webhook is none.
pub(super) fn told_to(book: &AlertBook, id: AlertId) -> Vec<Option<Text>> {
    let alert = book.get(id).into_iter();
    alert
        .flat_map(Alert::told_to)
        .map(Option::<&Text>::cloned)
        .collect()
}

/// What is sent of a leg, to a target or to the webhook.
pub(super) fn parcel(alert: &Alert, target: Option<&Text>, leg: Leg) -> Option<Parcel> {
    let body = alert.post(leg)?.body.clone();
    let notice = |name: &Text| {
        Some(Box::new(Notice {
            target: name.clone(),
            alert: alert.name(),
            telling: alert.target(name)?.telling.clone(),
            began: alert.began,
            ended: alert.ended.filter(|_| leg == Leg::Resolve),
            body: body.clone(),
        }))
    };
    let target = match target {
        None => None,
        Some(name) => Some(notice(name)?),
    };
    Some(Parcel {
        id: alert.id,
        leg,
        key: alert.key(leg),
        body,
        target,
    })
}
