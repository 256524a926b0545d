//! One task reads everyone: first those whom someone waits for, then round and round.
//!
//! Whoever has a stream is read when it has opened, and again in a slow sweep, since a stream can lose an event and
//! live. Whoever has none is read at the polls' interval. The budget says how fast that is; the rounds say how long it
//! takes.

pub(super) mod rounds;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::resync::{Landing, StreamReads};
use super::roster::{AgeLimit, Roster};
use super::shared::Shared;
use super::task::until;
use super::{lock, wall};
use crate::cloud::supervisor::Quiet;
use crate::cloud::{Dated, Listing, Urgency};
use crate::model::UserId;
use crate::vocabulary::news::News;
use rounds::{Ring, Rounds};

/// Looks at the age of reads in one interval of polls.
const LOOKS: u32 = 3;

/// Users told as outdated at one look; the next look goes on.
const MOST_TOLD: usize = 1_024;

/// Reads that wait for the budget or are under way, at most, where it has a limit.
const IN_LINE: usize = 16;

/// Reads of somebody who is not there before it is taken for lasting: a person who was just made shows up in seconds.
const HOPEFUL: u32 = 3;

/// A sweep's answer waits for so many beats: what the stream says meanwhile is newer, and nothing that it missed.
const SETTLING_BEATS: usize = 2;

/// Reads everyone, until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut quiet = shared.quiet();
    let timing = &shared.timing;
    let mut rounds = Rounds::new(shared.poll, timing.sweep, timing.tick, Instant::now());
    loop {
        quiet.over().await;
        visit(&shared, &mut rounds, &mut quiet).await;
        silence(&shared).await;
        lock(&shared.roster).reread_polled();
    }
}

/// A read that is over.
struct FinishedRead {
    /// Of which round; none when someone waited for it.
    ring: Option<Ring>,
    /// A sweep's answer, to land later.
    swept: Option<Swept>,
}

/// An answer, and the stream that it is held against.
struct Swept {
    user: UserId,
    link: StreamReads,
    turn: u32,
    listing: Listing,
}

/// Reads until paused; what is under way then is dropped.
async fn visit(shared: &Shared, rounds: &mut Rounds, quiet: &mut Quiet) {
    let (mut reads, mut settling) = (FuturesUnordered::new(), FuturesUnordered::new());
    let (mut waited_for, mut in_round) = (0, 0);
    let mut tick = shared.tick.subscribe();
    let mut look = Instant::now() + shared.poll / LOOKS;
    let mut age = AgeLimit::default();
    // What waits for the budget keeps its place in line: with a limit no more is put there than a few seconds' worth, so
    // that whoever matters more does not come behind it.
    let few = shared
        .client
        .budget()
        .allowed
        .map_or(usize::MAX, |_| IN_LINE);
    let most = shared.timing.reads.min(few);
    loop {
        let now = Instant::now();
        while waited_for < most
            && let Some((user, urgency)) = next_due(shared, waited_for)
        {
            waited_for += 1;
            reads.push(read(shared, user, urgency, None));
        }
        let (sizes, first_read) = {
            let mut roster = lock(&shared.roster);
            (roster.ring_sizes(), !roster.awaits_streamed())
        };
        rounds.resize(sizes, shared.client.budget().allowed, first_read, now);
        while in_round < most
            && let Some((user, ring)) = rounds.pick(now, &mut lock(&shared.roster))
        {
            in_round += 1;
            reads.push(read(shared, user, Urgency::Poll, Some(ring)));
        }
        if in_round >= most {
            rounds.catch_up(now);
        }
        note_rounds(shared, rounds, now);
        let next = rounds
            .next()
            .filter(|_| in_round < most && !rounds.keeps_the_beat());
        let retry = lock(&shared.roster).next_retry();
        let polled = sizes[Ring::Polled as usize] + sizes[Ring::AttendedPolled as usize];
        tokio::select! {
            biased;
            () = quiet.wished() => return,
            () = shared.polls.notified() => {}
            Some(ended) = reads.next() => {
                let FinishedRead { ring, swept } = ended;
                match ring {
                    Some(ring) => {
                        in_round -= 1;
                        rounds.ended(ring, Instant::now());
                    }
                    None => waited_for -= 1,
                }
                settling.extend(swept.map(|swept| settle(shared, swept)));
            }
            Some(()) = settling.next() => {}
            Ok(()) = tick.changed() => {}
            () = until(retry) => lock(&shared.roster).take_retries(Instant::now()),
            () = sleep_until(look), if polled > 0 || retry.is_some() || !first_read => {
                let now = Instant::now();
                let round = Duration::from_millis(rounds.round(Ring::Polled, now));
                tell_outdated(shared, age.at(round, now));
                look = now + shared.poll / LOOKS;
            }
            () = until(next) => {}
        }
    }
}

/// The next user whom someone waits for, and how urgently.
fn next_due(shared: &Shared, under_way: usize) -> Option<(UserId, Urgency)> {
    let live = shared.tally.live_streams();
    let mut roster = lock(&shared.roster);
    let spare =
        !roster.awaits_polled() || spares_polled(shared, roster.streams_to_come(live), under_way);
    roster.next_due(spare)
}

/// Whether the budget's minute has room for first reads beside the streams that are still to be synchronised: a stream
/// that waits for its read shows nothing for a minute, a polled user is only a minute older. At most two thirds are
/// kept for streams, so that streams which never come up cannot stop everything else.
fn spares_polled(shared: &Shared, to_come: u32, under_way: usize) -> bool {
    let budget = shared.client.budget();
    let Some(allowed) = budget.allowed else {
        return true;
    };
    // A tenth is left to what is more urgent in any case.
    let kept = to_come.min(allowed / 3 * 2) + allowed / 10;
    let under_way = u32::try_from(under_way).unwrap_or(u32::MAX);
    allowed.saturating_sub(budget.used) > kept.saturating_add(under_way)
}

