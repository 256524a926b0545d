//! The users behind the registrations: how many devices each has, and how many of them are registered.

use std::collections::HashMap;

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::UserId;
use crate::model::registration::State;
use crate::query::FieldSpec;
use crate::store::{Changes, Row, Store};
use crate::text::collate;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The users that have a device.
#[derive(Debug, Default)]
pub struct Users;

/// A user with what their devices come to.
#[derive(Clone, Copy)]
pub struct UserLine<'a> {
    /// One of the devices: the user is the same on all.
    pub row: Row<'a>,
    /// Devices.
    pub devices: u32,
    /// Devices in each state, as [`State::ALL`] has them.
    pub states: [u32; State::ALL.len()],
    /// Changes of all of them within the last hour.
    pub flaps: u32,
}

type Of = Column<Users>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "The state of the worst of the user's devices",
        (10, 10),
        &["lost", "stale", "remembered", "unknown", "ok"],
        |line| Value::Word(line.worst().word()),
    )
    .looking(|line| super::registrations::role(line.worst())),
    Of::text(
        "user",
        "USER",
        "The user's name, or the id when there is none",
        (18, 28),
        |line| line.row.user().into(),
    )
    .looking(|_| Role::Text),
    Of::text("site", "SITE", "Where the user is", (10, 20), |line| {
        line.row.site().into()
    }),
    Of::number(
        "devices",
        "DEVICES",
        "Devices of the user",
        (7, 7),
        |line| line.devices.into(),
    )
    .looking(|_| Role::Text),
    Of::number(
        "registered",
        "REGISTERED",
        "Devices that are registered",
        (10, 10),
        |line| line.of(State::Ok).into(),
    )
    .looking(|_| Role::Text),
    Of::number("lost", "LOST", "Devices that were lost", (5, 5), |line| {
        line.of(State::Lost).into()
    })
    .looking(|line| match line.of(State::Lost) {
        0 => Role::Dim,
        _ => Role::Bad,
    }),
    Of::number(
        "flaps",
        "FLAPS/1h",
        "Changes of all the devices within the last hour",
        (8, 8),
        |line| line.flaps.into(),
    ),
    Of::text("userId", "USER ID", "The user's id", (16, 36), |line| {
        (&line.row.user_id().0).into()
    })
    .also(&["id", "user_id"]),
];

impl<'a> UserLine<'a> {
    fn new(row: Row<'a>) -> Self {
        Self {
            row,
            devices: 0,
            states: [0; State::ALL.len()],
            flaps: 0,
        }
    }

    fn add(&mut self, row: &Row<'_>) {
        self.devices += 1;
        self.flaps += u32::from(row.flaps());
        let place = State::ALL.iter().position(|state| *state == row.state());
        if let Some(count) = place.and_then(|place| self.states.get_mut(place)) {
            *count += 1;
        }
    }

    /// How many devices are in a state.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        let place = State::ALL.iter().position(|known| *known == state);
        let count = place.and_then(|place| self.states.get(place));
        count.copied().unwrap_or_default()
    }

    /// The state of the worst device.
    #[must_use]
    pub fn worst(&self) -> State {
        let states = State::ALL.into_iter();
        let mut there = states.filter(|state| self.of(*state) > 0);
        there.next().unwrap_or(State::Unknown)
    }
}

impl Kind for Users {
    type Id = UserId;
    type Row<'a> = UserLine<'a>;

    const NAME: &'static str = "users";
    const DOC: &'static str = "Users with a device: how many devices, how many of them registered";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    /// By state, the worst first, then by name.
    fn rows(store: &Store, _: Millis) -> Vec<UserLine<'_>> {
        let mut places: HashMap<&UserId, usize> = HashMap::new();
        let mut lines: Vec<UserLine<'_>> = Vec::new();
        for (_, row) in store.registrations.rows() {
            let place = *places.entry(row.user_id()).or_insert_with(|| {
                lines.push(UserLine::new(row));
                lines.len() - 1
            });
            if let Some(line) = lines.get_mut(place) {
                line.add(&row);
            }
        }
        lines.sort_by_cached_key(|line| {
            let place = State::ALL.iter().position(|state| *state == line.worst());
            (place, collate::key(line.row.user().raw()))
        });
        lines
    }

    fn row<'a>(store: &'a Store, id: &UserId, _: Millis) -> Option<UserLine<'a>> {
        let mut rows = store.registrations.of_user(id);
        let first = rows.next()?;
        let mut line = UserLine::new(first);
        line.add(&first);
        rows.for_each(|row| line.add(&row));
        Some(line)
    }

    fn id(line: &UserLine<'_>) -> UserId {
        line.row.user_id().clone()
    }

    fn concerns(changes: &Changes) -> bool {
        !(changes.touched.is_empty() && changes.removed.is_empty() && changes.renamed.is_empty())
    }
}
