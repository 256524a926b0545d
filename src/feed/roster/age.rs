//! How old the reads of those are whom the poller reads: a row that nobody could read for long is not sure any more.

use tokio::time::{Duration, Instant};

use super::{Roster, WatchedUser};
use crate::model::UserId;

/// Rounds after which a read is too old to be shown as what is so now.
const OUTDATED_AFTER: u32 = 3;

/// How old a polled read may be and still be shown as what is so now.
///
/// A round that grows is allowed for at once. One that becomes shorter is held against rows only once they have had those
/// shorter rounds: when the last stream opens, the round of those who are polled falls from hours to seconds, and whoever was
/// read some minutes ago was read as often as promised.
#[derive(Debug, Default)]
pub(in crate::feed) struct AgeLimit {
    held: Duration,
    fell: Option<Instant>,
}

impl AgeLimit {
    /// The limit now that a round takes this long.
    pub fn at(&mut self, round: Duration, now: Instant) -> Duration {
        let limit = round * OUTDATED_AFTER;
        let has_passed = |fell: Instant| now.saturating_duration_since(fell) >= limit;
        if limit >= self.held {
            (self.held, self.fell) = (limit, None);
        } else if has_passed(*self.fell.get_or_insert(now)) {
            // It may have fallen in steps: what is held is the longest of them until even the last one's rounds have passed.
            (self.held, self.fell) = (limit, None);
        }
        self.held
    }
}

impl Roster {
    /// A read of this user by the poller has worked.
    pub fn refreshed(&mut self, id: &UserId, now: Instant) {
        if let Some(person) = self.person(id) {
            person.refreshed = Some(now);
        }
    }

    /// The read that a stream was opened for has landed: from here on the stream tells, and no read is too old.
    pub fn synchronised(&mut self, id: &UserId) {
        if let Some(person) = self.person(id) {
            person.refreshed = None;
        }
    }

    /// At most `count` users whose last read by the poller is older than `age`; each is named once until it is read again.
    /// Whoever has a stream by now is among them until the read that the stream waits for has landed: what was missed before
    /// it opened is not known, however long that read has to wait for the budget.
    pub fn outdated(&mut self, now: Instant, age: Duration, count: usize) -> Vec<UserId> {
        let old = |person: &&mut WatchedUser| {
            person
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
    fn a_shorter_round_is_held_against_rows_once_they_have_had_it() {
        let (start, mut age) = (Instant::now(), AgeLimit::default());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let (hour, short) = (Duration::from_secs(3_600), Duration::from_secs(30));
        assert_eq!(age.at(short, at(0)), short * 3);
        assert_eq!(age.at(hour, at(1)), hour * 3, "a longer one counts at once");
        assert_eq!(age.at(short, at(10)), hour * 3);
        assert_eq!(age.at(short, at(99)), hour * 3);
        assert_eq!(age.at(short, at(100)), short * 3);
        assert_eq!(age.at(hour, at(101)), hour * 3);
        assert_eq!(age.at(short, at(110)), hour * 3);
        assert_eq!(age.at(hour, at(120)), hour * 3, "it did not stay short");
        assert_eq!(age.at(short, at(199)), hour * 3);
        assert_eq!(age.at(short, at(289)), short * 3);
    }

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

    #[test]
    fn a_stream_that_waits_for_its_read_makes_an_old_read_no_newer() {
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        let late = start + minute + Duration::from_secs(1);
        let waiting = || {
            let mut roster = Roster::new(1);
            roster.admit(&"u-1".into(), 1);
            roster.lend(&"u-1".into(), start, minute);
            roster.refreshed(&"u-1".into(), start);
            let link = crate::feed::resync::StreamReads::default();
            roster.opened(&"u-1".into(), link.clone(), start, minute);
            (roster, link)
        };
        let (mut roster, link) = waiting();
        assert_eq!(roster.outdated(late, minute, 9), ["u-1".into()]);
        // Lost again before anything was told: the age of the read goes on.
        let (mut quiet, ended) = waiting();
        quiet.lost(&"u-1".into(), &ended, false);
        assert_eq!(quiet.outdated(late, minute, 9), ["u-1".into()]);
        let (mut read, _) = waiting();
        read.synchronised(&"u-1".into());
        assert!(read.outdated(late, minute, 9).is_empty());
        roster.refreshed(&"u-1".into(), start);
        roster.lost(&"u-1".into(), &link, true);
        assert!(
            roster.outdated(late, minute, 9).is_empty(),
            "that gap was told"
        );
    }
}
