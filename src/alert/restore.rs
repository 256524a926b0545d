//! After a restart: what the ledger knows is neither told again nor forgotten.

use super::engine::Engine;
use super::outbox::{parcel, told_to};
use super::storm::Storm;
use super::watch::{Phase, Watch};
use super::{Key, LedgerRecord, Mode};
use crate::model::alert::{Alert, AlertBook, AlertId, Leg, PostDelivery, Subject, TargetPosts};
use crate::text::Text;
use crate::time::Millis;

/// What is read as one: when a read of it is complete, what it did not name is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Devices, and the storms among them.
    Devices,
    /// Carriers.
    Carriers,
    /// SIP proxies.
    Endpoints,
    /// Edges.
    Edges,
    /// Calls by what they have in common.
    Calls,
}

impl Family {
    fn has(self, subject: &Subject) -> bool {
        match subject {
            Subject::Device { .. } | Subject::Storm { .. } => self == Self::Devices,
            Subject::Carrier(_) => self == Self::Carriers,
            Subject::Endpoint(_) => self == Self::Endpoints,
            Subject::Edge(_) => self == Self::Edges,
            // How full the trunks are is another reading, which judges them itself.
            Subject::Calls { by, .. } => self == Self::Calls && by.raw() != "capacity",
        }
    }
}

impl Engine {
    /// Takes in what the ledger held, and sends what it had not delivered.
    pub fn restore(&mut self, book: &mut AlertBook, records: Vec<LedgerRecord>, now: Millis) {
        for record in records {
            match record {
                LedgerRecord::Silence(silence) if now < silence.until => {
                    book.silence(*silence);
                }
                LedgerRecord::Silence(_) => {}
                LedgerRecord::Alert(alert) => {
                    book.insert(*alert);
                }
            }
        }
        let kept: Vec<Alert> = book.iter().cloned().collect();
        self.restoring = kept.iter().any(Alert::is_open);
        for alert in kept {
            self.watch_again(book, &alert, now);
            if self.settings.delivery == Mode::Elsewhere {
                continue;
            }
            self.forget_targets(book, &alert);
            for target in told_to(book, alert.id) {
                if target.is_some() || self.settings.delivery == Mode::Here {
                    self.send_again(book, alert.id, target.as_ref());
                }
                let told = alert.delivery(target.as_ref(), Leg::Raise);
                if alert.is_open() && matches!(told, Some(PostDelivery::Sent { .. })) {
                    let held = target.and_then(|name| parcel(&alert, Some(&name), Leg::Raise));
                    self.orders.holds.extend(held);
                }
            }
        }
    }

    /// Everything of a family has been read: alerts of the ledger whose subjects were not named are over.
    pub fn complete(&mut self, book: &mut AlertBook, family: Family, now: Millis) {
        let silent = self
            .watches
            .iter()
            .filter(|(key, watch)| watch.restored && family.has(&key.subject));
        let silent: Vec<Key> = silent.map(|(key, _)| key.clone()).collect();
        for key in silent {
            self.forget(book, &key, now);
        }
        if family != Family::Devices {
            return;
        }
        self.restoring = false;
        let restored = self.storms.iter_mut().filter(|storm| storm.restored);
        let ids: Vec<_> = restored
            .map(|storm| {
                (storm.restored, storm.last) = (false, now);
                storm.id
            })
            .collect();
        for id in ids {
            self.abate(book, id, now);
        }
    }

    /// Whether something is known of this one: it was reported as bad, or the ledger has it.
    #[must_use]
    pub fn knows(&self, key: &Key) -> bool {
        self.watches.contains_key(key)
    }

    /// Whether devices of the ledger's alerts wait to be confirmed, so that good news matters too.
    #[must_use]
    pub fn restoring(&self) -> bool {
        self.restoring
    }

    fn watch_again(&mut self, book: &mut AlertBook, alert: &Alert, now: Millis) {
        if !alert.is_open() {
            return;
        }
        let kind = alert.kind.clone();
        if let Subject::Storm { site, .. } = &alert.subject {
            // Its devices count again as they are read.
            book.amend(alert.id, |alert| alert.away = 0);
            let (id, site) = (alert.id, site.clone());
            self.storms.push(Storm {
                id,
                kind,
                site,
                last: now,
                restored: true,
            });
            return;
        }
        if matches!(alert.subject, Subject::Edge(_)) {
            // Its phones join again as they are read.
            book.amend(alert.id, |alert| alert.away = 1);
        }
        let key = Key {
            kind,
            subject: alert.subject.clone(),
        };
        let watch = Watch::restored(alert.id, alert.details.clone());
        self.watches.insert(key.clone(), watch);
        self.set_phase(&key, Phase::Told(alert.id), now);
    }

    /// What a target is owed that the profile does not name any more is owed to nobody.
    fn forget_targets(&self, book: &mut AlertBook, alert: &Alert) {
        let named = |posts: &TargetPosts| self.addressees.iter().any(|one| one.name == posts.name);
        if alert.targets.iter().any(|one| one.unsent() && !named(one)) {
            book.amend(alert.id, |alert| {
                alert.targets.retain(|one| !one.unsent() || named(one));
            });
        }
    }

    fn send_again(&mut self, book: &mut AlertBook, id: AlertId, target: Option<&Text>) {
        for leg in [Leg::Raise, Leg::Resolve] {
            book.amend(id, |alert| {
                let delivery = alert.delivery_mut(target, leg);
                if let Some(delivery) = delivery.filter(|delivery| delivery.unsent()) {
                    *delivery = PostDelivery::Queued;
                }
            });
        }
        let raise = |alert: &Alert| alert.delivery(target, Leg::Raise).map(PostDelivery::unsent);
        match book.get(id).and_then(raise) {
            Some(true) => self.post(book, id, (target, Leg::Raise)),
            Some(false) => self.pursue_to(book, id, target),
            None => {}
        }
    }
}
