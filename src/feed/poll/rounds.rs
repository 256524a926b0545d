//! How fast the rounds go: evenly over their intervals, and slower together when the budget or the organisation is.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Roster;
use crate::model::UserId;

/// Reads whose end tells the true pace, at most, and for how long they count: two of the budget's minutes.
const MEASURED: usize = 1_024;
const WINDOW: Duration = Duration::from_secs(120);
/// So many tell it even where they took longer; there are spaces between them.
const FEWEST: usize = 9;
/// A round that fell behind does not catch up in a burst beyond this.
const ARREARS: Duration = Duration::from_millis(100);
/// Reads in one beat that may as well all be made at its stroke; more are spread over it.
const AT_A_STROKE: f64 = 6.0;
/// The share of a minute's budget that rounds may use (see the budget's urgencies).
const SHARE: f64 = 2.0 / 3.0;

/// Who is read in turn. Whoever matters more has a ring apart, which has every second read when there are too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    /// Users without a stream who matter more.
    AttendedPolled,
    /// Users with a stream who matter more.
    AttendedSwept,
    /// Users without a stream.
    Polled,
    /// Users with a stream: it may lose an event and live.
    Swept,
}

impl Ring {
    const ALL: [Self; 4] = [
        Self::AttendedPolled,
        Self::AttendedSwept,
        Self::Polled,
        Self::Swept,
    ];

    /// Whether its users have streams.
    pub(super) const fn is_swept(self) -> bool {
        matches!(self, Self::AttendedSwept | Self::Swept)
    }

    const fn is_attended(self) -> bool {
        matches!(self, Self::AttendedPolled | Self::AttendedSwept)
    }
}

/// The rhythm of one ring.
#[derive(Debug)]
struct Rhythm {
    interval: Duration,
    users: usize,
    next: Instant,
    ended: VecDeque<Instant>,
}

/// The rhythm of the rounds.
#[derive(Debug)]
pub(super) struct Rounds {
    rhythms: [Rhythm; 4],
    /// When the rounds last were later than they should be.
    behind: Option<Instant>,
    attended_last: bool,
    /// Requests a minute that are allowed.
    allowed: Option<u32>,
    beat: Duration,
}

impl Rounds {
    /// A round takes these times, at best. The first begins an interval from now: everyone is read once before.
    pub fn new(poll: Duration, sweep: Duration, beat: Duration, now: Instant) -> Self {
        let rhythm = |ring| {
            let interval = match ring {
                Ring::AttendedPolled | Ring::Polled => poll,
                Ring::AttendedSwept => sweep / 3,
                Ring::Swept => sweep,
            };
            Rhythm {
                interval,
                users: 0,
                next: now + interval,
                ended: VecDeque::new(),
            }
        };
        Self {
            rhythms: Ring::ALL.map(rhythm),
            behind: None,
            attended_last: false,
            allowed: None,
            beat,
        }
    }

    /// Notes how many users each ring has and what the budget allows; whether everyone who has a stream was read.
    pub fn resize(&mut self, sizes: [usize; 4], allowed: Option<u32>, read: bool, now: Instant) {
        self.allowed = allowed;
        for ((rhythm, users), ring) in self.rhythms.iter_mut().zip(sizes).zip(Ring::ALL) {
            if ring.is_swept() && !read {
                // Nobody is read a second time before everyone was read.
                rhythm.next = rhythm.next.max(now);
            }
            if rhythm.users == 0 || users == 0 {
                // While there is nobody to read, no round begins.
                rhythm.next = now + rhythm.interval;
                rhythm.ended.clear();
            }
            rhythm.users = users;
        }
    }

    /// When the next read is due; none while there is nobody to read.
    pub fn next(&self) -> Option<Instant> {
        let busy = self.rhythms.iter().filter(|rhythm| rhythm.users > 0);
        busy.map(|rhythm| rhythm.next).min()
    }

    /// Whether so few reads are due in a beat that they can all be made at its stroke: a quiet console wakes once for all.
    pub fn keeps_the_beat(&self) -> bool {
        let a_second = self.rhythms.iter().map(Rhythm::a_second).sum::<f64>();
        a_second * self.beat.as_secs_f64() <= AT_A_STROKE
    }

