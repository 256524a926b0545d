//! Tells how the feeds are doing: when something changed, not too often, and never by a ticking clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::link::Signs;
use super::lock;
use super::shared::Shared;
use super::tally::Census;
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::{News, Status};

/// Reports until the task is ended from outside. `machine` is how many streams it bears, when it is the one that says.
pub(super) async fn run(shared: Arc<Shared>, mut machine: Option<usize>) {
    let mut told = None;
    let mut tick = shared.tick.subscribe();
    loop {
        let looked = Instant::now();
        let status = status(&shared, Clock::Real.now());
        // Before the status: who hears that everything is read has heard what was wrong with it.
        tell_problems(&shared);
        // Said once, and only where it is the reason: others are polled for other reasons, or by another API.
        if let Some(streams) = machine
            && lacks_streams(streams, &status)
        {
            machine = None;
            shared.mailbox.post(News::Notice(beyond(streams, &status)));
        }
        if told != Some(status) {
            shared.mailbox.post(News::Status(status));
            told = Some(status);
        }
        let wait = next_look(&shared, &status);
        tokio::select! {
            () = shared.tally.changed.notified() => {}
            // What the budget's minute does by itself is told at the beat that everything keeps.
            Ok(()) = tick.changed() => {}
            () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
        // After the wait and not before it: where changes are far apart, keeping them apart takes no timer.
        gap(&shared, &status, looked).await;
    }
}

/// Whether there are more users than streams that the machine bears.
fn lacks_streams(streams: usize, status: &Status) -> bool {
    status.enumerated && status.polled > 0 && status.users as usize > streams
}

/// The machine bears no stream for some.
fn beyond(streams: usize, status: &Status) -> Text {
    let (users, polled) = (status.users, status.polled);
    let text = format!(
        "Streams: {streams} of {users} users have one, for this process may open no more files; the other {polled} are polled. Raise its limit of open files (ulimit -n, LimitNOFILE)."
    );
    text.into()
}

/// Keeps a status apart from the one told at `looked`, except the one that somebody waits for: that everyone has been read.
async fn gap(shared: &Shared, told: &Status, looked: Instant) {
    let end = looked + shared.timing.status_gap;
    let was_whole = told.enumerated && told.read >= told.users;
    while Instant::now() < end && (was_whole || !is_whole(shared)) {
        tokio::select! {
            () = sleep_until(end) => return,
            () = shared.tally.changed.notified(), if !was_whole => {}
        }
    }
}

/// Whether everyone is known, and has been read or has failed for good.
fn is_whole(shared: &Shared) -> bool {
    let (enumerated, census) = shared.tally.extent();
    let counts = census.unwrap_or_else(|| lock(&shared.roster).counts());
    enumerated && counts.read >= counts.users
}

/// When something changes that nobody notes: a problem's turn comes, a hold of the budget ends.
fn next_look(shared: &Shared, status: &Status) -> Option<Duration> {
    let problem = lock(&shared.complaints).wait(Instant::now(), shared.timing.problem_gap);
    let held = status
        .held_until
        .map(|until| Duration::from_millis(until.since(Clock::Real.now())));
    [problem, held].into_iter().flatten().min()
}

/// Problems are few, and wait when even those few would pile up.
fn tell_problems(shared: &Shared) {
    if shared.mailbox.has_room() {
        let due = lock(&shared.complaints).due(Instant::now(), shared.timing.problem_gap);
        for problem in due {
            shared.mailbox.post(News::Problem(problem));
        }
    }
}

fn status(shared: &Shared, now: Millis) -> Status {
    let notes = shared.tally.notes();
    let Census {
        counts,
        carried,
        live,
    } = notes.census.unwrap_or_else(|| Census {
        counts: lock(&shared.roster).counts(),
        carried: notes.live,
        live: notes.live,
    });
    let budget = shared.client.budget();
    let signs = Signs {
        paused: *shared.paused.borrow(),
        live: carried,
        wanted: counts.streams,
        polled: counts.polled,
        ..notes.signs()
    };
    Status {
        link: signs.link(now, shared.timing.offline_after),
        users: counts.users,
        read: counts.read,
        failed: counts.failed,
        enumerated: notes.enumerated,
        streams_live: live,
        streams_wanted: counts.streams,
        polled: counts.polled,
        poll_round_ms: notes.poll_round_ms,
        sweep_round_ms: notes.sweep_round_ms,
        rivalry: notes.rivalry,
        received: notes.received,
        undecodable: notes.undecodable,
        ignored: notes.ignored,
        budget_used: budget.used,
        budget_allowed: budget.allowed,
        held_until: budget.held_until,
        latency: shared.client.latency(),
        token_until: shared.client.token_until(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_the_reason_only_where_users_are_more_than_it_bears() {
        let status = |users, polled| Status {
            users,
            polled,
            enumerated: true,
            ..Status::default()
        };
        assert!(lacks_streams(10, &status(12, 2)));
        assert!(!lacks_streams(10, &status(12, 0)), "nobody is polled");
        assert!(
            !lacks_streams(19_744, &status(12, 12)),
            "polled for another reason"
        );
    }
}
