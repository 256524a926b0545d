//! Endpoint registrations, live: who is registered, who was lost, who keeps coming and going.

mod cells;
mod closeup;
mod commands;
mod detail;
mod draw;
mod page;
mod phones;
mod summary;

use std::collections::HashSet;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::cells::Shown;
use self::page::Page;
use super::cursor::{Cursor, Rows, Window};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::DeviceId;
use crate::model::registration::State;
use crate::store::column::{Column, FIELDS};
use crate::store::view::{Sort, View};
use crate::store::{Changes, RowId, Store};
use crate::time::Millis;
use crate::ui::filter::Fault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Filter,
    Action::Sort,
    Action::New,
    Action::Reread,
    Action::Freeze,
    Action::Reverse,
    Action::Columns,
    Action::Mark,
    Action::Station,
    Action::Reboot,
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

/// View state of the pane; the rows are the store's.
pub struct RegistrationsPane {
    view: View,
    cursor: Cursor<RowId>,
    page: Page,
    /// The moment of the last change, tick or key.
    now: Millis,
    columns: Vec<Column>,
    filter: Filter,
    marked: HashSet<RowId>,
    detail: bool,
    /// When the open phone was last wanted anew.
    wanted: Millis,
    frozen: Option<Frozen>,
    /// What was drawn last, for the mouse and to know whether anything visible moved.
    drawn: Drawn,
}

/// Rows held as they were; changes go on behind them.
struct Frozen {
    rows: Vec<Shown>,
    /// Rows that passed the filter and are not held, because there were too many.
    beyond: usize,
}

/// The last frame of this pane.
#[derive(Default)]
struct Drawn {
    fingerprint: u64,
    window: Window,
    grid: Grid,
}

impl Default for RegistrationsPane {
    fn default() -> Self {
        Self {
            view: View::new(Sort::default(), None),
            cursor: Cursor::default(),
            page: Page::default(),
            now: Millis::default(),
            columns: Column::DEFAULT.to_vec(),
            filter: Filter::default(),
            marked: HashSet::new(),
            detail: false,
            wanted: Millis::default(),
            frozen: None,
            drawn: Drawn::default(),
        }
    }
}

impl Rows<RowId> for View {
    fn len(&self) -> usize {
        View::len(self)
    }
    fn position(&self, id: RowId) -> Option<usize> {
        View::position(self, id)
    }
    fn at(&self, index: usize) -> Option<RowId> {
        self.page(index, 1).next()
    }
}

impl Rows<RowId> for Frozen {
    fn len(&self) -> usize {
        self.rows.len()
    }
    fn position(&self, id: RowId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == id)
    }
    fn at(&self, index: usize) -> Option<RowId> {
        self.rows.get(index).map(|row| row.id)
    }
}

impl RegistrationsPane {
    fn settle(&mut self) -> Window {
        let height = self.drawn.grid.height();
        match &self.frozen {
            Some(frozen) => self.cursor.settle(frozen, height),
            None => self.cursor.settle(&self.view, height),
        }
    }

    /// Someone is at the keys: the order of now is wanted.
    fn wake(&mut self, desk: &Desk<'_>) {
        self.page.release();
        self.now = desk.now;
    }

    /// A heading sorts, a row takes the cursor.
    fn click(&mut self, at: Position, desk: &mut Desk<'_>) {
        let heading = self.drawn.grid.heading_at(at);
        if let Some(column) = heading.and_then(|n| self.columns.get(n)).copied() {
            self.sort_by(column, None, desk);
        } else if let Some(line) = self.drawn.grid.line_at(at) {
            match &self.frozen {
                Some(frozen) => self.cursor.pick(frozen, self.drawn.window, line),
                None => self.cursor.pick(&self.view, self.drawn.window, line),
            }
        }
    }

    /// Takes the rows in the order of now, unless the last one is still held.
    fn turn(&mut self) {
        // While the screen is still filling there is nothing to hold.
        let room = self.drawn.grid.height().min(self.view.len());
        if !self.page.holds(self.now) || self.page.rows().len() < room {
            let window = self.settle();
            let rows = self
                .view
                .page(window.top, self.drawn.grid.height())
                .collect();
            self.page.take(rows, window, self.now);
        }
    }

    fn fingerprint(&self, store: &Store) -> u64 {
        let checked = self.detail || self.columns.contains(&Column::Checked);
        self.page.fingerprint(store, checked)
    }
}

impl Pane for RegistrationsPane {
    fn tab(&self, store: &Store) -> Tab {
        let counts = store.registrations.counts();
        Tab {
            title: "Registrations",
            short: "Regs",
            count: Some(counts.total as usize),
            trouble: counts.of(State::Lost) as usize,
        }
    }

    fn actions(&self) -> Vec<Action> {
        ACTIONS.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        FIELDS.iter().map(|field| (field.name, field.doc)).collect()
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        for row in &changes.removed {
            self.marked.remove(row);
        }
        self.view.apply(changes, &store.registrations, now);
        self.page.fall_behind();
        self.now = now;
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.view.expire(&store.registrations, now);
        self.page.fall_behind();
        self.now = now;
    }

    fn deadline(&self) -> Option<Millis> {
        let turn = self.page.deadline().filter(|_| self.frozen.is_none());
        self.view.next_deadline().into_iter().chain(turn).min()
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        self.wake(desk);
        match command {
            Command::Act(action) => self.act(*action, desk),
            _ => self.carry_out(command, desk),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, desk: &mut Desk<'_>) {
        self.wake(desk);
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.step(3),
            MouseEventKind::ScrollUp => self.step(-3),
            MouseEventKind::Down(MouseButton::Left) => self.click(at, desk),
            _ => {}
        }
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        self.wake(desk);
        if std::mem::take(&mut self.detail) {
            return true;
        }
        if self.frozen.is_some() {
            self.thaw();
            return true;
        }
        if !self.marked.is_empty() {
            self.marked.clear();
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

    fn phone(&self, store: &Store) -> Option<(DeviceId, Millis)> {
        let row = self.cursor.row().filter(|_| self.detail)?;
        let row = store.registrations.row(row)?;
        Some((row.device().clone(), self.wanted))
    }

    fn frozen(&self) -> bool {
        self.frozen.is_some()
    }

    fn moved(&mut self, store: &Store) -> bool {
        if self.frozen.is_some() {
            return false;
        }
        self.turn();
        self.fingerprint(store) != self.drawn.fingerprint
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.draw(area, buf, scene);
    }
}
