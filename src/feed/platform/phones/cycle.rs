//! Which page is read next, and when: pages that somebody waits for at once, those that a topic has just begun to carry at an even
//! pace, all others round and round at a pace that leaves the budget to others. Each time the pages that matter go first.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::book::Moment;
use crate::cloud::Urgency;

/// Of the budget's minute, what the rounds may take: a third, so that carriers, conversations and people find room.
const SHARE: u32 = 3;

/// The span of the budget.
const MINUTE: Duration = Duration::from_secs(60);

/// Waits between two tries of a page that somebody waits for, at least.
const AGAIN: Duration = Duration::from_secs(2);

/// A page to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub page: u32,
    pub urgency: Urgency,
    /// Whether it belongs to the round.
    pub of_round: bool,
}

/// A round over some pages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// The moment before its first read.
    pub since: Moment,
    /// Whether it reads every page there is.
    pub whole: bool,
    /// The pages that it has asked for.
    pub pages: BTreeSet<u32>,
    ahead: BTreeSet<u32>,
    urgency: Urgency,
    begun: Instant,
    /// Between two of its reads.
    gap: Duration,
    next: Instant,
}

/// The rounds, and what goes before them.
#[derive(Debug, Default)]
pub(super) struct Cycle {
    waited_for: BTreeSet<u32>,
    held: Option<Instant>,
    /// Pages that a read makes live, and the pace of those reads.
    confirm: BTreeSet<u32>,
    gap: Duration,
    confirmed: Option<Instant>,
    round: Option<Round>,
    /// Pages that go first.
    matter: BTreeSet<u32>,
}

impl Round {
    /// A round that reads as fast as the budget lets it: the first one, which a person waits for.
    pub fn swift(pages: BTreeSet<u32>, since: Moment, now: Instant) -> Self {
        Self {
            since,
            whole: true,
            pages: BTreeSet::new(),
            ahead: pages,
            urgency: Urgency::Enumerate,
            begun: now,
            gap: Duration::ZERO,
            next: now,
        }
    }

    /// A round whose reads are spread evenly over `least`, or over longer when a third of the requests `allowed` in a minute are
    /// not enough for that.
    pub fn paced(
        pages: BTreeSet<u32>,
        whole: bool,
        least: Duration,
        allowed: Option<u32>,
        since: Moment,
        now: Instant,
    ) -> Self {
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX).max(1);
        let affordable =
            allowed.map_or(Duration::ZERO, |allowed| MINUTE / (allowed / SHARE).max(1));
        Self {
            whole,
            urgency: Urgency::Poll,
            gap: (least / count).max(affordable),
            ..Self::swift(pages, since, now)
        }
    }

    /// How long it takes at this pace.
    pub fn length(&self) -> Duration {
        let pages = u32::try_from(self.pages.len() + self.ahead.len()).unwrap_or(u32::MAX);
        self.gap.saturating_mul(pages)
    }

    /// When it began.
    pub fn begun(&self) -> Instant {
        self.begun
    }
}

impl Cycle {
    /// Whether a round is under way.
    pub fn turns(&self) -> bool {
        self.round.is_some()
    }

    /// Begins a round; one that is under way is given up.
    pub fn begin(&mut self, round: Round) {
        self.round = Some(round);
    }

    /// Gives everything up.
    pub fn stop(&mut self) {
        *self = Self::default();
    }

    /// The organisation has these pages too: a round that reads every one reads them.
    pub fn extend(&mut self, pages: impl Iterator<Item = u32>) {
        if let Some(round) = self.round.as_mut().filter(|round| round.whole) {
            let new = pages.filter(|page| !round.pages.contains(page));
            round.ahead.extend(new);
        }
    }

    /// The organisation has no pages after this one: nobody needs to ask for them.
    pub fn cut(&mut self, last: u32) {
        if let Some(round) = &mut self.round {
            round.ahead.retain(|page| *page <= last);
        }
    }

    /// Whether the round under way reads every page there is.
    pub fn is_whole(&self) -> bool {
        self.round.as_ref().is_some_and(|round| round.whole)
    }

    /// Reads these as soon as the budget lets them.
    pub fn hurry(&mut self, pages: impl IntoIterator<Item = u32>) {
        self.waited_for.extend(pages);
    }

    /// Reads these one by one, as evenly as `allowed` requests in a minute let.
    pub fn confirm(&mut self, pages: impl IntoIterator<Item = u32>, allowed: Option<u32>) {
        self.confirm.extend(pages);
        self.gap = allowed.map_or(Duration::ZERO, |allowed| MINUTE / allowed.max(1));
    }

    /// These go first from now on.
    pub fn prefer(&mut self, pages: BTreeSet<u32>) {
        self.matter = pages;
    }

    /// A page could not be read: it is tried again, and not at once.
    pub fn failed(&mut self, page: u32, asked: Duration, now: Instant) {
        self.waited_for.insert(page);
        self.held = Some(now + asked.max(AGAIN));
    }

    /// A page of the round could not be read: the round goes on with it, and not at once.
    pub fn put_back(&mut self, page: u32, asked: Duration, now: Instant) {
        if let Some(round) = &mut self.round {
            round.ahead.insert(page);
            round.next = round.next.max(now + asked.max(AGAIN));
        }
    }

