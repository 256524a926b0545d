//! Endpoint registrations: who is registered, who was lost, who keeps coming and going.
//!
//! The first columns stand in the order of [`store::Column`](crate::store::column::Column), which the maintained views
//! sort by.

use super::column::fields;
use super::{Kind, Value};
use crate::model::registration::State;
use crate::query::{self, FieldSpec, Fields};
use crate::store::{Believed, Row, RowId, Store, What};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The registrations.
#[derive(Debug, Default)]
pub struct Registrations;

type Of = super::Column<Registrations>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "Registration state",
        (7, 8),
        STATES,
        |row| Value::Word(row.state().word()),
    )
    .shown_as(|row, _| {
        let word = row.state().word();
        let sure = matches!(row.state(), State::Lost | State::OffDuty | State::Ok);
        // What is polled was so when it was last read, and may be otherwise since.
        if sure && !row.live() {
            return format!("{word} polled");
        }
        word.to_owned()
    })
    .looking(|row| role(row.state())),
    Of::text(
        "user",
        "USER",
        "The user's name, or the id when there is none",
        (14, 22),
        |row| row.user().into(),
    )
    .looking(plain),
    Of::text(
        "device",
        "DEVICE",
        "The device's name, or its id when there is none",
        (12, 16),
        |row| row.label().into(),
    )
    .shown_as(|row, _| own(&row.label().to_string(), &row.user().to_string()).to_owned())
    .looking(plain),
    Of::text(
        "status",
        "STATUS",
        "How the phone is, in the organisation's terms: connected, on a call, signed out, failed and why, not responding, unreachable",
        (10, 24),
        |row| Value::owned(row.status().into_owned()),
    )
    .looking(|row| role(row.state()))
    .where_offered(|can| can.conditions),
    Of::text("codec", "CODEC", "The first active codec", (7, 7), |row| {
        row.codec().into()
    })
    .or_says("unknown")
    .looking(plain)
    .where_offered(|can| can.codec),
    Of::text("site", "SITE", "Where the user is", (8, 12), |row| {
        row.site().into()
    })
    .shown_as(|row, _| row.site().map_or_else(String::new, ToString::to_string))
    .looking(plain),
    Of::moment(
        "since",
        "SINCE",
        "Since when the registration is what it is",
        (8, 9),
        |row| row.since().into(),
    )
    .looking(quiet),
    Of::number(
        "flaps",
        "FLAPS/1h",
        "Changes between registered and lost within the last hour",
        (8, 8),
        |row| u32::from(row.flaps()).into(),
    )
    .also(&["flaps_1h"])
    .shown_as(|row, _| match row.flaps() {
        0 => "-".to_owned(),
        flaps if row.flapping() => format!("~{flaps}"),
        flaps => flaps.to_string(),
    })
    .looking(|row| match row.state() {
        State::Stale | State::Remembered => Role::Stale,
        _ if row.flapping() => Role::Warn,
        _ => Role::Text,
    }),
    Of::text(
        "change",
        "LAST CHANGE",
        "What changed last",
        (12, 20),
        |row| match row.last_change().what {
            What::Appeared => Value::None,
            what => Value::owned(what.to_string()),
        },
    )
    .aside()
    .also(&["last_change", "lastChange"])
    .newest_first()
    .shown_as(|row, _| match row.last_change().what {
        What::Appeared => String::new(),
        what => what.to_string(),
    })
    .looking(quiet),
    Of::moment(
        "checked",
        "CHECKED",
        "When a read or a frame last told the registration",
        (8, 9),
        |row| match row.checked() {
            never if never == Millis::default() => Value::None,
            at => at.into(),
        },
    )
    .also(&["lastChecked"])
    .shown_as(|row, look| match row.checked() {
        never if never == Millis::default() => "never".to_owned(),
        at => at.clock(look.zone, look.now),
    })
    .looking(quiet)
    .hidden(),
    Of::text("userId", "USER ID", "The user's id", (12, 16), |row| {
        (&row.user_id().0).into()
    })
    .also(&["id", "user_id"])
    .looking(plain)
    .hidden(),
    Of::word(
        "source",
        "SOURCE",
        "Whether a stream or polling keeps the row up, or an earlier run knew it",
        (6, 6),
        &["live", "polled", "remembered"],
        |row| Value::Word(row.source()),
    )
    .looking(quiet)
    .hidden(),
    Of::flag(
        "flapping",
        "FLAPPING",
        "More than three changes in five minutes",
        (8, 8),
        |row| row.flapping().into(),
    )
    .looking(plain)
    .hidden(),
    Of::text(
        "deviceId",
        "DEVICE ID",
        "The device's id",
        (12, 16),
        |row| (&row.device().0).into(),
    )
    .also(&["device_id"])
    .aside()
    .looking(plain)
    .hidden(),
    Of::flag(
        "registered",
        "REGISTERED",
        "What the organisation last said in this run, stale or not",
        (10, 10),
        |row| match row.believed() {
            _ if row.remembered() => Value::None,
            Believed::Unknown | Believed::OffDuty => Value::None,
            Believed::Registered => Value::Flag(true),
            Believed::Lost => Value::Flag(false),
        },
    )
    .looking(plain)
    .hidden(),
    Of::word(
        "edgeReach",
        "EDGE REACH",
        "Whether an edge can reach the browser: a sign of the edge, and not of the browser",
        (10, 11),
        &["not reached", "reached"],
        |row| match row.edge_reach() {
            Some(true) => Value::Word("reached"),
            Some(false) => Value::Word("not reached"),
            None => Value::None,
        },
    )
    .also(&["edge_reach"])
    .looking(plain)
    .where_offered(|can| can.conditions)
    .hidden(),
];

