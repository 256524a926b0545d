//! Decides what is told: conditions settle, storms fold, flapping is told once, ends follow.
//!
//! Every moment is passed in and every wait is a deadline, so that a test drives hours in no time. The alerts
//! themselves are in the [`AlertBook`], which belongs to the store; what is here is only what it takes to decide.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::gathering::Gathering;
use super::storm::Storm;
use super::watch::{Phase, Watch};
use super::{Addressee, AlertSettings, Key, Mode, Orders, Sign, Weather};
use crate::kind::alerts::{graded, silenced_until};
use crate::model::alert::body::Surroundings;
use crate::model::alert::{
    Alert, AlertBook, AlertId, Body, Details, Post, PostDelivery, Severity, Subject,
};
use crate::text::Text;
use crate::time::Millis;

/// From so many milliseconds on a clock has gone back, and is not only late.
const WENT_BACK: u64 = 1_000;

/// Conditions watched at once, as many as the store is sized for; past that they are counted and not watched.
const WATCHED: usize = 1_000_000;
/// Carriers and proxies whose state goes into bodies.
const SURROUNDING: usize = 1_000;

/// The rules of alerting.
#[derive(Debug)]
pub struct Engine {
    pub(super) settings: AlertSettings,
    pub(super) watches: HashMap<Key, Watch>,
    schedule: BTreeSet<(Millis, Key)>,
    /// The newest moment that was passed in.
    now: Millis,
    pub(super) gathering: Gathering,
    pub(super) storms: Vec<Storm>,
    pub(super) changed: BTreeSet<AlertId>,
    pub(super) orders: Orders,
    carriers: BTreeMap<Text, Text>,
    endpoints: BTreeMap<Text, bool>,
    overlooked: u64,
    /// Filters over alerts, and how bad what passes is; the first that it passes counts.
    grades: Vec<(String, Severity)>,
    /// Who is told beside the webhook.
    pub(super) addressees: Vec<Addressee>,
    /// Alerts of the ledger wait to be confirmed by the first reads.
    pub(super) restoring: bool,
}

impl Engine {
    /// An engine that has seen nothing yet.
    #[must_use]
    pub fn new(settings: AlertSettings) -> Self {
        Self {
            settings,
            watches: HashMap::new(),
            schedule: BTreeSet::new(),
            now: Millis::default(),
            gathering: Gathering::default(),
            storms: Vec::new(),
            changed: BTreeSet::new(),
            orders: Orders::default(),
            carriers: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            overlooked: 0,
            grades: Vec::new(),
            addressees: Vec::new(),
            restoring: false,
        }
    }

    /// The same, for which what passes a filter over alerts is as bad as the profile says.
    #[must_use]
    pub fn grading(self, grades: Vec<(String, Severity)>) -> Self {
        Self { grades, ..self }
    }

    /// The same, which tells these targets as well.
    #[must_use]
    pub fn telling(self, addressees: Vec<Addressee>) -> Self {
        Self { addressees, ..self }
    }

    /// Takes in what is known of a condition. `details` is asked only where there is trouble.
    pub fn report(
        &mut self,
        book: &mut AlertBook,
        key: &Key,
        sign: Sign,
        now: Millis,
        details: impl FnOnce() -> Details,
    ) {
        self.keep_time(now);
        let known = self.watches.get_mut(key);
        match (sign, known) {
            (Sign::Bad, Some(watch)) => {
                // The site decides where it is gathered, so it stays until that is over.
                let site = watch.details.site.take();
                let settling = matches!(watch.phase, Phase::Settling(_));
                watch.details = details();
                if settling {
                    watch.details.site = site;
                }
                watch.hear(true, now);
                self.review(book, key, now);
                self.refresh(book, key, now);
            }
            (Sign::Bad, None) => self.begin(book, key, now, details()),
            (Sign::Good, Some(watch)) => {
                watch.hear(false, now);
                watch.details.registered = watch.details.registered.map(|_| true);
                self.review(book, key, now);
            }
            (Sign::Gone, Some(_)) => self.forget(book, key, now),
            (Sign::Unsure, Some(watch)) => {
                let untold = matches!(watch.phase, Phase::Settling(_)) && !watch.flapping(now);
                if untold {
                    self.set_phase(key, Phase::Quiet, now);
                }
            }
            (_, None) => {}
        }
    }

