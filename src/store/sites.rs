//! What the devices of each site come to, kept up as rows change: nobody walks the rows for a dozen sums of them.

use super::Registrations;
use super::counts::Counts;
use super::intern::NameId;
use super::row::{Field, KeptRow};
use super::stamp::Stamp;
use crate::model::registration::State;
use crate::model::registration::condition::Condition;
use crate::text::Text;
use crate::time::Millis;

/// The number of a site: it stays with the site for this run, so that a cursor and marks stay on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SiteId(NameId);

/// What is kept of a site.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Of the devices; users are not counted here.
    counts: Counts,
    last: Option<Millis>,
}

/// What of a row goes into the sums of its site.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    state: State,
    flapping: bool,
    /// When it last became something else, where that was seen or the organisation told.
    changed: Option<Stamp>,
}

impl Part {
    pub(super) fn of(slot: &KeptRow) -> Self {
        Self {
            state: slot.state(),
            flapping: slot.flapping(),
            changed: changed(slot),
        }
    }
}

/// That something became known of a device is no change: else every site would have changed when it was first read.
fn changed(slot: &KeptRow) -> Option<Stamp> {
    // The moment it was heard of, unless the organisation has told another one.
    let told = slot.since != slot.changed && slot.condition != Condition::Unknown;
    match slot.last {
        Field::Registration { from, to, .. } if ![from, to].contains(&Condition::Unknown) => {
            Some(slot.since)
        }
        Field::Registration { .. } | Field::Appeared => told.then_some(slot.since),
        Field::Codec { from, to, .. } => (from != 0 && to != 0).then_some(slot.changed),
        Field::Remembered { .. } => None,
    }
}

/// Every site that had a device in this run, by the number of its name.
#[derive(Debug, Default)]
pub(super) struct Sites {
    tallies: Vec<Tally>,
    generation: u64,
}

impl Sites {
    /// A row is there that was not.
    pub(super) fn add(&mut self, site: NameId, part: Part) {
        let place = usize::from(site);
        if self.tallies.len() <= place {
            self.tallies.resize(place + 1, Tally::default());
        }
        if let Some(tally) = self.tallies.get_mut(place) {
            tally.counts.add(part.state, part.flapping);
            self.generation += 1;
        }
        self.date(site, part);
    }

    /// Something changed there at that moment, or later.
    fn date(&mut self, site: NameId, part: Part) {
        let at = part.changed.map(Millis::from);
        if let Some(tally) = self.tallies.get_mut(usize::from(site))
            && tally.last < at
        {
            tally.last = at;
            self.generation += 1;
        }
    }

    /// When something last changed at each of them, by their numbers.
    pub(super) fn dates(&self) -> Vec<Option<Millis>> {
        self.tallies.iter().map(|tally| tally.last).collect()
    }

    /// Something is known to have changed there at that moment; a row may have changed again since.
    pub(super) fn recall_date(&mut self, site: NameId, at: Option<Millis>) {
        if let Some(tally) = self.tallies.get_mut(usize::from(site)) {
            tally.last = tally.last.max(at);
        }
    }

    /// A row is gone. What changed there has changed all the same.
    pub(super) fn take(&mut self, site: NameId, part: Part) {
        if let Some(tally) = self.tallies.get_mut(usize::from(site)) {
            tally.counts.take(part.state, part.flapping);
            self.generation += 1;
        }
    }

    /// A row became another one. What no site shows of it (its name, who speaks of it) changes nothing here.
    pub(super) fn change(&mut self, site: NameId, from: Part, to: Part) {
        if from != to {
            self.take(site, from);
            self.add(site, to);
        }
    }
}

/// A site with what its devices come to, as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Its number.
    pub id: SiteId,
    /// What the organisation calls it; none for the devices of which nobody knows where they are.
    pub name: Option<&'a Text>,
    tally: &'a Tally,
}

impl Site<'_> {
    /// Devices there. Somebody who could not be read counts as one, as in every other total.
    #[must_use]
    pub fn devices(&self) -> u32 {
        self.tally.counts.total
    }

    /// Devices in a state.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        self.tally.counts.of(state)
    }

    /// Devices of which it is not known how they are now: stale, remembered and unknown, each in one of these only.
    #[must_use]
    pub fn unsure(&self) -> u32 {
        self.devices().saturating_sub(self.tally.counts.sure())
    }

    /// The share of the known devices that are registered, in ten-thousandths; none while nothing is known.
    #[must_use]
    pub fn share(&self) -> Option<u16> {
        self.tally.counts.registered()
    }

    /// Devices that flap.
    #[must_use]
    pub fn flapping(&self) -> u32 {
        self.tally.counts.flapping
    }

    /// When a device there was last registered or lost, or took another codec: as the organisation tells, else as it was
    /// seen; none while it was neither.
    #[must_use]
    pub fn last(&self) -> Option<Millis> {
        self.tally.last
    }
}

impl Registrations {
    /// The sites that have a device, in no order that means anything. Costs a step for each site that ever had one.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_>> {
        let sites = (0..=NameId::MAX).map(SiteId);
        let sites = sites.take(self.sites.tallies.len());
        sites.filter_map(|id| self.site(id))
    }

    /// The user of a row is at another site: the sums go with the row.
    pub(super) fn move_row(&mut self, row: u32, (from, to): (NameId, NameId)) {
        let slot = self.slots.get(row as usize).filter(|_| from != to);
        if let Some(part) = slot.map(Part::of) {
            self.sites.take(from, part);
            self.sites.add(to, part);
        }
    }

    /// The organisation has told since when a new row is what it is.
    pub(super) fn date_row(&mut self, row: u32) {
        if let Some(slot) = self.slots.get(row as usize) {
            self.sites.date(self.users.site(slot.user), Part::of(slot));
        }
    }

    /// The site of that number, while it has a device.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<Site<'_>> {
        let tally = self.sites.tallies.get(usize::from(id.0))?;
        (tally.counts.total > 0).then(|| Site {
            id,
            name: self.users.sites.name(id.0),
            tally,
        })
    }

    /// A number that is different whenever something shown of a site is, so that nothing is arranged anew for what no
    /// site shows.
    #[must_use]
    pub fn sites_generation(&self) -> u64 {
        self.sites.generation
    }
}

#[cfg(test)]
mod tests;
