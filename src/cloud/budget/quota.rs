//! What the organisation says of its own count: `inin-ratelimit-count`, `-allowed` and `-reset` (Platform API).

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::WINDOW;

/// The organisation's count of a token's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests that it has counted.
    pub count: u32,
    /// Requests that it allows before its count starts again.
    pub allowed: u32,
    /// How long until its count starts again; at most a minute.
    pub reset: Duration,
}

impl Quota {
    /// Reads the headers of an answer; none where one of them is absent or no number.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u32>().ok();
        let reset = Duration::from_secs(number("inin-ratelimit-reset")?.into());
        Some(Self {
            count: number("inin-ratelimit-count")?,
            allowed: number("inin-ratelimit-allowed")?,
            reset: reset.min(WINDOW),
        })
    }

    /// Whether another request would pass: then it is not this count that refused one.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.count < self.allowed
    }
}

/// A quota as it was told, for as long as it holds.
#[derive(Debug)]
pub(super) struct ReportedQuota {
    quota: Quota,
    ends: Instant,
    others: u32,
}

impl ReportedQuota {
    /// `ours` are the requests of this console that count at this moment. They include some that the organisation has not
    /// seen yet or has forgotten already, so that the others are never thought to be more than they are.
    pub(super) fn new(quota: Quota, ours: u32, now: Instant) -> Self {
        Self {
            quota,
            ends: now + quota.reset,
            others: quota.count.saturating_sub(ours),
        }
    }

    pub(super) fn others(&self) -> u32 {
        self.others
    }

    /// A limit of nothing would stop everything without a word.
    pub(super) fn allowed(&self) -> u32 {
        self.quota.allowed.max(1)
    }

    pub(super) fn ends(&self) -> Instant {
        self.ends
    }

    /// As it was told, with the time that is left of it.
    pub(super) fn quota(&self, now: Instant) -> Quota {
        Quota {
            reset: self.ends.saturating_duration_since(now),
            ..self.quota
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: [&str; 3]) -> HeaderMap {
        let names = ["count", "allowed", "reset"].map(|name| format!("inin-ratelimit-{name}"));
        let pairs = names.iter().zip(values);
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>()
    }

    #[test]
    fn the_headers_are_read_or_none_of_them() {
        let quota = Quota::read(&headers(["7", "180", "61"])).unwrap();
        assert_eq!((quota.count, quota.allowed), (7, 180));
        assert_eq!(quota.reset, WINDOW, "a window is a minute");
        assert!(quota.has_room());
        for wrong in [["-1", "180", "3"], ["7", "", "3"], ["7", "180", "soon"]] {
            assert_eq!(Quota::read(&headers(wrong)), None, "{wrong:?}");
        }
        assert_eq!(Quota::read(&HeaderMap::new()), None);
    }
}
