//! Draws the pane: a line of figures, the table, the detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::{Column, role};
use super::{AlertsPane, detail};
use crate::config::theme::Role;
use crate::model::alert::Standing;
use crate::pane::Scene;
use crate::ui::bar::Bar;
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;

impl AlertsPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let parts = Parts::of(area, self.detail);
        self.arrange(scene.store, scene.now);
        self.summary(parts.summary, buf, scene);
        self.grid.take(parts.rows);
        self.window = self.cursor.settle(&self.order.ids, self.grid.height());
        let heading = |column: Column| Heading {
            title: column.title(),
            wish: column.wish(),
            sorted: false,
        };
        self.grid
            .head(parts.head, buf, scene.theme, &Column::ALL.map(heading));
        if self.order.ids.is_empty() {
            notice::render(parts.rows, buf, scene.theme, &self.empty(scene));
        } else {
            self.rows(parts.rows, buf, scene);
        }
        if parts.detail.height > 0 {
            detail::render(parts.detail, buf, scene, self.chosen(scene.store));
        }
        (self.drawn, self.moved) = (scene.store.alerts.generation(), false);
    }

    fn rows(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let visible = self.order.ids.iter().enumerate().skip(self.window.top);
        for ((index, id), y) in visible.zip(area.y..area.bottom()) {
            let Some(alert) = scene.store.alerts.get(*id) else {
                continue;
            };
            let marks = Marks {
                here: index == self.window.at,
                marked: false,
            };
            self.grid.line(y, buf, scene.theme, marks, |n| {
                let column = Column::ALL.get(n)?;
                Some((
                    column.cell(alert, scene.zone, scene.now),
                    column.role(alert),
                ))
            });
        }
    }

    fn summary(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let (theme, book) = (scene.theme, &scene.store.alerts);
        let mut bar = Bar::default();
        for (n, standing) in Standing::ALL.into_iter().enumerate() {
            let count = book
                .iter()
                .filter(|alert| alert.standing() == standing)
                .count();
            // Open and resolved are always said, the rest when there is any.
            if count > 0 || matches!(standing, Standing::Open | Standing::Resolved) {
                let role = if count > 0 { role(standing) } else { Role::Dim };
                let spare = u8::try_from(n).unwrap_or(0);
                bar.left(
                    spare,
                    theme.style(role),
                    format!(" {} {count}", standing.word()),
                );
            }
        }
        if let Some(until) = book.silences().iter().map(|silence| silence.until).max() {
            let until = until.clock(scene.zone, scene.now);
            let text = format!("silences {}, the last until {until}", book.silences().len());
            bar.left(1, theme.style(Role::Warn), text);
        }
        if book.dropped() > 0 {
            bar.left(
                2,
                theme.style(Role::Dim),
                format!("forgotten {}", book.dropped()),
            );
        }
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let text = format!("/{shown}  {} rows ", self.order.ids.len());
            bar.right(0, theme.style(Role::Accent), text);
        }
        bar.render(area, buf);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let kept = scene.store.alerts.len();
        if !scene.connected {
            return notice::no_profile();
        }
        if kept > 0 && !self.filter.text().is_empty() {
            return vec![format!(
                "The filter hides all {kept} alerts. Esc shows them again, / changes the filter."
            )];
        }
        vec![
            "No alert: nothing that is watched has been in trouble for longer than the settle time.".to_owned(),
            "Told of are lost registrations, degraded carriers, certificates near their end, and the rules of the profile ([profiles.NAME.alerts]).".to_owned(),
        ]
    }
}
