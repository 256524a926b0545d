//! The rate limit of one token: a fixed window of a minute, as the cloud counts (contract §2).

use std::time::Duration;

use tokio::time::Instant;

/// How long a window lasts; it begins with the first call after the one before it has ended.
const WINDOW: Duration = Duration::from_secs(60);

/// One token's calls in the running window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    began: Option<Instant>,
    used: u32,
}

impl Window {
    /// Counts a call, or tells how many whole seconds are left until one is taken again. A `limit` of 0 is none.
    /// A refused call costs nothing.
    pub(super) fn take(&mut self, limit: u32, now: Instant) -> Result<(), u64> {
        let running = self
            .began
            .map(|began| now.saturating_duration_since(began))
            .filter(|age| *age < WINDOW);
        let Some(age) = running else {
            *self = Self {
                began: Some(now),
                used: 1,
            };
            return Ok(());
        };
        if limit != 0 && self.used >= limit {
            let left = WINDOW.saturating_sub(age);
            return Err(left
                .as_secs()
                .saturating_add(u64::from(left.subsec_nanos() > 0)));
        }
        self.used = self.used.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_past_the_limit_until_the_window_ends() {
        let start = Instant::now();
        let mut window = Window::default();
        assert_eq!(window.take(2, start), Ok(()));
        assert_eq!(window.take(2, start), Ok(()));
        assert_eq!(window.take(2, start + Duration::from_millis(500)), Err(60));
        assert_eq!(
            window.take(2, start + Duration::from_millis(59_001)),
            Err(1)
        );
        assert_eq!(window.take(2, start + WINDOW), Ok(()));
    }

    #[test]
    fn no_limit_never_refuses() {
        let start = Instant::now();
        let mut window = Window::default();
        assert!((0..10_000).all(|_| window.take(0, start).is_ok()));
    }
}
