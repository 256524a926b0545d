//! The edges of the organisation: whether the cloud reaches them, how busy they are.

use super::column::fields;
use super::followed::{self, Followed};
use super::{Column, Kind, Value};
use crate::model::EdgeId;
use crate::model::edge::{Edge, EdgeState, Load};
use crate::model::trunk::{By, Heard};
use crate::query::FieldSpec;
use crate::store::edges::EdgeRow;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The edges.
#[derive(Debug, Default)]
pub struct Edges;

/// An edge as it is shown.
#[derive(Clone, Copy)]
pub struct EdgeLine<'a> {
    /// The edge.
    pub row: &'a EdgeRow,
    /// Whether what is known of it may be out of date.
    pub stale: bool,
}

type Of = Column<Edges>;

const COLUMNS: &[Of] = &[
    followed::state(
        "EDGE",
        "Whether the cloud reaches it and it works; what may be out of date is stale",
        (8, 8),
        &[
            "offline", "inactive", "draining", "unknown", "online", "stale",
        ],
    ),
    Of::text(
        "name",
        "NAME",
        "The edge's name, or its id when there is none",
        (16, 28),
        |line| line.row.edge.title().into(),
    )
    .looking(plain),
    Of::moment(
        "since",
        "SINCE",
        "Since when the state is what it is",
        (8, 8),
        |line| line.row.since.into(),
    ),
    Of::number(
        "conversations",
        "CONVERS.",
        "Conversations over it",
        (9, 9),
        |line| line.row.edge.conversations.into(),
    )
    .looking(plain),
    Of::measure(
        "cpu",
        "BUSY, %",
        "Share of its processors in use, in percent; the screen shows memory and disk too",
        (21, 24),
        |line| line.row.edge.load.and_then(|load| load.processor).into(),
    )
    .left()
    .shown_as(|line, _| line.row.edge.load.map_or_else(|| "-".to_owned(), busy)),
    followed::source(),
    Of::text(
        "site",
        "SITE, STATE, SOFTWARE",
        "Where it is; the screen shows what else is told of it",
        (10, 40),
        |line| (&line.row.edge.site).into(),
    )
    .shown_as(|line, _| more(&line.row.edge)),
    Of::measure(
        "memory",
        "MEMORY",
        "Share of its memory in use, in percent",
        (6, 6),
        |line| line.row.edge.load.and_then(|load| load.memory).into(),
    )
    .hidden(),
    Of::measure(
        "disk",
        "DISK",
        "Share of its disk in use, in percent",
        (6, 6),
        |line| line.row.edge.load.and_then(|load| load.disk).into(),
    )
    .hidden(),
    Of::number(
        "up",
        "UP",
        "How long it has been up, in milliseconds",
        (8, 8),
        |line| {
            let up = line.row.edge.load.and_then(|load| load.up_ms);
            up.map_or(Value::None, Value::Span)
        },
    )
    .hidden(),
    Of::text(
        "status",
        "STATUS",
        "What the organisation says of its place in service",
        (8, 10),
        |line| line.row.edge.status.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "draining",
        "DRAINING",
        "How its calls are being drained",
        (8, 10),
        |line| line.row.edge.draining.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "version",
        "SOFTWARE",
        "The version of its software",
        (8, 16),
        |line| line.row.edge.version.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "deployment",
        "DEPLOYMENT",
        "Where it is run: on premises, or by a provider",
        (10, 16),
        |line| line.row.edge.deployment.as_ref().into(),
    )
    .aside()
    .hidden(),
    followed::heard(),
    Of::text("id", "ID", "The edge's id", (12, 36), |line| {
        Value::raw(line.row.edge.id.raw())
    })
    .hidden(),
];

impl<'a> EdgeLine<'a> {
    fn of(row: &'a EdgeRow, store: &Store) -> Self {
        Self {
            row,
            stale: store.carriers.stale() || row.edge.heard.by == By::Gap,
        }
    }
}

impl Kind for Edges {
    type Id = EdgeId;
    type Row<'a> = EdgeLine<'a>;

    const NAME: &'static str = "edges";
    const DOC: &'static str = "Edges: whether the cloud reaches them, how busy they are";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &EdgeLine<'_>) -> bool {
        line.row.edge.state().suffers()
    }

    fn rows(store: &Store, _: Millis) -> Vec<EdgeLine<'_>> {
        let rows = store.edges.worst_first().into_iter();
        rows.map(|row| EdgeLine::of(row, store)).collect()
    }

    fn row<'a>(store: &'a Store, id: &EdgeId, _: Millis) -> Option<EdgeLine<'a>> {
        Some(EdgeLine::of(store.edges.get(id)?, store))
    }

    fn id(line: &EdgeLine<'_>) -> EdgeId {
        line.row.edge.id.clone()
    }

    fn concerns(changes: &Changes) -> bool {
        changes.carriers_shown
    }
}

impl Followed for Edges {
    fn heard(line: &EdgeLine<'_>) -> Heard {
        line.row.edge.heard
    }

    fn stale(line: &EdgeLine<'_>) -> bool {
        line.stale
    }

    fn standing(line: &EdgeLine<'_>) -> (&'static str, Role) {
        let state = line.row.edge.state();
        (state.word(), role(state))
    }
}

fn plain(line: &EdgeLine<'_>) -> Role {
    if line.stale { Role::Stale } else { Role::Text }
}

const fn role(state: EdgeState) -> Role {
    match state {
        EdgeState::Offline => Role::Bad,
        EdgeState::Inactive | EdgeState::Draining => Role::Warn,
        EdgeState::Unknown => Role::Unknown,
        EdgeState::Online => Role::Ok,
    }
}

/// The shares in use in percent, as far as they are told; the heading says the unit.
fn busy(load: Load) -> String {
    let parts = [
        ("cpu", load.processor),
        ("mem", load.memory),
        ("disk", load.disk),
    ];
    let told = parts.into_iter().filter_map(|(name, share)| {
        let share = share?;
        Some(format!("{name} {share:.0}"))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "-".to_owned()
    } else {
        told.join(" ")
    }
}

/// The site, and whatever of its state the first column does not say.
fn more(edge: &Edge) -> String {
    let site = Some(&edge.site).filter(|site| !site.is_empty());
    let status = edge.status.as_ref().filter(|word| word.raw() != "ACTIVE");
    let draining = edge.draining.as_ref();
    let parts = [site, status, draining, edge.version.as_ref()];
    let parts = parts.into_iter().flatten();
    let parts: Vec<String> = parts.map(ToString::to_string).collect();
    parts.join(", ")
}
