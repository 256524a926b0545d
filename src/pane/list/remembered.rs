//! Rows of an earlier run in a list: until they are read they say what they are, and as of when.

use crate::kind::column::Wish;
use crate::pane::Scene;
use crate::text::grouped;
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::vocabulary::role::Role;

/// Columns of the word `remembered`, the longest of a state.
const WIDE: u16 = 10;

/// What a column of states wishes for; the long word is there at a start alone.
pub(in crate::pane) fn for_remembered(wish: Wish, there: bool) -> Wish {
    let wide = if there { WIDE } else { 0 };
    Wish {
        least: wish.least.max(wide),
        ideal: wish.ideal.max(wide),
        ..wish
    }
}

/// Says how many rows are only remembered, given as of when each is; nothing where none is.
pub(in crate::pane) fn remembered(
    bar: &mut Bar,
    scene: &Scene<'_>,
    as_of: impl Iterator<Item = Millis>,
) {
    let (mut count, mut span) = (0, None);
    for at in as_of {
        let (oldest, newest) = span.unwrap_or((at, at));
        span = Some((at.min(oldest), at.max(newest)));
        count += 1;
    }
    if count > 0 {
        say_remembered(bar, scene, count, span);
    }
}

/// The same where the count is known, and the oldest and the newest moment.
pub(in crate::pane) fn say_remembered(
    bar: &mut Bar,
    scene: &Scene<'_>,
    count: usize,
    span: Option<(Millis, Millis)>,
) {
    let as_of = span.map_or_else(String::new, |(oldest, newest)| {
        let same = newest.since(oldest) < 60_000;
        let or_earlier = if same { "" } else { " or earlier" };
        format!(
            " as of {}{or_earlier}",
            newest.moment(scene.zone, scene.now)
        )
    });
    let text = format!("remembered {}{as_of}", grouped(count));
    bar.left(0, scene.theme.style(Role::Stale), text);
}
