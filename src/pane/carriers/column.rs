//! The columns of the carriers table: headings, widths, cells, order, and the fields that filters know.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::line::{Line, grade_role};
use crate::config::theme::Role;
use crate::model::api::Capabilities;
use crate::model::carrier::Accord;
use crate::query::{FieldSpec, Fields, Kind, Value};
use crate::text::Text;
use crate::time::Millis;
use crate::ui::table::Wish;

/// A column of the carriers table, in the order of the screen: what is looked at first stands first, so that a narrow
/// screen cuts off what can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Column {
    /// What the organisation says.
    Health,
    /// The name, or the id.
    Name,
    /// Since when the health is what it is.
    Since,
    /// What the probe of the proxy found.
    Tls,
    /// Days until the proxy's certificate ends.
    Days,
    /// Whether the two can both be so.
    Accord,
    /// Whether the carrier is in use.
    Status,
    /// Registrations that suffer.
    Affected,
    /// The SIP proxy.
    Proxy,
    /// The id.
    Id,
    /// How many of its trunks work.
    Trunks,
    /// Calls over its trunks.
    Calls,
}

/// Fields of the grammar, in the order of [`Column::ALL`].
pub const FIELDS: &[FieldSpec] = &[
    aside(
        "health",
        Kind::Choice(&["down", "degraded", "unknown", "healthy", "stale"]),
        "What the organisation says of the carrier",
    ),
    field(
        "name",
        Kind::Text,
        "The carrier's name, or the id when there is none",
    ),
    aside("since", Kind::Moment, "Since when the health is what it is"),
    aside(
        "tls",
        Kind::Text,
        "What the last TLS probe of the SIP proxy found",
    ),
    aside(
        "days",
        Kind::Number,
        "Days until the proxy's certificate ends; 0 once it has",
    ),
    aside(
        "accord",
        Kind::Choice(&["contradiction", "agreement", "open"]),
        "Whether the organisation and the probe can both be right",
    ),
    aside("status", Kind::Text, "Whether the carrier is in use"),
    aside(
        "affected",
        Kind::Number,
        "Registrations that suffer with it, where the organisation counts them",
    ),
    field("proxy", Kind::Text, "The SIP proxy that is probed"),
    field("id", Kind::Text, "The carrier's id"),
    aside(
        "trunks",
        Kind::Number,
        "Trunks of the carrier that do not work, where the organisation tells of trunks",
    ),
    aside(
        "calls",
        Kind::Number,
        "Calls over the carrier's trunks, in and out, where the organisation counts them",
    ),
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
    /// Every column, in the order of [`FIELDS`].
    pub const ALL: [Self; 12] = [
        Self::Health,
        Self::Name,
        Self::Since,
        Self::Tls,
        Self::Days,
        Self::Accord,
        Self::Status,
        Self::Affected,
        Self::Proxy,
        Self::Id,
        Self::Trunks,
        Self::Calls,
    ];

    /// The columns of an organisation that gives its judgement of a carrier as a whole.
    const WHOLE: [Self; 10] = [
        Self::Health,
        Self::Name,
        Self::Since,
        Self::Tls,
        Self::Days,
        Self::Accord,
        Self::Status,
        Self::Affected,
        Self::Proxy,
        Self::Id,
    ];

    /// The columns of one that tells of each trunk, and counts no registrations.
    const IN_PARTS: [Self; 11] = [
        Self::Health,
        Self::Name,
        Self::Since,
        Self::Trunks,
        Self::Tls,
        Self::Accord,
        Self::Calls,
        Self::Days,
        Self::Status,
        Self::Proxy,
        Self::Id,
    ];

    /// The columns in the order of the screen, by what the organisation tells.
    #[must_use]
    pub const fn shown(can: &Capabilities) -> &'static [Self] {
        if can.trunks {
            &Self::IN_PARTS
        } else {
            &Self::WHOLE
        }
    }

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
            Self::Health => "HEALTH",
            Self::Name => "NAME",
            Self::Since => "SINCE",
            Self::Tls => "TLS",
            Self::Days => "DAYS",
            Self::Accord => "CLOUD/PROBE",
            Self::Status => "STATUS",
            Self::Affected => "AFFECTED",
            Self::Proxy => "SIP PROXY",
            Self::Id => "ID",
            Self::Trunks => "TRUNKS",
            Self::Calls => "CALLS",
        }
    }

    /// How wide it wants to be.
    #[must_use]
    pub const fn wish(self) -> Wish {
        let (least, ideal) = match self {
            Self::Health | Self::Since | Self::Affected => (8, 8),
            Self::Name => (18, 24),
            Self::Tls => (9, 11),
            Self::Days => (4, 4),
            Self::Accord => (13, 13),
            Self::Status => (6, 10),
            Self::Trunks => (6, 7),
            Self::Calls => (6, 6),
            Self::Proxy => (16, 28),
            Self::Id => (12, 20),
        };
        Wish {
            least,
            ideal,
            right: matches!(
                self,
                Self::Since | Self::Days | Self::Affected | Self::Trunks | Self::Calls
            ),
        }
    }

    /// The direction that people want first.
    #[must_use]
    pub const fn descends_first(self) -> bool {
        matches!(
            self,
            Self::Since | Self::Affected | Self::Trunks | Self::Calls
        )
    }

    /// What stands in the column; safe to show.
    #[must_use]
    pub fn cell(self, line: &Line<'_>, zone: &TimeZone, now: Millis) -> String {
        let carrier = line.row.carrier();
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        match self {
            Self::Health => line.health().to_owned(),
            Self::Name => line.row.name().to_string(),
            Self::Since => line.row.since().clock(zone, now),
            Self::Tls => line.verdict().to_owned(),
            Self::Days => or_dash(line.days_left().map(|days| days.to_string())),
            Self::Accord => line.accord_words(),
            Self::Status => or_dash(carrier.status.as_ref().map(Text::to_string)),
            Self::Affected => or_dash(carrier.affected.map(|count| count.to_string())),
            Self::Proxy => or_dash(line.proxy.map(|proxy| proxy.target().address().to_owned())),
            Self::Id => carrier.id.to_string(),
            Self::Trunks => or_dash(line.trunks().map(|(up, all)| format!("{up}/{all}"))),
            Self::Calls => or_dash(line.calls().map(|calls| calls.to_string())),
        }
    }

    /// How the cell looks: quiet as long as nothing is wrong.
    #[must_use]
    pub fn role(self, line: &Line<'_>) -> Role {
        match self {
            Self::Health => line.role(),
            Self::Tls | Self::Days => grade_role(line.finding()),
            Self::Accord if line.accord() == Accord::Contradiction => Role::Bad,
            Self::Accord | Self::Since | Self::Proxy | Self::Id | Self::Status => Role::Dim,
            Self::Name | Self::Affected | Self::Trunks | Self::Calls if line.stale => Role::Stale,
            Self::Trunks if line.trunks_down() > 0 => Role::Warn,
            Self::Name | Self::Affected | Self::Trunks | Self::Calls => Role::Text,
        }
    }

    /// The order by this column; what is not known comes last. Equals stand by urgency, then by name.
    #[must_use]
    pub fn compare(self, a: &Line<'_>, b: &Line<'_>) -> Ordering {
        let known = |n: Option<i64>| (n.is_none(), n);
        let text = |line: &Line<'_>| {
            self.cell(line, &TimeZone::UTC, Millis::default())
                .to_lowercase()
        };
        match self {
            Self::Health => a.urgency().cmp(&b.urgency()),
            Self::Since => a.row.since().cmp(&b.row.since()),
            Self::Days => known(a.days_left()).cmp(&known(b.days_left())),
            Self::Accord => a.accord().cmp(&b.accord()),
            Self::Affected => a.row.carrier().affected.cmp(&b.row.carrier().affected),
            Self::Trunks => a.trunks_down().cmp(&b.trunks_down()),
            Self::Calls => a.calls().cmp(&b.calls()),
            Self::Tls => {
                let grade = |line: &Line<'_>| {
                    let grade = line.finding().map(crate::model::finding::Finding::grade);
                    (grade.is_none(), grade)
                };
                grade(a)
                    .cmp(&grade(b))
                    .then_with(|| a.verdict().cmp(b.verdict()))
            }
            Self::Name | Self::Status | Self::Proxy | Self::Id => text(a).cmp(&text(b)),
        }
    }
}

