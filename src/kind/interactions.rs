//! Interactions of the organisation that can be moved.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::InteractionId;
use crate::model::interaction::{Interaction, Participant, Standing};
use crate::model::transfer::Destination;
use crate::query::FieldSpec;
use crate::store::Store;
use crate::text::{Text, shown};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The interactions.
#[derive(Debug, Default)]
pub struct Interactions;

type Of = Column<Interactions>;

const COLUMNS: &[Of] = &[
    Of::text("state", "STATE", "active or queued", (7, 11), |one| {
        Value::raw(one.standing.word())
    })
    .aside()
    .looking(|one| match one.standing {
        Standing::Active => Role::Text,
        Standing::Queued => Role::Warn,
        _ => Role::Unknown,
    }),
    Of::text(
        "interaction",
        "INTERACTION",
        "The id of the interaction",
        (8, 28),
        |one| (&one.id.0).into(),
    )
    .also(&["id"])
    .looking(|_| Role::Text),
    Of::text(
        "media",
        "MEDIA",
        "What kind it is: voice, chat",
        (5, 8),
        |one| (&one.media).into(),
    )
    .also(&["mediaType"])
    .aside(),
    Of::text("queue", "QUEUE", "The queue that has it", (6, 20), |one| {
        queue(one).into()
    })
    .also(&["queueName"]),
    Of::moment("since", "SINCE", "When it began", (8, 8), |one| {
        one.started.into()
    })
    .also(&["started"]),
    Of::text(
        "who",
        "WHO",
        "Who is in it; the screen shows the last digits of a number",
        (12, 40),
        |one| who(one).into(),
    )
    .shown_as(|one, _| match people(one) {
        nobody if nobody.is_empty() => "-".to_owned(),
        people => shown(&people).into_owned(),
    })
    .looking(|_| Role::Text),
    Of::number(
        "participants",
        "PEOPLE",
        "Participants, those who have left among them",
        (6, 6),
        |one| (one.participants.len() + one.more_participants).into(),
    )
    .hidden(),
    Of::text(
        "consult",
        "CONSULT",
        "The consult transfer under way",
        (12, 40),
        |one| one.consult().map(|consult| consult.words()).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "queueId",
        "QUEUE ID",
        "The id of its queue",
        (12, 36),
        |one| (&one.queue).into(),
    )
    .hidden(),
    Of::text(
        "transferId",
        "TRANSFER ID",
        "The frame that last moved it",
        (12, 36),
        |one| one.moved_by.as_ref().into(),
    )
    .hidden(),
];

impl Kind for Interactions {
    type Id = InteractionId;
    type Row<'a> = &'a Interaction;

    const NAME: &'static str = "interactions";
    const DOC: &'static str = "Interactions that can be transferred: active and queued ones";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    /// Whoever waits is looked at first, and whoever waits longest before the others.
    fn rows(store: &Store, _: Millis) -> Vec<&Interaction> {
        let mut rows: Vec<_> = store.transfers.interactions().collect();
        rows.sort_by_key(|one| {
            let waits = one.standing == Standing::Queued;
            (!waits, one.started.is_none(), one.started)
        });
        rows
    }

    fn row<'a>(store: &'a Store, id: &InteractionId, _: Millis) -> Option<&'a Interaction> {
        store.transfers.interaction(id)
    }

    fn id(one: &&Interaction) -> InteractionId {
        one.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.transfers.generation()
    }
}

/// Who is in an interaction; raw, for the filter.
#[must_use]
pub fn who(interaction: &Interaction) -> String {
    let here = interaction.participants.iter().filter(|one| one.here());
    here.map(Participant::called).collect::<Vec<_>>().join(", ")
}

/// Who is in it, for the screen: while a call is announced, who speaks to whom; of a number its last digits. Raw.
#[must_use]
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
#[must_use]
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
#[must_use]
pub fn queue(interaction: &Interaction) -> &Text {
    if interaction.queue_name.is_empty() {
        &interaction.queue
    } else {
        &interaction.queue_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Asked;
    use crate::query::Query;

    #[test]
    fn a_filter_finds_an_interaction_by_who_is_in_it() {
        let body = br#"{"id":"i-1","state":"active","mediaType":"voice","participants":[{"name":"Ana Petrova"}]}"#;
        let interaction = crate::cloud::direct::interaction(body).unwrap();
        let passes = |text: &str| {
            let query = Query::parse(text, Interactions::FIELDS).unwrap();
            let row = Asked::<Interactions>(&&interaction);
            query.matches(&row, Millis(0)).pass
        };
        assert!(passes("petrova") && passes("media:voice state:active") && passes("i-1"));
        assert!(!passes("state:queued") && !passes("participants>1"));
    }
}
