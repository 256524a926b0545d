//! The trunks of the carriers: which edge each runs on, what is seen of it, what is wrong.

use std::fmt::Write as _;

use super::column::fields;
use super::followed::{self, Followed};
use super::{Column, Kind, Value};
use crate::model::trunk::{By, Heard, Proxies, SignFault, Standing, Trunk, Use};
use crate::model::{EdgeId, TrunkId};
use crate::query::FieldSpec;
use crate::store::carriers::CarrierRow;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The trunks.
#[derive(Debug, Default)]
pub struct Trunks;

/// A trunk with its carrier.
#[derive(Clone, Copy)]
pub struct TrunkLine<'a> {
    /// The trunk.
    pub trunk: &'a Trunk,
    /// Whose it is.
    pub carrier: &'a CarrierRow,
    /// Whether what is known of it may be out of date.
    pub stale: bool,
}

type Of = Column<Trunks>;

const COLUMNS: &[Of] = &[
    followed::state(
        "STATE",
        "Whether it works; what may be out of date is stale",
        (8, 14),
        &[
            "down",
            "degraded",
            "unknown",
            "up",
            "out of service",
            "stale",
        ],
    ),
    Of::text("name", "NAME", "The trunk's name", (14, 24), |line| {
        (&line.trunk.name).into()
    })
    .looking(|_| Role::Text),
    Of::text("carrier", "CARRIER", "Whose it is", (14, 24), |line| {
        line.carrier.name().into()
    })
    .looking(|_| Role::Text),
    Of::text("edge", "EDGE", "Where it runs", (12, 22), |line| {
        place(line.trunk).into()
    })
    .also(&["edgeName"]),
    Of::text(
        "options",
        "OPTIONS",
        "Proxies that answer OPTIONS, of all that are asked",
        (7, 9),
        |line| answers(line.trunk.options, &line.trunk.signs.options).into(),
    )
    .aside(),
    Of::text(
        "registers",
        "REGISTER",
        "Proxies that take its registration, of all",
        (8, 9),
        |line| answers(line.trunk.registers, &line.trunk.signs.registers).into(),
    )
    .aside(),
    Of::number(
        "calls",
        "CALLS",
        "Calls over it, in and out",
        (6, 6),
        |line| {
            line.trunk
                .traffic
                .and_then(crate::model::trunk::Traffic::calls)
                .into()
        },
    ),
    Of::number(
        "poor",
        "POOR",
        "Calls of poor quality over it",
        (5, 5),
        |line| {
            line.trunk
                .traffic
                .and_then(|traffic| traffic.mismatches)
                .into()
        },
    )
    .hidden(),
    Of::text(
        "trouble",
        "TROUBLE",
        "What is wrong with it, in a sentence",
        (16, 60),
        |line| line.trunk.trouble().map(SignFault::sentence).into(),
    )
    .looking(|line| role(line.trunk)),
    Of::moment(
        "since",
        "SINCE",
        "Since when it is connected, or not",
        (8, 8),
        |line| line.trunk.signs.since.into(),
    )
    .hidden(),
    Of::flag(
        "connected",
        "CONNECTED",
        "Whether the connection to the other side is up",
        (9, 9),
        |line| line.trunk.signs.connected.into(),
    )
    .hidden(),
    Of::flag(
        "inService",
        "IN SERVICE",
        "Whether it is meant to carry calls",
        (10, 10),
        |line| line.trunk.in_service.into(),
    )
    .hidden(),
    Of::flag(
        "enabled",
        "ENABLED",
        "Whether it is turned on",
        (7, 7),
        |line| line.trunk.enabled.into(),
    )
    .hidden(),
    followed::source().hidden(),
    followed::heard(),
    Of::text("id", "ID", "The trunk's id", (12, 36), |line| {
        Value::raw(line.trunk.id.raw())
    })
    .hidden(),
    Of::text(
        "edgeId",
        "EDGE ID",
        "The id of its edge",
        (12, 36),
        |line| line.trunk.edge.as_ref().map(|EdgeId(id)| id).into(),
    )
    .hidden(),
    Of::text(
        "carrierId",
        "CARRIER ID",
        "The id of its carrier",
        (12, 36),
        |line| Value::raw(line.carrier.carrier().id.raw()),
    )
    .hidden(),
];