    /// The next user to read, if one is due now.
    pub fn pick(&mut self, now: Instant, roster: &mut Roster) -> Option<(UserId, Ring)> {
        let attended = self.earliest(now, Ring::is_attended);
        let common = self.earliest(now, |ring| !ring.is_attended());
        let order = if self.attended_last {
            [common, attended]
        } else {
            [attended, common]
        };
        for ring in order.into_iter().flatten() {
            self.catch_up(now);
            let rhythm = &mut self.rhythms[ring as usize];
            rhythm.next += rhythm.interval / u32::try_from(rhythm.users).unwrap_or(u32::MAX).max(1);
            if let Some(user) = roster.next_of(ring) {
                self.attended_last = ring.is_attended();
                return Some((user, ring));
            }
        }
        None
    }

    /// A read of that ring was answered, or failed for good.
    pub fn ended(&mut self, ring: Ring, now: Instant) {
        let ended = &mut self.rhythms[ring as usize].ended;
        if ended.len() >= MEASURED {
            ended.pop_front();
        }
        ended.push_back(now);
    }

    /// Milliseconds that a round of that ring takes: its interval, or what the budget makes of it.
    pub fn round(&self, ring: Ring, now: Instant) -> u64 {
        let rhythm = &self.rhythms[ring as usize];
        let wanted = self.rhythms.iter().map(Rhythm::a_second).sum::<f64>() * 60.0;
        let given = self
            .allowed
            .map_or(f64::MAX, |allowed| f64::from(allowed) * SHARE);
        let stretched = rhythm.interval.mul_f64((wanted / given).max(1.0));
        let is_behind = |at: Instant| now.saturating_duration_since(at) < WINDOW / 2;
        let measured = self
            .behind
            .filter(|at| is_behind(*at))
            .and_then(|_| rhythm.measured(now));
        // A round that is a little late is on time: what is shown should not flicker.
        let round = match measured {
            Some(measured) if measured > stretched * 11 / 10 => measured,
            _ => stretched,
        };
        let round = u64::try_from(round.as_millis()).unwrap_or(u64::MAX);
        // As exact as it is told, so that it holds still.
        let step = if round < 120_000 { 1_000 } else { 60_000 };
        round.div_ceil(step) * step
    }

    /// The ring among these whose turn came first.
    fn earliest(&self, now: Instant, among: impl Fn(Ring) -> bool) -> Option<Ring> {
        let next = |ring: &Ring| self.rhythms[*ring as usize].next;
        let is_due = |ring: &Ring| self.rhythms[*ring as usize].users > 0 && next(ring) <= now;
        let due = Ring::ALL.into_iter().filter(|ring| among(*ring));
        due.filter(is_due).min_by_key(next)
    }

    /// Rounds that are late are late together: none takes the reads of another.
    pub fn catch_up(&mut self, now: Instant) {
        let late = self
            .next()
            .map_or(Duration::ZERO, |next| now.saturating_duration_since(next));
        // Whoever waits for the stroke is not late.
        let beat = if self.keeps_the_beat() {
            self.beat * 2
        } else {
            Duration::ZERO
        };
        let late = late.saturating_sub(ARREARS + beat);
        if !late.is_zero() {
            for rhythm in &mut self.rhythms {
                rhythm.next += late.min(now.saturating_duration_since(rhythm.next));
            }
            self.behind = Some(now);
        }
    }
}

impl Rhythm {
    fn a_second(&self) -> f64 {
        self.users as f64 / self.interval.as_secs_f64().max(0.001)
    }

