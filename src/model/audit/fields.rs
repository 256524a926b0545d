//! What the filter grammar knows of a line of the audit: for the pane and for `audit show --where`.

use super::Record;
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::text::Text;

/// The fields, in the order of their indices.
pub const FIELDS: &[FieldSpec] = &[
    aside("at", Kind::Moment, "How long ago it was written"),
    field("action", "What the write does: route.update"),
    aside(
        "status",
        Kind::Choice(&[
            "intent",
            "ok",
            "refused",
            "unknown",
            "cancelled",
            "note",
            "other",
        ]),
        "What the line says of the write",
    ),
    field("subject", "What the write is done to"),
    field("operator", "Who was at the console"),
    field("id", "Ties an outcome to its intent"),
    field("job", "The job that it began"),
    field("method", "POST, PUT, DELETE or FRAME"),
    field("path", "Where it goes"),
    aside("latency", Kind::Number, "Milliseconds to the answer"),
    field("error", "Why it was not done, or is not known to be"),
    aside("line", Kind::Number, "The number of the line"),
    field("session", "Which run of the console wrote it"),
];

const fn field(name: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        kind: Kind::Text,
        doc,
        bare: true,
    }
}

const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        kind,
        doc,
        bare: false,
    }
}

impl Fields for Record {
    fn value(&self, index: usize) -> Value<'_> {
        match index {
            0 => Value::Moment(self.timestamp),
            1 => text(&self.action),
            2 => Value::Text(self.status.word().into()),
            3 => text(&self.subject),
            4 => text(&self.operator),
            5 => text(&self.id),
            6 => maybe(self.job_id.as_ref()),
            7 => text(&self.method),
            8 => text(&self.path),
            9 => self.latency_ms.map_or(Value::Unknown, Value::Number),
            10 => maybe(self.error.as_ref()),
            11 => Value::Number(self.line),
            12 => text(&self.session),
            _ => Value::Unknown,
        }
    }
}

fn text(text: &Text) -> Value<'_> {
    Value::Text(text.raw().into())
}

fn maybe(text: Option<&Text>) -> Value<'_> {
    text.map_or(Value::Unknown, |text| Value::Text(text.raw().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::Status;

    #[test]
    fn the_grammar_knows_every_status() {
        let Kind::Choice(words) = FIELDS[2].kind else {
            panic!("status is a choice");
        };
        assert_eq!(words, Status::ALL.map(Status::word));
    }
}
