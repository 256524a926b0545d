//! Storms: many devices in one alert.
//!
//! Devices whose trouble begins within one settle time and that share a site are one alert from `fold_at` on; those
//! that share none are one alert for all sites. While a storm goes on, devices that follow join it without a POST.
//! It is over when nineteen in twenty are back; those that are not have to settle again and are told as what they
//! then are, so that a straggler neither keeps the storm open nor goes unmentioned.

use std::collections::BTreeSet;

use super::Key;
use super::engine::{Draft, Engine};
use super::gathering::Site;
use super::watch::Phase;
use crate::model::alert::{AlertBook, AlertId, AlertKind, Details, Severity, Subject};
use crate::text::Text;
use crate::time::Millis;

/// One in this many may be away when a storm is over.
const NEARLY: u32 = 20;
/// A storm takes in what follows within this time of the last that joined, in milliseconds; polls of a large
/// organisation find a lost site over a minute.
const PASSING_MS: i64 = 60_000;

/// A storm that is open.
#[derive(Debug)]
pub struct Storm {
    pub id: AlertId,
    pub kind: AlertKind,
    pub site: Site,
    /// When the last device joined.
    pub last: Millis,
    /// From the ledger: its devices are not known until they are read again, so all of its place may rejoin.
    pub restored: bool,
}

impl Storm {
    /// Whether a device may have been one of it when the ledger was written.
    fn may_have(&self, key: &Key, site: &Site) -> bool {
        let device = matches!(key.subject, Subject::Device { .. });
        device && self.kind == key.kind && (self.site.is_none() || self.site == *site)
    }
}

/// Edges, or carriers, of which one alert names so many.
const NAMED: usize = 16;

/// Those of all of them, each once.
fn shared<'a>(of: impl Iterator<Item = &'a Vec<Text>>) -> Vec<Text> {
    let all: BTreeSet<&Text> = of.flatten().collect();
    all.into_iter().take(NAMED).cloned().collect()
}

impl Engine {
    /// Tells of a condition that has settled: in the storm that is going on, in a new one, or by itself.
    pub(super) fn tell(&mut self, book: &mut AlertBook, key: &Key, now: Millis) {
        let Some(watch) = self.watches.get(key) else {
            return;
        };
        // An earlier one of this round may have taken it into its storm.
        let Phase::Settling(since) = watch.phase else {
            return;
        };
        let (site, device) = (
            watch.details.site.clone(),
            matches!(key.subject, Subject::Device { .. }),
        );
        if !device {
            return self.tell_alone(book, key, since, now);
        }
        if self.leave_to_edge(book, key, now) {
            return;
        }
        // A storm of its own site, going on or new, comes before one of all sites.
        let least = self.settings.fold_at.max(2);
        if self.join_near(book, key, site.as_ref(), since, now) {
            return;
        }
        if let Some(keys) = self.gathering.take_site(&key.kind, &site, least) {
            return self.fold(book, &key.kind, site, &keys, now);
        }
        if self.join_near(book, key, None, since, now) {
            return;
        }
        match self.gathering.take_rest(&key.kind, least) {
            Some(keys) => self.fold(book, &key.kind, None, &keys, now),
            None => self.tell_alone(book, key, since, now),
        }
    }

    /// Joins the storm that goes on at this site, or at all of them; whether there is one.
    fn join_near(
        &mut self,
        book: &mut AlertBook,
        key: &Key,
        site: Option<&Text>,
        since: Millis,
        now: Millis,
    ) -> bool {
        let near = |storm: &&mut Storm| {
            storm.kind == key.kind
                && storm.site.as_ref() == site
                && since <= storm.last.plus(PASSING_MS)
        };
        let Some(storm) = self.storms.iter_mut().find(near) else {
            return false;
        };
        storm.last = now;
        let id = storm.id;
        self.join(book, id, key, now);
        true
    }

