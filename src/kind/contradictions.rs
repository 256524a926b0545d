//! Phones by whose signs somebody could be called, and cannot: which signs contradict each other, and what to do.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::registration::State;
use crate::model::registration::obstacle::Obstacle;
use crate::query::FieldSpec;
use crate::store::{Changes, Row, RowId, Store};
use crate::text::collate;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The contradictions.
#[derive(Debug, Default)]
pub struct Contradictions;

/// A phone with what keeps calls from whose it is.
#[derive(Clone, Copy)]
pub struct ContradictionLine<'a> {
    /// The phone.
    pub row: Row<'a>,
    /// What keeps calls from it.
    pub obstacle: &'a Obstacle,
}

type Of = Column<Contradictions>;

const COLUMNS: &[Of] = &[
    Of::word(
        "problem",
        "PROBLEM",
        "What keeps calls from the user, though the phone is there",
        (14, 17),
        &Obstacle::WORDS,
        |line| Value::Word(line.obstacle.word()),
    )
    .looking(|line| match (line.is_sure(), line.obstacle) {
        (false, _) => Role::Stale,
        (_, Obstacle::Nobody) => Role::Dim,
        (_, Obstacle::OffQueue) => Role::Warn,
        _ => Role::Bad,
    }),
    Of::text(
        "user",
        "USER",
        "The user's name, or the id when there is none",
        (14, 22),
        |line| line.row.user().into(),
    )
    .looking(plain),
    Of::text(
        "device",
        "PHONE",
        "The phone's name, or its id when there is none",
        (12, 22),
        |line| line.row.label().into(),
    )
    .looking(plain),
    Of::text(
        "signs",
        "SIGNS",
        "Which signs contradict each other",
        (20, 76),
        |line| Value::owned(line.obstacle.signs(line.row.reason())),
    )
    .aside()
    .looking(plain),
    Of::moment(
        "since",
        "SINCE",
        "Since when the phone is what it is",
        (8, 9),
        |line| line.row.since().into(),
    ),
    Of::text("site", "SITE", "Where the user is", (8, 12), |line| {
        line.row.site().into()
    })
    .shown_as(|line, _| {
        line.row
            .site()
            .map_or_else(String::new, ToString::to_string)
    }),
    Of::text(
        "remedy",
        "WHAT TO DO",
        "What to do about it",
        (20, 76),
        |line| Value::owned(line.obstacle.remedy().to_owned()),
    )
    .aside()
    .hidden(),
    Of::text(
        "status",
        "STATUS",
        "How the phone is, in the organisation's terms",
        (10, 24),
        |line| Value::owned(line.row.status().into_owned()),
    )
    .hidden(),
    Of::word(
        "state",
        "STATE",
        "Registration state; what may be out of date is stale",
        (7, 8),
        &["lost", "stale", "remembered", "unknown", "off duty", "ok"],
        |line| Value::Word(line.row.state().word()),
    )
    .hidden(),
    Of::text("userId", "USER ID", "The user's id", (12, 16), |line| {
        (&line.row.user_id().0).into()
    })
    .also(&["user_id"])
    .hidden(),
    Of::text(
        "deviceId",
        "DEVICE ID",
        "The phone's id",
        (12, 16),
        |line| (&line.row.device().0).into(),
    )
    .also(&["device_id"])
    .hidden(),
];

fn plain(line: &ContradictionLine<'_>) -> Role {
    if line.is_sure() {
        Role::Text
    } else {
        Role::Stale
    }
}

impl<'a> ContradictionLine<'a> {
    /// The line of a phone that has one. Who is signed in at another phone is out of reach only where that one is lost.
    fn of(row: Row<'a>, store: &Store) -> Option<Self> {
        let obstacle = row.obstacle()?;
        if let Obstacle::Elsewhere(station) = obstacle {
            let mut own = store.registrations.of_user(row.user_id());
            let lost = own.any(|other| other.label() == station && other.state() == State::Lost);
            if !lost {
                return None;
            }
        }
        Some(Self { row, obstacle })
    }

    /// Whether nothing has been missed since it was told.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        !matches!(self.row.state(), State::Stale | State::Remembered)
    }
}

impl Kind for Contradictions {
    type Id = RowId;
    type Row<'a> = ContradictionLine<'a>;

    const NAME: &'static str = "contradictions";
    const DOC: &'static str = "Phones that are there and cannot be called: the signs that contradict each other, and what to do";
    const TROUBLE: &'static str = "cannot take calls";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &ContradictionLine<'_>) -> bool {
        line.is_sure() && *line.obstacle != Obstacle::Nobody
    }

    /// What is most urgent first, then by name.
    fn rows(store: &Store, _: Millis) -> Vec<ContradictionLine<'_>> {
        let rows = store.registrations.obstructed();
        let lines = rows.filter_map(|row| ContradictionLine::of(row, store));
        let mut lines: Vec<ContradictionLine<'_>> = lines.collect();
        lines.sort_by_cached_key(|line| {
            let place = line.obstacle.place();
            (
                !line.is_sure(),
                place,
                collate::key(line.row.user().raw()),
                line.row.id(),
            )
        });
        lines
    }

    fn row<'a>(store: &'a Store, id: &RowId, _: Millis) -> Option<ContradictionLine<'a>> {
        ContradictionLine::of(store.registrations.row(*id)?, store)
    }

    fn id(line: &ContradictionLine<'_>) -> RowId {
        line.row.id()
    }

    fn again(before: &Store, id: &RowId, store: &Store) -> Option<RowId> {
        let row = before.registrations.row(*id)?;
        store.registrations.find(row.user_id(), row.device())
    }

    fn concerns(changes: &Changes) -> bool {
        !(changes.touched.is_empty() && changes.removed.is_empty() && changes.renamed.is_empty())
    }
}
