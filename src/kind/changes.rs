//! What others changed in telephony lately: who, what, when, as the organisation's own audit has it.

use super::column::fields;
use super::{Column, Kind};
use crate::model::change::Change;
use crate::query::FieldSpec;
use crate::store::{Changes as StoreChanges, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The changes.
#[derive(Debug, Default)]
pub struct Changes;

type Of = Column<Changes>;

const COLUMNS: &[Of] = &[
    Of::moment("at", "AT", "When it was changed", (8, 9), |one| {
        one.at.into()
    })
    .looking(|_| Role::Text),
    Of::text(
        "by",
        "BY",
        "Who changed it: the user, else the OAuth client by its id",
        (12, 24),
        |one| one.by().into(),
    )
    .looking(|_| Role::Text),
    Of::text("action", "ACTION", "What was done", (7, 12), |one| {
        (&one.action).into()
    })
    .aside(),
    Of::text("type", "WHAT", "What sort of thing", (8, 16), |one| {
        (&one.sort).into()
    }),
    Of::text(
        "name",
        "NAME",
        "Its name, or its id when there is none",
        (14, 30),
        |one| (&one.name).into(),
    )
    .looking(|_| Role::Text),
    Of::text("status", "STATUS", "Whether it was done", (7, 8), |one| {
        one.status.as_ref().into()
    })
    .aside()
    .looking(|one| if one.failed() { Role::Warn } else { Role::Dim }),
    Of::text(
        "properties",
        "PROPERTIES",
        "What it was and what it became",
        (16, 60),
        |one| {
            let all: Vec<&str> = one.properties.iter().map(Text::raw).collect();
            (!all.is_empty()).then(|| all.join("; ")).into()
        },
    )
    .aside(),
    Of::text(
        "client",
        "CLIENT",
        "The OAuth client that it was done with",
        (12, 36),
        |one| one.client.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "thingId",
        "THING ID",
        "The id of what was changed",
        (12, 36),
        |one| one.thing.as_ref().into(),
    )
    .hidden(),
    Of::text("id", "ID", "The id of the change", (12, 36), |one| {
        (&one.id).into()
    })
    .hidden(),
];

impl Kind for Changes {
    type Id = Text;
    type Row<'a> = &'a Change;

    const NAME: &'static str = "changes";
    const DOC: &'static str =
        "What was changed in telephony lately, by whom, as the organisation has it";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn rows(store: &Store, _: Millis) -> Vec<&Change> {
        store.changed.iter().collect()
    }

    fn row<'a>(store: &'a Store, id: &Text, _: Millis) -> Option<&'a Change> {
        store.changed.get(id)
    }

    fn id(one: &&Change) -> Text {
        one.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.changed.generation()
    }

    fn concerns(_: &StoreChanges) -> bool {
        false
    }
}
