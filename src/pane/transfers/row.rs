//! Rows of both halves as filters see them.

use crate::model::interaction::{Interaction, Participant};
use crate::model::transfer::Destination;
use crate::model::transfer::made::Made;
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::text::Text;

/// Fields of the grammar; the same for both halves, unknown where a half does not have one.
pub const FIELDS: &[FieldSpec] = &[
    aside(
        "state",
        Kind::Text,
        "Of an interaction: active or queued. Of a transfer: how far it is",
    ),
    field("interaction", "The id of the interaction"),
    aside(
        "media",
        Kind::Text,
        "What kind of interaction it is: voice, chat",
    ),
    field("queue", "The queue that has the interaction"),
    field("who", "Who is in the interaction"),
    field("to", "Where it was transferred to"),
    aside(
        "codec",
        Kind::Text,
        "The codec that was settled on, or the one that was asked for",
    ),
    aside(
        "latency",
        Kind::Number,
        "From frame to answer, in milliseconds",
    ),
    aside("retries", Kind::Number, "Times that it was sent again"),
    aside("by", Kind::Text, "Who made the transfer"),
    aside(
        "since",
        Kind::Moment,
        "When the interaction began, or the transfer was asked for",
    ),
    aside("why", Kind::Text, "Why a transfer was not done"),
];

const fn field(name: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        also: &[],
        kind: Kind::Text,
        doc,
        bare: true,
    }
}

const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        also: &[],
        kind,
        doc,
        bare: false,
    }
}

fn text(text: &Text) -> Value<'_> {
    if text.is_empty() {
        return Value::Unknown;
    }
    Value::Text(text.raw().into())
}

/// A row of either half.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// An interaction that can be moved.
    Interaction(&'a Interaction),
    /// A transfer that was made.
    Made(&'a Made),
}

impl Fields for Row<'_> {
    fn value(&self, index: usize) -> Value<'_> {
        match self {
            Self::Interaction(one) => of_interaction(one, index),
            Self::Made(made) => of_made(made, index),
        }
    }
}

fn of_interaction(one: &Interaction, index: usize) -> Value<'_> {
    match index {
        0 => Value::Text(one.standing.word().into()),
        1 => text(&one.id.0),
        2 => text(&one.media),
        3 => text(queue(one)),
        4 => Value::Text(who(one).into()),
        10 => one.started.map_or(Value::Unknown, Value::Moment),
        _ => Value::Unknown,
    }
}

fn of_made(made: &Made, index: usize) -> Value<'_> {
    match index {
        0 => Value::Text(made.phase.word().into()),
        1 => text(&made.interaction.0),
        // What was known of the interaction when it was read before the transfer.
        2..=4 => {
            let before = made.before.as_deref();
            before.map_or(Value::Unknown, |before| of_interaction(before, index))
        }
        5 => Value::Text(made.destination.uri().into()),
        6 if codec(made).is_empty() => Value::Unknown,
        6 => Value::Text(codec(made).into()),
        7 => made
            .latency_us
            .map_or(Value::Unknown, |us| Value::Number((us / 1_000) as f64)),
        8 => Value::Number(made.retries.into()),
        9 => text(&made.operator),
        10 => Value::Moment(made.began),
        11 => text(&made.why),
        _ => Value::Unknown,
    }
}

/// Who is in an interaction; raw, for the filter.
pub fn who(interaction: &Interaction) -> String {
    let here = interaction.participants.iter().filter(|one| one.here());
    here.map(Participant::called).collect::<Vec<_>>().join(", ")
}

/// Who is in it, for the screen: while a call is announced, who speaks to whom; of a number its last digits. Raw.
pub fn people(interaction: &Interaction) -> String {
    if let Some(consult) = interaction.consult() {
        return consult.words();
    }
    // The queue has a column of its own.
    let here = interaction.participants.iter();
    let here = here.filter(|one| one.here() && !one.queues());
    let called = here.map(|one| {
        if one.name.is_empty() {
            reached(one.called())
        } else {
            reached(one.name.raw())
        }
    });
    called.collect::<Vec<_>>().join(", ")
}

/// An address, a number with its last digits only; raw.
pub fn reached(address: &str) -> String {
    let number = if address.starts_with('+') {
        Destination::parse(&format!("tel:{address}"))
    } else {
        Destination::parse(address)
    };
    match number {
        Ok(to) => to.masked(),
        Err(_) => address.to_owned(),
    }
}

/// What people call the queue that has it; raw.
pub fn queue(interaction: &Interaction) -> &Text {
    if interaction.queue_name.is_empty() {
        &interaction.queue
    } else {
        &interaction.queue_name
    }
}

/// The codec that counts: the settled one, before that the one that was asked for; raw.
pub fn codec(made: &Made) -> &str {
    match &made.settled {
        Some(settled) => settled.raw(),
        None => made.request.codec().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use crate::time::Millis;

    #[test]
    fn a_filter_finds_an_interaction_by_who_is_in_it() {
        let body = br#"{"id":"i-1","state":"active","mediaType":"voice","participants":[{"name":"Ana Petrova"}]}"#;
        let interaction = crate::cloud::direct::interaction(body).unwrap();
        let passes = |text: &str| {
            let query = Query::parse(text, FIELDS).unwrap();
            query
                .matches(&Row::Interaction(&interaction), Millis(0))
                .pass
        };
        assert!(passes("petrova") && passes("media:voice state:active") && passes("i-1"));
        assert!(!passes("state:queued") && !passes("retries>0"));
    }
}
