//! Draws the pane: only the rows that are visible are made into text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::Shown;
use super::{RegistrationsPane, detail, summary};
use crate::config::theme::Role;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::store::column::{Align, Column};
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;
use crate::ui::table::Wish;

/// Columns of the word `remembered`.
const REMEMBERED: u16 = 10;

impl RegistrationsPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        if !scene.can.codec {
            // A column of nothing but "unknown" says less than its room.
            self.columns.retain(|column| *column != Column::Codec);
        }
        let parts = Parts::with(area, self.detail.then(|| detail::lines(scene)));
        if self.drawn.grid.height() != usize::from(parts.rows.height) {
            self.page.release();
        }
        self.drawn.grid.take(parts.rows);
        self.turn();
        self.drawn.window = match self.frozen {
            Some(_) => self.settle(),
            None => self.page.window(),
        };
        let order = self.view.sort();
        let sort = format!(
            "{} {}",
            order.column.name(),
            if order.descending { "▼" } else { "▲" }
        );
        let marks = match self.marked.len() {
            0 => String::new(),
            marked => format!(" ({marked} marked)"),
        };
        let filter = format!("{}{marks}", self.filter.text());
        let order = summary::Order {
            filter: &filter,
            passing: self.view.len(),
            sort: &sort,
        };
        summary::render(parts.summary, buf, scene, &order);
        self.head(parts.head, buf, scene);
        if self.view.is_empty() && self.frozen.is_none() {
            let why = empty(scene, self.filter.text().is_empty());
            notice::render(parts.rows, buf, scene.theme, &why);
        } else {
            self.rows(parts.rows, buf, scene);
        }
        if parts.detail.height > 0 {
            detail::render(parts.detail, buf, scene, self.cursor.row());
        }
        self.drawn.fingerprint = self.fingerprint(scene.store);
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let order = self.view.sort().column;
        let counts = scene.store.registrations.counts();
        let remembered = counts.of(State::Remembered) > 0;
        let heading = |column: &Column| {
            let (least, ideal) = match column {
                // The longest word of a state; it is there at a start alone.
                Column::State if remembered => (REMEMBERED, REMEMBERED),
                _ => column.widths(),
            };
            Heading {
                title: column.title(),
                wish: Wish {
                    least,
                    ideal,
                    right: column.align() == Align::Right,
                },
                sorted: *column == order,
            }
        };
        let headings: Vec<Heading> = self.columns.iter().map(heading).collect();
        self.drawn.grid.head(area, buf, scene.theme, &headings);
    }

    fn rows(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let window = self.drawn.window;
        let table = &scene.store.registrations;
        let height = usize::from(area.height);
        let live;
        let shown: &[Shown] = if let Some(frozen) = &self.frozen {
            frozen.rows.get(window.top..).unwrap_or_default()
        } else {
            let read = |id| {
                let row = table.row(id)?;
                Some(Shown::of(id, &row, &self.columns, scene.zone, scene.now))
            };
            live = self
                .page
                .rows()
                .iter()
                .copied()
                .filter_map(read)
                .collect::<Vec<_>>();
            &live
        };
        for ((line, row), y) in shown.iter().take(height).enumerate().zip(area.y..) {
            let marks = Marks {
                here: window.top + line == window.at,
                marked: self.marked.contains(&row.id),
            };
            self.drawn.grid.line(y, buf, scene.theme, marks, |n| {
                Some((row.cells.get(n)?, row.role(*self.columns.get(n)?)))
            });
        }
        if let Some(frozen) = self
            .frozen
            .as_ref()
            .filter(|f| f.beyond > 0 && shown.len() < height)
        {
            let text = format!("  {} more rows are not held while frozen", frozen.beyond);
            let y = area.y + u16::try_from(shown.len()).unwrap_or(0);
            buf.set_stringn(
                area.x,
                y,
                text,
                usize::from(area.width),
                scene.theme.style(Role::Dim),
            );
        }
    }
}

/// Why there is nothing to see, and what to do about it.
fn empty(scene: &Scene<'_>, unfiltered: bool) -> Vec<String> {
    let total = scene.store.registrations.counts().total;
    let status = &scene.reading.status;
    match (scene.connected, scene.trouble) {
        (false, _) => notice::no_profile(),
        _ if total > 0 && !unfiltered => {
            vec![format!(
                "The filter hides all {total} rows. Esc shows them again, / changes the filter."
            )]
        }
        (true, Some(trouble)) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
        _ if status.enumerated && status.users == 0 => {
            vec!["The organisation has no users, or this client may see none of them.".to_owned()]
        }
        _ if status.enumerated && status.read >= status.users => {
            vec![format!("None of the {} users has a device.", status.users)]
        }
        _ => vec!["Signing in and reading the first registrations …".to_owned()],
    }
}
