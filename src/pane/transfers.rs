//! Transfers: above, the interactions that can be moved; below, the transfers that were made. The cursor walks through both.

mod column;
mod commands;
mod consult;
mod detail;
mod draw;
mod list;
mod record;
pub(super) mod row;

use std::collections::BTreeMap;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::list::List;
use self::row::{FIELDS, Row};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::InteractionId;
use crate::model::interaction::Standing;
use crate::model::transfer::made::{Phase, TransferId};
use crate::store::Store;
use crate::time::Millis;
use crate::ui::filter::Fault;
use crate::ui::tabs::Tab;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Transfer,
    Action::Consult,
    Action::Mark,
    Action::New,
    Action::Clone,
    Action::Filter,
    Action::Reread,
    Action::Cancel,
    Action::Redeliver,
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

/// Which half the cursor is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Half {
    /// Interactions.
    #[default]
    Upper,
    /// Transfers made.
    Lower,
}

/// View state of the pane; what it shows is the store's.
#[derive(Default)]
pub struct TransfersPane {
    upper: List<InteractionId>,
    lower: List<TransferId>,
    half: Half,
    /// What is marked, since when.
    marked: BTreeMap<InteractionId, Millis>,
    filter: Filter,
    detail: bool,
    /// When time alone lets another row pass the filter.
    due: Option<Millis>,
    /// The table as it was drawn.
    drawn: u64,
    /// What is shown of it has changed since, though it has not.
    moved: bool,
}

impl TransfersPane {
    /// Filters again; a few thousand rows at most, so a frame can afford to.
    fn arrange(&mut self, store: &Store, now: Millis) {
        let table = &store.transfers;
        let mut due: Option<Millis> = None;
        let query = self.filter.query();
        let mut passes = |row: Row<'_>| {
            query.is_none_or(|query| {
                let verdict = query.matches(&row, now);
                due = due.into_iter().chain(verdict.until).min();
                verdict.pass
            })
        };
        let upper = table.interactions();
        let mut upper: Vec<_> = upper.filter(|one| passes(Row::Interaction(one))).collect();
        // Whoever waits is looked at first, and whoever waits longest before the others.
        upper.sort_by_key(|one| {
            (
                one.standing != Standing::Queued,
                one.started.is_none(),
                one.started,
            )
        });
        self.upper.order = upper.into_iter().map(|one| one.id.clone()).collect();
        let lower = table.made().filter(|made| passes(Row::Made(made)));
        self.lower.order = lower.map(|one| one.id).collect();
        // A mark has served once its interaction is moved; where that was refused, it stays for another place.
        let served = |id: &InteractionId, since: Millis| {
            let moves = table.made().take_while(|made| made.began >= since);
            let mut its = moves.filter(|made| made.interaction == *id);
            its.any(|made| !made.phase.over() || made.phase == Phase::Transferred)
        };
        self.marked
            .retain(|id, since| table.interaction(id).is_some() && !served(id, *since));
        self.due = due;
        self.stand();
    }

    /// The cursor stands where there are rows.
    fn stand(&mut self) {
        match self.half {
            Half::Upper if self.upper.is_empty() && !self.lower.is_empty() => {
                self.half = Half::Lower;
            }
            Half::Lower if self.lower.is_empty() => self.half = Half::Upper,
            _ => {}
        }
    }
}

impl Pane for TransfersPane {
    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Transfers",
            short: "Tran",
            count: Some(store.transfers.interactions().count()),
            trouble: store.transfers.open_questions(),
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
        self.due
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
            MouseEventKind::ScrollDown => self.step(Action::Down),
            MouseEventKind::ScrollUp => self.step(Action::Up),
            MouseEventKind::Down(MouseButton::Left) => {
                if self.upper.pick(at) {
                    self.half = Half::Upper;
                } else if self.lower.pick(at) {
                    self.half = Half::Lower;
                }
            }
            _ => {}
        }
        self.moved = true;
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        if std::mem::take(&mut self.detail) {
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

    fn shows_interactions(&self) -> bool {
        true
    }

    fn moved(&mut self, store: &Store) -> bool {
        std::mem::take(&mut self.moved) || self.drawn != store.transfers.generation()
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.draw(area, buf, scene);
    }
}
