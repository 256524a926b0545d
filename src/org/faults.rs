//! What can be made to go wrong, alone or together, at start and live.
//!
//! A fault is a field of [`Faults`] and a line of the table in `faults/table.rs`, which gives it its key, its range
//! and its help; `faults/value.rs` holds the kinds of values there are.

mod table;
mod value;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

use self::table::TABLE;
pub(super) use self::value::sendable;

/// How long a token lives when no fault says otherwise (contract §1).
const TOKEN_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// How long each stage of a callback lasts when nothing else is said: one can be followed to its end in a quarter of a
/// minute.
const CALLBACK_STAGE: Duration = Duration::from_secs(5);

/// How often frames of the callbacks stream take another form when nothing else is said. The contract allows every form,
/// so this is no fault, and a client sees some of each.
const CALLBACK_FORMS: f64 = 0.2;

/// How long a phone of the Platform API is there before its station is, when nothing else is said.
const STATION_LAG: Duration = Duration::from_millis(1500);

/// How long a phone or an edge is away when it is rebooted and nothing else is said.
const REBOOT: Duration = Duration::from_secs(4);

/// The most channels of one person, or of a client by itself (Platform API).
const CHANNELS: usize = 20;

/// How long a notification channel lives after it was last subscribed to (Platform API).
const CHANNEL_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a notification channel says that it is there (Platform API).
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long a socket stays that was told it would be closed (Platform API).
const GRACE: Duration = Duration::from_secs(60);

/// Why a fault was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Not of the form `KEY=VALUE`.
    #[error("a fault is KEY=VALUE, as http-503=0.2; {0:?} is not")]
    Shape(String),
    /// No such key.
    #[error("there is no fault {key:?}{hint}; the faults are {}", table::keys())]
    Key {
        /// What was given.
        key: String,
        /// The near miss as a clause of its own, or nothing.
        hint: String,
    },
    /// A value outside its range.
    #[error("fault {key} takes {takes}; {value:?} is not that")]
    Value {
        /// The key.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        takes: &'static str,
    },
}

/// What becomes of combined topics (Platform API).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combined {
    /// They are followed.
    Serve,
    /// They are refused, as topics that are not known.
    Refuse,
    /// They are called permitted, and are not followed.
    Swallow,
}

/// What the vendor's status page says of its cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CloudWord {
    /// Nothing is wrong.
    Well,
    /// Something is worked on.
    Maintenance,
    /// Voice is slow.
    Degraded,
    /// Voice does not work.
    Outage,
    /// The page itself does not answer.
    Silent,
}

impl CloudWord {
    /// Every one, with its word.
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Well, "well"),
        (Self::Maintenance, "maintenance"),
        (Self::Degraded, "degraded"),
        (Self::Outage, "outage"),
        (Self::Silent, "silent"),
    ];
}

