//! The lines of a detail that say what became of the row over the recorded days.

use ratatui::text::{Line, Span};

use super::Scene;
use crate::model::trail::TrailOf;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::detail::moment;
use crate::vocabulary::role::Role;

/// What the record says of the row before that moment, the newest first; nothing where its past has not been asked for.
pub fn lines(of: &TrailOf, before: Millis, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Some(trail) = scene.store.trail.as_ref().filter(|trail| trail.of == *of) else {
        return Vec::new();
    };
    let dim = scene.theme.style(Role::Dim);
    let text = scene.theme.style(Role::Text);
    let steps = trail.steps.iter().filter(|step| step.at < before);
    let mut lines: Vec<Line<'static>> = steps
        .map(|step| {
            let word = |state: &Option<Text>| {
                state
                    .as_ref()
                    .map_or("not known".to_owned(), Text::to_string)
            };
            let what = format!("{} -> {}", word(&step.from), word(&step.to));
            let at = format!("  {}  ", moment(step.at, scene.zone));
            Line::from(vec![Span::styled(at, dim), Span::styled(what, text)])
        })
        .collect();
    let back_to = trail.back_to.map(|at| moment(at, scene.zone));
    let head = match (back_to, trail.reading) {
        (None, true) => "recorded: it is read".to_owned(),
        (None, false) => "recorded: nothing".to_owned(),
        (Some(at), true) => format!("recorded, read back to {at} so far"),
        (Some(at), false) => format!("recorded since {at}"),
    };
    lines.insert(0, Line::styled(head, dim));
    lines
}
