//! The queues that callbacks are booked on: when they are open, and how many callbacks they have room for.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::QueueId;
use crate::model::hours::Stretch;
use crate::model::queue::Room;
use crate::model::queue::load::QueueLoad;
use crate::query::FieldSpec;
use crate::store::queues::QueueRow;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The queues.
#[derive(Debug, Default)]
pub struct Queues;

/// A queue at a moment: whether it is open depends on it.
#[derive(Clone, Copy)]
pub struct QueueLine<'a> {
    /// The queue.
    pub row: &'a QueueRow,
    /// How busy it is, where that is known.
    pub load: Option<&'a QueueLoad>,
    /// The moment it is.
    pub now: Millis,
}

type Of = Column<Queues>;

const COLUMNS: &[Of] = &[
    Of::text(
        "name",
        "NAME",
        "The queue's name, or its id when there is none",
        (18, 28),
        |line| line.row.queue.label().into(),
    )
    .looking(|_| Role::Text),
    Of::number(
        "waiting",
        "WAITING",
        "Those who wait for somebody, over all media",
        (7, 7),
        |line| line.load.and_then(|load| load.waiting).into(),
    )
    .looking(|line| line.load_role(QueueLoad::is_stuck))
    .where_offered(|can| can.quality),
    Of::number(
        "oldest",
        "OLDEST",
        "How long the one has waited who has waited longest",
        (7, 7),
        |line| line.wait().map_or(Value::None, Value::Span),
    )
    .where_offered(|can| can.quality),
    Of::number(
        "onQueue",
        "ON QUEUE",
        "Users who are on queue",
        (8, 8),
        |line| line.load.and_then(|load| load.on_queue).into(),
    )
    .looking(|line| line.load_role(|load| load.on_queue == Some(0)))
    .where_offered(|can| can.quality),
    Of::number(
        "available",
        "FREE",
        "Users on queue who could take somebody now",
        (5, 5),
        |line| line.load.and_then(|load| load.available).into(),
    )
    .looking(|line| line.load_role(QueueLoad::is_stuck))
    .where_offered(|can| can.quality),
    Of::measure(
        "serviceLevel",
        "SL %",
        "Share of calls that were answered in time, in percent",
        (6, 6),
        |line| line.load.and_then(|load| load.service_level).into(),
    )
    .ascending()
    .looking(|line| line.load_role(QueueLoad::is_short))
    .where_offered(|can| can.quality),
    Of::measure(
        "serviceTarget",
        "SL TARGET",
        "What that share is meant to be, in percent",
        (8, 8),
        |line| line.load.and_then(|load| load.target).into(),
    )
    .where_offered(|can| can.quality)
    .hidden(),
    Of::number(
        "interacting",
        "SERVED",
        "Those who are being served, over all media",
        (6, 6),
        |line| line.load.and_then(|load| load.interacting).into(),
    )
    .where_offered(|can| can.quality)
    .hidden(),
    Of::text(
        "timeZone",
        "ZONE",
        "The zone of its clock",
        (14, 24),
        |line| (&line.row.queue.zone_name).into(),
    ),
    Of::text(
        "openToday",
        "OPEN TODAY",
        "When it is open today, by its own clock",
        (12, 28),
        |line| line.open().into(),
    )
    .aside()
    .or_says("not available"),
    Of::number(
        "booked",
        "BOOKED",
        "Callbacks that are booked on it",
        (6, 7),
        |line| line.row.queue.booked.into(),
    )
    .also(&["scheduledCallbacks"])
    .shown_as(|line, _| {
        let queue = &line.row.queue;
        let count = |n: Option<u32>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        match queue.most {
            Some(most) => format!("{}/{most}", count(queue.booked)),
            None => count(queue.booked),
        }
    })
    .looking(|line| match line.row.queue.room().map(Room::left) {
        Some(0) => Role::Bad,
        _ => Role::Text,
    }),
    Of::number(
        "capacity",
        "CAPACITY",
        "Callbacks at a time: its capacity",
        (8, 8),
        |line| line.row.queue.most.into(),
    )
    .also(&["maxConcurrentCallbacks"])
    .hidden(),
    Of::number(
        "left",
        "LEFT",
        "Callbacks that can still be booked",
        (5, 5),
        |line| line.row.queue.room().map(Room::left).into(),
    )
    .ascending(),
    Of::text(
        "mode",
        "CALLS",
        "How its callbacks are dialled",
        (8, 16),
        |line| line.row.queue.mode.as_ref().into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "faults",
        "FAULTS",
        "What of it could not be used",
        (12, 40),
        |line| {
            let faults = line.row.queue.faults.iter();
            let faults: Vec<&str> = faults.map(crate::text::Text::raw).collect();
            faults.join("; ").into()
        },
    )
    .aside()
    .hidden(),
    Of::moment("read", "READ", "When it was last read", (8, 8), |line| {
        line.row.read.into()
    }),
    Of::text("id", "ID", "The queue's id", (12, 36), |line| {
        Value::raw(line.row.queue.id.raw())
    }),
];

impl<'a> QueueLine<'a> {
    fn of(row: &'a QueueRow, store: &'a Store, now: Millis) -> Self {
        let load = store.queues.load(&row.queue.id);
        Self { row, load, now }
    }
}

impl QueueLine<'_> {
    /// How long the one has waited who has waited longest, in milliseconds.
    fn wait(&self) -> Option<u64> {
        let oldest = self.load?.oldest?;
        Some(self.now.since(oldest))
    }

    fn load_role(&self, of: impl Fn(&QueueLoad) -> bool) -> Role {
        match self.load {
            Some(load) if of(load) => Role::Bad,
            Some(_) => Role::Text,
            None => Role::Dim,
        }
    }

    /// When it is open today; none when its hours are not known.
    #[must_use]
    pub fn open(&self) -> Option<String> {
        let queue = &self.row.queue;
        let today = self.now.timestamp().to_zoned(queue.clock()).date();
        let open = queue.calendar.as_ref()?.open_on(today);
        let open: Vec<String> = open.iter().map(Stretch::to_string).collect();
        Some(if open.is_empty() {
            "closed".to_owned()
        } else {
            open.join(" ")
        })
    }
}

impl Kind for Queues {
    type Id = QueueId;
    type Row<'a> = QueueLine<'a>;

    const NAME: &'static str = "queues";
    const DOC: &'static str =
        "Queues that callbacks are booked on, with their hours and their room";
    const TROUBLE: &'static str = "full or stuck";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(line: &QueueLine<'_>) -> bool {
        line.load.is_some_and(QueueLoad::is_stuck)
            || line.row.queue.room().is_some_and(|room| room.left() == 0)
    }

    fn rows(store: &Store, now: Millis) -> Vec<QueueLine<'_>> {
        let rows = store.queues.iter();
        rows.map(|row| QueueLine::of(row, store, now)).collect()
    }

    fn row<'a>(store: &'a Store, id: &QueueId, now: Millis) -> Option<QueueLine<'a>> {
        Some(QueueLine::of(store.queues.get(id)?, store, now))
    }

    fn id(line: &QueueLine<'_>) -> QueueId {
        line.row.queue.id.clone()
    }

    fn concerns(changes: &Changes) -> bool {
        changes.queues
    }
}