    /// The page to read now; each is given once.
    pub fn due(&mut self, now: Instant) -> Option<Due> {
        if self.held.is_none_or(|held| held <= now)
            && let Some(page) = take(&mut self.waited_for, &self.matter)
        {
            self.held = None;
            return Some(Due {
                page,
                urgency: Urgency::Resync,
                of_round: false,
            });
        }
        if self.confirmed.is_none_or(|at| at + self.gap <= now)
            && let Some(page) = take(&mut self.confirm, &self.matter)
        {
            self.confirmed = Some(now);
            if let Some(round) = self.round.as_mut().filter(|round| !round.whole) {
                round.ahead.remove(&page);
            }
            return Some(Due {
                page,
                urgency: Urgency::Poll,
                of_round: false,
            });
        }
        let round = self.round.as_mut().filter(|round| round.next <= now)?;
        let page = take(&mut round.ahead, &self.matter)?;
        round.pages.insert(page);
        // What fell behind does not come in a burst.
        round.next = now + round.gap;
        Some(Due {
            page,
            urgency: round.urgency,
            of_round: true,
        })
    }

    /// When there is something to do; none while nothing is known to be. Of a round that has asked for everything, `under_way`
    /// answers are to come: those are waited for, not its time.
    pub fn next(&self, under_way: usize) -> Option<Instant> {
        let held = self.held.filter(|_| !self.waited_for.is_empty());
        let confirm = self.confirmed.map(|at| at + self.gap);
        let confirm = confirm.filter(|_| !self.confirm.is_empty());
        let round = self.round.as_ref();
        let round = round.filter(|round| under_way == 0 || !round.ahead.is_empty());
        let round = round.map(|round| round.next);
        held.into_iter().chain(confirm).chain(round).min()
    }

    /// The round, once all it asked for was answered and its time is over.
    pub fn over(&mut self, under_way: usize, now: Instant) -> Option<Round> {
        self.round
            .take_if(|round| round.ahead.is_empty() && under_way == 0 && round.next <= now)
    }
}

/// Takes a page out: one that matters, where there is one.
fn take(pages: &mut BTreeSet<u32>, matter: &BTreeSet<u32>) -> Option<u32> {
    let page = pages.intersection(matter).next().or_else(|| pages.first());
    let page = page.copied()?;
    pages.remove(&page);
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(range: std::ops::RangeInclusive<u32>) -> BTreeSet<u32> {
        range.collect()
    }

    #[test]
    fn a_round_is_spread_over_its_time_and_over_longer_when_the_budget_is_small() {
        let now = Instant::now();
        let length = |count, allowed| {
            let least = Duration::from_secs(30);
            Round::paced(pages(1..=count), false, least, allowed, 1, now)
                .length()
                .as_secs()
        };
        assert_eq!(length(10, Some(300)), 30);
        assert_eq!(length(50, Some(300)), 30);
        assert_eq!(length(150, Some(300)), 90);
        assert_eq!(length(150, None), 30);
        assert_eq!(length(2, Some(1)), 120);
    }

    #[test]
    fn a_page_that_is_waited_for_goes_first_and_a_late_round_does_not_burst() {
        let now = Instant::now();
        let mut cycle = Cycle::default();
        assert_eq!(cycle.due(now), None);
        cycle.begin(Round::paced(
            pages(1..=3),
            false,
            Duration::from_secs(30),
            None,
            1,
            now,
        ));
        cycle.hurry([7]);
        let late = now + Duration::from_secs(300);
        let due: Vec<_> = std::iter::from_fn(|| cycle.due(late))
            .map(|due| due.page)
            .collect();
        assert_eq!(due, [7, 1]);
        assert_eq!(cycle.next(0), Some(late + Duration::from_secs(10)));
    }

    #[test]
    fn pages_that_matter_go_first_and_what_becomes_live_is_read_evenly() {
        let now = Instant::now();
        let mut cycle = Cycle::default();
        cycle.prefer([5, 9].into());
        cycle.hurry([1, 5]);
        cycle.confirm([2, 9], Some(60));
        cycle.begin(Round::paced(pages(7..=9), false, MINUTE, None, 1, now));
        let mut due = |at| {
            std::iter::from_fn(|| cycle.due(at))
                .map(|due| due.page)
                .collect::<Vec<_>>()
        };
        assert_eq!(due(now), [5, 1, 9, 7], "nine is read once");
        assert_eq!(due(now + Duration::from_millis(999)), [0; 0]);
        assert_eq!(due(now + Duration::from_secs(1)), [2]);
        assert_eq!(due(now + MINUTE), [8]);
    }

    #[test]
    fn a_round_is_over_when_everything_was_answered() {
        let now = Instant::now();
        let mut cycle = Cycle::default();
        cycle.begin(Round::swift(pages(1..=1), 5, now));
        assert!(cycle.due(now).is_some());
        cycle.extend(1..=3);
        assert_eq!(cycle.over(0, now), None, "two more pages are there");
        assert!(cycle.due(now).is_some() && cycle.due(now).is_some());
        assert_eq!(cycle.over(1, now), None);
        assert_eq!(cycle.next(1), None, "its last answer is waited for");
        let round = cycle.over(0, now).unwrap();
        assert_eq!((round.pages, round.since), (pages(1..=3), 5));
        assert!(!cycle.turns());
    }

    #[test]
    fn what_failed_is_tried_again_and_not_at_once() {
        let now = Instant::now();
        let mut cycle = Cycle::default();
        cycle.failed(3, Duration::ZERO, now);
        assert_eq!(cycle.due(now), None);
        assert_eq!(cycle.next(0), Some(now + AGAIN));
        assert_eq!(cycle.due(now + AGAIN).map(|due| due.page), Some(3));
    }
}
