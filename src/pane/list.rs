//! A pane that is a list of one kind of thing: order, filter, columns, marks, freeze, cursor and detail, whatever it is
//! a list of.
//!
//! What stands in the rows is a [`Kind`]. What differs beside it is a [`Listing`]: what the figures on top and the
//! detail say, what else can be done with a row, and what else is on the screen. Where the rows are, in which order, is
//! a [`Source`]: a vector that is arranged as a whole, or a view that is kept up change by change.

mod aim;
mod commands;
mod compare;
mod draw;
pub mod edges;
mod frozen;
mod picked;
pub mod places;
mod remembered;
pub mod section;
pub mod source;
mod views;

use std::collections::HashMap;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

pub(super) use self::draw::facts;
use self::frozen::Frozen;
pub use self::picked::{Picked, Related};
pub(super) use self::remembered::{for_remembered, remembered, say_remembered};
use self::source::Source;
use super::cursor::{Cursor, Window};
use super::filter::Filter;
use super::{Abroad, Desk, Focus, Made, Pane, Scene};
use crate::kind::column::Wish;
use crate::kind::pointer::{pointer, who};
use crate::kind::value::FLAGS;
use crate::kind::view::View;
use crate::kind::{Asked, How, Kind, Sort};
use crate::model::alert::AlertId;
use crate::model::api::{Api, Capabilities};
use crate::query::{self, Query};
use crate::store::{Changes, RowId, Store};
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::detail::Panel;
use crate::ui::filter::FilterFault;
use crate::ui::grid::Grid;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;

/// What every list can do, the most wanted first; a [`Listing`] that names some of them itself orders them.
pub const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Filter,
    Action::Sort,
    Action::Reverse,
    Action::Columns,
    Action::Copy,
    Action::Export,
    Action::OpenPager,
    Action::Mark,
    Action::MarkAll,
    Action::MarkRange,
    Action::MarkInvert,
    Action::Compare,
    Action::Freeze,
    Action::Related,
    Action::Up,
    Action::Down,
    Action::PageUp,
    Action::PageDown,
    Action::Top,
    Action::Bottom,
    Action::Left,
    Action::Right,
];

/// Layers that a list is left by: the detail, what is in the place of the rows, the freeze, the marks, the filter.
pub const LAYERS: usize = 5;

/// A row of a list.
pub type RowOf<'a, L> = <<L as Listing>::Kind as Kind>::Row<'a>;

/// What a row of a list is known by.
pub type IdOf<L> = <<L as Listing>::Kind as Kind>::Id;

