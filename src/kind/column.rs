//! A column of a kind, as data.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::value::FLAGS;
use super::{Kind, Value};
use crate::model::api::Capabilities;
use crate::query::{self, FieldSpec};
use crate::text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// How wide a column wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Below this it can't be read.
    pub least: u16,
    /// With this it needs no more.
    pub ideal: u16,
    /// Numbers end where their column ends.
    pub right: bool,
}

/// How moments are written into cells of the screen.
#[derive(Clone, Copy, Debug)]
pub struct CellLook<'a> {
    /// The zone that times are shown in.
    pub zone: &'a TimeZone,
    /// The moment it is.
    pub now: Millis,
}

/// What stands in a column of a row.
type Get<K> = for<'r, 'a> fn(&'r <K as Kind>::Row<'a>) -> Value<'r>;
/// What the screen shows of it.
type Show<K> = fn(&<K as Kind>::Row<'_>, &CellLook<'_>) -> String;
/// How that looks.
type Paint<K> = fn(&<K as Kind>::Row<'_>) -> Role;
/// An order that the values do not have.
type Compare<K> = fn(&<K as Kind>::Row<'_>, &<K as Kind>::Row<'_>) -> Ordering;

/// One column of a kind.
pub struct Column<K: Kind> {
    /// The name in filters, sorts and exports, and the key in JSON.
    pub name: &'static str,
    /// Names that it had before.
    pub also: &'static [&'static str],
    /// The heading.
    pub title: &'static str,
    /// The sentence of the choosers and of help.
    pub doc: &'static str,
    /// What can be asked of it.
    pub kind: query::Kind,
    /// Whether a filter's term without a field looks here.
    pub bare: bool,
    /// How wide it wants to be.
    pub wish: Wish,
    /// Whether people want the largest first.
    pub descends: bool,
    /// Whether it shows before anybody has chosen columns.
    pub shown: bool,
    /// Whether an organisation of such an API has anything to put into it.
    pub offered: fn(&Capabilities) -> bool,
    /// What stands in it.
    pub value: Get<K>,
    /// What the screen shows of it; none shows the value.
    pub cell: Option<Show<K>>,
    /// The word that the screen says where there is nothing, which filters find; none is a dash, which they do not.
    pub unknown: Option<&'static str>,
    /// How that looks.
    pub role: Paint<K>,
    /// An order that the values do not have; none is theirs.
    pub order: Option<Compare<K>>,
}

/// Columns that differ in nothing but their type.
macro_rules! of_one_type {
    ($($(#[$doc:meta])* $name:ident: $kind:expr;)+) => { $(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(
            name: &'static str,
            title: &'static str,
            doc: &'static str,
            wide: (u16, u16),
            value: Get<K>,
        ) -> Self {
            Self::new(name, title, doc, wide, $kind, value)
        }
    )+ };
}

impl<K: Kind> Column<K> {
    const fn new(
        name: &'static str,
        title: &'static str,
        doc: &'static str,
        (least, ideal): (u16, u16),
        kind: query::Kind,
        value: Get<K>,
    ) -> Self {
        let right = matches!(
            kind,
            query::Kind::Number | query::Kind::Measure | query::Kind::Moment
        );
        Self {
            name,
            also: &[],
            title,
            doc,
            kind,
            bare: matches!(kind, query::Kind::Text),
            wish: Wish {
                least,
                ideal,
                right,
            },
            descends: right,
            shown: true,
            offered: |_| true,
            value,
            cell: None,
            unknown: None,
            role: |_| Role::Dim,
            order: None,
        }
    }

