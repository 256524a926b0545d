//! The figures of the charts, a line for each few seconds: a day of them is read without letting the day happen again.

use std::io;

use super::RecordError;
use super::block::{Sort, unsqueeze};
use super::folder::day_of;
use super::reader::Record;
use super::shard::Shard;
use crate::store::Store;
use crate::store::metrics::{Figures, MINUTE, RECENT};
use crate::time::Millis;

/// Figures that follow each other, every [`RECENT`] from that moment on.
type FigureList = (i64, Vec<Figures>);

/// Which figures are still to be written.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The first period that is not written; none before anything was told.
    from: Option<i64>,
}

impl Due {
    /// The figures that are to be written, once a minute of them is over; at the end of a run all there are.
    pub(super) fn take(&mut self, store: &Store, until: Millis, end: bool) -> Option<Vec<u8>> {
        let now = until.0.div_euclid(RECENT);
        let from = *self.from.get_or_insert(now);
        if !end && now - from < MINUTE / RECENT {
            return None;
        }
        // That of the period under way has still to become what it will be.
        let next = if end { now + 1 } else { now };
        self.from = Some(next);
        let wanted = usize::try_from(next - from).unwrap_or(0);
        let metrics = store.registrations.metrics();
        let known: Vec<Figures> = metrics.recent(wanted + usize::from(!end), until).collect();
        let figures = known.get(..known.len().min(wanted)).unwrap_or_default();
        let before = i64::try_from(known.len()).unwrap_or(0) - 1;
        let list: FigureList = ((now - before) * RECENT, figures.to_vec());
        rmp_serde::to_vec(&list)
            .ok()
            .filter(|_| !figures.is_empty())
    }
}

/// What a block of figures says.
pub(super) fn read(block: &[u8]) -> io::Result<Vec<(Millis, Figures)>> {
    let (first, figures): FigureList =
        rmp_serde::from_slice(&unsqueeze(block)?).map_err(io::Error::other)?;
    let moments = (0_i64..).map(|n| Millis(first.saturating_add(n.saturating_mul(RECENT))));
    Ok(moments.zip(figures).collect())
}

impl Record {
    /// The figures of every [`RECENT`] between two moments that were recorded, in order. What is damaged is left out, as what
    /// was not recorded is.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn figures(
        &mut self,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<(Millis, Figures)>, RecordError> {
        let (first, last) = (day_of(from), day_of(until.plus(MINUTE)));
        let days = self
            .days()
            .iter()
            .filter(|day| **day >= first && **day <= last);
        let mut found = Vec::new();
        for day in days.cloned().collect::<Vec<_>>() {
            within(self.shard(&day)?, from, until, &mut found);
        }
        Ok(found)
    }

    /// Has a store know the figures of the last day before that moment, as they were recorded.
    ///
    /// # Errors
    /// As [`Self::figures`].
    pub fn recall(&mut self, store: &mut Store, at: Millis) -> Result<(), RecordError> {
        let figures = self.figures(at.plus(-24 * 60 * MINUTE), at)?;
        store.registrations.recall_figures(&figures, at);
        Ok(())
    }
}

fn within(shard: &Shard, from: Millis, until: Millis, found: &mut Vec<(Millis, Figures)>) {
    // An entry names the moment at which it was written, so what it tells of lies before that.
    let entries = shard.entries.iter().flatten();
    let wanted = entries.filter(|entry| entry.sort == Sort::Figures && entry.at >= from);
    for entry in wanted {
        let told = shard.block(entry).and_then(|block| read(&block));
        let told = told.unwrap_or_default();
        let begins = told.first().map(|(at, _)| *at);
        if begins.is_some_and(|begins| begins > until) {
            break;
        }
        found.extend(
            told.into_iter()
                .filter(|(at, _)| *at >= from && *at <= until),
        );
    }
}
