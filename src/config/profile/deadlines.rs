//! How long things may take before they are given up: `[profiles.NAME.deadlines]` (contract §2).

use std::time::Duration;

use toml::Value;

use crate::config::reader::{Notes, Section};

/// Longer than this nobody waits for an answer, in seconds.
const LONGEST: u64 = 600;
/// A job that has not ended within a day is somebody's case, not a wait; in minutes.
const LONGEST_JOB: u64 = 24 * 60;

/// What the profile says of deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// One attempt of a call, from its first packet to the last byte of its answer.
    pub call: Duration,
    /// The answer of a webhook of the profile; none is what each of them has by itself.
    pub webhook: Option<Duration>,
    /// The answer to a transfer's frame (contract §8).
    pub transfer: Duration,
    /// The answer to a ping before a transfer (contract §8).
    pub ping: Duration,
    /// From the begin of following a job until it is left to the operator (contract §7).
    pub job: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(30),
            webhook: None,
            transfer: Duration::from_secs(10),
            ping: Duration::from_secs(3),
            job: Duration::from_secs(30 * 60),
        }
    }
}

/// What a webhook may take where nobody says otherwise (contract §2).
const WEBHOOK: Duration = Duration::from_secs(15);

impl Deadlines {
    /// How long the answer of a webhook may take that has no time of its own.
    #[must_use]
    pub fn webhook(&self) -> Duration {
        self.webhook.unwrap_or(WEBHOOK)
    }

    /// What is in force, for `config show`.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let number = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
        let webhook = self
            .webhook
            .map(|wait| ("webhook_seconds", number(wait.as_secs())));
        let rest = [
            ("call_seconds", number(self.call.as_secs())),
            ("transfer_seconds", number(self.transfer.as_secs())),
            ("ping_seconds", number(self.ping.as_secs())),
            ("job_minutes", number(self.job.as_secs() / 60)),
        ];
        rest.into_iter().chain(webhook).collect()
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Deadlines {
    let default = Deadlines::default();
    let mut seconds = |key| {
        let within = |n: u64| within(n, LONGEST).map(Duration::from_secs);
        from.take_as(key, notes, within)
    };
    let call = seconds("call_seconds").unwrap_or(default.call);
    let webhook = seconds("webhook_seconds");
    let transfer = seconds("transfer_seconds").unwrap_or(default.transfer);
    let ping = seconds("ping_seconds").unwrap_or(default.ping);
    let job = from.take_as("job_minutes", notes, |n: u64| {
        within(n, LONGEST_JOB).map(|minutes| Duration::from_secs(minutes * 60))
    });
    from.finish(notes);
    Deadlines {
        call,
        webhook,
        transfer,
        ping,
        job: job.unwrap_or(default.job),
    }
}

fn within(n: u64, most: u64) -> Result<u64, String> {
    let fits = (1..=most).contains(&n);
    fits.then_some(n)
        .ok_or_else(|| format!("from 1 to {most}, not {n}"))
}