fn note_rounds(shared: &Shared, rounds: &Rounds, now: Instant) {
    let (poll, sweep) = (
        rounds.round(Ring::Polled, now),
        rounds.round(Ring::Swept, now),
    );
    shared.tally.rounds(poll, sweep);
}

/// Reads one user and tells of it.
async fn read(shared: &Shared, user: UserId, urgency: Urgency, ring: Option<Ring>) -> FinishedRead {
    shared.mailbox.room().await;
    let link = lock(&shared.roster).begin(&user);
    let _under_way = UnderWay(shared, &user);
    let swept = if let Some(link) = link {
        read_streamed(shared, &user, link, urgency, ring).await
    } else {
        read_polled(shared, &user, urgency).await;
        None
    };
    FinishedRead { ring, swept }
}

/// A read is under way for as long as this lives, however it ends: a pause drops it where it is, and who is taken to be read is not
/// read by anybody else.
struct UnderWay<'a>(&'a Shared, &'a UserId);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.0.roster).ended(self.1);
    }
}

/// Reads a user whose stream is open: what it speaks of meanwhile is newer.
async fn read_streamed(
    shared: &Shared,
    user: &UserId,
    link: StreamReads,
    urgency: Urgency,
    ring: Option<Ring>,
) -> Option<Swept> {
    let turn = lock(&link).begin();
    let landing = match ring {
        Some(ring) if ring.is_swept() && lock(&link).is_live() => Landing::Swept,
        _ => Landing::Awaited,
    };
    match shared.client.registrations(user, urgency).await {
        Ok(read) => {
            let answer = Swept {
                user: user.clone(),
                link,
                turn,
                listing: read.answer,
            };
            if landing == Landing::Swept {
                return Some(answer);
            }
            land(shared, answer, landing);
        }
        Err(error) => {
            let fell = lock(&link).fail(turn, landing);
            if fell {
                shared.tally.fell();
            }
            if landing == Landing::Swept && error.status() != Some(404) {
                shared.complain(super::complaints::ProblemKind::Read, &error);
                shared.tally.read_failed();
            } else {
                shared.read_failed(user, &error);
                let mut roster = lock(&shared.roster);
                let failures = roster.failed(user);
                // Nor is somebody who is listed and hidden from us read for ever at the pace of a failure that passes.
                let wait = if error.lasting() && failures > HOPEFUL {
                    shared.timing.refused_for
                } else {
                    shared.timing.backoff(failures)
                };
                roster.retry(user, Instant::now() + wait);
            }
        }
    }
    None
}

/// Waits until whatever was on its way while the read was made must have come by the stream.
async fn settle(shared: &Shared, swept: Swept) {
    let mut tick = shared.tick.subscribe();
    for _ in 0..SETTLING_BEATS {
        if tick.changed().await.is_err() {
            return;
        }
    }
    land(shared, swept, Landing::Swept);
}

/// Hands on what still holds of an answer.
fn land(shared: &Shared, answer: Swept, landing: Landing) {
    let Swept {
        user,
        link,
        turn,
        listing,
    } = answer;
    let mut resync = lock(&link);
    let whole = listing.faults.is_empty();
    let Some(landed) = resync.land(turn, &user, (listing.devices, whole), landing) else {
        return;
    };
    // Under the lock, so that no frame can come between.
    shared.mailbox.post(landed.news);
    drop(resync);
    lock(&shared.roster).synchronised(&user);
    shared.read_worked(&user, &listing.faults);
    if landed.first && shared.tally.rose() {
        shared.recover();
    }
}

/// Reads a user who has no stream, unless one has taken over meanwhile: it is newer.
async fn read_polled(shared: &Shared, user: &UserId, urgency: Urgency) {
    match shared.client.registrations(user, urgency).await {
        Ok(Dated {
            answer: listing,
            at,
        }) => {
            let mut roster = lock(&shared.roster);
            if roster.is_polled(user) {
                // Posted under the roster's lock, so that no stream can take over in between.
                shared.mailbox.post(News::Snapshot {
                    user: user.clone(),
                    devices: listing.devices,
                    spoken: Vec::new(),
                    whole: listing.faults.is_empty(),
                    live: false,
                    asked: Some(wall(at)),
                });
                roster.refreshed(user, at);
                drop(roster);
                shared.read_worked(user, &listing.faults);
            }
        }
        Err(error) => {
            let ours = lock(&shared.roster).is_polled(user);
            if ours {
                shared.read_failed(user, &error);
            }
        }
    }
}

/// A row that could not be read again for rounds, because the budget went elsewhere or the reads failed, is not sure.
/// A round is as long as it truly takes, which the header tells: slow alone is not stale.
fn tell_outdated(shared: &Shared, age: Duration) {
    if shared.mailbox.has_room() {
        let outdated = lock(&shared.roster).outdated(Instant::now(), age, MOST_TOLD);
        for user in outdated {
            shared.mailbox.post(News::Gap { user });
        }
    }
}

/// Nothing is read while paused, so nothing is known for sure of those who are polled.
async fn silence(shared: &Shared) {
    let mut from = 0;
    while *shared.paused.borrow() {
        shared.mailbox.room().await;
        let users = lock(&shared.roster).polled_from(&mut from, 256);
        if users.is_empty() {
            return;
        }
        for user in users {
            shared.mailbox.post(News::Gap { user });
        }
    }
}
