//! Interactions that can be transferred, and the transfers that were made.

mod figures;
mod heard;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use self::heard::Heard;

pub use self::figures::{EDGES_MS, Percentiles, TransferFigures};

use super::carriers::Reading;
use crate::model::InteractionId;
use crate::model::interaction::Interaction;
use crate::model::transfer::made::{Happening, Made, TransferId};
use crate::text::Text;
use crate::time::Millis;

/// Interactions kept; an organisation that lists more is told so.
const INTERACTIONS: usize = 5_000;

/// Transfers kept, each with its course. Those under way are never let go.
const MADE: usize = 2_000;

/// Both tables, with the figures of the second.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Transfers {
    interactions: BTreeMap<InteractionId, Interaction>,
    reading: Reading,
    faults: Vec<Text>,
    left_out: usize,
    /// What was told one by one, of late.
    heard: Heard,
    /// Interactions that the organisation has and did not list.
    beyond: usize,
    #[serde(skip)]
    made: VecDeque<Made>,
    #[serde(skip)]
    forgotten: u64,
    #[serde(skip)]
    figures: TransferFigures,
    generation: u64,
}

impl Transfers {
    /// Every interaction, to be changed in what it shows of its callers alone.
    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut Interaction> {
        self.interactions.values_mut()
    }

    /// A whole list: interactions that it does not name are gone, or are over.
    pub fn listed(&mut self, interactions: Vec<Interaction>, faults: Vec<Text>, now: Millis) {
        let interactions = self.heard.over(interactions, &self.interactions, now);
        let listed = interactions.len();
        let kept = interactions.into_iter().take(INTERACTIONS);
        let interactions: BTreeMap<_, _> = kept.map(|one| (one.id.clone(), one)).collect();
        let left_out = listed.saturating_sub(INTERACTIONS);
        let same = interactions == self.interactions && faults == self.faults;
        // A list that says the same again moves nothing on the screen.
        if !same || self.stale() || left_out != self.left_out {
            self.generation += 1;
        }
        (self.interactions, self.faults, self.left_out) = (interactions, faults, left_out);
        self.reading = Reading::Read(now);
    }

    /// One interaction as it is now, told between two lists.
    pub fn seen(&mut self, one: Interaction, now: Millis) {
        self.heard.note(&one.id, now);
        let room = self.interactions.len() < INTERACTIONS;
        let changed = if one.standing.over() {
            self.interactions.remove(&one.id).is_some()
        } else if room || self.interactions.contains_key(&one.id) {
            let id = one.id.clone();
            self.interactions.get(&id) != Some(&one) && {
                self.interactions.insert(id, one);
                true
            }
        } else {
            self.left_out = self.left_out.saturating_add(1);
            true
        };
        self.generation += u64::from(changed);
    }

    /// Takes over the interactions that another one knows; the transfers that were made here stay.
    pub(super) fn adopt(&mut self, other: Self) {
        *self = Self {
            made: std::mem::take(&mut self.made),
            forgotten: self.forgotten,
            figures: std::mem::take(&mut self.figures),
            generation: self.generation.max(other.generation) + 1,
            ..other
        };
    }

    /// How many more the organisation has than it was asked for.
    pub fn beyond(&mut self, count: usize) {
        self.generation += u64::from(self.beyond != count);
        self.beyond = count;
    }

