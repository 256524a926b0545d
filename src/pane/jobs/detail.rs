//! Everything that is known of one job.

use ratatui::text::Line;

use crate::kind::column::length;
use crate::kind::jobs::{name, role};
use crate::model::flow::{Step, StepState};
use crate::pane::Scene;
use crate::store::jobs::JobRow;
use crate::text;
use crate::time::Millis;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// The lines of the detail.
pub(super) fn lines(row: &JobRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let (job, theme) = (&row.job, scene.theme);
    let at = |at: Option<Millis>| at.map_or_else(|| "-".to_owned(), |at| moment(at, scene.zone));
    let id = job.id.as_ref().map(ToString::to_string);
    let unknown = if scene.can.endpoint_jobs {
        "not known"
    } else {
        "this console's own, step by step"
    };
    let mut lines = vec![
        pairs(
            theme,
            &[
                ("job", id.unwrap_or_else(|| unknown.to_owned())),
                ("makes", name(job)),
                ("state", row.state().to_owned()),
                ("followed", followed(row).to_owned()),
            ],
        ),
        pairs(
            theme,
            &[
                ("submitted", at(job.submitted)),
                ("ended", at(job.ended)),
                ("took", job.latency().map_or_else(|| "-".to_owned(), length)),
            ],
        ),
        pairs(
            theme,
            &[
                ("last heard of", at(job.heard)),
                ("requests of its submit", job.attempts.to_string()),
                ("polls", job.polls.to_string()),
                ("deliveries", job.deliveries.to_string()),
            ],
        ),
    ];
    if let Some(doubt) = job.doubt() {
        let why = format!("Not known since {}: {}", at(Some(doubt.at)), doubt.why);
        lines.push(Line::styled(why, theme.style(Role::Unknown)));
        lines.push(pairs(theme, &[("to do", doubt.check.to_string())]));
    }
    if let Some(error) = job.error() {
        let code = if error.code.is_empty() {
            String::new()
        } else {
            format!(" ({})", error.code)
        };
        let text = format!("{}{code}", error.message);
        lines.push(Line::styled(text, theme.style(role(job.state()))));
    }
    if job.disputed() {
        let text = "The organisation has called it completed and failed; what it said when it was asked counts.";
        lines.push(Line::styled(text, theme.style(Role::Warn)));
    }
    for made in &job.results {
        lines.push(pairs(
            theme,
            &[
                ("created", made.name.to_string()),
                ("id", made.id.to_string()),
            ],
        ));
    }
    let hidden = job.made.saturating_sub(job.results.len());
    if hidden > 0 {
        let text = format!("and {hidden} more that are not kept");
        lines.push(Line::styled(text, theme.style(Role::Dim)));
    }
    lines.extend(steps(row, scene));
    let key = text::shown(job.key.0.raw()).into_owned();
    lines.push(pairs(theme, &[("in the audit as", key)]));
    lines
}

/// What this console did for it, a line a step, as far as it is remembered.
fn steps(row: &JobRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let flow = row.worked.and_then(|id| scene.store.flows.get(id));
    let steps = flow.map(|flow| flow.steps.as_slice()).unwrap_or_default();
    let step = |step: &Step| {
        let (word, role) = match step.state {
            StepState::Running => ("…", Role::Text),
            StepState::Done => ("ok", Role::Dim),
            StepState::Failed => ("failed", Role::Bad),
            StepState::Stopped => ("stopped", Role::Warn),
        };
        let took = step
            .took
            .map_or_else(String::new, |ms| format!(" ({})", length(ms)));
        let said = [&step.subject, &step.note].into_iter();
        let said = said.filter(|text| !text.is_empty());
        let said: Vec<String> = said.map(ToString::to_string).collect();
        let text = format!("  {word:<7} {:<9} {}{took}", step.name, said.join(": "));
        Line::styled(text, scene.theme.style(role))
    };
    steps.iter().map(step).collect()
}

fn followed(row: &JobRow) -> &'static str {
    match (row.job.phase().ended(), row.flow) {
        (true, _) => "to its end",
        (false, Some(_)) => "yes",
        (false, None) => "no",
    }
}
