//! How far the first reading of everyone is, and when it will be whole at the pace of the last minutes.

use std::collections::VecDeque;

use crate::time::Millis;
use crate::ui::reading::Progress;
use crate::vocabulary::news::Status;

/// How long a measurement counts, and how far apart measurements are, in milliseconds. Two of the budget's minutes: a
/// budget that is spent in bursts must not make the end jump.
const WINDOW_MS: i64 = 120_000;
const APART_MS: i64 = 5_000;
const MINUTE_MS: i64 = 60_000;

/// What it is measured by.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    listed: u32,
    measured: VecDeque<(Millis, u32)>,
    /// The most that the budget allows to be read a minute; none is no limit.
    most: Option<u64>,
    progress: Option<Progress>,
}

impl Coverage {
    /// The organisation says how many users there are; the first page does already.
    pub(super) fn listed(&mut self, total: Option<u64>) {
        self.listed = total.map_or(self.listed, |total| {
            u32::try_from(total).unwrap_or(u32::MAX)
        });
    }

    /// Takes a measurement; one request reads `a_request` at most. A start may be faster than the budget goes on to allow, and
    /// is no pace to count on.
    pub(super) fn measure(&mut self, status: &Status, a_request: u32, now: Millis) {
        let most = status.budget_allowed;
        self.most = most.map(|requests| u64::from(requests) * u64::from(a_request));
        let of = if status.enumerated {
            status.users
        } else {
            status.users.max(self.listed)
        };
        self.progress = (status.read < of).then(|| self.progress(status.read, of, now));
        if self.progress.is_none() {
            self.measured.clear();
        }
    }

    /// How far it is; none before anything is known and once everyone was read.
    pub(super) fn now(&self) -> Option<Progress> {
        self.progress
    }

    fn progress(&mut self, read: u32, of: u32, now: Millis) -> Progress {
        let is_old = |at: Millis| now.since(at) > WINDOW_MS.unsigned_abs() || at > now;
        while self
            .measured
            .front()
            .is_some_and(|(at, was)| is_old(*at) || *was > read)
        {
            self.measured.pop_front();
        }
        if self
            .measured
            .back()
            .is_none_or(|(at, _)| now >= at.plus(APART_MS))
        {
            self.measured.push_back((now, read));
        }
        let (a_minute, whole_at) = self.pace(read, of, now).unzip();
        Progress {
            read,
            of,
            a_minute,
            whole_at,
        }
    }

    fn pace(&self, read: u32, of: u32, now: Millis) -> Option<(u32, Millis)> {
        let (since, before) = *self.measured.front()?;
        let (ms, many) = (now.since(since), u64::from(read.checked_sub(before)?));
        if ms < APART_MS.unsigned_abs() || many == 0 {
            return None;
        }
        let least_ms = self
            .most
            .map_or(0, |most| many * MINUTE_MS.unsigned_abs() / most.max(1));
        let ms = ms.max(least_ms);
        let left = u64::from(of - read) * ms / many;
        let whole = now.plus(i64::try_from(left).unwrap_or(i64::MAX));
        let minute = whole.0.div_euclid(MINUTE_MS) + i64::from(whole.0.rem_euclid(MINUTE_MS) > 0);
        let a_minute = many * MINUTE_MS.unsigned_abs() / ms;
        Some((
            u32::try_from(a_minute).unwrap_or(u32::MAX),
            Millis(minute.saturating_mul(MINUTE_MS)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(users: u32, read: u32, enumerated: bool) -> Status {
        Status {
            users,
            read,
            enumerated,
            ..Status::default()
        }
    }

    #[test]
    fn the_total_is_known_from_the_first_page_and_the_end_from_the_pace() {
        let (mut coverage, start) = (Coverage::default(), Millis(600_000));
        coverage.listed(Some(2_000));
        coverage.measure(&status(100, 0, false), 1, start);
        let first = coverage.now().unwrap();
        assert_eq!(
            (first.of, first.a_minute, first.whole_at),
            (2_000, None, None)
        );
        for second in 1..=60u32 {
            let now = start.plus(i64::from(second) * 1_000);
            coverage.measure(&status(2_000, second * 5, true), 1, now);
        }
        let progress = coverage.now().unwrap();
        assert_eq!((progress.read, progress.a_minute), (300, Some(300)));
        // 1,700 users at 300 a minute, from the eleventh minute on: 5 min 40 s.
        assert_eq!(progress.whole_at, Some(Millis(17 * MINUTE_MS)));
        coverage.measure(&status(2_000, 2_000, true), 1, start.plus(500_000));
        assert_eq!(coverage.now(), None);
    }

    #[test]
    fn a_start_faster_than_the_budget_is_no_pace_to_count_on() {
        let (mut coverage, start) = (Coverage::default(), Millis(600_000));
        let of = |read| Status {
            budget_allowed: Some(300),
            ..status(900, read, true)
        };
        coverage.measure(&of(0), 1, start);
        coverage.measure(&of(150), 1, start.plus(6_000));
        let progress = coverage.now().unwrap();
        assert_eq!(progress.a_minute, Some(300), "not 1,500");
        assert_eq!(progress.whole_at, Some(Millis(13 * MINUTE_MS)));
        coverage.measure(&of(150), 100, start.plus(6_000));
        assert_eq!(coverage.now().unwrap().a_minute, Some(1_500), "by pages");
    }

    #[test]
    fn a_stop_has_no_end_to_tell() {
        let (mut coverage, start) = (Coverage::default(), Millis(600_000));
        for minute in 0..4 {
            coverage.measure(&status(500, 100, true), 1, start.plus(minute * MINUTE_MS));
        }
        let progress = coverage.now().unwrap();
        assert_eq!((progress.a_minute, progress.whole_at), (None, None));
    }
}
