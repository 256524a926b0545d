//! What keeps calls from whose phone it is, and how its last calls sounded.

use ratatui::text::{Line, Span};

use crate::kind::quality;
use crate::pane::Scene;
use crate::store::Row;
use crate::store::carriers::Reading;
use crate::vocabulary::role::Role;

/// Calls that are shown.
const MOST: usize = 3;

/// The lines; none where nothing is known of either.
pub fn lines(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let (dim, text) = (theme.style(Role::Dim), theme.style(Role::Text));
    let obstacle = row.obstacle().map(|obstacle| {
        Line::from(vec![
            Span::styled("cannot take calls ", dim),
            Span::styled(obstacle.word(), theme.style(Role::Bad)),
            Span::styled(format!("  {}", obstacle.remedy()), text),
        ])
    });
    let mut lines: Vec<Line<'static>> = obstacle.into_iter().collect();
    let told = &scene.store.quality;
    let Reading::Read(at) = told.reading() else {
        return lines;
    };
    let mut calls = told.of_user(row.user_id()).take(MOST).peekable();
    if calls.peek().is_some() {
        let at = at.clock(scene.zone, scene.now);
        lines.push(Line::styled(format!("last calls, as read at {at}"), dim));
    }
    lines.extend(calls.map(|call| {
        let began = call.began.map(|at| at.clock(scene.zone, scene.now));
        let began = format!("  {}  ", began.unwrap_or_else(|| "-".to_owned()));
        let score = call.score();
        let mos = score.map_or("not measured".to_owned(), |mos| format!("MOS {mos:.2}"));
        let carrier = scene.store.call_carrier(call);
        let carrier = carrier.map_or_else(String::new, |name| format!("  {name}"));
        Line::from(vec![
            Span::styled(began, dim),
            Span::styled(mos, theme.style(quality::role(score))),
            Span::styled(carrier, text),
        ])
    }));
    lines
}
