//! The columns of the jobs.

use crate::config::theme::Role;
use crate::model::job::{Job, State};
use crate::pane::list::column::Column;
use crate::store::jobs::JobRow;
use crate::text;

type Kept = Column<JobRow>;

/// In the order of the screen; named as filters name them.
pub(super) const COLUMNS: &[Kept] = &[
    Kept::new(
        "state",
        "STATE",
        "What is known of the job",
        (10, 10),
        |row, _| row.job.state().word().to_owned(),
        |a, b| a.job.state().cmp(&b.job.state()),
    )
    .looking(|row| role(row.job.state())),
    Kept::new(
        "name",
        "NAME",
        "The name of what it is to make",
        (18, 28),
        |row, _| name(&row.job),
        |a, b| a.job.name.cmp(&b.job.name),
    )
    .looking(|row| {
        if row.job.name.is_empty() {
            Role::Dim
        } else {
            Role::Text
        }
    }),
    Kept::new(
        "submitted",
        "SUBMITTED",
        "How long ago it was submitted",
        (9, 9),
        |row, look| row.job.submitted.map_or_else(dash, |at| look.moment(at)),
        |a, b| a.job.submitted.cmp(&b.job.submitted),
    )
    .number(),
    Kept::new(
        "latency",
        "TOOK",
        "Milliseconds from the submit to the end",
        (7, 7),
        |row, look| match row.job.latency() {
            Some(ms) if look.whole => ms.to_string(),
            ms => ms.map_or_else(dash, length),
        },
        |a, b| a.job.latency().cmp(&b.job.latency()),
    )
    .number(),
    Kept::new(
        "attempts",
        "TRIES",
        "Requests that the submit took",
        (5, 5),
        |row, _| row.job.attempts.to_string(),
        |a, b| a.job.attempts.cmp(&b.job.attempts),
    )
    .number(),
    Kept::new(
        "polls",
        "POLLS",
        "Times that the organisation was asked for it",
        (5, 5),
        |row, _| row.job.polls.to_string(),
        |a, b| a.job.polls.cmp(&b.job.polls),
    )
    .number(),
    Kept::new(
        "deliveries",
        "HOOKS",
        "Times that its webhook told of it",
        (5, 5),
        |row, _| row.job.deliveries.to_string(),
        |a, b| a.job.deliveries.cmp(&b.job.deliveries),
    )
    .number(),
    Kept::new(
        "result",
        "RESULT",
        "What it made",
        (16, 40),
        |row, _| outcome(&row.job),
        |a, b| outcome(&a.job).cmp(&outcome(&b.job)),
    )
    .looking(|row| match row.job.reason() {
        Some(_) => role(row.job.state()),
        None => Role::Text,
    }),
    Kept::new(
        "id",
        "ID",
        "The organisation's id of it",
        (16, 20),
        |row, _| row.job.id.as_ref().map_or_else(dash, ToString::to_string),
        |a, b| a.job.id.cmp(&b.job.id),
    ),
];

/// How a state looks: what runs and what is done is quiet.
pub(super) const fn role(state: State) -> Role {
    match state {
        State::Unknown => Role::Unknown,
        State::Failed => Role::Bad,
        State::Refused => Role::Warn,
        State::Submitting | State::Queued | State::Running => Role::Accent,
        State::Unfollowed => Role::Stale,
        State::Completed => Role::Ok,
    }
}

/// The name; a job that is known by its webhook alone has none.
pub(super) fn name(job: &Job) -> String {
    if job.name.is_empty() {
        return "(not submitted here)".to_owned();
    }
    job.name.to_string()
}

/// A length of time as people say it.
pub(super) fn length(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{}m{:02}s", ms / 60_000, ms / 1_000 % 60),
    }
}

/// What it made, or why it made nothing.
fn outcome(job: &Job) -> String {
    let said = job.reason().or_else(|| job.result());
    said.map_or_else(String::new, |said| text::safe(&said).into_owned())
}

fn dash() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::fields::FIELDS;

    #[test]
    fn every_column_is_a_field_of_the_grammar() {
        for column in COLUMNS {
            let known = FIELDS.iter().any(|field| field.name == column.name);
            assert!(known, "{}", column.name);
        }
    }

    #[test]
    fn a_length_is_as_exact_as_people_say_it() {
        let said = [7, 6_016, 59_990, 61_500].map(length);
        assert_eq!(said, ["7ms", "6.0s", "59.9s", "1m01s"]);
    }
}
