//! The columns of the audit.

use crate::config::theme::Role;
use crate::model::audit::Status;
use crate::pane::list::column::Column;
use crate::store::audit::AuditRow;
use crate::text::Text;

type Audited = Column<AuditRow>;

/// In the order of the screen; named as filters name them.
pub(super) const COLUMNS: &[Audited] = &[
    Audited::new(
        "at",
        "TIME",
        "When it was written",
        (8, 8),
        |row, look| look.moment(row.record.timestamp),
        |a, b| a.record.timestamp.cmp(&b.record.timestamp),
    )
    .number(),
    Audited::new(
        "status",
        "STATUS",
        "What the line says of the write",
        (9, 9),
        |row, _| row.record.status.word().to_owned(),
        |a, b| a.record.status.cmp(&b.record.status),
    )
    .looking(|row| {
        if row.open {
            Role::Accent
        } else {
            role(row.record.status)
        }
    }),
    Audited::new(
        "action",
        "ACTION",
        "What the write does",
        (13, 18),
        |row, _| row.record.action.to_string(),
        |a, b| a.record.action.cmp(&b.record.action),
    )
    .looking(text_of),
    Audited::new(
        "subject",
        "SUBJECT",
        "What the write is done to",
        (18, 32),
        |row, _| row.record.subject.to_string(),
        |a, b| a.record.subject.cmp(&b.record.subject),
    )
    .looking(text_of),
    Audited::new(
        "latency",
        "MS",
        "Milliseconds to the answer",
        (6, 6),
        |row, _| {
            let ms = row.record.latency_ms;
            ms.map_or_else(String::new, |ms| ms.to_string())
        },
        |a, b| a.record.latency_ms.cmp(&b.record.latency_ms),
    )
    .number(),
    Audited::new(
        "operator",
        "OPERATOR",
        "Who was at the console",
        (8, 12),
        |row, _| row.record.operator.to_string(),
        |a, b| a.record.operator.cmp(&b.record.operator),
    ),
    Audited::new(
        "job",
        "JOB",
        "The job that it began",
        (16, 16),
        |row, _| or_nothing(row.record.job_id.as_ref()),
        |a, b| a.record.job_id.cmp(&b.record.job_id),
    ),
    Audited::new(
        "error",
        "ERROR",
        "Why it was not done, or is not known to be",
        (16, 60),
        |row, _| or_nothing(row.record.error.as_ref()),
        |a, b| a.record.error.cmp(&b.record.error),
    ),
    Audited::new(
        "method",
        "METHOD",
        "POST, PUT, DELETE or FRAME",
        (6, 6),
        |row, _| row.record.method.to_string(),
        |a, b| a.record.method.cmp(&b.record.method),
    )
    .hidden(),
    Audited::new(
        "path",
        "PATH",
        "Where it goes",
        (16, 48),
        |row, _| row.record.path.to_string(),
        |a, b| a.record.path.cmp(&b.record.path),
    )
    .hidden(),
    Audited::new(
        "id",
        "ID",
        "Ties an outcome to its intent",
        (32, 32),
        |row, _| row.record.id.to_string(),
        |a, b| a.record.id.cmp(&b.record.id),
    )
    .hidden(),
    Audited::new(
        "line",
        "LINE",
        "The number of the line",
        (6, 8),
        |row, _| row.record.line.to_string(),
        |a, b| a.record.line.cmp(&b.record.line),
    )
    .number()
    .hidden(),
    Audited::new(
        "session",
        "SESSION",
        "Which run of the console wrote it",
        (8, 32),
        |row, _| row.record.session.to_string(),
        |a, b| a.record.session.cmp(&b.record.session),
    )
    .hidden(),
];

/// How a status looks: what is as it should be is quiet.
pub(super) const fn role(status: Status) -> Role {
    match status {
        Status::Ok => Role::Ok,
        Status::Unknown => Role::Unknown,
        Status::Refused => Role::Warn,
        Status::Intent | Status::Cancelled | Status::Note | Status::Other => Role::Dim,
    }
}

/// An intent says what its outcome says again, so it steps back.
fn text_of(row: &AuditRow) -> Role {
    match row.record.status {
        Status::Intent if !row.open => Role::Dim,
        Status::Note => Role::Dim,
        _ => Role::Text,
    }
}

fn or_nothing(text: Option<&Text>) -> String {
    text.map_or_else(String::new, Text::to_string)
}

#[cfg(test)]
mod tests {
    use super::COLUMNS;
    use crate::model::audit::fields::FIELDS;

    #[test]
    fn every_column_is_a_field_of_the_grammar() {
        for column in COLUMNS {
            let known = FIELDS.iter().any(|field| field.name == column.name);
            assert!(known, "{}", column.name);
        }
        assert_eq!(COLUMNS.len(), FIELDS.len());
    }
}
