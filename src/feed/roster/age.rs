//! How old the reads of those are whom the poller reads: a row that nobody could read for long is not sure any more.

use tokio::time::{Duration, Instant};

use super::{Roster, WatchedUser};
use crate::model::UserId;

impl Roster {
    /// A read of this user by the poller has worked.
    pub fn refreshed(&mut self, id: &UserId, now: Instant) {
        if let Some(person) = self.person(id) {
            person.refreshed = Some(now);
        }
    }

    /// At most `count` polled users whose last read is older than `age`; each is named once until it is read again.
    pub fn outdated(&mut self, now: Instant, age: Duration, count: usize) -> Vec<UserId> {
        let old = |person: &&mut WatchedUser| {
            person.is_polled()
                && person
                    .refreshed
                    .is_some_and(|at| now.duration_since(at) > age)
        };
        let outdated = self.people.iter_mut().filter(old).take(count);
        outdated
            .map(|person| {
                person.refreshed = None;
                person.id.clone()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_is_too_old_is_told_once() {
        let mut roster = Roster::new(0);
        roster.admit(&"u-1".into(), 1);
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        assert!(
            roster.outdated(start + minute, minute, 9).is_empty(),
            "never read is no old read"
        );
        roster.refreshed(&"u-1".into(), start);
        assert!(roster.outdated(start + minute, minute, 9).is_empty());
        let late = start + minute + Duration::from_secs(1);
        assert_eq!(roster.outdated(late, minute, 9), ["u-1".into()]);
        assert!(roster.outdated(late, minute, 9).is_empty());
    }
}