    /// A round at the pace of the last reads; none before there were some.
    fn measured(&self, now: Instant) -> Option<Duration> {
        let recent = |at: &&Instant| now.saturating_duration_since(**at) <= WINDOW;
        let count = self
            .ended
            .iter()
            .rev()
            .take_while(recent)
            .count()
            .max(FEWEST);
        let first = self.ended.len().checked_sub(count)?;
        let span = now.saturating_duration_since(*self.ended.get(first)?);
        Some(span.mul_f64(self.users as f64 / (count - 1) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(30);
    const SWEEP: Duration = Duration::from_secs(900);

    /// Polled and streamed users, every one of them read.
    fn world(polled: usize, streamed: usize) -> (Rounds, Roster, Instant) {
        let (now, mut roster) = (Instant::now(), Roster::new(streamed));
        for n in 0..polled + streamed {
            let id = UserId::from(format!("u-{n}").as_str());
            if roster.admit(&id, 1) {
                roster.opened(&id, crate::feed::resync::StreamReads::default(), now, POLL);
            }
            roster.outcome(&id, true);
        }
        while roster.next_due(true).is_some() {}
        let mut rounds = Rounds::new(POLL, SWEEP, Duration::from_secs(5), now);
        rounds.resize(roster.ring_sizes(), Some(300), true, now);
        rounds.resize(roster.ring_sizes(), Some(300), true, now);
        (rounds, roster, now)
    }

    /// Reads of each kind in a time, when at most one is made every so often.
    fn reads(
        (rounds, roster, start): &mut (Rounds, Roster, Instant),
        every: Duration,
        span: Duration,
    ) -> [usize; 2] {
        let (mut counts, mut now) = ([0, 0], *start);
        let end = now + span;
        while now < end {
            now += every;
            if let Some((_, ring)) = rounds.pick(now, roster) {
                rounds.ended(ring, now);
                counts[usize::from(ring.is_swept())] += 1;
            }
        }
        *start = now;
        counts
    }

    #[test]
    fn reads_spread_evenly_over_their_intervals() {
        let mut world = world(40, 900);
        let every = Duration::from_millis(10);
        reads(&mut world, every, SWEEP + POLL);
        let [polled, swept] = reads(&mut world, every, POLL * 2);
        assert!((76..=84).contains(&polled), "{polled}");
        assert!((57..=63).contains(&swept), "{swept}");
        assert_eq!(world.0.round(Ring::Polled, world.2), 30_000);
        assert_eq!(world.0.round(Ring::Swept, world.2), 900_000);
    }

    #[test]
    fn a_short_budget_makes_all_rounds_longer_alike_and_they_say_so() {
        let mut world = world(100, 3_000);
        // 200 a minute for a demand of 400.
        let every = Duration::from_millis(300);
        reads(&mut world, every, SWEEP + Duration::from_secs(120));
        let [polled, swept] = reads(&mut world, every, Duration::from_secs(240));
        assert!((350..=450).contains(&polled), "{polled}");
        assert!((350..=450).contains(&swept), "{swept}");
        for (ring, interval) in [(Ring::Polled, 30_000), (Ring::Swept, 900_000)] {
            let round = world.0.round(ring, world.2);
            assert!(
                (2 * interval..=interval * 9 / 4).contains(&round),
                "{round}"
            );
        }
    }

    #[test]
    fn whoever_matters_more_has_every_second_read_when_there_are_too_few() {
        let mut world = world(400, 0);
        let attended: Vec<_> = (0..10)
            .map(|n| UserId::from(format!("u-{n}").as_str()))
            .collect();
        world.1.attend(&attended);
        let sizes = world.1.ring_sizes();
        assert_eq!(sizes, [10, 0, 390, 0]);
        world.0.resize(sizes, Some(300), true, world.2);
        let mut now = world.2 + POLL * 10;
        let mut seen = 0;
        for _ in 0..40 {
            now += POLL;
            let (user, _) = world.0.pick(now, &mut world.1).unwrap();
            seen += usize::from(attended.contains(&user));
        }
        assert_eq!(seen, 20);
    }

    #[test]
    fn nobody_with_a_stream_is_read_again_before_everyone_was_read() {
        let (mut rounds, mut roster, start) = world(0, 300);
        let late = start + SWEEP * 3;
        rounds.resize(roster.ring_sizes(), Some(300), false, late - POLL);
        assert!(rounds.pick(late - POLL * 2, &mut roster).is_none());
        rounds.resize(roster.ring_sizes(), Some(300), true, late);
        let burst = (0..100).filter(|_| rounds.pick(late, &mut roster).is_some());
        assert!((1..=4).contains(&burst.count()), "what a stroke has");
    }

    #[test]
    fn a_round_of_a_few_reads_a_minute_is_told_as_long_as_it_is() {
        let mut world = world(256, 0);
        let every = Duration::from_secs(10);
        reads(&mut world, every, Duration::from_secs(600));
        let minutes = world.0.round(Ring::Polled, world.2) / 60_000;
        assert!((40..=48).contains(&minutes), "{minutes}");
        let every = Duration::from_secs(30);
        reads(&mut world, every, Duration::from_secs(900));
        let minutes = world.0.round(Ring::Polled, world.2) / 60_000;
        assert!((120..=145).contains(&minutes), "{minutes}");
    }

    #[test]
    fn a_round_that_was_held_up_does_not_come_in_a_burst() {
        let (mut rounds, mut roster, start) = world(300, 0);
        let late = start + POLL * 100;
        let burst = (0..1_000).filter(|_| rounds.pick(late, &mut roster).is_some());
        assert!(burst.count() <= 2);
    }

    #[test]
    fn a_quiet_organisation_keeps_the_beat_and_a_large_one_cannot() {
        assert!(world(0, 240).0.keeps_the_beat());
        assert!(!world(0, 20_000).0.keeps_the_beat());
    }
}
