//! The lines of figures of both halves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::kind::transfers::{milliseconds, role};
use crate::model::interaction::Standing;
use crate::model::transfer::made::{Made, Phase};
use crate::model::write::WriteKind;
use crate::pane::{Scene, breaker};
use crate::store::carriers::Reading;
use crate::store::transfers::{EDGES_MS, Transfers};
use crate::text::chart;
use crate::ui::bar::Bar;
use crate::vocabulary::role::Role;

/// Columns of the bar of several that are under way.
const PROGRESS: u16 = 16;

/// What waits, what is under way, and what is out of date.
pub(super) fn fill(bar: &mut Bar, scene: &Scene<'_>) {
    let (theme, table) = (scene.theme, &scene.store.transfers);
    let of = |standing: &Standing| {
        let stands = table.interactions().filter(|one| one.standing == *standing);
        stands.count()
    };
    let mut figure = |spare, role, word: &str, count: usize| {
        let role = if count > 0 { role } else { Role::Dim };
        bar.left(spare, theme.style(role), format!(" {word} {count}"));
    };
    figure(0, Role::Text, "active", of(&Standing::Active));
    figure(0, Role::Text, "queued", of(&Standing::Queued));
    if table.open_questions() > 0 {
        figure(0, Role::Unknown, "not known", table.open_questions());
    }
    if table.left_out() > 0 {
        figure(3, Role::Warn, "left out", table.left_out());
    }
    if !table.faults().is_empty() {
        figure(3, Role::Warn, "unreadable", table.faults().len());
    }
    breaker::left_alone(bar, scene, &[WriteKind::Transfer]);
    if let Some((done, all)) = several(table) {
        let share = done as f64 / all as f64;
        let words = format!("{done} of {all} {}", chart::bar(share, PROGRESS));
        bar.left(0, theme.style(Role::Accent), words);
    }
    if let (Reading::Failed { since, .. }, false) =
        (table.reading(), table.interactions().next().is_none())
    {
        let since = since.clock(scene.zone, scene.now);
        bar.left(
            0,
            theme.style(Role::Stale),
            format!("stale since {since}: not readable"),
        );
    }
}

/// The title of the lower half: what all transfers since the start come to.
pub(super) fn title(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, table: &Transfers) {
    let (theme, figures) = (scene.theme, table.figures());
    let mut bar = Bar::default();
    bar.left(0, theme.style(Role::Header), " transfers");
    for phase in Phase::ALL.into_iter().filter(|phase| phase.over()) {
        let count = figures.count(phase);
        if count > 0 {
            let spare = u8::from(phase != Phase::Transferred);
            bar.left(
                spare,
                theme.style(role(phase)),
                format!("{} {count}", phase.word()),
            );
        }
    }
    if figures.retries() > 0 {
        bar.left(
            3,
            theme.style(Role::Dim),
            format!("retries {}", figures.retries()),
        );
    }
    if table.forgotten() > 0 {
        bar.left(
            4,
            theme.style(Role::Dim),
            format!("forgotten {}", table.forgotten()),
        );
    }
    if let Some(latency) = figures.latency() {
        let all = [
            ("p50", latency.p50_us),
            ("p90", latency.p90_us),
            ("p99", latency.p99_us),
        ];
        for (spare, (word, us)) in (2..).zip(all) {
            bar.right(
                spare,
                theme.style(Role::Dim),
                format!("{word} {}", milliseconds(us)),
            );
        }
        bar.right(
            5,
            theme.style(Role::Dim),
            histogram(figures.histogram()) + " ",
        );
    }
    bar.render(area, buf);
}

/// Answers by latency, between the first and the last edge.
fn histogram<const N: usize>(bars: [u64; N]) -> String {
    let chart = chart::counts(&bars.map(|count| count as f32), N, 1.0);
    let (first, last) = (EDGES_MS[0], EDGES_MS[EDGES_MS.len() - 1] / 1_000);
    format!("<{first} ms {chart} >{last} s")
}

/// How far the newest flow of several is, while it is under way.
fn several(table: &Transfers) -> Option<(usize, usize)> {
    let flow = table.made().find(|made| !made.phase.over())?.id.flow;
    let of_it = |made: &&Made| made.id.flow == flow;
    let all = table.made().filter(of_it).count();
    let over = table.made().filter(of_it).filter(|made| made.phase.over());
    (all > 1).then(|| (over.count(), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_a_mark_for_each_bar() {
        assert_eq!(histogram([0, 4, 2]), "<10 ms ▁█▅ >5 s");
    }
}
