//! Jobs: every one of this run and of earlier ones.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::job::{Job, JobKey, JobState};
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::jobs::JobRow;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The jobs.
#[derive(Debug, Default)]
pub struct Jobs;

type Of = Column<Jobs>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "What is known of the job; what an earlier run knew of one that is not over is remembered",
        (10, 10),
        STATES,
        |row| Value::Word(row.state()),
    )
    .looking(|row| {
        if row.remembered() {
            Role::Stale
        } else {
            role(row.job.state())
        }
    }),
    Of::text(
        "name",
        "NAME",
        "The name of what it is to make",
        (18, 28),
        |row| (&row.job.name).into(),
    )
    .shown_as(|row, _| name(&row.job))
    .looking(|row| {
        if row.job.name.is_empty() {
            Role::Dim
        } else {
            Role::Text
        }
    }),
    Of::moment(
        "submitted",
        "SUBMITTED",
        "When it was submitted",
        (9, 9),
        |row| row.job.submitted.into(),
    ),
    Of::number(
        "latency",
        "TOOK",
        "From the submit to the end, in milliseconds",
        (7, 7),
        |row| row.job.latency().map_or(Value::None, Value::Span),
    )
    .also(&["latencyMs"]),
    Of::number(
        "attempts",
        "TRIES",
        "Requests that the submit took",
        (5, 5),
        |row| row.job.attempts.into(),
    ),
    Of::number(
        "polls",
        "POLLS",
        "Times that the organisation was asked for it",
        (5, 5),
        |row| row.job.polls.into(),
    ),
    Of::number(
        "deliveries",
        "HOOKS",
        "Notifications of its webhook",
        (5, 5),
        |row| row.job.deliveries.into(),
    ),
    Of::text("result", "RESULT", "What it made", (16, 40), |row| {
        row.job.result().into()
    })
    .shown_as(|row, _| outcome(&row.job))
    .looking(|row| match row.job.reason() {
        Some(_) => role(row.job.state()),
        None => Role::Text,
    }),
    Of::text("id", "ID", "The organisation's id of it", (16, 20), |row| {
        row.job.id.as_ref().map(|id| &id.0).into()
    }),
    Of::text(
        "error",
        "ERROR",
        "Why it failed, was refused, or is not known",
        (16, 60),
        |row| row.job.reason().into(),
    )
    .looking(|row| role(row.job.state()))
    .hidden(),
    Of::moment("ended", "ENDED", "When it ended", (8, 8), |row| {
        row.job.ended.into()
    })
    .hidden(),
    Of::moment(
        "heard",
        "HEARD",
        "When it was last heard of",
        (8, 8),
        |row| row.job.heard.into(),
    )
    .also(&["lastHeard"])
    .hidden(),
    Of::flag(
        "disputed",
        "DISPUTED",
        "Whether it was called both completed and failed",
        (8, 8),
        |row| row.job.disputed().into(),
    )
    .hidden(),
    Of::text(
        "auditId",
        "AUDIT ID",
        "What the audit knows it by",
        (16, 36),
        |row| (&row.job.key.0).into(),
    )
    .hidden(),
];

/// Every word of a state, what needs somebody first.
const STATES: &[&str] = &[
    "unknown",
    "failed",
    "refused",
    "ended",
    "submitting",
    "queued",
    "running",
    "unfollowed",
    "completed",
    "remembered",
];

impl Kind for Jobs {
    type Id = JobKey;
    type Row<'a> = &'a JobRow;

    const NAME: &'static str = "jobs";
    const DOC: &'static str = "Asynchronous jobs of this console, of this run and of earlier ones";
    const TROUBLE: &'static str = "unknown";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(row: &&JobRow) -> bool {
        row.job.state() == JobState::Unknown
    }

    fn rows(store: &Store, _: Millis) -> Vec<&JobRow> {
        store.jobs.newest_first().collect()
    }

    fn row<'a>(store: &'a Store, key: &JobKey, _: Millis) -> Option<&'a JobRow> {
        store.jobs.get(key)
    }

    fn id(row: &&JobRow) -> JobKey {
        row.job.key.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.jobs.generation()
    }
}

/// How a state looks: what runs and what is done is quiet.
#[must_use]
pub const fn role(state: JobState) -> Role {
    match state {
        JobState::Unknown => Role::Unknown,
        JobState::Failed => Role::Bad,
        JobState::Refused | JobState::Ended => Role::Warn,
        JobState::Submitting | JobState::Queued | JobState::Running => Role::Accent,
        JobState::Unfollowed => Role::Stale,
        JobState::Completed => Role::Ok,
    }
}

/// The name; a job that is known by its webhook alone has none.
#[must_use]
pub fn name(job: &Job) -> String {
    if job.name.is_empty() {
        return "(not submitted here)".to_owned();
    }
    job.name.to_string()
}

/// What it made, or why it made nothing; safe to show.
fn outcome(job: &Job) -> String {
    let said = job.reason().or_else(|| job.result());
    said.map_or_else(String::new, |said| crate::text::shown(&said).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_word() {
        assert_eq!(
            STATES[..JobState::ALL.len()],
            JobState::ALL.map(JobState::word)
        );
    }
}
