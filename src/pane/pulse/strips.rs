//! Under the share: what else there is of the same time, a strip each on the same axis.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::trend::Trend;
use crate::pane::Scene;
use crate::store::metrics::Figures;
use crate::vocabulary::role::Role;

/// Rows that the share keeps, whatever the strips wish for.
const SHARE: u16 = 6;

/// The most rows of a strip.
const TALLEST: u16 = 4;

/// A strip: what it is called and how it looks, and the figure of a point.
struct Strip {
    name: &'static str,
    role: Role,
    figure: fn(&Figures, f32) -> Option<f32>,
}

/// The most wanted first.
const STRIPS: [Strip; 4] = [
    Strip {
        name: "lost",
        role: Role::Bad,
        figure: |point, _| Some(point.lost as f32),
    },
    Strip {
        name: "flap",
        role: Role::Warn,
        figure: |point, _| Some(point.flapping as f32),
    },
    Strip {
        name: "ev/s",
        role: Role::Chart,
        figure: |point, seconds| Some(point.events as f32 / seconds),
    },
    Strip {
        name: "ms",
        role: Role::Chart,
        figure: |point, _| point.latency.map(|ms| ms as f32),
    },
];

/// How many strips there is room for in so many rows, and how high each is.
pub fn room(rows: u16) -> (u16, u16) {
    let rows = rows.saturating_sub(SHARE);
    let strips = rows.min(4);
    let height = rows / 2 / strips.max(1);
    (strips, height.clamp(1, TALLEST))
}

/// Draws the strips in as many rows as [`room`] gives; their names and highest values stand in the scale before them.
pub fn render(
    area: Rect,
    strips: u16,
    scale: u16,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    trend: &Trend,
) {
    let height = area.height / strips.max(1);
    for (strip, n) in STRIPS.iter().zip(0..strips) {
        let y = area.y + n * height;
        one(Rect { y, height, ..area }, scale, buf, scene, trend, strip);
    }
}

fn one(area: Rect, scale: u16, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend, strip: &Strip) {
    let theme = scene.theme;
    let seconds = trend.step_seconds().max(1.0);
    // Two points a column, the newest at the right; where nothing was known there is nothing.
    let values = columns(trend, usize::from(area.width), |point| {
        point.share?;
        (strip.figure)(point, seconds)
    });
    let most = values.iter().flatten().copied().fold(0.0, f32::max);
    let top = most.max(1.0);
    for (value, x) in values.iter().zip(area.x..) {
        let Some(value) = value else { continue };
        for (row, y) in (0..area.height).rev().zip(area.y..) {
            let mark = mark(
                *value / top * f32::from(area.height) - f32::from(row),
                row == 0,
            );
            if let Some(mark) = mark {
                buf.set_string(x, y, mark, theme.style(strip.role));
            }
        }
    }
    let x = area.x.saturating_sub(scale);
    buf.set_string(x, area.y, strip.name, theme.style(Role::Dim));
    let figure = short(most);
    let right = area.x.saturating_sub(1);
    let at = right.saturating_sub(u16::try_from(figure.len()).unwrap_or(0));
    let role = if most > 0.0 { Role::Text } else { Role::Dim };
    buf.set_string(at, area.y, figure, theme.style(role));
}

/// One value a column, the newest at the right, on the axis of the line above.
fn columns(
    trend: &Trend,
    width: usize,
    figure: impl Fn(&Figures) -> Option<f32>,
) -> Vec<Option<f32>> {
    let count = trend.count();
    let first = count.saturating_sub(trend.points.len());
    let of_column = |column: usize| {
        let from = column * count / width.max(1);
        let until = ((column + 1) * count / width.max(1)).max(from + 1);
        let places = (from..until).filter_map(|place| place.checked_sub(first));
        let points = places.filter_map(|place| trend.points.get(place));
        points.filter_map(&figure).reduce(f32::max)
    };
    (0..width).map(of_column).collect()
}

/// The block for so much of a row; the lowest row shows that something is known though it is nothing.
fn mark(filled: f32, lowest: bool) -> Option<&'static str> {
    const MARKS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let reached = MARKS
        .iter()
        .zip(1_u8..=8)
        .rev()
        .find(|(_, eighths)| filled * 8.0 >= f32::from(*eighths) - 0.5);
    let least = lowest.then_some("▁");
    reached.map(|(mark, _)| *mark).or(least)
}

/// A figure in at most four columns.
fn short(value: f32) -> String {
    if value >= 10_000.0 {
        format!("{:.0}k", value / 1_000.0)
    } else if value < 10.0 && value.fract() > 0.05 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_keeps_its_rows_and_the_strips_take_half_of_the_others() {
        let room = [5, 7, 10, 22, 60].map(room);
        assert_eq!(room, [(0, 1), (1, 1), (4, 1), (4, 2), (4, 4)]);
    }

    #[test]
    fn marks_fill_from_below() {
        assert_eq!(mark(0.0, true), Some("▁"));
        assert_eq!(mark(0.0, false), None);
        assert_eq!(mark(0.5, false), Some("▄"));
        assert_eq!(mark(7.0, false), Some("█"));
    }

    #[test]
    fn figures_have_four_columns() {
        for (value, said) in [
            (0.0, "0"),
            (0.4, "0.4"),
            (12.3, "12"),
            (9_999.0, "9999"),
            (120_000.0, "120k"),
        ] {
            assert_eq!(short(value), said);
        }
    }
}
