//! What can be made to go wrong, alone or together, at start and live.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// How long a token lives when no fault says otherwise (contract §1).
const TOKEN_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// The longest wait a fault may ask for; longer is a typing error.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Every key, for the near miss and the list in an error.
const KEYS: [&str; 11] = [
    "http-429",
    "http-503",
    "http-500",
    "latency",
    "token-ttl",
    "ws-drop",
    "ws-garbage",
    "ws-silent",
    "ws-close",
    "webhook-status",
    "webhook-latency",
];

/// The faults and their values, for the help of the commands that take them.
pub const HELP: &str = "Faults: http-429, http-503, http-500 (probability 0..1), latency (ms), token-ttl (s), ws-drop (mean s), \
ws-garbage (probability 0..1), ws-silent (0 or 1: streams accept and then say nothing), ws-close (close code, 0 is off), \
webhook-status (what deliveries are answered instead of 200, 0 is off), webhook-latency (ms).";

/// One fault, as `KEY=VALUE` names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// `http-429=P`: this share of calls is refused as over the rate limit.
    Http429(f64),
    /// `http-503=P`: this share of calls finds the service unavailable.
    Http503(f64),
    /// `http-500=P`: this share of calls fails inside.
    Http500(f64),
    /// `latency=MS`: every call waits this long first.
    Latency(Duration),
    /// `token-ttl=S`: tokens issued from now on live this long.
    TokenTtl(Duration),
    /// `ws-drop=S`: streams lose their connection without a close frame, after this long on average; 0 is off.
    WsDrop(Duration),
    /// `ws-garbage=P`: this share of frames is preceded by one that cannot be decoded.
    WsGarbage(f64),
    /// `ws-silent=1`: streams accept and then nothing comes, no frames and no pongs; open ones fall silent for good.
    WsSilent(bool),
    /// `ws-close=CODE`: every stream that opens is closed with this code after a short time; 0 is off.
    WsClose(u16),
    /// `webhook-status=CODE`: deliveries of webhooks are answered with this status instead of 200; 0 is off.
    WebhookStatus(u16),
    /// `webhook-latency=MS`: deliveries of webhooks are answered after this long.
    WebhookLatency(Duration),
}

/// Why a fault was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Not of the form `KEY=VALUE`.
    #[error("a fault is KEY=VALUE, as http-503=0.2; {0:?} is not")]
    Shape(String),
    /// No such key.
    #[error("there is no fault {key:?}{hint}; the faults are {}", KEYS.join(", "))]
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

impl Fault {
    fn new(key: &str, value: &str) -> Result<Self, FaultError> {
        let probability = |key| {
            ranged(key, value, "a probability from 0 to 1", |p: &f64| {
                (0.0..=1.0).contains(p)
            })
        };
        Ok(match key {
            "http-429" => Self::Http429(probability("http-429")?),
            "http-503" => Self::Http503(probability("http-503")?),
            "http-500" => Self::Http500(probability("http-500")?),
            "latency" => Self::Latency(duration(
                "latency",
                value,
                1000.0,
                "milliseconds, up to a day",
            )?),
            "token-ttl" => {
                const TAKES: &str = "seconds, from 1 to a day";
                let ttl = duration("token-ttl", value, 1.0, TAKES)?;
                if ttl < Duration::from_secs(1) {
                    return Err(FaultError::Value {
                        key: "token-ttl",
                        value: value.to_owned(),
                        takes: TAKES,
                    });
                }
                Self::TokenTtl(ttl)
            }
            "ws-drop" => Self::WsDrop(duration(
                "ws-drop",
                value,
                1.0,
                "seconds on average, up to a day, or 0 for off",
            )?),
            "ws-garbage" => Self::WsGarbage(probability("ws-garbage")?),
            "ws-silent" => Self::WsSilent(switch("ws-silent", value)?),
            "ws-close" => {
                let takes =
                    "a close code that may be sent (1000 to 4999, RFC 6455 §7.4), or 0 for off";
                Self::WsClose(ranged("ws-close", value, takes, |code| {
                    *code == 0 || sendable(*code)
                })?)
            }
            "webhook-status" => {
                let takes = "a final HTTP status (200 to 599), or 0 for off";
                Self::WebhookStatus(ranged("webhook-status", value, takes, |status| {
                    matches!(status, 0 | 200..=599)
                })?)
            }
            "webhook-latency" => Self::WebhookLatency(duration(
                "webhook-latency",
                value,
                1000.0,
                "milliseconds, up to a day",
            )?),
            _ => {
                return Err(FaultError::Key {
                    key: key.to_owned(),
                    hint: near_miss(key),
                });
            }
        })
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| FaultError::Shape(text.to_owned()))?;
        Self::new(key.trim(), value.trim())
    }
}