/// All faults together; `Default` is an organisation in which nothing is wrong.
///
/// What each one does is told in the table, where a person who asks for help reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fault that is there or is not"
)]
pub struct Faults {
    pub(super) http_429: f64,
    pub(super) http_503: f64,
    pub(super) http_500: f64,
    pub(super) lose_request: f64,
    pub(super) lose_answer: f64,
    pub(super) retry_after_date: bool,
    pub(super) latency: Duration,
    pub(super) token_ttl: Duration,
    pub(super) ws_drop: Duration,
    pub(super) ws_garbage: f64,
    pub(super) ws_silent: bool,
    pub(super) ws_close: u16,
    pub(super) ws_fail: f64,
    pub(super) ws_hang: f64,
    pub(super) channels: usize,
    pub(super) stream_loss: f64,
    pub(super) callback_ms: Duration,
    pub(super) callback_fail: f64,
    pub(super) callback_cuts: f64,
    pub(super) callback_variants: f64,
    pub(super) callback_dup: f64,
    pub(super) callback_oversize: f64,
    pub(super) webhook_status: u16,
    pub(super) webhook_latency: Duration,
    pub(super) webhook_dup: f64,
    pub(super) webhook_drop: f64,
    pub(super) webhook_delay: Duration,
    /// Zero is a time drawn for each job.
    pub(super) job_ms: Duration,
    /// Zero is a time drawn for each transfer.
    pub(super) transfer_ms: Duration,
    pub(super) transfer_shuffle: f64,
    pub(super) transfer_reject: f64,
    pub(super) transfer_unsupported: f64,
    pub(super) transfer_silent: f64,
    pub(super) transfer_deaf: f64,
    pub(super) transfer_cut: f64,
    pub(super) transfer_limit: f64,
    pub(super) transfer_close: f64,
    pub(super) media_status: u16,
    pub(super) station_conflict: f64,
    pub(super) station_ms: Duration,
    pub(super) reboot_ms: Duration,
    pub(super) limit_before_2021: bool,
    pub(super) channel_ttl: Duration,
    /// Zero is never.
    pub(super) ws_heartbeat: Duration,
    /// Zero is never.
    pub(super) ws_closing: Duration,
    pub(super) ws_grace: Duration,
    pub(super) ws_takeover: f64,
    pub(super) combined: Combined,
    pub(super) subscribe_most: usize,
    /// Zero is never.
    pub(super) edges_recycle: Duration,
    pub(super) contradictions: bool,
    pub(super) double_numbers: bool,
    pub(super) bad_calls: f64,
    pub(super) cloud: CloudWord,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            http_429: 0.0,
            http_503: 0.0,
            http_500: 0.0,
            lose_request: 0.0,
            lose_answer: 0.0,
            retry_after_date: false,
            latency: Duration::ZERO,
            token_ttl: TOKEN_TTL,
            ws_drop: Duration::ZERO,
            ws_garbage: 0.0,
            ws_silent: false,
            ws_close: 0,
            ws_fail: 0.0,
            ws_hang: 0.0,
            channels: CHANNELS,
            stream_loss: 0.0,
            callback_ms: CALLBACK_STAGE,
            callback_fail: 0.0,
            callback_cuts: CALLBACK_FORMS,
            callback_variants: CALLBACK_FORMS,
            callback_dup: 0.0,
            callback_oversize: 0.0,
            webhook_status: 0,
            webhook_latency: Duration::ZERO,
            webhook_dup: 0.0,
            webhook_drop: 0.0,
            webhook_delay: Duration::ZERO,
            job_ms: Duration::ZERO,
            transfer_ms: Duration::ZERO,
            transfer_shuffle: 0.0,
            transfer_reject: 0.0,
            transfer_unsupported: 0.0,
            transfer_silent: 0.0,
            transfer_deaf: 0.0,
            transfer_cut: 0.0,
            transfer_limit: 0.0,
            transfer_close: 0.0,
            media_status: 0,
            station_conflict: 0.0,
            station_ms: STATION_LAG,
            reboot_ms: REBOOT,
            limit_before_2021: false,
            channel_ttl: CHANNEL_LIFE,
            ws_heartbeat: HEARTBEAT,
            ws_closing: Duration::ZERO,
            ws_grace: GRACE,
            ws_takeover: 0.0,
            combined: Combined::Serve,
            subscribe_most: 1_000,
            edges_recycle: Duration::ZERO,
            contradictions: false,
            double_numbers: false,
            bad_calls: 0.0,
            cloud: CloudWord::Well,
        }
    }
}

impl Faults {
    /// Whether how long the stages of a callback take was said, so that somebody wants to see them.
    pub(super) fn hurries_callbacks(&self) -> bool {
        self.callback_ms != CALLBACK_STAGE
    }

    /// Replaces one fault by what `KEY=VALUE` says, and keeps the others.
    pub fn set(&mut self, fault: &str) -> Result<(), FaultError> {
        let (key, value) = fault
            .split_once('=')
            .ok_or_else(|| FaultError::Shape(fault.to_owned()))?;
        self.put(key.trim(), value.trim())
    }

    fn put(&mut self, key: &str, value: &str) -> Result<(), FaultError> {
        let entry = TABLE
            .iter()
            .find(|entry| entry.key == key)
            .ok_or_else(|| FaultError::Key {
                key: key.to_owned(),
                hint: near_miss(key),
            })?;
        (entry.value)(self)
            .write(value)
            .map_err(|takes| FaultError::Value {
                key: entry.key,
                value: value.to_owned(),
                takes,
            })
    }

    /// These faults with a JSON object's merged in, all of them or none.
    pub(super) fn merged(mut self, changes: &BTreeMap<String, Value>) -> Result<Self, FaultError> {
        for (key, value) in changes {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.put(key, &value)?;
        }
        Ok(self)
    }
}

impl FromStr for Faults {
    type Err = FaultError;

    /// Several at once, separated by commas.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        text.split(',')
            .filter(|part| !part.trim().is_empty())
            .try_for_each(|part| faults.set(part))?;
        Ok(faults)
    }
}

/// By their keys and in their units, as they are set.
impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut faults = *self;
        serializer.collect_map(
            TABLE
                .iter()
                .map(|entry| (entry.key, (entry.value)(&mut faults).read())),
        )
    }
}

/// The faults and what each takes and does, one a line, for the help of the commands that take them.
#[must_use]
pub(super) fn help() -> String {
    table::help()
}

fn near_miss(key: &str) -> String {
    TABLE
        .iter()
        .map(|entry| {
            let likeness = strsim::normalized_damerau_levenshtein(key, entry.key);
            (likeness, entry.key)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .map_or_else(String::new, |(_, known)| format!(", did you mean {known}?"))
}
