//! The panel under the rows: everything known of one device, newest first.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{calls, closeup, why};
use crate::kind::registrations::role;
use crate::model::registration::State;
use crate::model::trail::TrailOf;
use crate::pane::{Scene, trail};
use crate::store::Row;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::detail::{self, Panel};
use crate::vocabulary::role::Role;

/// Lines that the panel wishes for: what is known, and the newest of the timeline.
pub fn wish(scene: &Scene<'_>) -> u16 {
    if scene.can.closeups { 19 } else { 13 }
}

/// What is known of the device and, on the Platform API, of its phone.
pub fn lines(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = facts(row, scene);
    lines.extend(why::lines(row, scene));
    lines.extend(calls::lines(row, scene));
    lines.extend(closeup::lines(row, scene));
    lines
}

/// Fills the panel of a row: what is known, the last frame, and the timeline.
pub fn fill(panel: &mut Panel<'_>, row: &Row<'_>, scene: &Scene<'_>) {
    panel.put(&lines(row, scene));
    let dim = scene.theme.style(Role::Dim);
    let mut timeline = vec![Line::styled("timeline (newest first)", dim)];
    let changes = scene.store.registrations.timeline(row.id());
    timeline.extend(changes.map(|change| {
        let at = format!("  {}  ", moment(change.at, scene));
        let what = span(&change.what.to_string(), scene.theme.style(Role::Text));
        Line::from(vec![Span::styled(at, dim), what])
    }));
    let known = scene.store.registrations.timeline(row.id());
    let before = known.last().map_or(scene.now, |change| change.at);
    timeline.extend(trail::lines(&trail_of(row), before, scene));
    // The frame has the lines that the timeline leaves free, and one in any case.
    let lines = panel.room().saturating_sub(timeline.len()).max(1);
    panel.put(&[frame(row, scene, panel.columns() * lines)]);
    panel.put(&timeline);
}

/// Whose past it is.
pub fn trail_of(row: &Row<'_>) -> TrailOf {
    TrailOf::Registration(row.user_id().clone(), row.device().clone())
}

fn facts(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let text = |t: Option<&Text>| t.map_or("unknown".to_owned(), Text::to_string);
    let mut state = vec![span(row.state().word(), theme.style(role(row.state())))];
    if matches!(row.state(), State::Stale | State::Remembered) {
        state.push(span(
            &format!(" (was {})", row.status()),
            theme.style(Role::Dim),
        ));
    } else if scene.can.conditions && row.status() != row.state().word() {
        state.push(span(
            &format!(" ({})", row.status()),
            theme.style(Role::Text),
        ));
    }
    let since = if row.remembered() { "as of" } else { "since" };
    state.push(span(
        &format!(" {since} {}", moment(row.since(), scene)),
        theme.style(Role::Text),
    ));
    if row.flapping() {
        state.push(span("  flapping", theme.style(Role::Warn)));
    }
    let mut phone = vec![
        ("device", device(row)),
        ("codec", text(row.codec())),
        ("site", text(row.site())),
    ];
    if !scene.can.codec {
        phone.remove(1);
        phone.push(("codec", "n/a (API)".to_owned()));
    }
    if let Some(reached) = row.edge_reach() {
        let reached = if reached { "reached" } else { "not reached" };
        phone.push(("edge reach", reached.to_owned()));
    }
    let checked = match row.checked() {
        at if at == Millis::default() => "never".to_owned(),
        at => moment(at, scene),
    };
    vec![
        pairs(
            scene,
            &[
                ("user", row.user().to_string()),
                ("id", row.user_id().to_string()),
            ],
        ),
        pairs(scene, &phone),
        Line::from(state),
        pairs(
            scene,
            &[
                ("last checked", checked),
                ("by", by(row).to_owned()),
                ("flaps in the last hour", row.flaps().to_string()),
            ],
        ),
    ]
}

/// What keeps the row up.
fn by(row: &Row<'_>) -> &'static str {
    if row.remembered() {
        "the last run"
    } else {
        row.source()
    }
}

/// The device's name and its id, or the id alone.
fn device(row: &Row<'_>) -> String {
    let (name, id) = (row.label(), &row.device().0);
    if name == id {
        return id.to_string();
    }
    format!("{name} ({id})")
}

/// The last frame as it came, which says what no parsed field does; as much as so many columns take.
fn frame(row: &Row<'_>, scene: &Scene<'_>, columns: usize) -> Line<'static> {
    let shown = row.frame().map(|bytes| {
        let raw = String::from_utf8_lossy(&bytes);
        crate::text::fit(&raw, columns.saturating_sub(12)).into_owned()
    });
    match shown {
        Some(shown) => pairs(scene, &[("last frame", shown)]),
        None => Line::styled(
            "no frame of this device is kept",
            scene.theme.style(Role::Dim),
        ),
    }
}

fn pairs(scene: &Scene<'_>, pairs: &[(&str, String)]) -> Line<'static> {
    detail::pairs(scene.theme, pairs)
}

fn span(text: &str, style: Style) -> Span<'static> {
    Span::styled(text.to_owned(), style)
}

fn moment(at: Millis, scene: &Scene<'_>) -> String {
    detail::moment(at, scene.zone)
}
