//! The newest lines of the audit: what is on disk from before, and what this console writes.

use std::collections::{HashSet, VecDeque};

use crate::model::audit::{Chain, LineStatus, Record};
use crate::text::Text;
use crate::time::Millis;

/// Lines that are kept; all of them are on disk, for `trunkline audit show`.
pub const KEPT: usize = 2_000;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// As it is on disk.
    pub record: Record,
    /// An intent whose outcome has not been seen.
    pub open: bool,
}

/// The lines in the order of their numbers, and whether the chain holds.
#[derive(Clone, Debug, Default)]
pub struct AuditLog {
    rows: VecDeque<AuditRow>,
    chain: Chain,
    /// Lines on disk, as far as is known.
    lines: u64,
    generation: u64,
}

impl AuditLog {
    /// Takes in what was read from disk: the newest lines, and how the chain was found.
    pub fn read(&mut self, records: Vec<Record>, chain: Chain) {
        self.chain = chain;
        for record in records {
            self.insert(record);
        }
        self.generation += 1;
    }

    /// Takes in a line that was just written, or read; one that is known already changes nothing.
    pub fn insert(&mut self, record: Record) {
        self.lines = self.lines.max(record.line);
        let at = self
            .rows
            .partition_point(|row| row.record.line < record.line);
        let known = |row: &AuditRow| row.record.line == record.line;
        if self.rows.get(at).is_some_and(known) {
            return;
        }
        let open = match record.status {
            LineStatus::Intent => !self.settled(&record.id),
            LineStatus::Note => false,
            _ => {
                self.settle(&record.id);
                false
            }
        };
        self.rows.insert(at, AuditRow { record, open });
        if self.rows.len() > KEPT {
            self.rows.pop_front();
        }
        self.generation += 1;
    }

    /// Takes in the lines of another one up to that moment, those after its own: the past has the audit of the present as far
    /// as it had been written.
    pub fn follow(&mut self, of: &Self, until: Millis) {
        let last = self.rows.back().map_or(0, |row| row.record.line);
        let lines = of.rows.iter().map(|row| &row.record);
        let lines = lines.filter(|line| line.line > last && line.timestamp <= until);
        for line in lines.cloned().collect::<Vec<_>>() {
            self.insert(line);
        }
        self.chain.clone_from(&of.chain);
    }

    /// The lines, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &AuditRow> {
        self.rows.iter().rev()
    }

    /// The line of that number, while it is kept.
    #[must_use]
    pub fn get(&self, line: u64) -> Option<&AuditRow> {
        let at = self.rows.binary_search_by_key(&line, |row| row.record.line);
        self.rows.get(at.ok()?)
    }

    /// Whether the chain holds, as far as somebody has looked.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Lines on disk, as far as is known.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines on disk that are not kept here.
    #[must_use]
    pub fn older(&self) -> u64 {
        self.lines.saturating_sub(self.rows.len() as u64)
    }

    /// Ids of the lines with that status, each once.
    #[must_use]
    pub fn count(&self, status: LineStatus) -> usize {
        let rows = self.rows.iter().filter(|row| row.record.status == status);
        let ids: HashSet<&Text> = rows.map(|row| &row.record.id).collect();
        ids.len()
    }

    /// Intents whose outcome has not been seen.
    #[must_use]
    pub fn open(&self) -> usize {
        self.rows.iter().filter(|row| row.open).count()
    }

    /// A number that is different whenever something in the log is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn settled(&self, id: &Text) -> bool {
        let ends = |row: &AuditRow| row.record.status != LineStatus::Intent && row.record.id == *id;
        self.rows.iter().any(ends)
    }

    fn settle(&mut self, id: &Text) {
        // An outcome follows its intent closely: looked for from the end.
        let intents = self.rows.iter_mut().rev();
        if let Some(intent) = intents
            .into_iter()
            .find(|row| row.open && row.record.id == *id)
        {
            intent.open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: u64, id: &str, status: LineStatus) -> Record {
        let json = serde_json::json!({
            "timestamp": Millis(0).to_string(), "action": "route.create", "profile": "p", "operator": "ana",
            "status": status, "id": id, "line": line, "session": "s", "prev": "",
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn lines_stand_in_their_order_whichever_way_they_come() {
        let mut log = AuditLog::default();
        log.insert(record(4, "b", LineStatus::Ok));
        log.read(
            vec![
                record(1, "a", LineStatus::Intent),
                record(2, "a", LineStatus::Ok),
                record(3, "b", LineStatus::Intent),
                record(4, "b", LineStatus::Ok),
            ],
            Chain::Good {
                lines: 4,
                at: Millis(0),
            },
        );
        let lines: Vec<u64> = log.newest_first().map(|row| row.record.line).collect();
        assert_eq!(lines, [4, 3, 2, 1]);
        assert_eq!((log.open(), log.count(LineStatus::Ok)), (0, 2));
        log.insert(record(5, "c", LineStatus::Intent));
        assert_eq!(log.open(), 1);
        log.insert(record(6, "c", LineStatus::Unknown));
        assert_eq!((log.open(), log.lines(), log.older()), (0, 6, 0));
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_is_not_is_counted() {
        let mut log = AuditLog::default();
        for line in 1..=KEPT as u64 + 5 {
            log.insert(record(line, "x", LineStatus::Note));
        }
        assert_eq!((log.newest_first().count(), log.older()), (KEPT, 5));
        assert!(log.get(5).is_none() && log.get(6).is_some());
    }
}
