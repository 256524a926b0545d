//! What alerts have come to, on disk: the newest record of each, appended and synced before anything is posted. Of two
//! consoles with one profile the first delivers.

use std::collections::BTreeMap;

use super::LedgerRecord;
use crate::ledger::{self, Keep};
use crate::model::alert::book::{ENDED_KEPT, SILENCES_KEPT};
use crate::model::alert::{Alert, AlertId};

/// The open file of one profile.
pub type AlertLedger = ledger::Ledger<Newest>;

/// The newest record of everything, by which a rewrite is whole.
#[derive(Debug, Default)]
pub struct Newest {
    alerts: BTreeMap<AlertId, Box<Alert>>,
    silences: Vec<LedgerRecord>,
    ended: usize,
}

impl Newest {
    fn forget_one(&mut self) {
        let ended = self.alerts.values().filter(|alert| !alert.is_open());
        let oldest = ended.min_by_key(|alert| (alert.unfinished(), alert.id));
        if let Some(id) = oldest.map(|alert| alert.id) {
            self.alerts.remove(&id);
            self.ended -= 1;
        }
    }
}

impl Keep for Newest {
    type Record = LedgerRecord;
    const FOLDER: &'static str = "alerts";
    const LOSS: &'static str = "Alerts are delivered, but a restart may repeat or forget them";

    fn take(&mut self, record: LedgerRecord) {
        match record {
            LedgerRecord::Silence(ref silence) => {
                // The newest word on a silence is its end: it may have been lifted.
                let older = |known: &LedgerRecord| matches!(known, LedgerRecord::Silence(known) if known.same(silence));
                self.silences.retain(|known| !older(known));
                self.silences.push(record);
                let over = self.silences.len().saturating_sub(SILENCES_KEPT);
                self.silences.drain(..over);
            }
            LedgerRecord::Alert(alert) => {
                self.ended += usize::from(!alert.is_open());
                let before = self.alerts.insert(alert.id, alert);
                self.ended -= usize::from(before.is_some_and(|alert| !alert.is_open()));
                if self.ended > ENDED_KEPT {
                    self.forget_one();
                }
            }
        }
    }

    fn records(&self) -> Vec<LedgerRecord> {
        let alerts = self.alerts.values().cloned().map(LedgerRecord::Alert);
        alerts.chain(self.silences.iter().cloned()).collect()
    }

    fn len(&self) -> usize {
        self.alerts.len() + self.silences.len()
    }
}
