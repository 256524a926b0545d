//! SIP carriers: what the organisation says of each, what a probe of its proxy saw, and where the two disagree. Below them
//! the edges that their trunks run on, where the organisation tells of those.

mod column;
mod commands;
mod detail;
mod draw;
mod edges;
pub(super) mod line;
mod trunks;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::column::{Column, FIELDS};
use self::line::Line;
use super::cursor::{Cursor, Window};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::CarrierId;
use crate::model::carrier::Accord;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::filter::Fault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Probe,
    Action::Filter,
    Action::Sort,
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

/// View state of the pane; the carriers and the findings are the store's.
#[derive(Default)]
pub struct CarriersPane {
    order: Order,
    cursor: Cursor<CarrierId>,
    filter: Filter,
    detail: bool,
    window: Window,
    grid: Grid,
    /// Something that is shown has changed since it was drawn.
    moved: bool,
}

/// The carriers that pass the filter, in order: a few dozen, so made anew whenever one changes.
struct Order {
    ids: Vec<CarrierId>,
    column: Column,
    descending: bool,
    /// When time alone lets another carrier pass.
    due: Option<Millis>,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            column: Column::Health,
            descending: false,
            due: None,
        }
    }
}

impl CarriersPane {
    /// Filters and sorts again.
    fn arrange(&mut self, store: &Store, now: Millis) {
        let mut due: Option<Millis> = None;
        let lines = store.carriers.iter().map(|row| Line::of(row, store));
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
            order
                .then_with(|| a.urgency().cmp(&b.urgency()))
                .then_with(|| a.row.name().cmp(b.row.name()))
        });
        let id = |line: &Line<'_>| line.row.carrier().id.clone();
        self.order.ids = lines.iter().map(id).collect();
        self.order.due = due;
        self.moved = true;
    }
}

impl Pane for CarriersPane {
    fn tab(&self, store: &Store) -> Tab {
        let lines = store.carriers.iter().map(|row| Line::of(row, store));
        let trouble = |line: &Line<'_>| {
            line.row.carrier().health.suffers() || line.accord() == Accord::Contradiction
        };
        Tab {
            title: "Carriers",
            short: "Carr",
            count: Some(store.carriers.len()),
            trouble: lines.filter(trouble).count() + store.edges.suffering(),
        }
    }

    fn actions(&self) -> Vec<Action> {
        ACTIONS.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        FIELDS.iter().map(|field| (field.name, field.doc)).collect()
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        if changes.carriers_shown || !changes.findings.is_empty() {
            self.arrange(store, now);
        }
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.arrange(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        self.order.due
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        self.moved = true;
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
            MouseEventKind::ScrollDown => self.step(3),
            MouseEventKind::ScrollUp => self.step(-3),
            MouseEventKind::Down(MouseButton::Left) => {
                if let Some(column) = self
                    .grid
                    .heading_at(at)
                    .and_then(|n| Column::shown(desk.can).get(n))
                {
                    self.sort_by(*column, None, desk);
                } else if let Some(line) = self.grid.line_at(at) {
                    self.cursor.pick(&self.order.ids, self.window, line);
                }
            }
            _ => {}
        }
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        if std::mem::take(&mut self.detail) {
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
        self.draw(area, buf, scene);
    }
}
