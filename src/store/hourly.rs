//! What is looked at, counted by the hour and by site until it is taken away to be kept.

use hashbrown::HashMap;

use super::Registrations;
use super::intern::NameId;
use super::row::Believed;
use crate::model::hourly::{Counted, Figures, Hour, HourRecord};
use crate::time::Millis;

/// Counts that nobody has taken yet. They are taken every few minutes, so these are of an hour or two.
pub(super) type Hourly = HashMap<(Hour, NameId), Figures>;

impl Registrations {
    /// Counts by the hour from now on; whoever asks for it takes the counts away.
    pub fn count_by_hour(&mut self) {
        self.hourly.get_or_insert_default();
    }

    /// Whether there are counts to take away.
    #[must_use]
    pub fn has_counted(&self) -> bool {
        self.hourly
            .as_ref()
            .is_some_and(|hourly| !hourly.is_empty())
    }

    /// Takes the counts away; the next ones begin at nothing.
    pub fn take_counted(&mut self) -> Counted {
        let mut counted = Counted::default();
        for ((hour, site), figures) in self.hourly.iter_mut().flat_map(HashMap::drain) {
            counted.add(HourRecord {
                hour,
                site: self.users.sites.name(site).cloned(),
                figures,
            });
        }
        counted
    }

    /// A registration was looked at. Its site is the one that is known by now.
    pub(super) fn looked(&mut self, user: u32, found: Believed, now: Millis) {
        let registered = match found {
            Believed::Registered => Some(true),
            Believed::Lost => Some(false),
            // Nobody is missed there.
            Believed::OffDuty => return,
            Believed::Unknown => None,
        };
        self.metrics.check(now, registered);
        let site = self.users.get(user).map_or(0, |owner| owner.site);
        self.count(now, site, |figures| {
            figures.checks.note(registered);
            if registered == Some(false) {
                figures.last_lost = figures.last_lost.max(Some(now));
            }
        });
    }

    /// A read has come to its end. It is of no site: on one API a read is of a user, on the other of a page of many.
    pub(super) fn read_ended(&mut self, now: Millis, ok: bool) {
        self.metrics.read(now, ok);
        self.count(now, 0, |figures| figures.reads.note(ok));
    }

    fn count(&mut self, now: Millis, site: NameId, note: impl FnOnce(&mut Figures)) {
        if let Some(hourly) = &mut self.hourly {
            note(hourly.entry((Hour::of(now), site)).or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::registration::{Device, Update, User};
    use crate::model::report::{Checks, Reads};
    use crate::store::Changes;

    #[test]
    fn each_device_of_a_read_and_each_event_that_tells_of_one_is_looked_at_once() {
        let (mut table, mut changes, now) =
            (Registrations::default(), Changes::default(), Millis(5));
        table.count_by_hour();
        let ana = User {
            id: "u-1".into(),
            name: "Ana".into(),
            site: Some("Accra".into()),
        };
        table.users(vec![ana], now, &mut changes);
        let device = |id: &str, registered| Device {
            id: id.into(),
            registered,
            codec: None,
        };
        let devices = vec![device("a", true), device("b", false)];
        table.snapshot(&"u-1".into(), devices, &[], true, now, &mut changes);
        for (registered, codec) in [(Some(false), None), (None, Some("PCMU".into()))] {
            let update = Update {
                user: "u-1".into(),
                device: "a".into(),
                registered,
                codec,
                raw: Bytes::new(),
            };
            table.update(update, now, &mut changes);
        }
        table.read_failed(&"u-2".into(), now, &mut changes);
        let checks = Checks {
            registered: 1,
            lost: 2,
            unknown: 0,
        };
        let metrics = table.metrics();
        assert_eq!(
            (metrics.checks, metrics.checks_over(60, now)),
            (checks, checks)
        );
        assert_eq!(metrics.last_lost, Some(now));
        let counted = table.take_counted();
        assert!(!table.has_counted() && table.take_counted().is_empty());
        let told: Vec<_> = counted
            .records()
            .map(|one| (one.site, one.figures.checks, one.figures.reads))
            .collect();
        let reads = |ok, failed| Reads { ok, failed };
        let nowhere = (None, Checks::default(), reads(1, 1));
        assert_eq!(told, [nowhere, (Some("Accra".into()), checks, reads(0, 0))]);
    }
}