/// What a list shows beside its rows, and what can be done with them beyond what every list can.
pub trait Listing: Default + 'static {
    /// What the rows are.
    type Kind: Kind;
    /// Where the rows are, in order.
    type Source: Source<Self::Kind>;

    /// What can be done, the most wanted first, before what every list can.
    const ACTIONS: &'static [Action];
    /// What can be copied of a row, with a word about it; `json` is among them without being named.
    const COPIES: &'static [(&'static str, &'static str)];
    /// The column that rows are ordered by before anybody has sorted; none is the kind's own order.
    const SORT: Option<&'static str> = None;

    /// What its tab says.
    fn tab(&self, store: &Store) -> Tab;
    /// The figures on top.
    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>);
    /// Fills the panel of a row: what is known of it, and what there is room for beyond that.
    fn panel(&self, panel: &mut Panel<'_>, row: &RowOf<'_, Self>, scene: &Scene<'_>) {
        panel.put(&self.detail(row, scene));
    }
    /// What is known of a row, for the panel and the pager: every column, unless a list has more to tell.
    fn detail(&self, row: &RowOf<'_, Self>, scene: &Scene<'_>) -> Vec<Line<'static>> {
        draw::facts::<Self::Kind>(row, scene)
    }
    /// What a row has to do with: where to go from it.
    fn related(&self, _row: &RowOf<'_, Self>, _desk: &Desk<'_>) -> Vec<Related> {
        Vec::new()
    }
    /// Lines that the detail wishes for; none is half of the pane.
    fn wish(&self, _scene: &Scene<'_>) -> Option<u16> {
        None
    }
    /// How wide a column wants to be now.
    fn widen(&self, _column: &str, wish: Wish, _scene: &Scene<'_>) -> Wish {
        wish
    }
    /// Why there is no row, and what to do about it.
    fn empty(&self, scene: &Scene<'_>) -> Vec<String>;
    /// One thing of a row for the clipboard, with its name; none when the word is none of [`Self::COPIES`].
    fn copy(&self, _row: &RowOf<'_, Self>, _what: &str) -> Option<(&'static str, String)> {
        None
    }
    /// What a row is read from, and the vendor's page about it, where there are such.
    fn abroad(&self, _row: &RowOf<'_, Self>, _can: &Capabilities) -> Vec<Abroad> {
        Vec::new()
    }
    /// What is known of a row beyond its columns, for the pager; safe to show.
    fn more(&self, _row: &RowOf<'_, Self>, _store: &Store) -> String {
        String::new()
    }
    /// Carries out what only this list can do; false when it can't either.
    fn act(
        &mut self,
        _action: Action,
        _on: &mut Picked<'_, Self::Kind>,
        _desk: &mut Desk<'_>,
    ) -> bool {
        false
    }
    /// The same for a command with words.
    fn command(
        &mut self,
        _command: &Command,
        _on: &mut Picked<'_, Self::Kind>,
        _desk: &mut Desk<'_>,
    ) -> bool {
        false
    }
    /// The row of something that was made here, where such rows are listed.
    fn made(&self, _made: &Made) -> Option<IdOf<Self>> {
        None
    }
    /// Of these rows, the registrations that a person has to do with: those are read first.
    fn attended(&self, _ids: Vec<IdOf<Self>>) -> Vec<RowId> {
        Vec::new()
    }
    /// What the pane is about with the cursor on this row; `open` says that its detail is open.
    fn focus(&self, _id: &IdOf<Self>, _open: bool, _store: &Store) -> Focus {
        Focus::default()
    }
    /// Of these rows, those that are alerts.
    fn alerts<'a>(
        &self,
        _ids: impl Iterator<Item = &'a IdOf<Self>>,
        _store: &Store,
    ) -> Vec<AlertId> {
        Vec::new()
    }
    /// When time alone changes what the cells say.
    fn due(&self, _store: &Store, _now: Millis) -> Option<Millis> {
        None
    }
    /// Whether a mark has not served its purpose yet.
    fn keeps(&self, _id: &IdOf<Self>, _marked: Millis, _store: &Store) -> bool {
        true
    }
    /// Draws what stands below the rows, of which there are that many; what is left is for them.
    fn below(&self, area: Rect, _rows: usize, _buf: &mut Buffer, _scene: &Scene<'_>) -> Rect {
        area
    }
    /// Draws what is shown in the place of the rows, when something is.
    fn instead(&self, _area: Rect, _buf: &mut Buffer, _scene: &Scene<'_>) -> bool {
        false
    }
    /// Moves about in what is shown in the place of the rows; false when nothing is, or for any other action.
    fn obey(&mut self, _action: Action, _store: &Store) -> bool {
        false
    }
    /// Leaves what is shown in the place of the rows; false when nothing is.
    fn leave(&mut self) -> bool {
        false
    }
}

/// View state of a list; the rows are the store's.
pub struct ListPane<L: Listing> {
    pub(super) listing: L,
    source: L::Source,
    sort: Sort,
    columns: Vec<usize>,
    can: &'static Capabilities,
    cursor: Cursor<IdOf<L>>,
    filter: Filter,
    /// What is marked, since when.
    marked: HashMap<IdOf<L>, Millis>,
    /// The row that was marked last: a range begins there.
    last_marked: Option<IdOf<L>>,
    detail: bool,
    frozen: Option<Frozen<IdOf<L>>>,
    window: Window,
    /// The rows that were drawn last, from the first line down.
    drawn: Vec<IdOf<L>>,
    /// How many above the view were in trouble when a person moved it there; none until it is drawn there.
    known_above: Option<usize>,
    grid: Grid,
    /// When time alone changes what the cells say.
    due: Option<Millis>,
    /// What is shown has changed since it was drawn, though no row has.
    moved: bool,
}

impl<L: Listing> Default for ListPane<L> {
    fn default() -> Self {
        Self {
            listing: L::default(),
            source: L::Source::default(),
            sort: Self::own_sort(),
            columns: Self::own_columns(),
            can: Api::default().capabilities(),
            cursor: Cursor::default(),
            filter: Filter::default(),
            marked: HashMap::new(),
            last_marked: None,
            detail: false,
            frozen: None,
            window: Window::default(),
            drawn: Vec::new(),
            known_above: None,
            grid: Grid::default(),
            due: None,
            moved: true,
        }
    }
}

