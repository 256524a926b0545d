//! Bookings that wait: an organisation that takes no more for now (429) is asked again later, also after a restart, and each of
//! them once.
//!
//! They are lines on disk, mode 0600, written to in turn by all consoles and commands of a profile. One process sends them, the
//! one that holds the sender's lock for as long as it lives. It claims a booking on disk before it sends it, and a claim that a
//! crash has left is judged by the audit: what was about to be sent is never sent again.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::file::{self, For};
use crate::ledger::{Keep, Ledger, LedgerError};
use crate::model::callback::Booking;
use crate::time::Millis;

/// Bookings that wait at most; a person books a handful, a file a few hundred.
const MOST: usize = 1_000;

/// The first wait, in milliseconds, and the longest: it is doubled each time.
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 10 * 60_000;

/// How far one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitStage {
    /// It waits for its time.
    Waiting,
    /// It is about to be sent, or has been.
    Claimed,
    /// It has been answered, or is not wanted any more.
    Over,
}

/// One booking that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingBooking {
    /// What is to be booked.
    pub booking: Booking,
    /// When it was first turned away.
    pub since: Millis,
    /// When it is to be sent again; while it is claimed, when it was.
    pub due: Millis,
    /// How often it was turned away.
    pub tries: u32,
    /// How far it is.
    pub stage: WaitStage,
}

/// What waits, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingCount {
    /// How many.
    pub count: usize,
    /// When the first of them is due.
    pub next: Option<Millis>,
}

#[derive(Debug, Default)]
struct Lines(BTreeMap<String, WaitingBooking>);

impl Keep for Lines {
    type Record = WaitingBooking;
    const FOLDER: &'static str = "bookings";
    const LOSS: &'static str =
        "A booking that is turned away does not wait, and has to be booked again";

    fn take(&mut self, line: WaitingBooking) {
        let key = line.booking.callback_id.clone();
        if line.stage == WaitStage::Over {
            self.0.remove(&key);
        } else if self.0.len() < MOST || self.0.contains_key(&key) {
            self.0.insert(key, line);
        }
    }

