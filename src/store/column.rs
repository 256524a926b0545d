//! The columns of the registrations table: what each is called, how wide it wants to be and what stands in it.
//!
//! The header, the column chooser, the sort chooser, the filter grammar and the exports all read this one table.

use super::{Row, What};
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::text::Text;
use crate::time::Millis;

/// A column of the registrations table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Column {
    /// What the row may claim to be.
    State,
    /// The user's name.
    User,
    /// The device's name, or its id.
    Device,
    /// The first active codec.
    Codec,
    /// Where the user sits.
    Site,
    /// How long the registration has been what it is.
    Since,
    /// Changes between registered and lost within the last hour.
    Flaps,
    /// What changed last.
    LastChange,
    /// How long ago a read or a frame spoke of the device.
    Checked,
    /// The user's id.
    UserId,
    /// Whether a stream or polling keeps the row up.
    Source,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers and ages.
    Right,
}

/// What stands in a cell. Remote text stays [`Text`], so that only its safe form can be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// One of our own words.
    Word(&'static str),
    /// Text from outside.
    Text(&'a Text),
    /// A moment; the screen shows its age or its time of day.
    Moment(Millis),
    /// A count.
    Count(u64),
    /// A change; its `Display` is safe to show.
    What(What<'a>),
}

/// Fields of the grammar, in the order of [`Column::ALL`], and then those that are no column.
pub const FIELDS: &[FieldSpec] = &[
    field(
        "state",
        Kind::Choice(&["lost", "stale", "remembered", "unknown", "ok"]),
        "What the row may claim to be",
    ),
    field(
        "user",
        Kind::Text,
        "The user's name, or the id when there is none",
    ),
    field(
        "device",
        Kind::Text,
        "The device id, or its name where it has one",
    ),
    field("codec", Kind::Text, "The first active codec"),
    field("site", Kind::Text, "Where the user sits"),
    aside(
        "since",
        Kind::Moment,
        "How long the registration has been what it is",
    ),
    aside(
        "flaps",
        Kind::Number,
        "Changes between registered and lost within the last hour",
    ),
    aside("change", Kind::Text, "What changed last"),
    aside(
        "checked",
        Kind::Moment,
        "How long ago a read or a frame spoke of the device",
    ),
    field("id", Kind::Text, "The user's id"),
    aside(
        "source",
        Kind::Choice(&["live", "polled", "remembered"]),
        "Whether a stream or polling keeps the row up, or an earlier run knew it",
    ),
    aside(
        "flapping",
        Kind::Choice(&["yes", "no"]),
        "More than three changes in five minutes",
    ),
];

const FLAPPING: usize = Column::ALL.len();

const fn field(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        kind,
        doc,
        bare: true,
    }
}

/// A field of words that say nothing of who or where.
const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        bare: false,
        ..field(name, kind, doc)
    }
}

impl Column {
    /// Every column, in the order of the chooser.
    pub const ALL: [Self; 11] = [
        Self::State,
        Self::User,
        Self::Device,
        Self::Codec,
        Self::Site,
        Self::Since,
        Self::Flaps,
        Self::LastChange,
        Self::Checked,
        Self::UserId,
        Self::Source,
    ];

    /// The columns shown until someone chooses.
    pub const DEFAULT: [Self; 8] = [
        Self::State,
        Self::User,
        Self::Device,
        Self::Codec,
        Self::Site,
        Self::Since,
        Self::Flaps,
        Self::LastChange,
    ];

    /// The column of that name, as the config spells it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The name in the config, in filters and in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        FIELDS[self as usize].name
    }

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::State => "STATE",
            Self::User => "USER",
            Self::Device => "DEVICE",
            Self::Codec => "CODEC",
            Self::Site => "SITE",
            Self::Since => "SINCE",
            Self::Flaps => "FLAPS/1h",
            Self::LastChange => "LAST CHANGE",
            Self::Checked => "CHECKED",
            Self::UserId => "USER ID",
            Self::Source => "SOURCE",
        }
    }

    /// The sentence of the choosers and of help.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        FIELDS[self as usize].doc
    }

    /// Terminal columns: the fewest that are of use, and those that show nearly everything whole.
    #[must_use]
    pub const fn widths(self) -> (u16, u16) {
        match self {
            Self::State => (7, 8),
            Self::User => (14, 22),
            Self::Device | Self::UserId => (12, 16),
            Self::Codec => (7, 7),
            Self::Site => (8, 12),
            Self::Since | Self::Checked => (8, 9),
            Self::Flaps => (8, 8),
            Self::LastChange => (12, 20),
            Self::Source => (6, 6),
        }
    }

    /// Numbers and ages stand right, where their digits line up.
    #[must_use]
    pub const fn align(self) -> Align {
        match self {
            Self::Since | Self::Flaps | Self::Checked => Align::Right,
            _ => Align::Left,
        }
    }

    /// The direction that people want first: the newest moment, the most flaps, else A to Z and worst state first.
    #[must_use]
    pub const fn descends_first(self) -> bool {
        matches!(
            self,
            Self::Since | Self::Flaps | Self::LastChange | Self::Checked
        )
    }

    /// What stands in this column of a row.
    #[must_use]
    pub fn cell<'a>(self, row: &Row<'a>) -> Cell<'a> {
        let text = |text: Option<&'a Text>| text.map_or(Cell::Word("unknown"), Cell::Text);
        match self {
            Self::State => Cell::Word(row.state().word()),
            Self::User => Cell::Text(row.user()),
            Self::Device => Cell::Text(row.label()),
            Self::Codec => text(row.codec()),
            Self::Site => row.site().map_or(Cell::Word(""), Cell::Text),
            Self::Since => Cell::Moment(row.since()),
            Self::Flaps => Cell::Count(row.flaps().into()),
            Self::LastChange => match row.last_change().what {
                What::Appeared => Cell::Word(""),
                what => Cell::What(what),
            },
            Self::Checked => Cell::Moment(row.checked()),
            Self::UserId => Cell::Text(&row.user_id().0),
            Self::Source => Cell::Word(row.source()),
        }
    }
}

impl Fields for Row<'_> {
    fn value(&self, index: usize) -> Value<'_> {
        if index == FLAPPING {
            return Value::Text(if self.flapping() { "yes" } else { "no" }.into());
        }
        match Column::ALL.get(index).map(|column| column.cell(self)) {
            None => Value::Unknown,
            Some(Cell::Word(word)) => Value::Text(word.into()),
            Some(Cell::Text(text)) => Value::Text(text.raw().into()),
            Some(Cell::Moment(at)) => Value::Moment(at),
            Some(Cell::Count(count)) => Value::Number(count),
            Some(Cell::What(what)) => Value::Text(what.to_string().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::State;

    #[test]
    fn the_grammar_and_the_columns_speak_of_the_same_things() {
        for (n, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, n);
            assert_eq!(Column::named(column.name()), Some(column));
            let (min, ideal) = column.widths();
            assert!(min <= ideal);
        }
        assert_eq!(FIELDS[FLAPPING].name, "flapping");
        let Kind::Choice(words) = FIELDS[0].kind else {
            panic!("state is a choice");
        };
        assert_eq!(words, State::ALL.map(State::word));
    }
}
