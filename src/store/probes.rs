//! What is probed for the profile, and what the probes found: the proxies of carriers, STUN and TURN servers.

use std::collections::{BTreeMap, VecDeque};

use super::Changes;
use crate::model::CarrierId;
use crate::model::carrier::EVERY;
use crate::model::finding::{Finding, Target};
use crate::time::Millis;

/// Findings kept for each target; at one a minute, the last half hour.
const HISTORY: usize = 32;

/// Why a target is probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The SIP proxy of a carrier.
    Proxy(CarrierId),
    /// The same proxy, asked by SIP OPTIONS.
    Options(CarrierId),
    /// A STUN, TURN or SIP server that calls need.
    Server,
}

/// One target with what was found of it.
#[derive(Clone, Debug)]
pub struct Probed {
    target: Target,
    purposes: Vec<Purpose>,
    finding: Option<Finding>,
    since: Millis,
    past: VecDeque<Sounding>,
    forgotten: u64,
    running: bool,
}

/// A finding in the history: enough to see when it turned, and how fast it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sounding {
    /// When the probe began.
    pub at: Millis,
    /// What came of it.
    pub word: &'static str,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Probed {
    /// What is probed.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The newest finding; none before the first probe has ended.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }

    /// Since when the finding has been of the same kind, as far as this console has seen.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.since
    }

    /// Earlier probes, newest first.
    pub fn past(&self) -> impl Iterator<Item = Sounding> {
        self.past.iter().rev().copied()
    }

    /// Older probes that made room for newer ones.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Whether a probe of it is under way.
    #[must_use]
    pub fn running(&self) -> bool {
        self.running
    }

    /// Whether it is probed as the proxy of that carrier.
    #[must_use]
    pub fn serves(&self, carrier: &CarrierId) -> bool {
        let proxy = |purpose: &Purpose| matches!(purpose, Purpose::Proxy(id) if id == carrier);
        self.purposes.iter().any(proxy)
    }

    /// Carriers whose proxy this is.
    pub fn carriers(&self) -> impl Iterator<Item = &CarrierId> {
        self.purposes.iter().filter_map(|purpose| match purpose {
            Purpose::Proxy(id) | Purpose::Options(id) => Some(id),
            Purpose::Server => None,
        })
    }

    fn hear(&mut self, finding: Finding) {
        let word = finding.word();
        if self.finding.as_ref().is_none_or(|last| last.word() != word) {
            self.since = finding.at;
        }
        if self.past.len() == HISTORY {
            self.past.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.past.push_back(Sounding {
            at: finding.at,
            word,
            took_ms: finding.took_ms,
        });
        self.finding = Some(finding);
        self.running = false;
    }
}

/// Every target of the profile. As many as the profile names, so bounded by it.
#[derive(Debug, Default)]
pub struct Probes {
    targets: BTreeMap<Target, Probed>,
}

impl Probes {
    /// Takes a target in; one that serves several purposes is probed once.
    pub fn watch(&mut self, target: Target, purpose: Purpose) {
        let probed = self.targets.entry(target.clone()).or_insert(Probed {
            target,
            purposes: Vec::new(),
            finding: None,
            since: Millis::default(),
            past: VecDeque::new(),
            forgotten: 0,
            running: false,
        });
        probed.purposes.push(purpose);
    }

    /// A probe of the target begins.
    pub fn begin(&mut self, target: &Target) {
        if let Some(probed) = self.targets.get_mut(target) {
            probed.running = true;
        }
    }

    /// No probe of the target is under way any more, and none has ended.
    pub fn give_up(&mut self, target: &Target) {
        if let Some(probed) = self.targets.get_mut(target) {
            probed.running = false;
        }
    }

    /// A probe has ended. One of a target that is not watched was somebody's question, and is not kept.
    pub fn found(&mut self, finding: Finding, changes: &mut Changes) {
        if let Some(probed) = self.targets.get_mut(&finding.target) {
            changes.findings.push(finding.target.clone());
            probed.hear(finding);
        }
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, target: &Target) -> Option<&Probed> {
        self.targets.get(target)
    }

    /// All of them, in a steady order.
    pub fn iter(&self) -> impl Iterator<Item = &Probed> {
        self.targets.values()
    }

    /// The proxy of a carrier, when the profile names one: its own, else the one of every carrier.
    #[must_use]
    pub fn of_carrier(&self, carrier: &CarrierId) -> Option<&Probed> {
        let serving = |carrier: &CarrierId| self.iter().find(|probed| probed.serves(carrier));
        serving(carrier).or_else(|| serving(&EVERY.into()))
    }

    /// The same proxy as SIP OPTIONS finds it, where it is asked.
    #[must_use]
    pub fn options_of(&self, carrier: &CarrierId) -> Option<&Probed> {
        let asked = |carrier: &CarrierId| {
            let purpose = Purpose::Options(carrier.clone());
            self.iter()
                .find(|probed| probed.purposes.contains(&purpose))
        };
        asked(carrier).or_else(|| asked(&EVERY.into()))
    }

    /// STUN, TURN and SIP servers.
    pub fn servers(&self) -> impl Iterator<Item = &Probed> {
        self.iter()
            .filter(|probed| probed.purposes.contains(&Purpose::Server))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{ProbeOutcome, Protocol};

    fn target(address: &str) -> Target {
        Target::new(Protocol::Tls, address).unwrap()
    }

    fn gone(target: &Target, at: i64) -> Finding {
        Finding {
            target: target.clone(),
            at: Millis(at),
            took_ms: 7,
            outcome: ProbeOutcome::unreachable("nobody there"),
        }
    }

    #[test]
    fn a_proxy_of_two_carriers_is_one_target() {
        let mut probes = Probes::default();
        let proxy = target("sip.example.com");
        probes.watch(proxy.clone(), Purpose::Proxy("a".into()));
        probes.watch(proxy.clone(), Purpose::Proxy("b".into()));
        assert_eq!(probes.iter().count(), 1);
        let known = probes.of_carrier(&"b".into()).unwrap();
        assert_eq!(known.target(), &proxy);
        assert_eq!(known.carriers().count(), 2);
        assert!(probes.of_carrier(&"c".into()).is_none());
        probes.watch(target("any.example.com"), Purpose::Proxy(EVERY.into()));
        let of_any = probes.of_carrier(&"c".into()).unwrap();
        assert_eq!(of_any.target(), &target("any.example.com"));
        assert_eq!(probes.servers().count(), 0);
    }

    #[test]
    fn findings_are_kept_bounded_and_know_since_when_they_are_alike() {
        let mut probes = Probes::default();
        let proxy = target("sip.example.com");
        probes.watch(proxy.clone(), Purpose::Proxy("a".into()));
        probes.begin(&proxy);
        assert!(probes.get(&proxy).unwrap().running());
        let mut changes = Changes::default();
        for at in 1..=40 {
            probes.found(gone(&proxy, at), &mut changes);
        }
        let known = probes.get(&proxy).unwrap();
        assert!(!known.running());
        assert_eq!(known.since(), Millis(1));
        assert_eq!(known.past().count(), HISTORY);
        assert_eq!(known.forgotten(), 8);
        assert_eq!(
            known.past().next().map(|s| (s.at, s.word)),
            Some((Millis(40), "unreachable"))
        );
        assert_eq!(changes.findings.len(), 40);
    }

    #[test]
    fn what_nobody_watches_is_not_kept() {
        let mut probes = Probes::default();
        let mut changes = Changes::default();
        probes.found(gone(&target("elsewhere.example"), 1), &mut changes);
        assert_eq!(probes.iter().count(), 0);
        assert!(changes.is_empty());
    }
}
