//! What the feeds' tasks note as they go, from which the status is made.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::link::{Reads, Signs};
use super::lock;
use super::roster::Counts;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::Rivalry;

/// Failures in a row, of any users, before reads as a whole count as not working: one unknown user is no outage.
const FAILURES_THAT_TELL: u32 = 3;

/// Shared notes; every change wakes the reporter.
#[derive(Debug)]
pub(super) struct Tally {
    notes: Mutex<Notes>,
    pub changed: Notify,
}

/// What is watched by topics instead of streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    pub counts: Counts,
    /// Rows whose topic is live.
    pub carried: u32,
    /// Of those, rows that were confirmed since.
    pub live: u32,
}

/// The notes themselves, copied out by the reporter.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    pub received: u64,
    pub undecodable: u64,
    pub ignored: u64,
    pub live: u32,
    pub enumerated: bool,
    pub poll_round_ms: u64,
    pub sweep_round_ms: u64,
    /// What is watched, where that is not the roster's to know.
    pub census: Option<Census>,
    /// Another reader of the same client, where one takes channels.
    pub rivalry: Option<Rivalry>,
    /// Whether a read has ever worked.
    read_once: bool,
    failures: u32,
    /// Whether what has no stream is polled meanwhile.
    lent: bool,
    /// When a stream last opened.
    opened: Option<Instant>,
    /// The last moment at which anything worked; at first, the start.
    worked: Millis,
    /// Attempts to come, soonest first; the last field tells equals apart.
    attempts: BTreeSet<(Millis, u32, u64)>,
    next_id: u64,
}

impl Tally {
    pub fn new() -> Self {
        let notes = Notes {
            worked: Clock::Real.now(),
            ..Notes::default()
        };
        Self {
            notes: Mutex::new(notes),
            changed: Notify::new(),
        }
    }

    /// What is noted now.
    pub fn notes(&self) -> Notes {
        lock(&self.notes).clone()
    }

    /// Whether everyone is known, and what is watched where that is not the roster's to know.
    pub fn extent(&self) -> (bool, Option<Counts>) {
        let notes = lock(&self.notes);
        (notes.enumerated, notes.census.map(|census| census.counts))
    }

    /// Changes the notes and wakes the reporter.
    pub fn note<T>(&self, change: impl FnOnce(&mut Notes) -> T) -> T {
        let result = change(&mut lock(&self.notes));
        self.changed.notify_one();
        result
    }

    /// Notes what is watched; the reporter is not woken for what has not changed.
    pub fn census(&self, census: Census) {
        let mut notes = lock(&self.notes);
        if notes.census.replace(census) != Some(census) {
            drop(notes);
            self.changed.notify_one();
        }
    }

    /// A read, of a user or of the list, worked. The reporter is woken when that is news.
    pub fn read_worked(&self) {
        let mut notes = lock(&self.notes);
        let news = !notes.read_once || notes.failures > 0;
        notes.read_once = true;
        notes.failures = 0;
        notes.worked = Clock::Real.now();
        drop(notes);
        if news {
            self.changed.notify_one();
        }
    }

    /// How long the rounds of polls and of the sweep take, in milliseconds; the reporter is woken for what has changed.
    pub fn rounds(&self, poll_ms: u64, sweep_ms: u64) {
        let mut notes = lock(&self.notes);
        if (notes.poll_round_ms, notes.sweep_round_ms) != (poll_ms, sweep_ms) {
            (notes.poll_round_ms, notes.sweep_round_ms) = (poll_ms, sweep_ms);
            drop(notes);
            self.changed.notify_one();
        }
    }

    /// A read failed for good.
    pub fn read_failed(&self) {
        self.note(|notes| notes.failures = notes.failures.saturating_add(1));
    }

    /// What a stream should carry is polled meanwhile: while none is live, polling is all there is.
    pub fn lent(&self) {
        let mut notes = lock(&self.notes);
        if !std::mem::replace(&mut notes.lent, true) {
            drop(notes);
            self.changed.notify_one();
        }
    }

    /// A stream has opened, whether or not anything is known of it yet.
    pub fn opened(&self, now: Instant) {
        lock(&self.notes).opened = Some(now);
    }

    /// When a stream last opened.
    pub fn last_opened(&self) -> Option<Instant> {
        lock(&self.notes).opened
    }

    /// How long a round of polls takes.
    pub fn round(&self) -> Duration {
        Duration::from_millis(lock(&self.notes).poll_round_ms)
    }

    /// A stream is open and synchronised for as long as the guard lives.
    pub fn live(&self) -> (LiveGuard<'_>, bool) {
        let first = self.rose();
        (LiveGuard(self), first)
    }

    /// A stream is open and synchronised, until it fell. Says whether it is the only one.
    pub fn rose(&self) -> bool {
        self.note(|notes| {
            notes.live += 1;
            notes.lent = false;
            notes.worked = Clock::Real.now();
            notes.live == 1
        })
    }

    /// A stream that rose is open and synchronised no longer.
    pub fn fell(&self) {
        self.note(|notes| {
            notes.live = notes.live.saturating_sub(1);
            notes.worked = Clock::Real.now();
        });
    }

    /// Streams that are live now.
    pub fn live_streams(&self) -> u32 {
        lock(&self.notes).live
    }

    /// An attempt is due at a moment, for as long as the guard lives.
    pub fn attempt(&self, at: Millis, number: u32) -> AttemptGuard<'_> {
        let entry = self.note(|notes| {
            notes.next_id += 1;
            let entry = (at, number, notes.next_id);
            notes.attempts.insert(entry);
            entry
        });
        AttemptGuard(self, entry)
    }
}

impl Notes {
    /// Whether the last read, of a user or of the list, has failed.
    pub fn has_failures(&self) -> bool {
        self.failures > 0
    }

    /// What decides how the connection is called.
    pub fn signs(&self) -> Signs {
        Signs {
            reads: match self.failures {
                _ if !self.read_once => Reads::Never,
                FAILURES_THAT_TELL.. => Reads::Fail,
                _ => Reads::Work,
            },
            lent: self.lent,
            worked: self.worked,
            next: self.attempts.first().map(|&(at, number, _)| (at, number)),
            ..Signs::default()
        }
    }
}

/// See [`Tally::live`].
#[derive(Debug)]
pub(super) struct LiveGuard<'a>(&'a Tally);

impl Drop for LiveGuard<'_> {
    fn drop(&mut self) {
        self.0.fell();
    }
}

/// See [`Tally::attempt`].
#[derive(Debug)]
pub(super) struct AttemptGuard<'a>(&'a Tally, (Millis, u32, u64));

impl Drop for AttemptGuard<'_> {
    fn drop(&mut self) {
        self.0.note(|notes| notes.attempts.remove(&self.1));
    }
}
