//! Numbers and extensions: whose each is, what is free, and where the organisation's lists disagree.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::UserId;
use crate::model::number::{NumberRow, OwnerSort, Tenure};
use crate::query::FieldSpec;
use crate::store::{Changes, Row, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The numbers.
#[derive(Debug, Default)]
pub struct Numbers;

/// A number with the phones of whose it is.
#[derive(Clone, Copy)]
pub struct NumberLine<'a> {
    /// The number.
    pub row: &'a NumberRow,
    store: &'a Store,
}

type Of = Column<Numbers>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "Whether it is assigned once, twice, differently in two lists, or not at all",
        (10, 13),
        &Tenure::WORDS,
        |line| Value::Word(line.row.tenure.word()),
    )
    .looking(|line| match line.row.tenure {
        Tenure::Double => Role::Bad,
        Tenure::Mismatched => Role::Warn,
        Tenure::Assigned => Role::Ok,
        _ => Role::Dim,
    }),
    Of::text(
        "number",
        "NUMBER",
        "The number or the extension, or the range of a pool",
        (14, 28),
        |line| {
            if line.row.number.is_empty() {
                Value::None
            } else {
                (&line.row.number).into()
            }
        },
    )
    .looking(|_| Role::Text),
    Of::text(
        "owner",
        "WHOSE",
        "Whose it is by all of the organisation's lists",
        (14, 26),
        |line| line.owners().into(),
    )
    .looking(|_| Role::Text),
    Of::word(
        "type",
        "TYPE",
        "What sort of thing has it",
        (5, 6),
        &OwnerSort::WORDS,
        |line| {
            let owner = line.row.owners.first();
            owner.map_or(Value::None, |owner| Value::Word(owner.sort.word()))
        },
    ),
    Of::number(
        "phones",
        "PHONES",
        "Phones of its user, as far as they are known",
        (6, 6),
        |line| match line.user() {
            Some(_) => line.phones().count().into(),
            None => Value::None,
        },
    ),
    Of::text(
        "station",
        "STATION",
        "Where its user was signed in when the numbers were read",
        (12, 22),
        |line| line.row.station.as_ref().into(),
    ),
    Of::text("pool", "POOL", "The pool that it is of", (10, 18), |line| {
        line.row.pool.as_ref().into()
    }),
    Of::text(
        "note",
        "NOTE",
        "What is wrong with it, or what may be taken next",
        (16, 60),
        |line| {
            if line.row.note.is_empty() {
                Value::None
            } else {
                Value::raw(&line.row.note)
            }
        },
    )
    .aside()
    .looking(|line| {
        if line.row.tenure.is_trouble() {
            Role::Text
        } else {
            Role::Dim
        }
    }),
    Of::flag(
        "extension",
        "EXTENSION",
        "Whether it is an extension",
        (9, 9),
        |line| line.row.extension.into(),
    )
    .hidden(),
    Of::text(
        "digits",
        "DIGITS",
        "Its digits alone, which are found however a number is written",
        (10, 16),
        |line| {
            if line.row.digits.is_empty() {
                Value::None
            } else {
                Value::raw(&line.row.digits)
            }
        },
    )
    // As numbers: the shorter one is the smaller one.
    .ordered(|a, b| {
        let size = |line: &NumberLine<'_>| line.row.digits.len();
        let order = size(a).cmp(&size(b));
        order.then_with(|| a.row.digits.cmp(&b.row.digits))
    })
    .hidden(),
    Of::number(
        "free",
        "FREE",
        "Numbers of the pool that are not assigned",
        (6, 8),
        |line| {
            line.row.count.map_or(Value::None, |count| {
                Value::Number(i64::try_from(count).unwrap_or(i64::MAX))
            })
        },
    )
    .hidden(),
    Of::text(
        "ownerId",
        "OWNER ID",
        "The id of whose it is",
        (12, 36),
        |line| {
            let owner = line.row.owners.first();
            owner.map(|owner| &owner.id).into()
        },
    )
    .also(&["userId"])
    .hidden(),
];

impl<'a> NumberLine<'a> {
    fn of(row: &'a NumberRow, store: &'a Store) -> Self {
        Self { row, store }
    }

    /// Whose it is, by their names.
    fn owners(&self) -> Option<String> {
        let owners = self.row.owners.iter();
        let names: Vec<&str> = owners.map(|owner| owner.name.raw()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The first user that has it.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        let mut owners = self.row.owners.iter();
        let user = owners.find(|owner| owner.sort == OwnerSort::User)?;
        Some(UserId(user.id.clone()))
    }

    /// The phones of that user.
    pub fn phones(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let user = self.user();
        let store = self.store;
        user.into_iter()
            .flat_map(move |user| store.registrations.of_user(&user).collect::<Vec<_>>())
    }
}

impl Kind for Numbers {
    type Id = String;
    type Row<'a> = NumberLine<'a>;

    const NAME: &'static str = "numbers";
    const DOC: &'static str =
        "Numbers and extensions: whose each is, what is free, where the lists disagree";
    const TROUBLE: &'static str = "double or mismatched";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &NumberLine<'_>) -> bool {
        line.row.tenure.is_trouble()
    }

    fn rows(store: &Store, _: Millis) -> Vec<NumberLine<'_>> {
        let rows = store.numbers.rows();
        rows.map(|row| NumberLine::of(row, store)).collect()
    }

    fn row<'a>(store: &'a Store, id: &String, _: Millis) -> Option<NumberLine<'a>> {
        Some(NumberLine::of(store.numbers.get(id)?, store))
    }

    fn id(line: &NumberLine<'_>) -> String {
        line.row.key()
    }

    fn generation(store: &Store) -> u64 {
        store.numbers.generation()
    }

    fn concerns(_: &Changes) -> bool {
        false
    }
}
