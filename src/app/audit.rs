//! The audit, as the state knows it.

use super::App;
use crate::model::audit::{Chain, Record};
use crate::vocabulary::messages::Weight;

impl App {
    /// Takes in a line that was just written.
    pub(super) fn audited(&mut self, record: Record) {
        self.job_of_record(&record);
        self.booking_of_record(&record);
        self.tell_write(&record);
        self.store.audit.insert(record);
    }

    /// Takes in what was read; a record that is not what was written is told wherever the operator is.
    pub(super) fn audit_read(&mut self, records: Vec<Record>, chain: Chain) {
        let said = match &chain {
            Chain::Broken { fault, .. } => {
                Some(format!("the audit is not as it was written: {fault}"))
            }
            Chain::Unreadable(why) => Some(why.clone()),
            Chain::Unread | Chain::Empty | Chain::Good { .. } => None,
        };
        if let Some(text) = said {
            self.messages.tell(Weight::Error, text, self.now);
        }
        for record in &records {
            self.job_of_record(record);
            self.booking_of_record(record);
        }
        self.store.audit.read(records, chain);
        self.audit_known();
    }
}
