//! One task reads everyone who has no stream: first those whom someone waits for, then round and round.

mod pace;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::lock;
use super::news::News;
use super::shared::Shared;
use crate::cloud::Urgency;
use crate::model::UserId;
use pace::Pace;

/// The budget is not looked at more often than this while first reads wait for it.
const LEAST_LOOK: Duration = Duration::from_millis(50);

/// Reads those whom no stream carries, until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut paused = shared.paused.subscribe();
    let mut pace = Pace::new(shared.poll, Instant::now());
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        visit(&shared, &mut pace, &mut paused).await;
        silence(&shared).await;
        lock(&shared.roster).reread_polled();
    }
}

/// Looks at the age of reads in one interval of polls.
const LOOKS: u32 = 3;

/// Rounds after which a read is too old to be shown as what is so now.
const OUTDATED_AFTER: u32 = 3;

/// Users told as outdated at one look; the next look goes on.
const MOST_TOLD: usize = 1_024;

/// Reads until paused; what is under way then is dropped.
async fn visit(shared: &Shared, pace: &mut Pace, paused: &mut watch::Receiver<bool>) {
    let mut reads = FuturesUnordered::new();
    let (mut waited_for, mut in_round) = (0, 0);
    let mut look = Instant::now() + shared.poll / LOOKS;
    loop {
        while waited_for < shared.timing.reads
            && let Some((user, urgency)) = next_due(shared, waited_for)
        {
            waited_for += 1;
            reads.push(read(shared, user, urgency));
        }
        let visited = lock(&shared.roster).visited();
        while in_round < shared.timing.reads
            && pace.is_due(Instant::now(), visited)
            && let Some(user) = next_polled(shared)
        {
            in_round += 1;
            reads.push(read(shared, user, Urgency::Poll));
        }
        let next = pace.next();
        let again = look_again(shared);
        tokio::select! {
            biased;
            changed = paused.wait_for(|paused| *paused) => {
                drop(changed);
                return;
            }
            () = shared.polls.notified() => {}
            Some(urgency) = reads.next() => match urgency {
                Urgency::Poll => {
                    in_round -= 1;
                    pace.completed(Instant::now());
                    let round = pace.round(lock(&shared.roster).visited());
                    shared.tally.note(|notes| notes.poll_round_ms = round);
                }
                _ => waited_for -= 1,
            },
            () = sleep(again.unwrap_or_default()), if again.is_some() => {}
            () = sleep_until(look), if visited > 0 => {
                tell_outdated(shared, Duration::from_millis(pace.round(visited)));
                look = Instant::now() + shared.poll / LOOKS;
            }
            () = sleep_until(next), if visited > 0 && in_round < shared.timing.reads => {}
        }
    }
}

fn next_due(shared: &Shared, under_way: usize) -> Option<(UserId, Urgency)> {
    let spare = spares_first_reads(shared, under_way);
    lock(&shared.roster).next_due(spare)
}

/// Whether the budget's minute has room for first reads beside the streams that are still to be synchronised: a stream
/// that waits for its read shows nothing for a minute, a polled user is only a minute older. At most two thirds are
/// kept for streams, so that streams which never come up cannot stop everything else.
fn spares_first_reads(shared: &Shared, under_way: usize) -> bool {
    let budget = shared.client.budget();
    let Some(allowed) = budget.allowed else {
        return true;
    };
    let to_come = lock(&shared.roster).streams_to_come(shared.tally.live_streams());
    // A tenth is left to what is more urgent in any case.
    let kept = to_come.min(allowed / 3 * 2) + allowed / 10;
    let under_way = u32::try_from(under_way).unwrap_or(u32::MAX);
    allowed.saturating_sub(budget.used) > kept.saturating_add(under_way)
}

/// When first reads that the budget has no room for are to be looked at again; none when nobody waits for one.
fn look_again(shared: &Shared) -> Option<Duration> {
    let waits = lock(&shared.roster).awaits_first_reads();
    let frees = shared.client.budget().frees_in?;
    waits.then_some(frees.max(LEAST_LOOK))
}

fn next_polled(shared: &Shared) -> Option<UserId> {
    lock(&shared.roster).next_polled()
}

/// Reads one user and tells of it, unless a stream has taken over meanwhile: it is newer. Returns the urgency.
async fn read(shared: &Shared, user: UserId, urgency: Urgency) -> Urgency {
    let result = shared.read(&user, urgency).await;
    match result {
        Ok(listing) => {
            let mut roster = lock(&shared.roster);
            if roster.is_polled(&user) {
                // Posted under the roster's lock, so that no stream can take over in between.
                let (devices, spoken) = (listing.devices, Vec::new());
                shared.mailbox.post(News::Snapshot {
                    user: user.clone(),
                    devices,
                    spoken,
                    whole: listing.faults.is_empty(),
                    live: false,
                });
                roster.refreshed(&user, Instant::now());
                drop(roster);
                shared.read_worked(&user, &listing.faults);
            }
        }
        Err(error) => {
            let ours = lock(&shared.roster).is_polled(&user);
            if ours {
                shared.read_failed(&user, &error);
            }
        }
    }
    urgency
}

/// A row that could not be read again for rounds, because the budget went elsewhere or the reads failed, is not sure.
/// A round is as long as it takes at the pace of the last polls, which the header tells: slow alone is not stale.
fn tell_outdated(shared: &Shared, round: Duration) {
    if shared.mailbox.has_room() {
        let age = round * OUTDATED_AFTER;
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
