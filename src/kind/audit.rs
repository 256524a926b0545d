//! The audit: what was written to the organisation, what was refused, by whom, with what outcome.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::audit::LineStatus;
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::audit::AuditRow;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The lines of the audit.
#[derive(Debug, Default)]
pub struct Audit;

type Of = Column<Audit>;

const COLUMNS: &[Of] = &[
    Of::moment("at", "TIME", "When it was written", (8, 8), |row| {
        row.record.timestamp.into()
    })
    .also(&["timestamp"]),
    Of::word(
        "status",
        "STATUS",
        "What the line says of the write",
        (9, 9),
        STATUSES,
        |row| Value::Word(row.record.status.word()),
    )
    .looking(|row| {
        if row.open {
            Role::Accent
        } else {
            role(row.record.status)
        }
    }),
    Of::text(
        "action",
        "ACTION",
        "What the write does: route.update",
        (13, 18),
        |row| (&row.record.action).into(),
    )
    .looking(|row| text_of(row)),
    Of::text(
        "subject",
        "SUBJECT",
        "What the write is done to",
        (18, 32),
        |row| (&row.record.subject).into(),
    )
    .looking(|row| text_of(row)),
    Of::number(
        "latency",
        "MS",
        "Milliseconds to the answer",
        (6, 6),
        |row| row.record.latency_ms.map_or(Value::None, Value::Span),
    )
    .also(&["latencyMs"])
    .shown_as(|row, _| {
        row.record
            .latency_ms
            .map_or_else(String::new, |ms| ms.to_string())
    }),
    Of::text(
        "operator",
        "OPERATOR",
        "Who was at the console",
        (8, 12),
        |row| (&row.record.operator).into(),
    ),
    Of::text("job", "JOB", "The job that it began", (16, 16), |row| {
        row.record.job_id.as_ref().into()
    })
    .also(&["jobId"])
    .shown_as(|row, _| or_nothing(row.record.job_id.as_ref())),
    Of::text(
        "error",
        "ERROR",
        "Why it was not done, or is not known to be",
        (16, 60),
        |row| row.record.error.as_ref().into(),
    )
    .shown_as(|row, _| or_nothing(row.record.error.as_ref())),
    Of::text(
        "method",
        "METHOD",
        "POST, PUT, DELETE or FRAME",
        (6, 6),
        |row| (&row.record.method).into(),
    )
    .hidden(),
    Of::text("path", "PATH", "Where it goes", (16, 48), |row| {
        (&row.record.path).into()
    })
    .hidden(),
    Of::text(
        "id",
        "ID",
        "Ties an outcome to its intent",
        (32, 32),
        |row| (&row.record.id).into(),
    )
    .hidden(),
    Of::number("line", "LINE", "The number of the line", (6, 8), |row| {
        row.record.line.into()
    })
    .hidden(),
    Of::text(
        "session",
        "SESSION",
        "Which run of the console wrote it",
        (8, 32),
        |row| (&row.record.session).into(),
    )
    .hidden(),
    Of::text("profile", "PROFILE", "With which profile", (8, 20), |row| {
        (&row.record.profile).into()
    })
    .aside()
    .hidden(),
    Of::flag(
        "open",
        "OPEN",
        "Whether its outcome is still to come",
        (4, 4),
        |row| row.open.into(),
    )
    .hidden(),
];

/// Every word of a status.
const STATUSES: &[&str] = &[
    "intent",
    "ok",
    "refused",
    "failed",
    "unknown",
    "cancelled",
    "note",
    "other",
];

impl Kind for Audit {
    type Id = u64;
    type Row<'a> = &'a AuditRow;

    const NAME: &'static str = "audit";
    const DOC: &'static str = "Every write of the profile: what was to be sent, what became of it";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn rows(store: &Store, _: Millis) -> Vec<&AuditRow> {
        store.audit.newest_first().collect()
    }

    fn row<'a>(store: &'a Store, line: &u64, _: Millis) -> Option<&'a AuditRow> {
        store.audit.get(*line)
    }

    fn id(row: &&AuditRow) -> u64 {
        row.record.line
    }

    fn generation(store: &Store) -> u64 {
        store.audit.generation()
    }
}

/// How a status looks: what is as it should be is quiet.
#[must_use]
pub const fn role(status: LineStatus) -> Role {
    match status {
        LineStatus::Ok => Role::Ok,
        LineStatus::Unknown => Role::Unknown,
        LineStatus::Refused => Role::Warn,
        LineStatus::Failed => Role::Bad,
        LineStatus::Intent | LineStatus::Cancelled | LineStatus::Note | LineStatus::Other => {
            Role::Dim
        }
    }
}

/// An intent says what its outcome says again, so it steps back.
fn text_of(row: &AuditRow) -> Role {
    match row.record.status {
        LineStatus::Intent if !row.open => Role::Dim,
        LineStatus::Note => Role::Dim,
        _ => Role::Text,
    }
}

fn or_nothing(text: Option<&crate::text::Text>) -> String {
    text.map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_word() {
        assert_eq!(STATUSES, LineStatus::ALL.map(LineStatus::word));
    }
}
