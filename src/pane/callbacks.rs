//! Callbacks: what was promised to callers, on which queue and for when, and how each goes.
//!
//! Two views of the same reservations: a table, and the day of a queue as a chart of what is booked against when it is
//! open. Numbers are masked unless someone has just asked to see them, which is on record.

mod column;
mod commands;
mod day;
mod detail;
mod draw;
mod line;
mod sheet;
mod writes;

use std::collections::BTreeSet;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::column::Column;
pub use self::column::FIELDS;
use self::day::Day;
use self::line::Line;
pub use self::sheet::write;
use super::cursor::{Cursor, Window};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::CallbackId;
use crate::model::callback::Status;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::filter::Fault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::New,
    Action::Day,
    Action::Edit,
    Action::Cancel,
    Action::Mark,
    Action::Filter,
    Action::Sort,
    Action::Unmask,
    Action::Webhook,
    Action::Reread,
    Action::Reverse,
    Action::Copy,
    Action::Export,
    Action::OpenPager,
    Action::Up,
    Action::Down,
    Action::PageUp,
    Action::PageDown,
    Action::Top,
    Action::Bottom,
    Action::Left,
    Action::Right,
];

/// The countdown is in minutes, so the table is drawn again once a minute.
const MINUTE: i64 = 60_000;

/// View state of the pane; the reservations and the queues are the store's.
#[derive(Default)]
pub struct CallbacksPane {
    order: Order,
    cursor: Cursor<CallbackId>,
    filter: Filter,
    detail: bool,
    /// Reservations that are to be taken back together.
    marks: BTreeSet<CallbackId>,
    /// The view of a day; none shows the table.
    day: Option<Day>,
    window: Window,
    grid: Grid,
    /// Something that is shown has changed since it was drawn.
    moved: bool,
    /// The rows have changed since they were put in order.
    unsettled: bool,
    /// When time alone changes what is shown: the next whole minute, while there is a slot to count down to.
    minute: Option<Millis>,
    /// When whole numbers are masked again.
    masks: Option<Millis>,
}

/// The reservations that pass the filter, in order.
struct Order {
    ids: Vec<CallbackId>,
    column: Column,
    descending: bool,
    /// When time alone lets another reservation pass.
    due: Option<Millis>,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            column: Column::Slot,
            descending: false,
            due: None,
        }
    }
}

impl CallbacksPane {
    /// Filters and sorts again. Done when rows are looked at and not when they change: a stream changes them far more
    /// often than a screen is drawn.
    fn arrange(&mut self, store: &Store, now: Millis) {
        let mut due: Option<Millis> = None;
        let lines = store.callbacks.iter().map(|row| Line::of(row, store, now));
        let mut lines: Vec<Line<'_>> = match self.filter.query() {
            None => lines.collect(),
            Some(query) => lines
                .filter(|line| {
                    let verdict = query.matches(line, now);
                    due = due.into_iter().chain(verdict.until).min();
                    verdict.pass
                })
                .collect(),
        };
        let (column, descending) = (self.order.column, self.order.descending);
        lines.sort_by(|a, b| {
            let order = column.compare(a, b);
            let order = if descending { order.reverse() } else { order };
            order.then_with(|| a.row.callback().id.cmp(&b.row.callback().id))
        });
        let id = |line: &Line<'_>| line.row.callback().id.clone();
        self.order.ids = lines.iter().map(id).collect();
        self.order.due = due;
        (self.moved, self.unsettled) = (true, false);
    }

    fn settle(&mut self, store: &Store, now: Millis) {
        if self.unsettled {
            self.arrange(store, now);
        }
    }
}

impl Pane for CallbacksPane {
    fn tab(&self, store: &Store) -> Tab {
        let status = |row: &crate::store::callbacks::CallbackRow| row.callback().status;
        let rows = || store.callbacks.iter();
        Tab {
            title: "Callbacks",
            short: "Call",
            count: Some(rows().filter(|row| !status(row).over()).count()),
            trouble: rows().filter(|row| status(row) == Status::Failed).count(),
        }
    }

    fn actions(&self) -> Vec<Action> {
        ACTIONS.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        FIELDS.iter().map(|field| (field.name, field.doc)).collect()
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        if changes.callbacks || changes.queues {
            self.masks = store.callbacks.masked_at().filter(|at| *at > now);
            (self.moved, self.unsettled) = (true, true);
            self.minute = Some(Millis((now.0.div_euclid(MINUTE) + 1) * MINUTE));
        }
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.arrange(store, now);
        self.masks = self.masks.filter(|at| *at > now);
        let waits = store
            .callbacks
            .iter()
            .any(|row| !row.callback().status.over());
        let next = Millis((now.0.div_euclid(MINUTE) + 1) * MINUTE);
        self.minute = waits.then_some(next);
    }

    fn deadline(&self) -> Option<Millis> {
        [self.order.due, self.minute, self.masks]
            .into_iter()
            .flatten()
            .min()
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        self.moved = true;
        self.settle(desk.store, desk.now);
        match command {
            Command::Act(action) => self.act(*action, desk),
            _ => self.carry_out(command, desk),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, desk: &mut Desk<'_>) {
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.step(3, desk),
            MouseEventKind::ScrollUp => self.step(-3, desk),
            MouseEventKind::Down(MouseButton::Left) if self.day.is_none() => {
                if let Some(column) = self.grid.heading_at(at).and_then(|n| Column::ALL.get(n)) {
                    self.sort_by(*column, None, desk);
                } else if let Some(line) = self.grid.line_at(at) {
                    self.cursor.pick(&self.order.ids, self.window, line);
                }
            }
            _ => {}
        }
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        self.moved = true;
        if std::mem::take(&mut self.detail) || self.day.take().is_some() {
            return true;
        }
        if !std::mem::take(&mut self.marks).is_empty() {
            return true;
        }
        if !self.filter.text().is_empty() {
            self.set_filter("", desk);
            return true;
        }
        false
    }

    fn fault(&self) -> Option<Fault> {
        self.filter.fault().cloned()
    }

    fn moved(&mut self, _: &Store) -> bool {
        std::mem::take(&mut self.moved)
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.settle(scene.store, scene.now);
        self.draw(area, buf, scene);
    }
}
