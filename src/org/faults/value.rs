//! The kinds of values a fault may have: how each is written by a person, kept, and shown.

use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};

use super::{CloudWord, Combined};

/// The longest wait a fault may ask for; longer is a typing error.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the value of one fault is kept, and what it may be.
pub(super) enum FaultValue<'a> {
    /// The probability that something happens, each time it could.
    Share(&'a mut f64),
    /// A wait, in milliseconds.
    Millis(&'a mut Duration),
    /// A time that is drawn around this mean, in seconds.
    Mean(&'a mut Duration),
    /// How often something happens, in seconds.
    Every(&'a mut Duration),
    /// How long something lives, in seconds.
    Lifetime(&'a mut Duration),
    /// On or off.
    Switch(&'a mut bool),
    /// How a time to come is told: as a date, or in seconds.
    DateOrSeconds(&'a mut bool),
    /// The code of a WebSocket close frame.
    CloseCode(&'a mut u16),
    /// The status of an HTTP answer.
    Status(&'a mut u16),
    /// What becomes of combined topics.
    Combined(&'a mut Combined),
    /// What the vendor's status page says.
    Cloud(&'a mut CloudWord),
    /// How many of something there may be.
    Count(&'a mut usize),
}

impl FaultValue<'_> {
    /// What it takes, as an error and the help tell it.
    pub(super) const fn takes(&self) -> &'static str {
        match self {
            Self::Share(_) => "a probability from 0 to 1",
            Self::Millis(_) => "milliseconds, up to a day",
            Self::Mean(_) => "seconds on average, up to a day, or 0 for off",
            Self::Every(_) => "seconds, up to a day, or 0 for off",
            Self::Lifetime(_) => "seconds, from 1 to a day",
            Self::Switch(_) => "1 for on or 0 for off",
            Self::DateOrSeconds(_) => "date or seconds",
            Self::Combined(_) => "serve, refuse or swallow",
            Self::Cloud(_) => "well, maintenance, degraded, outage or silent",
            Self::CloseCode(_) => {
                "a close code that may be sent (1000 to 4999, RFC 6455 §7.4), or 0 for off"
            }
            Self::Status(_) => "a final HTTP status (200 to 599), or 0 for off",
            Self::Count(_) => "a number from 1 to 1000",
        }
    }

    /// The unit after the key in the help.
    pub(super) const fn unit(&self) -> &'static str {
        match self {
            Self::Share(_) => "0..1",
            Self::Millis(_) => "MS",
            Self::Mean(_) | Self::Every(_) | Self::Lifetime(_) => "S",
            Self::Switch(_) => "0|1",
            Self::DateOrSeconds(_) => "date|seconds",
            Self::Combined(_) | Self::Cloud(_) => "WORD",
            Self::CloseCode(_) => "CODE",
            Self::Status(_) => "STATUS",
            Self::Count(_) => "N",
        }
    }

    /// Keeps what a person wrote, or says what would have been taken.
    pub(super) fn write(self, text: &str) -> Result<(), &'static str> {
        let takes = self.takes();
        self.keep(text).ok_or(takes)
    }

    fn keep(self, text: &str) -> Option<()> {
        match self {
            Self::Share(kept) => *kept = ranged(text, |p: &f64| (0.0..=1.0).contains(p))?,
            Self::Millis(kept) => *kept = duration(text, 1000.0)?,
            Self::Mean(kept) | Self::Every(kept) => *kept = duration(text, 1.0)?,
            Self::Lifetime(kept) => {
                *kept = duration(text, 1.0).filter(|life| *life >= Duration::from_secs(1))?;
            }
            Self::Switch(kept) => {
                *kept = match text {
                    "1" | "true" | "on" => true,
                    "0" | "false" | "off" => false,
                    _ => return None,
                };
            }
            Self::DateOrSeconds(date) => {
                *date = match text {
                    "date" => true,
                    "seconds" => false,
                    _ => return None,
                };
            }
            Self::Combined(kept) => {
                *kept = match text {
                    "serve" => Combined::Serve,
                    "refuse" => Combined::Refuse,
                    "swallow" => Combined::Swallow,
                    _ => return None,
                };
            }
            Self::Cloud(kept) => {
                let mut all = CloudWord::ALL.into_iter();
                *kept = all.find(|(_, word)| *word == text)?.0;
            }
            Self::CloseCode(kept) => *kept = ranged(text, |code| *code == 0 || sendable(*code))?,
            Self::Status(kept) => *kept = ranged(text, |status| matches!(status, 0 | 200..=599))?,
            Self::Count(kept) => *kept = ranged(text, |count| (1..=1_000).contains(count))?,
        }
        Some(())
    }

    /// The value in its unit, as JSON.
    pub(super) fn read(self) -> Value {
        match self {
            Self::Share(share) => json!(*share),
            Self::Millis(wait) => json!(wait.as_secs_f64() * 1000.0),
            Self::Mean(time) | Self::Every(time) | Self::Lifetime(time) => {
                json!(time.as_secs_f64())
            }
            Self::Switch(on) => json!(*on),
            Self::DateOrSeconds(date) => json!(if *date { "date" } else { "seconds" }),
            Self::Combined(combined) => json!(match combined {
                Combined::Serve => "serve",
                Combined::Refuse => "refuse",
                Combined::Swallow => "swallow",
            }),
            Self::Cloud(is) => {
                let mut all = CloudWord::ALL.into_iter();
                json!(all.find(|(word, _)| *word == *is).map(|(_, word)| word))
            }
            Self::CloseCode(number) | Self::Status(number) => json!(*number),
            Self::Count(count) => json!(*count),
        }
    }
}

/// Whether a close frame may carry this code (RFC 6455 §7.4: 1004, 1005, 1006 and 1015 are never sent).
pub(in crate::org) fn sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn ranged<T: FromStr>(text: &str, fits: impl Fn(&T) -> bool) -> Option<T> {
    text.parse().ok().filter(fits)
}

fn duration(text: &str, per_second: f64) -> Option<Duration> {
    let longest = LONGEST.as_secs_f64() * per_second;
    let amount = ranged(text, |amount: &f64| (0.0..=longest).contains(amount))?;
    Some(Duration::from_secs_f64(amount / per_second))
}
