//! Probes of what the profile names: the SIP proxies of its carriers, its STUN and TURN servers.

use super::App;
use super::effect::Effect;
use crate::config::Profile;
use crate::model::finding::{Finding, Protocol, Target};
use crate::store::Store;
use crate::store::probes::{Probed, Purpose};

/// Takes in what a profile wants probed.
pub(super) fn watch(profile: &Profile, store: &mut Store) {
    for (carrier, proxy) in &profile.carriers.proxies {
        if let Ok(target) = Target::new(Protocol::Tls, &proxy.to_string()) {
            store.probes.watch(target, Purpose::Proxy(carrier.clone()));
        }
    }
}

impl App {
    /// Probes these now, unless they are being probed.
    pub(super) fn probe(&mut self, targets: Vec<Target>) {
        for target in targets {
            if self.store.probes.get(&target).is_some_and(Probed::running) {
                continue;
            }
            self.store.probes.begin(&target);
            self.effects.push(Effect::Probe(target));
        }
    }

    /// A probe has ended: the panes show what it found when something that they show is different.
    pub(super) fn found(&mut self, finding: Finding) {
        self.store.probes.found(finding, &mut self.changes);
        self.spread();
    }
}