    /// The list could not be read; what was known is stale.
    pub fn not_listed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.generation += 1;
    }

    /// Takes in what happened to a transfer. Of one that is not kept any more nothing is taken in.
    pub fn happened(&mut self, id: TransferId, happening: Happening, now: Millis) {
        self.generation += 1;
        if let Happening::Asked(asked) = happening {
            self.make_room();
            self.made.push_back(Made::new(id, *asked, now));
            return;
        }
        let Some(made) = self.made.iter_mut().rev().find(|made| made.id == id) else {
            return;
        };
        let before = made.phase;
        if let Happening::Checked(read) = &happening
            && read.id == made.interaction
            && let Some(known) = self.interactions.get_mut(&made.interaction)
        {
            known.clone_from(read);
        }
        self.figures.note(&happening);
        made.apply(happening, now);
        if made.phase != before && made.phase.over() {
            self.figures.ended(before, made);
        }
    }

    fn make_room(&mut self) {
        if self.made.len() < MADE {
            return;
        }
        if let Some(over) = self.made.iter().position(|made| made.phase.over()) {
            self.made.remove(over);
            self.forgotten += 1;
        }
    }

    /// Changes with everything that is shown.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Interactions that can be moved, by id.
    pub fn interactions(&self) -> impl Iterator<Item = &Interaction> {
        self.interactions.values()
    }

    /// One of them.
    #[must_use]
    pub fn interaction(&self, id: &InteractionId) -> Option<&Interaction> {
        self.interactions.get(id)
    }

    /// How the last attempt to read the list ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether the list may be out of date.
    #[must_use]
    pub fn stale(&self) -> bool {
        !matches!(self.reading, Reading::Read(_))
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// Interactions that are not shown: those for which there was no room, and those that were not asked for.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out.saturating_add(self.beyond)
    }

    /// Transfers, the newest first.
    pub fn made(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().rev()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: TransferId) -> Option<&Made> {
        self.made().find(|made| made.id == id)
    }

    /// Older transfers that made room for newer ones.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What they come to.
    #[must_use]
    pub fn figures(&self) -> &TransferFigures {
        &self.figures
    }

    /// Transfers under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.made.iter().filter(|made| !made.phase.over()).count()
    }

    /// Transfers whose end is not known.
    #[must_use]
    pub fn open_questions(&self) -> usize {
        let open = |made: &&Made| made.phase.open_question();
        self.made.iter().filter(open).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::flow::FlowId;
    use crate::model::interaction::Standing;
    use crate::model::transfer::made::{Asked, End, Phase};
    use crate::model::transfer::{Destination, Limits, Request};

    fn interaction(id: &str) -> Interaction {
        Interaction::bare(id.into(), Standing::Active)
    }

    fn id(number: usize) -> TransferId {
        let flow = FlowId(1);
        TransferId { flow, number }
    }

    fn ask(transfers: &mut Transfers, number: usize) {
        let asked = Asked {
            request: Request::blank(&Limits::default()).into(),
            destination: Destination::parse("genesys://queue/q").unwrap(),
            operator: "noc".into(),
        };
        transfers.happened(id(number), Happening::Asked(Box::new(asked)), Millis(0));
    }

    fn end(transfers: &mut Transfers, number: usize, end: End, latency_us: Option<u64>) {
        let ended = Happening::Ended { end, latency_us };
        transfers.happened(id(number), ended, Millis(1));
    }

    fn done() -> End {
        End::Transferred {
            codec: None,
            by_reading: false,
        }
    }

    #[test]
    fn a_list_that_says_the_same_changes_nothing() {
        let mut transfers = Transfers::default();
        transfers.listed(vec![interaction("a")], Vec::new(), Millis(1));
        let generation = transfers.generation();
        transfers.listed(vec![interaction("a")], Vec::new(), Millis(2));
        assert_eq!(transfers.generation(), generation);
        transfers.not_listed("gone".into(), Millis(3));
        assert!(transfers.stale() && transfers.interaction(&"a".into()).is_some());
        transfers.listed(Vec::new(), Vec::new(), Millis(4));
        assert!(transfers.generation() > generation && transfers.interactions().next().is_none());
    }

    #[test]
    fn room_is_made_among_what_is_over() {
        let mut transfers = Transfers::default();
        for number in 0..MADE {
            ask(&mut transfers, number);
        }
        end(&mut transfers, 7, done(), Some(1));
        ask(&mut transfers, MADE);
        assert_eq!((transfers.made().count(), transfers.forgotten()), (MADE, 1));
        assert!(transfers.get(id(7)).is_none() && transfers.get(id(0)).is_some());
    }

    #[test]
    fn figures_count_each_transfer_once_and_follow_a_late_truth() {
        let mut transfers = Transfers::default();
        for number in 0..3 {
            ask(&mut transfers, number);
        }
        end(&mut transfers, 0, done(), Some(2_000));
        end(&mut transfers, 0, done(), Some(2_000));
        end(&mut transfers, 1, End::Unknown("lost".into()), None);
        assert_eq!((transfers.under_way(), transfers.open_questions()), (1, 1));
        let count = |transfers: &Transfers, phase| transfers.figures().count(phase);
        assert_eq!(count(&transfers, Phase::Transferred), 1);
        assert_eq!(count(&transfers, Phase::Unknown), 1);
        end(&mut transfers, 1, done(), None);
        assert_eq!(count(&transfers, Phase::Transferred), 2);
        assert_eq!(count(&transfers, Phase::Unknown), 0);
        let latency = transfers.figures().latency().unwrap();
        assert!((1_990..=2_020).contains(&latency.p99_us), "{latency:?}");
    }
}
