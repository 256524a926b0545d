//! Draws a list: a line of figures, the table, the detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::aim::listed;
use super::edges::Edges;
use super::frozen::Shown;
use super::source::{Source as _, Visible};
use super::{IdOf, ListPane, Listing, RowOf};
use crate::kind::{CellLook, Column, Kind, Value, sheet};
use crate::pane::{Abroad, Scene};
use crate::query::Query;
use crate::term::hyperlink::Hyperlink;
use crate::text::grouped;
use crate::ui::bar::Bar;
use crate::ui::detail::{self, Panel};
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;
use crate::vocabulary::role::Role;

/// Lines of rows from which on a screen is high, and lines that a detail nobody has opened needs.
const HIGH: u16 = 24;
const FREE: u16 = 12;

/// Columns on one line of a detail.
const FACTS: usize = 3;

/// Said where a detail has no room for the whole of a value: where it is whole.
const WHOLE: &str = "shortened here; :open-pager shows everything";

/// Every column of a row that there is anything in, or that has a word for nothing, a few on a line.
pub(in crate::pane) fn facts<K: Kind>(row: &K::Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = CellLook {
        zone: scene.zone,
        now: scene.now,
    };
    let columns = sheet::all::<K>(scene.can).into_iter();
    let columns = columns.map(|n| &K::COLUMNS[n]);
    let says = |column: &&Column<K>| column.unknown.is_some() || (column.value)(row) != Value::None;
    let told = columns.filter(says);
    let told: Vec<(&str, String)> = told
        .map(|column| (column.name, column.cell(row, &look)))
        .collect();
    let lines = told.chunks(FACTS);
    lines
        .map(|facts| detail::pairs(scene.theme, facts))
        .collect()
}

