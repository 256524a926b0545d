//! Rules over how calls sound: asked at every reading of the calls, of each carrier, site or edge that they have in common.

use std::collections::BTreeSet;

use crate::alert::engine::Engine;
use crate::alert::restore::Family;
use crate::alert::{Key, Sign};
use crate::app::App;
use crate::config::profile::alerts::CallRule;
use crate::model::alert::{AlertKind, Details, Subject};
use crate::store::Store;
use crate::text::Text;
use crate::time::Millis;

/// Most of a group's calls have to sound poor: half of them, in percent.
const MOST_OF: usize = 50;

/// One rule, and the groups that it holds for.
pub(super) struct CallWatch {
    rule: CallRule,
    holds: BTreeSet<Text>,
}

impl App {
    /// The calls have been read: rules over how they sound are asked.
    pub(in crate::app) fn calls_read(&mut self) {
        let Some(alarm) = &mut self.alarm else { return };
        for watch in &mut alarm.calls {
            watch.ask(&mut self.store, &mut alarm.engine, self.now);
        }
        // Of what the ledger had and the calls of this hour do not name, nothing is known to be poor any more.
        let alerts = &mut self.store.alerts;
        alarm.engine.complete(alerts, Family::Calls, self.now);
        self.carry_out_alerts();
    }
}

impl CallWatch {
    /// The rule, ready to be asked.
    pub fn new(rule: &CallRule) -> Self {
        Self {
            rule: rule.clone(),
            holds: BTreeSet::new(),
        }
    }

    /// Asks about every group of the last reading. A group of which too few calls were measured says nothing new.
    pub fn ask(&mut self, store: &mut Store, engine: &mut Engine, now: Millis) {
        let rule = &self.rule;
        let by = rule.by.word();
        let from = now.plus(-rule.minutes.saturating_mul(60_000));
        let groups = store.call_groups(|call| call.ended.is_some_and(|ended| ended >= from));
        let mut named = BTreeSet::new();
        for group in groups.iter().filter(|group| group.by == by) {
            let name = Text::from(group.name.as_str());
            named.insert(name.clone());
            let (below, all) = (group.scores.below(rule.below), group.scores.measured());
            if all < rule.least && !self.holds.contains(&name) {
                continue;
            }
            let bad = all >= rule.least && below * 100 >= all * MOST_OF;
            let details = || Details {
                name: name.clone(),
                site: (by == "site").then(|| name.clone()),
                reason: format!(
                    "{below} of {all} calls of {} min below MOS {}",
                    rule.minutes, rule.below
                )
                .into(),
                title: format!("calls sound poor: {name}").into(),
                severity: rule.severity,
                carriers: (by == "carrier")
                    .then(|| name.clone())
                    .into_iter()
                    .collect(),
                edges: (by == "edge").then(|| name.clone()).into_iter().collect(),
                ..Details::default()
            };
            let sign = if bad { Sign::Bad } else { Sign::Good };
            let key = self.key(&name);
            if bad {
                self.holds.insert(name.clone());
            } else if !self.holds.remove(&name) && !engine.knows(&key) {
                continue;
            }
            engine.report(&mut store.alerts, &key, sign, now, details);
        }
        // Nobody has telephoned there since: nothing is known to be poor any more.
        for name in self.holds.clone() {
            if !named.contains(&name) {
                self.holds.remove(&name);
                let key = self.key(&name);
                engine.report(&mut store.alerts, &key, Sign::Gone, now, Details::default);
            }
        }
    }

    fn key(&self, name: &Text) -> Key {
        Key {
            kind: AlertKind::Rule(Text::from(self.rule.name.as_str())),
            subject: Subject::Calls {
                by: self.rule.by.word().into(),
                name: name.clone(),
            },
        }
    }
}
