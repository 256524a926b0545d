//! The line above the rows: how many are well, how many are not.

use crate::config::theme::Role;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::text::grouped;
use crate::ui::bar::Bar;
use crate::ui::chart;

/// Points of the sparkline.
const SPARK: usize = 12;
/// The least range that the sparkline spans: half a percent, so that single devices are no mountains.
const SPAN: f32 = 0.005;

/// Fills the line.
pub(super) fn fill(bar: &mut Bar, scene: &Scene<'_>) {
    let (theme, reading) = (scene.theme, scene.reading);
    let counts = reading.counts;
    let of = |state| grouped(counts.of(state) as usize);
    let loud = |n: u32, role| theme.style(if n > 0 { role } else { Role::Dim });
    bar.left(
        0,
        theme.style(Role::Text),
        format!(" registered {}", of(State::Ok)),
    );
    bar.left(
        5,
        theme.style(Role::Chart),
        chart::sparkline(&reading.history, SPARK, SPAN),
    );
    if let Some(share) = counts.registered() {
        bar.left(
            3,
            theme.style(Role::Text),
            format!("{}.{:02} %", share / 100, share % 100),
        );
    }
    bar.left(
        0,
        loud(counts.of(State::Lost), Role::Bad),
        format!("lost {}", of(State::Lost)),
    );
    bar.left(
        1,
        loud(counts.flapping, Role::Warn),
        format!("flapping {}", grouped(counts.flapping as usize)),
    );
    bar.left(
        1,
        loud(counts.of(State::Stale), Role::Stale),
        format!("stale {}", of(State::Stale)),
    );
    if counts.of(State::Remembered) > 0 {
        let text = format!("remembered {}{}", of(State::Remembered), as_of(scene));
        bar.left(0, theme.style(Role::Stale), text);
    }
    bar.left(
        2,
        loud(counts.of(State::Unknown), Role::Unknown),
        format!("unknown {}", of(State::Unknown)),
    );
}

/// How old what is remembered is.
fn as_of(scene: &Scene<'_>) -> String {
    let Some((oldest, newest)) = scene.store.registrations.recalled() else {
        return String::new();
    };
    let or_earlier = if newest.since(oldest) < 60_000 {
        ""
    } else {
        " or earlier"
    };
    format!(
        " as of {}{or_earlier}",
        newest.moment(scene.zone, scene.now)
    )
}
