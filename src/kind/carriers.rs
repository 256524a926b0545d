//! SIP carriers: what the organisation says of each beside what a probe of its proxy saw.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::CarrierId;
use crate::model::api::Capabilities;
use crate::model::carrier::{Accord, Health};
use crate::model::finding::{Finding, Grade};
use crate::model::trunk::{self, Standing, Trunk};
use crate::query::FieldSpec;
use crate::store::carriers::CarrierRow;
use crate::store::probes::Probed;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The carriers.
#[derive(Debug, Default)]
pub struct Carriers;

type Of = Column<Carriers>;

/// What is looked at first stands first, so that a narrow screen cuts off what can wait.
const COLUMNS: &[Of] = &[
    Of::word(
        "health",
        "HEALTH",
        "What the organisation says of the carrier; what may be out of date is stale, what is of the last run remembered",
        (8, 8),
        &[
            "down",
            "degraded",
            "unknown",
            "healthy",
            "stale",
            "remembered",
        ],
        |line| Value::Word(line.health()),
    )
    .looking(role)
    .ordered(|a, b| a.urgency().cmp(&b.urgency())),
    Of::text(
        "name",
        "NAME",
        "The carrier's name, or the id when there is none",
        (18, 24),
        |line| line.row.name().into(),
    )
    .looking(plain),
    Of::moment(
        "since",
        "SINCE",
        "Since when the health is what it is",
        (8, 8),
        |line| line.row.since().into(),
    ),
    Of::number(
        "trunks",
        "TRUNKS",
        "Trunks that do not work, or not wholly; the screen shows how many work, of all in service",
        (6, 7),
        |line| {
            if line.row.carrier().trunks.is_empty() {
                Value::None
            } else {
                line.trunks_down().into()
            }
        },
    )
    .shown_as(|line, _| {
        let trunks = line.trunks();
        trunks.map_or_else(|| "-".to_owned(), |(up, all)| format!("{up}/{all}"))
    })
    .looking(|line| match line.trunks_down() {
        down if down > 0 && !line.stale => Role::Warn,
        _ => plain(line),
    })
    .where_offered(in_parts),
    Of::text(
        "tls",
        "TLS",
        "What the last TLS probe of the SIP proxy found",
        (9, 11),
        |line| Value::Word(line.verdict()),
    )
    .aside()
    .looking(|line| grade_role(line.finding()))
    .ordered(|a, b| {
        let grade = |line: &CarrierLine<'_>| {
            let grade = line.finding().map(Finding::grade);
            (grade.is_none(), grade, line.verdict())
        };
        grade(a).cmp(&grade(b))
    }),
    Of::word(
        "accord",
        "CLOUD/PROBE",
        "Whether the organisation and the probe can both be right",
        (13, 13),
        &["contradiction", "agreement", "open"],
        |line| {
            Value::Word(match line.accord() {
                Accord::Contradiction => "contradiction",
                Accord::Agreement => "agreement",
                Accord::Open => "open",
            })
        },
    )
    .shown_as(|line, _| line.accord_words())
    .looking(|line| match line.accord() {
        Accord::Contradiction => Role::Bad,
        _ => Role::Dim,
    }),
    Of::number(
        "calls",
        "CALLS",
        "Calls over the carrier's trunks, in and out",
        (6, 6),
        |line| line.calls().into(),
    )
    .looking(plain)
    .where_offered(in_parts),
    Of::number(
        "days",
        "DAYS",
        "Days until the proxy's certificate ends",
        (4, 4),
        |line| line.days_left().into(),
    )
    .ascending()
    .looking(|line| grade_role(line.finding())),
    Of::text(
        "status",
        "STATUS",
        "Whether the carrier is in use",
        (6, 10),
        |line| line.row.carrier().status.as_ref().into(),
    )
    .aside(),
    Of::number(
        "affected",
        "AFFECTED",
        "Registrations that suffer with it",
        (8, 8),
        |line| line.row.carrier().affected.into(),
    )
    .also(&["affectedRegistrations"])
    .looking(plain)
    .where_offered(whole),
    Of::text(
        "proxy",
        "SIP PROXY",
        "The SIP proxy that is probed",
        (16, 28),
        |line| {
            line.proxy
                .map(|proxy| proxy.target().address().to_owned())
                .into()
        },
    ),
    Of::text("id", "ID", "The carrier's id", (12, 20), |line| {
        Value::raw(line.row.carrier().id.raw())
    }),
    Of::word(
        "said",
        "SAID",
        "What the organisation last said of it, stale or not",
        (8, 8),
        &["down", "degraded", "unknown", "healthy"],
        |line| Value::Word(line.row.carrier().health.word()),
    )
    .hidden(),
    Of::flag(
        "stale",
        "STALE",
        "Whether what the organisation said may be out of date",
        (5, 5),
        |line| line.stale.into(),
    )
    .hidden(),
    Of::moment(
        "probed",
        "PROBED",
        "When its proxy was last probed",
        (8, 8),
        |line| line.finding().map(|finding| finding.at).into(),
    )
    .hidden(),
    Of::text(
        "found",
        "FOUND",
        "What that probe found, in a sentence",
        (20, 60),
        |line| line.finding().map(Finding::sentence).into(),
    )
    .aside()
    .hidden(),
];

