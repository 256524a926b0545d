//! Tells how the feeds are doing: when something changed, not too often, and never by a ticking clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::link::Signs;
use super::lock;
use super::news::{News, Status};
use super::shared::Shared;
use super::tally::Census;
use crate::time::{Clock, Millis};

/// Reports until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut told = None;
    loop {
        let status = status(&shared, Clock::Real.now());
        // Before the status: who hears that everything is read has heard what was wrong with it.
        tell_problems(&shared);
        if told != Some(status) {
            shared.mailbox.post(News::Status(status));
            told = Some(status);
        }
        sleep(shared.timing.status_gap).await;
        let wait = next_look(&shared, &status);
        tokio::select! {
            () = shared.tally.changed.notified() => {}
            () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
    }
}

/// When something changes that nobody notes: the budget's minute moves on, a problem's turn comes, silence grows long.
fn next_look(shared: &Shared, status: &Status) -> Option<Duration> {
    let frees = shared.client.budget().frees_in;
    let problem = lock(&shared.complaints).wait(Instant::now(), shared.timing.problem_gap);
    let held = status
        .held_until
        .map(|until| Duration::from_millis(until.since(Clock::Real.now())));
    [frees, problem, held].into_iter().flatten().min()
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