    fn tell_alone(&mut self, book: &mut AlertBook, key: &Key, since: Millis, now: Millis) {
        let Some(watch) = self.watches.get(key) else {
            return;
        };
        let mut details = watch.details.clone();
        if !watch.bad {
            details.registered = details.registered.map(|_| true);
        }
        let draft = Draft {
            key: key.clone(),
            details,
            away: 1,
            flapping: watch.flapping(now),
            began: since,
        };
        match self.raise(book, draft, now) {
            Some(id) => self.set_phase(key, Phase::Told(id), now),
            None => self.set_phase(key, Phase::Quiet, now),
        }
    }

    fn fold(
        &mut self,
        book: &mut AlertBook,
        kind: &AlertKind,
        site: Site,
        keys: &BTreeSet<Key>,
        now: Millis,
    ) {
        let devices = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let members = || keys.iter().filter_map(|key| self.watches.get(key));
        let began = members().filter_map(|watch| match watch.phase {
            Phase::Settling(since) => Some(since),
            _ => None,
        });
        let began = began.min().unwrap_or(now);
        let flapping = members().any(|watch| watch.flapping(now));
        let bad = members().any(|watch| watch.details.registered == Some(false));
        let draft = Draft {
            key: Key {
                kind: kind.clone(),
                subject: Subject::Storm {
                    site: site.clone(),
                    devices,
                },
            },
            details: Details {
                registered: Some(!bad),
                severity: match kind {
                    AlertKind::Rule(_) => members().map(|w| w.details.severity).min(),
                    _ => None,
                }
                .unwrap_or(Severity::Critical),
                edges: shared(members().map(|watch| &watch.details.edges)),
                carriers: shared(members().map(|watch| &watch.details.carriers)),
                ..Details::default()
            },
            away: devices,
            flapping,
            began,
        };
        let id = self.raise(book, draft, now);
        for key in keys {
            self.set_phase(key, id.map_or(Phase::Quiet, Phase::Told), now);
        }
        self.storms.extend(id.map(|id| Storm {
            id,
            kind: kind.clone(),
            site,
            last: now,
            restored: false,
        }));
    }

    fn join(&mut self, book: &mut AlertBook, id: AlertId, key: &Key, now: Millis) {
        self.set_phase(key, Phase::Told(id), now);
        book.amend(id, |alert| {
            alert.away = alert.away.saturating_add(1);
            if let Subject::Storm { devices, .. } = &mut alert.subject {
                *devices = (*devices).max(alert.away);
            }
        });
        self.changed.insert(id);
    }

    /// Puts a device that is bad at its first sight back into the storm that the ledger knows; whether there was one.
    pub(super) fn rejoin(&mut self, book: &mut AlertBook, key: &Key, now: Millis) -> bool {
        let Some(watch) = self.watches.get(key) else {
            return false;
        };
        let site = &watch.details.site;
        let known = self
            .storms
            .iter()
            .filter(|storm| storm.restored && storm.may_have(key, site));
        // A storm of its own site before one of all sites.
        let Some(id) = known
            .max_by_key(|storm| storm.site.is_some())
            .map(|storm| storm.id)
        else {
            return false;
        };
        self.join(book, id, key, now);
        true
    }

    /// Ends a storm when nearly all are back, and lets the others settle on their own.
    pub(super) fn abate(&mut self, book: &mut AlertBook, id: AlertId, now: Millis) {
        let known = self.storms.iter().find(|storm| storm.id == id);
        let Some(alert) = book
            .get(id)
            .filter(|_| known.is_some_and(|storm| !storm.restored))
        else {
            return;
        };
        let Subject::Storm { devices, .. } = alert.subject else {
            return;
        };
        if alert.away > devices / NEARLY {
            self.changed.insert(id);
            return;
        }
        self.release(book, id, now);
    }

    /// Ends an alert of many, and lets those settle on their own that are not back.
    pub(super) fn release(&mut self, book: &mut AlertBook, id: AlertId, now: Millis) {
        let of_it = self
            .watches
            .iter()
            .filter(|(_, watch)| watch.phase == Phase::Told(id));
        let stragglers: Vec<Key> = of_it.map(|(key, _)| key.clone()).collect();
        book.amend(id, |alert| {
            alert.away = 0;
            alert.details.registered = alert.details.registered.map(|_| true);
        });
        self.end(book, id, now);
        for key in stragglers {
            self.set_phase(&key, Phase::Settling(now), now);
        }
    }
}