/// Whether the organisation gives its judgement of a carrier as a whole, and counts who suffers.
fn whole(can: &Capabilities) -> bool {
    !can.trunks
}

/// Whether it tells of each trunk.
fn in_parts(can: &Capabilities) -> bool {
    can.trunks
}

fn plain(line: &CarrierLine<'_>) -> Role {
    if line.stale { Role::Stale } else { Role::Text }
}

impl Kind for Carriers {
    type Id = CarrierId;
    type Row<'a> = CarrierLine<'a>;

    const NAME: &'static str = "carriers";
    const DOC: &'static str = "SIP carriers: what the cloud says of them, and what a probe saw";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &CarrierLine<'_>) -> bool {
        line.row.carrier().health.suffers() || line.accord() == Accord::Contradiction
    }

    /// The most urgent first, then by name.
    fn rows(store: &Store, _: Millis) -> Vec<CarrierLine<'_>> {
        let lines = store
            .carriers
            .shown()
            .map(|row| CarrierLine::of(row, store));
        let mut lines: Vec<CarrierLine<'_>> = lines.collect();
        lines.sort_by(|a, b| {
            let urgency = a.urgency().cmp(&b.urgency());
            urgency.then_with(|| a.row.name().cmp(b.row.name()))
        });
        lines
    }

    fn row<'a>(store: &'a Store, id: &CarrierId, _: Millis) -> Option<CarrierLine<'a>> {
        Some(CarrierLine::of(store.carriers.find(id)?, store))
    }

    fn id(line: &CarrierLine<'_>) -> CarrierId {
        line.row.carrier().id.clone()
    }

    fn concerns(changes: &Changes) -> bool {
        changes.carriers_shown || !changes.findings.is_empty()
    }
}

/// A carrier with its proxy.
#[derive(Clone, Copy)]
pub struct CarrierLine<'a> {
    /// What the organisation says.
    pub row: &'a CarrierRow,
    /// Its proxy; none when the profile names none.
    pub proxy: Option<&'a Probed>,
    /// Whether what the organisation said may be out of date.
    pub stale: bool,
}

impl<'a> CarrierLine<'a> {
    /// The line of a row.
    #[must_use]
    pub fn of(row: &'a CarrierRow, store: &'a Store) -> Self {
        Self {
            row,
            proxy: store.probes.of_carrier(&row.carrier().id),
            stale: row.remembered() || store.carriers.stale() || row.carrier().in_doubt(),
        }
    }