impl<L: Listing> ListPane<L> {
    /// Filters and sorts again.
    fn arrange(&mut self, store: &Store, now: Millis) {
        self.frozen = None;
        self.filter.see(self.seen());
        let how = How {
            query: self.filter.query(),
            sort: self.sort,
        };
        self.source.arrange(how, store, now);
        self.cursor.rise();
        self.known_above = None;
        self.due = self.listing.due(store, now);
        self.moved = true;
    }

    /// Catches up with what has changed since the rows were put in order.
    pub(super) fn catch_up(&mut self, store: &Store, now: Millis) {
        let how = How {
            query: self.filter.query(),
            sort: self.sort,
        };
        if self.source.catch_up(how, store, now) {
            let listing = &self.listing;
            self.marked.retain(|id, since| {
                <L::Kind>::row(store, id, now).is_some() && listing.keeps(id, *since, store)
            });
            self.due = self.listing.due(store, now);
            self.moved = true;
        }
    }

    /// Somebody is at the keys: the order of now is wanted.
    fn wake(&mut self, desk: &Desk<'_>) {
        self.can = desk.can;
        self.moved = true;
        self.cursor.seek(None);
        self.source.wake(desk.now);
        self.catch_up(desk.store, desk.now);
    }

    /// The columns that show, by their numbers.
    fn shown(&self) -> Vec<usize> {
        let offered = |n: &usize| (<L::Kind>::COLUMNS[*n].offered)(self.can);
        self.columns.iter().copied().filter(offered).collect()
    }

    /// The columns that a word without a field looks at: those that show, where they say something of their own. `no` should
    /// find Noah, not everyone who is not flapping.
    fn seen(&self) -> Vec<usize> {
        let says = |n: &usize| {
            let column = &<L::Kind>::COLUMNS[*n];
            column.bare || matches!(column.kind, query::Kind::Choice(words) if words != FLAGS)
        };
        self.shown().into_iter().filter(says).collect()
    }

    /// How many rows pass.
    pub(super) fn len(&self) -> usize {
        use super::cursor::Rows as _;
        self.source.len()
    }

    /// Leaves one layer, the innermost is 0; false when it is not there.
    pub(super) fn peel(&mut self, layer: usize, desk: &Desk<'_>) -> bool {
        self.wake(desk);
        match layer {
            0 => {
                let any = std::mem::take(&mut self.detail);
                if any {
                    self.cursor.hold(false);
                }
                any
            }
            1 => self.listing.leave(),
            2 => self.frozen.take().is_some(),
            3 => {
                let any = !self.marked.is_empty();
                self.marked.clear();
                any
            }
            _ => {
                let any = !self.filter.text().is_empty();
                if any {
                    let found = self.cursor.row();
                    self.set_filter("", desk);
                    // Whoever looked for a row goes on with it.
                    self.cursor.seek(found);
                }
                any
            }
        }
    }

    /// Takes a filter that is over fields of another list: no row here can pass it.
    pub(super) fn hide(&mut self, text: &str, desk: &Desk<'_>) {
        self.filter.never(text, <L::Kind>::FIELDS);
        self.arrange(desk.store, desk.now);
    }

    /// What is shown is to be drawn again.
    pub(super) fn touch(&mut self) {
        self.moved = true;
    }

    /// What is under the cursor.
    pub(super) fn cursor_row(&self) -> Option<IdOf<L>> {
        self.cursor.row()
    }

    /// It is not on the screen.
    pub(super) fn unseen(&mut self) {
        self.grid.take(Rect::default());
        self.moved = false;
    }
}

impl<L: Listing> Pane for ListPane<L> {
    fn tab(&self, store: &Store) -> Tab {
        self.listing.tab(store)
    }

    fn actions(&self) -> Vec<Action> {
        let own = L::ACTIONS.iter();
        let every = ACTIONS.iter().filter(|action| !L::ACTIONS.contains(action));
        own.chain(every).copied().collect()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        <L::Kind>::FIELDS
            .iter()
            .map(|field| (field.name, field.doc))
            .collect()
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        self.source.apply(changes, store, now);
        if <L::Kind>::concerns(changes) {
            self.due = self.listing.due(store, now);
        }
    }

