//! What one phone comes to.

use bytes::Bytes;
use tokio::time::Instant;

use super::{Delivery, Entry, is_recent};
use crate::model::DeviceId;
use crate::model::registration::phone::{Report, Sighting};

impl Entry {
    /// Whether it is lost, or has changed lately.
    pub(super) fn matters(&self, now: Instant) -> bool {
        let turned = self.turned.is_some_and(|at| is_recent(at, now));
        turned || self.standing.registered().0 == Some(false)
    }

    /// Whether its topic is live.
    pub(super) fn carried(&self) -> bool {
        self.by == Delivery::Live
    }

    /// Whether its topic is on a channel, live or not, or is to be.
    pub(super) fn covered(&self) -> bool {
        self.by != Delivery::Polled
    }

    /// Whether only reads tell how it is: no topic does, or none has since it went live.
    pub(super) fn is_polled(&self) -> bool {
        !self.carried() || self.unsure.is_some()
    }

    /// Takes a report in. False when it is older than what is known.
    pub(super) fn take(&mut self, report: Report) -> bool {
        let (before, _) = self.standing.registered();
        let new = self.standing.take(report);
        if before.is_some() && before != self.standing.registered().0 {
            self.turned = Some(Instant::now());
        }
        new
    }

    pub(super) fn sighting(&mut self, device: DeviceId, raw: Bytes) -> Sighting {
        self.checked = Some(Instant::now());
        self.stale = false;
        self.proven |= self.carried() && self.unsure.is_none();
        let (registered, since) = self.standing.registered();
        Sighting {
            user: self.user.clone(),
            device,
            registered,
            since,
            live: self.carried() && self.unsure.is_none(),
            raw,
        }
    }
}