    /// Takes in how a carrier or a certificate is, for the bodies of later alerts.
    pub fn weather(&mut self, weather: Weather) {
        match weather {
            Weather::Carrier { id, health } => put(&mut self.carriers, id, health),
            Weather::Tls { endpoint, valid } => put(&mut self.endpoints, endpoint, valid),
        }
    }

    /// Lets time pass: what has settled is told, what has calmed down is over, silences end.
    pub fn tick(&mut self, book: &mut AlertBook, now: Millis) {
        self.keep_time(now);
        self.lift(book, now);
        let mut ripe = Vec::new();
        while let Some((at, key)) = self.schedule.pop_first() {
            if at > now {
                self.schedule.insert((at, key));
                break;
            }
            let Some(watch) = self.watches.get_mut(&key) else {
                continue;
            };
            watch.due = None;
            match watch.phase {
                Phase::Settling(_) if watch.troubled(now) => ripe.push(key),
                Phase::Quiet if !watch.flapping(now) => {
                    self.watches.remove(&key);
                }
                _ => self.review(book, &key, now),
            }
        }
        // The contract's order of evaluation is the order of the kinds.
        ripe.sort();
        for key in ripe {
            self.tell(book, &key, now);
        }
    }

    /// When [`Self::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self, book: &AlertBook) -> Option<Millis> {
        let silences = book.silences().iter().map(|silence| silence.until);
        let due = self.schedule.first().map(|(at, _)| *at);
        silences.chain(due).min()
    }

    /// Conditions that were not watched because there were too many, counted at each report.
    #[must_use]
    pub fn overlooked(&self) -> u64 {
        self.overlooked
    }

    /// Whether a condition is watched: only then does anything but `Bad` matter.
    #[must_use]
    pub fn watches(&self, key: &Key) -> bool {
        self.watches.contains_key(key)
    }

    /// A clock that has gone back would make every wait longer by as much, and an hour of flapping out of five minutes: what is
    /// under way goes back with it.
    fn keep_time(&mut self, now: Millis) {
        let back = self.now.since(now);
        self.now = now;
        if back < WENT_BACK {
            return;
        }
        let ms = i64::try_from(back).unwrap_or(i64::MAX);
        for storm in &mut self.storms {
            storm.last = storm.last.plus(-ms);
        }
        self.schedule.clear();
        for (key, watch) in &mut self.watches {
            watch.rewind(ms);
            self.schedule
                .extend(watch.due.map(|due| (due, key.clone())));
        }
    }

    /// What is told of may have become another trouble: a degraded carrier is down.
    fn refresh(&mut self, book: &mut AlertBook, key: &Key, now: Millis) {
        let Some(watch) = self.watches.get(key) else {
            return;
        };
        let (Phase::Told(id), details) = (watch.phase, watch.details.clone()) else {
            return;
        };
        let other = book.get(id).filter(|alert| {
            let told = |details: &Details| {
                let Details {
                    title,
                    reason,
                    name,
                    ..
                } = details;
                (title.clone(), reason.clone(), name.clone())
            };
            alert.subject == key.subject && told(&alert.details) != told(&details)
        });
        let Some(alert) = other else { return };
        let mut judged = alert.clone();
        judged.details = details;
        judged.details.severity = graded(&self.grades, &judged, now);
        let details = judged.details;
        book.amend(id, |alert| alert.details = details);
        self.changed.insert(id);
        self.address(book, id, now);
    }

    fn begin(&mut self, book: &mut AlertBook, key: &Key, now: Millis, details: Details) {
        if self.watches.len() >= WATCHED {
            self.overlooked = self.overlooked.saturating_add(1);
            return;
        }
        let mut watch = Watch::new(details);
        watch.hear(true, now);
        self.watches.insert(key.clone(), watch);
        if !self.rejoin(book, key, now) {
            self.review(book, key, now);
        }
    }

    /// Brings what is told into line with what is known.
    fn review(&mut self, book: &mut AlertBook, key: &Key, now: Millis) {
        let Some(watch) = self.watches.get(key) else {
            return;
        };
        let (phase, troubled, flapping) = (watch.phase, watch.troubled(now), watch.flapping(now));
        match phase {
            Phase::Quiet if troubled => self.set_phase(key, Phase::Settling(now), now),
            Phase::Settling(_) if !troubled => self.set_phase(key, Phase::Quiet, now),
            Phase::Told(id) if !troubled => {
                self.set_phase(key, Phase::Quiet, now);
                self.leave(book, id, key, now);
            }
            phase => {
                self.set_phase(key, phase, now);
                if let (Phase::Told(id), true) = (phase, flapping)
                    && book.get(id).is_some_and(|alert| !alert.flapping)
                {
                    book.amend(id, |alert| alert.flapping = true);
                    self.changed.insert(id);
                    self.address(book, id, now);
                }
            }
        }
    }

    /// Moves a condition to a phase, and keeps the schedule and the gathering true to it.
    pub(super) fn set_phase(&mut self, key: &Key, phase: Phase, now: Millis) {
        let Some(watch) = self.watches.get_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut watch.phase, phase);
        let due = watch.next(self.settings.settle_ms, now);
        let was = std::mem::replace(&mut watch.due, due);
        if was != due {
            if let Some(was) = was {
                self.schedule.remove(&(was, key.clone()));
            }
            if let Some(due) = due {
                self.schedule.insert((due, key.clone()));
            }
        }
        let device = matches!(key.subject, Subject::Device { .. });
        match (before, phase) {
            (Phase::Settling(_), Phase::Settling(_)) => {}
            (Phase::Settling(_), _) => self.gathering.remove(key, &watch.details.site),
            (_, Phase::Settling(_)) if device => self.gathering.add(key, &watch.details.site),
            _ => {}
        }
    }

    pub(super) fn forget(&mut self, book: &mut AlertBook, key: &Key, now: Millis) {
        let told = self.watches.get(key).map(|watch| watch.phase);
        self.set_phase(key, Phase::Quiet, now);
        if let Some(watch) = self.watches.remove(key)
            && let Some(due) = watch.due
        {
            self.schedule.remove(&(due, key.clone()));
        }
        if let Some(Phase::Told(id)) = told {
            self.leave(book, id, key, now);
        }
    }

    /// One subject of an alert is well: a single alert ends with it, a storm when nearly all are, an edge's with the edge.
    fn leave(&mut self, book: &mut AlertBook, id: AlertId, key: &Key, now: Millis) {
        let Some((away, edge)) = book.amend(id, |alert| {
            alert.away = alert.away.saturating_sub(1);
            (alert.away, matches!(alert.subject, Subject::Edge(_)))
        }) else {
            return;
        };
        if edge {
            self.leave_edge(book, id, key, now);
        } else if self.storms.iter().any(|storm| storm.id == id) {
            self.abate(book, id, now);
        } else if away == 0 {
            if let Some(watch) = self.watches.get(key) {
                let registered = watch.details.registered;
                book.amend(id, |alert| alert.details.registered = registered);
            }
            self.end(book, id, now);
        }
    }

    /// Makes an alert and starts telling of it; none when the book is full.
    pub(super) fn raise(
        &mut self,
        book: &mut AlertBook,
        draft: Draft,
        now: Millis,
    ) -> Option<AlertId> {
        let Draft {
            key,
            details,
            away,
            flapping,
            began,
        } = draft;
        let around = self.around(&key, &details);
        let body = Body::new(&key.kind, &key.subject, &details, around, began);
        let mut alert = Alert {
            id: book.fresh_id(),
            kind: key.kind,
            subject: key.subject,
            details,
            began,
            ended: None,
            away,
            flapping,
            acknowledged: None,
            silenced_until: None,
            raise: Post {
                body,
                delivery: PostDelivery::Queued,
            },
            resolve: None,
            targets: Vec::new(),
        };
        alert.details.severity = graded(&self.grades, &alert, now);
        alert.silenced_until = silenced_until(book, &alert, now);
        alert.raise.delivery = match (self.settings.delivery, alert.silenced_until) {
            (Mode::Nowhere, _) => PostDelivery::NoWebhook,
            (Mode::Elsewhere, _) => PostDelivery::Elsewhere,
            (Mode::Here, Some(_)) => PostDelivery::Withheld,
            (Mode::Here, None) => PostDelivery::Queued,
        };
        let (id, told) = (
            alert.id,
            alert
                .silenced_until
                .is_none()
                .then(|| (alert.severity(), announcement(&alert))),
        );
        if !book.insert(alert) {
            return None;
        }
        self.orders.announce.extend(told);
        self.dispatch(book, id);
        self.address(book, id, now);
        Some(id)
    }

    /// Ends an alert and tells of it, if its beginning was told.
    pub(super) fn end(&mut self, book: &mut AlertBook, id: AlertId, now: Millis) {
        let Some(alert) = book.get(id).filter(|alert| alert.is_open()) else {
            return;
        };
        let key = Key {
            kind: alert.kind.clone(),
            subject: alert.subject.clone(),
        };
        let around = self.around(&key, &alert.details);
        let mut body = Body::new(&key.kind, &key.subject, &alert.details, around, now);
        body.resolved = true;
        book.amend(id, |alert| {
            alert.ended = Some(now);
            alert.silenced_until = None;
            for target in &mut alert.targets {
                target.resolve = end_of(&target.raise);
            }
            let delivery = end_of(&alert.raise.delivery);
            if delivery.is_some() || !alert.targets.is_empty() {
                let delivery = delivery.unwrap_or(PostDelivery::Withheld);
                alert.resolve = Some(Post { body, delivery });
            }
        });
        self.storms.retain(|storm| storm.id != id);
        self.changed.insert(id);
        self.pursue(book, id);
    }

    /// What a body says of carriers and certificates: of its own subject, else the worst of all.
    fn around(&self, key: &Key, details: &Details) -> Surroundings {
        let worst = ["down", "degraded", "healthy"];
        let own = |known: Option<&Text>| known.map(|health| health.raw().to_owned());
        let any = |health: &&str| self.carriers.values().any(|known| known.raw() == *health);
        let overall = || worst.into_iter().find(any).map(str::to_owned);
        let carrier = match &key.subject {
            Subject::Carrier(id) => own(self.carriers.get(id)),
            _ => overall(),
        };
        let tls = match &key.subject {
            Subject::Endpoint(host) => self.endpoints.get(host).copied(),
            _ if self.endpoints.is_empty() => None,
            _ => Some(self.endpoints.values().all(|valid| *valid)),
        };
        let said =
            || matches!(key.subject, Subject::Carrier(_)).then(|| details.reason.raw().to_owned());
        Surroundings {
            carrier_health: carrier
                .or_else(said)
                .unwrap_or_else(|| "unknown".to_owned()),
            tls_valid: tls,
        }
    }
}

/// How the telling of an end begins: where nobody was told of the beginning, nobody is told of the end.
fn end_of(raise: &PostDelivery) -> Option<PostDelivery> {
    match raise {
        PostDelivery::Withheld => None,
        PostDelivery::NoWebhook => Some(PostDelivery::NoWebhook),
        PostDelivery::Elsewhere => Some(PostDelivery::Elsewhere),
        _ => Some(PostDelivery::Queued),
    }
}

/// An alert before it has a number.
pub(super) struct Draft {
    pub key: Key,
    pub details: Details,
    pub away: u32,
    pub flapping: bool,
    pub began: Millis,
}

fn put<V>(map: &mut BTreeMap<Text, V>, key: Text, value: V) {
    if map.len() < SURROUNDING || map.contains_key(&key) {
        map.insert(key, value);
    }
}

fn announcement(alert: &Alert) -> String {
    let flapping = if alert.flapping { ", flapping" } else { "" };
    format!("{}: {}{flapping}", alert.title(), alert.thing())
}
