//! Endpoints: what this console has provisioned, as its jobs tell it. The direct API lists none, so whether one is still there
//! is not known from here.

use std::collections::HashMap;

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::job::{JobState, Phase};
use crate::model::provision::Provision;
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::jobs::JobRow;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The endpoints.
#[derive(Debug, Default)]
pub struct Endpoints;

/// An endpoint, by the job that makes or has made it.
#[derive(Clone, Copy)]
pub struct EndpointLine<'a> {
    /// The newest job that has made one of this name; while there is none, the newest that may.
    pub row: &'a JobRow,
}

type Of = Column<Endpoints>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "provisioned once its job has completed; before that what is known of the job",
        (11, 11),
        STATES,
        |line| Value::Word(line.state()),
    )
    .looking(|line| match line.state() {
        "provisioned" => Role::Ok,
        "unknown" => Role::Unknown,
        "remembered" => Role::Stale,
        _ => Role::Accent,
    }),
    Of::text("name", "NAME", "What it is called", (18, 28), |line| {
        (&line.row.job.name).into()
    })
    .looking(|_| Role::Text),
    Of::text(
        "edge",
        "EDGE",
        "The edge that it is made on",
        (16, 26),
        |line| line.asked(|body| body.edge_id.clone()),
    )
    .also(&["edgeId"]),
    Of::number(
        "sessions",
        "SESSIONS",
        "Calls at the same time, at most",
        (8, 8),
        |line| line.body().map(|body| body.max_concurrent_sessions).into(),
    )
    .also(&["maxConcurrentSessions"]),
    Of::text(
        "codecs",
        "CODECS",
        "Codecs, the most wanted first",
        (14, 26),
        |line| line.asked(|body| body.codec_preferences.join(" ")),
    )
    .also(&["codecPreferences"]),
    Of::flag(
        "enabled",
        "ON",
        "Whether it was made to take calls at once",
        (3, 3),
        |line| line.body().map(|body| body.enabled).into(),
    ),
    Of::moment(
        "provisioned",
        "PROVISIONED",
        "When its job ended",
        (11, 11),
        |line| line.row.job.ended.into(),
    ),
    Of::text(
        "id",
        "ID",
        "What the organisation calls it",
        (16, 24),
        |line| {
            let made = line.row.job.results.first();
            made.map(|made| &made.id).into()
        },
    ),
    Of::text("job", "JOB", "The job that made it", (16, 20), |line| {
        line.row.job.id.as_ref().map(|id| &id.0).into()
    })
    .hidden(),
    Of::text(
        "servers",
        "SERVERS",
        "Its STUN and TURN servers",
        (20, 60),
        |line| {
            line.asked(|body| {
                let servers = body.stun_servers.iter().chain(&body.turn_servers);
                servers.map(String::as_str).collect::<Vec<_>>().join(" ")
            })
        },
    )
    .hidden(),
];

const STATES: &[&str] = &[
    "unknown",
    "submitting",
    "queued",
    "running",
    "unfollowed",
    "remembered",
    "provisioned",
];

impl<'a> EndpointLine<'a> {
    /// What was asked for; none of a job of another console, and of one that an older version has submitted.
    #[must_use]
    pub fn body(&self) -> Option<&'a Provision> {
        self.row.job.body.as_deref()
    }

    fn asked(self, of: fn(&Provision) -> String) -> Value<'static> {
        self.body().map_or(Value::None, |body| of(body).into())
    }

    fn state(self) -> &'static str {
        match self.row.state() {
            "completed" => "provisioned",
            other => other,
        }
    }
}

/// The endpoints that jobs speak of, one for each name: the newest that was made, else the newest that is being made.
#[must_use]
pub fn of_jobs<'a>(jobs: impl Iterator<Item = &'a JobRow>) -> Vec<EndpointLine<'a>> {
    let mut at: HashMap<&str, usize> = HashMap::new();
    let mut lines: Vec<EndpointLine<'a>> = Vec::new();
    for row in jobs {
        let made = row.job.phase() == Phase::Completed;
        let over = matches!(
            row.job.state(),
            JobState::Failed | JobState::Refused | JobState::Ended
        );
        if row.job.name.is_empty() || over {
            continue;
        }
        match at.get(row.job.name.raw()).copied() {
            None => {
                at.insert(row.job.name.raw(), lines.len());
                lines.push(EndpointLine { row });
            }
            Some(n) => {
                let known = lines.get_mut(n);
                if let Some(known) =
                    known.filter(|known| made && known.row.job.phase() != Phase::Completed)
                {
                    known.row = row;
                }
            }
        }
    }
    lines
}

impl Kind for Endpoints {
    type Id = Text;
    type Row<'a> = EndpointLine<'a>;

    const NAME: &'static str = "endpoints";
    const DOC: &'static str = "Endpoints that were provisioned from here, as their jobs tell; the organisation lists none";
    const TROUBLE: &'static str = "unknown";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &EndpointLine<'_>) -> bool {
        line.row.job.state() == JobState::Unknown
    }

    fn rows(store: &Store, _: Millis) -> Vec<EndpointLine<'_>> {
        of_jobs(store.jobs.newest_first())
    }

    fn row<'a>(store: &'a Store, name: &Text, _: Millis) -> Option<EndpointLine<'a>> {
        of_jobs(store.jobs.named(name)).pop()
    }

    fn id(line: &EndpointLine<'_>) -> Text {
        line.row.job.name.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.jobs.generation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::{By, JobEvent, JobKey, Word};
    use crate::store::jobs::Jobs;

    #[test]
    fn the_newest_that_was_made_stands_for_its_name_and_failures_for_nothing() {
        let mut jobs = Jobs::default();
        let mut job = |key: &str, name: &str, at: i64, phase: Phase| {
            let key = JobKey(key.into());
            let submitting = JobEvent::Submitting {
                at: Millis(at),
                name: name.into(),
                body: None,
            };
            jobs.apply(&key, None, submitting);
            let word = Word {
                id: Some(format!("job-{at}").as_str().into()),
                phase: Some(phase),
                ..Word::default()
            };
            let (at, by) = (Millis(at + 1), By::Poll);
            jobs.apply(&key, None, JobEvent::Heard { at, by, word });
        };
        job("a", "one", 1, Phase::Completed);
        job("b", "one", 10, Phase::Failed);
        job("c", "two", 20, Phase::Running);
        job("d", "one", 30, Phase::Running);
        job("e", "three", 40, Phase::Failed);
        let lines = of_jobs(jobs.newest_first());
        let told: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    line.row.job.name.raw(),
                    line.row.job.key.0.raw(),
                    line.state(),
                )
            })
            .collect();
        assert_eq!(told, [("one", "a", "provisioned"), ("two", "c", "running")]);
    }
}
