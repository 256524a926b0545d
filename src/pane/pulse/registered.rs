//! The upper part: the registered share in large figures, the counts beside it, and the share over time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget};

use super::strips;
use super::trend::Trend;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::text::grouped;
use crate::ui::{big, detail};
use crate::vocabulary::chart::ChartSpan;
use crate::vocabulary::role::Role;

/// The height below which the figures are cut.
pub const LEAST: u16 = 10;

/// Columns of the figures, and of the chart's scale.
const FIGURES: u16 = 26;
const SCALE: u16 = 9;

/// Ranges that the chart can have, in ten-thousandths: half a percent is the least, so that single devices are no mountains.
const RANGES: [u16; 8] = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/// A device that is lost is at most this part of the chart's height.
const OF_HEIGHT: u32 = 10;

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

/// The share over time, what else there is of that time below it, and the axis of both.
fn share(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend) {
    let theme = scene.theme;
    if area.width < 8 || area.height < 3 {
        return;
    }
    let known = || trend.points.iter().filter_map(|point| point.share);
    let (Some(low), Some(high)) = (known().min(), known().max()) else {
        let (text, room) = ("no reading yet", usize::from(area.width));
        buf.set_stringn(area.x, area.y, text, room, theme.style(Role::Dim));
        return;
    };
    let (low, high) = scale(low, high, scene.reading.counts.total);
    let (strips, each) = strips::room(area.height - 1);
    let chart = Rect {
        height: area.height - 1 - strips * each,
        ..area
    };
    line(chart, buf, scene, trend, (low, high));
    let below = Rect {
        y: chart.bottom(),
        height: strips * each,
        ..area
    };
    strips::render(below, strips, SCALE, buf, scene, trend);
    axis(area, buf, scene, trend.span);
}

fn line(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend, (low, high): (u16, u16)) {
    let theme = scene.theme;
    let segments = segments(trend);
    let datasets = segments.iter().map(|points| {
        Dataset::default()
            .data(points)
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(theme.style(Role::Chart))
    });
    let last = trend.count().saturating_sub(1) as f64;
    Chart::new(datasets.collect())
        // Else it stands on the terminal's own background, whatever that of the theme is.
        .style(theme.style(Role::Text))
        .x_axis(Axis::default().bounds([0.0, last.max(1.0)]))
        .y_axis(Axis::default().bounds([f64::from(low), f64::from(high)]))
        .render(area, buf);
    let percent = |share: u16| format!("{:>3}.{:02}%", share / 100, share % 100);
    let x = area.x.saturating_sub(SCALE);
    let middle = area.y + (area.height - 1) / 2;
    for (y, share) in [
        (area.y, high),
        (middle, low.midpoint(high)),
        (area.bottom() - 1, low),
    ] {
        let is_between = y == middle;
        if !is_between || area.height > 6 {
            buf.set_string(x, y, percent(share), theme.style(Role::Dim));
        }
    }
}

/// What the left edge, the middle and the right edge stand for.
fn axis(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, span: ChartSpan) {
    let (y, style) = (area.bottom() - 1, scene.theme.style(Role::Dim));
    let room = usize::from(area.width);
    let ago = |minutes: u32| match minutes {
        0..=60 => format!("{minutes} min ago"),
        _ => format!("{} h ago", minutes / 60),
    };
    buf.set_stringn(area.x, y, ago(span.minutes()), room, style);
    let now = area.right().saturating_sub(3).max(area.x);
    buf.set_string(now, y, "now", style);
    let half = if span.minutes().is_multiple_of(2) {
        ago(span.minutes() / 2)
    } else {
        "7 min ago".to_owned()
    };
    if area.width >= 50 {
        let columns = u16::try_from(half.len()).unwrap_or(0);
        buf.set_string(area.x + (area.width - columns) / 2, y, half, style);
    }
}

/// The range of the chart: a round one that the line has room in, in which single devices are neither mountains nor cliffs.
fn scale(low: u16, high: u16, devices: u32) -> (u16, u16) {
    let cliff = OF_HEIGHT.saturating_mul(10_000) / devices.max(1);
    let fits = |range: u16| {
        let grid = range / 5;
        // Room above the line, unless it stands at the very top.
        let top = (high.saturating_add(grid))
            .div_ceil(grid)
            .saturating_mul(grid)
            .min(10_000)
            .max(range);
        let bottom = top - range;
        (bottom <= low && u32::from(range) >= cliff.min(10_000)).then_some((bottom, top))
    };
    RANGES.into_iter().find_map(fits).unwrap_or((0, 10_000))
}

/// The line in pieces, for it breaks where nothing is known; the newest point stands at the right.
fn segments(trend: &Trend) -> Vec<Vec<(f64, f64)>> {
    let first = trend.count().saturating_sub(trend.points.len());
    let mut pieces = vec![Vec::new()];
    for (n, point) in trend.points.iter().enumerate() {
        match (point.share, pieces.last_mut()) {
            (Some(share), Some(piece)) => piece.push(((first + n) as f64, f64::from(share))),
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
    fn the_scale_is_round_has_room_and_ends_at_all() {
        let many = 100_000;
        assert_eq!(scale(9_800, 9_800, many), (9_760, 9_810));
        assert_eq!(scale(9_600, 9_800, many), (9_400, 9_900));
        assert_eq!(scale(10_000, 10_000, many), (9_950, 10_000));
        assert_eq!(scale(0, 10_000, many), (0, 10_000));
        assert_eq!(scale(0, 0, many), (0, 50));
    }

    #[test]
    fn a_phone_is_not_a_cliff() {
        // One of fifty is 2 %, and a tenth of what is shown.
        assert_eq!(scale(9_800, 10_000, 50), (8_000, 10_000));
        assert_eq!(scale(8_000, 10_000, 5), (0, 10_000));
        assert_eq!(scale(0, 0, 0), (0, 10_000));
    }
}
