//! The panel under the rows: everything known of one device, newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::closeup;
use crate::config::theme::Role;
use crate::kind::registrations::role;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::store::Row;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::detail;

/// Lines that the panel wishes for: what is known, and the newest of the timeline.
pub fn lines(scene: &Scene<'_>) -> u16 {
    if scene.can.closeups { 15 } else { 8 }
}

/// Draws the panel for a row.
pub(super) fn render(inner: Rect, buf: &mut Buffer, scene: &Scene<'_>, row: &Row<'_>) {
    let theme = scene.theme;
    let mut lines = facts(row, scene);
    lines.extend(closeup::lines(row.device(), scene));
    lines.push(frame(row, scene, inner.width));
    lines.push(Line::styled(
        "timeline (newest first)",
        theme.style(Role::Dim),
    ));
    let room = usize::from(inner.height).saturating_sub(lines.len());
    lines.extend(
        scene
            .store
            .registrations
            .timeline(row.id())
            .take(room)
            .map(|change| {
                Line::from(vec![
                    Span::styled(
                        format!("  {}  ", moment(change.at, scene)),
                        theme.style(Role::Dim),
                    ),
                    Span::styled(change.what.to_string(), theme.style(Role::Text)),
                ])
            }),
    );
    detail::lines(inner, buf, &lines);
}

fn facts(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let text = |t: Option<&Text>| t.map_or("unknown".to_owned(), |t| t.fit(40).into_owned());
    let mut state = vec![span(row.state().word(), theme.style(role(row.state())))];
    if matches!(row.state(), State::Stale | State::Remembered) {
        state.push(span(
            &format!(" (was {})", row.believed().word()),
            theme.style(Role::Dim),
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
        phone.push(("codec", "not told by this API".to_owned()));
    }
    let checked = match row.checked() {
        at if at == Millis::default() => "never".to_owned(),
        at => moment(at, scene),
    };
    vec![
        pairs(
            scene,
            &[
                ("user", row.user().fit(40).into_owned()),
                ("id", row.user_id().0.fit(48).into_owned()),
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
        return id.fit(40).into_owned();
    }
    format!("{} ({})", name.fit(40), id.fit(40))
}

/// The last frame as it came, which says what no parsed field does.
fn frame(row: &Row<'_>, scene: &Scene<'_>, width: u16) -> Line<'static> {
    let shown = row.frame().map(|bytes| {
        let raw = String::from_utf8_lossy(&bytes).into_owned();
        crate::text::fit(&raw, usize::from(width).saturating_sub(12)).into_owned()
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
