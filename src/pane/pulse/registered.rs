//! The upper part: the registered share in large figures, the counts beside it, and the share over time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Sparkline, Widget};

use super::trend::Trend;
use crate::config::theme::Role;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::ui::tabs::grouped;
use crate::ui::{big, detail};

/// The height below which the figures are cut.
pub const LEAST: u16 = 9;

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
    big::render(area, buf, theme.style(role), &text);
    let line = |n: u32, role| if n > 0 { role } else { Role::Dim };
    let of = |state: State| counts.of(state);
    let lines = [
        (counts.total, Role::Text, "devices", ""),
        (lost, line(lost, Role::Bad), "lost", ""),
        (
            counts.flapping,
            line(counts.flapping, Role::Warn),
            "flapping",
            "",
        ),
        (
            of(State::Stale),
            line(of(State::Stale), Role::Stale),
            "stale",
            "",
        ),
        (
            of(State::Unknown),
            line(of(State::Unknown), Role::Unknown),
            "unknown",
            "",
        ),
    ];
    let below = area.y + big::HEIGHT + 1;
    for ((count, role, word, _), y) in lines.into_iter().zip(below..area.bottom()) {
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
    let low = low.min(high.saturating_sub(SPAN));
    // The lowest point keeps a sliver: an empty column says that nothing is known.
    let floor = low.saturating_sub((high - low) / 8 + 1);
    let data: Vec<Option<u64>> = trend
        .shares
        .iter()
        .map(|share| share.map(|share| u64::from(share.saturating_sub(floor))))
        .collect();
    let chart = Rect {
        height: area.height - 1,
        ..area
    };
    Sparkline::default()
        .data(data)
        .max(u64::from(high - floor).max(1))
        .absent_value_symbol(" ")
        .style(theme.style(Role::Chart))
        .render(chart, buf);
    let percent = |share: u16| format!("{:>3}.{:02}%", share / 100, share % 100);
    let x = area.x.saturating_sub(SCALE);
    for (y, share) in [(chart.y, high), (chart.bottom() - 1, low)] {
        buf.set_string(x, y, percent(share), theme.style(Role::Dim));
    }
    let ago = format!("{} min ago", trend.minutes());
    let y = chart.bottom();
    buf.set_stringn(
        area.x,
        y,
        ago,
        usize::from(area.width),
        theme.style(Role::Dim),
    );
    let end = area.x
        + u16::try_from(trend.shares.len())
            .unwrap_or(0)
            .min(area.width);
    buf.set_string(
        end.saturating_sub(3).max(area.x),
        y,
        "now",
        theme.style(Role::Dim),
    );
}