    /// A column of words, given in their order: the first is what people look for.
    #[must_use]
    pub const fn word(
        name: &'static str,
        title: &'static str,
        doc: &'static str,
        wide: (u16, u16),
        words: &'static [&'static str],
        value: Get<K>,
    ) -> Self {
        Self::new(name, title, doc, wide, query::Kind::Choice(words), value)
    }

    of_one_type! {
        /// A column of text, in which filters look for words without a field.
        text: query::Kind::Text;
        /// A column of counts or lengths of time: set to the right, the largest first.
        number: query::Kind::Number;
        /// A column of measures, which may have a fraction.
        measure: query::Kind::Measure;
        /// A column of moments: set to the right, the newest first.
        moment: query::Kind::Moment;
        /// A column of yes and no.
        flag: query::Kind::Choice(FLAGS);
    }

    /// The same with names that it had before, which filters and commands still read.
    #[must_use]
    pub const fn also(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }

    /// The same, looking like this.
    #[must_use]
    pub const fn looking(mut self, role: Paint<K>) -> Self {
        self.role = role;
        self
    }

    /// The same, which the screen shows like this; safe to show.
    #[must_use]
    pub const fn shown_as(mut self, cell: Show<K>) -> Self {
        self.cell = Some(cell);
        self
    }

    /// The same, of which this is said where there is nothing.
    #[must_use]
    pub const fn or_says(mut self, word: &'static str) -> Self {
        self.unknown = Some(word);
        self
    }

    /// The same, ordered like this.
    #[must_use]
    pub const fn ordered(mut self, order: Compare<K>) -> Self {
        self.order = Some(order);
        self
    }

    /// The same, in which a filter looks only when it names it.
    #[must_use]
    pub const fn aside(mut self) -> Self {
        self.bare = false;
        self
    }

    /// The same, wanted with the largest or the newest first.
    #[must_use]
    pub const fn newest_first(mut self) -> Self {
        self.descends = true;
        self
    }

    /// The same, wanted with the smallest first.
    #[must_use]
    pub const fn ascending(mut self) -> Self {
        self.descends = false;
        self
    }

    /// The same, set to the left.
    #[must_use]
    pub const fn left(mut self) -> Self {
        self.wish.right = false;
        self
    }

    /// The same, set to the right.
    #[must_use]
    pub const fn right(mut self) -> Self {
        self.wish.right = true;
        self
    }

    /// The same, only where the API offers what it shows.
    #[must_use]
    pub const fn where_offered(mut self, offered: fn(&Capabilities) -> bool) -> Self {
        self.offered = offered;
        self
    }

    /// The same, not shown until somebody chooses it.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }

    /// What the screen shows of a row; safe to show.
    #[must_use]
    pub fn cell(&self, row: &K::Row<'_>, look: &CellLook<'_>) -> String {
        match (self.cell, self.unknown) {
            (Some(cell), _) => cell(row, look),
            (None, Some(word)) if (self.value)(row) == Value::None => word.to_owned(),
            (None, _) => shown((self.value)(row), look),
        }
    }

    /// What a filter that names the column finds there.
    #[must_use]
    pub fn said<'r>(&self, row: &'r K::Row<'_>) -> query::Value<'r> {
        match (self.value)(row) {
            Value::None => self.unknown.map_or(query::Value::Unknown, |word| {
                query::Value::Text(word.into())
            }),
            value => value.asked(),
        }
    }

    /// The words that it is one of; none when it is no choice.
    #[must_use]
    pub const fn words(&self) -> &'static [&'static str] {
        match self.kind {
            query::Kind::Choice(words) => words,
            _ => &[],
        }
    }

    /// The field of the grammar.
    #[must_use]
    pub const fn field(&self) -> FieldSpec {
        FieldSpec {
            name: self.name,
            also: self.also,
            kind: self.kind,
            doc: self.doc,
            bare: self.bare,
        }
    }
}

/// A value on the screen; safe to show.
#[must_use]
pub fn shown(value: Value<'_>, look: &CellLook<'_>) -> String {
    match value {
        Value::None => "-".to_owned(),
        Value::Text(text) => text::shown(&text).into_owned(),
        Value::Span(ms) => length(ms),
        Value::Moment(at) => at.clock(look.zone, look.now),
        Value::Real(number) => format!("{number:.1}"),
        exact => exact.csv(),
    }
}

/// A length of time as people say it.
#[must_use]
pub fn length(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{}m{:02}s", ms / 60_000, ms / 1_000 % 60),
    }
}

/// The fields of the grammar, one for each column and in their order: a field cannot be another column's.
#[must_use]
pub const fn fields<K: Kind, const N: usize>(columns: &[Column<K>]) -> [FieldSpec; N] {
    let mut fields = [columns[0].field(); N];
    let mut n = 0;
    while n < N {
        fields[n] = columns[n].field();
        n += 1;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_length_is_as_exact_as_people_say_it() {
        let said = [7, 6_016, 59_990, 61_500].map(length);
        assert_eq!(said, ["7ms", "6.0s", "59.9s", "1m01s"]);
    }
}
