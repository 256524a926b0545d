//! The reservations of a queue's day, by their time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::tally::DayTally;
use crate::kind::callbacks::{CallbackLine, role};
use crate::kind::column::Wish;
use crate::model::callback::Channel;
use crate::pane::Scene;
use crate::ui::table;
use crate::vocabulary::role::Role;

/// Time, status, number, channel, reason.
const COLUMNS: [Wish; 5] = [wish(5), wish(9), wish(13), wish(5), wish(20)];

const fn wish(width: u16) -> Wish {
    Wish {
        least: width,
        ideal: width,
        right: false,
    }
}

/// Draws as many as there is room for, from the one that is next; the last line counts what is left out.
pub fn render(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, day: &DayTally<'_>) {
    if area.height < 2 {
        return;
    }
    let queue = &day.row.queue;
    let clock = queue.clock();
    let rows = scene.store.callbacks.iter();
    let lines = rows.map(|row| CallbackLine::of(row, scene.store, scene.now));
    let mut lines: Vec<_> = lines
        .filter(|line| line.row.callback().queue == queue.id)
        .filter_map(|line| {
            let begins = line
                .row
                .callback()
                .time?
                .timestamp()
                .to_zoned(clock.clone());
            (begins.date() == day.date).then_some((begins, line))
        })
        .collect();
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    let room = usize::from(area.height - 1);
    let next = lines
        .iter()
        .position(|(begins, _)| begins.timestamp() >= scene.now.timestamp());
    let first = next.unwrap_or(0).min(lines.len().saturating_sub(room));
    let places = table::place(&COLUMNS, 0, area.x + 2, area.width.saturating_sub(4));
    for ((begins, line), y) in lines[first..].iter().zip(area.y + 1..area.bottom()) {
        let callback = line.row.callback();
        let cells = [
            (begins.strftime("%H:%M").to_string(), Role::Text),
            (line.status().to_owned(), role(line)),
            (line.number(), Role::Text),
            (
                callback.channel.map_or("-", Channel::word).to_owned(),
                Role::Dim,
            ),
            (line.reason(), Role::Dim),
        ];
        for (place, (text, role)) in places.iter().zip(cells) {
            table::cell(buf, y, *place, &text, scene.theme.style(role));
        }
    }
    let shown = lines.len().saturating_sub(first).min(room);
    if shown < lines.len() {
        let text = format!("{shown} of {} reservations", lines.len());
        let style = scene.theme.style(Role::Dim);
        buf.set_stringn(area.x + 2, area.y, text, usize::from(area.width), style);
    }
}