    fn turned(&mut self, before: &Store, store: &Store, now: Millis) {
        let again = |id: &IdOf<L>| <L::Kind>::again(before, id, store);
        self.cursor.become_of(again);
        let marked = std::mem::take(&mut self.marked).into_iter();
        self.marked = marked
            .filter_map(|(id, since)| Some((again(&id)?, since)))
            .collect();
        (self.frozen, self.known_above) = (None, None);
        self.drawn.clear();
        let how = How {
            query: self.filter.query(),
            sort: self.sort,
        };
        self.source.turn(how, store, now);
        self.due = self.listing.due(store, now);
        self.moved = true;
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        let how = How {
            query: self.filter.query(),
            sort: self.sort,
        };
        self.moved |= self.source.tick(how, store, now);
        // What the cells say has changed with the time.
        self.moved |= self.due.is_some_and(|due| now >= due);
        self.due = self.listing.due(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        let rows = self.source.deadline(self.frozen.is_some());
        rows.into_iter().chain(self.due).min()
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
            MouseEventKind::ScrollDown if self.listing.obey(Action::Down, desk.store) => {}
            MouseEventKind::ScrollUp if self.listing.obey(Action::Up, desk.store) => {}
            MouseEventKind::ScrollDown => self.scroll(3),
            MouseEventKind::ScrollUp => self.scroll(-3),
            MouseEventKind::Down(MouseButton::Left) => self.click(at, desk),
            _ => {}
        }
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        (0..LAYERS).any(|layer| self.peel(layer, desk))
    }

    fn focus(&self, store: &Store) -> Focus {
        // By the id alone: it is asked at every turn, and to put a row together can be a walk over all of them.
        let row = self.cursor.row();
        row.map_or_else(Focus::default, |id| {
            self.listing.focus(&id, self.detail, store)
        })
    }

    fn attended(&self, shown: bool) -> Vec<RowId> {
        let visible = self.source.visible(self.window, self.grid.height());
        let mut rows = self
            .listing
            .attended(if shown { visible } else { Vec::new() });
        let mut marked = self.listing.attended(self.marked.keys().cloned().collect());
        marked.sort_unstable();
        rows.append(&mut marked);
        rows
    }

    fn marked_alerts(&self, store: &Store) -> Vec<AlertId> {
        let mut alerts = self.listing.alerts(self.marked.keys(), store);
        alerts.sort_unstable();
        alerts.dedup();
        alerts
    }

    fn unmark(&mut self) {
        self.marked.clear();
    }

    fn filters(&self) -> &[String] {
        self.filter.history()
    }

    fn recall_filters(&mut self, filters: Vec<String>) {
        self.filter.recall(filters);
    }

    fn fault(&self) -> Option<FilterFault> {
        self.filter.fault().cloned()
    }

    fn filter(&self) -> &str {
        self.filter.text()
    }

    fn views(&self) -> Vec<View> {
        vec![self.view()]
    }

    fn show(&mut self, _half: usize, view: &View, desk: &mut Desk<'_>) -> bool {
        self.wake(desk);
        let same = view.filter == self.filter.text();
        (same || self.set_filter(&view.filter, desk)) && self.arrange_as(view, desk)
    }

    fn frozen(&self) -> bool {
        self.frozen.is_some()
    }

    fn moved(&mut self, store: &Store) -> bool {
        let moved = std::mem::take(&mut self.moved);
        if self.frozen.is_some() {
            return moved;
        }
        let look = source::Visible {
            height: self.grid.height(),
            detail: self.detail,
            columns: &self.columns,
        };
        moved | self.source.moved(&self.cursor, look, store)
    }

    fn seek(&mut self, made: &Made) {
        if let Some(row) = self.listing.made(made) {
            self.cursor.seek(Some(row));
            self.moved = true;
        }
    }

    fn pointed(&self, store: &Store, now: Millis) -> Option<(String, String)> {
        let row = self.chosen(store, now)?;
        Some((pointer::<L::Kind>(&row), who::<L::Kind>(&row)))
    }

    fn point(&mut self, filter: &str, desk: &mut Desk<'_>) {
        let Ok(query) = Query::parse(filter, <L::Kind>::FIELDS) else {
            return;
        };
        let passes = |id: &IdOf<L>| {
            let row = <L::Kind>::row(desk.store, id, desk.now);
            row.is_some_and(|row| query.matches(&Asked::<L::Kind>(&row), desk.now).pass)
        };
        if let Some(row) = self.all_rows().into_iter().find(passes) {
            self.cursor.seek(Some(row));
            self.moved = true;
        }
    }

    fn pin(&mut self, fast: bool) {
        self.cursor.pin(fast);
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.draw(area, buf, scene);
    }
}
