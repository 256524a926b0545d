//! Transfers that this console made.

use super::column::fields;
use super::interactions::{queue, who};
use super::{Column, Kind, Value};
use crate::model::transfer::made::{Callback, Made, Phase, TransferId};
use crate::query::FieldSpec;
use crate::store::Store;
use crate::text::shown;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The transfers.
#[derive(Debug, Default)]
pub struct Transfers;

type Of = Column<Transfers>;

const COLUMNS: &[Of] = &[
    Of::text("state", "STATE", "How far it is", (11, 11), |made| {
        Value::Word(made.phase.word())
    })
    .aside()
    .looking(|made| role(made.phase)),
    Of::text(
        "interaction",
        "INTERACTION",
        "The id of the interaction",
        (23, 28),
        |made| (&made.interaction.0).into(),
    )
    .also(&["interactionId"])
    .looking(|_| Role::Text),
    Of::text(
        "to",
        "TO",
        "Where it goes; the screen shows the last digits of a number",
        (16, 36),
        |made| Value::raw(made.destination.uri()),
    )
    .also(&["destinationUri"])
    .shown_as(|made, _| place(made))
    .looking(|_| Role::Text),
    Of::text(
        "codec",
        "CODEC",
        "The codec that was settled on, or the one that was asked for",
        (9, 13),
        |made| match codec(made) {
            "" => Value::None,
            codec => Value::raw(codec),
        },
    )
    .aside()
    .shown_as(|made, _| match settled(made) {
        none if none.is_empty() => "-".to_owned(),
        codec => codec,
    })
    .looking(|made| match &made.settled {
        Some(settled) if !settled.raw().eq_ignore_ascii_case(asked(made)) => Role::Warn,
        Some(_) => Role::Text,
        None => Role::Dim,
    }),
    Of::measure(
        "latency",
        "LATENCY",
        "From frame to answer, in milliseconds",
        (8, 8),
        |made| made.latency_us.map(|us| us as f64 / 1_000.0).into(),
    )
    .also(&["latencyMs"])
    .shown_as(|made, _| made.latency_us.map_or_else(|| "-".to_owned(), milliseconds)),
    Of::moment("since", "AT", "When it was asked for", (8, 8), |made| {
        made.began.into()
    }),
    Of::number(
        "retries",
        "RETRIES",
        "Times that it was sent again",
        (7, 7),
        |made| made.retries.into(),
    )
    .looking(|made| match made.retries {
        0 => Role::Dim,
        _ => Role::Warn,
    }),
    Of::text("by", "BY", "Who made it", (6, 12), |made| {
        (&made.operator).into()
    })
    .also(&["operator"])
    .aside(),
    Of::text("why", "NOTE", "Why it was not done", (12, 60), |made| {
        (&made.why).into()
    })
    .aside()
    .shown_as(|made, _| note(made))
    .looking(|made| match made.callback {
        Callback::Failed(_) => Role::Warn,
        _ => Role::Dim,
    }),
    Of::text(
        "media",
        "MEDIA",
        "What kind of interaction it was",
        (5, 8),
        |made| made.before.as_ref().map(|before| &before.media).into(),
    )
    .aside()
    .hidden(),
    Of::text("queue", "QUEUE", "The queue that had it", (8, 20), |made| {
        made.before.as_ref().map(|before| queue(before)).into()
    })
    .hidden(),
    Of::text("who", "WHO", "Who was in it", (12, 40), |made| {
        made.before.as_ref().map(|before| who(before)).into()
    })
    .hidden(),
    Of::text(
        "codecAsked",
        "ASKED",
        "The codec that was asked for",
        (9, 13),
        |made| match asked(made) {
            "" => Value::None,
            codec => Value::raw(codec),
        },
    )
    .aside()
    .hidden(),
    Of::text(
        "codecSettled",
        "SETTLED",
        "The codec that was settled on",
        (9, 13),
        |made| made.settled.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "frameId",
        "FRAME",
        "The id of its last frame",
        (12, 36),
        |made| (&made.frame).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "tls",
        "TLS",
        "How its socket was secured",
        (12, 36),
        |made| (&made.security).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "mediaServer",
        "MEDIA SERVER",
        "Whether the media server knows of it, or why not",
        (12, 36),
        |made| match &made.callback {
            Callback::None => Value::None,
            Callback::Telling => Value::Word("telling"),
            Callback::Told => Value::Word("told"),
            Callback::Failed(why) => why.into(),
        },
    )
    .aside()
    .hidden(),
];

impl Kind for Transfers {
    type Id = TransferId;
    type Row<'a> = &'a Made;

    const NAME: &'static str = "transfers";
    const DOC: &'static str = "Transfers that this console made, in this run";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    /// The newest first.
    fn rows(store: &Store, _: Millis) -> Vec<&Made> {
        store.transfers.made().collect()
    }

    fn row<'a>(store: &'a Store, id: &TransferId, _: Millis) -> Option<&'a Made> {
        store.transfers.get(*id)
    }

    fn id(made: &&Made) -> TransferId {
        made.id
    }

    fn generation(store: &Store) -> u64 {
        store.transfers.generation()
    }
}

fn asked(made: &Made) -> &str {
    made.request.codec().unwrap_or_default()
}

/// The codec that counts: the settled one, before that the one that was asked for; raw.
#[must_use]
pub fn codec(made: &Made) -> &str {
    match &made.settled {
        Some(settled) => settled.raw(),
        None => made.request.codec().unwrap_or_default(),
    }
}

/// Where it goes; of places of the organisation what tells them apart, and of a number its last digits.
fn place(made: &Made) -> String {
    let to = made.destination.masked();
    match to.strip_prefix("genesys://") {
        Some(place) => place.to_owned(),
        None => to,
    }
}

/// The settled codec, with the asked one before it when that was another.
fn settled(made: &Made) -> String {
    let asked = made.request.codec().unwrap_or_default();
    match &made.settled {
        Some(settled) if !settled.raw().eq_ignore_ascii_case(asked) => {
            format!("{}→{settled}", shown(asked))
        }
        _ => shown(codec(made)).into_owned(),
    }
}

/// What else there is to say: why it is not done, or that the media server does not know.
fn note(made: &Made) -> String {
    match &made.callback {
        Callback::Failed(why) => format!("media server not notified: {why}"),
        _ if !made.why.is_empty() => made.why.to_string(),
        _ => String::new(),
    }
}

/// A latency with as many digits as mean something.
#[must_use]
pub fn milliseconds(us: u64) -> String {
    match us {
        0..10_000 => format!("{:.1} ms", us as f64 / 1_000.0),
        _ => format!("{} ms", us / 1_000),
    }
}

/// How a phase looks: quiet when it is well.
#[must_use]
pub const fn role(phase: Phase) -> Role {
    match phase {
        Phase::Queued | Phase::Checking => Role::Dim,
        Phase::Sent | Phase::Accepted | Phase::Negotiating => Role::Accent,
        Phase::Retrying => Role::Warn,
        Phase::Transferred => Role::Text,
        Phase::Rejected | Phase::Stopped => Role::Bad,
        Phase::TimedOut | Phase::Unknown => Role::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn small_latencies_keep_a_tenth() {
        assert_eq!([1_540, 25_000].map(milliseconds), ["1.5 ms", "25 ms"]);
    }
}
