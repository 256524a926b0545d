//! Every update of every callback, until it is acknowledged: what the stream delivers, and delivers again.
//!
//! An update belongs to the organisation, not to a stream: whichever stream it went out on, an acknowledgement on any
//! of them settles it, and a stream that opens starts with all that are not settled.

use std::collections::VecDeque;

use bytes::Bytes;
use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use rand::random;
use serde::Serialize;
use tokio::sync::watch;

use super::book::CallbackStatus;

/// The most updates that are remembered, settled or not.
const MOST: usize = 100_000;

/// One update.
#[derive(Clone, Debug)]
struct LoggedUpdate {
    callback: CompactString,
    status: CallbackStatus,
    at: Timestamp,
    payload: Bytes,
    sent: u32,
    acked: bool,
}

/// An update as the control surface shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct ShownUpdate {
    correlation_id: CompactString,
    id: CompactString,
    status: CallbackStatus,
    at: Timestamp,
    sent: u32,
    acked: bool,
}

/// What is counted, from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct UpdateCounts {
    made: u64,
    /// Frames that carried an update, repetitions included.
    sent: u64,
    /// Frames that carried one that had been sent before.
    repeated: u64,
    acked: u64,
    /// Acknowledgements of what was acknowledged before, or never sent.
    stray_acks: u64,
    /// What came on a stream and was no acknowledgement.
    undecodable: u64,
    /// Updates that were forgotten before they were acknowledged.
    dropped: u64,
}

/// The updates, oldest first.
pub(in crate::org) struct UpdateLog {
    /// Tells the correlation ids of one organisation from those of the one before it.
    run: u32,
    /// The number of the oldest one.
    first: u64,
    updates: VecDeque<LoggedUpdate>,
    counts: UpdateCounts,
    news: watch::Sender<u64>,
}

/// An update on its way out.
pub(super) struct OutgoingUpdate {
    pub(super) payload: Bytes,
    pub(super) at: Timestamp,
    pub(super) copies: u32,
}

impl Default for UpdateLog {
    fn default() -> Self {
        Self {
            run: random(),
            first: 0,
            updates: VecDeque::new(),
            counts: UpdateCounts::default(),
            news: watch::Sender::new(0),
        }
    }
}

impl UpdateLog {
    /// Adds an update; `payload` makes it around its correlation id.
    pub(super) fn push(
        &mut self,
        callback: &CompactString,
        status: CallbackStatus,
        at: Timestamp,
        payload: impl FnOnce(&str) -> serde_json::Result<Vec<u8>>,
    ) {
        let number = self.end();
        let Ok(payload) = payload(&self.correlation(number)) else {
            return;
        };
        if self.updates.len() >= MOST {
            let oldest = self.updates.pop_front();
            self.first += 1;
            let lost = oldest.is_some_and(|update| !update.acked);
            self.counts.dropped += u64::from(lost);
        }
        self.updates.push_back(LoggedUpdate {
            callback: callback.clone(),
            status,
            at,
            payload: payload.into(),
            sent: 0,
            acked: false,
        });
        self.counts.made += 1;
        self.news.send_replace(number + 1);
    }

    /// Sees every update that is added.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// The next updates from a number on that are not settled, each with as many copies as `copies` says; the number
    /// moves past them.
    pub(super) fn take(
        &mut self,
        from: &mut u64,
        most: usize,
        mut copies: impl FnMut() -> u32,
    ) -> Vec<OutgoingUpdate> {
        let mut taken = Vec::new();
        *from = (*from).max(self.first);
        while taken.len() < most {
            let Some(update) = index(self.first, *from).and_then(|at| self.updates.get_mut(at))
            else {
                break;
            };
            *from += 1;
            if update.acked {
                continue;
            }
            let copies = copies().max(1);
            let repeated = copies - u32::from(update.sent == 0);
            update.sent = update.sent.saturating_add(copies);
            self.counts.sent += u64::from(copies);
            self.counts.repeated += u64::from(repeated);
            taken.push(OutgoingUpdate {
                payload: update.payload.clone(),
                at: update.at,
                copies,
            });
        }
        taken
    }

    /// Settles an update that was sent.
    pub(super) fn acknowledge(&mut self, correlation: &str) {
        let update = self
            .number(correlation)
            .and_then(|number| index(self.first, number))
            .and_then(|at| self.updates.get_mut(at))
            .filter(|update| update.sent > 0);
        match update {
            Some(update) if !update.acked => {
                update.acked = true;
                self.counts.acked += 1;
            }
            _ => self.counts.stray_acks += 1,
        }
    }

