//! The upper part: the registered share in large figures, the counts beside it, and the share over time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget};

use super::trend::Trend;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::text::grouped;
use crate::ui::{big, detail};
use crate::vocabulary::role::Role;

/// The height below which the figures are cut.
pub const LEAST: u16 = 10;

/// Columns of the figures, and of the chart's scale.
const FIGURES: u16 = 26;
const SCALE: u16 = 8;

/// The least range of the chart, in ten-thousandths: half a percent, so that single devices are no mountains.
const SPAN: u16 = 50;

/// Where the columns of the chart are.
pub fn chart(area: Rect) -> Rect {
    let left = FIGURES + SCALE;
    Rect {
        x: area.x.saturating_add(left),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(left + 1),
        height: area.height.saturating_sub(2),
    }
}

/// Draws the part.
pub fn render(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend) {
    let inner = detail::frame(area, buf, scene.theme, "registered");
    figures(inner, buf, scene);
    share(chart(area), buf, scene, trend);
}

fn figures(area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
    let theme = scene.theme;
    let counts = scene.reading.counts;
    let lost = counts.of(State::Lost);
    let text = match counts.registered() {
        Some(share) => format!("{}.{:02}%", share / 100, share % 100),
        None => "-".to_owned(),
    };
    let role = if lost > 0 { Role::Accent } else { Role::Text };
    big::render(area, buf, theme.style(role), &text, scene.glyphs);
    let of = |state: State| counts.of(state);
    let lines = [
        (counts.total, Role::Text, "devices"),
        (counts.known(), Role::Text, "of them known"),
        (lost, Role::Bad, "lost"),
        (counts.flapping, Role::Warn, "flapping"),
        (of(State::Stale), Role::Stale, "stale"),
        (of(State::Unknown), Role::Unknown, "unknown"),
        (of(State::OffDuty), Role::Text, "off duty"),
        (of(State::Remembered), Role::Stale, "remembered"),
    ];
    let below = area.y + big::HEIGHT + 1;
    // Nothing is remembered once everything is read, and one of the APIs knows of nobody who has gone home.
    let lines = lines
        .into_iter()
        .filter(|(count, _, word)| *count > 0 || !["remembered", "off duty"].contains(word))
        .filter(|(count, _, word)| *count < counts.total || *word != "of them known");
    for ((count, role, word), y) in lines.zip(below..area.bottom()) {
        let role = if count > 0 { role } else { Role::Dim };
        let text = format!("{:>11} {word}", grouped(count as usize));
        buf.set_stringn(area.x, y, text, usize::from(FIGURES), theme.style(role));
    }
}

/// The share over time, between its own lowest and highest, which the scale names.
fn share(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend) {
    let theme = scene.theme;
    if area.width < 8 || area.height < 3 {
        return;
    }
    let known = || trend.shares.iter().copied().flatten();
    let (Some(low), Some(high)) = (known().min(), known().max()) else {
        let text = "no reading yet";
        buf.set_stringn(
            area.x,
            area.y,
            text,
            usize::from(area.width),
            theme.style(Role::Dim),
        );
        return;
    };
    let (low, high) = scale(low, high);
    let chart = Rect {
        height: area.height - 1,
        ..area
    };
    let segments = segments(trend);
    let datasets = segments.iter().map(|points| {
        Dataset::default()
            .data(points)
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(theme.style(Role::Chart))
    });
    let last = trend.points().saturating_sub(1) as f64;
    Chart::new(datasets.collect())
        .x_axis(Axis::default().bounds([0.0, last.max(1.0)]))
        .y_axis(Axis::default().bounds([f64::from(low), f64::from(high)]))
        .render(chart, buf);
    let percent = |share: u16| format!("{:>3}.{:02}%", share / 100, share % 100);
    let x = area.x.saturating_sub(SCALE);
    for (y, share) in [(chart.y, high), (chart.bottom() - 1, low)] {
        buf.set_string(x, y, percent(share), theme.style(Role::Dim));
    }
    let y = chart.bottom();
    let ago = format!("{} min ago", trend.minutes());
    buf.set_stringn(
        area.x,
        y,
        ago,
        usize::from(area.width),
        theme.style(Role::Dim),
    );
    let now = area.right().saturating_sub(3).max(area.x);
    buf.set_string(now, y, "now", theme.style(Role::Dim));
}

/// The range of the chart: that of the line with some room, and never so small that single devices are mountains.
fn scale(low: u16, high: u16) -> (u16, u16) {
    let room = SPAN.saturating_sub(high - low) / 2;
    (
        low.saturating_sub(room),
        high.saturating_add(room).min(10_000),
    )
}

/// The line in pieces, for it breaks where nothing is known; the newest point stands at the right.
fn segments(trend: &Trend) -> Vec<Vec<(f64, f64)>> {
    let first = trend.points().saturating_sub(trend.shares.len());
    let mut pieces = vec![Vec::new()];
    for (n, share) in trend.shares.iter().enumerate() {
        match (share, pieces.last_mut()) {
            (Some(share), Some(piece)) => piece.push(((first + n) as f64, f64::from(*share))),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn the_scale_has_room_and_ends_at_all() {
        assert_eq!(scale(9_800, 9_800), (9_775, 9_825));
        assert_eq!(scale(9_600, 9_800), (9_600, 9_800));
        assert_eq!(scale(10_000, 10_000), (9_975, 10_000));
        assert_eq!(scale(0, 10_000), (0, 10_000));
        assert_eq!(scale(0, 0), (0, 25));
    }
}
