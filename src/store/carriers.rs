//! The carriers of the organisation and how their health has gone; tens of rows, so a map is all it takes.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{CarrierTransition, Changes};
use crate::model::CarrierId;
use crate::model::carrier::{Carrier, Health};
use crate::model::memory::WasCarrier;
use crate::text::Text;
use crate::time::Millis;

/// Carriers kept; an organisation that lists more is told so. Real ones have a few dozen trunks.
const MOST: usize = 1_000;

/// Changes of health kept for each carrier.
const HISTORY: usize = 64;

/// How the last attempt to read the list ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// None has ended yet.
    #[default]
    Awaited,
    /// The list is as of this moment.
    Read(Millis),
    /// It could not be read; what was known is stale.
    Failed {
        /// Since when attempts fail.
        since: Millis,
        /// What was tried, why it failed and what to do.
        why: Text,
    },
    /// Nothing is read, because the operator asked for quiet; what was known is stale.
    Paused,
}

impl Reading {
    /// After one more attempt that failed: since when they do stays as it is.
    #[must_use]
    pub(super) fn failed(&self, why: Text, now: Millis) -> Self {
        let since = match self {
            Self::Failed { since, .. } => *since,
            _ => now,
        };
        Self::Failed { since, why }
    }
}

/// One carrier and its past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierRow {
    carrier: Carrier,
    since: Millis,
    past: VecDeque<HealthChange>,
    forgotten: u64,
    remembered: bool,
}

/// A change of health, or the first word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthChange {
    /// When it was seen.
    pub at: Millis,
    /// The health since.
    pub to: Health,
}

impl CarrierRow {
    fn new(carrier: Carrier, now: Millis) -> Self {
        let first = HealthChange {
            at: now,
            to: carrier.health,
        };
        Self {
            carrier,
            since: now,
            past: VecDeque::from([first]),
            forgotten: 0,
            remembered: false,
        }
    }

    /// Whether it is of an earlier run and has not been read yet: it is as of [`Self::since`], and says nothing of now.
    #[must_use]
    pub fn remembered(&self) -> bool {
        self.remembered
    }

    /// What the organisation last said.
    #[must_use]
    pub fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    /// The name, or the id when there is none.
    #[must_use]
    pub fn name(&self) -> &Text {
        if self.carrier.name.is_empty() {
            &self.carrier.id.0
        } else {
            &self.carrier.name
        }
    }

    /// Since when the health is what it is, as far as this console has seen.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.since
    }

    /// How the health has gone, newest first; the last entry is how it was found.
    pub fn past(&self) -> impl Iterator<Item = HealthChange> {
        self.past.iter().rev().copied()
    }

    /// Older changes that made room for newer ones.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Takes in what a read says. Returns the health before, when it changed.
    fn hear(&mut self, carrier: Carrier, now: Millis) -> Option<Health> {
        let from = self.carrier.health;
        self.carrier = carrier;
        let to = self.carrier.health;
        if to == from {
            return None;
        }
        if self.past.len() == HISTORY {
            self.past.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.past.push_back(HealthChange { at: now, to });
        self.since = now;
        Some(from)
    }
}

/// Every carrier, by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Carriers {
    rows: BTreeMap<CarrierId, CarrierRow>,
    /// Those of an earlier run, until this one has read some: shown, and counted nowhere.
    remembered: BTreeMap<CarrierId, CarrierRow>,
    /// When the list was last read.
    read: Option<Millis>,
    reading: Reading,
    faults: Vec<Text>,
    refused: usize,
}

impl Carriers {
    /// A whole list: carriers that it does not name are gone. `faults` are entries of it that could not be read.
    pub fn listed(
        &mut self,
        carriers: Vec<Carrier>,
        faults: Vec<Text>,
        now: Millis,
        changes: &mut Changes,
    ) {
        let mut before = std::mem::take(&mut self.rows);
        let recalled = !std::mem::take(&mut self.remembered).is_empty();
        let mut shown = recalled || self.stale() || self.faults != faults;
        self.read = Some(now);
        self.refused = 0;
        for carrier in carriers {
            if self.rows.len() >= MOST && !self.rows.contains_key(&carrier.id) {
                self.refused += 1;
                continue;
            }
            let id = carrier.id.clone();
            let to = carrier.health;
            let (row, from) = match before.remove(&id).or_else(|| self.rows.remove(&id)) {
                Some(mut row) => {
                    shown |= row.carrier != carrier;
                    let from = row.hear(carrier, now);
                    (row, from.map(Some))
                }
                None => (CarrierRow::new(carrier, now), Some(None)),
            };
            self.rows.insert(id.clone(), row);
            if let Some(from) = from {
                changes.carriers.push(CarrierTransition {
                    carrier: id,
                    from,
                    to: Some(to),
                    at: now,
                });
            }
        }
        for (carrier, row) in before {
            changes.carriers.push(CarrierTransition {
                carrier,
                from: Some(row.carrier.health),
                to: None,
                at: now,
            });
        }
        self.faults = faults;
        self.reading = Reading::Read(now);
        changes.carriers_shown |= shown || !changes.carriers.is_empty();
    }

    /// Takes in what an earlier run knew, unless this one knows more already.
    pub fn recall(&mut self, carriers: Vec<WasCarrier>, changes: &mut Changes) {
        if self.read.is_some() || carriers.is_empty() {
            return;
        }
        for was in carriers.into_iter().take(MOST) {
            let as_of = was.as_of;
            let mut row = CarrierRow::new(was.into(), as_of);
            row.remembered = true;
            self.remembered.insert(row.carrier.id.clone(), row);
        }
        changes.carriers_shown = true;
    }

    /// What the next run is to remember: what was read, else what is remembered.
    pub fn memory(&self) -> impl Iterator<Item = WasCarrier> {
        let as_of = self.read.unwrap_or_default();
        let read = self.rows.values();
        let read = read.map(move |row| WasCarrier::of(&row.carrier, as_of));
        let before = self.remembered.values();
        read.chain(before.map(|row| WasCarrier::of(&row.carrier, row.since)))
    }

    /// Every row that is shown: those of this run, and those of an earlier one until some were read.
    pub fn shown(&self) -> impl Iterator<Item = &CarrierRow> {
        self.rows.values().chain(self.remembered.values())
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: &CarrierId) -> Option<&CarrierRow> {
        self.rows.get(id).or_else(|| self.remembered.get(id))
    }

    /// The list could not be read.
    pub fn read_failed(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        self.turn(self.reading.failed(why, now), changes);
    }

    /// Nothing is read from now on, until the next list.
    pub fn paused(&mut self, changes: &mut Changes) {
        self.turn(Reading::Paused, changes);
    }

    fn turn(&mut self, reading: Reading, changes: &mut Changes) {
        changes.carriers_shown |= self.reading != reading;
        self.reading = reading;
    }

    /// How the last attempt to read the list ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether what is known may be out of date: then nothing is to be drawn as healthy.
    #[must_use]
    pub fn stale(&self) -> bool {
        !matches!(self.reading, Reading::Read(_))
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// Carriers of the last list for which there was no room.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &CarrierId) -> Option<&CarrierRow> {
        self.rows.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &CarrierRow> {
        self.rows.values()
    }

    /// How many are in that health.
    #[must_use]
    pub fn count(&self, health: Health) -> usize {
        self.iter()
            .filter(|row| row.carrier.health == health)
            .count()
    }
}

#[cfg(test)]
mod tests;