impl<L: Listing> ListPane<L> {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.can = scene.can;
        self.catch_up(scene.store, scene.now);
        let mut bar = Bar::default();
        self.listing.summary(&mut bar, scene);
        self.order(&mut bar, scene, self.len());
        let below = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        if self.listing.instead(below, buf, scene) {
            bar.render(Rect { height: 1, ..area }, buf);
            return self.is_drawn(scene);
        }
        let wish = self.detail.then(|| self.listing.wish(scene)).flatten();
        let parts = match wish {
            Some(wish) => Parts::with(area, Some(wish)),
            None => Parts::of(area, self.detail),
        };
        bar.render(parts.summary, buf);
        let rows = self.listing.below(parts.rows, self.len(), buf, scene);
        self.table(parts.head, rows, buf, scene, true);
        if parts.detail.height > 0 {
            self.panel(parts.detail, buf, scene);
        } else if let Some(free) = self.free(rows) {
            self.panel(free, buf, scene);
        }
    }

    /// What a few rows leave of a high screen, where it is enough for what is known of one of them.
    fn free(&self, rows: Rect) -> Option<Rect> {
        let listed = listed(&self.source, self.frozen.as_ref()).len();
        let used = u16::try_from(listed).ok()?.checked_add(1)?;
        let left = rows.height.checked_sub(used)?;
        let enough = listed > 0 && rows.height >= HIGH && left >= FREE;
        enough.then(|| Rect {
            y: rows.y + used,
            height: left,
            ..rows
        })
    }

    /// Draws the headings and the rows; `here` when the cursor is among them.
    pub(in crate::pane) fn table(
        &mut self,
        head: Rect,
        rows: Rect,
        buf: &mut Buffer,
        scene: &Scene<'_>,
        here: bool,
    ) {
        let listed = listed(&self.source, self.frozen.as_ref()).len();
        // The first line says what is out of view, when anything is: the newest message lies on the last.
        let cut = rows.height > 1 && listed > usize::from(rows.height);
        let edge = Rect {
            height: u16::from(cut),
            ..rows
        };
        let rows = Rect {
            y: edge.bottom(),
            height: rows.height - edge.height,
            ..rows
        };
        if self.grid.height() != usize::from(rows.height) {
            self.source.wake(scene.now);
            self.known_above = None;
        }
        self.grid.take(rows);
        self.settle();
        self.head(head, buf, scene);
        if listed == 0 {
            self.drawn.clear();
            notice::render(rows, buf, scene.theme, &self.why_empty(scene));
        } else {
            self.rows(rows, buf, scene, here);
            self.edge(edge, buf, scene);
        }
        self.is_drawn(scene);
    }

    /// Says what is out of view, and what of that is new since the view was moved where it is.
    fn edge(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        if area.height == 0 {
            return;
        }
        let height = self.grid.height();
        let edges = match &self.frozen {
            Some(frozen) => Edges::of(self.window, height, frozen.rows.len(), |first| {
                frozen.troubled.partition_point(|at| *at < first)
            }),
            None => self.source.edges(self.window, height),
        };
        let bad = edges.above_bad;
        let known = self.known_above.map_or(bad, |known| known.min(bad));
        self.known_above = Some(known);
        edges.render(area, buf, scene, <L::Kind>::TROUBLE, bad - known);
    }

    fn is_drawn(&mut self, scene: &Scene<'_>) {
        self.moved = false;
        let seen = Visible {
            height: self.grid.height(),
            detail: self.detail,
            columns: &self.columns,
        };
        self.source.drawn(seen, scene.store);
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let heading = |n: &usize| Heading {
            title: <L::Kind>::COLUMNS[*n].title,
            wish: {
                let column = &<L::Kind>::COLUMNS[*n];
                self.listing.widen(column.name, column.wish, scene)
            },
            sorted: self.sort.column == Some(*n),
        };
        let headings: Vec<Heading> = self.shown().iter().map(heading).collect();
        self.grid.head(area, buf, scene.theme, &headings);
    }

    fn rows(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>, here: bool) {
        let height = usize::from(area.height);
        let live;
        let shown: &[Shown<IdOf<L>>] = if let Some(frozen) = &self.frozen {
            frozen.rows.get(self.window.top..).unwrap_or_default()
        } else {
            let look = CellLook {
                zone: scene.zone,
                now: scene.now,
            };
            let columns = self.shown();
            let ids = self.source.visible(self.window, height);
            let rows = ids
                .iter()
                .filter_map(|id| <L::Kind>::row(scene.store, id, scene.now));
            live = rows
                .map(|row| Self::line(&row, &columns, &look))
                .collect::<Vec<_>>();
            &live
        };
        self.drawn = shown
            .iter()
            .take(height)
            .map(|row| row.id.clone())
            .collect();
        for (row, y) in shown.iter().take(height).zip(area.y..) {
            let marks = Marks {
                here: here && self.cursor.row().as_ref() == Some(&row.id),
                marked: self.marked.contains_key(&row.id),
            };
            self.grid.line(y, buf, scene.theme, marks, |n| {
                let (text, role) = row.cells.get(n)?;
                Some((text, *role))
            });
        }
        let beyond = self.frozen.as_ref().map_or(0, |frozen| frozen.beyond);
        if beyond > 0 && shown.len() < height {
            let text = format!("  {beyond} more rows are not held while frozen");
            let y = area.y + u16::try_from(shown.len()).unwrap_or(0);
            let style = scene.theme.style(Role::Dim);
            buf.set_stringn(area.x, y, text, usize::from(area.width), style);
        }
    }

    /// What is filtered, marked and sorted, in words; says whether the detail is open.
    pub(in crate::pane) fn order(&self, bar: &mut Bar, scene: &Scene<'_>, rows: usize) -> bool {
        let theme = scene.theme;
        let marks = match self.marked.len() {
            0 => String::new(),
            marked => format!("{marked} marked"),
        };
        bar.right(1, theme.style(Role::Accent), marks);
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let text = format!("/{shown}  {} rows", grouped(rows));
            bar.right(0, theme.style(Role::Accent), text);
        }
        let arrow = if self.sort.descending { "▼" } else { "▲" };
        let sort = match self.sort.column {
            Some(column) => format!("sort {} {arrow} ", <L::Kind>::COLUMNS[column].name),
            None if self.sort.descending => "reversed ".to_owned(),
            None => String::new(),
        };
        bar.right(4, theme.style(Role::Dim), sort);
        self.detail
    }

    /// Draws the detail of the row under the cursor.
    pub(in crate::pane) fn panel(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let inner = detail::frame(area, buf, scene.theme, "detail");
        let mut panel = Panel::new(inner, buf);
        let mut page = None;
        if let Some(row) = self.chosen(scene.store, scene.now) {
            self.listing.panel(&mut panel, &row, scene);
            page = self.page_of(&row, scene);
        } else {
            let none = "There is nothing under the cursor.";
            panel.put(&[Line::styled(none, scene.theme.style(Role::Dim))]);
        }
        if panel.is_cut() {
            detail::aside(area, buf, scene.theme, WHOLE);
        }
        if let Some(page) = page {
            let at = detail::page(area, buf, scene.theme);
            scene.links.borrow_mut().extend(Hyperlink::new(at, page));
        }
    }

    /// The vendor's page of a row, where one is known.
    fn page_of(&self, row: &RowOf<'_, L>, scene: &Scene<'_>) -> Option<String> {
        let region = scene.region?;
        let mut places = self.listing.abroad(row, scene.can).into_iter();
        places.find_map(|place| match place {
            Abroad::Page(page) => Some(region.page(&page)),
            Abroad::Read(_) => None,
        })
    }

    fn why_empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.connected {
            return notice::no_profile();
        }
        let all = self.listing.tab(scene.store).count;
        let all = all.unwrap_or_else(|| <L::Kind>::rows(scene.store, scene.now).len());
        if all > 0 && !self.filter.text().is_empty() {
            let hidden = format!(
                "The filter hides all {} {}. Esc shows them again, / changes the filter.",
                grouped(all),
                <L::Kind>::NAME
            );
            let bare = self.filter.query().is_some_and(Query::is_bare);
            let bare = bare.then(|| {
                "A word alone looks at the columns that show; FIELD:WORD looks at that one in any case, ~WORD is fuzzy.".to_owned()
            });
            return std::iter::once(hidden).chain(bare).collect();
        }
        self.listing.empty(scene)
    }
}
