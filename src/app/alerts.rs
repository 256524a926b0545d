//! Alerts in the loop: what changed in the store is reported to the engine, what it orders becomes effects.

mod around;
mod calls;
mod capacity;
mod commands;
mod rules;

use std::collections::{BTreeSet, HashMap};

use self::around::{Around, device_key};
use self::calls::CallWatch;
use self::rules::RuleWatch;
use super::App;
use super::duty::Duty;
use crate::alert::engine::Engine;
use crate::alert::restore::Family;
use crate::alert::{AlertNews, AlertSettings, Key, LedgerRecord, Mode, Sign, Weather};
use crate::config::Profile;
use crate::config::profile::alerts::{Grade, TargetSettings};
use crate::effect::Effect;
use crate::model::alert::{AlertKind, Details, Severity, Subject};
use crate::model::carrier::Health;
use crate::model::edge::EdgeState;
use crate::model::finding::{Target, TlsVerdict};
use crate::model::registration::State;
use crate::model::trunk::{By, Standing};
use crate::model::{CarrierId, EdgeId};
use crate::store::carriers::Reading;
use crate::store::{CarrierTransition, Changes, RowId, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::Status;

/// Alerting, once the ledger has been read. Without a ledger to read (a single headless command) there is none.
pub(super) struct Alarm {
    engine: Engine,
    /// The name that acknowledgements and silences carry.
    operator: Text,
    rules: Vec<RuleWatch>,
    /// Rules over how calls sound.
    calls: Vec<CallWatch>,
    /// From which share on the trunks are told to be nearly full, and where they were.
    capacity: (Option<u8>, BTreeSet<&'static str>),
    /// Rows that were reported as lost, with what they were reported as: the row itself may be gone.
    lost: HashMap<RowId, Key>,
    /// Families whose first complete read has still to come.
    awaited: Vec<Family>,
    bell: bool,
    osc9: bool,
}

/// Conditions become alerts, and alerts are told.
pub(super) const DUTY: Duty = Duty {
    due: App::alert_deadline,
    tick: App::tick_alerts,
};

impl App {
    /// Takes in what the courier tells.
    pub(super) fn alert_news(&mut self, news: AlertNews) {
        let now = self.now;
        match news {
            AlertNews::Opened {
                records,
                ours,
                operator,
                warnings,
            } => {
                for warning in warnings {
                    self.messages.tell(Weight::Warning, warning, now);
                }
                self.open_alarm(records, ours, operator);
            }
            AlertNews::Unkept(why) => self.messages.tell(Weight::Error, why, now),
            AlertNews::Told {
                id,
                target,
                leg,
                outcome,
            } => {
                if let Some(alarm) = &mut self.alarm {
                    let of = (id, leg, target.as_ref());
                    let book = &mut self.store.alerts;
                    alarm.engine.told(book, of, outcome, now);
                }
            }
        }
        self.carry_out_alerts();
    }

    fn open_alarm(&mut self, records: Vec<LedgerRecord>, ours: bool, operator: Text) {
        let Some(profile) = self.profile.clone() else {
            return;
        };
        let mode = match (ours, &profile.alerts.webhook) {
            (false, _) => Mode::Elsewhere,
            (true, Some(_)) => Mode::Here,
            (true, None) => Mode::Nowhere,
        };
        let mut alarm = Alarm::new(&profile, mode, operator);
        alarm
            .engine
            .restore(&mut self.store.alerts, records, self.now);
        alarm.look_at_everything(&mut self.store, self.now);
        self.alarm = Some(alarm);
    }

    /// Reports what has changed. To be called before the changes are cleared.
    pub(super) fn notice(&mut self) {
        if let Some(alarm) = &mut self.alarm {
            alarm.notice(&mut self.store, &self.changes, self.now);
            self.carry_out_alerts();
        }
    }

    /// Lets time pass for alerts.
    fn tick_alerts(&mut self) {
        let Some(alarm) = &mut self.alarm else { return };
        alarm.complete(&mut self.store, self.heard.status, self.now);
        if alarm
            .deadline(&self.store)
            .is_some_and(|due| self.now >= due)
        {
            alarm.tick(&mut self.store, self.now);
        }
        self.carry_out_alerts();
    }

    /// When time alone changes an alert.
    fn alert_deadline(&self) -> Option<Millis> {
        self.alarm.as_ref()?.deadline(&self.store)
    }

    /// Turns orders into effects, and tells the operator of new alerts.
    pub(super) fn carry_out_alerts(&mut self) {
        let Some(alarm) = &mut self.alarm else { return };
        let mut orders = alarm.engine.take_orders(&self.store.alerts);
        if orders.is_empty() {
            return;
        }
        let announce = std::mem::take(&mut orders.announce);
        // The worst speaks for all of them.
        if let Some((severity, first)) = announce.iter().min_by_key(|(severity, _)| *severity) {
            let text = match announce.len() {
                1 => format!("ALERT {first}"),
                many => format!("{many} ALERTS: {first} …"),
            };
            let (severity, quiet) = (*severity, *severity == Severity::Info);
            if !quiet && (alarm.bell || alarm.osc9) {
                let osc9 = alarm.osc9.then(|| text.clone());
                self.effects.push(Effect::Notify {
                    bell: alarm.bell,
                    osc9,
                });
            }
            let weight = match severity {
                Severity::Critical => Weight::Error,
                Severity::Warning => Weight::Warning,
                Severity::Info => Weight::Note,
            };
            self.messages.tell(weight, text, self.now);
            self.dirty = true;
        }
        if !orders.is_empty() {
            self.effects.push(Effect::Alerts(Box::new(orders)));
        }
        self.vitals.touch();
    }
}

impl Alarm {
    fn new(profile: &Profile, delivery: Mode, operator: Text) -> Self {
        let alerts = &profile.alerts;
        Self {
            engine: Engine::new(AlertSettings {
                settle_ms: i64::try_from(alerts.settle.as_millis()).unwrap_or(i64::MAX),
                fold_at: alerts.fold_at as usize,
                delivery,
            })
            .grading(alerts.severity.iter().map(Grade::pair).collect())
            .telling(
                alerts
                    .targets
                    .iter()
                    .map(TargetSettings::addressee)
                    .collect(),
            ),
            operator,
            rules: alerts.rules.iter().filter_map(RuleWatch::new).collect(),
            calls: alerts.calls.iter().map(CallWatch::new).collect(),
            capacity: (alerts.capacity, BTreeSet::new()),
            lost: HashMap::new(),
            awaited: vec![
                Family::Devices,
                Family::Carriers,
                Family::Endpoints,
                Family::Edges,
            ],
            bell: alerts.bell,
            osc9: alerts.osc9,
        }
    }

    /// What was read before the ledger was: a row that is lost at first sight is a condition that begins now.
    fn look_at_everything(&mut self, store: &mut Store, now: Millis) {
        let mut all = Changes::default();
        let rows: Vec<(RowId, State)> = store
            .registrations
            .rows()
            .map(|(id, row)| (id, row.state()))
            .collect();
        all.touched.extend(rows.iter().map(|(id, _)| *id));
        let edges: Vec<EdgeId> = store.edges.ids().cloned().collect();
        for edge in edges {
            self.edge(store, &edge, now);
        }
        for (id, state) in rows {
            self.device(store, id, state, now);
        }
        self.ask_rules(store, &all, now);
        self.carriers(store, now);
        let targets: Vec<Target> = store
            .probes
            .iter()
            .map(|probed| probed.target().clone())
            .collect();
        for target in targets {
            self.proxy(store, &target, now);
        }
    }

    fn notice(&mut self, store: &mut Store, changes: &Changes, now: Millis) {
        for row in &changes.removed {
            if let Some(key) = self.lost.remove(row) {
                self.engine
                    .report(&mut store.alerts, &key, Sign::Gone, now, Details::default);
            }
        }
        for edge in &changes.edges {
            self.edge(store, edge, now);
        }
        for turn in &changes.transitions {
            self.device(store, turn.row, turn.to, now);
        }
        self.ask_rules(store, changes, now);
        for turn in &changes.carriers {
            self.carrier(store, &turn.carrier, turn.to, now);
        }
        if !changes.edges.is_empty() {
            self.carriers(store, now);
        }
        for target in &changes.findings {
            self.proxy(store, target, now);
        }
        if !changes.carriers.is_empty() {
            self.proxies_of(store, &changes.carriers, now);
        }
    }

    /// The proxies of carriers of which something became known: what was found before is called by the carrier's name from now on.
    fn proxies_of(&mut self, store: &mut Store, turns: &[CarrierTransition], now: Millis) {
        let turned = |id: &CarrierId| turns.iter().any(|turn| turn.carrier == *id);
        let theirs = store
            .probes
            .iter()
            .filter(|probed| probed.carriers().any(turned));
        let targets: Vec<Target> = theirs.map(|probed| probed.target().clone()).collect();
        for target in targets {
            self.proxy(store, &target, now);
        }
    }

    fn carriers(&mut self, store: &mut Store, now: Millis) {
        let carriers: Vec<_> = store
            .carriers
            .iter()
            .map(|row| (row.carrier().id.clone(), row.carrier().health))
            .collect();
        for (id, health) in carriers {
            self.carrier(store, &id, Some(health), now);
        }
    }

    /// An edge that is not reached is a condition, unless it was switched off; one that is gone is none: the cloud's own come and go.
    fn edge(&mut self, store: &mut Store, id: &EdgeId, now: Millis) {
        let row = store.edges.get(id);
        let sign = match row.map(|row| (row.edge.heard.by, row.edge.state())) {
            None => Sign::Gone,
            Some((By::Gap, _) | (_, EdgeState::Unknown)) => Sign::Unsure,
            Some((_, EdgeState::Offline)) => Sign::Bad,
            Some(_) => Sign::Good,
        };
        let details = row.map(|row| Details {
            name: row.edge.title().clone(),
            site: Some(row.edge.site.clone()).filter(|site| !site.is_empty()),
            edges: vec![row.edge.title().clone()],
            severity: Severity::Critical,
            ..Details::default()
        });
        let key = Key {
            kind: AlertKind::EdgeOffline,
            subject: Subject::Edge(id.0.clone()),
        };
        let details = || details.unwrap_or_default();
        self.engine
            .report(&mut store.alerts, &key, sign, now, details);
    }

    fn ask_rules(&mut self, store: &mut Store, changes: &Changes, now: Millis) {
        let Store {
            registrations,
            alerts,
            edges,
            carriers,
            ..
        } = store;
        let around = Around { edges, carriers };
        for rule in &mut self.rules {
            let engine = &mut self.engine;
            rule.notice((registrations, around), changes, engine, alerts, now);
        }
    }

    fn device(&mut self, store: &mut Store, id: RowId, state: State, now: Millis) {
        let Some(row) = store.registrations.row(id) else {
            return;
        };
        let sign = match state {
            State::Lost => Sign::Bad,
            // Nobody misses a phone whose person has gone home.
            State::Ok | State::OffDuty => Sign::Good,
            State::Stale | State::Remembered | State::Unknown => Sign::Unsure,
        };
        // Nearly all news is good and of devices that nobody was told of.
        if sign != Sign::Bad && !self.lost.contains_key(&id) && !self.engine.restoring() {
            return;
        }
        let key = device_key(AlertKind::RegistrationFailure, &row);
        match sign {
            Sign::Bad => {
                self.lost.insert(id, key.clone());
            }
            Sign::Good => {
                self.lost.remove(&id);
            }
            Sign::Unsure | Sign::Gone => {}
        }
        let Store {
            alerts,
            edges,
            carriers,
            ..
        } = store;
        let around = Around { edges, carriers };
        let details = || Details {
            registered: Some(false),
            ..around.details(&row, Severity::Warning)
        };
        self.engine.report(alerts, &key, sign, now, details);
    }

    fn carrier(&mut self, store: &mut Store, id: &CarrierId, health: Option<Health>, now: Millis) {
        let sign = match health {
            // Then the edges are told of, and whatever runs on them is told of once they are back.
            Some(health) if health.suffers() && fails_with_edges(store, id) => Sign::Unsure,
            Some(health) if health.suffers() => Sign::Bad,
            Some(Health::Unknown) => Sign::Unsure,
            Some(_) => Sign::Good,
            None => Sign::Gone,
        };
        let word = Text::from(health.unwrap_or(Health::Unknown).word());
        self.engine.weather(Weather::Carrier {
            id: id.0.clone(),
            health: word.clone(),
        });
        let key = Key {
            kind: AlertKind::CarrierDegradation,
            subject: Subject::Carrier(id.0.clone()),
        };
        let name = store
            .carriers
            .get(id)
            .map(|row| row.name().clone())
            .unwrap_or_default();
        let (title, severity) = match health {
            Some(Health::Down) => ("carrier down", Severity::Critical),
            _ => ("carrier degraded", Severity::Warning),
        };
        let details = || Details {
            carriers: Some(name.clone())
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect(),
            name,
            reason: word,
            title: title.into(),
            severity,
            ..Details::default()
        };
        self.engine
            .report(&mut store.alerts, &key, sign, now, details);
    }

    /// Anything but a valid certificate is a condition, one near its end too: that is when something can be done.
    fn proxy(&mut self, store: &mut Store, target: &Target, now: Millis) {
        let Some(probed) = store.probes.get(target) else {
            return;
        };
        let (Some(carrier), Some(finding)) = (probed.carriers().next(), probed.finding()) else {
            return;
        };
        let valid = finding
            .tls()
            .is_some_and(|tls| tls.verdict == TlsVerdict::Valid);
        let endpoint = Text::from(target.address());
        self.engine.weather(Weather::Tls {
            endpoint: endpoint.clone(),
            valid,
        });
        let key = Key {
            kind: AlertKind::TlsCertExpiry,
            subject: Subject::Endpoint(endpoint),
        };
        let name = store
            .carriers
            .get(carrier)
            .map_or(&carrier.0, |row| row.name())
            .clone();
        let reason = Text::from(finding.sentence());
        let (title, severity) = verdict(finding.tls().map(|tls| tls.verdict));
        let details = || Details {
            carriers: vec![name.clone()],
            name,
            reason,
            title: title.into(),
            severity,
            ..Details::default()
        };
        let sign = if valid { Sign::Good } else { Sign::Bad };
        self.engine
            .report(&mut store.alerts, &key, sign, now, details);
    }

    /// Ends what the ledger knew and the first complete read did not name.
    fn complete(&mut self, store: &mut Store, status: Status, now: Millis) {
        let Self {
            awaited, engine, ..
        } = self;
        awaited.retain(|family| {
            let complete = match family {
                Family::Devices => {
                    status.enumerated && status.read >= status.users && status.failed == 0
                }
                // Edges are told before the carriers that run on them.
                Family::Carriers | Family::Edges => {
                    matches!(store.carriers.reading(), Reading::Read(_))
                }
                Family::Endpoints => store.probes.iter().all(|probed| probed.finding().is_some()),
                // The reading of the calls says itself when it is complete.
                Family::Calls => false,
            };
            if complete {
                engine.complete(&mut store.alerts, *family, now);
            }
            !complete
        });
    }

    fn tick(&mut self, store: &mut Store, now: Millis) {
        let Store {
            registrations,
            alerts,
            edges,
            carriers,
            ..
        } = store;
        let around = Around { edges, carriers };
        for rule in &mut self.rules {
            rule.tick((registrations, around), &mut self.engine, alerts, now);
        }
        self.engine.tick(alerts, now);
    }

    fn deadline(&self, store: &Store) -> Option<Millis> {
        let rules = self.rules.iter().filter_map(RuleWatch::deadline);
        self.engine
            .deadline(&store.alerts)
            .into_iter()
            .chain(rules)
            .min()
    }
}

/// Whether every trunk of a carrier that fails is on an edge which is away.
fn fails_with_edges(store: &Store, carrier: &CarrierId) -> bool {
    let row = store.carriers.get(carrier);
    let trunks = row.iter().flat_map(|row| &row.carrier().trunks);
    let failing =
        trunks.filter(|trunk| matches!(trunk.standing(), Standing::Failing | Standing::Partly));
    let mut failing = failing.peekable();
    failing.peek().is_some()
        && failing.all(|trunk| {
            let edge = trunk.edge.as_ref().and_then(|id| store.edges.get(id));
            edge.is_some_and(|row| row.edge.state().is_away())
        })
}

/// What a probe of a SIP proxy came to, as people say it, and how bad that is; none is no answer at all.
const fn verdict(verdict: Option<TlsVerdict>) -> (&'static str, Severity) {
    match verdict {
        Some(TlsVerdict::Expired) => ("certificate expired", Severity::Critical),
        Some(TlsVerdict::Expiring) => ("certificate expiring", Severity::Warning),
        Some(TlsVerdict::Untrusted(_)) => ("certificate not trusted", Severity::Critical),
        Some(TlsVerdict::ProtocolTooOld) => ("TLS version too old", Severity::Warning),
        Some(TlsVerdict::Refused) => ("TLS handshake refused", Severity::Critical),
        Some(TlsVerdict::Unreachable) | None => ("SIP proxy unreachable", Severity::Critical),
        Some(TlsVerdict::Valid) => ("certificate", Severity::Info),
    }
}
