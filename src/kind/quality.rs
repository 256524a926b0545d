//! How the calls of the last hour sounded: the worst first, with who had each, on which edge, by which carrier.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::InteractionId;
use crate::model::quality::{BAD, Call, POOR};
use crate::query::FieldSpec;
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The calls.
#[derive(Debug, Default)]
pub struct Quality;

/// A call with what is known of where it ran.
#[derive(Clone, Copy)]
pub struct CallLine<'a> {
    /// The call.
    pub call: &'a Call,
    store: &'a Store,
}

type Of = Column<Quality>;

const COLUMNS: &[Of] = &[
    Of::measure(
        "mos",
        "MOS",
        "Mean opinion score of its worst leg, 1 to 5; once the leg has ended",
        (5, 5),
        |line| line.call.score().into(),
    )
    .ascending()
    .shown_as(|line, _| {
        line.call
            .score()
            .map_or_else(|| "-".to_owned(), |mos| format!("{mos:.2}"))
    })
    .looking(|line| role(line.call.score())),
    Of::measure(
        "rFactor",
        "R",
        "R factor of its worst leg, 0 to 100",
        (5, 5),
        |line| line.call.rating().into(),
    )
    .ascending(),
    Of::number(
        "latency",
        "DELAY",
        "The longest delay of a leg, in milliseconds",
        (7, 7),
        |line| line.call.latency_ms().map_or(Value::None, Value::Span),
    ),
    Of::measure(
        "loss",
        "LOSS %",
        "Packets that were of no use on the worst leg, in percent",
        (6, 6),
        |line| line.call.loss().into(),
    ),
    Of::text("codec", "CODEC", "Its codecs", (6, 11), |line| {
        let codecs = line.call.codecs();
        let codecs: Vec<&str> = codecs.into_iter().map(Text::raw).collect();
        (!codecs.is_empty()).then(|| codecs.join(", ")).into()
    }),
    Of::text(
        "user",
        "USER",
        "Who had it in the end; the id where no name is known",
        (14, 22),
        |line| line.user().into(),
    )
    .looking(|_| Role::Text),
    Of::text(
        "carrier",
        "CARRIER",
        "By which carrier, where the call's address is that of a trunk's proxy",
        (10, 20),
        |line| line.store.call_carrier(line.call).into(),
    )
    .looking(|_| Role::Text),
    Of::text(
        "edge",
        "EDGE",
        "The edge that carried it",
        (8, 16),
        |line| line.store.call_edge(line.call).into(),
    ),
    Of::text("site", "SITE", "Where its user is", (8, 12), |line| {
        line.store.call_site(line.call).into()
    }),
    Of::moment("began", "BEGAN", "When it began", (8, 8), |line| {
        line.call.began.into()
    }),
    Of::moment("ended", "ENDED", "When it ended", (8, 8), |line| {
        line.call.ended.into()
    })
    .hidden(),
    Of::number("legs", "LEGS", "Its legs", (5, 5), |line| {
        line.call.legs.len().into()
    })
    .hidden(),
    Of::text(
        "userId",
        "USER ID",
        "The id of who had it in the end",
        (12, 36),
        |line| line.call.users().next().map(|user| &user.0).into(),
    )
    .hidden(),
    Of::text(
        "edgeId",
        "EDGE ID",
        "The id of the edge that carried it",
        (12, 36),
        |line| {
            let leg = line.call.outside();
            leg.and_then(|leg| leg.edge.as_ref())
                .map(|edge| &edge.0)
                .into()
        },
    )
    .hidden(),
    Of::text("id", "ID", "The id of the conversation", (12, 36), |line| {
        (&line.call.id.0).into()
    })
    .hidden(),
];

/// How a score looks.
#[must_use]
pub fn role(mos: Option<f64>) -> Role {
    match mos {
        Some(mos) if mos < BAD => Role::Bad,
        Some(mos) if mos < POOR => Role::Warn,
        Some(_) => Role::Ok,
        None => Role::Unknown,
    }
}

impl<'a> CallLine<'a> {
    /// Who had it in the end.
    fn user(&self) -> Option<&'a Text> {
        let user = self.call.users().next()?;
        let mut rows = self.store.registrations.of_user(user);
        Some(rows.next().map_or(&user.0, |row| row.user()))
    }
}

impl Kind for Quality {
    type Id = InteractionId;
    type Row<'a> = CallLine<'a>;

    const NAME: &'static str = "quality";
    const DOC: &'static str = "How the calls of the last hour sounded: MOS, R factor, delay, loss";
    const TROUBLE: &'static str = "sound poor";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &CallLine<'_>) -> bool {
        line.call.score().is_some_and(|mos| mos < POOR)
    }

    /// The worst first; what was not measured comes last, the newest before the others.
    fn rows(store: &Store, _: Millis) -> Vec<CallLine<'_>> {
        let calls = store.quality.calls();
        let mut lines: Vec<CallLine<'_>> = calls.map(|call| CallLine { call, store }).collect();
        lines.sort_by(|one, other| {
            let mos = |line: &CallLine<'_>| line.call.score().unwrap_or(f64::INFINITY);
            let order = mos(one).total_cmp(&mos(other));
            order.then_with(|| other.call.began.cmp(&one.call.began))
        });
        lines
    }

    fn row<'a>(store: &'a Store, id: &InteractionId, _: Millis) -> Option<CallLine<'a>> {
        let call = store.quality.get(id)?;
        Some(CallLine { call, store })
    }

    fn id(line: &CallLine<'_>) -> InteractionId {
        line.call.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.quality.generation()
    }

    fn concerns(_: &Changes) -> bool {
        false
    }
}
