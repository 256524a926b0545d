//! The line above the rows: how many are well, how many are not.

use crate::model::registration::State;
use crate::pane::{Scene, list};
use crate::store::Counts;
use crate::text::chart;
use crate::text::grouped;
use crate::ui::bar::Bar;
use crate::ui::reading::Progress;
use crate::vocabulary::role::Role;

/// Columns of the bar that shows how far the first reading is.
const BAR: u16 = 10;
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
        bar.left(6, theme.style(Role::Dim), of_known(counts));
    }
    if let Some(progress) = reading.progress {
        reads(bar, scene, progress);
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
        let count = counts.of(State::Remembered) as usize;
        list::say_remembered(bar, scene, count, scene.store.registrations.recalled());
    }
    if counts.of(State::OffDuty) > 0 {
        let text = format!("off duty {}", of(State::OffDuty));
        bar.left(2, theme.style(Role::Dim), text);
    }
    bar.left(
        2,
        loud(counts.of(State::Unknown), Role::Unknown),
        format!("unknown {}", of(State::Unknown)),
    );
    if counts.missed > 0 {
        let text = format!("missed by streams {}", grouped64(counts.missed));
        bar.left(3, theme.style(Role::Warn), text);
    }
}

/// Of how many rows the share is, when that is not all of them.
fn of_known(counts: Counts) -> String {
    if counts.sure() == counts.total {
        return String::new();
    }
    format!("of {} known", grouped(counts.known() as usize))
}

fn grouped64(count: u64) -> String {
    grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// How far the first reading is, and when it will be whole: whatever is counted meanwhile is of what was read.
pub(in crate::pane) fn reads(bar: &mut Bar, scene: &Scene<'_>, progress: Progress) {
    let accent = scene.theme.style(Role::Accent);
    let of = |count: u32| grouped(count as usize);
    let text = format!("reading {} of {}", of(progress.read), of(progress.of));
    bar.left(1, accent, text);
    let share = f64::from(progress.read) / f64::from(progress.of.max(1));
    bar.left(4, accent, chart::bar(share, BAR));
    if let Some(pace) = progress.a_minute {
        bar.left(4, scene.theme.style(Role::Dim), format!("{}/min", of(pace)));
    }
    if let Some(whole) = progress.whole_at {
        let at = whole.timestamp().to_zoned(scene.zone.clone());
        bar.left(2, accent, format!("whole at {}", at.strftime("%H:%M")));
    }
}
