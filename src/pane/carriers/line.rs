//! One carrier as an operator sees it: what the organisation says beside what the probe of its proxy saw.

use serde::Serialize;

use super::trunks;
use crate::config::theme::Role;
use crate::export::Millis8601;
use crate::model::carrier::{Accord, Health};
use crate::model::finding::{Finding, Grade};
use crate::model::trunk::{self, Standing, Trunk};
use crate::store::Store;
use crate::store::carriers::CarrierRow;
use crate::store::probes::Probed;

/// A carrier with its proxy.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// What the organisation says.
    pub row: &'a CarrierRow,
    /// Its proxy; none when the profile names none.
    pub proxy: Option<&'a Probed>,
    /// Whether what the organisation said may be out of date.
    pub stale: bool,
}

impl<'a> Line<'a> {
    /// The line of a row.
    #[must_use]
    pub fn of(row: &'a CarrierRow, store: &'a Store) -> Self {
        Self {
            row,
            proxy: store.probes.of_carrier(&row.carrier().id),
            stale: store.carriers.stale() || row.carrier().in_doubt(),
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
        if self.stale {
            "stale"
        } else {
            self.row.carrier().health.word()
        }
    }

    /// How the health looks.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.row.carrier().health {
            _ if self.stale => Role::Stale,
            Health::Down => Role::Bad,
            Health::Degraded => Role::Warn,
            Health::Unknown => Role::Unknown,
            Health::Healthy => Role::Ok,
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

/// One carrier as JSON, under the wire's names where the wire has one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    id: &'a str,
    name: &'a str,
    status: Option<&'a str>,
    health: &'static str,
    stale: bool,
    since: Millis8601,
    #[serde(skip_serializing_if = "Option::is_none")]
    affected_registrations: Option<u64>,
    contradiction: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trunks: Vec<trunks::Record<'a>>,
    proxy: Option<&'a str>,
    probe: Option<&'a Finding>,
}

impl<'a> From<Line<'a>> for Record<'a> {
    fn from(line: Line<'a>) -> Self {
        let carrier = line.row.carrier();
        Self {
            id: carrier.id.raw(),
            name: carrier.name.raw(),
            status: carrier.status.as_ref().map(crate::text::Text::raw),
            health: carrier.health.word(),
            stale: line.stale,
            since: Millis8601(line.row.since()),
            affected_registrations: carrier.affected,
            trunks: carrier.trunks.iter().map(Into::into).collect(),
            contradiction: line.accord() == Accord::Contradiction,
            proxy: line.proxy.map(|proxy| proxy.target().address()),
            probe: line.finding(),
        }
    }
}
