//! Alerts: what holds now, what is over, how far the telling has come, and who has taken notice.

mod column;
mod commands;
mod detail;
mod draw;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::cursor::{Cursor, Window};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::alert::AlertId;
use crate::model::alert::fields::FIELDS;
use crate::store::Store;
use crate::time::Millis;
use crate::ui::filter::Fault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Acknowledge,
    Action::Redeliver,
    Action::Filter,
    Action::Copy,
    Action::Up,
    Action::Down,
    Action::PageUp,
    Action::PageDown,
    Action::Top,
    Action::Bottom,
    Action::Left,
    Action::Right,
];

/// View state of the pane; the alerts are the store's.
#[derive(Default)]
pub struct AlertsPane {
    order: Order,
    cursor: Cursor<AlertId>,
    filter: Filter,
    detail: bool,
    window: Window,
    grid: Grid,
    /// The book as it was drawn.
    drawn: u64,
    /// What is shown of the alerts has changed since, though they have not.
    moved: bool,
}

/// The alerts that pass the filter: open ones first, the newest first.
#[derive(Default)]
struct Order {
    ids: Vec<AlertId>,
    /// When time alone lets another one pass.
    due: Option<Millis>,
}

impl AlertsPane {
    /// Filters again. Alerts are few, because storms are folded: a frame can afford to.
    fn arrange(&mut self, store: &Store, now: Millis) {
        let mut due: Option<Millis> = None;
        let query = self.filter.query();
        let passing = store.alerts.in_order().filter(|alert| {
            query.is_none_or(|query| {
                let verdict = query.matches(*alert, now);
                due = due.into_iter().chain(verdict.until).min();
                verdict.pass
            })
        });
        self.order.ids = passing.map(|alert| alert.id).collect();
        self.order.due = due;
    }
}

impl Pane for AlertsPane {
    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Alerts",
            short: "Alrt",
            count: Some(store.alerts.len()),
            trouble: store.alerts.open(),
        }
    }

    fn actions(&self) -> Vec<Action> {
        ACTIONS.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        FIELDS.iter().map(|field| (field.name, field.doc)).collect()
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.arrange(store, now);
        self.moved = true;
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

    fn mouse(&mut self, mouse: MouseEvent, _: &mut Desk<'_>) {
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.step(3),
            MouseEventKind::ScrollUp => self.step(-3),
            MouseEventKind::Down(MouseButton::Left) => {
                if let Some(line) = self.grid.line_at(at) {
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

    fn alert(&self) -> Option<AlertId> {
        self.cursor.row()
    }

    fn moved(&mut self, store: &Store) -> bool {
        std::mem::take(&mut self.moved) || self.drawn != store.alerts.generation()
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.draw(area, buf, scene);
    }
}
