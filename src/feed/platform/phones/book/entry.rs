//! What one phone comes to.

use tokio::time::Instant;

use super::topics::Carriage;
use super::{Delivery, Entry, Moment, Part, Telling, Unsaid, is_recent};
use crate::feed::wall;
use crate::model::registration::condition::Worth;
use crate::model::registration::duty::{Duty, Verdict};
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::{Sighting, Standing};
use crate::model::{DeviceId, UserId};

impl Entry {
    /// A phone that was not known. Its topics may be carried already, where they were another's.
    pub(super) fn new(user: UserId, browser: bool, carriage: Carriage, now: Moment) -> Self {
        let unsure = (carriage.by() == Delivery::Live).then_some(now);
        Self {
            user,
            browser,
            nobody: false,
            reboots: None,
            standing: Standing::default(),
            worth: Worth::Unknown,
            place: (1, 0),
            carriage,
            unsure,
            waits: unsure.filter(|_| browser),
            proven: false,
            stale: Unsaid::default(),
            silent: false,
            turned: None,
            spoken: 0,
            seen: 0,
            checked: None,
        }
    }

    /// What it counts as: carried, sure, covered.
    pub(super) fn marks(&self) -> [bool; 3] {
        [self.carried(), !self.is_polled(), self.covered()]
    }

    /// A read that began then has told of its edges, and where it is a browser of its person too when `person` says so.
    pub(super) fn confirm(&mut self, begun: Moment, person: bool) {
        self.unsure = self.unsure.filter(|since| begun <= *since);
        if person {
            self.confirm_person(begun);
        }
    }

    /// A read that began then has told of its person.
    pub(super) fn confirm_person(&mut self, begun: Moment) {
        self.waits = self.waits.filter(|since| begun <= *since);
    }

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

    /// The moment that a read has to begin after which is to make it sure; none where it is sure, as far as its topics are carried.
    pub(super) fn doubt(&self) -> Option<Moment> {
        self.unsure.max(self.waits)
    }

    /// Whether only reads tell how it is: no topic does, or none has since it went live.
    pub(super) fn is_polled(&self) -> bool {
        !self.carried() || self.doubt().is_some()
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

    /// Nothing of it is sure until it is told again.
    pub(super) fn go_stale(&mut self) {
        (self.stale.edges, self.stale.person) = (true, self.browser);
    }

    /// Whether it was told as not sure, and something of it has not been told again.
    pub(super) fn is_stale(&self) -> bool {
        self.stale.edges || self.stale.person
    }

    /// Takes in that it was told of, and says how it is: nothing, as long as a part of it is not sure. `duty` is what is known of its person,
    /// and as of when. A row that nothing keeps up is as old as its older part: what a topic tells of the one says nothing of the other.
    pub(super) fn sighting(
        &mut self,
        device: DeviceId,
        (duty, person): &(Duty, Option<Instant>),
        by: Telling,
    ) -> Option<Sighting> {
        let Telling { of, read, raw } = by;
        if matches!(of, Part::Edges | Part::Both) {
            self.stale.edges = false;
            self.checked = self.checked.max(Some(read.unwrap_or_else(Instant::now)));
        }
        if matches!(of, Part::Person | Part::Both) {
            self.stale.person = false;
        }
        if self.is_stale() {
            return None;
        }
        let verdict = self.verdict(duty);
        let worth = verdict.condition.worth();
        if self.worth != Worth::Unknown && worth != self.worth {
            self.turned = Some(Instant::now());
        }
        self.worth = worth;
        self.silent = false;
        let live = !self.is_polled();
        self.proven |= live;
        let asked = if self.browser && !live {
            self.checked.min(person.or(self.checked))
        } else {
            read
        };
        let reach = self.standing.registered().0;
        let obstacle = if self.browser {
            duty.obstacle(reach)
        } else {
            self.nobody.then_some(Obstacle::Nobody)
        };
        Some(Sighting {
            user: self.user.clone(),
            device,
            condition: verdict.condition,
            reason: verdict.reason,
            reach: reach.filter(|_| self.browser),
            reboots: self.reboots,
            since: verdict.since,
            live,
            asked: asked.map(wall),
            raw,
            edge: self
                .standing
                .edge()
                .filter(|_| worth == Worth::Lost)
                .cloned(),
            obstacle,
        })
    }
}
