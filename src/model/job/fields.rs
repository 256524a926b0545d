//! What the filter grammar knows of a job.

use super::Job;
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::text::Text;

/// The fields, in the order of their indices.
pub const FIELDS: &[FieldSpec] = &[
    aside(
        "state",
        Kind::Choice(&[
            "unknown",
            "failed",
            "refused",
            "submitting",
            "queued",
            "running",
            "unfollowed",
            "completed",
        ]),
        "What is known of the job",
    ),
    field("name", "The name of what it is to make"),
    aside("submitted", Kind::Moment, "How long ago it was submitted"),
    aside(
        "latency",
        Kind::Number,
        "Milliseconds from the submit to the end",
    ),
    aside("attempts", Kind::Number, "Requests that the submit took"),
    aside(
        "polls",
        Kind::Number,
        "Times that the organisation was asked for it",
    ),
    aside(
        "deliveries",
        Kind::Number,
        "Times that its webhook told of it",
    ),
    field("result", "What it made"),
    field("id", "The organisation's id of it"),
    field("error", "Why it failed, was refused, or is not known"),
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

impl Job {
    /// What it made, in a line; raw.
    #[must_use]
    pub fn result(&self) -> Option<String> {
        let first = self.results.first()?;
        let more = self.made.saturating_sub(1);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Some(format!("{} ({}){more}", first.name.raw(), first.id.raw()))
    }

    /// Why it is not well, in a line: the doubt, or the organisation's own words; raw.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        if let Some(doubt) = self.doubt() {
            return Some(format!("{} {}", doubt.why.raw(), doubt.check.raw()));
        }
        let error = self.error()?;
        if error.code.is_empty() {
            return Some(error.message.raw().to_owned());
        }
        Some(format!("{} ({})", error.message.raw(), error.code.raw()))
    }
}

impl Fields for Job {
    fn value(&self, index: usize) -> Value<'_> {
        let owned =
            |text: Option<String>| text.map_or(Value::Unknown, |text| Value::Text(text.into()));
        match index {
            0 => Value::Text(self.state().word().into()),
            1 => text(Some(&self.name)),
            2 => self.submitted.map_or(Value::Unknown, Value::Moment),
            3 => self.latency().map_or(Value::Unknown, Value::Number),
            4 => Value::Number(self.attempts.into()),
            5 => Value::Number(self.polls.into()),
            6 => Value::Number(self.deliveries.into()),
            7 => owned(self.result()),
            8 => text(self.id.as_ref().map(|id| &id.0)),
            9 => owned(self.reason()),
            _ => Value::Unknown,
        }
    }
}

fn text(text: Option<&Text>) -> Value<'_> {
    text.map_or(Value::Unknown, |text| Value::Text(text.raw().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::State;

    #[test]
    fn the_grammar_knows_every_state() {
        let Kind::Choice(words) = FIELDS[0].kind else {
            panic!("state is a choice");
        };
        assert_eq!(words, State::ALL.map(State::word));
    }
}