/// Every word of a state, what needs somebody first.
const STATES: &[&str] = &["lost", "stale", "remembered", "unknown", "off duty", "ok"];

/// What filters and rules know of a registration.
pub const FIELDS: &[FieldSpec] = &fields::<Registrations, { COLUMNS.len() }>(COLUMNS);

impl Kind for Registrations {
    type Id = RowId;
    type Row<'a> = Row<'a>;

    const NAME: &'static str = "registrations";
    const DOC: &'static str = "Endpoint registrations: a row for each device of each user";
    const TROUBLE: &'static str = "lost";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = FIELDS;

    fn troubled(row: &Row<'_>) -> bool {
        row.state() == State::Lost
    }

    /// By user, then by device. The console's own pane does not come here: it keeps a view of the store.
    fn rows(store: &Store, _: Millis) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = store.registrations.rows().map(|(_, row)| row).collect();
        rows.sort_by_cached_key(|row| (row.user().raw().to_lowercase(), row.label().raw()));
        rows
    }

    fn row<'a>(store: &'a Store, id: &RowId, _: Millis) -> Option<Row<'a>> {
        store.registrations.row(*id)
    }

    fn id(row: &Row<'_>) -> RowId {
        row.id()
    }

    fn again(before: &Store, id: &RowId, store: &Store) -> Option<RowId> {
        let row = before.registrations.row(*id)?;
        store.registrations.find(row.user_id(), row.device())
    }

    fn journal(rows: &[RowId]) -> Option<Vec<RowId>> {
        Some(rows.to_vec())
    }

    fn is_printed(row: &Row<'_>) -> bool {
        !row.is_unread()
    }
}

/// The views of the store and the rules of the profile ask a row as everybody does.
impl Fields for Row<'_> {
    fn value(&self, index: usize) -> query::Value<'_> {
        let column = COLUMNS.get(index);
        column.map_or(query::Value::Unknown, |column| (column.value)(self).asked())
    }

    fn said(&self, index: usize) -> query::Value<'_> {
        let column = COLUMNS.get(index);
        column.map_or(query::Value::Unknown, |column| column.said(self))
    }
}

/// How a state looks.
#[must_use]
pub fn role(state: State) -> Role {
    match state {
        State::Lost => Role::Bad,
        State::Stale | State::Remembered => Role::Stale,
        State::Unknown => Role::Unknown,
        State::OffDuty => Role::Dim,
        State::Ok => Role::Ok,
    }
}

/// Healthy rows are plain; a stale row is so in every cell.
fn plain(row: &Row<'_>) -> Role {
    match row.state() {
        State::Stale | State::Remembered => Role::Stale,
        _ => Role::Text,
    }
}

fn quiet(row: &Row<'_>) -> Role {
    match row.state() {
        State::Stale | State::Remembered => Role::Stale,
        _ => Role::Dim,
    }
}

/// The part of a device's name that is its own. Phones are mostly called after their people, who stand in the column
/// beside it, so that a narrow column would show nothing else; the detail has the name whole.
fn own<'a>(label: &'a str, user: &str) -> &'a str {
    let rest = label.strip_prefix(user).filter(|_| !user.is_empty());
    rest.filter(|rest| rest.starts_with([' ', '-', '_', ',', ':', '/', '(']))
        .map(|rest| rest.trim_start_matches([' ', '-', '_', ',', ':', '/']))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_by_what_tells_it_from_the_others_of_its_person() {
        for (label, user, shown) in [
            ("Bob Osei webrtc-4403", "Bob Osei", "webrtc-4403"),
            ("Bob Osei - desk", "Bob Osei", "desk"),
            ("Bob Osei (spare)", "Bob Osei", "(spare)"),
            ("Bob Oseiwaa phone", "Bob Osei", "Bob Oseiwaa phone"),
            ("Bob Osei", "Bob Osei", "Bob Osei"),
            ("Bob Osei ", "Bob Osei", "Bob Osei "),
            ("poly-0017", "Bob Osei", "poly-0017"),
            (" x", "", " x"),
        ] {
            assert_eq!(own(label, user), shown, "{label:?} of {user:?}");
        }
    }

    #[test]
    fn the_views_sort_by_the_same_columns_in_the_same_order() {
        use crate::store::column::Column;
        assert_eq!(Column::ALL.len(), COLUMNS.len());
        assert_eq!(COLUMNS[Column::Checked as usize].name, "checked");
        assert_eq!(COLUMNS[Column::UserId as usize].name, "userId");
        assert_eq!(COLUMNS[Column::Registered as usize].name, "registered");
        for (n, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, n);
            assert_eq!(
                column.descends_first(),
                COLUMNS[n].descends,
                "{}",
                COLUMNS[n].name
            );
        }
    }

    #[test]
    fn every_state_has_its_word() {
        assert_eq!(STATES, State::ALL.map(State::word));
    }
}