impl Fields for Line<'_> {
    fn value(&self, index: usize) -> Value<'_> {
        let Some(column) = Column::ALL.get(index) else {
            return Value::Unknown;
        };
        let carrier = self.row.carrier();
        let number = |n: Option<u64>| n.map_or(Value::Unknown, |n| Value::Number(n as f64));
        match column {
            Column::Since => Value::Moment(self.row.since()),
            Column::Days => number(
                self.days_left()
                    .map(|days| u64::try_from(days).unwrap_or(0)),
            ),
            Column::Affected => number(carrier.affected),
            Column::Trunks if carrier.trunks.is_empty() => Value::Unknown,
            Column::Trunks => Value::Number(self.trunks_down() as f64),
            Column::Calls => number(self.calls()),
            Column::Health => Value::Text(self.health().into()),
            Column::Name => Value::Text(self.row.name().raw().into()),
            Column::Tls => Value::Text(self.verdict().into()),
            Column::Accord => Value::Text(
                match self.accord() {
                    Accord::Contradiction => "contradiction",
                    Accord::Agreement => "agreement",
                    Accord::Open => "open",
                }
                .into(),
            ),
            Column::Status => carrier
                .status
                .as_ref()
                .map_or(Value::Unknown, |status| Value::Text(status.raw().into())),
            Column::Proxy => self.proxy.map_or(Value::Unknown, |proxy| {
                Value::Text(proxy.target().address().into())
            }),
            Column::Id => Value::Text(carrier.id.raw().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::api::Api;

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
        for api in Api::ALL {
            let columns = Column::shown(api.capabilities()).iter();
            let columns = columns.clone().take(
                columns
                    .clone()
                    .position(|column| *column == Column::Accord)
                    .unwrap()
                    + 1,
            );
            let needed: u16 = columns.map(least).sum();
            assert!(needed <= 80 - 4, "{api}: {needed}");
        }
    }
}
