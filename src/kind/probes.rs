//! What is probed: the proxies of the carriers, STUN and TURN servers.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::kind::carriers::grade_role;
use crate::model::finding::{Finding, Grade, Target};
use crate::query::FieldSpec;
use crate::store::probes::Probed;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The probes.
#[derive(Debug, Default)]
pub struct Probes;

type Of = Column<Probes>;

const COLUMNS: &[Of] = &[
    Of::text(
        "result",
        "RESULT",
        "What the newest probe found, in a word",
        (11, 11),
        |probed| Value::Word(probed.finding().map_or("awaited", Finding::word)),
    )
    .aside()
    .looking(|probed| grade_role(probed.finding()))
    .ordered(|a, b| {
        let grade = |probed: &Probed| {
            let grade = probed.finding().map(Finding::grade);
            (grade.is_none(), grade)
        };
        grade(a).cmp(&grade(b))
    }),
    Of::text(
        "target",
        "SERVER",
        "What is probed, and by which protocol",
        (20, 40),
        |probed| Value::owned(probed.target().to_string()),
    )
    .looking(|_| Role::Text),
    Of::text(
        "found",
        "FOUND",
        "What it found, in a sentence",
        (20, 80),
        |probed| probed.finding().map(Finding::sentence).into(),
    )
    .aside()
    .looking(|probed| match probed.finding() {
        Some(finding) if finding.grade() < Grade::Good => Role::Text,
        _ => Role::Dim,
    }),
    Of::word(
        "grade",
        "GRADE",
        "How good that is",
        (11, 11),
        &["unreachable", "bad", "warning", "good"],
        |probed| match probed.finding().map(Finding::grade) {
            None => Value::None,
            Some(Grade::Unreachable) => Value::Word("unreachable"),
            Some(Grade::Bad) => Value::Word("bad"),
            Some(Grade::Warning) => Value::Word("warning"),
            Some(Grade::Good) => Value::Word("good"),
        },
    )
    .hidden(),
    Of::moment("at", "AT", "When it was probed", (8, 8), |probed| {
        probed.finding().map(|finding| finding.at).into()
    }),
    Of::number(
        "took",
        "TOOK",
        "How long the probe took, in milliseconds",
        (7, 7),
        |probed| {
            let took = probed.finding().map(|finding| finding.took_ms);
            took.map_or(Value::None, Value::Span)
        },
    ),
    Of::moment(
        "since",
        "SINCE",
        "Since when it finds the same",
        (8, 8),
        |probed| probed.finding().map(|_| probed.since()).into(),
    ),
    Of::number(
        "days",
        "DAYS",
        "Days until the certificate ends",
        (4, 4),
        |probed| {
            let tls = probed.finding().and_then(Finding::tls);
            tls.and_then(|tls| tls.days_left).into()
        },
    )
    .ascending(),
    Of::text(
        "carriers",
        "CARRIERS",
        "The ids of the carriers whose proxy it is",
        (12, 30),
        |probed| {
            let ids: Vec<&str> = probed
                .carriers()
                .map(crate::model::CarrierId::raw)
                .collect();
            ids.join(" ").into()
        },
    )
    .hidden(),
];

impl Kind for Probes {
    type Id = Target;
    type Row<'a> = &'a Probed;

    const NAME: &'static str = "probes";
    const DOC: &'static str = "What is probed: proxies of carriers, STUN and TURN servers";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(probed: &&Probed) -> bool {
        let grade = probed.finding().map(Finding::grade);
        grade.is_some_and(|grade| grade < Grade::Warning)
    }

    fn rows(store: &Store, _: Millis) -> Vec<&Probed> {
        store.probes.iter().collect()
    }

    fn row<'a>(store: &'a Store, target: &Target, _: Millis) -> Option<&'a Probed> {
        store.probes.get(target)
    }

    fn id(probed: &&Probed) -> Target {
        probed.target().clone()
    }

    fn concerns(changes: &Changes) -> bool {
        !changes.findings.is_empty()
    }
}
