//! The rate limit of one token: a fixed window of a minute, as the cloud counts (contract §2).

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::reply::Refusal;

/// How long a window lasts; it begins with the first call after the one before it has ended.
const WINDOW: Duration = Duration::from_secs(60);

/// One token's calls in the running window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    began: Option<Instant>,
    used: u32,
}

/// How far a window is used, as the headers of the Platform API tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    count: u32,
    /// Zero is no limit, and not told.
    allowed: u32,
    /// Seconds until the window ends.
    reset: u64,
}

impl Usage {
    /// Tells it in an answer's headers.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        if self.allowed == 0 {
            return;
        }
        let mut put = |name, value| headers.insert(HeaderName::from_static(name), value);
        put("inin-ratelimit-count", HeaderValue::from(self.count));
        put("inin-ratelimit-allowed", HeaderValue::from(self.allowed));
        put("inin-ratelimit-reset", HeaderValue::from(self.reset));
    }
}

/// A call too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) limit: u32,
    /// Whole seconds until one is taken again.
    pub(super) seconds: u64,
}

impl Exceeded {
    /// As the direct API tells it (contract §2), and as the Platform API did until 2021.
    pub(super) fn refusal(self) -> Refusal {
        let Self { limit, seconds } = self;
        let message =
            format!("over {limit} calls in a minute with this token; try again in {seconds} s");
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too.many.requests", message)
            .retry_after(Some(seconds))
    }
}

impl Window {
    /// Counts a call, or tells how many whole seconds are left until one is taken again. A `limit` of 0 is none.
    /// A refused call costs nothing.
    pub(super) fn take(&mut self, limit: u32, now: Instant) -> Result<Usage, u64> {
        let running = self
            .began
            .map(|began| now.saturating_duration_since(began))
            .filter(|age| *age < WINDOW);
        let Some(age) = running else {
            *self = Self {
                began: Some(now),
                used: 1,
            };
            return Ok(self.usage(limit, WINDOW));
        };
        let left = WINDOW.saturating_sub(age);
        if limit != 0 && self.used >= limit {
            return Err(whole_seconds(left));
        }
        self.used = self.used.saturating_add(1);
        Ok(self.usage(limit, left))
    }

    fn usage(self, limit: u32, left: Duration) -> Usage {
        Usage {
            count: self.used,
            allowed: limit,
            reset: whole_seconds(left),
        }
    }
}

/// No sooner than the time itself.
fn whole_seconds(time: Duration) -> u64 {
    let more = u64::from(time.subsec_nanos() > 0);
    time.as_secs().saturating_add(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_past_the_limit_until_the_window_ends() {
        let start = Instant::now();
        let mut window = Window::default();
        let usage = |count| Usage {
            count,
            allowed: 2,
            reset: 60,
        };
        assert_eq!(window.take(2, start), Ok(usage(1)));
        assert_eq!(window.take(2, start), Ok(usage(2)));
        assert_eq!(window.take(2, start + Duration::from_millis(500)), Err(60));
        assert_eq!(
            window.take(2, start + Duration::from_millis(59_001)),
            Err(1)
        );
        assert_eq!(window.take(2, start + WINDOW), Ok(usage(1)));
    }

    #[test]
    fn no_limit_never_refuses() {
        let start = Instant::now();
        let mut window = Window::default();
        assert!((0..10_000).all(|_| window.take(0, start).is_ok()));
    }
}