    /// How many trunks work, of how many that are in service; none where the organisation tells of no trunk.
    #[must_use]
    pub fn trunks(&self) -> Option<(usize, usize)> {
        let trunks = &self.row.carrier().trunks;
        let standings = || trunks.iter().map(Trunk::standing);
        let up = standings().filter(|standing| *standing == Standing::Working);
        let all = standings().filter(|standing| *standing != Standing::Out);
        (!trunks.is_empty()).then(|| (up.count(), all.count()))
    }

    /// Trunks that do not work, or not wholly.
    #[must_use]
    pub fn trunks_down(&self) -> usize {
        let trunks = self.row.carrier().trunks.iter();
        trunks
            .filter(|trunk| trunk.standing() <= Standing::Partly)
            .count()
    }

    /// Calls over its trunks, in and out; none while nobody has counted.
    #[must_use]
    pub fn calls(&self) -> Option<u64> {
        trunk::traffic(&self.row.carrier().trunks)?.calls()
    }

    /// The health on screen, in filters and in exports: what may be out of date never claims to be healthy.
    #[must_use]
    pub fn health(&self) -> &'static str {
        match self.row.carrier().health {
            _ if self.row.remembered() => "remembered",
            _ if self.stale => "stale",
            health => health.word(),
        }
    }

    /// What the newest probe found.
    #[must_use]
    pub fn finding(&self) -> Option<&'a Finding> {
        self.proxy?.finding()
    }

    /// The verdict of the newest probe in a word.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match (self.proxy, self.finding()) {
            (_, Some(finding)) => finding.word(),
            (Some(_), None) => "awaited",
            (None, None) => "-",
        }
    }

    /// Whole days until the certificate of the proxy ends, as of the newest probe.
    #[must_use]
    pub fn days_left(&self) -> Option<i64> {
        self.finding()?.tls()?.days_left
    }

    /// Whether both sides can be right. A stale claim claims nothing.
    #[must_use]
    pub fn accord(&self) -> Accord {
        match self.finding() {
            Some(finding) if !self.stale => Accord::of(self.row.carrier().health, finding.grade()),
            _ => Accord::Open,
        }
    }

    /// The accord in a few words; a contradiction says what the probe saw.
    #[must_use]
    pub fn accord_words(&self) -> String {
        match self.accord() {
            Accord::Open => "-".to_owned(),
            Accord::Agreement => "agree".to_owned(),
            Accord::Contradiction => format!("≠ {}", self.verdict()),
        }
    }

    /// Most urgent first: how the table is ordered until someone sorts it otherwise.
    #[must_use]
    pub fn urgency(&self) -> (Health, Accord, Grade) {
        let grade = self.finding().map_or(Grade::Good, Finding::grade);
        (self.row.carrier().health, self.accord(), grade)
    }
}

/// How the health looks.
#[must_use]
pub fn role(line: &CarrierLine<'_>) -> Role {
    match line.row.carrier().health {
        _ if line.stale => Role::Stale,
        Health::Down => Role::Bad,
        Health::Degraded => Role::Warn,
        Health::Unknown => Role::Unknown,
        Health::Healthy => Role::Ok,
    }
}

/// How a verdict looks.
#[must_use]
pub fn grade_role(finding: Option<&Finding>) -> Role {
    match finding.map(Finding::grade) {
        Some(Grade::Unreachable | Grade::Bad) => Role::Bad,
        Some(Grade::Warning) => Role::Warn,
        Some(Grade::Good) => Role::Ok,
        None => Role::Dim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::api::Api;

    #[test]
    fn what_matters_first_fits_80_columns() {
        for api in Api::ALL {
            let can = api.capabilities();
            let shown = COLUMNS.iter().filter(|column| (column.offered)(can));
            let shown: Vec<&Of> = shown.collect();
            let last = shown.iter().position(|column| column.name == "accord");
            let needed = shown[..=last.unwrap()].iter();
            let needed: u16 = needed.map(|column| column.wish.least + 2).sum();
            assert!(needed <= 80 - 4, "{api}: {needed}");
        }
    }
}
