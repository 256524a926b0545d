//! Rules of the profile: filters over registrations, asked again whenever a row or the time could change the answer.

use std::collections::{BTreeSet, HashMap};

use super::around::{Around, device_key};
use crate::alert::engine::Engine;
use crate::alert::{Key, Sign};
use crate::config::profile::alerts::Rule;
use crate::kind::registrations::FIELDS;
use crate::model::alert::{AlertBook, AlertKind, Details, Severity};
use crate::query::Query;
use crate::store::column::Column;
use crate::store::{Changes, Registrations, RowId};
use crate::text::Text;
use crate::time::Millis;

/// One rule and the rows that it holds for.
pub(super) struct RuleWatch {
    kind: AlertKind,
    severity: Severity,
    query: Query,
    /// Whether the moment of the last check matters, which moves with every poll.
    looks_at_checks: bool,
    holds: HashMap<RowId, Key>,
    due: BTreeSet<(Millis, RowId)>,
    due_of: HashMap<RowId, Millis>,
}

impl RuleWatch {
    /// The rule, ready to be asked; none when it cannot be read, which the configuration has said already.
    pub fn new(rule: &Rule) -> Option<Self> {
        let query = Query::parse(&rule.when, FIELDS).ok()?;
        Some(Self {
            kind: AlertKind::Rule(Text::from(rule.name.as_str())),
            severity: rule.severity,
            looks_at_checks: query.names(Column::Checked as usize),
            query,
            holds: HashMap::new(),
            due: BTreeSet::new(),
            due_of: HashMap::new(),
        })
    }

    /// Asks about every row that changed.
    pub fn notice(
        &mut self,
        (table, around): (&Registrations, Around<'_>),
        changes: &Changes,
        engine: &mut Engine,
        book: &mut AlertBook,
        now: Millis,
    ) {
        for row in &changes.removed {
            self.put_due(*row, None);
            if let Some(key) = self.holds.remove(row) {
                engine.report(book, &key, Sign::Gone, now, Details::default);
            }
        }
        let confirmed = changes.confirmed.iter().filter(|_| self.looks_at_checks);
        let rows: Vec<RowId> = changes.touched.iter().chain(confirmed).copied().collect();
        for row in rows {
            self.ask((table, around), row, engine, book, now);
        }
    }

    /// Asks about the rows for which time alone may have changed the answer.
    pub fn tick(
        &mut self,
        (table, around): (&Registrations, Around<'_>),
        engine: &mut Engine,
        book: &mut AlertBook,
        now: Millis,
    ) {
        while let Some((_, row)) = self.due.first().filter(|(at, _)| *at <= now).copied() {
            self.put_due(row, None);
            self.ask((table, around), row, engine, book, now);
        }
    }

    /// When [`Self::tick`] has something to do.
    pub fn deadline(&self) -> Option<Millis> {
        self.due.first().map(|(at, _)| *at)
    }

    fn ask(
        &mut self,
        (table, around): (&Registrations, Around<'_>),
        id: RowId,
        engine: &mut Engine,
        book: &mut AlertBook,
        now: Millis,
    ) {
        // Of what is only remembered no rule can be asked: it says nothing of now.
        let Some(row) = table.row(id).filter(|row| !row.remembered()) else {
            return;
        };
        let verdict = self.query.matches(&row, now);
        self.put_due(id, verdict.until);
        if verdict.pass {
            let key = device_key(self.kind.clone(), &row);
            self.holds.insert(id, key.clone());
            let details = || around.details(&row, self.severity);
            engine.report(book, &key, Sign::Bad, now, details);
        } else if let Some(key) = self.holds.remove(&id) {
            engine.report(book, &key, Sign::Good, now, Details::default);
        } else if engine.restoring() {
            let key = device_key(self.kind.clone(), &row);
            engine.report(book, &key, Sign::Good, now, Details::default);
        }
    }

    fn put_due(&mut self, row: RowId, at: Option<Millis>) {
        let before = match at {
            Some(at) => self.due_of.insert(row, at),
            None => self.due_of.remove(&row),
        };
        if let Some(before) = before {
            self.due.remove(&(before, row));
        }
        self.due.extend(at.map(|at| (at, row)));
    }
}
