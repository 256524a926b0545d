//! A write on its way: its steps with their times, and how it ended. Leaving it stops nothing.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::form::Ask;
use super::layer::LayerOutcome;
use super::notice::wrap;
use super::popup::popup;
use crate::config::theme::Theme;
use crate::model::flow::{Flow, FlowId, Outcome as End, Step, StepState};
use crate::text::fit;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// How long one picture of the spinner stands, in milliseconds. It turns only while a step runs.
pub const FRAME: i64 = 125;

const SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

/// Inner width of the box.
const WIDTH: u16 = 96;

/// The progress of one flow.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    flow: FlowId,
    /// It was filled in with a form, which can be opened again when it is refused.
    form: bool,
}

impl Progress {
    /// Looks at a flow; `form` says that it was filled in with one.
    #[must_use]
    pub fn new(flow: FlowId, form: bool) -> Self {
        Self { flow, form }
    }

    /// Which flow.
    #[must_use]
    pub fn flow(&self) -> FlowId {
        self.flow
    }

    /// Leaves it, or stops it.
    #[must_use]
    pub fn key(&self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Char('c') if key.modifiers.is_empty() => LayerOutcome::Ask(Ask::Stop),
            KeyCode::Char('e') if self.form => LayerOutcome::Ask(Ask::Again),
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => LayerOutcome::Close,
            _ => LayerOutcome::Stay,
        }
    }

    /// Draws the steps in a box.
    pub fn render(
        &self,
        flow: Option<&Flow>,
        now: Millis,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        let Some(flow) = flow else {
            let inner = popup(area, buf, theme, "progress", (WIDTH, 1));
            let text = "This is no longer kept: newer writes took its place.";
            return put(inner, inner.y, buf, text, theme, Role::Dim);
        };
        let width = usize::from(area.width.saturating_sub(4).min(WIDTH));
        let lines = lines(flow, now, width);
        let title = format!("{} {}", flow.kind.action(), flow.title.fit(width / 2));
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let inner = popup(area, buf, theme, &title, (WIDTH, height));
        let room = usize::from(inner.height.saturating_sub(2));
        // The newest steps and the end are what a person waits for.
        let top = lines.len().saturating_sub(room);
        for ((text, role), y) in lines.iter().skip(top).take(room).zip(inner.y..) {
            put(inner, y, buf, text, theme, *role);
        }
        if inner.height > 0 {
            let refused = matches!(flow.end, Some((End::Refused(_) | End::Cancelled(_), _)));
            let foot = match flow.runs() {
                true => "Esc close: it continues    c cancel",
                false if refused && self.form => "e edit again    Esc close",
                false => "Esc close",
            };
            put(inner, inner.bottom() - 1, buf, foot, theme, Role::Dim);
        }
    }
}

fn put(area: Rect, y: u16, buf: &mut Buffer, text: &str, theme: &Theme, role: Role) {
    let width = usize::from(area.width);
    buf.set_stringn(area.x, y, fit(text, width), width, theme.style(role));
}

fn lines(flow: &Flow, now: Millis, width: usize) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if flow.dropped > 0 {
        let text = format!("{} steps more than are kept", flow.dropped);
        lines.push((text, Role::Dim));
    }
    // What runs stands below what is over: of many, the one that tells how far all of them are.
    let (over, running): (Vec<_>, Vec<_>) = flow.steps.iter().partition(|step| step.took.is_some());
    for step in over.into_iter().chain(running) {
        lines.extend(told(step, now, width));
    }
    if flow.steps.is_empty() && flow.runs() {
        lines.push((format!("{} begins", spinner(now)), Role::Text));
    }
    if let Some((end, at)) = &flow.end {
        lines.push((String::new(), Role::Text));
        let role = match end {
            End::Done(_) => Role::Ok,
            End::Cancelled(_) => Role::Dim,
            End::Unknown { .. } => Role::Warn,
            End::Refused(_) => Role::Bad,
        };
        let text = format!("{end} ({})", seconds(at.since(flow.began)));
        lines.extend(wrap(&text, width).into_iter().map(|line| (line, role)));
    }
    lines
}

/// One step: how far, what, on what, how long; below it what there is to tell.
fn told(step: &Step, now: Millis, width: usize) -> Vec<(String, Role)> {
    let (mark, role) = match step.state {
        StepState::Running => (spinner(now), Role::Text),
        StepState::Done => ("ok", Role::Text),
        StepState::Failed => ("failed", Role::Bad),
        StepState::Stopped => ("stopped", Role::Dim),
    };
    let took = seconds(step.took.unwrap_or_else(|| now.since(step.began)));
    let what = format!("{mark:<8}{:<12}{}", step.name, step.subject);
    let room = width.saturating_sub(took.len() + 1);
    let what = fit(&what, room);
    let gap = room.saturating_sub(crate::text::width(&what)) + 1;
    let mut lines = vec![(format!("{what}{}{took}", " ".repeat(gap)), role)];
    if !step.note.is_empty() {
        let note = step.note.to_string();
        let role = if step.state == StepState::Failed {
            Role::Bad
        } else {
            Role::Dim
        };
        let wrapped = wrap(&note, width.saturating_sub(8)).into_iter();
        lines.extend(wrapped.map(|line| (format!("        {line}"), role)));
    }
    lines
}

fn spinner(now: Millis) -> &'static str {
    let frame = usize::try_from(now.0.div_euclid(FRAME).rem_euclid(4)).unwrap_or(0);
    SPINNER.get(frame).copied().unwrap_or("|")
}

fn seconds(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {:02} s", ms / 60_000, ms / 1_000 % 60),
    }
}
