//! Draws the pane: only the rows that are visible are made into text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::Shown;
use super::{RegistrationsPane, detail, summary};
use crate::config::theme::Role;
use crate::pane::Scene;
use crate::store::column::Align;
use crate::ui::table::{self, Wish};

/// The least height at which the detail leaves rows to see.
const DETAIL: u16 = 8;

impl RegistrationsPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let split = self.split(area);
        let [line, head, rows, below] = split;
        self.drawn.rows = rows;
        self.drawn.window = self.settle();
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
        let filter = format!("{}{marks}", self.filter);
        let order = summary::Order {
            filter: &filter,
            passing: self.view.len(),
            sort: &sort,
        };
        summary::render(line, buf, scene, &order);
        self.head(head, buf, scene);
        if self.view.is_empty() && self.frozen.is_none() {
            empty(rows, buf, scene, self.filter.is_empty());
        } else {
            self.rows(rows, buf, scene);
        }
        if below.height > 0 {
            detail::render(below, buf, scene, self.cursor.row());
        }
        self.drawn.fingerprint = self.fingerprint(scene.store);
    }

    /// Summary, head, rows, detail.
    fn split(&self, area: Rect) -> [Rect; 4] {
        let below = if self.detail {
            (area.height / 2).max(DETAIL.min(area.height.saturating_sub(4)))
        } else {
            0
        };
        let line = Rect {
            height: 1.min(area.height),
            ..area
        };
        let head = Rect {
            y: area.y + 1,
            height: 1,
            ..area
        };
        let rows = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(2 + below),
            ..area
        };
        [
            line,
            head,
            rows,
            Rect {
                y: rows.bottom(),
                height: below,
                ..area
            },
        ]
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let wishes: Vec<Wish> = self
            .columns
            .iter()
            .map(|column| {
                let (least, ideal) = column.widths();
                Wish {
                    least,
                    ideal,
                    right: column.align() == Align::Right,
                }
            })
            .collect();
        self.first_column = self.first_column.min(self.columns.len().saturating_sub(1));
        let places = table::place(
            &wishes,
            self.first_column,
            area.x + 2,
            area.width.saturating_sub(4),
        );
        let sorted = self.view.sort().column;
        for place in &places {
            let Some(column) = self.columns.get(place.column) else {
                continue;
            };
            let role = if *column == sorted {
                Role::Accent
            } else {
                Role::Dim
            };
            table::cell(buf, area.y, *place, column.title(), scene.theme.style(role));
        }
        let style = scene.theme.style(Role::Dim);
        if self.first_column > 0 {
            buf.set_string(area.x, area.y, "‹", style);
        }
        if places
            .last()
            .is_some_and(|last| last.column + 1 < self.columns.len())
        {
            buf.set_string(area.right().saturating_sub(1), area.y, "›", style);
        }
        (self.drawn.heads, self.drawn.head_y) = (places, area.y);
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
                .view
                .page(window.top, height)
                .filter_map(read)
                .collect::<Vec<_>>();
            &live
        };
        for ((line, row), y) in shown.iter().take(height).enumerate().zip(area.y..) {
            self.row(
                row,
                window.top + line == window.at,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
                buf,
                scene,
            );
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

    fn row(&self, row: &Shown, here: bool, line: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let theme = scene.theme;
        for place in &self.drawn.heads {
            let (Some(text), Some(column)) =
                (row.cells.get(place.column), self.columns.get(place.column))
            else {
                continue;
            };
            table::cell(buf, line.y, *place, text, theme.style(row.role(*column)));
        }
        if here {
            table::stripe(buf, line, line.y, theme.style(Role::Selection));
            buf.set_string(line.x, line.y, "▌", theme.style(Role::Accent));
        }
        if self.marked.contains(&row.id) {
            buf.set_string(line.x + 1, line.y, "•", theme.style(Role::Accent));
        }
    }
}

/// Why there is nothing to see, and what to do about it.
fn empty(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, unfiltered: bool) {
    let total = scene.store.registrations.counts().total;
    let status = &scene.reading.status;
    let lines: Vec<String> = match (scene.connected, scene.trouble) {
        (false, _) => [
            "There is no profile to connect with.",
            "Write one:   trunkline config init   and then   trunkline config check",
            "Or look around first, on an organisation of its own:   trunkline demo",
        ]
        .map(str::to_owned)
        .to_vec(),
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
    };
    let width = usize::from(area.width.saturating_sub(4));
    let wrapped = lines.iter().flat_map(|text| wrap(text, width));
    for (text, y) in wrapped.zip(area.y + 1..area.bottom()) {
        buf.set_stringn(area.x + 2, y, text, width, scene.theme.style(Role::Text));
    }
}

/// Breaks a sentence at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let last = lines.len() - 1;
        if crate::text::width(&lines[last]) + crate::text::width(word.trim_end()) > width
            && !lines[last].is_empty()
        {
            lines.push(word.to_owned());
        } else {
            lines[last].push_str(word);
        }
    }
    lines
}