    fn records(&self) -> Vec<WaitingBooking> {
        let mut all: Vec<_> = self.0.values().cloned().collect();
        all.sort_by_key(|one| one.since);
        all
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// The bookings of a profile that wait. Its calls wait for the disk: call them where blocking is allowed.
#[derive(Clone, Debug)]
pub struct WaitingBookings {
    state_dir: PathBuf,
    profile: String,
    /// Held by the process that sends; none yet, or another one is.
    sender: Arc<Mutex<Option<File>>>,
}

impl WaitingBookings {
    /// Those of a profile; nothing is read or made yet.
    #[must_use]
    pub fn new(state_dir: &Path, profile: &str) -> Self {
        Self {
            state_dir: state_dir.to_owned(),
            profile: profile.to_owned(),
            sender: Arc::default(),
        }
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> Result<Vec<WaitingBooking>, LedgerError> {
        Ok(Ledger::<Lines>::peek(&self.state_dir, &self.profile)?.records)
    }

    /// How many there are, and when the first is due.
    pub fn count(&self) -> Result<WaitingCount, LedgerError> {
        let all = self.all()?;
        let waiting = all.iter().filter(|one| one.stage == WaitStage::Waiting);
        Ok(WaitingCount {
            count: all.len(),
            next: waiting.map(|one| one.due).min(),
        })
    }

    /// Has one wait that was turned away at `now`; when it is due.
    pub fn put(&self, booking: &Booking, now: Millis) -> Result<Millis, LedgerError> {
        let (mut ledger, held) = self.turn()?;
        let known = held
            .iter()
            .find(|one| one.booking.callback_id == booking.callback_id);
        let tries = known.map_or(0, |one| one.tries);
        let wait = FIRST_WAIT_MS
            .saturating_mul(1_i64 << tries.min(10))
            .min(LONGEST_WAIT_MS);
        let due = now.plus(wait);
        ledger.append(&[WaitingBooking {
            booking: booking.clone(),
            since: known.map_or(now, |one| one.since),
            due,
            tries: tries + 1,
            stage: WaitStage::Waiting,
        }])?;
        Ok(due)
    }

    /// One has been answered, or is not wanted any more; whether it was there.
    pub fn over(&self, callback_id: &str) -> Result<bool, LedgerError> {
        let (mut ledger, held) = self.turn()?;
        let known = held
            .into_iter()
            .find(|one| one.booking.callback_id == callback_id);
        let Some(mut one) = known else {
            return Ok(false);
        };
        one.stage = WaitStage::Over;
        ledger.append(&[one])?;
        Ok(true)
    }

    /// Becomes the sender, unless another process is, and frees what a crash of the one before has claimed and not sent: `sent`
    /// says what the audit knows of a booking since a moment.
    pub fn send_from_here(&self, sent: impl Fn(&str, Millis) -> bool) -> Result<bool, LedgerError> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.is_some() {
            return Ok(true);
        }
        let (mut ledger, held) = self.turn()?;
        let Some(lock) = self.lock() else {
            return Ok(false);
        };
        let left = held
            .into_iter()
            .filter(|one| one.stage == WaitStage::Claimed);
        let judged: Vec<_> = left
            .map(|one| {
                let stage = if sent(&one.booking.callback_id, one.due) {
                    WaitStage::Over
                } else {
                    WaitStage::Waiting
                };
                WaitingBooking { stage, ..one }
            })
            .collect();
        ledger.append(&judged)?;
        *sender = Some(lock);
        Ok(true)
    }

    /// Claims the first that is due at `now`.
    pub fn claim(&self, now: Millis) -> Result<Option<WaitingBooking>, LedgerError> {
        let (mut ledger, held) = self.turn()?;
        let due = |one: &WaitingBooking| one.stage == WaitStage::Waiting && one.due <= now;
        let Some(mut one) = held.into_iter().find(due) else {
            return Ok(None);
        };
        one.stage = WaitStage::Claimed;
        one.due = now;
        ledger.append(std::slice::from_ref(&one))?;
        Ok(Some(one))
    }

    fn turn(&self) -> Result<(Ledger<Lines>, Vec<WaitingBooking>), LedgerError> {
        let (ledger, held) = Ledger::<Lines>::wait(&self.state_dir, &self.profile)?;
        Ok((ledger, held.records))
    }

    fn lock(&self) -> Option<File> {
        let name = utf8_percent_encode(&self.profile, NON_ALPHANUMERIC).to_string();
        let path = self
            .state_dir
            .join(Lines::FOLDER)
            .join(format!("{name}.sender"));
        let file = file::open(&path, For::Keeping).ok()?;
        let held = rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
        held.is_ok().then_some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking(id: &str) -> Booking {
        Booking {
            callback_id: id.to_owned(),
            ..Booking::default()
        }
    }

    #[test]
    fn a_booking_waits_longer_each_time_and_is_claimed_once() {
        let state = tempfile::tempdir().unwrap();
        let waiting = WaitingBookings::new(state.path(), "p");
        let due = waiting.put(&booking("cb_1"), Millis(0)).unwrap();
        assert_eq!(due, Millis(FIRST_WAIT_MS));
        assert_eq!(waiting.claim(Millis(0)).unwrap(), None, "not due yet");
        assert!(waiting.send_from_here(|_, _| false).unwrap());
        let other = WaitingBookings::new(state.path(), "p");
        assert!(!other.send_from_here(|_, _| false).unwrap(), "one sends");
        let one = waiting.claim(due).unwrap().unwrap();
        assert_eq!(one.booking.callback_id, "cb_1");
        assert_eq!(waiting.claim(due).unwrap(), None, "it is claimed");
        let again = waiting.put(&booking("cb_1"), due).unwrap();
        assert_eq!(again, due.plus(2 * FIRST_WAIT_MS));
        assert!(waiting.over("cb_1").unwrap() && !waiting.over("cb_1").unwrap());
        assert_eq!(waiting.count().unwrap(), WaitingCount::default());
    }

    #[test]
    fn what_a_crash_has_claimed_is_sent_again_only_if_the_audit_knows_of_no_attempt() {
        let state = tempfile::tempdir().unwrap();
        let due = {
            let crashed = WaitingBookings::new(state.path(), "p");
            crashed.put(&booking("cb_sent"), Millis(0)).unwrap();
            let due = crashed.put(&booking("cb_not"), Millis(0)).unwrap();
            assert!(crashed.send_from_here(|_, _| false).unwrap());
            assert!(crashed.claim(due).unwrap().is_some());
            assert!(crashed.claim(due).unwrap().is_some());
            due
        };
        let next = WaitingBookings::new(state.path(), "p");
        let sent = |id: &str, since: Millis| id == "cb_sent" && since == due;
        assert!(next.send_from_here(sent).unwrap());
        let left = next.all().unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].booking.callback_id, "cb_not");
        assert_eq!(left[0].stage, WaitStage::Waiting);
    }
}
