//! What one phone comes to.

use bytes::Bytes;
use tokio::time::Instant;

use super::{Delivery, Entry, is_recent};
use crate::model::DeviceId;
use crate::model::registration::condition::Worth;
use crate::model::registration::duty::{Duty, Verdict};
use crate::model::registration::phone::Sighting;

impl Entry {
    /// Whether it is lost, or has changed lately.
    pub(super) fn matters(&self, now: Instant) -> bool {
        let turned = self.turned.is_some_and(|at| is_recent(at, now));
        turned || self.worth == Worth::Lost
    }

    /// Whether its topic is live.
    pub(super) fn carried(&self) -> bool {
        self.carriage.by() == Delivery::Live
    }

    /// Whether its topic is on a channel, live or not, or is to be.
    pub(super) fn covered(&self) -> bool {
        self.carriage.by() != Delivery::Polled
    }

    /// Whether only reads tell how it is: no topic does, or none has since it went live.
    pub(super) fn is_polled(&self) -> bool {
        !self.carried() || self.unsure.is_some()
    }

    /// How it is by all that is known: a desk phone as its lines have it, a browser as its person has it.
    fn verdict(&self, duty: &Duty) -> Verdict {
        let (served, since) = self.standing.registered();
        if self.browser {
            return duty.verdict(served, since);
        }
        Verdict {
            condition: served.into(),
            reason: None,
            since,
        }
    }

    /// Takes in that it was confirmed, and says how it is. `duty` is what is known of its person.
    pub(super) fn sighting(&mut self, device: DeviceId, duty: &Duty, raw: Bytes) -> Sighting {
        let verdict = self.verdict(duty);
        let worth = verdict.condition.worth();
        if self.worth != Worth::Unknown && worth != self.worth {
            self.turned = Some(Instant::now());
        }
        self.worth = worth;
        self.checked = Some(Instant::now());
        self.stale = false;
        self.proven |= self.carried() && self.unsure.is_none();
        Sighting {
            user: self.user.clone(),
            device,
            condition: verdict.condition,
            reason: verdict.reason,
            reach: self.standing.registered().0.filter(|_| self.browser),
            reboots: self.reboots,
            since: verdict.since,
            live: self.carried() && self.unsure.is_none(),
            raw,
        }
    }
}
