//! A pane that is a list of one kind of thing: order, filter, columns, cursor and detail, whatever it is a list of.
//!
//! What differs between two lists is a [`Listing`]: where the rows are, what stands in the columns, what the figures
//! on top and the detail say, and what else can be done with a row.

pub mod column;
mod commands;
mod draw;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use self::column::Column;
use super::cursor::{Cursor, Window};
use super::filter::Filter;
use super::{Desk, Pane, Scene};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::model::RouteId;
use crate::model::api::{Api, Capabilities};
use crate::query::{FieldSpec, Fields};
use crate::store::Store;
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::filter::Fault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;

/// What a list is a list of. Rows come from the store; some thousands at most, because they are arranged as a whole.
pub trait Listing: Default + 'static {
    /// What a row is known by while others come and go.
    type Id: Clone + PartialEq;
    /// One row.
    type Row: Fields + 'static;

    /// What the rows are called, many of them: `jobs`. Also the name of exports.
    const KIND: &'static str;
    /// What filters know.
    const FIELDS: &'static [FieldSpec];
    /// The columns in the order of the screen.
    const COLUMNS: &'static [Column<Self::Row>];
    /// What can be done, the most wanted first.
    const ACTIONS: &'static [Action];
    /// What can be copied of a row, with a word about it; `json` is among them without being named.
    const COPIES: &'static [(&'static str, &'static str)];

    /// What its tab says.
    fn tab(&self, store: &Store) -> Tab;
    /// A number that is different whenever a row is.
    fn generation(&self, store: &Store) -> u64;
    /// Every row, in the order that holds until somebody sorts.
    fn rows<'a>(&self, store: &'a Store) -> Box<dyn Iterator<Item = &'a Self::Row> + 'a>;
    /// One row.
    fn row<'a>(&self, store: &'a Store, id: &Self::Id) -> Option<&'a Self::Row>;
    /// What a row is known by.
    fn id(&self, row: &Self::Row) -> Self::Id;
    /// The figures on top.
    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>);
    /// Everything that is known of a row.
    fn detail(&self, row: &Self::Row, scene: &Scene<'_>) -> Vec<Line<'static>>;
    /// Why there is no row, and what to do about it.
    fn empty(&self, scene: &Scene<'_>) -> Vec<String>;
    /// A row as JSON, byte-true.
    fn json(&self, row: &Self::Row) -> String;
    /// One thing of a row for the clipboard, with its name; none when the word is none of [`Self::COPIES`].
    fn copy(&self, row: &Self::Row, what: &str) -> Option<(&'static str, String)>;
    /// The route that a row is, where the rows are routes: its deliveries are read while its detail is open.
    fn route(&self, _id: &Self::Id) -> Option<RouteId> {
        None
    }
    /// Carries out what only this list can do; false when it can't either.
    fn act(&mut self, _action: Action, _row: Option<&Self::Row>, _desk: &mut Desk<'_>) -> bool {
        false
    }
}

/// View state of a list; the rows are the store's.
pub struct ListPane<L: Listing> {
    listing: L,
    order: Order<L::Id>,
    columns: Vec<usize>,
    can: &'static Capabilities,
    cursor: Cursor<L::Id>,
    filter: Filter,
    detail: bool,
    window: Window,
    grid: Grid,
    /// The rows as they were arranged last.
    arranged: Option<u64>,
    /// What is shown has changed since it was drawn, though no row has.
    moved: bool,
}

/// The rows that pass the filter, in order.
struct Order<Id> {
    ids: Vec<Id>,
    /// A column and whether the largest comes first; none is the listing's own order.
    sort: Option<(usize, bool)>,
    /// When time alone lets another row pass.
    due: Option<Millis>,
}

impl<L: Listing> Default for ListPane<L> {
    fn default() -> Self {
        let shown = |(n, column): (usize, &Column<L::Row>)| column.shown.then_some(n);
        Self {
            listing: L::default(),
            order: Order {
                ids: Vec::new(),
                sort: None,
                due: None,
            },
            columns: L::COLUMNS.iter().enumerate().filter_map(shown).collect(),
            can: Api::default().capabilities(),
            cursor: Cursor::default(),
            filter: Filter::default(),
            detail: false,
            window: Window::default(),
            grid: Grid::default(),
            arranged: None,
            moved: true,
        }
    }
}

impl<L: Listing> ListPane<L> {
    /// Filters and sorts again.
    fn arrange(&mut self, store: &Store, now: Millis) {
        let mut due: Option<Millis> = None;
        let query = self.filter.query();
        let mut rows: Vec<&L::Row> = self
            .listing
            .rows(store)
            .filter(|row| {
                query.is_none_or(|query| {
                    let verdict = query.matches(*row, now);
                    due = due.into_iter().chain(verdict.until).min();
                    verdict.pass
                })
            })
            .collect();
        if let Some((column, descending)) = self.order.sort {
            let order = L::COLUMNS[column].order;
            // Stable: equals stay in the listing's own order.
            rows.sort_by(|a, b| if descending { order(b, a) } else { order(a, b) });
        }
        self.order.ids = rows.into_iter().map(|row| self.listing.id(row)).collect();
        self.order.due = due;
        self.arranged = Some(self.listing.generation(store));
        self.moved = true;
    }

    /// The columns that show, by their numbers.
    fn shown(&self) -> Vec<usize> {
        let offered = |n: &usize| (L::COLUMNS[*n].offered)(self.can);
        self.columns.iter().copied().filter(offered).collect()
    }

    /// The row under the cursor.
    fn chosen<'a>(&self, store: &'a Store) -> Option<&'a L::Row> {
        self.listing.row(store, &self.cursor.row()?)
    }
}

impl<L: Listing> Pane for ListPane<L> {
    fn tab(&self, store: &Store) -> Tab {
        self.listing.tab(store)
    }

    fn actions(&self) -> &'static [Action] {
        L::ACTIONS
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        L::FIELDS
            .iter()
            .map(|field| (field.name, field.doc))
            .collect()
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.arrange(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        self.order.due
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        self.moved = true;
        self.can = desk.can;
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
                let heading = self.grid.heading_at(at);
                if let Some(column) = heading.and_then(|n| self.shown().get(n).copied()) {
                    self.sort_by(column, None, desk);
                } else if let Some(line) = self.grid.line_at(at) {
                    self.cursor.pick(&self.order.ids, self.window, line);
                    self.moved = true;
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

    fn route(&self) -> Option<RouteId> {
        let shown = self.cursor.row().filter(|_| self.detail)?;
        self.listing.route(&shown)
    }

    fn fault(&self) -> Option<Fault> {
        self.filter.fault().cloned()
    }

    fn moved(&mut self, store: &Store) -> bool {
        let moved = std::mem::take(&mut self.moved);
        moved || self.arranged != Some(self.listing.generation(store))
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.draw(area, buf, scene);
    }
}
