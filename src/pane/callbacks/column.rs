//! The columns of the callbacks table: headings, widths, cells, order, and the fields that filters know.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::line::Line;
use crate::config::theme::Role;
use crate::model::callback::Channel;
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::time::Millis;
use crate::ui::table::Wish;

/// A column of the callbacks table, in the order of the screen: what is looked at first stands first, so that a narrow
/// screen cuts off what can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Column {
    /// How far it is.
    Status,
    /// How long until its slot.
    In,
    /// Whom to call, masked.
    Number,
    /// On which queue.
    Queue,
    /// When, by the queue's clock.
    Slot,
    /// When, by the operator's clock.
    Here,
    /// How the caller is reached.
    Channel,
    /// Since when the status is what it is.
    Since,
    /// What it is about.
    Reason,
    /// The id.
    Id,
}

/// Fields of the grammar, in the order of `Column::ALL`.
pub const FIELDS: &[FieldSpec] = &[
    aside(
        "status",
        Kind::Choice(&[
            "failed",
            "dialing",
            "connected",
            "scheduled",
            "unknown",
            "completed",
            "cancelled",
            "stale",
        ]),
        "How far the reservation is",
    ),
    aside(
        "in",
        Kind::Number,
        "Minutes until its slot begins; 0 once it has",
    ),
    field(
        "number",
        Kind::Text,
        "Whom to call; found by the digits that show",
    ),
    field(
        "queue",
        Kind::Text,
        "The queue's name, or its id when there is none",
    ),
    aside(
        "slot",
        Kind::Moment,
        "When its slot begins, by the queue's clock; compared by age",
    ),
    aside(
        "here",
        Kind::Moment,
        "When its slot begins, by your clock; compared by age",
    ),
    aside(
        "channel",
        Kind::Choice(&["voice", "sms", "email", "chat"]),
        "How the caller is reached first",
    ),
    aside("since", Kind::Moment, "Since when the status is what it is"),
    field("reason", Kind::Text, "What it is about"),
    field("id", Kind::Text, "The reservation's id"),
];

const fn field(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        also: &[],
        kind,
        doc,
        bare: true,
    }
}

const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        bare: false,
        ..field(name, kind, doc)
    }
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 10] = [
        Self::Status,
        Self::In,
        Self::Number,
        Self::Queue,
        Self::Slot,
        Self::Here,
        Self::Channel,
        Self::Since,
        Self::Reason,
        Self::Id,
    ];

    /// The column of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The name in filters, sorts and exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        FIELDS[self as usize].name
    }

    /// The sentence of the chooser and of help.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        FIELDS[self as usize].doc
    }

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Status => "STATUS",
            Self::In => "IN",
            Self::Number => "NUMBER",
            Self::Queue => "QUEUE",
            Self::Slot => "SLOT THERE",
            Self::Here => "HERE",
            Self::Channel => "BY",
            Self::Since => "SINCE",
            Self::Reason => "REASON",
            Self::Id => "ID",
        }
    }

    /// How wide it wants to be.
    #[must_use]
    pub const fn wish(self) -> Wish {
        let (least, ideal) = match self {
            Self::Status => (9, 9),
            Self::In => (9, 11),
            Self::Number => (12, 13),
            Self::Queue => (10, 20),
            Self::Slot => (16, 17),
            Self::Channel => (5, 5),
            Self::Here | Self::Since => (8, 8),
            Self::Reason => (14, 32),
            Self::Id => (11, 20),
        };
        Wish {
            least,
            ideal,
            right: matches!(self, Self::In | Self::Since),
        }
    }

    /// The direction that people want first.
    #[must_use]
    pub const fn descends_first(self) -> bool {
        matches!(self, Self::Since)
    }

    /// What stands in the column; safe to show.
    #[must_use]
    pub fn cell(self, line: &Line<'_>, zone: &TimeZone, now: Millis) -> String {
        let callback = line.row.callback();
        match self {
            Self::Status => line.status().to_owned(),
            Self::In => line.countdown(),
            Self::Number => line.number(),
            Self::Queue => crate::text::safe(&line.queue_name()).into_owned(),
            Self::Slot => line.slot(),
            Self::Here => line.here(zone),
            Self::Channel => callback.channel.map_or("-", Channel::word).to_owned(),
            Self::Since => line.row.since().clock(zone, now),
            Self::Reason => line.reason(),
            Self::Id => callback.id.to_string(),
        }
    }

    /// How it looks.
    #[must_use]
    pub fn role(self, line: &Line<'_>) -> Role {
        let late = || line.ahead().is_some_and(|ahead| ahead < 0);
        match self {
            Self::Status => line.role(),
            Self::In if late() => Role::Warn,
            Self::Number if line.unmasked => Role::Warn,
            Self::In | Self::Number | Self::Queue | Self::Slot => Role::Text,
            Self::Here | Self::Channel | Self::Since | Self::Reason | Self::Id => Role::Dim,
        }
    }

    /// The order by this column; what is not known comes last.
    #[must_use]
    pub fn compare(self, a: &Line<'_>, b: &Line<'_>) -> Ordering {
        let (left, right) = (a.row.callback(), b.row.callback());
        // What is over stands below what is still to come.
        let slot = |line: &Line<'_>| {
            let callback = line.row.callback();
            (
                callback.status.over(),
                callback.time.is_none(),
                callback.time,
            )
        };
        match self {
            Self::Status => left
                .status
                .cmp(&right.status)
                .then_with(|| slot(a).cmp(&slot(b))),
            Self::In | Self::Slot | Self::Here => slot(a).cmp(&slot(b)),
            Self::Number => left.number.cmp(&right.number),
            Self::Queue => a.queue_name().cmp(&b.queue_name()),
            Self::Channel => (left.channel.is_none(), left.channel)
                .cmp(&(right.channel.is_none(), right.channel)),
            Self::Since => a.row.since().cmp(&b.row.since()),
            Self::Reason => left.about().cmp(right.about()),
            Self::Id => left.id.cmp(&right.id),
        }
    }
}

impl Fields for Line<'_> {
    fn value(&self, index: usize) -> Value<'_> {
        let Some(column) = Column::ALL.get(index) else {
            return Value::Unknown;
        };
        let callback = self.row.callback();
        match column {
            Column::Status => Value::Text(self.status().into()),
            Column::In => self.ahead().map_or(Value::Unknown, |ahead| {
                Value::Number(u64::try_from(ahead / 60_000).unwrap_or(0) as f64)
            }),
            // A filter on digits that do not show would tell them one by one.
            Column::Number => Value::Text(self.number().into()),
            Column::Queue => Value::Text(self.queue_name()),
            Column::Slot | Column::Here => callback.time.map_or(Value::Unknown, Value::Moment),
            Column::Channel => {
                let channel = callback.channel;
                channel.map_or(Value::Unknown, |channel| Value::Text(channel.word().into()))
            }
            Column::Since => Value::Moment(self.row.since()),
            Column::Reason => Value::Text(callback.about().into()),
            Column::Id => Value::Text(callback.id.raw().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_and_the_columns_speak_of_the_same_things() {
        assert_eq!(FIELDS.len(), Column::ALL.len());
        for (n, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, n);
            assert_eq!(Column::named(column.name()), Some(column));
            assert!(column.wish().least <= column.wish().ideal);
        }
    }

    #[test]
    fn what_matters_first_fits_80_columns() {
        let least = |column: &Column| column.wish().least + 2;
        let needed: u16 = Column::ALL[..=Column::Here as usize]
            .iter()
            .map(least)
            .sum();
        assert!(needed <= 80 - 4, "{needed}");
    }
}
