//! Callbacks: what was promised to callers, on which queue and for when, and how each goes.
//!
//! A number is masked in every value: whoever is shown it whole has answered for seeing it, not for a file of numbers,
//! and a filter on digits that do not show would tell them one by one.

pub mod line;

use std::cmp::Ordering;

pub use self::line::{CallbackLine, role};

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::CallbackId;
use crate::model::callback::{Channel, Status};
use crate::query::FieldSpec;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The reservations.
#[derive(Debug, Default)]
pub struct Callbacks;

type Of = Column<Callbacks>;

/// What is looked at first stands first, so that a narrow screen cuts off what can wait.
const COLUMNS: &[Of] = &[
    Of::word(
        "status",
        "STATUS",
        "How far the reservation is; what may be out of date is stale, what is of the last run remembered",
        (9, 9),
        &[
            "failed",
            "dialing",
            "connected",
            "scheduled",
            "unknown",
            "completed",
            "cancelled",
            "stale",
            "remembered",
        ],
        |line| Value::Word(line.status()),
    )
    .looking(role)
    .ordered(|a, b| {
        let (left, right) = (a.row.callback().status, b.row.callback().status);
        left.cmp(&right).then_with(|| slot(a, b))
    }),
    Of::number(
        "in",
        "IN",
        "Minutes until its slot begins; less than 0 once it should have",
        (9, 11),
        |line| line.ahead().map(|ahead| ahead.div_euclid(60_000)).into(),
    )
    .ascending()
    .shown_as(|line, _| line.countdown())
    .looking(|line| match line.ahead() {
        Some(..0) => Role::Warn,
        _ => Role::Text,
    })
    .ordered(slot),
    Of::text(
        "number",
        "NUMBER",
        "Whom to call, masked; found by the digits that show",
        (12, 13),
        |line| {
            if line.row.callback().number.is_empty() {
                Value::None
            } else {
                Value::owned(line.row.callback().number.to_string())
            }
        },
    )
    .also(&["callback_number"])
    .shown_as(|line, _| line.number())
    .looking(|line| {
        if line.unmasked {
            Role::Warn
        } else {
            Role::Text
        }
    })
    .ordered(|a, b| a.row.callback().number.cmp(&b.row.callback().number)),
    Of::text(
        "queue",
        "QUEUE",
        "The queue's name, or its id when there is none",
        (10, 20),
        |line| Value::Text(line.queue_name()),
    )
    .looking(|_| Role::Text),
    Of::moment(
        "slot",
        "SLOT THERE",
        "When its slot begins; the screen has it by the queue's clock",
        (16, 17),
        |line| line.row.callback().time.into(),
    )
    .also(&["callback_time"])
    .left()
    .ascending()
    .shown_as(|line, _| line.slot())
    .looking(|_| Role::Text)
    .ordered(slot),
    Of::moment(
        "here",
        "HERE",
        "The same by your own clock",
        (8, 8),
        |line| line.row.callback().time.into(),
    )
    .left()
    .ascending()
    .shown_as(|line, look| line.here(look.zone))
    .ordered(slot),
    Of::word(
        "channel",
        "BY",
        "How the caller is reached first",
        (5, 5),
        &["voice", "sms", "email", "chat"],
        |line| {
            let channel = line.row.callback().channel;
            channel.map(Channel::word).map_or(Value::None, Value::Word)
        },
    ),
    Of::moment(
        "since",
        "SINCE",
        "Since when the status is what it is",
        (8, 8),
        |line| line.row.since().into(),
    ),
    Of::text("reason", "REASON", "What it is about", (14, 32), |line| {
        line.row.callback().reason.as_ref().into()
    })
    .shown_as(|line, _| line.reason()),
    Of::text("id", "ID", "The reservation's id", (11, 20), |line| {
        Value::raw(line.row.callback().id.raw())
    }),
    Of::text("queueId", "QUEUE ID", "The queue's id", (12, 36), |line| {
        Value::raw(line.row.callback().queue.raw())
    })
    .also(&["queue_id"])
    .hidden(),
    Of::word(
        "said",
        "SAID",
        "What the organisation last said of it, stale or not",
        (9, 9),
        &[
            "failed",
            "dialing",
            "connected",
            "scheduled",
            "unknown",
            "completed",
            "cancelled",
        ],
        |line| Value::Word(line.row.callback().status.word()),
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
];

/// By the slot: what is over stands below what is still to come, what has no time below what has.
fn slot(a: &CallbackLine<'_>, b: &CallbackLine<'_>) -> Ordering {
    let key = |line: &CallbackLine<'_>| {
        let callback = line.row.callback();
        let over = callback.status.over();
        (over, callback.time.is_none(), callback.time)
    };
    key(a).cmp(&key(b))
}

impl Kind for Callbacks {
    type Id = CallbackId;
    type Row<'a> = CallbackLine<'a>;

    const NAME: &'static str = "callbacks";
    const DOC: &'static str = "Callback reservations, numbers masked";
    const TROUBLE: &'static str = "failed";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &CallbackLine<'_>) -> bool {
        line.row.callback().status == Status::Failed && !line.row.remembered()
    }

    /// By their slots, what is over last.
    fn rows(store: &Store, now: Millis) -> Vec<CallbackLine<'_>> {
        let rows = store.callbacks.shown();
        let mut lines: Vec<CallbackLine<'_>> =
            rows.map(|row| CallbackLine::of(row, store, now)).collect();
        lines.sort_by(slot);
        lines
    }

    fn row<'a>(store: &'a Store, id: &CallbackId, now: Millis) -> Option<CallbackLine<'a>> {
        Some(CallbackLine::of(store.callbacks.find(id)?, store, now))
    }

    fn id(line: &CallbackLine<'_>) -> CallbackId {
        line.row.callback().id.clone()
    }

    fn concerns(changes: &Changes) -> bool {
        changes.callbacks || changes.queues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_first_fits_80_columns() {
        let last = Callbacks::named("here").unwrap();
        let needed: u16 = COLUMNS[..=last]
            .iter()
            .map(|column| column.wish.least + 2)
            .sum();
        assert!(needed <= 80 - 4, "{needed}");
    }
}
