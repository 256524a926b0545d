//! The look-out: what the profile wants probed, when each turn comes, and who asked for one out of turn.

use std::collections::BTreeSet;
use std::time::Duration;

use super::App;
use super::duty::Duty;
use crate::config::Profile;
use crate::effect::Effect;
use crate::model::finding::{Finding, Grade, Protocol, Target};
use crate::probe::schedule::Schedule;
use crate::store::Store;
use crate::store::probes::{Probes, Purpose};
use crate::time::Millis;
use crate::vocabulary::messages::Weight;

/// Decides the jitter; any number does, because targets only have to drift apart.
const SEED: u64 = 0x5061;

/// Turns of everything that is probed.
#[derive(Debug)]
pub struct Lookout {
    schedule: Schedule,
    every: Duration,
    /// The list is not on the schedule yet: turns are counted from the first moment that is known.
    fresh: bool,
    /// Targets that an operator waits for.
    asked: BTreeSet<Target>,
}

impl Lookout {
    /// A look-out for a profile; its targets become known to the store.
    pub(super) fn new(profile: Option<&Profile>, store: &mut Store) -> Self {
        let profile = profile.filter(|profile| profile.carriers.watched);
        if let Some(profile) = profile {
            targets(profile, &mut store.probes);
        }
        Self {
            schedule: Schedule::new(SEED),
            every: profile.map_or(Duration::MAX, |profile| profile.probes.interval),
            fresh: profile.is_some(),
            asked: BTreeSet::new(),
        }
    }

    /// What is to be probed now.
    fn due(&mut self, store: &Store, now: Millis) -> Vec<Target> {
        if std::mem::take(&mut self.fresh) {
            let every = self.every;
            let targets = store.probes.iter().map(|probed| probed.target().clone());
            self.schedule
                .set(targets.map(|target| (target, every)), now);
        }
        self.schedule.due(now)
    }

    /// When the next turn comes.
    pub(super) fn deadline(&self) -> Option<Millis> {
        self.schedule.wake()
    }

    /// Its probe has ended; whether an operator waits for it.
    fn done(&mut self, target: &Target, now: Millis) -> bool {
        self.schedule.done(target, now);
        self.asked.remove(target)
    }
}

/// Takes in the proxies of the carriers, the STUN and the TURN servers.
fn targets(profile: &Profile, probes: &mut Probes) {
    for (carrier, proxy) in &profile.carriers.proxies {
        // A proxy is a host and a port that the configuration has checked.
        if let Ok(target) = Target::new(Protocol::Tls, &proxy.to_string()) {
            probes.watch(target, Purpose::Proxy(carrier.clone()));
        }
        let asked = format!("{proxy}?transport=tls");
        if let Ok(target) = Target::new(Protocol::Sip, &asked)
            && profile.probes.options
        {
            probes.watch(target, Purpose::Options(carrier.clone()));
        }
    }
    let relays = profile.probes.turn.iter().map(|account| &account.server);
    let servers = profile.probes.stun.iter().chain(&profile.probes.sip);
    for server in servers.chain(relays) {
        probes.watch(server.clone(), Purpose::Server);
    }
}

/// Servers are probed in turn.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.lookout.deadline().filter(|_| !app.is_attached()),
    tick: App::look_out,
};

impl App {
    /// Starts the probes whose turn it is.
    fn look_out(&mut self) {
        // One of many probes: whoever reads.
        if self.is_attached() {
            return;
        }
        for target in self.lookout.due(&self.store, self.now) {
            self.store.probes.begin(&target);
            self.effects.push(Effect::Probe(target));
        }
    }

    /// An operator wants these probed now; what is under way already counts as the answer.
    pub(super) fn probe(&mut self, targets: Vec<Target>) {
        let text = match targets.as_slice() {
            [] => return,
            [one] => format!("probing {one}"),
            many => format!("probing {} targets", many.len()),
        };
        self.messages.say(Weight::Note, text, self.now);
        // The answer to one question is told; many are looked at in the table.
        let one = targets.len() == 1;
        for target in targets {
            if self.route_watch.hurry(&target, self.now) {
                continue;
            }
            if self.is_attached() {
                self.store.probes.begin(&target);
                self.effects.push(Effect::Probe(target.clone()));
            }
            self.lookout.schedule.hurry(&target, self.now);
            if one {
                self.lookout.asked.insert(target);
            }
        }
    }

    /// A probe has ended.
    pub(super) fn found(&mut self, finding: Finding) {
        self.form_found(&finding);
        if self.lookout.done(&finding.target, self.now) {
            let weight = match finding.grade() {
                Grade::Good => Weight::Note,
                Grade::Unreachable | Grade::Bad | Grade::Warning => Weight::Warning,
            };
            let text = format!("{}: {}", finding.target, finding.sentence());
            self.messages.say(weight, text, self.now);
            self.redraw();
        }
        self.store.probes.found(finding, &mut self.changes);
        self.spread();
    }

    /// A probe could not be made: not the target's fault, so nothing is said of it.
    pub(super) fn not_probed(&mut self, target: &Target, why: &str) {
        self.lookout.done(target, self.now);
        self.form_not_probed(target, why);
        self.store.probes.give_up(target);
        let text = format!("{target} was not probed: {why}");
        self.messages.say(Weight::Error, text, self.now);
        self.redraw();
    }
}
