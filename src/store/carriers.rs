//! The carriers of the organisation and how their health has gone; tens of rows, so a map is all it takes.

use std::collections::{BTreeMap, VecDeque};

use super::{CarrierTransition, Changes};
use crate::model::CarrierId;
use crate::model::carrier::{Carrier, Health};
use crate::text::Text;
use crate::time::Millis;

/// Carriers kept; an organisation that lists more is told so. Real ones have a few dozen trunks.
const MOST: usize = 1_000;

/// Changes of health kept for each carrier.
const HISTORY: usize = 64;

/// How the last attempt to read the list ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// One carrier and its past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierRow {
    carrier: Carrier,
    since: Millis,
    past: VecDeque<Turn>,
    forgotten: u64,
}

/// A change of health, or the first word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When it was seen.
    pub at: Millis,
    /// The health since.
    pub to: Health,
}

impl CarrierRow {
    fn new(carrier: Carrier, now: Millis) -> Self {
        let first = Turn {
            at: now,
            to: carrier.health,
        };
        Self {
            carrier,
            since: now,
            past: VecDeque::from([first]),
            forgotten: 0,
        }
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
    pub fn past(&self) -> impl Iterator<Item = Turn> {
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
        self.past.push_back(Turn { at: now, to });
        self.since = now;
        Some(from)
    }
}

/// Every carrier, by id.
#[derive(Debug, Default)]
pub struct Carriers {
    rows: BTreeMap<CarrierId, CarrierRow>,
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
        let mut shown = self.stale() || self.faults != faults;
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

    /// The list could not be read.
    pub fn read_failed(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        let since = match &self.reading {
            Reading::Failed { since, .. } => *since,
            _ => now,
        };
        self.turn(Reading::Failed { since, why }, changes);
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
mod tests {
    use super::*;

    fn carrier(id: &str, health: Health) -> Carrier {
        Carrier {
            id: id.into(),
            name: Text::default(),
            status: None,
            health,
            affected: None,
        }
    }

    fn list(table: &mut Carriers, now: i64, said: &[(&str, Health)]) -> Vec<CarrierTransition> {
        let mut changes = Changes::default();
        let carriers = said.iter().map(|(id, health)| carrier(id, *health));
        table.listed(carriers.collect(), Vec::new(), Millis(now), &mut changes);
        changes.carriers
    }

    #[test]
    fn health_is_followed_from_list_to_list() {
        let mut table = Carriers::default();
        assert!(table.stale());
        let first = list(
            &mut table,
            1,
            &[("a", Health::Healthy), ("b", Health::Down)],
        );
        assert_eq!(
            first.iter().map(|t| (t.from, t.to)).collect::<Vec<_>>(),
            [(None, Some(Health::Healthy)), (None, Some(Health::Down))]
        );
        assert_eq!(
            list(
                &mut table,
                2,
                &[("a", Health::Healthy), ("b", Health::Down)]
            ),
            []
        );
        let moved = list(&mut table, 3, &[("a", Health::Degraded)]);
        assert_eq!(
            moved
                .iter()
                .map(|t| (t.carrier.raw(), t.from, t.to))
                .collect::<Vec<_>>(),
            [
                ("a", Some(Health::Healthy), Some(Health::Degraded)),
                ("b", Some(Health::Down), None)
            ]
        );
        let row = table.get(&"a".into()).unwrap();
        assert_eq!(row.since(), Millis(3));
        assert_eq!(row.past().map(|t| t.at.0).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(row.name().raw(), "a", "without a name the id stands for it");
    }

    #[test]
    fn a_list_like_the_last_one_changes_nothing_on_screen() {
        let mut table = Carriers::default();
        list(&mut table, 1, &[("a", Health::Healthy)]);
        let mut changes = Changes::default();
        let same = vec![carrier("a", Health::Healthy)];
        table.listed(same, Vec::new(), Millis(2), &mut changes);
        assert!(changes.is_empty());
        let mut other = carrier("a", Health::Healthy);
        other.affected = Some(3);
        table.listed(vec![other], Vec::new(), Millis(3), &mut changes);
        assert!(changes.carriers_shown && changes.carriers.is_empty());
    }

    #[test]
    fn a_failure_makes_everything_stale_and_says_since_when() {
        let mut table = Carriers::default();
        list(&mut table, 1, &[("a", Health::Healthy)]);
        let mut changes = Changes::default();
        table.read_failed("no route".into(), Millis(5), &mut changes);
        table.read_failed("refused".into(), Millis(9), &mut changes);
        assert!(changes.carriers_shown);
        assert!(table.stale() && table.len() == 1);
        assert_eq!(
            *table.reading(),
            Reading::Failed {
                since: Millis(5),
                why: "refused".into()
            }
        );
        list(&mut table, 10, &[("a", Health::Healthy)]);
        assert!(!table.stale());
    }

    #[test]
    fn history_and_table_are_bounded_and_say_what_they_left_out() {
        let mut table = Carriers::default();
        for n in 0..100 {
            let health = [Health::Healthy, Health::Down][n % 2];
            list(&mut table, i64::try_from(n).unwrap(), &[("a", health)]);
        }
        let row = table.get(&"a".into()).unwrap();
        assert_eq!(row.past().count(), HISTORY);
        assert_eq!(row.forgotten(), 36);
        let many: Vec<String> = (0..MOST + 7).map(|n| format!("c{n}")).collect();
        let many: Vec<_> = many
            .iter()
            .map(|id| (id.as_str(), Health::Healthy))
            .collect();
        list(&mut table, 200, &many);
        assert_eq!((table.len(), table.refused()), (MOST, 7));
    }

    #[test]
    fn a_carrier_named_twice_is_one_row() {
        let mut table = Carriers::default();
        list(
            &mut table,
            1,
            &[("a", Health::Healthy), ("a", Health::Down)],
        );
        assert_eq!(table.len(), 1);
        assert_eq!(table.count(Health::Down), 1);
    }
}
