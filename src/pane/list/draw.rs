//! Draws a list: a line of figures, the table, the detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::column::Look;
use super::{ListPane, Listing};
use crate::config::theme::Role;
use crate::pane::Scene;
use crate::ui::bar::Bar;
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::{detail, notice};

impl<L: Listing> ListPane<L> {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.can = scene.can;
        let parts = Parts::of(area, self.detail);
        if self.arranged != Some(self.listing.generation(scene.store)) {
            self.arrange(scene.store, scene.now);
        }
        self.summary(parts.summary, buf, scene);
        self.grid.take(parts.rows);
        self.window = self.cursor.settle(&self.order.ids, self.grid.height());
        self.head(parts.head, buf, scene);
        if self.order.ids.is_empty() {
            notice::render(parts.rows, buf, scene.theme, &self.why_empty(scene));
        } else {
            self.rows(parts.rows, buf, scene);
        }
        if parts.detail.height > 0 {
            self.detail(parts.detail, buf, scene);
        }
        self.moved = false;
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let sorted = self.order.sort.map(|(column, _)| column);
        let heading = |n: &usize| Heading {
            title: L::COLUMNS[*n].title,
            wish: L::COLUMNS[*n].wish,
            sorted: sorted == Some(*n),
        };
        let headings: Vec<Heading> = self.shown().iter().map(heading).collect();
        self.grid.head(area, buf, scene.theme, &headings);
    }

    fn rows(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let look = Look {
            zone: scene.zone,
            now: scene.now,
            whole: false,
        };
        let columns = self.shown();
        let visible = self.order.ids.iter().enumerate().skip(self.window.top);
        for ((index, id), y) in visible.zip(area.y..area.bottom()) {
            let Some(row) = self.listing.row(scene.store, id) else {
                continue;
            };
            let marks = Marks {
                here: index == self.window.at,
                marked: false,
            };
            self.grid.line(y, buf, scene.theme, marks, |n| {
                let column = &L::COLUMNS[*columns.get(n)?];
                Some(((column.cell)(row, &look), (column.role)(row)))
            });
        }
    }

    fn summary(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let mut bar = Bar::default();
        self.listing.summary(&mut bar, scene);
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let text = format!("/{shown}  {} rows ", self.order.ids.len());
            bar.right(0, scene.theme.style(Role::Accent), text);
        }
        if let Some((column, descending)) = self.order.sort {
            let arrow = if descending { "▼" } else { "▲" };
            let sort = format!("sort {} {arrow} ", L::COLUMNS[column].name);
            bar.right(4, scene.theme.style(Role::Dim), sort);
        }
        bar.render(area, buf);
    }

    fn detail(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let inner = detail::frame(area, buf, scene.theme, "detail");
        let lines = self.chosen(scene.store).map_or_else(
            || {
                vec![Line::styled(
                    "There is nothing under the cursor.",
                    scene.theme.style(Role::Dim),
                )]
            },
            |row| self.listing.detail(row, scene),
        );
        detail::wrapped(inner, buf, lines);
    }

    fn why_empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.connected {
            return notice::no_profile();
        }
        let all = self.listing.rows(scene.store).count();
        if all > 0 && !self.filter.text().is_empty() {
            return vec![format!(
                "The filter hides all {all} {}. Esc shows them again, / changes the filter.",
                L::KIND
            )];
        }
        self.listing.empty(scene)
    }
}
