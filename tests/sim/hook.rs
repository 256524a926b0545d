//! The receiver of alerts, and the ledger that they are kept in.

use std::collections::{BTreeMap, BTreeSet};

use trunkline::alert::{AlertNews, LedgerRecord, Orders, Parcel, PostOutcome};
use trunkline::model::alert::{AlertId, Leg};

use crate::case::{Fault, Struck};
use crate::dice::Dice;

pub struct Hook {
    ledger: Vec<LedgerRecord>,
    coming: BTreeMap<(i64, u64), Parcel>,
    drawn: u64,
    dice: Dice,
    /// How often each post was taken, by its key, and those that may come once more because nobody knows of it.
    taken: BTreeMap<String, u32>,
    doubted: BTreeSet<String>,
    /// Alerts that have begun there, and those that have ended.
    begun: BTreeSet<AlertId>,
    ended: BTreeSet<AlertId>,
    next: Option<Fault>,
}

impl Hook {
    pub fn new(seed: u64) -> Self {
        Self {
            ledger: Vec::new(),
            coming: BTreeMap::new(),
            drawn: 0,
            dice: Dice::of(seed, 3),
            taken: BTreeMap::new(),
            doubted: BTreeSet::new(),
            begun: BTreeSet::new(),
            ended: BTreeSet::new(),
            next: None,
        }
    }

    /// What the courier tells a console that has just begun.
    pub fn opened(&mut self) -> AlertNews {
        AlertNews::Opened {
            records: self.ledger.clone(),
            ours: true,
            operator: "ana".into(),
            warnings: Vec::new(),
        }
    }

    /// The next post meets with this.
    pub fn strike(&mut self, fault: Fault) {
        self.next = Some(fault);
    }

    /// The process is killed: what was on its way may have arrived, and nobody knows.
    pub fn killed(&mut self) {
        for (_, parcel) in std::mem::take(&mut self.coming) {
            if self.dice.one_in(2) {
                self.doubted.insert(parcel.key.clone());
                self.take(&parcel);
            }
        }
    }

    /// Written first, then posted.
    pub fn carry_out(&mut self, orders: Orders, t: i64) {
        self.ledger.extend(orders.save);
        for parcel in orders.post {
            self.drawn += 1;
            let at = t + self.dice.between(1, 3_000);
            self.coming.insert((at, self.drawn), parcel);
        }
    }

    pub fn due(&self) -> Option<i64> {
        self.coming.keys().next().map(|(t, _)| *t)
    }

    fn take(&mut self, parcel: &Parcel) {
        *self.taken.entry(parcel.key.clone()).or_default() += 1;
        match parcel.leg {
            Leg::Raise => self.begun.insert(parcel.id),
            Leg::Resolve => self.ended.insert(parcel.id),
        };
    }

    /// What came of the posts that are due; an alert begins once and ends once, and never the other way round.
    pub fn pass(&mut self, t: i64, struck: &mut Struck) -> Result<Vec<AlertNews>, String> {
        let mut told = Vec::new();
        while self.due().is_some_and(|at| at <= t)
            && let Some((_, parcel)) = self.coming.pop_first()
        {
            let (id, leg) = (parcel.id, parcel.leg);
            let fault = self.next.take();
            if let Some(fault) = fault {
                struck.add(fault);
            }
            if fault != Some(Fault::HookRefuses) {
                if self.taken.contains_key(&parcel.key) && !self.doubted.contains(&parcel.key) {
                    return Err(format!("{} {leg:?} is posted twice", parcel.key));
                }
                if leg == Leg::Resolve && !self.begun.contains(&id) {
                    return Err(format!("{} ends, and has not begun", parcel.key));
                }
                self.take(&parcel);
            }
            let outcome = match fault {
                None => PostOutcome::Sent,
                Some(_) => PostOutcome::Failed {
                    why: "hooks.example.com did not answer".into(),
                },
            };
            if fault == Some(Fault::HookAnswerLost) {
                self.doubted.insert(parcel.key.clone());
            }
            told.push(AlertNews::Told {
                id,
                target: parcel.to(),
                leg,
                outcome,
            });
        }
        Ok(told)
    }
}
