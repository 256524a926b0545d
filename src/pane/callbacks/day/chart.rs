//! The day drawn: a line for a queue, and bars for the chosen one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::scale::{FIGURES, LABEL, Scale};
use super::tally::DayTally;
use crate::pane::Scene;
use crate::ui::table;
use crate::vocabulary::role::Role;

/// Eighths of a line, from nothing to all of it.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A quarter in which the queue is open and nothing is booked.
const FREE: &str = "·";

/// The least that a full bar stands for, so that a single reservation is not drawn as a crowd.
const LEAST: u32 = 4;

/// One line: the name, the day, the figures.
pub fn strip(
    area: Rect,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    day: &DayTally<'_>,
    scale: &Scale,
    chosen: bool,
) {
    let theme = scene.theme;
    let name = day.row.queue.label().fit(usize::from(LABEL) - 3);
    let role = if chosen { Role::Text } else { Role::Dim };
    buf.set_string(area.x + 2, area.y, name, theme.style(role));
    let most = top(day);
    for (x, (from, to)) in (area.x + LABEL..).zip(scale.cells()) {
        let (count, open) = cell(day, from, to);
        let (glyph, role) = match (count, open) {
            (0, false) => (" ", Role::Dim),
            (0, true) => (FREE, Role::Dim),
            (count, _) => (eighth(count, most, 1, 0), load(day, count)),
        };
        put(buf, area, x, area.y, glyph, theme.style(role));
    }
    let all: u32 = day.booked.iter().sum();
    let sum = format!("{all:>4}");
    let x = area.right().saturating_sub(FIGURES);
    put(buf, area, x, area.y, &sum, theme.style(role));
    if chosen {
        // Not over the bars, whose colours mean something.
        let label = Rect {
            width: LABEL - 1,
            ..area
        };
        table::stripe(buf, label, area.y, theme.style(Role::Selection));
        buf.set_string(area.x, area.y, "▌", theme.style(Role::Accent));
    }
}

/// The chosen queue: bars over the hours, what they count, and where now is.
pub fn bars(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, day: &DayTally<'_>, scale: &Scale) {
    if area.height < 4 {
        return;
    }
    let theme = scene.theme;
    let (height, most) = (area.height - 3, top(day));
    let dim = theme.style(Role::Dim);
    let text = headline(day);
    buf.set_stringn(
        area.x + LABEL,
        area.y,
        text,
        usize::from(area.width - LABEL),
        dim,
    );
    let axis = area.y + 1 + height;
    for (line, label) in [(0, most), (height / 2, most / 2)] {
        let text = format!("{label:>4} ┤");
        buf.set_string(area.x + LABEL - 7, area.y + 1 + line, text, dim);
    }
    for (n, (from, to)) in scale.cells().into_iter().enumerate() {
        let x = area.x + LABEL + u16::try_from(n).unwrap_or(u16::MAX);
        let (count, open) = cell(day, from, to);
        let style = theme.style(load(day, count));
        for line in 0..height {
            let glyph = eighth(count, most, height, height - 1 - line);
            let free = glyph == " " && open && line == height - 1;
            let (glyph, style) = if free { (FREE, dim) } else { (glyph, style) };
            put(buf, area, x, area.y + 1 + line, glyph, style);
        }
        put(buf, area, x, axis, "─", theme.style(Role::Border));
    }
    hours(area, buf, scene, day, scale, axis);
}

/// The hours under the axis, and the moment that it is.
fn hours(
    area: Rect,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    day: &DayTally<'_>,
    scale: &Scale,
    axis: u16,
) {
    let theme = scene.theme;
    // Two digits and a gap at least.
    let every = if scale.columns == 0 { 2 } else { 1 };
    for quarter in (scale.from..scale.to).step_by(4 * every) {
        let Some(column) = scale.column(quarter) else {
            continue;
        };
        let x = area.x + LABEL + column;
        put(buf, area, x, axis, "┬", theme.style(Role::Border));
        let hour = format!("{:02}", quarter / 4);
        buf.set_string(x, axis + 1, hour, theme.style(Role::Dim));
    }
    if let Some(column) = day.now.and_then(|now| scale.column(now)) {
        put(
            buf,
            area,
            area.x + LABEL + column,
            axis,
            "▲",
            theme.style(Role::Accent),
        );
    }
}

/// What the bars say, in words.
fn headline(day: &DayTally<'_>) -> String {
    let name = day.row.queue.label().fit(30);
    let takes = day
        .row
        .queue
        .most
        .map_or(String::new(), |most| format!(", capacity {most}"));
    match day.peak() {
        Some((quarter, count)) => {
            let (hour, minute) = (quarter / 4, quarter % 4 * 15);
            format!(
                "{name}: callbacks by quarter hour, most {count} at {hour:02}:{minute:02}{takes}"
            )
        }
        None if day.open.contains(&true) => format!("{name}: nothing is booked{takes}"),
        None if !day.known => format!("{name}: hours not known, and nothing is booked"),
        None => format!("{name}: closed, and nothing is booked"),
    }
}

/// What a full bar stands for.
fn top(day: &DayTally<'_>) -> u32 {
    let peak = day.peak().map_or(0, |(_, count)| count);
    // An even number has a middle.
    peak.max(LEAST).div_ceil(2).saturating_mul(2)
}

/// The most in one of the quarters of a column, and whether one of them is open.
fn cell(day: &DayTally<'_>, from: usize, to: usize) -> (u32, bool) {
    let count = day.booked.get(from..to).into_iter().flatten().max();
    let open = day
        .open
        .get(from..to)
        .is_some_and(|part| part.contains(&true));
    (count.copied().unwrap_or(0), open)
}

/// How near a quarter is to what the queue takes at a time.
fn load(day: &DayTally<'_>, count: u32) -> Role {
    match day.row.queue.most {
        Some(most) if count >= most => Role::Bad,
        Some(most) if count.saturating_mul(5) >= most.saturating_mul(4) => Role::Warn,
        _ => Role::Chart,
    }
}

/// The part of a bar on one line, counted from the bottom; what is above nothing shows at least an eighth.
fn eighth(count: u32, most: u32, height: u16, line: u16) -> &'static str {
    let all = u64::from(height) * 8;
    let filled = u64::from(count) * all / u64::from(most.max(1));
    let filled = if count > 0 { filled.max(1) } else { 0 };
    let here = filled.saturating_sub(u64::from(line) * 8).min(8);
    usize::try_from(here)
        .ok()
        .and_then(|n| EIGHTHS.get(n))
        .unwrap_or(&" ")
}

fn put(buf: &mut Buffer, area: Rect, x: u16, y: u16, glyph: &str, style: ratatui::style::Style) {
    if x < area.right() && y < area.bottom() {
        buf.set_string(x, y, glyph, style);
    }
}

#[cfg(test)]
mod tests {
    use super::eighth;

    #[test]
    fn bars_are_as_high_as_their_share() {
        let bar = |count| [2, 1, 0].map(|line| eighth(count, 4, 3, line)).concat();
        assert_eq!(bar(4), "███");
        assert_eq!(bar(2), " ▄█");
        assert_eq!(bar(1), "  ▆");
        assert_eq!(bar(0), "   ");
        assert_eq!(eighth(1, 1_000, 1, 0), "▁");
        assert_eq!(eighth(9, 4, 1, 0), "█");
    }
}