    /// The next updates from a number on, settled or not; the number moves past them.
    pub(super) fn read(&self, from: &mut u64, most: usize) -> Vec<(Timestamp, Bytes)> {
        *from = (*from).max(self.first);
        let skipped = index(self.first, *from).unwrap_or(usize::MAX);
        let updates = self.updates.iter().skip(skipped).take(most);
        let read: Vec<_> = updates
            .map(|update| (update.at, update.payload.clone()))
            .collect();
        *from = from.saturating_add(read.len() as u64);
        read
    }

    /// Counts what came on a stream and was no acknowledgement.
    pub(super) fn undecodable(&mut self) {
        self.counts.undecodable += 1;
    }

    pub(in crate::org) const fn counts(&self) -> UpdateCounts {
        self.counts
    }

    /// How many updates are not settled.
    pub(in crate::org) fn unacked(&self) -> usize {
        let updates = self.updates.iter();
        updates.filter(|update| !update.acked).count()
    }

    /// The last updates, oldest first.
    pub(in crate::org) fn last(&self, most: usize) -> Vec<ShownUpdate> {
        let skipped = self.updates.len().saturating_sub(most);
        let numbered = (self.first..).zip(&self.updates).skip(skipped);
        let shown = numbered.map(|(number, update)| ShownUpdate {
            correlation_id: self.correlation(number),
            id: update.callback.clone(),
            status: update.status,
            at: update.at,
            sent: update.sent,
            acked: update.acked,
        });
        shown.collect()
    }

    fn end(&self) -> u64 {
        self.first.saturating_add(self.updates.len() as u64)
    }

    fn correlation(&self, number: u64) -> CompactString {
        format_compact!("c-{:08x}-{number}", self.run)
    }

    fn number(&self, correlation: &str) -> Option<u64> {
        let (run, number) = correlation.strip_prefix("c-")?.split_once('-')?;
        let number = number.parse().ok()?;
        (u32::from_str_radix(run, 16) == Ok(self.run) && correlation == self.correlation(number))
            .then_some(number)
    }
}

fn index(first: u64, number: u64) -> Option<usize> {
    usize::try_from(number.checked_sub(first)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(log: &mut UpdateLog) -> String {
        let mut correlation = String::new();
        log.push(
            &"cb".into(),
            CallbackStatus::Dialing,
            Timestamp::UNIX_EPOCH,
            |id| {
                id.clone_into(&mut correlation);
                Ok(id.into())
            },
        );
        correlation
    }

    fn take(log: &mut UpdateLog, from: &mut u64) -> Vec<Bytes> {
        let taken = log.take(from, 10, || 1);
        taken.into_iter().map(|one| one.payload).collect()
    }

    #[test]
    fn an_update_comes_again_until_it_is_acknowledged() {
        let mut log = UpdateLog::default();
        let (one, two) = (push(&mut log), push(&mut log));
        log.acknowledge(&one);
        let mut first = 0;
        assert_eq!(take(&mut log, &mut first), [one.as_bytes(), two.as_bytes()]);
        assert!(take(&mut log, &mut first).is_empty());
        for ack in [&*one, &one, "c-1", "", &two.replace("c-", "c-0")] {
            log.acknowledge(ack);
        }
        let three = push(&mut log);
        assert_eq!(take(&mut log, &mut first), [three.as_bytes()]);
        let mut second = 0;
        assert_eq!(
            take(&mut log, &mut second),
            [two.as_bytes(), three.as_bytes()]
        );
        let UpdateCounts {
            made,
            sent,
            repeated,
            acked,
            stray_acks,
            ..
        } = log.counts();
        assert_eq!((made, sent, repeated, acked, stray_acks), (3, 5, 2, 1, 5));
        assert_eq!(log.unacked(), 2);
    }

    #[test]
    fn the_oldest_are_forgotten_and_counted() {
        let mut log = UpdateLog::default();
        let first = push(&mut log);
        take(&mut log, &mut 0);
        log.acknowledge(&first);
        for _ in 0..MOST + 2 {
            push(&mut log);
        }
        assert_eq!(log.counts().dropped, 2, "one of the three was settled");
        assert_eq!(log.unacked(), MOST);
        let mut from = 0;
        assert_eq!(take(&mut log, &mut from).len(), 10);
        assert_eq!(from, 13, "from the oldest there is");
    }
}