impl Followed for Trunks {
    fn heard(line: &TrunkLine<'_>) -> Heard {
        line.trunk.heard
    }

    fn stale(line: &TrunkLine<'_>) -> bool {
        line.stale
    }

    fn standing(line: &TrunkLine<'_>) -> (&'static str, Role) {
        (line.trunk.standing().word(), role(line.trunk))
    }
}

fn lines(store: &Store) -> impl Iterator<Item = TrunkLine<'_>> {
    let stale = store.carriers.stale();
    store.carriers.iter().flat_map(move |carrier| {
        let trunks = carrier.carrier().trunks.iter();
        trunks.map(move |trunk| TrunkLine {
            trunk,
            carrier,
            stale: stale || trunk.heard.by == By::Gap,
        })
    })
}

impl Kind for Trunks {
    type Id = TrunkId;
    type Row<'a> = TrunkLine<'a>;

    const NAME: &'static str = "trunks";
    const DOC: &'static str = "The trunks of the carriers, edge by edge";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &TrunkLine<'_>) -> bool {
        line.trunk.standing() <= Standing::Partly
    }

    /// The worst first.
    fn rows(store: &Store, _: Millis) -> Vec<TrunkLine<'_>> {
        let mut lines: Vec<TrunkLine<'_>> = lines(store).collect();
        lines.sort_by(|a, b| {
            let order = a.trunk.standing().cmp(&b.trunk.standing());
            order.then_with(|| a.trunk.name.cmp(&b.trunk.name))
        });
        lines
    }

    fn row<'a>(store: &'a Store, id: &TrunkId, _: Millis) -> Option<TrunkLine<'a>> {
        lines(store).find(|line| line.trunk.id == *id)
    }

    fn id(line: &TrunkLine<'_>) -> TrunkId {
        line.trunk.id.clone()
    }

    fn concerns(changes: &Changes) -> bool {
        changes.carriers_shown
    }
}

/// The checks that are made of a trunk, or have something to say all the same.
pub fn checks(trunk: &Trunk) -> impl Iterator<Item = (&'static str, Use, &Proxies)> {
    let checks = [
        ("OPTIONS", trunk.options, &trunk.signs.options),
        ("REGISTER", trunk.registers, &trunk.signs.registers),
    ];
    let made = |(_, used, proxies): &(&str, Use, &Proxies)| {
        *used == Use::Enabled || !proxies.kept.is_empty()
    };
    checks.into_iter().filter(made)
}

/// How many proxies answer, of how many.
#[must_use]
pub fn answers(used: Use, proxies: &Proxies) -> String {
    if proxies.kept.is_empty() || !used.counts() {
        return used.word().to_owned();
    }
    let good = proxies.kept.iter().filter(|sign| sign.good == Some(true));
    let mut text = format!("{}/{}", good.count(), proxies.kept.len());
    if proxies.beyond > 0 {
        // Writing to a string does not fail.
        let _ = write!(text, " and {} more", proxies.beyond);
    }
    text
}

/// Where a trunk runs, as people call it.
#[must_use]
pub fn place(trunk: &Trunk) -> String {
    let edge = trunk.edge.as_ref().map(|edge| edge.0.clone());
    let known = [
        Some(trunk.edge_name.clone()),
        edge,
        Some(trunk.name.clone()),
    ];
    let first = known.into_iter().flatten().find(|name| !name.is_empty());
    first.unwrap_or_else(|| trunk.id.0.clone()).to_string()
}

/// How a trunk looks: what may have changed unseen is stale, whatever it was.
#[must_use]
pub fn role(trunk: &Trunk) -> Role {
    match trunk.standing() {
        _ if trunk.heard.by == By::Gap => Role::Stale,
        Standing::Failing => Role::Bad,
        Standing::Partly => Role::Warn,
        Standing::Unknown => Role::Unknown,
        Standing::Working => Role::Ok,
        Standing::Out => Role::Dim,
    }
}