/// All faults together; `Default` is an organisation in which nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Faults {
    #[serde(rename = "http-429")]
    pub(super) http_429: f64,
    #[serde(rename = "http-503")]
    pub(super) http_503: f64,
    #[serde(rename = "http-500")]
    pub(super) http_500: f64,
    #[serde(serialize_with = "as_millis")]
    pub(super) latency: Duration,
    #[serde(serialize_with = "as_secs")]
    pub(super) token_ttl: Duration,
    #[serde(serialize_with = "as_secs")]
    pub(super) ws_drop: Duration,
    pub(super) ws_garbage: f64,
    pub(super) ws_silent: bool,
    pub(super) ws_close: u16,
    pub(super) webhook_status: u16,
    #[serde(serialize_with = "as_millis")]
    pub(super) webhook_latency: Duration,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            http_429: 0.0,
            http_503: 0.0,
            http_500: 0.0,
            latency: Duration::ZERO,
            token_ttl: TOKEN_TTL,
            ws_drop: Duration::ZERO,
            ws_garbage: 0.0,
            ws_silent: false,
            ws_close: 0,
            webhook_status: 0,
            webhook_latency: Duration::ZERO,
        }
    }
}

impl Faults {
    /// Replaces one fault and keeps the others.
    pub fn set(&mut self, fault: Fault) {
        match fault {
            Fault::Http429(p) => self.http_429 = p,
            Fault::Http503(p) => self.http_503 = p,
            Fault::Http500(p) => self.http_500 = p,
            Fault::Latency(wait) => self.latency = wait,
            Fault::TokenTtl(ttl) => self.token_ttl = ttl,
            Fault::WsDrop(mean) => self.ws_drop = mean,
            Fault::WsGarbage(p) => self.ws_garbage = p,
            Fault::WsSilent(on) => self.ws_silent = on,
            Fault::WsClose(code) => self.ws_close = code,
            Fault::WebhookStatus(status) => self.webhook_status = status,
            Fault::WebhookLatency(wait) => self.webhook_latency = wait,
        }
    }

    /// These faults with a JSON object's merged in, all of them or none.
    pub(super) fn merged(mut self, changes: &BTreeMap<String, Value>) -> Result<Self, FaultError> {
        for (key, value) in changes {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.set(Fault::new(key, &value)?);
        }
        Ok(self)
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut all = Self::default();
        faults.into_iter().for_each(|fault| all.set(fault));
        all
    }
}

impl FromStr for Faults {
    type Err = FaultError;

    /// Several at once, separated by commas.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        text.split(',')
            .filter(|part| !part.trim().is_empty())
            .map(str::parse)
            .collect()
    }
}

/// Whether a close frame may carry this code (RFC 6455 §7.4: 1004, 1005, 1006 and 1015 are never sent).
pub(super) fn sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn ranged<T: FromStr>(
    key: &'static str,
    value: &str,
    takes: &'static str,
    fits: impl Fn(&T) -> bool,
) -> Result<T, FaultError> {
    let wrong = || FaultError::Value {
        key,
        value: value.to_owned(),
        takes,
    };
    value.parse().ok().filter(fits).ok_or_else(wrong)
}

fn duration(
    key: &'static str,
    value: &str,
    per_second: f64,
    takes: &'static str,
) -> Result<Duration, FaultError> {
    let longest = LONGEST.as_secs_f64() * per_second;
    let amount = ranged(key, value, takes, |amount: &f64| {
        (0.0..=longest).contains(amount)
    })?;
    Ok(Duration::from_secs_f64(amount / per_second))
}

fn switch(key: &'static str, value: &str) -> Result<bool, FaultError> {
    match value {
        "1" | "true" | "on" => Ok(true),
        "0" | "false" | "off" => Ok(false),
        _ => Err(FaultError::Value {
            key,
            value: value.to_owned(),
            takes: "1 for on or 0 for off",
        }),
    }
}

fn near_miss(key: &str) -> String {
    KEYS.iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(key, known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .map_or_else(String::new, |(_, known)| format!(", did you mean {known}?"))
}

fn as_millis<S: serde::Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(wait.as_secs_f64() * 1000.0)
}

fn as_secs<S: serde::Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(wait.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_fault() {
        assert!(KEYS.iter().all(|key| HELP.contains(key)));
    }

    #[test]
    fn every_key_is_understood() {
        for key in KEYS {
            assert!(
                ["0", "1"]
                    .iter()
                    .any(|value| Fault::new(key, value).is_ok()),
                "{key}"
            );
            let error = Fault::new(key, "-1").unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        }
        assert!("webhook-status=503".parse::<Fault>().is_ok());
        for refused in [
            "webhook-status=100",
            "webhook-status=600",
            "webhook-status=x",
        ] {
            assert!(refused.parse::<Fault>().is_err(), "{refused}");
        }
    }
}
