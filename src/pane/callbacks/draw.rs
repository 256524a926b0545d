//! Draws the pane: a line of figures, then the table and the detail, or the day.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use super::line::Line;
use super::{CallbacksPane, detail};
use crate::config::theme::Role;
use crate::model::callback::{Status, Stream};
use crate::pane::Scene;
use crate::store::carriers::Reading;
use crate::ui::bar::Bar;
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;

impl CallbacksPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let parts = Parts::of(area, self.detail);
        self.summary(parts.summary, buf, scene);
        self.moved = false;
        if let Some(day) = &self.day {
            let below = Rect {
                y: area.y + 1,
                height: area.height.saturating_sub(1),
                ..area
            };
            return day.render(below, buf, scene);
        }
        self.grid.take(parts.rows);
        self.window = self.cursor.settle(&self.order.ids, self.grid.height());
        self.head(parts.head, buf, scene);
        if self.order.ids.is_empty() {
            notice::render(
                parts.rows,
                buf,
                scene.theme,
                &empty(scene, self.filter.text()),
            );
        } else {
            self.rows(parts.rows, buf, scene);
        }
        if parts.detail.height > 0 {
            let line = self.chosen(scene.store, scene.now);
            detail::render(parts.detail, buf, scene, line);
        }
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let heading = |column: Column| Heading {
            title: column.title(),
            wish: column.wish(),
            sorted: column == self.order.column,
        };
        self.grid
            .head(area, buf, scene.theme, &Column::ALL.map(heading));
    }

    fn rows(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let visible = self.order.ids.iter().enumerate().skip(self.window.top);
        for ((index, id), y) in visible.zip(area.y..area.bottom()) {
            let Some(row) = scene.store.callbacks.get(id) else {
                continue;
            };
            let line = Line::of(row, scene.store, scene.now);
            let marks = Marks {
                here: index == self.window.at,
                marked: self.marks.contains(id),
            };
            self.grid.line(y, buf, scene.theme, marks, |n| {
                let column = Column::ALL.get(n)?;
                Some((
                    column.cell(&line, scene.zone, scene.now),
                    column.role(&line),
                ))
            });
        }
    }

    /// The line of figures: what is well in plain, what is not in its colour and always in words.
    fn summary(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let theme = scene.theme;
        let callbacks = &scene.store.callbacks;
        let mut bar = Bar::default();
        let count = |status| {
            let of = callbacks
                .iter()
                .filter(|row| row.callback().status == status);
            of.count()
        };
        let figures = [
            (0, Role::Text, "scheduled", count(Status::Scheduled)),
            (0, Role::Accent, "dialing", count(Status::Dialing)),
            (0, Role::Accent, "connected", count(Status::Connected)),
            (1, Role::Dim, "completed", count(Status::Completed)),
            (0, Role::Bad, "failed", count(Status::Failed)),
            (3, Role::Dim, "cancelled", count(Status::Cancelled)),
            (2, Role::Unknown, "unknown", count(Status::Unknown)),
            (3, Role::Warn, "unreadable", callbacks.faults().len()),
            (
                3,
                Role::Warn,
                "left out",
                usize::try_from(callbacks.refused()).unwrap_or(usize::MAX),
            ),
        ];
        for (n, (spare, role, word, count)) in figures.into_iter().enumerate() {
            let role = if count > 0 { role } else { Role::Dim };
            if count > 0 || n < 5 {
                let lead = if n == 0 { " " } else { "" };
                bar.left(spare, theme.style(role), format!("{lead}{word} {count}"));
            }
        }
        if let Some((role, words)) = stream(callbacks.stream(), scene) {
            bar.left(0, theme.style(role), words);
        }
        if callbacks.unmasked(scene.now) {
            bar.left(0, theme.style(Role::Warn), "numbers unmasked");
        }
        if let Some(next) = next(scene) {
            bar.right(2, theme.style(Role::Dim), next);
        }
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let text = format!("/{shown}  {} rows", self.order.ids.len());
            bar.right(0, theme.style(Role::Accent), text);
        }
        if self.day.is_none() {
            let arrow = if self.order.descending { "▼" } else { "▲" };
            let sort = format!("sort {} {arrow} ", self.order.column.name());
            bar.right(4, theme.style(Role::Dim), sort);
        }
        bar.render(area, buf);
    }
}

/// The countdown to the next slot.
fn next(scene: &Scene<'_>) -> Option<String> {
    let lines = scene.store.callbacks.iter();
    let lines = lines.map(|row| Line::of(row, scene.store, scene.now));
    let ahead = lines.filter(|line| line.ahead().is_some_and(|ahead| ahead >= 0));
    let next = ahead.min_by_key(Line::ahead)?;
    Some(format!("next {} ", next.countdown()))
}

/// Why what is shown may be out of date.
fn stream(stream: &Stream, scene: &Scene<'_>) -> Option<(Role, String)> {
    if scene.store.callbacks.is_empty() {
        return None;
    }
    match stream {
        Stream::Live => None,
        Stream::Polled(queues) if queues.is_empty() => Some((Role::Dim, read_at("polled", scene))),
        Stream::Polled(queues) => {
            let queues = match queues.len() {
                1 => "1 queue polled".to_owned(),
                many => format!("{many} queues polled"),
            };
            Some((Role::Dim, read_at(&queues, scene)))
        }
        Stream::Connecting => Some((Role::Stale, "stale: opening the stream".to_owned())),
        Stream::Paused => Some((Role::Stale, "stale: paused".to_owned())),
        Stream::Waiting { at, attempt, .. } => {
            let at = at.clock(scene.zone, scene.now);
            Some((
                Role::Stale,
                format!("stale: no stream, attempt {attempt} failed, next at {at}"),
            ))
        }
    }
}

/// What is polled, and as of when.
fn read_at(what: &str, scene: &Scene<'_>) -> String {
    match scene.store.callbacks.reading() {
        Reading::Read(at) => format!("{what}, as of {}", at.clock(scene.zone, scene.now)),
        _ => what.to_owned(),
    }
}

/// Why there is nothing to see, and what to do about it.
fn empty(scene: &Scene<'_>, filter: &str) -> Vec<String> {
    let callbacks = &scene.store.callbacks;
    match (callbacks.reading(), callbacks.stream()) {
        _ if !scene.connected => notice::no_profile(),
        _ if !callbacks.is_empty() && !filter.is_empty() => vec![format!(
            "The filter hides all {} callbacks. Esc shows them again, / changes the filter.",
            callbacks.len()
        )],
        (Reading::Failed { why, .. }, _) => {
            vec![
                "The callbacks could not be read:".to_owned(),
                why.to_string(),
            ]
        }
        (Reading::Read(_), _) => {
            let mut lines = vec![
                "No callback is booked. n books one, D shows when the queues are open.".to_owned(),
            ];
            lines.extend(callbacks.faults().iter().map(ToString::to_string));
            lines
        }
        (_, Stream::Paused) => {
            vec!["Paused before the callbacks were read. :resume goes on.".to_owned()]
        }
        (_, Stream::Waiting { why, .. }) => {
            vec![
                "The callbacks stream does not open:".to_owned(),
                why.to_string(),
            ]
        }
        _ => vec!["Signing in and reading the callbacks …".to_owned()],
    }
}
