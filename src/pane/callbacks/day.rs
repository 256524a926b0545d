//! The day of the queues: what is booked in each quarter of an hour, and when each queue is open, by its own clock.

mod chart;
mod list;
mod scale;
mod tally;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::scale::Scale;
use self::tally::DayTally;
use crate::model::QueueId;
use crate::model::callback::Callback;
use crate::model::queue::{Queue, Room};
use crate::pane::Scene;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::notice;
use crate::vocabulary::action::Action;
use crate::vocabulary::role::Role;

/// Lines that a chart needs beside its bars: the caption, the axis and its hours.
const FRAME: u16 = 4;

/// The highest bars, in lines: what is left is for the reservations of the day.
const BARS: u16 = 8;

/// Which day of which queue is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// None is the first queue.
    queue: Option<QueueId>,
    /// Days from today, by the queue's clock.
    ahead: i32,
}

impl Day {
    /// The day of a reservation; today without one.
    pub fn of(callback: Option<&Callback>, store: &Store, now: Millis) -> Self {
        let Some(callback) = callback else {
            return Self::default();
        };
        let queue = store.queues.get(&callback.queue).map(|row| &row.queue);
        let zone = queue.map_or(TimeZone::UTC, Queue::clock);
        let date = |at: Millis| at.timestamp().to_zoned(zone.clone()).date();
        let ahead = callback.time.map_or(0, |time| {
            let days = date(now).until(date(time));
            days.map_or(0, |span| span.get_days())
        });
        Self {
            queue: queue.map(|queue| queue.id.clone()),
            ahead,
        }
    }

    /// Moves among the days and the queues; false for any other action.
    pub fn obey(&mut self, action: Action, store: &Store) -> bool {
        match action {
            Action::Left => self.ahead = self.ahead.saturating_sub(1),
            Action::Right => self.ahead = self.ahead.saturating_add(1),
            Action::Up => self.step(-1, store),
            Action::Down => self.step(1, store),
            Action::Top => self.ahead = 0,
            _ => return false,
        }
        true
    }

    /// Moves among the queues, which stand in the order of their ids.
    pub fn step(&mut self, delta: isize, store: &Store) {
        let at = self.place(store).saturating_add_signed(delta);
        let last = store.queues.len().saturating_sub(1);
        let row = store.queues.iter().nth(at.min(last));
        self.queue = row.map(|row| row.queue.id.clone());
    }

    /// The queue that is looked at.
    pub fn queue(&self, store: &Store) -> Option<QueueId> {
        let row = store.queues.iter().nth(self.place(store))?;
        Some(row.queue.id.clone())
    }

    fn place(&self, store: &Store) -> usize {
        let chosen =
            |row: &crate::store::queues::QueueRow| Some(&row.queue.id) == self.queue.as_ref();
        store.queues.iter().position(chosen).unwrap_or(0)
    }

    /// The date that is looked at, by a queue's own clock.
    fn date(&self, queue: &Queue, now: Millis) -> Date {
        let zone = queue.clock();
        let today = now.timestamp().to_zoned(zone.clone()).date();
        today.saturating_add(self.ahead.days())
    }

    /// Draws one line for each queue, and the chosen one as a chart below them.
    pub fn render(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let days: Vec<DayTally<'_>> = scene
            .store
            .queues
            .iter()
            .map(|row| DayTally::of(row, self.date(&row.queue, scene.now), scene))
            .collect();
        let at = self.place(scene.store);
        let Some(chosen) = days.get(at) else {
            return notice::render(area, buf, scene.theme, &empty(scene));
        };
        caption(Rect { height: 1, ..area }, buf, scene, chosen);
        let rows = u16::try_from(days.len()).unwrap_or(u16::MAX);
        let strips = rows.min(area.height.saturating_sub(FRAME + 5).max(1));
        let first = (at + 1).saturating_sub(usize::from(strips));
        let scale = Scale::of(&days, area.width);
        for (n, y) in (first..days.len()).zip(area.y + 1..area.y + 1 + strips) {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            chart::strip(line, buf, scene, &days[n], &scale, n == at);
        }
        let top = area.y + 2 + strips;
        let below = Rect {
            y: top,
            height: area.bottom().saturating_sub(top).min(BARS + FRAME),
            ..area
        };
        chart::bars(below, buf, scene, chosen, &scale);
        let rest = Rect {
            y: below.bottom(),
            height: area.bottom().saturating_sub(below.bottom()),
            ..area
        };
        list::render(rest, buf, scene, chosen);
    }
}

/// Which day it is, by which clock, and what is special about it.
fn caption(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, day: &DayTally<'_>) {
    let theme = scene.theme;
    let queue = &day.row.queue;
    let mut bar = Bar::default();
    let date = day.date.strftime("%a %d %b %Y");
    bar.left(0, theme.style(Role::Header), format!(" {date}"));
    let zone = queue.clock();
    let local = scene.now.timestamp().to_zoned(zone.clone());
    let now = local.strftime("%H:%M");
    let text = if queue.zone_name.is_empty() {
        format!("zone not available, {now} UTC now")
    } else {
        format!("{}, {now} there now", queue.zone_name.fit(24))
    };
    bar.left(2, theme.style(Role::Dim), text);
    if let Some(change) = tally::clock_change(day.date, &zone) {
        bar.left(0, theme.style(Role::Warn), change);
    }
    if !day.known {
        bar.left(0, theme.style(Role::Unknown), "hours not known");
    }
    if let Some(name) = &day.holiday {
        let name = if name.is_empty() {
            "holiday".into()
        } else {
            name.fit(30)
        };
        bar.left(0, theme.style(Role::Warn), format!("closed: {name}"));
    }
    let room = queue.room();
    let full = room.is_some_and(|room| room.left() == 0);
    let role = if full { Role::Bad } else { Role::Text };
    // Where callbacks are no reservations, a queue has no room that could be told.
    let untold = if scene.can.reservations {
        "capacity n/a"
    } else {
        ""
    };
    let room = room.as_ref().map_or(untold.to_owned(), Room::to_string);
    let read = day.row.read.clock(scene.zone, scene.now);
    bar.right(0, theme.style(role), room);
    bar.right(3, theme.style(Role::Dim), format!("as of {read} "));
    bar.right(4, theme.style(Role::Dim), "h l day  j k queue ");
    bar.render(area, buf);
}

fn empty(scene: &Scene<'_>) -> Vec<String> {
    match scene.store.queues.reading() {
        _ if !scene.connected => notice::no_profile(),
        Reading::Failed { why, .. } => {
            vec!["The queues could not be read:".to_owned(), why.to_string()]
        }
        Reading::Read(_) => {
            let mut lines = vec!["The organisation has no queues that take callbacks.".to_owned()];
            lines.extend(scene.store.queues.faults().iter().map(ToString::to_string));
            lines
        }
        _ => vec!["Reading the queues …".to_owned()],
    }
}
